"""A source's pieces one after the other: loops, parts that run backwards, pictures that stand still.

What runs backwards is read in stretches from the end on, so that only some of its pictures are held at a time.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Protocol, Self

import av
import numpy as np

from .encoding import SOUND_RATE
from .moving import again
from .pipeline import Ahead
from .soundtrack import Frames, sound_frame
from .timeline import Piece

HELD = 360 * 1024 * 1024
"""Bytes of pictures that may be held at a time: ten seconds of 720p."""
STRETCHES = 3
"""Of those that are held, one is shown, one waits and one is read."""
Frame = av.VideoFrame | av.AudioFrame
Stretch = tuple[list[av.VideoFrame], np.ndarray, int]


class Divisible(Frames, Protocol):
    """Frames of which any part can be had."""

    def part(self, start: float, end: float) -> Self: ...


class Assembled:
    """Frames made of `pieces` of a source."""

    def __init__(self, source: Divisible, pieces: tuple[Piece, ...], held: int = HELD) -> None:
        self.width, self.height, self.fps = source.width, source.height, source.fps
        self.has_sound = source.has_sound
        self._source, self._pieces = source, pieces
        self._counts = [max(1, round(piece.seconds * self.fps)) for piece in pieces]
        self.seconds = float(sum(self._counts) / self.fps)
        self._held = max(2 * STRETCHES, held * 2 // (source.width * source.height * 3))

    def __iter__(self) -> Iterator[Frame]:
        yield from self._counted(self._frames(pictures=True))

    def sounds(self) -> Iterator[av.AudioFrame]:
        for frame in self._counted(self._frames(pictures=False)):
            if isinstance(frame, av.AudioFrame):
                yield frame

    def _counted(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        shown = heard = 0
        for frame in frames:
            if isinstance(frame, av.VideoFrame):
                frame.pts, frame.time_base = shown, 1 / Fraction(self.fps)
                shown += 1
            else:
                frame.pts, frame.time_base = heard, Fraction(1, SOUND_RATE)
                heard += frame.samples
            yield frame

    def _frames(self, pictures: bool) -> Iterator[Frame]:
        last: av.VideoFrame | None = None
        for piece, count in zip(self._pieces, self._counts, strict=True):
            for frame in self._piece(piece, count, last, pictures):
                if isinstance(frame, av.VideoFrame):
                    last = frame
                yield frame

    def _piece(self, piece: Piece, count: int, last: av.VideoFrame | None, pictures: bool) -> Iterator[Frame]:
        if piece.hold:
            yield from self._held_still(piece, count, last, pictures)
        elif piece.end > piece.start:
            part = self._source.part(piece.start, piece.start + float(count / self.fps))
            yield from part if pictures else part.sounds()
        else:
            yield from self._backwards(piece, count, pictures)

    def _held_still(self, piece: Piece, count: int, last: av.VideoFrame | None, pictures: bool) -> Iterator[Frame]:
        if pictures and last is None:
            start = max(0.0, piece.start - float(1 / self.fps))
            found = self._source.part(start, start + float(1 / self.fps))
            last = next(frame for frame in found if isinstance(frame, av.VideoFrame))
        for _ in range(count):
            if last is not None:
                yield again(last)
            if self.has_sound:
                yield sound_frame(np.zeros((2, round(SOUND_RATE / self.fps)), np.float32), 0)

    def _backwards(self, piece: Piece, count: int, pictures: bool) -> Iterator[Frame]:
        for shown, sound, length in Ahead(self._stretches(piece, count, pictures), most=1):
            yield from _side_by_side(shown[::-1], sound[:, ::-1], length)

    def _stretches(self, piece: Piece, count: int, pictures: bool) -> Iterator[Stretch]:
        """The last one first, each forwards: its pictures, its sound, and how many pictures it shall be.

        What may be held as a whole is read once; stretches begin at a keyframe, so much of them is read again.
        """
        most = count if count <= self._held else self._held // STRETCHES
        for end in range(count, 0, -most):
            start = max(0, end - most)
            part = self._source.part(piece.end + float(start / self.fps), piece.end + float(end / self.fps))
            shown: list[av.VideoFrame] = []
            heard: list[np.ndarray] = [np.zeros((2, 0), np.float32)]
            for frame in part if pictures else part.sounds():
                if isinstance(frame, av.VideoFrame):
                    shown.append(frame)
                else:
                    heard.append(frame.to_ndarray())
            yield shown, np.concatenate(heard, axis=1), end - start


def _side_by_side(pictures: list[av.VideoFrame], sound: np.ndarray, count: int) -> Iterator[Frame]:
    """Each picture followed by its share of the sound."""
    cuts = np.linspace(0, sound.shape[1], count + 1).round().astype(int)
    for place in range(count):
        if place < len(pictures):
            yield pictures[place]
        if cuts[place] < cuts[place + 1]:
            yield sound_frame(sound[:, cuts[place] : cuts[place + 1]], 0)
