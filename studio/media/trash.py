"""Throwing away, taking back, and in the end deleting files. Rows stay: turns name them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from studio.media import storage
from studio.media.models import DERIVED, Asset
from studio.media.store import announce


def trash(asset: Asset) -> None:
    """Into the trash for settings.TRASH_DAYS. It can still be shown there, and taken back."""
    with transaction.atomic():
        if Asset.objects.filter(id=asset.id, trashed_at=None).update(trashed_at=timezone.now()):
            announce(asset)


def restore(asset: Asset) -> bool:
    """Out of the trash. False where the files are gone already."""
    with transaction.atomic():
        changed = Asset.objects.filter(id=asset.id, purged_at=None).update(trashed_at=None)
        if changed:
            announce(asset)
    return bool(changed)


def purge(asset: Asset) -> None:
    """Delete the asset's files and those derived from it. A clip cut from it is a source of its own and stays."""
    for gone in [*asset.derived.filter(kind__in=DERIVED), asset]:
        Asset.objects.filter(id=gone.id).update(purged_at=timezone.now(), file="")
        storage.delete_folder(gone.team_id, gone.id)


def purge_due(now: datetime, keep: QuerySet[Asset] | None = None) -> int:
    """Delete the files of what has lain in the trash long enough. `keep`: assets that living threads still need."""
    due = Asset.objects.in_trash_since(now - timedelta(days=settings.TRASH_DAYS))
    if keep is not None:
        due = due.exclude(id__in=keep.values("id"))
    purged = 0
    for asset in due.iterator(chunk_size=100):
        purge(asset)
        purged += 1
    return purged
