"""Makes pictures plain: upright, with square pixels, 8 bits, standard colours. Runs only inside a worker."""

import struct
from collections.abc import Mapping
from typing import Any

import av
from av.sidedata.sidedata import Type
from av.video.reformatter import ColorRange, ColorTrc
from av.video.stream import VideoStream

# High dynamic range to standard: how bright each level of the signal becomes, measured from a full conversion.
TONES = {
    int(ColorTrc.ARIB_STD_B67): "0/0 .083/.075 .167/.153 .25/.235 .333/.318 .417/.384 .5/.451 .583/.514 .667/.588 "
    ".75/.675 .833/.769 .917/.875 1/.992",
    int(ColorTrc.SMPTE2084): "0/0 .083/.039 .167/.09 .25/.153 .333/.243 .417/.357 .5/.486 .583/.604 .667/.714 "
    ".75/.808 .833/.878 .917/.945 1/1",
}
# Wide colours to those of ordinary screens, on the signal itself.
NARROWER = "colorchannelmixer=1.30:-.27:-.03:0:-.07:1.08:-.01:0:-.01:-.06:1.07:0"
STANDARD = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"


def is_hdr(frame: av.VideoFrame) -> bool:
    return int(frame.color_trc) in TONES


def rotation(frame: av.VideoFrame) -> int:
    """Degrees clockwise that the picture must be turned to stand upright: 0, 90, 180 or 270."""
    matrix = _matrix(frame)
    if not (any(matrix[0:4:3]) and any(matrix[1:5:3])):  # a picture of no size: the matrix means nothing
        return 0
    return round(-frame.rotation / 90) * 90 % 360


def turned(size: tuple[int, int], degrees: int) -> tuple[int, int]:
    width, height = size
    return (height, width) if degrees in {90, 270} else (width, height)


def shape(frame: av.VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Width and height before turning, with square pixels."""
    ratio = stream.sample_aspect_ratio
    if not ratio or ratio == 1 or not 0.1 < ratio < 10:
        return frame.width, frame.height
    return max(2, round(frame.width * ratio / 2) * 2), frame.height


def upright_size(frame: av.VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Width and height as it is shown."""
    return turned(shape(frame, stream), rotation(frame))


def plain_filters(frame: av.VideoFrame, stream: VideoStream, size: tuple[int, int] | None = None) -> list[str]:
    """The filters, in order, that make pictures like this one upright 8-bit yuv420p of `size` (even; else its own).

    High dynamic range is toned down to standard, after scaling.
    """
    full = upright_size(frame, stream)
    size = size or even(full)
    stored = turned(size, rotation(frame))
    filters = []
    if stored != (frame.width, frame.height):
        filters += [f"scale={stored[0]}:{stored[1]}:flags=bicubic", "setsar=1"]
    if tones := TONES.get(int(frame.color_trc)):
        filters += ["format=gbrp10le", NARROWER, f"curves=all='{tones}'"]
        filters += ["scale=out_color_matrix=bt709:out_range=tv", "format=yuv420p", STANDARD]
    elif int(frame.color_range) == int(ColorRange.JPEG) or frame.format.name.startswith("yuvj"):
        filters.append("scale=out_range=tv")
    filters += upright_filters(frame)
    if filters or frame.format.name != "yuv420p":
        filters.append("format=yuv420p")
    return filters


def even(size: tuple[int, int]) -> tuple[int, int]:
    return max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2)


def fitted(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """Within the box (turned to the picture's own direction), shape kept, even, never larger than it was."""
    longest, shortest = max(box), min(box)
    scale = min(1.0, longest / max(size), shortest / min(size))
    return even((round(size[0] * scale / 2) * 2, round(size[1] * scale / 2) * 2))


def upright_filters(frame: av.VideoFrame) -> list[str]:
    """The filters that obey the display matrix. Empty where there is none."""
    matrix = _matrix(frame)
    degrees = rotation(frame)
    if degrees == 90:
        return ["transpose=cclock_flip" if matrix[3] > 0 else "transpose=clock"]
    if degrees == 270:
        return ["transpose=clock_flip" if matrix[3] < 0 else "transpose=cclock"]
    if degrees == 180:
        return [name for name, turned_over in (("hflip", matrix[0] < 0), ("vflip", matrix[4] < 0)) if turned_over]
    return ["vflip"] if matrix[4] < 0 else []


def _matrix(frame: av.VideoFrame) -> tuple[int, ...]:
    side_data: Mapping[Any, Any] = frame.side_data
    data = side_data.get(Type.DISPLAYMATRIX)
    if data is None:
        return (1, 0, 0, 0, 1, 0, 0, 0, 1)
    return struct.unpack("=9i", bytes(data))
