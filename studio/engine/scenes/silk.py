"""Silk: folds of cloth that flow through light. Soft, so it is drawn at half the size."""

import numpy as np
from PIL import Image

from studio.engine.plan import Scene
from studio.engine.sound import chord

from .dyes import DYES, STEPS, ramp
from .film import Film, Picture
from .noise import Floats, smooth
from .swell import Swell

HALF = 2


def film(asked: Scene, seed: int, size: tuple[int, int], seconds: float) -> Film:
    return Film(Silk(seed, *size, str(asked.get("palette") or "")).frame, chord(seed, seconds))


class Silk:
    """`frame(t)` is the picture at `t` seconds as RGB bytes. It may be asked in any order and from any thread."""

    def __init__(self, seed: int, width: int, height: int, palette: str) -> None:
        rng = np.random.default_rng([seed, 41])
        dye = DYES[palette if palette in DYES else str(rng.choice(["red", "gold", "teal", "blue", "violet", "pink"]))]
        self.width, self.height = width, height
        self.rows, self.columns = -(-height // HALF), -(-width // HALF)
        self.ramps = ramp(dye.one), ramp(dye.other)
        self.light = np.array(dye.light, np.float32) * 255
        short = min(self.rows, self.columns)
        y, x = np.mgrid[0 : self.rows, 0 : self.columns].astype(np.float32) / short
        lean = float(rng.uniform(0.35, 0.75)) * float(rng.choice([-1, 1]))
        self.along = (x * np.cos(lean) + y * np.sin(lean)).astype(np.float32)
        self.aside = (y * np.cos(lean) - x * np.sin(lean)).astype(np.float32)
        self.warp = Swell(rng, self.rows, self.columns, (0.7, 2.4), 0.42)
        self.ripple = Swell(rng, self.rows, self.columns, (0.30, 0.8), 0.62)
        self.hue = Swell(rng, self.rows, self.columns, (0.9, 2.6), 0.30)
        self.folds = [
            (
                float(rng.uniform(0.85, 1.15)) * pitch,
                high,
                float(rng.uniform(0, 6.3)),
                pace * float(rng.uniform(0.8, 1.2)),
            )
            for pitch, high, pace in ((5.8, 1.0, 0.42), (10.6, 0.46, -0.30), (21.0, 0.17, 0.50))
        ]
        self.sun = np.array((float(rng.uniform(0.45, 0.7)) * float(rng.choice([-1, 1])), -0.55), np.float32)
        middle = np.hypot(x - x.max() / 2, y - y.max() / 2) / np.hypot(x.max() / 2, y.max() / 2)
        self.edge = (1 - 0.34 * smooth(0.45, 1.05, middle)).astype(np.float32)
        self.grain = rng.uniform(-0.7, 0.7, (self.rows, self.columns, 1)).astype(np.float32)

    def _heights(self, moment: float) -> Floats:
        warp, ripple = self.warp.at(moment), self.ripple.at(moment)
        place = self.aside + 0.23 * warp + 0.035 * ripple
        total = np.zeros_like(place)
        for number, (pitch, high, phase, pace) in enumerate(self.folds):
            turn = pitch * place + (phase + pace * moment) + (0.55 + 0.5 * number) * np.sin(self.along * 1.7 + warp)
            total += np.float32(high) * np.sin(turn + 0.55 * np.sin(turn))
        return np.asarray(total, np.float32)

    def frame(self, moment: float) -> Picture:
        heights = self._heights(moment)
        short = min(self.rows, self.columns)
        down, across = np.gradient(heights * np.float32(0.085 * short))
        length = np.sqrt(down * down + across * across + np.float32(1))
        facing = (across * self.sun[0] + down * self.sun[1] + np.float32(0.62)) / length
        open_ = smooth(-1.5, 1.1, heights)
        # Eased towards the dark: what is turned away still takes light from the fold beside it.
        matt = 0.5 * (facing + np.sqrt(facing * facing + np.float32(0.07))) * (0.30 + 0.70 * open_)
        # Light that grazes the threads: bright along the shoulder of a fold, not at its top.
        sheen = np.clip(1 - np.abs(facing - 0.80) * 3.4, 0, 1)
        sheen *= sheen * open_
        glint = np.clip((facing - 0.86) * 6.6, 0, 1)
        glint *= glint * glint * open_
        tone = np.clip((0.06 + 0.72 * matt + 0.24 * sheen) * self.edge, 0, 1)
        step = (tone * (STEPS - 1)).astype(np.intp)
        share = smooth(-1.1, 1.1, self.hue.at(moment))[..., None]
        one, other = (colours.take(step, axis=0) for colours in self.ramps)
        picture = one + (other - one) * share
        picture += (self.light - picture) * (0.55 * glint * self.edge)[..., None]
        picture += self.grain
        small = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
        size = (self.columns * HALF, self.rows * HALF)
        return np.asarray(small.resize(size, Image.Resampling.BICUBIC))[: self.height, : self.width]
