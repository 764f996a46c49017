"""An oil painting's strokes: they follow the shapes, break up their edges, and their bristles catch the light.

Before it, a filter has made dabs of the picture's fine detail.
"""

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.engine.effects.entry import Params, strength
from studio.engine.painters.planes import Plane, moment, planes

TURNS = 12
"""Directions that a stroke can have."""
TILE = 384
LAID_ANEW = 2
"""Times a second that the bristles lie differently: a film is painted again and again. One goes over into the next."""
REACH, LIGHT = 3.6, 5.5
"""How far a stroke drags its colour, in pixels of 720p, and how much lighter or darker its bristles are."""


class Brush:
    def __init__(self, width: int, height: int, params: Params, seed: int = 17) -> None:
        self._seed = seed
        unit, k = min(width, height) / 720, 0.4 + 0.6 * strength(params)
        marks = strokes(np.random.default_rng(seed), 34 * unit, max(0.7, 2.6 * unit))
        self._ridges = np.rint(marks * LIGHT * k).astype(np.int16)
        self._light, self._colour = (Drag(marks, REACH * unit * k / every, -(-width // every)) for every in (1, 2))
        self._sweep = _sweep(width, height)

    def paint(self, frame: av.VideoFrame) -> None:
        light, blue, red = planes(frame)
        turns = self._turns(light)
        places = self._places(turns, 0)
        light[:] = crisp(self._light.dragged(light, places))
        halves = np.ascontiguousarray(places[::2, ::2])
        for plane in (blue, red):
            plane[:] = crisp(self._colour.dragged(plane, halves), rounds=1)
        light[:] = (self._bristles(turns, moment(frame) * LAID_ANEW) + light).clip(16, 235)

    def _bristles(self, turns: NDArray[np.int32], time: float) -> NDArray[np.int16]:
        """How much lighter each pixel becomes."""
        painting, share = int(time) + 1, time % 1 * np.pi / 2
        before, after = (
            self._ridges.take(self._places(turns, number), mode="clip") for number in (painting, painting + 1)
        )
        return np.asarray(before * np.int16(64 * np.cos(share)) + after * np.int16(64 * np.sin(share)) >> 6)

    def _places(self, turns: NDArray[np.int32], painting: int) -> NDArray[np.int32]:
        """Which pixel of which tile lies on each pixel of the picture."""
        down, across = np.random.default_rng((self._seed, painting)).integers(0, TILE, 2, np.int32)
        height, width = turns.shape
        rows = (np.arange(height, dtype=np.int32) + down) % TILE * TILE
        columns = (np.arange(width, dtype=np.int32) + across) % TILE
        return np.asarray(turns + rows[:, None] + columns)

    def _turns(self, light: Plane) -> NDArray[np.int32]:
        """Where the tile begins that goes along the edges nearby; where there are none, in one wide sweep."""
        height, width = light.shape
        small = Image.fromarray(light).resize(self._sweep.shape[:0:-1], Image.Resampling.BOX)
        down, right = np.gradient(np.asarray(small, np.float32))
        lean = np.stack([right * right - down * down, 2 * right * down])
        lean = np.stack([_soft(part) for part in lean]) + self._sweep
        turn = np.rint((np.arctan2(lean[1], lean[0]) / 2 + np.pi / 2) / np.pi * TURNS) % TURNS
        nearest = Image.fromarray(turn.astype(np.int32) * TILE**2)
        return np.asarray(nearest.resize((width, height), Image.Resampling.NEAREST))


class Drag:
    """Colours of a plane so wide, drawn along the strokes by up to so many pixels."""

    def __init__(self, marks: NDArray[np.float32], reach: float, width: int) -> None:
        self._rim = int(np.ceil(2 * reach))
        angles = (np.arange(TURNS) * np.pi / TURNS)[:, None, None]
        right, down = np.rint(marks * reach * np.cos(angles)), np.rint(marks * reach * np.sin(angles))
        self._away = (down * (width + 2 * self._rim) + right).astype(np.int32)

    def dragged(self, plane: Plane, places: NDArray[np.int32]) -> Plane:
        height, width = plane.shape
        wide = np.pad(plane, self._rim, "edge")
        here = np.arange(wide.size, dtype=np.int32).reshape(wide.shape)
        here = here[self._rim : self._rim + height, self._rim : self._rim + width]
        away = self._away.take(places[:height, :width], mode="clip")
        return np.asarray(wide.take(away + here, mode="clip"))


def strokes(chance: np.random.Generator, length: float, width: float) -> NDArray[np.float32]:
    """A tile of bristle marks for each direction, that meets itself at its edges."""
    noise = np.fft.rfft2(chance.normal(size=(TILE, TILE)))
    down, right = np.fft.fftfreq(TILE)[:, None], np.fft.rfftfreq(TILE)
    made = []
    for turn in np.arange(TURNS) * np.pi / TURNS:
        along = right * np.cos(turn) + down * np.sin(turn)
        across = down * np.cos(turn) - right * np.sin(turn)
        shape = np.exp(-2 * (np.pi * along * length / 2) ** 2 - 2 * (np.pi * across * width / 2) ** 2)
        shape *= 1 - np.exp(-((across * 8 * width) ** 2))
        marks = np.fft.irfft2(noise * shape, (TILE, TILE))
        made.append((marks / marks.std()).clip(-2, 2))
    return np.array(made, np.float32)


def crisp(plane: Plane, rounds: int = 2) -> Plane:
    """Each pixel becomes the lightest or the darkest around it, whichever is nearer: plates with hard edges."""
    for _ in range(rounds):
        highest, lowest = _around(plane, np.maximum), _around(plane, np.minimum)
        plane = lowest + (highest - lowest) * (highest - plane < plane - lowest)
    return plane


def _around(plane: Plane, choice: np.ufunc) -> Plane:
    """Of three by three pixels."""
    wide = plane.copy()
    choice(wide[1:], plane[:-1], out=wide[1:])
    choice(wide[:-1], plane[1:], out=wide[:-1])
    made = wide.copy()
    choice(made[:, 1:], wide[:, :-1], out=made[:, 1:])
    choice(made[:, :-1], wide[:, 1:], out=made[:, :-1])
    return made


def _soft(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Averaged over some of its neighbours."""
    whole = Image.fromarray(values)
    coarse = whole.resize((max(1, whole.width // 5), max(1, whole.height // 5)), Image.Resampling.BOX)
    return np.asarray(coarse.resize(whole.size, Image.Resampling.BICUBIC))


def _sweep(width: int, height: int) -> NDArray[np.float32]:
    """How flat parts are painted, as a lean that slight edges overrule."""
    scale = max(width, height) / 320
    rows, columns = max(2, round(height / scale)), max(2, round(width / scale))
    y, x = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j].astype(np.float32)
    turn = 0.5 + 0.9 * np.sin(2.6 * x + 1.4 * y) + np.pi / 2
    return 6 * np.stack([np.cos(2 * turn), np.sin(2 * turn)])
