"""What happens to assets after the request. Each task takes ids, may run twice, and makes only what is missing."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from studio import engine, queue
from studio.media import deriving, links, refusals, storage, store
from studio.media.models import UNDER_WAY, Asset, AssetStatus, Kind

log = logging.getLogger(__name__)

LINK_MAX_SECONDS = 240
EXPORT_MAX_SECONDS = 900


def make_derived(asset_id: str, then: str = "") -> None:
    """Poster and filmstrip; a rendition follows in the render lane where browsers need one. `then` gets the id."""
    asset = deriving.available(asset_id)
    if asset is None:
        return
    try:
        deriving.derive_pictures(asset)
    except refusals.REFUSALS as error:
        log.warning("no pictures of asset %s: %s", asset_id, error)
    with transaction.atomic():
        if asset.is_video and not asset.browser_playable:
            queue.enqueue("studio.media.tasks.make_rendition", asset_id, then, lane="render")
        tell(asset, then)


def make_rendition(asset_id: str, then: str = "") -> None:
    asset = deriving.available(asset_id)
    if asset is None:
        return
    try:
        deriving.derive_rendition(asset)
    except refusals.REFUSALS as error:
        log.warning("no rendition of asset %s: %s", asset_id, error)
        return
    with transaction.atomic():
        tell(asset, then)


def make_export(asset_id: str, format: str, quality: int, then: str = "") -> None:
    """A download in another format; see deriving.derive_export. Asked for again while it is made, it is made once."""
    asset = deriving.available(asset_id)
    claim = f"media.export.{asset_id}.{format}"
    if asset is None:
        deriving.forget_wanted_export(asset_id, format)
        return
    if not cache.add(claim, 1, EXPORT_MAX_SECONDS):
        return
    try:
        deriving.derive_export(asset, format, quality)
    except refusals.REFUSALS as error:
        deriving.note_export_problem(asset_id, format, refusals.sentence(error))
        return
    except Exception:
        deriving.note_export_problem(asset_id, format, _("Converting it failed here. The take itself is untouched."))
        raise
    finally:
        cache.delete(claim)
        deriving.forget_wanted_export(asset_id, format)
    with transaction.atomic():
        tell(asset, then)


def tell(asset: Asset, then: str) -> None:
    if then:
        queue.enqueue(then, str(asset.id))
    store.announce(asset)


def fetch_link(asset_id: str) -> None:
    """Fetch what asset.asked["link"] names. Whatever goes wrong ends as a sentence on the asset."""
    asset = waiting(asset_id)
    if asset is None:
        return
    try:
        with storage.workspace() as folder:
            fetched = links.download(
                asset.asked["link"],
                folder / "upload",
                max_bytes=store.upload_allowance().bytes,
                max_seconds=LINK_MAX_SECONDS,
                on_progress=progress_of(asset),
                allowed=links.allowed_networks(),
            )
            move_on(asset)
            prepared = store.prepare(fetched.path, folder)
            store.fill(asset, prepared, title=store.clean_title(fetched.name) or asset.title)
    except refusals.REFUSALS as error:
        store.refuse(asset, refusals.sentence(error))
    except Exception:
        store.refuse(
            asset, _("Fetching that link failed here. Nothing was saved; try again, or upload the file itself.")
        )
        raise


def make_trim(asset_id: str) -> None:
    """Cut asset.asked["trim"] = [start, end] out of its origin: a new source clip, the origin stays as it is."""
    asset = waiting(asset_id)
    if asset is None or asset.origin is None:
        return
    start, end = asset.asked["trim"]
    allowed = store.upload_allowance()
    try:
        with storage.workspace() as folder, storage.local_path(asset.origin.file) as source:
            out = folder / "cut.mp4"
            engine.rendition(source, out, start=start, end=end, box=None, on_progress=progress_of(asset))
            prepared = store.describe(out, engine.probe(out, limits=allowed), Kind.SOURCE, store.hash_file(out))
            store.fill(asset, replace(prepared, original_sha256=asset.origin.original_sha256))
    except refusals.REFUSALS as error:
        store.refuse(asset, refusals.sentence(error))
    except Exception:
        store.refuse(asset, _("Cutting the clip failed here. The clip itself is untouched; try again."))
        raise


def waiting(asset_id: str) -> Asset | None:
    return Asset.objects.filter(id=asset_id, status__in=UNDER_WAY, trashed_at=None).select_related("origin").first()


def move_on(asset: Asset) -> None:
    with transaction.atomic():
        Asset.objects.filter(id=asset.id, status=AssetStatus.RECEIVING).update(status=AssetStatus.READING)
        store.announce(asset)


def progress_of(asset: Asset) -> Callable[[float], None]:
    """Writes progress down and announces it, at most once a second."""
    told = time.monotonic()

    def tell_progress(share: float) -> None:
        nonlocal told
        if time.monotonic() - told < 1:
            return
        told = time.monotonic()
        with transaction.atomic():
            Asset.objects.filter(id=asset.id, status__in=UNDER_WAY).update(progress=round(share, 3))
            store.announce(asset)

    return tell_progress
