"""What people do about accounts and teams. Owners' acts are audited in the transaction that does them."""

from datetime import timedelta
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from studio.accounts import firstrun
from studio.accounts.errors import AddressTakenError, LastOwnerError, ResetRefusedError, SignUpClosedError
from studio.accounts.models import Membership, Role, Team, User
from studio.audit.records import record
from studio.live.publishing import publish

RESET_LIFETIME = timedelta(hours=24)
# Whoever creates the first account inserts this very row, so of two at once one waits and then finds a user.
FIRST_TEAM = UUID("a6b1e6f2-2c5b-4f2e-9d0e-5a1f3c1e0001")


def create_first_account(email: str, password: str, *, name: str = "", team_name: str = "") -> User:
    """The owner of the first team, who is staff. Raises SignUpClosedError when somebody was quicker."""
    with transaction.atomic():
        team, _created = Team.objects.select_for_update(no_key=True).get_or_create(
            pk=FIRST_TEAM, defaults={"name": "…"}
        )
        if not firstrun.is_open():
            raise SignUpClosedError
        user = User.objects.create_superuser(email, password, name=name)
        team.name = team_name or default_team_name(user)
        team.save(update_fields=["name"])
        Membership.objects.create(team=team, user=user, role=Role.OWNER)
        record(user, "account.created", "user", user.pk, first=True)
    firstrun.used()
    return user


def default_team_name(user: User) -> str:
    return _("%(name)s's team") % {"name": user.display_name[:60]}


def create_account(email: str, password: str, *, name: str = "") -> User:
    """A person in no team yet. Raises AddressTakenError. Call it in the transaction that makes them a member."""
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name)
    except IntegrityError as error:
        raise AddressTakenError from error


def create_team(user: User, name: str) -> Team:
    with transaction.atomic():
        team = Team.objects.create(name=name)
        Membership.objects.create(team=team, user=user, role=Role.OWNER)
        record(user, "team.created", "team", team.pk, name=name)
        publish(user.stream, "access.changed", team=str(team.pk))
    return team


def rename_team(user: User, team: Team, name: str) -> None:
    with transaction.atomic():
        Team.objects.filter(pk=team.pk).update(name=name)
        record(user, "team.renamed", "team", team.pk, before=team.name, after=name)


def change_role(user: User, membership: Membership, role: Role) -> None:
    """Raises LastOwnerError rather than leave a team without an owner."""
    with transaction.atomic():
        membership = _locked(membership)
        if membership.role == role:
            return
        _keep_an_owner(membership)
        record(
            user,
            "member.changed",
            "membership",
            membership.pk,
            team=str(membership.team_id),
            member=membership.user.email,
            before=membership.role,
            after=role,
        )
        Membership.objects.filter(pk=membership.pk).update(role=role)
        publish(membership.user.stream, "access.changed", team=str(membership.team_id))


def remove_member(user: User, membership: Membership) -> None:
    """End somebody's access to a team, or one's own, at once. Raises LastOwnerError."""
    with transaction.atomic():
        membership = _locked(membership)
        _keep_an_owner(membership)
        record(
            user,
            "member.left" if membership.user_id == user.pk else "member.removed",
            "membership",
            membership.pk,
            team=str(membership.team_id),
            member=membership.user.email,
            before=membership.role,
            after=None,
        )
        membership.delete()
        publish(membership.user.stream, "access.changed", team=str(membership.team_id))


def _locked(membership: Membership) -> Membership:
    """The row as it is now, while its team is locked, so that two owners cannot remove each other at once."""
    Team.objects.select_for_update(no_key=True).get(pk=membership.team_id)
    return Membership.objects.select_related("user").get(pk=membership.pk)


def _keep_an_owner(membership: Membership) -> None:
    if membership.role != Role.OWNER:
        return
    if not Membership.objects.filter(team=membership.team_id, role=Role.OWNER).exclude(pk=membership.pk).exists():
        raise LastOwnerError


def may_reset(owner: User, member: User) -> bool:
    """A reset link opens the whole account, so it may not reach further than its maker already does."""
    if member.pk == owner.pk or not member.is_active:
        return False
    if owner.is_superuser:
        return True
    if member.is_staff or member.is_superuser:
        return False
    owned = Membership.objects.filter(user=owner, role=Role.OWNER).values("team")
    return not Membership.objects.filter(user=member).exclude(team__in=owned).exists()


def make_reset_link(owner: User, member: User) -> str:
    """The path of a page where the member chooses a new password: once, within 24 hours.

    Raises ResetRefusedError where the account reaches beyond the owner's own teams.
    """
    if not may_reset(owner, member):
        raise ResetRefusedError(
            _("%(name)s also has rights outside your teams. Ask an administrator of this studio for the link.")
            % {"name": member.display_name}
        )
    key = default_token_generator.make_token(member)
    with transaction.atomic():
        record(owner, "reset_link.made", "user", member.pk, member=member.email)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(member), key])
