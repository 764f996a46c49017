"""Deciding about takes that are held back: by staff, or by the author where a provider's safety check held them.

Whoever decides says why, and the audit trail keeps it.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from studio.accounts.access import can_edit
from studio.accounts.models import User
from studio.audit.records import record
from studio.live.publishing import publish_many
from studio.threads import holds
from studio.threads.actions.refusals import ActionRefused
from studio.threads.models import HeldBy, Take

LONGEST_REASON = 200


def release_take(user: User, take: Take, reason: str) -> None:
    """Its team sees it again, exactly as it was. Raises PermissionDenied, or ActionRefused with a sentence."""
    with transaction.atomic():
        decide(user, take, "take.released", reason)
        holds.let_go(take)
        publish_many(holds.changes_of(take))


def hold_take(user: User, take: Take, reason: str) -> None:
    """Staff hold a take back from everybody, its author too. Raises PermissionDenied, or ActionRefused."""
    if not is_staff(user):
        raise PermissionDenied
    why = checked_reason(reason)
    with transaction.atomic():
        holds.hold(take, HeldBy.STAFF, why)
        record(user, "take.held", "take", take.pk, reason=why)
        publish_many(holds.changes_of(take))


def decide(user: User, take: Take, act: str, reason: str) -> str:
    """Writes the decision down, if it is this person's to make, and answers its reason as it is kept.

    Call it in the transaction of the act: the row stays locked, and of two who decide at once the second is told.
    """
    present = Take.objects.select_for_update(of=("self",)).select_related("turn__thread__team").get(pk=take.pk)
    if present.held_at is None or present.trashed_at:
        raise ActionRefused(_("Somebody has decided about this take already. Reload the page to see how."))
    if not may_decide(user, present):
        raise PermissionDenied(
            _("This take is held back. Only who asked for it, or whoever looks after this studio, can decide about it.")
        )
    why = checked_reason(reason)
    record(user, act, "take", take.pk, reason=why, held_by=present.held_by)
    return why


def may_decide(user: User, take: Take) -> bool:
    return is_staff(user) or (holds.may_look(user, take) and can_edit(user, take.turn.thread.team))


def is_staff(user: User) -> bool:
    """Who looks after takes in the admin."""
    return user.is_staff and user.has_perm("threads.change_take")


def checked_reason(reason: str) -> str:
    """Raises ActionRefused where it says nothing, or too much."""
    why = " ".join(reason.split())
    if not why:
        raise ActionRefused(_("Say in a few words why, for those who look at this later."), "reason")
    if len(why) > LONGEST_REASON:
        raise ActionRefused(
            _("That is %(have)d characters, and %(most)d fit.") % {"have": len(why), "most": LONGEST_REASON}, "reason"
        )
    return why
