"""Names, archive and trash of threads, turns and takes. The files follow when the trash is emptied (pruning.py)."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.live.publishing import publish_many
from studio.threads import holds, jobs, pruning
from studio.threads.actions.holding import decide
from studio.threads.actions.refusals import ActionRefused, ensure_editor
from studio.threads.models import ACTIVE, HeldBy, Job, Take, Thread, Turn


def rename_thread(user: User, thread: Thread, title: str) -> None:
    title = " ".join(title.split())[:200]
    if not title:
        raise ActionRefused(_("A thread needs a title."), "title")
    _change(user, thread, title=title)


def archive_thread(user: User, thread: Thread) -> None:
    _change(user, thread, archived_at=timezone.now())


def trash_thread(user: User, thread: Thread) -> None:
    """Into the trash for settings.TRASH_DAYS. What runs in it is stopped."""
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
        _change_take(take, timezone.now())
        return
    with transaction.atomic():
        why = decide(user, take, "take.deleted", reason)
        if take.turn.author_id != user.pk:
            holds.hold(take, HeldBy.STAFF, why)
        _change_take(take, timezone.now())


def restore_take(user: User, take: Take) -> None:
    ensure_editor(user, take.turn.thread)
    _change_take(take, None)


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


def _change_take(take: Take, trashed_at: datetime | None) -> None:
    thread = take.turn.thread
    with transaction.atomic():
        Take.objects.filter(pk=take.pk).update(trashed_at=trashed_at, picked_at=None)
        publish_many(
            [
                (thread.stream, "take.changed", {"turn": str(take.turn_id), "take": str(take.pk)}),
                (f"team-{thread.team_id}", "thread.changed", {"thread": str(thread.pk)}),
            ]
        )
    take.trashed_at = trashed_at


def _stop(rows: models.QuerySet[Job]) -> None:
    if rows.filter(status__in=ACTIVE, stop_requested_at=None).update(stop_requested_at=timezone.now()):
        jobs.wake_the_watcher()
