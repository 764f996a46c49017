"""Soft noise that repeats without a seam, made in the frequency domain."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def clouds(rng: np.random.Generator, rows: int, columns: int, power: float, stretch: float = 1.0) -> Floats:
    """1/f noise with mean 0 and deviation 1. `stretch` above 1 draws it out sideways."""
    down = np.fft.fftfreq(rows)[:, None] * rows
    across = np.fft.rfftfreq(columns)[None, :] * columns * stretch * rows / columns
    radius = np.hypot(down, across)
    radius[0, 0] = np.inf
    phases = rng.uniform(0, 2 * np.pi, radius.shape)
    strength = rng.normal(1.0, 0.25, radius.shape) * radius**-power
    field = np.fft.irfft2(strength * np.exp(1j * phases), s=(rows, columns))
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def ridge(rng: np.random.Generator, length: int, power: float = 1.6) -> Floats:
    """A line of hills, 0 to 1."""
    frequency = np.fft.rfftfreq(length) * length
    frequency[0] = np.inf
    phases = rng.uniform(0, 2 * np.pi, frequency.shape)
    line = np.fft.irfft(frequency**-power * np.exp(1j * phases), n=length)
    line -= line.min()
    return np.asarray(line / line.max(), np.float32)


def smooth(low: float, high: float, values: Floats) -> Floats:
    """0 below `low`, 1 above `high`, eased between."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)
