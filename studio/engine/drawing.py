"""A film that is drawn instead of read: pictures made in order on two threads, its sound between them.

It offers what reading.Source offers (width, height, fps, count, seconds, has_sound, and frames when iterated), so
whatever can be done to a clip can be done to it. Runs only inside a worker.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from .encoding import SOUND_RATE
from .sound import Samples, frames

Picture = NDArray[np.uint8]
RATE = Fraction(24)
HANDS = 2
AHEAD = 4


class Drawn:
    """`picture(t)` gives the picture at `t` seconds as RGB bytes, from any thread; `sound` has two channels."""

    def __init__(
        self, size: tuple[int, int], seconds: float, picture: Callable[[float], Picture], sound: Samples | None
    ) -> None:
        self.width, self.height = size
        self.fps = RATE
        self.count = max(1, round(seconds * RATE))
        self.seconds = float(self.count / RATE)
        self.has_sound = sound is not None
        self._picture = picture
        self._sound = sound

    def part(self, start: float, end: float) -> "Drawn":
        """Some seconds of it, drawn anew."""
        first, last = round(start * SOUND_RATE), round(end * SOUND_RATE)
        whole = self._picture
        size = (self.width, self.height)
        sound = None if self._sound is None else self._sound[:, first:last]
        return Drawn(size, end - start, lambda moment: whole(start + moment), sound)

    def sounds(self) -> Iterator[av.AudioFrame]:
        return iter(()) if self._sound is None else frames(self._sound, round(SOUND_RATE / RATE))

    def __iter__(self) -> Iterator[av.VideoFrame | av.AudioFrame]:
        pieces = self.sounds()
        for place, picture in enumerate(self._in_order()):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = place, 1 / RATE
            yield frame.reformat(format="yuv420p", dst_colorspace="ITU709", interpolation="BICUBIC")
            piece = next(pieces, None)
            if piece is not None:
                yield piece
        yield from pieces

    def _in_order(self) -> Iterator[Picture]:
        with ThreadPoolExecutor(HANDS) as hands:
            waiting: deque[Future[Picture]] = deque()
            for place in range(self.count):
                waiting.append(hands.submit(self._picture, float(place / RATE)))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
