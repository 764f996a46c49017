"""Following an invitation: as a new person, or as somebody who has an account."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from studio.accounts import invitations
from studio.accounts.access import TEAM_KEY
from studio.accounts.errors import AddressTakenError, LinkUnusableError
from studio.accounts.forms import InvitedAccountForm
from studio.accounts.models import Invitation, Role, User
from studio.accounts.views.entrance import BACKEND


@never_cache
@sensitive_post_parameters("password")
def invite(request: HttpRequest, token: str) -> HttpResponse:
    limited = ratelimit.consume_or_429(request, action="invitation")
    if limited:
        refused: HttpResponse = limited
        return refused
    try:
        invitation = invitations.find(token)
        if isinstance(request.user, User):
            return _join(request, request.user, invitation)
        return _sign_up(request, invitation)
    except LinkUnusableError as error:
        return render(
            request, "accounts/invite_unusable.html", {"sentence": str(error)}, status=410 if error.known else 404
        )


def _join(request: HttpRequest, user: User, invitation: Invitation) -> HttpResponse:
    if request.method == "POST":
        invitations.accept(user, invitation)
        return _welcome(request, invitation)
    meant = invitations.is_meant_for(invitation, user.email)
    held = user.memberships.filter(team=invitation.team).exists()
    return render(
        request,
        "accounts/invite_join.html",
        {"invitation": invitation, "role": Role(invitation.role).label, "meant": meant, "held": held},
    )


def _sign_up(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = InvitedAccountForm(request.POST or None, address=invitation.email)
    if form.is_valid():
        data = form.cleaned_data
        try:
            user = invitations.accept_as_new(invitation, data["email"], data["password"], name=data["name"])
        except AddressTakenError as error:
            form.add_error("email", str(error))
        else:
            login(request, user, backend=BACKEND)
            return _welcome(request, invitation)
    return render(
        request,
        "accounts/invite_sign_up.html",
        {"invitation": invitation, "role": Role(invitation.role).label, "form": form},
        status=422 if form.is_bound else 200,
    )


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    request.session[TEAM_KEY] = str(invitation.team_id)
    messages.success(request, _("You are now in %(team)s.") % {"team": invitation.team.name})
    return redirect("threads:library")
