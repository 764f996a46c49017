"""Signed addresses of files. Whoever rendered a page has asked who may see it; the address carries that answer.

An address is the same for everybody all through an hour, so nothing flickers and caches work, and it is good until the
end of the next hour: between one and two hours. What is held back has no such address, and those made before are
refused; a page may sign one for a single person who may look at it all the same, and it opens for that person alone.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypedDict
from uuid import UUID

from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from studio.media.models import Asset, Kind

HOUR = 3600
TOKEN = re.compile(r"(?P<bucket>[0-9]{1,12})(\.(?P<person>[0-9]{1,12})\.(?P<holds>[0-9]{1,9}))?-")
PRORES = "video/quicktime; codecs=apch"
"""ProRes 422 in MOV: a type of its own, so that a take has both downloads (the name is the one of RFC 6381)."""
SUFFIXES = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    PRORES: "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}


class Urls(TypedDict):
    """What a page needs to show an asset. An empty string: not made yet. `strip_frames` lie side by side in `strip`.

    `wave` is its sound along the strip, a hexadecimal digit for each equal part (deriving.wave_of).
    """

    src: str
    poster: str
    strip: str
    strip_frames: int
    wave: str


NONE = Urls(src="", poster="", strip="", strip_frames=0, wave="")


def bucket_of(moment: float) -> int:
    return int(moment // HOUR)


def expires_at(bucket: int) -> int:
    """Seconds since the epoch at which an address made in hour `bucket` ends."""
    return (bucket + 2) * HOUR


def sign(asset_id: UUID, bucket: int, person: int | None = None, holds: int = 0) -> str:
    """`person`: the only one for whom it opens, and then also while the file is held back, until the next hold."""
    said = f"{bucket}" if person is None else f"{bucket}.{person}.{holds}"
    return f"{said}-{Signer(salt='studio.media.address').signature(f'{asset_id}:{said}')}"


@dataclass(frozen=True)
class Grant:
    """What an address grants: for how many seconds (0: it has expired, -1: we never made it), and to whom alone.

    `holds`: how often the file had been held back when it was made.
    """

    seconds: int
    person: int | None = None
    holds: int = 0


def read_token(token: str, asset_id: UUID, now: float | None = None) -> Grant:
    match = TOKEN.match(token)
    if match is None:
        return Grant(-1)
    bucket, person = int(match["bucket"]), int(match["person"]) if match["person"] else None
    holds = int(match["holds"] or 0)
    if not constant_time_compare(token, sign(asset_id, bucket, person, holds)):
        return Grant(-1)
    return Grant(max(0, int(expires_at(bucket) - (time.time() if now is None else now))), person, holds)


def file_name(asset: Asset) -> str:
    return f"{asset.kind}.{SUFFIXES.get(asset.mime, 'bin')}"


def url(asset: Asset, person: int | None = None) -> str:
    """The signed address of this very file; an empty string while it has none, or is held back from everybody.

    `person` is the id of somebody who has been asked about: it opens for them alone, held back or not.
    """
    if not asset.file or (asset.held and person is None):
        return ""
    holds = 0 if person is None else (asset.origin or asset).holds if asset.is_derived else asset.holds
    return _address(asset.id, bucket_of(time.time()), file_name(asset), person, holds)


@lru_cache(maxsize=20_000)
def _address(asset_id: UUID, bucket: int, name: str, person: int | None, holds: int) -> str:
    """Remembered for its hour: a page of twelve turns needs forty, and the same ones again each time it is shown."""
    return reverse("media:asset", args=[sign(asset_id, bucket, person, holds), asset_id, name])


def urls(asset: Asset, person: int | None = None, address: Callable[[Asset], str] | None = None) -> Urls:
    """Addresses of what browsers can play and of the pictures. Prefetch `derived` where many assets are shown.

    A photo is its own poster until a small one is made. `person` as for `url`. `address` makes addresses of another
    kind, for those whose right to look is asked anew each time.
    """
    if asset.held and person is None:
        return NONE.copy()
    give = address or partial(url, person=person)
    derived = {child.kind: child for child in asset.derived.all() if child.file}
    shown = asset if asset.browser_playable else derived.get(Kind.RENDITION)
    poster = derived.get(Kind.POSTER) or (None if asset.is_video else asset)
    strip = derived.get(Kind.FILMSTRIP)
    return {
        "src": give(shown) if shown else "",
        "poster": give(poster) if poster else "",
        "strip": give(strip) if strip else "",
        "strip_frames": int(strip.probe.get("frames", 0)) if strip else 0,
        "wave": str(strip.probe.get("wave", "")) if strip else "",
    }
