"""What time takes away, in every room. Each step is safe to interrupt and to repeat."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db.models import Q, QuerySet
from django_q.models import Task

from studio.live.models import Event
from studio.media import sweeping, trash
from studio.media.models import Asset
from studio.moderation import pruning as moderation
from studio.providers.pruning import forget_handed_over
from studio.threads import pruning as threads

logger = logging.getLogger(__name__)

KEEP_LIVE_EVENTS = timedelta(days=7)
KEEP_TASKS = timedelta(days=30)
DELETE_AT_ONCE = 5000


def prune(now: datetime) -> dict[str, int]:
    """Forget what is old and empty what is due; answers how many rows or files went, by step."""
    steps: dict[str, Callable[[], int]] = {
        "live events": lambda: _forget_live_events(now),
        "history": lambda: threads.forget_history(now),
        "files handed over": lambda: forget_handed_over(now),
        "finished tasks": lambda: Task.objects.filter(stopped__lt=now - KEEP_TASKS).delete()[0],
        "trashed threads and takes": lambda: threads.purge_due(now),
        "findings": moderation.forget_findings,
        "trashed files": lambda: trash.purge_due(now, keep=threads.assets_in_use()),
        "abandoned uploads": lambda: sweeping.sweep(now, in_use=_named_assets()),
        "expired sessions": _forget_sessions,
    }
    done: dict[str, int] = {}
    for name, step in steps.items():
        try:
            done[name] = step()
        except Exception:  # one room's trouble must not fill another's disk
            logger.exception("Could not prune: %s", name)
    return done


def _forget_live_events(now: datetime) -> int:
    """In portions, so that SQLite's writers never wait long."""
    gone = 0
    while ids := list(
        Event.objects.filter(created_at__lt=now - KEEP_LIVE_EVENTS).values_list("pk", flat=True)[:DELETE_AT_ONCE]
    ):
        gone += Event.objects.filter(pk__in=ids).delete()[0]
    return gone


def _named_assets() -> QuerySet[Asset]:
    """Every file that a turn or a take names, the trashed ones too: those have a term of their own."""
    return Asset.objects.filter(Q(used_by__isnull=False) | Q(take__isnull=False))


def _forget_sessions() -> int:
    call_command("clearsessions")
    return 0
