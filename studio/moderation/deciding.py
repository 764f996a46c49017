"""Decisions. Each takes effect ten seconds later, and can be undone until then: the undo is real."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio import queue
from studio.accounts.models import User
from studio.audit.records import record
from studio.moderation import news
from studio.moderation.access import above, stands_above
from studio.moderation.claiming import LASTS, closed, taken
from studio.moderation.errors import Outdated, Refused
from studio.moderation.models import OFFENCES, Case, Ground, Outcome
from studio.moderation.wording import suited
from studio.threads.actions.holding import is_staff

UNDO = timedelta(seconds=10)
TASK = "studio.moderation.tasks.apply_decision"
LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class Wish:
    """What a moderator wants done. `version`: of the case as their page shows it."""

    outcome: str
    ground: str
    message: str
    version: int


def decide(user: User, case_id: UUID, wish: Wish) -> Case:
    """Raises Outdated where the case is not what the page shows, Refused with a sentence, or PermissionDenied."""
    with transaction.atomic():
        case = _locked(case_id)
        _ensure_present(user, case, wish)
        _ensure_complete(user, case, wish)
        if case.person_id == user.pk and not user.is_superuser:
            raise PermissionDenied(_("This case is about you. Another moderator decides about it."))
        if case.take_id and not is_staff(user):
            raise PermissionDenied(_("You may look at it. Deciding about takes needs the permission to change them."))
        ground = Ground.FINE if wish.outcome == Outcome.RELEASED else Ground(wish.ground)
        before = _state(case)
        case.outcome, case.ground = wish.outcome, ground
        case.message = suited(wish.outcome, ground, wish.message)
        case.decided_by, case.decided_at = user, timezone.now()
        case.effective_at = case.decided_at + UNDO
        case.claimed_by = case.claimed_until = None
        case.trouble = ""
        case.version += 1
        case.save()
        after = _state(case)
        record(user, "case.decided", "case", case.pk, before=before, after=after, reason=ground.value, **_named(case))
        queue.enqueue(TASK, str(case.pk), after=UNDO.total_seconds() + 0.2)
        news.tell(case, "decided", user.pk)
    return case


def undo(user: User, case_id: UUID) -> Case:
    """Open again, and the person's who undoes. Raises Outdated where it has taken effect, or is somebody else's."""
    with transaction.atomic():
        case = _locked(case_id)
        if not case.outcome:
            raise Outdated(_("This decision was undone already. The case is open."))
        if case.decided_by_id != user.pk:
            raise Outdated(_("%(closed)s Only they can undo it.") % {"closed": closed(case)})
        if case.applied_at or (case.effective_at and case.effective_at <= timezone.now()):
            raise Outdated(_("It has taken effect by now, so it cannot be undone. What was hidden can be released."))
        before = _state(case)
        reopen(case)
        case.claimed_by, case.claimed_until = user, timezone.now() + LASTS
        case.save()
        record(user, "case.undone", "case", case.pk, before=before, after=_state(case), **_named(case))
        news.tell(case, "undone", user.pk)
    return case


def reopen(case: Case) -> None:
    """As it was before the decision. The caller saves it."""
    case.outcome = case.ground = case.message = ""
    case.decided_by = case.decided_at = case.effective_at = None
    case.version += 1


def _locked(case_id: UUID) -> Case:
    rows = Case.objects.select_for_update(of=("self",), no_key=True).select_related("claimed_by", "decided_by")
    return rows.get(pk=case_id)


def _ensure_present(user: User, case: Case, wish: Wish) -> None:
    if case.outcome:
        raise Outdated(closed(case))
    if case.claimant(timezone.now()) not in (None, user):
        raise Outdated(taken(case))
    if case.version != wish.version:
        raise Outdated(_("Something has come in about this case since you opened it. Look at it again, then decide."))


def _ensure_complete(user: User, case: Case, wish: Wish) -> None:
    if wish.outcome not in Outcome.values or wish.outcome == Outcome.NONE:
        raise Refused(_("Choose what to do: release it, keep it hidden, delete it, or give a strike."))
    if wish.outcome != Outcome.RELEASED and wish.ground not in dict(OFFENCES):
        raise Refused(_("Choose the reason first. It is written down, and the person is told."), "ground")
    if wish.outcome == Outcome.STRUCK and (why := no_strike(user, case.person)):
        raise Refused(why)
    if len(wish.message) > LONGEST_MESSAGE:
        sentence = _("The message has %(have)d characters, and %(most)d fit.")
        raise Refused(sentence % {"have": len(wish.message), "most": LONGEST_MESSAGE}, "message")


def no_strike(user: User, person: User | None) -> str:
    """Why this moderator gives this person no strike; empty where they may."""
    if person is None:
        return _("Nobody with an account stands behind this, so there is nobody to give a strike to.")
    if person == user:
        return _("Nobody gives a strike to themselves. Keep it hidden, or leave the case to somebody else.")
    return above() if stands_above(person, user) else ""


def _state(case: Case) -> dict[str, str]:
    return {"outcome": case.outcome or "open", "ground": case.ground, "message": case.message}


def _named(case: Case) -> dict[str, str]:
    """What the case is about, for those who read the trail."""
    things = {"thread": case.thread_id, "turn": case.turn_id, "take": case.take_id, "note": case.note_id}
    return {name: str(pk) for name, pk in (things | {"person": case.person_id}).items() if pk}
