"""What a crash or a change of mind left behind. Called by a room above, which alone knows what is in use."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from studio import queue
from studio.media import storage, trash
from studio.media.models import UNDER_WAY, Asset, AssetStatus, Kind
from studio.media.store import refuse

ABANDONED_AFTER = timedelta(hours=24)
STUCK_AFTER = timedelta(minutes=15)
# Pictures are tried again this long after the file came, by how often they were tried.
PICTURES_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))


def sweep(now: datetime, in_use: QuerySet[Asset]) -> int:
    """Delete the files that nobody used within a day, and what interrupted uploads left on the disk.

    These are uploads, and videos that were stored for a turn that was stopped before they became its takes.

    `in_use`: every asset that a turn or a take names. Call it about once an hour.
    """
    abandoned = (
        Asset.objects.filter(kind__in=(Kind.SOURCE, Kind.REFERENCE, Kind.TAKE), created_at__lt=now - ABANDONED_AFTER)
        .filter(purged_at=None, trashed_at=None)
        .exclude(id__in=in_use.values("id"))
    )
    swept = 0
    for asset in abandoned.iterator(chunk_size=100):
        trash.purge(asset)
        swept += 1
    storage.sweep_incoming(ABANDONED_AFTER.total_seconds())
    return swept


def put_back(now: datetime, then: str = "") -> int:
    """Ask again for pictures that never came, and end links and cuts whose task died. Call it about once a minute."""
    for asset in Asset.objects.filter(status__in=UNDER_WAY, created_at__lt=now - STUCK_AFTER):
        refuse(asset, _("This was interrupted and did not finish. Nothing was saved; try again."))
    asked = 0
    for tries, age in enumerate(PICTURES_AGAIN):
        missing = Asset.objects.originals().filter(
            derived_at=None, derive_tries=tries, status=AssetStatus.READY, purged_at=None, created_at__lt=now - age
        )
        for asset in missing[:50]:
            asked += ask_again(asset, tries, then)
    return asked


def ask_again(asset: Asset, tries: int, then: str) -> int:
    """1 where this call won the row and enqueued the task, 0 where another process did."""
    with transaction.atomic():
        won = Asset.objects.filter(id=asset.id, derive_tries=tries).update(derive_tries=F("derive_tries") + 1)
        if won:
            queue.enqueue("studio.media.tasks.make_derived", str(asset.id), then)
    return won
