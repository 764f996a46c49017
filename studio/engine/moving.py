"""Effects that follow the clock, picture by picture: the camera's travel between pixels, and light that fades.

Runs only inside a worker.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
import numpy as np
from PIL import Image

from .catalogue import BY_ID
from .effects.entry import WHOLE_VIEW, Box
from .timeline import Placed

BLACK, NEUTRAL = 16, 128


class Moving:
    """Neighbouring steps of this kind, done in one go: what several cameras do is resampled once."""

    def __init__(self, steps: Sequence[Placed], fps: Fraction) -> None:
        self._steps, self._fps = steps, fps
        self._shown = 0

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        if frame is None:
            return
        moment = float(self._shown / self._fps)
        self._shown += 1
        box, light = WHOLE_VIEW, 1.0
        for step in self._steps:
            entry, length = BY_ID[step.id], step.length
            if entry.view is not None:
                box = within(box, entry.view(step.params, step.clock.at(moment), length))
            if entry.light is not None:
                light *= entry.light(step.params, step.clock.at(moment), length)
        yield lit(seen(frame, box), light)


def within(outer: Box, inner: Box) -> Box:
    """What a second camera sees of a first one's picture."""
    left, top, width, height = outer
    return left + inner[0] * width, top + inner[1] * height, inner[2] * width, inner[3] * height


def seen(frame: av.VideoFrame, box: Box) -> av.VideoFrame:
    """The part of the picture in the box (fractions of it), as large as the picture was."""
    if box == WHOLE_VIEW:
        return frame
    return _made([_cut(plane, box) for plane in _planes(frame)], frame)


def lit(frame: av.VideoFrame, light: float) -> av.VideoFrame:
    """With so much of its light, 0 to 1."""
    if light >= 1:
        return frame
    levels = np.arange(256)
    tables = [np.round(ground + (levels - ground) * max(0.0, light)).clip(0, 255) for ground in (BLACK, NEUTRAL)]
    luma, *chroma = _planes(frame)
    tables = [table.astype(np.uint8) for table in tables]
    return _made([tables[0][luma], *(tables[1][plane] for plane in chroma)], frame)


def again(frame: av.VideoFrame) -> av.VideoFrame:
    """The same picture as a frame of its own, which may have its own time."""
    return _made(_planes(frame), frame)


def _cut(plane: np.ndarray, box: Box) -> np.ndarray:
    height, width = plane.shape
    left, top = box[0] * width, box[1] * height
    edges = (
        max(0.0, left),
        max(0.0, top),
        min(float(width), left + box[2] * width),
        min(float(height), top + box[3] * height),
    )
    return np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BICUBIC, box=edges))


def _planes(frame: av.VideoFrame) -> list[np.ndarray]:
    """Luma and both chromas."""
    whole = frame.to_ndarray(format="yuv420p")
    height, width = frame.height, frame.width
    chroma = whole[height:].reshape(2, height // 2, width // 2)
    return [whole[:height], chroma[0], chroma[1]]


def _made(planes: Sequence[np.ndarray], like: av.VideoFrame) -> av.VideoFrame:
    """A frame of these planes with the time and the colours of another one."""
    width = planes[0].shape[1]
    whole = np.concatenate([planes[0], *(plane.reshape(-1, width) for plane in planes[1:])])
    frame = av.VideoFrame.from_ndarray(whole, format="yuv420p")
    frame.pts, frame.time_base = like.pts, like.time_base
    frame.colorspace, frame.color_range = like.colorspace, like.color_range
    frame.color_primaries, frame.color_trc = like.color_primaries, like.color_trc
    return frame
