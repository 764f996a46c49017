"""Mist that drifts between the ranges: soft, so it is kept small and drawn large."""

import numpy as np
from PIL import Image

from .noise import Floats, clouds, smooth
from .palettes import Colour
from .view import View

SMALL = 6
WIDE = 512
"""Columns after which the noise begins anew: more than a picture has."""


class Mist:
    """A band of mist around a row of the picture; two layers of noise go past each other, so it never repeats."""

    def __init__(
        self, rng: np.random.Generator, view: View, colour: Colour, level: float, high: float, strength: float
    ) -> None:
        self.view = view
        self.colour = tuple(int(255 * part) for part in colour)
        tall = high * view.unit
        self.top = max(0, int(view.height * level - tall))
        self.bottom = min(view.height, int(view.height * level + tall * 0.8))
        rows = max(2, (self.bottom - self.top) // SMALL)
        place = np.arange(rows, dtype=np.float32) / rows * (self.bottom - self.top) + self.top - view.height * level
        shape = np.exp(-((place / (tall * np.where(place < 0, 0.42, 0.36))) ** 2))[:, None]
        self.layers = [smooth(-1.5, 1.3, _fitted(clouds(rng, 128, WIDE, 1.55, 2.2), rows)) for _ in range(2)]
        self.shape = np.asarray(shape * 255 * strength, np.float32)
        self.pace = float(rng.uniform(3.0, 6.0)) * float(rng.choice([-1, 1])) * view.unit / SMALL

    def put(self, picture: Image.Image, moment: float, aside: float = 0.0) -> None:
        one, two = (
            self._moved(layer, aside / SMALL + way * moment)
            for layer, way in zip(self.layers, (self.pace, -0.45 * self.pace), strict=True)
        )
        mask = Image.fromarray(np.minimum(self.shape * one * (0.35 + 0.65 * two), 245).astype(np.uint8))
        size = (self.view.width, self.bottom - self.top)
        picture.paste(self.colour, (0, self.top), mask.resize(size, Image.Resampling.BICUBIC))

    def _moved(self, layer: Floats, shift: float) -> Floats:
        whole = int(np.floor(shift))
        columns = (np.arange(round(self.view.width / SMALL) + 1) + whole) % WIDE
        part = np.float32(shift - whole)
        return np.asarray(layer[:, columns[:-1]] * (1 - part) + layer[:, columns[1:]] * part, np.float32)


def _fitted(noise: Floats, rows: int) -> Floats:
    return noise[np.arange(rows) % len(noise)]
