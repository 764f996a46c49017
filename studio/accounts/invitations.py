"""Invitations: a link lets one person join one team with one role. Only the hash of its token is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.actions import create_account
from studio.accounts.errors import LinkUnusableError
from studio.accounts.models import Invitation, Membership, Role, Team, User
from studio.audit.records import record
from studio.live.publishing import publish

LIFETIME = timedelta(days=7)


def invite(user: User | None, team: Team, role: Role, *, email: str = "") -> tuple[Invitation, str]:
    """Make a link; answers the row and the token, which cannot be read again. Without a user it is manage.py's act."""
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            team=team,
            role=role,
            email=email.lower(),
            token_hash=_hash(token),
            invited_by=user,
            expires_at=timezone.now() + LIFETIME,
        )
        record(user, "invitation.made", "invitation", invitation.pk, team=str(team.pk), role=role, email=email)
    return invitation, token


def path_of(token: str) -> str:
    return reverse("accounts:invite", args=[token])


def revoke(user: User, invitation: Invitation) -> bool:
    """False when it was accepted or revoked in the meantime."""
    with transaction.atomic():
        changed = Invitation.objects.pending().filter(pk=invitation.pk).update(revoked_at=timezone.now())
        if changed:
            record(user, "invitation.revoked", "invitation", invitation.pk, team=str(invitation.team_id))
    return bool(changed)


def find(token: str) -> Invitation:
    """The invitation that can still be accepted. Raises LinkUnusableError with the reason."""
    invitation = Invitation.objects.select_related("team", "invited_by").filter(token_hash=_hash(token)).first()
    if invitation is None:
        raise LinkUnusableError(
            _("This link is not known here. Perhaps a part of it got lost; copy the whole of it once more."),
            known=False,
        )
    if invitation.accepted_at:
        raise LinkUnusableError(_("This invitation has been used. If it was you, sign in."))
    if invitation.revoked_at:
        raise LinkUnusableError(_("This invitation was withdrawn. Ask the team's owner for a new one."))
    if invitation.expires_at <= timezone.now():
        raise LinkUnusableError(_("This invitation has expired. Ask the team's owner for a new one."))
    return invitation


def is_meant_for(invitation: Invitation, email: str) -> bool:
    return not invitation.email or invitation.email == email.lower()


def accept(user: User, invitation: Invitation) -> Membership:
    """Join as somebody who has an account. Raises LinkUnusableError when it is used up or for another address."""
    if not is_meant_for(invitation, user.email):
        raise LinkUnusableError(
            _("This invitation is for %(email)s, and you are signed in as %(mine)s.")
            % {"email": invitation.email, "mine": user.email}
        )
    with transaction.atomic():
        held = Membership.objects.filter(user=user, team=invitation.team).first()
        if held:
            return held
        return _join(user, invitation)


def accept_as_new(invitation: Invitation, email: str, password: str, *, name: str = "") -> User:
    """Create the account and join. Raises LinkUnusableError or AddressTakenError; then nothing was created."""
    if not is_meant_for(invitation, email):
        raise LinkUnusableError(_("This invitation is for %(email)s.") % {"email": invitation.email})
    with transaction.atomic():
        user = create_account(email, password, name=name)
        _join(user, invitation)
    return user


def _join(user: User, invitation: Invitation) -> Membership:
    claimed = Invitation.objects.pending().filter(pk=invitation.pk).update(accepted_at=timezone.now(), accepted_by=user)
    if not claimed:
        raise LinkUnusableError(_("This invitation has just been used or withdrawn. Ask the owner for a new one."))
    membership = Membership.objects.create(team=invitation.team, user=user, role=invitation.role)
    record(user, "invitation.accepted", "invitation", invitation.pk, team=str(invitation.team_id), role=invitation.role)
    publish(user.stream, "access.changed", team=str(invitation.team_id))
    return membership


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
