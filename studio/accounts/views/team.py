"""The team page: who is in it, and what its owners change."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from studio.accounts import actions, addresses, invitations
from studio.accounts.access import TEAM_KEY, current_membership, owned_team, person
from studio.accounts.errors import AccountsError
from studio.accounts.forms import InviteForm, RoleForm, TeamNameForm
from studio.accounts.models import Invitation, Membership, Role, User

# A link just made, kept in the session until the page has shown it once.
FRESH_LINK = "fresh_link"


@require_GET
@never_cache
@login_required
def team(request: HttpRequest) -> HttpResponse:
    mine = current_membership(request)
    if mine is None:
        return render(request, "accounts/no_team.html", {"place": "team", "form": TeamNameForm()})
    return _page(request, mine, InviteForm())


def _page(request: HttpRequest, mine: Membership, form: InviteForm, status: int = 200) -> HttpResponse:
    owns = mine.role == Role.OWNER
    members = list(Membership.objects.filter(team=mine.team).select_related("user").order_by("id"))
    fresh = request.session.pop(FRESH_LINK, None)
    return render(
        request,
        "accounts/team.html",
        {
            "place": "team",
            "team": mine.team,
            "mine": mine,
            "owns": owns,
            "rows": [{"membership": member, "resettable": owns and _resettable(request, member)} for member in members],
            "roles": Role.choices,
            "pending": Invitation.objects.pending().filter(team=mine.team).select_related("invited_by") if owns else [],
            "form": form,
            "fresh": fresh if owns and fresh and fresh["team"] == str(mine.team_id) else None,
            "mails": addresses.mails(),
        },
        status=status,
    )


def _resettable(request: HttpRequest, membership: Membership) -> bool:
    return actions.may_reset(person(request), membership.user)


@require_POST
@login_required
def team_create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not user.is_staff:
        raise PermissionDenied
    form = TeamNameForm(request.POST)
    if form.is_valid():
        made = actions.create_team(user, form.cleaned_data["name"])
        request.session[TEAM_KEY] = str(made.pk)
    else:
        messages.error(request, _("A team needs a name of up to 80 characters. Nothing was changed."))
    return redirect("accounts:team")


@require_POST
@login_required
def team_switch(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("team", "")
    memberships = Membership.objects.filter(user=person(request))
    if wanted not in {str(pk) for pk in memberships.values_list("team_id", flat=True)}:
        return redirect("accounts:team")
    request.session[TEAM_KEY] = wanted
    return redirect("threads:library")


@require_POST
@login_required
def team_rename(request: HttpRequest, team_id: UUID) -> HttpResponse:
    user = person(request)
    owned = owned_team(user, team_id)
    form = TeamNameForm(request.POST)
    if form.is_valid():
        actions.rename_team(user, owned, form.cleaned_data["name"])
    else:
        messages.error(request, _("A team needs a name of up to 80 characters. Nothing was changed."))
    return redirect("accounts:team")


@require_POST
@login_required
def invitation_create(request: HttpRequest, team_id: UUID) -> HttpResponse:
    user = person(request)
    owned = owned_team(user, team_id)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, Membership.objects.select_related("team").get(user=user, team=owned), form, status=422)
    role, email = Role(form.cleaned_data["role"]), form.cleaned_data["email"]
    invitation, token = invitations.invite(user, owned, role, email=email)
    link = addresses.absolute(invitations.path_of(token), request)
    mailed = bool(email) and addresses.mails() and addresses.mail_invitation(invitation, link)
    request.session[TEAM_KEY] = str(owned.pk)
    request.session[FRESH_LINK] = {
        "team": str(owned.pk), "kind": "invitation", "link": link, "role": str(role.label), "email": email,
        "mailed": mailed,
    }  # fmt: skip
    return redirect("accounts:team")


@require_POST
@login_required
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    invitation = get_object_or_404(Invitation, pk=pk, team__memberships__user=user)
    owned_team(user, invitation.team_id)
    if invitations.revoke(user, invitation):
        messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    else:
        messages.warning(request, _("That invitation was used or withdrawn already."))
    return redirect("accounts:team")


@require_POST
@login_required
def member_role(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    membership = _membership(user, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role. Nothing was changed."))
        return redirect("accounts:team")
    role = Role(form.cleaned_data["role"])
    try:
        actions.change_role(user, membership, role)
    except AccountsError as error:
        messages.error(request, str(error))
    else:
        told = {"name": membership.user.display_name, "role": role.label}
        messages.success(request, _("%(name)s is now: %(role)s.") % told)
    return redirect("accounts:team")


@require_POST
@login_required
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """An owner removes a member, or anybody leaves."""
    user = person(request)
    membership = _membership(user, pk, own=True)
    try:
        actions.remove_member(user, membership)
    except AccountsError as error:
        messages.error(request, str(error))
        return redirect("accounts:team")
    told = {"name": membership.user.display_name, "team": membership.team.name}
    if membership.user_id == user.pk:
        messages.success(request, _("You have left %(team)s.") % told)
    else:
        messages.success(request, _("%(name)s is no longer in %(team)s. Their threads stay.") % told)
    return redirect("accounts:team")


@require_POST
@login_required
def member_reset_link(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    membership = _membership(user, pk)
    try:
        path = actions.make_reset_link(user, membership.user)
    except AccountsError as error:
        messages.error(request, str(error))
        return redirect("accounts:team")
    request.session[FRESH_LINK] = {
        "team": str(membership.team_id), "kind": "reset", "link": addresses.absolute(path, request),
        "name": membership.user.display_name,
    }  # fmt: skip
    return redirect("accounts:team")


def _membership(user: User, pk: int, *, own: bool = False) -> Membership:
    """A membership of a team that the person owns; with `own` also the person's own. A stranger gets 404."""
    found = get_object_or_404(Membership.objects.select_related("user", "team"), pk=pk, team__memberships__user=user)
    if not (own and found.user_id == user.pk):
        owned_team(user, found.team_id)
    return found
