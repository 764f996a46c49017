"""Ranges one behind the other, each a strip wider than the picture: land, light, snow, forest, and haze before it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..noise import Floats, ridge, smooth
from ..palettes import Palette
from ..travel import Strip, Travel
from ..view import View
from .terrain import ROWS, Rough, Seen, look_at
from .tones import Tones, between


@dataclass(frozen=True)
class Spec:
    """`foot` is its lowest row as a part of the picture; `tall` and `deep` are units; `crags` how rough it is."""

    foot: float
    tall: float
    deep: float
    nearness: float
    octaves: tuple[int, int]
    crags: float
    snowy: float
    wooded: float
    wavy: float


SPECS = (
    Spec(foot=0.64, tall=150, deep=60, nearness=0.05, octaves=(2, 8), crags=0.34, snowy=1.0, wooded=-1.0, wavy=1.35),
    Spec(foot=0.69, tall=345, deep=90, nearness=0.11, octaves=(1, 8), crags=0.44, snowy=1.0, wooded=-0.05, wavy=1.5),
    Spec(foot=0.765, tall=170, deep=80, nearness=0.22, octaves=(1, 8), crags=0.42, snowy=0.2, wooded=0.6, wavy=1.5),
    Spec(foot=0.87, tall=140, deep=80, nearness=0.40, octaves=(1, 7), crags=0.30, snowy=0.0, wooded=1.6, wavy=1.6),
)


class Ranges:
    """`strips` from the farthest to the nearest."""

    def __init__(
        self, rng: np.random.Generator, view: View, palette: Palette, tones: Tones, travel: Travel, white: bool
    ) -> None:
        self.view, self.palette, self.tones, self.travel, self.white = view, palette, tones, travel, white
        self.columns = int((view.width / 2 + travel.reach) / view.unit) * 2 + 2
        self.stretch = 0.6 + 0.4 * view.height / (720 * view.unit)
        side = 1.0 if view.sun_x > view.width / 2 else -1.0
        self.sun = (0.80 * side, 0.42, 0.34)
        self.peak = 0.5 - side * float(rng.uniform(0.08, 0.2))
        rough = Rough(rng)
        self.strips: list[Strip] = []
        for place, spec in enumerate(SPECS):
            self._add(rng, rough, spec, place)

    def _profile(self, rng: np.random.Generator, spec: Spec, place: int) -> Floats:
        """How high the crest goes along the range, 0 to 1; the second range has the great peak."""
        line = ridge(rng, 4096, spec.wavy)[: self.columns]
        line = (line - line.min()) / max(1e-6, float(np.ptp(line)))
        across = np.linspace(0, 1, self.columns, dtype=np.float32)
        if place == 1:
            great = np.exp(-(np.abs((across - self.peak) / 0.155) ** 1.35))
            other = 0.58 * np.exp(-(np.abs((across - (1.06 - self.peak)) / 0.12) ** 1.35))
            return np.asarray(0.22 + 0.20 * line + 0.66 * np.maximum(great, other), np.float32)
        if place == 0:
            return np.asarray(0.5 + 0.5 * line, np.float32)
        dip = np.exp(-(((across - self.peak - 0.1 * (place - 2)) / 0.3) ** 2)) * 0.35
        return np.asarray(0.50 + 0.55 * line - dip, np.float32)

    def _land(self, rng: np.random.Generator, rough: Rough, spec: Spec, place: int) -> Floats:
        away = np.linspace(0, 1, ROWS, dtype=np.float32)[:, None]
        rise = smooth(0.0, 0.78, away) * (1 - 0.5 * smooth(0.8, 1.0, away))
        crags = rough.ridged(rng, self.columns, *spec.octaves, 0.52)
        crags = crags / np.float32(np.percentile(crags, 99.5))
        body = (1 - spec.crags) + spec.crags * np.clip(crags, 0, 1.1) ** 0.8
        return np.asarray(spec.tall * self.stretch * self._profile(rng, spec, place) * (0.06 + 0.94 * rise) * body)

    def _add(self, rng: np.random.Generator, rough: Rough, spec: Spec, place: int) -> None:
        view = self.view
        land = self._land(rng, rough, spec, place)
        rows = int(land.max() + spec.deep) + 8
        seen = look_at(land, spec.deep / ROWS, rows, self.sun)
        fur = np.resize(rough.octaves[7], (max(rows, ROWS), 2048))[:rows, np.arange(self.columns) % 2048]
        top = int(view.height * spec.foot - rows * view.unit)
        size = (round(self.columns * view.unit), round(rows * view.unit))
        cover = Image.fromarray((seen.cover * 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
        picture = self._hazed(self._painted(seen, spec, fur, float(land.max())), spec, rows)
        image = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
        strip = Strip(image.resize(size, Image.Resampling.BICUBIC), cover, top, view.height, spec.nearness)
        self.strips = [each.behind(strip) for each in self.strips] + [strip]

    def _painted(self, seen: Seen, spec: Spec, fur: Floats, highest: float) -> Floats:
        tones = self.tones
        high = seen.height / np.float32(highest)
        sunny = np.clip((seen.light - 0.27) * 1.6 * tones.relief, 0, 1)
        sky = np.clip(0.10 + 0.20 * seen.hollow, 0, 0.5)
        light = np.clip(sunny + sky, 0, 1).astype(np.float32)
        colours = between(tones.rock, np.clip(light * (0.9 + 0.05 * fur), 0, 1))
        woods = smooth(0.30, 0.0, high + 0.02 * fur + 0.3 * seen.steep - spec.wooded)
        wooded = between(tones.forest, np.clip(light * 0.9 + 0.045 * fur, 0, 1))
        colours += (wooded - colours) * woods[..., None]
        line = tones.snow_line - 0.30 * seen.hollow + 0.014 * fur
        lying = smooth(0.86, 0.66, seen.steep + 0.015 * fur + 0.25 * np.clip(seen.hollow, 0, 1))
        snow = smooth(0.0, 0.20, high - line) * lying * max(spec.snowy, 0.85 * self.white)
        snowy = between(tones.snow, np.clip(light * 1.12 + 0.02 * fur, 0, 1))
        colours += (snowy - colours) * snow[..., None]
        return np.asarray(colours, np.float32)

    def _hazed(self, colours: Floats, spec: Spec, rows: int) -> Floats:
        """More air before what is far, and mist that lies at the foot; brighter towards the light."""
        haze, mist = (np.array(colour, np.float32) for colour in (self.tones.haze, self.tones.mist))
        glow = np.array(self.palette.glow, np.float32)
        across = (np.arange(self.columns) - self.columns / 2 + self.view.width / self.view.unit / 2) * self.view.unit
        lit = np.exp(-np.abs(across - self.view.sun_x) / (0.34 * self.view.width)).astype(np.float32)[None, :, None]
        up = ((rows - np.arange(rows, dtype=np.float32)) / rows)[:, None, None]
        air = self.tones.density * (1 - spec.nearness) ** 1.6
        share = air * (1 - 0.42 * up) + (1 - air) * np.exp(-up * 5.5) * 0.95 * self.tones.density
        veil = haze + (mist - haze) * np.exp(-up * 4) + (glow - haze) * lit * 0.45
        return np.asarray(colours + (veil - colours) * np.clip(share, 0, 1), np.float32)
