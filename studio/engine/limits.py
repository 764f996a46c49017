"""What a file may be (Limits), what it was found to be (Probe), and what a worker may use (Allowance)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

MEGABYTE = 1024 * 1024

CLIP_CODECS = frozenset(
    ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "prores", "mjpeg", "dnxhd")  # what cameras and browsers write
) | {"h263", "mpeg2video", "ffv1", "cfhd", "qtrle", "png", "rawvideo"}


@dataclass(frozen=True)
class Limits:
    """Seconds, bytes, pixels, frames per second. A file beyond them is refused before it is decoded."""

    seconds: float = 60.0
    bytes: int = 512 * MEGABYTE
    side: int = 4096
    smallest_side: int = 16
    pixels: int = 4096 * 2304
    fps: float = 240.0
    tracks: int = 16
    photo_pixels: int = 50_000_000
    photo_side: int = 12_000

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


STORED = Limits(seconds=1800.0, bytes=4096 * MEGABYTE)
"""For files that were let in before: a slow motion of sixty seconds is longer than what may come from outside."""


def granted(job: Mapping[str, Any]) -> Limits:
    """The limits that a job brings, or those for stored files."""
    return Limits(**job["limits"]) if job.get("limits") else STORED


@dataclass(frozen=True)
class Probe:
    """What a file is. `width` and `height` are as it is shown: after rotation, with square pixels.

    `rotation` is what was turned, in degrees clockwise; `fps` is the average where the rate varies.
    `container` is mp4, mov, webm, mkv, jpeg, png or webp; durations are seconds, `size` is bytes.
    `hdr`: its colours are of high dynamic range; whatever is made from it shows them as standard ones.
    """

    kind: str
    container: str
    codec: str
    pix_fmt: str
    width: int
    height: int
    rotation: int = 0
    duration: float = 0.0
    fps: float = 0.0
    variable_rate: bool = False
    hdr: bool = False
    has_sound: bool = False
    audio_codec: str = ""
    size: int = 0
    browser_playable: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Allowance:
    """What one worker may use: bytes of address space and of a file it writes, seconds of CPU and of wall clock.

    `nice` is how far it stands back where others want the processor too.
    """

    memory: int = 2560 * MEGABYTE
    cpu: int = 600
    file_size: int = 2048 * MEGABYTE
    open_files: int = 64
    wall: float = 900.0
    nice: int = 5


GLANCE = Allowance(cpu=30, file_size=256 * MEGABYTE, wall=40.0)
# Nothing honest takes as long to look at: what does was made to be slow.
LOOK = replace(GLANCE, cpu=15, wall=25.0)
# Made while somebody waits for the clip itself to play: that comes first.
PICTURES = replace(GLANCE, nice=15)
LABOUR = Allowance(cpu=3600, wall=1800.0)


def allowance(operation: str) -> Allowance:
    """Looking at a file is quick and writes little; making one may take minutes."""
    if operation in {"poster", "filmstrip", "waveform"}:
        return PICTURES
    if operation == "probe":
        return LOOK
    return GLANCE if operation == "photo" else LABOUR
