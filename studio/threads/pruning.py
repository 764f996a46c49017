"""What time takes away: the trash after its days, and history that nobody reads any more. Safe to interrupt."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from studio.media import trash
from studio.media.models import Asset
from studio.providers.local import books
from studio.threads import pricing, terms
from studio.threads.models import Delivery, Job, JobEvent, Take, Thread, Turn

KEEP_EVENTS = timedelta(days=90)
KEEP_DELIVERIES = timedelta(days=14)


def assets_in_use() -> models.QuerySet[Asset]:
    """Files that living turns show or build on: their takes, what is attached, the take that one continues from."""
    living = {"trashed_at": None, "thread__trashed_at": None}
    return Asset.objects.filter(
        Q(used_by__turn__in=Turn.objects.filter(**living))
        | Q(take__children__in=Turn.objects.filter(**living))
        | Q(take__trashed_at=None, take__turn__in=Turn.objects.filter(**living))
    )


def purge_due(now: datetime) -> int:
    """Empties what has lain in the trash for settings.TRASH_DAYS; answers how many rows went."""
    limit = now - timedelta(days=settings.TRASH_DAYS)
    gone = 0
    for thread in Thread.objects.filter(trashed_at__lt=limit):
        purge_thread(thread)
        gone += 1
    takes = Take.objects.filter(Q(trashed_at__lt=limit) | Q(turn__trashed_at__lt=limit))
    takes = takes.filter(asset__purged_at=None).exclude(asset__in=assets_in_use())
    for take in takes.select_related("asset"):
        trash.purge(take.asset)
        gone += 1
    return gone


def purge_thread(thread: Thread) -> None:
    """Files first, rows after: whoever is interrupted starts again. Takes that other threads attached stay as files."""
    kept = set(assets_in_use().exclude(used_by__turn__thread=thread).values_list("pk", flat=True))
    for asset in Asset.objects.filter(take__turn__thread=thread, purged_at=None):
        if asset.pk not in kept:
            trash.purge(asset)
    with transaction.atomic():
        # What still runs at a vendor is charged there, and nobody will hear how much.
        pricing.write_off(Job.objects.active().filter(turn__thread=thread))
        terms.forget_addresses(Job.objects.filter(turn__thread=thread))
        Turn.objects.filter(thread=thread).update(parent=None)
        Take.objects.filter(turn__thread=thread).delete()
        thread.delete()


def forget_history(now: datetime) -> int:
    """Moves of jobs, webhooks as they came, renders that nobody collected; answers how many rows and files went."""
    events, _rows = JobEvent.objects.filter(at__lt=now - KEEP_EVENTS).delete()
    deliveries, _rows = Delivery.objects.filter(created_at__lt=now - KEEP_DELIVERIES).delete()
    return events + deliveries + books.remove_orphans(now)
