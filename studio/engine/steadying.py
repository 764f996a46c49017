"""Holds a shaky shot still: how the camera moved is measured, smoothed, and taken back, with what comes after in view.

Runs only inside a worker.
"""

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .painters.planes import planes

Floats = NDArray[np.float64]
ROOM = 0.08
"""The share of the picture that is given away, half at each side, so that it can be moved without showing its edge."""
LOOK_AHEAD = 0.9
FEWEST = 10
HELD_PIXELS = 160_000_000
"""A large picture is smoothed over fewer neighbours: they wait in memory."""
SEEN = 240
"""Motion is measured on a picture this wide."""
ROUNDS, FINE = 16, 0.01
"""It is improved so many times at most, or until it is as fine (in pixels of that picture)."""
ALIKE = 0.5
"""Two pictures that agree less than this once they lie on each other are not of one shot."""


class Steady:
    """A link of the chain. A picture comes out when those that its place is smoothed over have been seen."""

    def __init__(self, fps: Fraction) -> None:
        self._fps = fps
        self._waiting: deque[av.VideoFrame] = deque()
        self._path: list[Floats] = []
        self._before: NDArray[np.float32] | None = None

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        if frame is not None:
            self._follow(frame)
            self._waiting.append(frame)
        while self._waiting and (frame is None or len(self._waiting) > self._reach(self._waiting[0])):
            place = len(self._path) - len(self._waiting)
            first = self._waiting.popleft()
            yield moved(first, smoothed(self._path, place, self._reach(first)) - self._path[place])

    def _reach(self, frame: av.VideoFrame) -> int:
        return max(FEWEST, min(round(LOOK_AHEAD * self._fps), HELD_PIXELS // (frame.width * frame.height)))

    def _follow(self, frame: av.VideoFrame) -> None:
        """Where the camera is now: right, down (in pixels of the picture) and turned."""
        smaller = max(1.0, max(frame.width, frame.height) / SEEN)
        size = max(16, round(frame.width / smaller)), max(16, round(frame.height / smaller))
        scale = frame.width / size[0], frame.height / size[1], 1
        now = frame.reformat(*size, "gray", interpolation="AREA").to_ndarray().astype(np.float32)
        if self._before is None:
            self._path.append(np.zeros(3))
        else:
            self._path.append(self._path[-1] + motion(self._before, now) * scale)
        self._before = now


def smoothed(path: list[Floats], place: int, reach: int) -> Floats:
    """The path without its tremble at one place. It is thought to go on beyond its ends as it came there."""
    last = len(path) - 1
    away = np.arange(-reach, reach + 1)
    weights = np.exp(-2 * (away / reach) ** 2)
    ends = (place + away).clip(0, last)
    mirrored = (2 * ends - place - away).clip(0, last)
    near = [2 * path[end] - path[mirror] for end, mirror in zip(ends, mirrored, strict=True)]
    return np.asarray(weights @ np.array(near) / weights.sum())


def motion(before: NDArray[np.float32], now: NDArray[np.float32]) -> Floats:
    """How what was seen before lies now: right, down, turned. Nothing where it is another shot.

    Begins at the shift that most of the picture agrees on, then improves by the slopes of its tones. What does not
    agree, because it moves by itself, counts less and less.
    """
    height, width = before.shape
    rows, columns = slice(height // 12, -height // 12), slice(width // 12, -width // 12)
    ground = before[rows, columns]
    down, right = np.array(np.gradient(before))[:, rows, columns].reshape(2, -1)
    y, x = np.indices(before.shape, np.float32)[:, rows, columns].reshape(2, -1)
    slopes = np.stack([right, down, down * (x - (width - 1) / 2) - right * (y - (height - 1) / 2)])
    found = np.array([*_shift(before, now), 0.0])
    for _ in range(ROUNDS):
        laid = _seen_at(now, found)[rows, columns]
        off = (laid - laid.mean() - (ground - ground.mean())).ravel()
        trust = 1 / (1 + (off / (2 * np.median(np.abs(off)) + 0.5)) ** 2) ** 2
        weighted = slopes * trust
        step = np.linalg.lstsq(weighted @ slopes.T, weighted @ off, rcond=None)[0]
        found -= step
        if float(np.abs(step * (1, 1, width / 2)).max()) < FINE:
            break
    laid = _seen_at(now, found)[rows, columns]
    spread = float(ground.std() * laid.std())
    alike = float(((ground - ground.mean()) * (laid - laid.mean())).mean())
    return found if spread and alike > ALIKE * spread else np.zeros(3)


def _shift(before: NDArray[np.float32], now: NDArray[np.float32]) -> tuple[float, float]:
    """Whole pixels right and down, by phase correlation."""
    window = np.hanning(before.shape[0])[:, None] * np.hanning(before.shape[1])
    one, other = (np.fft.rfft2((picture - picture.mean()) * window) for picture in (before, now))
    both = other * one.conj()
    peaks = np.fft.irfft2(both / (np.abs(both) + 1e-9), before.shape)
    at = np.unravel_index(int(peaks.argmax()), peaks.shape)
    down, right = ((place + size // 2) % size - size // 2 for place, size in zip(at, peaks.shape, strict=True))
    return float(right), float(down)


def _seen_at(picture: NDArray[np.float32], place: Floats) -> NDArray[np.float32]:
    """The small picture as it lies if the camera is thought to be there."""
    shown = Image.fromarray(picture)
    return np.asarray(shown.transform(shown.size, Image.Transform.AFFINE, _affine(*shown.size, place), BILINEAR))


def moved(frame: av.VideoFrame, by: Floats) -> av.VideoFrame:
    """The picture moved and turned by that much, a little enlarged: as far as its edges stay out of sight."""
    width, height = frame.width, frame.height
    room_x, room_y = width * ROOM / 2, height * ROOM / 2
    turn = _within(by[2], min(room_x, room_y) / max(width, height))
    room_x, room_y = room_x - abs(turn) * height / 2, room_y - abs(turn) * width / 2
    place = np.array([-_within(by[0], room_x), -_within(by[1], room_y), -turn])
    frame.make_writable()
    for number, plane in enumerate(planes(frame)):
        shown = Image.fromarray(plane)
        scale = shown.width / width, shown.height / height, 1
        how = _affine(*shown.size, place * scale, 1 - ROOM)
        fine = BILINEAR if number else BICUBIC
        plane[:] = np.asarray(shown.transform(shown.size, Image.Transform.AFFINE, how, fine))
    return frame


def _within(value: float, room: float) -> float:
    """As it is while it is small; softly, never more than the room."""
    return float(value / (1 + (value / room) ** 4) ** 0.25)


def _affine(width: int, height: int, place: Floats, zoom: float = 1.0) -> tuple[float, ...]:
    """Where each pixel comes from, round the middle of the picture."""
    across, down = width / 2, height / 2
    cos, sin = zoom * np.cos(place[2]), zoom * np.sin(place[2])
    left = across + place[0] - cos * across + sin * down
    top = down + place[1] - sin * across - cos * down
    return float(cos), float(-sin), float(left), float(sin), float(cos), float(top)


BILINEAR, BICUBIC = Image.Resampling.BILINEAR, Image.Resampling.BICUBIC
