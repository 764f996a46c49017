"""What a review comes to: the thread's state, and takes that are approved. `review` decides; only this writes it down.

An approved take is immutable: neither it nor its turn or thread goes into the trash before the approval is withdrawn.
"""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.audit.records import record
from studio.live.publishing import publish_many
from studio.threads.actions.refusals import ActionRefused
from studio.threads.models import ReviewState, Take, Thread


def set_review_state(thread: Thread, state: ReviewState) -> None:
    """Where the thread stands now. The caller has asked who may."""
    with transaction.atomic():
        changed = Thread.objects.filter(pk=thread.pk).exclude(review_state=state).update(review_state=state)
        if changed:
            _publish(thread)
    thread.review_state = state


def approve_take(user: User, take: Take) -> None:
    """From now on it stays as it is. Of two who approve at once, the first is named."""
    with transaction.atomic():
        if Take.objects.filter(pk=take.pk, approved_at=None).update(approved_at=timezone.now(), approved_by=user):
            record(user, "take.approved", "take", take.pk, thread=str(take.turn.thread_id))
            _publish(take.turn.thread, take)
    take.refresh_from_db(fields=["approved_at", "approved_by"])


def withdraw_approval(user: User, take: Take) -> None:
    with transaction.atomic():
        if Take.objects.filter(pk=take.pk).exclude(approved_at=None).update(approved_at=None, approved_by=None):
            record(user, "take.approval_withdrawn", "take", take.pk, thread=str(take.turn.thread_id))
            _publish(take.turn.thread, take)
    take.approved_at = take.approved_by = None


def ensure_not_approved(within: Q) -> None:
    """Raises ActionRefused where one of the takes that `within` finds is approved."""
    take = Take.objects.filter(within, trashed_at=None).exclude(approved_at=None).select_related("turn").first()
    if take is not None:
        raise ActionRefused(
            _("Turn %(turn)d, take %(take)d is approved and stays as it is; withdraw the approval first.")
            % {"turn": take.turn.number, "take": take.number}
        )


def _publish(thread: Thread, take: Take | None = None) -> None:
    payload = {"thread": str(thread.pk)}
    changes = [(thread.stream, "thread.changed", payload), (f"team-{thread.team_id}", "thread.changed", payload)]
    if take is not None:
        changes.append((thread.stream, "take.changed", {"turn": str(take.turn_id), "take": str(take.pk)}))
    publish_many(changes)
