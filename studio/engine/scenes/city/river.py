"""The river: what stands above it, upside down, drawn out by the waves. Soft, so it is made at half the size."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ..film import Picture
from ..noise import Floats
from ..palettes import Colour
from ..sea import Waves
from ..view import View

HALF = 2
STRETCH = 1.55
"""How many rows above are seen in one row below."""


class River:
    def __init__(self, rng: np.random.Generator, view: View, deep: Colour) -> None:
        self.view = view
        self.waves = Waves(rng, 60.0, (256, 256), (0.8, 9.0), float(rng.uniform(-0.6, 0.6)), 0.07)
        self.pace = float(rng.uniform(0.55, 0.75))
        self.rows, self.columns = -(-view.sea_rows // HALF), view.width // HALF
        below = (np.arange(self.rows, dtype=np.float32) + 0.5) * HALF
        distance = 5.0 * view.focal / (below + 4 * view.unit)
        across = (np.arange(self.columns, dtype=np.float32) * HALF - view.width / 2)[None, :] * (distance / view.focal)[
            :, None
        ]
        cell = self.waves.size / 256
        u, v = across / cell, np.broadcast_to((distance / cell)[:, None], across.shape)
        left, near = np.floor(u).astype(np.intp), np.floor(v).astype(np.intp)
        self.weights = ((u - left).astype(np.float32), (v - near).astype(np.float32))
        self.corners = [(near + j) % 256 * 256 + (left + i) % 256 for j in (0, 1) for i in (0, 1)]
        # Where a pixel holds many waves they blur instead of bending.
        seen = np.clip(cell * 2.2 / (distance**2 / (5.0 * view.focal)), 0, 1)
        self.bend = (seen * view.focal * 0.42 / HALF)[:, None].astype(np.float32)
        self.seen = int(self.rows * STRETCH + view.focal * 0.05)
        self.base = (below / HALF * STRETCH)[:, None].astype(np.float32)
        depth = np.linspace(0, 1, self.rows, dtype=np.float32)[:, None, None]
        self.share = np.asarray(0.86 - 0.40 * depth, np.float32)
        self.deep = np.array(deep, np.float32) * 255

    def _slopes(self, moment: float) -> NDArray[np.complex64]:
        slopes = self.waves.slopes(moment * self.pace).ravel()
        a, b, c, d = (slopes.take(corner) for corner in self.corners)
        right, away = self.weights
        near = a + (b - a) * right
        return np.asarray(near + (c + (d - c) * right - near) * away, np.complex64)

    def _drawn_out(self, above: Image.Image, reach: float) -> Floats:
        """Lights become columns."""
        for part in (0.8, 1.0):
            above = above.filter(ImageFilter.BoxBlur((0, reach * part * self.view.unit)))
        return np.asarray(above, np.float32)

    def put(self, picture: Picture, moment: float) -> None:
        view = self.view
        above = Image.fromarray(picture[: view.horizon]).reduce(HALF)
        above = above.crop((0, max(0, above.height - self.seen), above.width, above.height))
        bright = np.asarray(above, np.float32)
        gain = 0.9 + np.clip(bright.mean(axis=2, keepdims=True) - 95, 0, None) * np.float32(0.016)
        soft = self._drawn_out(Image.fromarray(np.minimum(bright * gain, 255).astype(np.uint8)), 15)
        tall, wide = soft.shape[:2]
        slopes = self._slopes(moment)
        up: Floats = self.base - slopes.imag * self.bend
        rows = np.clip(tall - 1 - np.abs(up), 0, tall - 1).astype(np.intp)
        shift = slopes.real * self.bend * np.float32(0.30)
        columns = np.clip(np.arange(self.columns, dtype=np.float32)[None, :] + shift, 0, wide - 1).astype(np.intp)
        water = soft.reshape(-1, 3).take(rows * wide + columns, axis=0)
        facing = np.clip(1.0 + slopes.imag[..., None] * 3.0, 0.45, 1.25).astype(np.float32)
        water = self.deep + (water - self.deep) * self.share * facing
        small = Image.fromarray(np.clip(water, 0, 255).astype(np.uint8))
        large = small.resize((self.columns * HALF, self.rows * HALF), Image.Resampling.BICUBIC)
        picture[view.horizon :] = np.asarray(large)[: view.sea_rows, : view.width]
