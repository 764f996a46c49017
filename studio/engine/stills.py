"""Still pictures from clips and photos: the poster, the filmstrip that hovering scrubs, the normalised photo."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import av
from av.container import InputContainer
from PIL import Image, ImageStat

from .chains import Chain
from .errors import MediaRefused
from .limits import granted
from .pictures import open_photo, upright
from .probing import UNDECODABLE, go_to, header_seconds, open_video, pictures
from .turning import even, plain_filters, upright_size

Job = dict[str, Any]
Report = Callable[[float], None]
TOO_DARK = 14.0
POSTER_QUALITY, STRIP_QUALITY, PHOTO_QUALITY = 85, 78, 92
PHOTO_SIDE = 4096


def poster(job: Job, report: Report) -> Job:
    """job: path, output (JPEG), width (at most), at (seconds; else a telling one is chosen)."""
    widest = int(job.get("width") or 1280)
    with open_video(str(job["path"]), granted(job)) as container:
        length = _length(container)
        asked = job.get("at")
        if asked is None:
            _roughly(container)
        moments = [float(asked)] if asked is not None else [min(1.0, length * 0.1), length * 0.35, length * 0.6]
        image = _telling(container, moments, widest)
    image.save(str(job["output"]), "JPEG", quality=POSTER_QUALITY, progressive=True)
    return {"width": image.width, "height": image.height}


def _telling(container: InputContainer, moments: list[float], widest: int) -> Image.Image:
    """The first of the moments that is not nearly black; else the brightest of them."""
    seen: list[tuple[float, Image.Image]] = []
    developer = Developer(container, widest=widest)
    for moment in moments:
        image = developer.image(picture_at(container, moment))
        light = ImageStat.Stat(image.convert("L").resize((32, 18))).mean[0]
        seen.append((light, image))
        if light > TOO_DARK:
            break
    return max(seen, key=lambda pair: pair[0])[1]


def filmstrip(job: Job, report: Report) -> Job:
    """job: path, output (JPEG), frames, height. Pictures side by side in one row, evenly through the clip."""
    count, height = int(job.get("frames") or 12), int(job.get("height") or 90)
    with open_video(str(job["path"]), granted(job)) as container:
        _roughly(container)
        length = _length(container)
        moments = [length * (place + 0.5) / count for place in range(count)]
        images: list[Image.Image] = []
        developer = Developer(container, height=height)
        for frame in pictures_at(container, moments):
            images.append(developer.image(frame))
            report(len(images) / count)
    width = images[0].width
    strip = Image.new("RGB", (width * count, height))
    for place, image in enumerate(images):
        strip.paste(image, (place * width, 0))
    strip.save(str(job["output"]), "JPEG", quality=STRIP_QUALITY)
    return {"frames": count, "width": width, "height": height}


def _roughly(container: InputContainer) -> None:
    """Decode faster: pictures on which no other depends are left out, edges between blocks stay unsmoothed."""
    context = container.streams.video[0].codec_context
    context.skip_frame = "NONREF"
    context.options = {**context.options, "skip_loop_filter": "all"}


def _length(container: InputContainer) -> float:
    return header_seconds(container) or 0.0


def picture_at(container: InputContainer, moment: float) -> av.VideoFrame:
    """The picture shown at `moment` seconds, or the last one before the end."""
    return next(iter(pictures_at(container, [moment])))


def pictures_at(container: InputContainer, moments: list[float]) -> Iterator[av.VideoFrame]:
    """One picture for each of the moments, which rise. Seeks where the next moment lies beyond the next keyframe."""
    stream = container.streams.video[0]
    base = float(stream.time_base or 1)
    start = (stream.start_time or 0) * base
    keys = [entry.timestamp * base for entry in stream.index_entries if entry.is_keyframe]
    frame: av.VideoFrame | None = None
    source: Iterator[av.VideoFrame] | None = None
    for moment in moments:
        target = start + moment
        if source is None or frame is None or _worth_seeking(keys, frame.time or 0.0, target):
            go_to(container, target)
            source = pictures(container)
        frame = _reach(source, frame, target)
        yield frame


def _worth_seeking(keys: list[float], here: float, target: float) -> bool:
    """Where the index is unknown, decoding on is slow beyond two seconds."""
    if len(keys) < 2:
        return target - here > 2.0
    return any(here < key <= target for key in keys)


def _reach(source: Iterator[av.VideoFrame], last: av.VideoFrame | None, target: float) -> av.VideoFrame:
    if last is not None and last.time is not None and last.time >= target - 0.001:
        return last
    for frame in source:
        last = frame
        if frame.time is None or frame.time >= target - 0.001:
            break
    if last is None:
        raise MediaRefused("unreadable", UNDECODABLE)
    return last


class Developer:
    """Pictures of one clip as images: upright, 8 bits, at most `widest` wide, or exactly `height` high.

    The filters are made once, because those for high dynamic range take seconds to set up.
    """

    def __init__(self, container: InputContainer, widest: int = 0, height: int = 0) -> None:
        self._stream = container.streams.video[0]
        self._widest, self._height = widest, height
        self._chain: Chain[av.VideoFrame] | None = None

    def image(self, frame: av.VideoFrame) -> Image.Image:
        if self._chain is None:
            self._chain = Chain(frame, plain_filters(frame, self._stream, self._size(frame)))
        image: Image.Image = next(self._chain.push(frame)).to_image()  # type: ignore[no-untyped-call]
        return image

    def _size(self, frame: av.VideoFrame) -> tuple[int, int]:
        width, height = upright_size(frame, self._stream)
        if self._height:
            return even((max(2, round(width * self._height / height)), self._height))
        wide = min(self._widest, width)
        return even((wide, max(2, round(height * wide / width))))


def photo(job: Job, report: Report) -> Job:
    """job: path, output. Upright, at most 4096 on a side, sRGB, without metadata; PNG where it is see-through."""
    image = upright(open_photo(str(job["path"]), granted(job)))
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    report(0.6)
    see_through = image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)
    if see_through:
        image.save(str(job["output"]), "PNG", compress_level=6)
    else:
        image.convert("RGB").save(str(job["output"]), "JPEG", quality=PHOTO_QUALITY, subsampling=0)
    mime = "image/png" if see_through else "image/jpeg"
    return {"width": image.width, "height": image.height, "mime": mime, "size": os.path.getsize(str(job["output"]))}
