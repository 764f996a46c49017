"""Deciding about takes that are held back: by staff, or by the author where a provider's safety check held them.

Whoever decides says why, and the audit trail keeps it. What was made from a take goes with it, in whichever thread.
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
from studio.threads.descent import below
from studio.threads.models import HeldBy, Hold, Take
from studio.threads.reading import one_line

LONGEST_REASON = 200


def release_take(user: User, take: Take, reason: str) -> None:
    """Its team sees it again, and what was held with it, exactly as it was.

    What was held by itself before, or is held with another take, too, stays so. Raises PermissionDenied, or
    ActionRefused with a sentence.
    """
    with transaction.atomic():
        why, before = decide(user, take, reason)
        _ensure_held_by_itself(take)
        changes = holds.let_go(take)
        record(user, "take.released", "take", take.pk, reason=why, before=before, after=holds_of(take))
        publish_many(changes)


def hold_take(user: User, take: Take, reason: str) -> None:
    """Staff hold a take back with all that was made from it, from everybody but the authors of each.

    Raises PermissionDenied, or ActionRefused.
    """
    if not is_staff(user):
        raise PermissionDenied
    why = checked_reason(reason)
    with transaction.atomic():
        before = holds_of(Take.objects.get(pk=take.pk))
        changes = holds.hold(take, HeldBy.STAFF, why)
        told = {"before": before, "after": holds_of(take), "with_it": holds.count_with(take)}
        record(user, "take.held", "take", take.pk, reason=why, **told)
        publish_many(changes)


def decide(user: User, take: Take, reason: str) -> tuple[str, dict[str, str]]:
    """The reason as it is kept, and how the take was held so far, where the decision is this person's to make.

    Call it in the transaction of the act, which writes it down: the row stays locked, and of two who decide at once
    the second is told.
    """
    below(take.asset_id, locks=True)
    present = (
        Take.objects.select_for_update(of=("self",), no_key=True).select_related("turn__thread__team").get(pk=take.pk)
    )
    if present.held_at is None or present.trashed_at:
        raise ActionRefused(_("Somebody has decided about this take already. Reload the page to see how."))
    if not may_decide(user, present):
        raise PermissionDenied(
            _("This take is held back. Only who asked for it, or whoever looks after this studio, can decide about it.")
        )
    return checked_reason(reason), holds_of(present)


def _ensure_held_by_itself(take: Take) -> None:
    """Raises ActionRefused where another take has to be released instead."""
    root = holds.held_with(take)
    if root is None or Hold.objects.filter(asset=take.asset_id, root=take).exists():
        return
    words = {"turn": root.turn.number, "take": root.number, "thread": root.turn.thread}
    sentence = _("It is held back with turn %(turn)d, take %(take)d of “%(thread)s”, which it was made from.") % words
    raise ActionRefused(f"{sentence} {_('Release that one instead.')}")


def holds_of(take: Take) -> dict[str, str]:
    """For the trail: who holds it back, and why."""
    return {"held_by": take.held_by, "held_reason": take.held_reason}


def may_decide(user: User, take: Take) -> bool:
    return is_staff(user) or (holds.author_decides(user, take) and can_edit(user, take.turn.thread.team))


def is_staff(user: User) -> bool:
    """Who looks after takes in the admin."""
    return user.is_staff and user.has_perm("threads.change_take")


def checked_reason(reason: str) -> str:
    """Raises ActionRefused where it says nothing, or too much."""
    why = one_line(reason)
    if not why:
        raise ActionRefused(_("Say in a few words why, for those who look at this later."), "reason")
    if len(why) > LONGEST_REASON:
        raise ActionRefused(
            _("That is %(have)d characters, and %(most)d fit.") % {"have": len(why), "most": LONGEST_REASON}, "reason"
        )
    return why
