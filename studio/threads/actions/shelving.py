"""Names, archive and trash of threads, turns and takes. The files follow when the trash is emptied (pruning.py)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.audit.records import record
from studio.live.publishing import publish_many
from studio.threads import holds, jobs, pruning
from studio.threads.actions.holding import decide
from studio.threads.actions.refusals import ActionRefused, ensure_editor
from studio.threads.actions.reviewing import ensure_not_approved, set_review_state, withdraw_approval
from studio.threads.locking import lock_threads
from studio.threads.models import ACTIVE, HeldBy, Job, ReviewState, Take, Thread, Turn
from studio.threads.reading import one_line


def rename_thread(user: User, thread: Thread, title: str) -> None:
    title = one_line(title)[:200]
    if not title:
        raise ActionRefused(_("A thread needs a title."), "title")
    _change(user, thread, title=title)


def archive_thread(user: User, thread: Thread) -> None:
    _change(user, thread, archived_at=timezone.now())


def trash_thread(user: User, thread: Thread) -> None:
    """Into the trash for settings.TRASH_DAYS. What runs in it is stopped."""
    ensure_editor(user, thread)
    with transaction.atomic():
        _lock_unapproved(thread.pk, models.Q(turn__thread=thread))
        _change(user, thread, trashed_at=timezone.now())
    _stop(Job.objects.filter(turn__thread=thread))


def restore_thread(user: User, thread: Thread) -> None:
    """Back from the trash and from the archive."""
    _change(user, thread, archived_at=None, trashed_at=None)


def delete_thread(user: User, thread: Thread) -> None:
    """For good, with its files. Only from the trash."""
    ensure_editor(user, thread)
    if not thread.trashed_at:
        raise ActionRefused(_("Only threads in the trash can be deleted for good."))
    pruning.purge_thread(thread)
    with transaction.atomic():
        publish_many([(f"team-{thread.team_id}", "thread.changed", {"thread": str(thread.pk)})])


def trash_turn(user: User, turn: Turn) -> None:
    """Into the trash with its takes. Turns that continue from them stay as they are."""
    ensure_editor(user, turn.thread)
    with transaction.atomic():
        _lock_unapproved(turn.thread_id, models.Q(turn=turn))
        _change_turn(user, turn, timezone.now())
    _stop(Job.objects.filter(turn=turn))


def restore_turn(user: User, turn: Turn) -> None:
    _change_turn(user, turn, None)


def trash_take(user: User, take: Take, reason: str = "") -> None:
    """Into the trash. What is held back goes there by whoever decides about it, with a reason, and stays held there.

    What staff have thrown away of somebody else's is theirs to release, should it come back.
    """
    if take.held_at is None:
        ensure_editor(user, take.turn.thread)
        with transaction.atomic():
            _lock_unapproved(take.turn.thread_id, models.Q(pk=take.pk))
            if Take.objects.filter(pk=take.pk, held_at__isnull=False).exists():
                raise ActionRefused(_("This take is held back meanwhile. Nothing was thrown away; reload the page."))
            _change_take(take, timezone.now())
        return
    with transaction.atomic():
        why, before = decide(user, take, reason)
        changes = holds.hold(take, HeldBy.STAFF, why) if take.turn.author_id != user.pk else []
        record(user, "take.deleted", "take", take.pk, reason=why, before=before, after={"in_trash": True})
        if take.approved_at:
            withdraw_approval(user, take)
            set_review_state(take.turn.thread, ReviewState.DRAFT)
        _change_take(take, timezone.now(), changes)


def restore_take(user: User, take: Take) -> None:
    ensure_editor(user, take.turn.thread)
    _change_take(take, None)


def _lock_unapproved(thread: UUID, within: models.Q) -> None:
    """Raises ActionRefused. Nothing is approved there from now on: who decides about a take locks its thread, too."""
    lock_threads([thread])
    ensure_not_approved(within)


def _change(user: User, thread: Thread, **fields: Any) -> None:
    ensure_editor(user, thread)
    with transaction.atomic():
        Thread.objects.filter(pk=thread.pk).update(**fields)
        payload = {"thread": str(thread.pk)}
        publish_many(
            [(thread.stream, "thread.changed", payload), (f"team-{thread.team_id}", "thread.changed", payload)]
        )
    for name, value in fields.items():
        setattr(thread, name, value)


def _change_turn(user: User, turn: Turn, trashed_at: datetime | None) -> None:
    ensure_editor(user, turn.thread)
    with transaction.atomic():
        Turn.objects.filter(pk=turn.pk).update(trashed_at=trashed_at)
        publish_many(
            [
                (turn.thread.stream, "turn.changed", {"turn": str(turn.pk)}),
                (f"team-{turn.thread.team_id}", "thread.changed", {"thread": str(turn.thread_id)}),
            ]
        )
    turn.trashed_at = trashed_at


def _change_take(take: Take, trashed_at: datetime | None, changes: Sequence[holds.Change] = ()) -> None:
    """`changes`: what is told instead, where more than this take has changed."""
    thread = take.turn.thread
    with transaction.atomic():
        Take.objects.filter(pk=take.pk).update(trashed_at=trashed_at, picked_at=None)
        own = [
            (thread.stream, "take.changed", {"turn": str(take.turn_id), "take": str(take.pk)}),
            (f"team-{thread.team_id}", "thread.changed", {"thread": str(thread.pk)}),
        ]
        publish_many(changes or own)
    take.trashed_at = trashed_at


def _stop(rows: models.QuerySet[Job]) -> None:
    if rows.filter(status__in=ACTIVE, stop_requested_at=None).update(stop_requested_at=timezone.now()):
        jobs.wake_the_watcher()
