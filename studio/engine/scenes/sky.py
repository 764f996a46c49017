"""The sky: a gradient, the light and its glow, clouds that drift, stars, and what stands on the horizon."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .noise import Floats, clouds, ridge, smooth
from .palettes import Palette, gradient
from .view import View

SCALE = 2
"""Clouds and gradient are soft: they are drawn at half the size."""


class Sky:
    """Draws the rows above the horizon as RGB bytes."""

    def __init__(
        self, rng: np.random.Generator, view: View, palette: Palette, specs: "tuple[LayerSpec, ...] | None" = None
    ) -> None:
        self.view, self.palette = view, palette
        self.rows, self.columns = -(-view.horizon // SCALE), -(-view.width // SCALE)
        heights = np.asarray(1 - (np.arange(self.rows) + 0.5) / self.rows, np.float32)
        self.base = np.repeat(gradient(palette, heights)[:, None, :], self.columns, axis=1)
        self.distance = self._from_light()
        self._add_glow()
        drift = float(rng.choice([-1, 1]))
        self.layers = [CloudLayer(rng, self, spec, drift) for spec in specs or (HIGH, LOW)]
        self.grain = rng.uniform(-0.6, 0.6, (self.rows, self.columns, 1)).astype(np.float32)
        self.stars = self._scatter_stars(rng)
        self.disc_box, self.disc = self._make_disc(rng)
        self.hills = self._make_hills(rng)

    def _from_light(self) -> Floats:
        """Distance of each half-size pixel from the light, one for the picture's shorter side."""
        y, x = np.mgrid[0 : self.rows, 0 : self.columns].astype(np.float32)
        short = min(self.view.width, self.view.height) / SCALE
        dx, dy = x - self.view.sun_x / SCALE, (y - self.view.sun_y / SCALE) * 1.08
        return np.asarray(np.hypot(dx, dy) / short, np.float32)

    def _add_glow(self) -> None:
        glow = np.array(self.palette.glow, np.float32)
        light = np.array(self.palette.light, np.float32)
        near, wide = np.exp(-self.distance * 10.5)[..., None], np.exp(-self.distance * 3.2)[..., None]
        strength = 0.35 if self.palette.stars else 0.7
        self.base += (glow - self.base) * wide * strength
        high = self.view.sun_up / (self.view.horizon / self.view.focal) > 0.5
        self.halo = (light * near * (0.40 if high else 0.6)).astype(np.float32)

    def _scatter_stars(self, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        count = self.palette.stars
        height = rng.uniform(0, 0.93, count) * self.view.horizon
        return {
            "x": rng.uniform(2, self.view.width - 3, count).astype(np.float32),
            "y": height.astype(np.float32),
            "light": (rng.pareto(2.0, count) * 0.34 + 0.16).clip(0, 1).astype(np.float32),
            "pace": rng.uniform(1.5, 5, count).astype(np.float32),
            "phase": rng.uniform(0, 6.3, count).astype(np.float32),
        }

    def _make_disc(self, rng: np.random.Generator) -> tuple[tuple[int, int, int, int], Floats]:
        """The light itself, drawn at full size: its box and how much of each pixel it covers."""
        view = self.view
        radius = self.palette.disc_size * min(view.width, view.height)
        reach = int(radius * 1.5) + 3
        left, top = int(view.sun_x) - reach, int(view.sun_y) - reach
        box = (max(0, left), max(0, top), min(view.width, left + 2 * reach), min(view.horizon, top + 2 * reach))
        y, x = np.mgrid[box[1] : box[3], box[0] : box[2]].astype(np.float32)
        away = np.hypot(x + 0.5 - view.sun_x, y + 0.5 - view.sun_y)
        cover = np.clip((radius - away) / 1.6 + 0.5, 0, 1)
        if self.palette.stars:
            seas = clouds(rng, 128, 128, 1.7)[: y.shape[0], : y.shape[1]]
            seas = np.pad(seas, ((0, y.shape[0] - seas.shape[0]), (0, y.shape[1] - seas.shape[1])), mode="edge")
            cover *= 1 - 0.20 * smooth(0.0, 1.1, seas) - 0.10 * (away / radius) ** 2 * (away < radius)
        return box, cover[..., None].astype(np.float32)

    def _make_hills(self, rng: np.random.Generator) -> list[tuple[Floats, Floats]]:
        """Faint land on the horizon, on one side or none: a colour and a mask for the lowest rows."""
        if rng.uniform() < 0.25:
            return []
        view, hills = self.view, []
        side = -1.0 if view.sun_x > view.width / 2 else 1.0
        if rng.uniform() < 0.2:
            side = -side
        base = gradient(self.palette, np.zeros(1, np.float32))[0]
        for depth in range(2):
            tall = (15 + 17 * depth * float(rng.uniform(0.5, 1.0))) * view.unit * float(rng.uniform(0.7, 1.3))
            line = ridge(rng, 4096, 1.25)[: view.width]
            place = np.linspace(-1, 1, view.width) * side
            start = float(rng.uniform(0.05, 0.35)) + 0.22 * depth
            profile = tall * smooth(start, start + 0.75, place.astype(np.float32)) * (0.35 + 0.65 * line)
            rows = int(tall * 1.4) + 2
            level = rows - np.arange(rows, dtype=np.float32)[:, None] - 0.5
            mask = np.clip(profile[None, :] - level + 0.5, 0, 1)[..., None]
            dark = base * np.array((0.52, 0.50, 0.60), np.float32) if self.palette.silhouette > 0.5 else base * 0.78
            share = 0.42 + 0.25 * depth
            colour = base + (dark - base) * share
            hills.append(((colour * 255).astype(np.float32), mask.astype(np.float32)))
        return hills

    def draw(self, moment: float) -> NDArray[np.uint8]:
        picture = self.base.copy()
        open_sky = np.ones((self.rows, self.columns, 1), np.float32)
        for layer in self.layers:
            cloud = layer.at(moment)
            clear = 1 - cloud[..., 3:]
            picture *= clear
            picture += cloud[..., :3]
            open_sky *= clear
        picture += self.halo * (0.6 + 0.4 * open_sky)
        picture *= 255
        picture += self.grain
        np.clip(picture, 0, 255, out=picture)
        small = Image.fromarray(picture.astype(np.uint8))
        size = (self.columns * SCALE, self.rows * SCALE)
        full = np.array(small.resize(size, Image.Resampling.BICUBIC))[: self.view.horizon, : self.view.width]
        self._put_stars(full, open_sky[..., 0], moment)
        self._put_disc(full, open_sky[..., 0])
        for colour, mask in self.hills:
            place = full[-len(mask) :]
            place[:] = place + (colour - place) * mask
        return full

    def _put_disc(self, full: NDArray[np.uint8], open_sky: Floats) -> None:
        left, top, right, bottom = self.disc_box
        y, x = np.mgrid[top:bottom, left:right] // SCALE
        seen = (0.8 + 0.2 * open_sky[y, x])[..., None] * self.disc
        place = full[top:bottom, left:right]
        colour = np.array(self.palette.disc, np.float32) * 255
        place[:] = place + (colour - place) * seen

    def _put_stars(self, full: NDArray[np.uint8], open_sky: Floats, moment: float) -> None:
        if not self.palette.stars:
            return
        stars = self.stars
        x, y = stars["x"].astype(np.intp), stars["y"].astype(np.intp)
        high = np.asarray(1 - stars["y"] / self.view.horizon, np.float32)
        light: Floats = stars["light"] * (0.75 + 0.25 * np.sin(stars["pace"] * moment + stars["phase"]))
        light *= open_sky[y // SCALE, x // SCALE] ** 2 * smooth(0.05, 0.5, high)
        light *= smooth(0.08, 0.3, self.distance[y // SCALE, x // SCALE])
        for dx, dy, share in ((0, 0, 235.0), (1, 0, 70.0), (-1, 0, 70.0), (0, 1, 70.0), (0, -1, 70.0)):
            rows = np.clip(y + dy, 0, self.view.horizon - 1)
            value = full[rows, x + dx] + (light * share)[:, None]
            full[rows, x + dx] = np.minimum(value, 255).astype(np.uint8)


@dataclass(frozen=True)
class LayerSpec:
    """How long drawn, how rough, how high, how fast, how thick and how soft-edged a layer's clouds are."""

    stretch: float
    power: float
    height: float
    pace: float
    thickness: float
    sharp: float


HIGH = LayerSpec(stretch=5.0, power=1.75, height=0.55, pace=7.0, thickness=0.5, sharp=1.3)
LOW = LayerSpec(stretch=3.0, power=1.66, height=0.30, pace=12.0, thickness=0.92, sharp=0.9)


class CloudLayer:
    """Clouds on a plane above, seen in perspective: far rows drift slower. Lit from where the light stands."""

    def __init__(self, rng: np.random.Generator, sky: Sky, spec: LayerSpec, drift: float) -> None:
        self.rows, self.columns = sky.rows, sky.columns
        self.margin = 96
        rise = np.asarray((sky.rows - np.arange(sky.rows) - 0.5) / sky.rows, np.float32)
        self.speeds = drift * spec.pace / SCALE * sky.view.unit * (0.25 + 1.1 * rise)
        density, beyond = self._project(rng, sky, spec, rise)
        cover = sky.palette.cover
        start = 1.15 - 1.5 * cover
        amount = smooth(start, start + spec.sharp, density)
        fade = smooth(0.015, 0.11, rise) * (1 - 0.55 * smooth(0.55, 1.0, rise))
        alpha = amount * spec.thickness * fade[:, None]
        light = np.clip(0.52 + 0.55 * (beyond - density) - 0.30 * amount + self._nearness(sky), 0, 1)[..., None]
        lit, shade = np.array(sky.palette.cloud_lit), np.array(sky.palette.cloud_shade)
        haze = np.exp(-rise * 7)[:, None, None] * 0.62
        horizon = gradient(sky.palette, np.array([0.08], np.float32))[0]
        colour = shade + (lit - shade) * light
        colour += (horizon - colour) * haze
        self.strip = np.concatenate([colour * alpha[..., None], alpha[..., None]], axis=2).astype(np.float32)

    def _nearness(self, sky: Sky) -> Floats:
        near = np.exp(-sky.distance * 4.5) * 0.5
        return np.pad(near, ((0, 0), (self.margin, self.margin)), mode="edge")

    def _project(self, rng: np.random.Generator, sky: Sky, spec: LayerSpec, rise: Floats) -> tuple[Floats, Floats]:
        """Density of each pixel of the strip, and the density a little towards the light."""
        field = clouds(rng, 1024, 1024, spec.power, spec.stretch / 3)
        detail = clouds(rng, 1024, 1024, 1.15, spec.stretch / 3)
        field = np.asarray((field + 0.13 * detail) / 1.01, np.float32)
        reach = spec.height / (rise + 0.10)
        columns = np.arange(self.columns + 2 * self.margin, dtype=np.float32) - self.margin
        light_at = sky.view.sun_x / SCALE
        short = min(sky.view.width, sky.view.height) / SCALE
        away_from_middle = (columns - sky.columns / 2)[None, :] / short
        across = np.asarray(away_from_middle * reach[:, None] * 190 * 3 / spec.stretch, np.float32)
        away = np.broadcast_to(np.asarray(reach * 300, np.float32)[:, None], across.shape)
        density = _sample(field, across, away)
        towards = np.clip((light_at - columns) / short, -1, 1)[None, :] * 9
        beyond = _sample(field, np.asarray(across + towards * reach[:, None], np.float32), away + np.float32(5))
        return density, beyond

    def at(self, moment: float) -> Floats:
        out = np.empty((self.rows, self.columns, 4), np.float32)
        for row in range(self.rows):
            shift = self.margin - float(self.speeds[row]) * moment
            whole = int(np.floor(shift))
            part = np.float32(shift - whole)
            line = self.strip[row]
            whole = min(max(whole, 0), 2 * self.margin - 1)
            first = line[whole : whole + self.columns]
            np.subtract(line[whole + 1 : whole + 1 + self.columns], first, out=out[row])
            out[row] *= part
            out[row] += first
        return out


def _sample(field: Floats, x: Floats, y: Floats) -> Floats:
    """The field between its points; it repeats."""
    rows, columns = field.shape
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    left, top = left % columns, top % rows
    right, below = (left + 1) % columns, (top + 1) % rows
    upper = field[top, left] * (1 - fx) + field[top, right] * fx
    lower = field[below, left] * (1 - fx) + field[below, right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, np.float32)
