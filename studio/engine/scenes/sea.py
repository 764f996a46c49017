"""The water: waves from a spectrum, seen in perspective, reflecting the sky and the light."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .palettes import Palette, gradient
from .view import View

Floats = NDArray[np.float32]
Complexes = NDArray[np.complex64]
Indices = NDArray[np.intp]
GRAVITY = 9.81
LEVELS = 6
SKY_STEPS = 1024
SKY_REACH = 1.4


class Waves:
    """Slopes of a patch of sea that repeats, `size` metres square: across in the real part, away in the imaginary."""

    def __init__(
        self, rng: np.random.Generator, size: float, shape: tuple[int, int], lengths: tuple[float, float],
        wind: float, steepness: float,
    ) -> None:  # fmt: skip
        rows, columns = self.shape = shape
        self.size = size
        away = np.fft.fftfreq(rows, size / rows) * 2 * np.pi
        across = np.fft.fftfreq(columns, size / columns) * 2 * np.pi
        shortest, longest = lengths
        band = 2 * np.pi / shortest
        keep_rows, keep_columns = np.abs(away) < band, np.abs(across) < band
        self._places = np.ix_(np.flatnonzero(keep_rows), np.flatnonzero(keep_columns))
        kz, kx = np.meshgrid(away[keep_rows], across[keep_columns], indexing="ij")
        k = np.hypot(kx, kz)
        k[k == 0] = np.inf
        along = (kx * np.sin(wind) + kz * np.cos(wind)) / k
        power = np.exp(-((2 * np.pi / longest / k) ** 2)) / k**4 * along**2 * np.exp(-((k / band * 1.6) ** 2))
        power *= np.where(along > 0, 1.0, 0.06)
        random = rng.normal(size=(2, *k.shape))
        heights = np.sqrt(power) * (random[0] + 1j * random[1])
        heights[~np.isfinite(heights)] = 0
        # A wave and its mirror image make real slopes: both halves turn in time in opposite directions.
        self._turn = np.sqrt(GRAVITY * np.where(np.isfinite(k), k, 0)).astype(np.float32)
        self._slope = (1j * kx - kz).astype(np.complex64)
        self._heights = heights.astype(np.complex64)
        self._scale = np.float32(1.0)
        self._scale = np.float32(steepness / max(1e-9, float(np.abs(self.slopes(0.0)).std())))

    def slopes(self, moment: float) -> Complexes:
        phase = self._turn * np.float32(moment)
        turning = np.empty(phase.shape, np.complex64)
        np.cos(phase, out=turning.real)
        np.sin(phase, out=turning.imag)
        going = self._heights * turning
        coming = np.conj(np.roll(going[::-1, ::-1], (1, 1), (0, 1)))
        spectrum = np.zeros(self.shape, np.complex64)
        spectrum[self._places] = (going + coming) * self._slope
        return np.asarray(np.fft.ifft2(spectrum) * self._scale, np.complex64)


def _halved(slopes: Complexes) -> Complexes:
    rows, columns = slopes.shape
    pairs = slopes.reshape(rows // 2, 2, columns // 2, 2)
    return np.asarray((pairs[:, 0, :, 0] + pairs[:, 1, :, 0] + pairs[:, 0, :, 1] + pairs[:, 1, :, 1]) * 0.25)


def _levels(slopes: Complexes, count: int) -> list[Complexes]:
    levels = [slopes]
    for _ in range(count):
        levels.append(_halved(levels[-1]))
    return levels


@dataclass(frozen=True)
class Band:
    """Rows of water that look at the waves with the same coarseness, and what of them does not change in time."""

    rows: slice
    ripple_level: int
    ripple_at: tuple[Indices, ...]
    ripple_weights: tuple[Floats, Floats] | None
    swell_level: int
    swell_at: tuple[Indices, ...]
    swell_weights: tuple[Floats, Floats]
    across: Floats
    down: Floats
    inverse: Floats
    hidden: Floats
    narrow: tuple[Floats, Floats]
    strength: Floats
    haze: Floats


class Sea:
    """Draws the rows below the horizon as RGB bytes. Colours are kept from 0 to 255, channel by channel."""

    def __init__(self, rng: np.random.Generator, view: View, palette: Palette) -> None:
        self.view, self.palette = view, palette
        wind = float(rng.uniform(-0.7, 0.7))
        roughness = float(rng.uniform(0.85, 1.15))
        self.ripples = Waves(rng, 34.0, (256, 1024), (0.42, 7.0), wind, 0.094 * roughness)
        self.swell = Waves(rng, 310.0, (256, 256), (5.0, 60.0), wind + 0.3, 0.050 * roughness)
        self.pace = float(rng.uniform(0.82, 0.98))
        top = view.horizon / view.focal
        heights = np.linspace(0, SKY_REACH, SKY_STEPS, dtype=np.float32) / np.float32(top)
        self.sky = np.ascontiguousarray(
            gradient(palette, np.clip(heights, 0, 1).astype(np.float32)).T * np.float32(255)
        )
        self.deep = np.array(palette.deep, np.float32) * np.float32(255)
        self.shallow = np.array(palette.shallow, np.float32) * np.float32(255)
        self.light = np.array(palette.light, np.float32) * np.float32(255)
        self.glow = np.array(palette.glow, np.float32) * np.float32(255)
        self.horizon_colour = gradient(palette, np.zeros(1, np.float32))[0] * np.float32(255)
        self._lost = self._lost_variance()
        self.bands = [self._band(rows) for rows in self._slices()]

    def _lost_variance(self) -> list[float]:
        """How much of the ripples' slope each coarser level no longer shows: the glitter is wider instead."""
        levels = _levels(self.ripples.slopes(0.0), LEVELS)
        whole = float(np.var(levels[0].imag))
        return [max(0.0, whole - float(np.var(level.imag))) for level in levels]

    def _distance(self) -> Floats:
        below = np.arange(self.view.sea_rows, dtype=np.float32) + 0.6
        return np.asarray(self.view.eye * self.view.focal / below, np.float32)

    def _coarseness(self, waves: Waves) -> NDArray[np.int64]:
        distance = self._distance()
        step = distance**2 / (self.view.eye * self.view.focal)
        texel = waves.size / waves.shape[0]
        levels = np.round(np.log2(np.maximum(step / texel, 1e-6)) + 0.2)
        return np.asarray(np.clip(levels, 0, LEVELS), np.int64)

    def _slices(self) -> list[slice]:
        """Runs of rows with one coarseness of ripples and swell; at most 40 rows each, to stay in the cache."""
        kinds = np.stack([self._coarseness(self.ripples), self._coarseness(self.swell)])
        slices, start = [], 0
        for row in range(1, self.view.sea_rows + 1):
            ends = row == self.view.sea_rows or bool((kinds[:, row] != kinds[:, start]).any())
            if ends or row - start == 40:
                slices.append(slice(start, row))
                start = row
        return slices

    def _band(self, rows: slice) -> Band:
        view = self.view
        distance = self._distance()[rows][:, None]
        across = ((np.arange(view.width, dtype=np.float32) - view.width / 2) / view.focal)[None, :]
        ripple_level = int(self._coarseness(self.ripples)[rows.start])
        swell_level = int(self._coarseness(self.swell)[rows.start])
        swell_at, weights = self._swell_places(swell_level, distance)
        ripple_at, ripple_weights = self._ripple_places(ripple_level, across * distance, distance)
        down = -(view.eye / distance)
        lost = self._lost[ripple_level] + (0.004 if ripple_level == LEVELS else 0.0)
        size = 0.022**2
        tall = 1 / (2 * (size + 4 * lost))
        wide = 1 / (2 * (size + 4 * down**2 * lost + 0.0001))
        spread = np.sqrt(size / (size + 4 * lost)) * np.sqrt(size / (size + 4 * down**2 * lost + 0.0001))
        fade = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] / view.unit
        return Band(
            rows=rows,
            ripple_level=ripple_level,
            ripple_at=ripple_at,
            ripple_weights=ripple_weights,
            swell_level=swell_level,
            swell_at=swell_at,
            swell_weights=weights,
            across=across,
            down=down.astype(np.float32),
            inverse=(1 / np.sqrt(1 + across**2 + down**2)).astype(np.float32),
            hidden=np.asarray((0.55 * down) ** 2 + 0.0009, np.float32),
            narrow=(wide.astype(np.float32), np.full_like(down, tall, np.float32)),
            strength=(self.palette.glitter * np.maximum(spread, 0.16)).astype(np.float32),
            haze=(self.palette.haze * np.exp(-fade / 26)).astype(np.float32),
        )

    def _ripple_places(
        self, level: int, right: Floats, away: Floats
    ) -> tuple[tuple[Indices, ...], tuple[Floats, Floats] | None]:
        """One point of the waves for each pixel; near by, where a point covers several pixels, its four neighbours."""
        if level > 0:
            return (_corners(self.ripples, level, right, away)[0][0],), None
        return _corners(self.ripples, level, right, away)

    def _swell_places(self, level: int, distance: Floats) -> tuple[tuple[Indices, ...], tuple[Floats, Floats]]:
        """The four neighbours and their weights for every fourth column: swell is smooth."""
        view = self.view
        columns = (np.arange(view.width // 4 + 1, dtype=np.float32) * 4 - view.width / 2)[None, :] / view.focal
        return _corners(self.swell, level, columns * distance, distance)

    def draw(self, moment: float) -> NDArray[np.uint8]:
        ripples = _levels(self.ripples.slopes(moment * self.pace), LEVELS)
        swell = _levels(self.swell.slopes(moment * self.pace), LEVELS)
        picture = np.empty((self.view.sea_rows, self.view.width, 3), np.uint8)
        for band in self.bands:
            slopes = _between(ripples[band.ripple_level], band.ripple_at, band.ripple_weights)
            slopes += _spread(swell[band.swell_level], band, self.view.width)
            self._shade(band, slopes, picture[band.rows])
        return picture

    def _shade(self, band: Band, slopes: Complexes, out: NDArray[np.uint8]) -> None:
        """Where each facet mirrors to, how strongly, and the light that it throws back."""
        across, away = np.ascontiguousarray(slopes.real), np.ascontiguousarray(slopes.imag)
        facing = across * band.across
        np.subtract(band.down, facing, out=facing)
        facing -= away
        length = across * across
        length += 1
        work = away * away
        length += work
        facing *= 2
        facing /= length
        np.minimum(facing, -0.004, out=facing)
        depth = np.multiply(facing, away, out=length)
        depth += 1
        np.maximum(depth, 0.3, out=depth)
        np.reciprocal(depth, out=depth)
        up = np.subtract(band.down, facing, out=work)
        up *= depth
        side = across
        side *= facing
        side += band.across
        side *= depth
        mirror = _fresnel(facing, band.inverse)
        self._colour(band, up, side, mirror, away, out)

    def _colour(
        self, band: Band, up: Floats, side: Floats, mirror: Floats, away: Floats, out: NDArray[np.uint8]
    ) -> None:
        """The sky at the mirrored place, glitter and glow, and the body of the water, channel by channel."""
        steps = up * up
        # Near by, a facet that would mirror the horizon or what is below it is hidden behind its own wave.
        steps += band.hidden
        np.sqrt(steps, out=steps)
        steps *= (SKY_STEPS - 1) / SKY_REACH
        places = steps.astype(np.intp)
        side -= np.float32(self.view.sun_side)
        up -= np.float32(self.view.sun_up)
        side *= side
        up *= up
        shine = np.multiply(side, band.narrow[0], out=steps)
        side += up
        up *= band.narrow[1]
        shine += up
        np.negative(shine, out=shine)
        np.exp(shine, out=shine)
        shine *= band.strength
        halo = side
        halo *= 26
        halo += 1
        np.divide(mirror, halo, out=halo)
        halo *= 0.42
        crest = away
        crest *= 2.2
        crest += 0.5
        np.clip(crest, 0, 1, out=crest)
        plane, body = up, np.empty_like(up)
        for channel in range(3):
            np.multiply(crest, self.shallow[channel] - self.deep[channel], out=body)
            body += self.deep[channel]
            self.sky[channel].take(places, out=plane, mode="clip")
            plane -= body
            plane *= mirror
            plane += body
            np.multiply(halo, self.glow[channel], out=body)
            plane += body
            np.multiply(shine, self.light[channel], out=body)
            plane += body
            np.subtract(self.horizon_colour[channel], plane, out=body)
            body *= band.haze
            plane += body
            np.minimum(plane, 255, out=plane)
            out[..., channel] = plane


def _fresnel(facing: Floats, inverse: Floats) -> Floats:
    """How much a facet mirrors: everything where it is seen from the side, little from above."""
    mirror = facing * inverse
    mirror *= 0.5
    mirror += 1
    np.clip(mirror, 0, 1, out=mirror)
    mirror *= mirror
    mirror *= mirror
    mirror *= 0.97
    mirror += 0.03
    return mirror


def _corners(
    waves: Waves, level: int, right: Floats, away: Floats
) -> tuple[tuple[Indices, ...], tuple[Floats, Floats]]:
    """Where a place in metres lies among a level's points: the four around it, and how far between them it is."""
    rows, columns = (length >> level for length in waves.shape)
    across = right / waves.size * columns
    deep = np.broadcast_to(away / waves.size * rows, across.shape)
    left, near = np.floor(across).astype(np.intp), np.floor(deep).astype(np.intp)
    corners = tuple((near + j) % rows * columns + (left + i) % columns for j in (0, 1) for i in (0, 1))
    return corners, ((across - left).astype(np.float32), (deep - near).astype(np.float32))


def _between(slopes: Complexes, at: tuple[Indices, ...], weights: tuple[Floats, Floats] | None) -> Complexes:
    if weights is None:
        return slopes.take(at[0])
    here, right, further, both = (slopes.take(places) for places in at)
    sideways, away = weights
    right -= here
    right *= sideways
    here += right
    both -= further
    both *= sideways
    further += both
    further -= here
    further *= away
    here += further
    return here


def _spread(swell: Complexes, band: Band, width: int) -> Complexes:
    """The swell at every column of a band, from every fourth."""
    near = _between(swell, band.swell_at, band.swell_weights)
    steps = np.arange(4, dtype=np.float32) / 4
    full = near[:, :-1, None] + (near[:, 1:, None] - near[:, :-1, None]) * steps
    return np.asarray(full.reshape(len(near), width), np.complex64)
