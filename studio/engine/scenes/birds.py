"""A few gulls far away."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .palettes import Palette
from .view import View

FINE = 4


class Birds:
    def __init__(self, rng: np.random.Generator, view: View, palette: Palette) -> None:
        self.view = view
        count = int(rng.integers(2, 6)) if palette.birds else 0
        middle = (float(rng.uniform(0.2, 0.8)) * view.width, view.horizon * float(rng.uniform(0.28, 0.62)))
        spread = 95 * view.unit
        self.x = middle[0] + rng.uniform(-1, 1, count) * spread
        self.y = middle[1] + rng.uniform(-0.35, 0.35, count) * spread
        self.size = rng.uniform(6.5, 11.5, count) * view.unit
        self.pace = rng.uniform(5.0, 7.5, count)
        self.phase = rng.uniform(0, 6.3, count)
        self.drift = float(rng.uniform(9, 16)) * view.unit * float(rng.choice([-1, 1]))
        ink = 0.16 if palette.silhouette > 0.5 else 0.34
        self.colour = tuple(int(255 * ink * (0.6 + 0.4 * part)) for part in palette.cloud_shade)

    def put(self, picture: NDArray[np.uint8], moment: float) -> None:
        for place in range(len(self.x)):
            glide = np.sin(moment * 0.9 + self.phase[place])
            flap = np.sin(self.pace[place] * moment + self.phase[place]) * (0.30 + 0.55 * max(0.0, glide))
            x = self.x[place] + self.drift * moment
            y = self.y[place] + 4 * self.view.unit * np.sin(0.7 * moment + self.phase[place])
            self._put_one(picture, float(x), float(y), float(self.size[place]), float(flap))

    def _put_one(self, picture: NDArray[np.uint8], x: float, y: float, size: float, flap: float) -> None:
        half = int(size) + 3
        left, top = int(x) - half, int(y) - half
        if left < 0 or top < 0 or left + 2 * half > self.view.width or top + 2 * half > self.view.horizon:
            return
        mask = Image.new("L", (2 * half * FINE, 2 * half * FINE))
        draw = ImageDraw.Draw(mask)
        cx, cy = (x - left) * FINE, (y - top) * FINE
        for side in (-1, 1):
            elbow = (cx + side * size * 0.45 * FINE, cy - (0.24 + 0.42 * flap) * size * FINE)
            tip = (cx + side * size * FINE, cy - (0.02 + 0.55 * flap) * size * FINE)
            draw.line([(cx, cy), elbow, tip], fill=255, width=max(2, int(size * 0.15 * FINE)), joint="curve")
        cover = np.asarray(mask.resize((2 * half, 2 * half), Image.Resampling.BOX), np.float32)[..., None] / 255 * 0.85
        area = picture[top : top + 2 * half, left : left + 2 * half]
        area[:] = area + (np.array(self.colour, np.float32) - area) * cover
