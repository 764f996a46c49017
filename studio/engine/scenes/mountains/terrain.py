"""Land as a field of heights, looked at from the front: what is seen at each pixel, and how it is lit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..noise import Floats

ROWS, COLUMNS = 512, 2048
LONGEST = 760.0
OCTAVES = 8
COARSE = 4


class Rough:
    """Noise by octaves, made once for all ranges; it repeats, and each range looks at another place of it."""

    def __init__(self, rng: np.random.Generator) -> None:
        down = np.fft.fftfreq(ROWS)[:, None].astype(np.float32)
        across = np.fft.rfftfreq(COLUMNS)[None, :].astype(np.float32)
        radius = np.hypot(down, across)
        spectrum = np.fft.rfft2(rng.standard_normal((ROWS, COLUMNS), np.float32))
        self.octaves = []
        for octave in range(OCTAVES):
            centre = 2.0**octave / LONGEST
            band = np.exp(-(((radius - centre) / (centre * 0.42)) ** 2))
            field = np.fft.irfft2(spectrum * band, s=(ROWS, COLUMNS)).astype(np.float32)
            self.octaves.append(field / field.std())

    def ridged(self, rng: np.random.Generator, columns: int, first: int, last: int, gain: float) -> Floats:
        """Sharp crests that branch into finer ones, 0 to about 1."""
        total = np.zeros((ROWS, columns), np.float32)
        weight: Floats = np.ones_like(total)
        strength, sum_of = 1.0, 0.0
        for octave in range(first, last):
            shift = (int(rng.integers(ROWS)), int(rng.integers(COLUMNS)))
            field = self.octaves[octave][
                (np.arange(ROWS)[:, None] + shift[0]) % ROWS, (np.arange(columns)[None, :] + shift[1]) % COLUMNS
            ]
            crest = np.clip(1 - np.abs(field) * 0.62, 0, 1) ** 2 * weight
            total += crest * np.float32(strength)
            sum_of += strength
            weight = np.clip(crest * 1.9 + 0.08, 0, 1)
            strength *= gain
        return np.asarray(total / np.float32(sum_of), np.float32)


@dataclass(frozen=True)
class Seen:
    """For each row (from the top) and column: the height there, the light on it, its steepness, and the cover."""

    height: Floats
    light: Floats
    steep: Floats
    hollow: Floats
    cover: Floats


def look_at(land: Floats, lift: float, rows: int, sun: tuple[float, float, float]) -> Seen:
    """`land` has its nearest line first; each further line stands `lift` pixels higher in the picture."""
    depth, columns = land.shape
    lines = land + np.arange(depth, dtype=np.float32)[:, None] * np.float32(lift)
    skyline = np.maximum.accumulate(lines, axis=0)
    wide = np.float64(rows * 4)
    offsets = np.arange(columns) * wide
    sorted_lines = (skyline.T.astype(np.float64) + offsets[:, None]).ravel()
    levels = rows - 0.5 - np.arange(rows, dtype=np.float64)
    asked = (levels[::-1][None, :] + offsets[:, None]).ravel()
    found = np.searchsorted(sorted_lines, asked).reshape(columns, rows) - np.arange(columns)[:, None] * depth
    at: NDArray[np.intp] = np.clip(found, 0, depth - 1).T[::-1]
    column = np.arange(columns)[None, :]
    across = np.gradient(land, axis=1)
    away = np.gradient(land, axis=0)
    length = np.sqrt(across**2 + away**2 + 1)
    light = (-across * sun[0] + sun[1] + away * sun[2]) / length
    near = _softened(land[::COARSE, ::COARSE], 1)
    hollow = np.clip((near - _softened(near, 5)) / 9, -1, 1)
    cover = np.clip(skyline[-1][None, :] - levels[:, None] + 0.5, 0, 1)
    return Seen(
        land[at, column], light[at, column].astype(np.float32), (1 - 1 / length)[at, column],
        hollow[at // COARSE, column // COARSE].astype(np.float32), cover.astype(np.float32),
    )  # fmt: skip


def _softened(field: Floats, reach: int) -> Floats:
    """A mean over a square, by running sums."""
    for axis in (0, 1):
        padded = np.pad(field, [(reach + 1, reach) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        sums = np.cumsum(padded, axis=axis, dtype=np.float64)
        size = field.shape[axis]
        upper = sums.take(range(2 * reach + 1, 2 * reach + 1 + size), axis=axis)
        lower = sums.take(range(size), axis=axis)
        field = ((upper - lower) / (2 * reach + 1)).astype(np.float32)
    return field
