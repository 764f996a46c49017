"""Snow and rain in the air: each flake and drop has its place, depth and pace, and comes back above when it is down."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .noise import Floats
from .view import View

FLAKES, DROPS = 620, 760


@dataclass(frozen=True)
class Many:
    x: Floats
    y: Floats
    pace: Floats
    kind: NDArray[np.intp]
    phase: Floats


class Falling:
    """`put` lightens the picture where something falls."""

    def __init__(self, rng: np.random.Generator, view: View, what: str, light: tuple[float, float, float]) -> None:
        self.view, self.what = view, what
        self.light = np.array(light, np.float32) * 255
        count = int((FLAKES if what == "snow" else DROPS) * view.width * view.height / (view.unit**2 * 1280 * 720))
        near = (rng.random(count) ** (3.0 if what == "snow" else 2.2)).astype(np.float32)
        sizes = 12
        self.wind = float(rng.uniform(0.25, 0.5)) * float(rng.choice([-1, 1])) * (1.0 if what == "snow" else 0.45)
        self.stamps = [self._stamp(size / (sizes - 1)) for size in range(sizes)]
        self.margin = max(max(stamp.shape) for stamp in self.stamps) + 4
        fall = 42 + 130 * near if what == "snow" else 900 + 900 * near
        self.many = Many(
            rng.uniform(0, view.width + 2 * self.margin, count).astype(np.float32),
            rng.uniform(0, view.height + 2 * self.margin, count).astype(np.float32),
            (fall * view.unit * rng.uniform(0.85, 1.15, count)).astype(np.float32),
            np.round(near * (sizes - 1)).astype(np.intp),
            rng.uniform(0, 6.3, count).astype(np.float32),
        )

    def _stamp(self, near: float) -> Floats:
        """What one looks like: a soft dot, or a thin streak along its fall."""
        unit = self.view.unit
        if self.what == "snow":
            radius = (0.85 + 3.4 * near**1.6) * unit
            blur = radius * (0.42 + 0.35 * near)
            reach = int(radius + 2 * blur) + 2
            y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
            dot = 1 / (1 + np.exp((np.hypot(x, y) - radius) / max(0.3, blur * 0.45)))
            return np.asarray(dot * (0.80 - 0.32 * near), np.float32)
        long, thick = (13 + 46 * near) * unit, (0.42 + 0.55 * near) * unit
        rows = int(long) + 4
        columns = int(abs(self.wind) * rows) + 6
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        middle = 3 + (y if self.wind > 0 else rows - y) * abs(self.wind)
        along = np.clip(np.sin(np.pi * y / (rows - 1)), 0, 1) ** 0.7
        return np.asarray(np.exp(-(((x - middle) / thick) ** 2)) * along * (0.16 + 0.16 * near), np.float32)

    def put(self, picture: NDArray[np.uint8], moment: float) -> None:
        view, many, margin = self.view, self.many, self.margin
        sway = np.sin(moment * 0.9 + many.phase) * 14 * view.unit if self.what == "snow" else 0.0
        x = (many.x + self.wind * many.pace * moment + sway) % (view.width + 2 * margin) - margin
        y = (many.y + many.pace * moment) % (view.height + 2 * margin) - margin
        for place in range(len(x)):
            stamp = self.stamps[many.kind[place]]
            lighten(picture, stamp, float(x[place]), float(y[place]), self.light, self.what == "snow")


def lighten(picture: NDArray[np.uint8], stamp: Floats, x: float, y: float, light: Floats, fine: bool = True) -> None:
    """Mix `light` into the picture as far as the stamp, its middle at that place, covers it; `fine` between pixels."""
    left, top = int(np.floor(x)), int(np.floor(y))
    if fine:
        stamp = _shifted(stamp, x - left, y - top)
    rows, columns = stamp.shape
    left, top = left - columns // 2, top - rows // 2
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(picture.shape[1], left + columns), min(picture.shape[0], top + rows)
    if x0 >= x1 or y0 >= y1:
        return
    cover = stamp[y0 - top : y1 - top, x0 - left : x1 - left, None]
    area = picture[y0:y1, x0:x1]
    area[:] = area + (light - area) * cover


def _shifted(stamp: Floats, right: float, down: float) -> Floats:
    """Moved by less than a pixel, so that slow flakes do not jump from pixel to pixel."""
    rows, columns = stamp.shape
    moved = np.zeros((rows + 1, columns + 1), np.float32)
    moved[:rows, :columns] = stamp * np.float32((1 - right) * (1 - down))
    moved[:rows, 1:] += stamp * np.float32(right * (1 - down))
    moved[1:, :columns] += stamp * np.float32((1 - right) * down)
    moved[1:, 1:] += stamp * np.float32(right * down)
    return moved
