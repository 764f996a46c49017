"""What an outcome does to the thing that a case is about: a note, a take, a turn that waits, or a turn with takes."""

from collections.abc import Callable

from studio.accounts.models import User
from studio.moderation.models import Case, Outcome
from studio.review.actions import take_down
from studio.review.models import Note
from studio.threads import actions
from studio.threads.actions.holding import LONGEST_REASON
from studio.threads.descent import below
from studio.threads.locking import lock_jobs, lock_threads
from studio.threads.models import HeldBy, Job, JobStatus, Take

HIDES = (Outcome.KEPT, Outcome.STRUCK)


def take_effect(user: User, case: Case) -> None:
    """Call it in the transaction that closes the case. Raises what the actions raise."""
    why = reason_of(case)
    if case.note_id:
        note = Note.objects.select_related("take__turn__thread").filter(pk=case.note_id).first()
        if note and case.outcome != Outcome.RELEASED:
            take_down(note)
        return
    if case.turn is not None and case.turn.held_at and case.take_id is None:
        if case.outcome == Outcome.RELEASED:
            actions.release_turn(user, case.turn, why)
        else:
            actions.refuse_turn(user, case.turn, why, case.message)
        return
    for take in _takes(case):
        DEEDS[Outcome(case.outcome)](user, take, why)


def lock(case: Case) -> None:
    """All that a decision may touch, before the trail's end and the streams: see threads.locking."""
    lock_jobs(Job.objects.filter(turn=case.turn_id, status=JobStatus.QUEUED, turn__held_at__isnull=False))
    takes = [] if case.note_id else _takes(case)
    if takes:
        below(*(take.asset_id for take in takes), locks=True)
    elif case.thread_id:
        lock_threads([case.thread_id])


def reason_of(case: Case) -> str:
    """For those who look at it later; no longer than an action keeps."""
    return f"{case.get_ground_display()}. {case.message}"[:LONGEST_REASON]


def _takes(case: Case) -> list[Take]:
    """The take; or all of a turn's, where the case is about its words.

    What its team threw away meanwhile is hidden, too: it could be taken out of the trash again.
    """
    rows = Take.objects.select_related("turn__thread__team", "asset")
    if case.outcome == Outcome.RELEASED:
        rows = rows.filter(trashed_at=None)
    if case.take_id:
        return list(rows.filter(pk=case.take_id))
    return list(rows.filter(turn=case.turn_id).order_by("number")) if case.turn_id else []


def _release(user: User, take: Take, why: str) -> None:
    if take.held_at and take.held_by != HeldBy.ORIGIN:  # else it comes back with the take it was made from
        actions.release_take(user, take, why)


def _hide(user: User, take: Take, why: str) -> None:
    actions.hold_take(user, take, why)


def _delete(user: User, take: Take, why: str) -> None:
    """Into the trash for as long as anything stays there. It is held back there, so that its team cannot show it."""
    if not take.held_at:
        actions.hold_take(user, take, why)
    if not take.trashed_at:
        actions.trash_take(user, take, why)


DEEDS: dict[Outcome, Callable[[User, Take, str], None]] = {
    Outcome.RELEASED: _release,
    Outcome.KEPT: _hide,
    Outcome.STRUCK: _hide,
    Outcome.DELETED: _delete,
}
