"""A field that changes slowly and never repeats: plane waves of few lengths, added up by one product of matrices."""

import numpy as np

from .noise import Floats


class Swell:
    """`at(t)` has a mean of about 0 and a deviation of 1 over the picture; lengths are parts of its shorter side."""

    def __init__(
        self, rng: np.random.Generator, rows: int, columns: int, lengths: tuple[float, float], pace: float,
        count: int = 14,
    ) -> None:  # fmt: skip
        short = min(rows, columns)
        length = np.exp(rng.uniform(np.log(lengths[0]), np.log(lengths[1]), count)) * short
        angle = rng.uniform(0, 2 * np.pi, count)
        self.weight = (length / length.max()) ** 0.8
        self.weight /= np.sqrt((self.weight**2).sum() / 2)
        self.down = np.outer(np.arange(rows), 2 * np.pi / length * np.sin(angle))
        self.across = np.outer(2 * np.pi / length * np.cos(angle), np.arange(columns))
        self.phase = rng.uniform(0, 2 * np.pi, count)
        self.turn = rng.uniform(0.5, 1.0, count) * rng.choice([-1, 1], count) * pace
        self.cos_across, self.sin_across = (f(self.across).astype(np.float32) for f in (np.cos, np.sin))

    def at(self, moment: float) -> Floats:
        phase = self.down + (self.phase + self.turn * moment)[None, :]
        cos, sin = ((f(phase) * self.weight).astype(np.float32) for f in (np.cos, np.sin))
        return np.asarray(cos @ self.cos_across - sin @ self.sin_across, np.float32)
