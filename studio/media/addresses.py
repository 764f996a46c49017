"""Signed addresses of files. Whoever rendered a page has asked who may see it; the address carries that answer.

An address is the same for everybody all through an hour, so nothing flickers and caches work, and it is good until the
end of the next hour: between one and two hours.
"""

import time
from functools import lru_cache
from typing import TypedDict
from uuid import UUID

from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from studio.media.models import Asset, Kind

HOUR = 3600
SUFFIXES = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}


class Urls(TypedDict):
    """What a page needs to show an asset. An empty string: not made yet. `strip_frames` lie side by side in `strip`."""

    src: str
    poster: str
    strip: str
    strip_frames: int


NONE = Urls(src="", poster="", strip="", strip_frames=0)


def bucket_of(moment: float) -> int:
    return int(moment // HOUR)


def expires_at(bucket: int) -> int:
    """Seconds since the epoch at which an address made in hour `bucket` ends."""
    return (bucket + 2) * HOUR


def sign(asset_id: UUID, bucket: int) -> str:
    return f"{bucket}-{Signer(salt='studio.media.address').signature(f'{asset_id}:{bucket}')}"


def read_token(token: str, asset_id: UUID, now: float | None = None) -> int:
    """Seconds that the address is still good for; 0 when it has expired; -1 when we never made it."""
    number, _, _ = token.partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 12:
        return -1
    bucket = int(number)
    if not constant_time_compare(token, sign(asset_id, bucket)):
        return -1
    return max(0, int(expires_at(bucket) - (time.time() if now is None else now)))


def file_name(asset: Asset) -> str:
    return f"{asset.kind}.{SUFFIXES.get(asset.mime, 'bin')}"


def url(asset: Asset) -> str:
    """The signed address of this very file, or an empty string while it has none."""
    return _address(asset.id, bucket_of(time.time()), file_name(asset)) if asset.file else ""


@lru_cache(maxsize=20_000)
def _address(asset_id: UUID, bucket: int, name: str) -> str:
    """Remembered for its hour: a page of twelve turns needs forty, and the same ones again each time it is shown."""
    return reverse("media:asset", args=[sign(asset_id, bucket), asset_id, name])


def urls(asset: Asset) -> Urls:
    """Addresses of what browsers can play and of the pictures. Prefetch `derived` where many assets are shown.

    A photo is its own poster until a small one is made.
    """
    derived = {child.kind: child for child in asset.derived.all() if child.file}
    shown = asset if asset.browser_playable else derived.get(Kind.RENDITION)
    poster = derived.get(Kind.POSTER) or (None if asset.is_video else asset)
    strip = derived.get(Kind.FILMSTRIP)
    return {
        "src": url(shown) if shown else "",
        "poster": url(poster) if poster else "",
        "strip": url(strip) if strip else "",
        "strip_frames": int(strip.probe.get("frames", 0)) if strip else 0,
    }
