"""Sound made from nothing: waves for the sea, a soft chord for photos. Runs only inside a worker."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from .encoding import SOUND_RATE

Samples = NDArray[np.float32]
FADE = 0.7


def waves(seed: int, seconds: float) -> Samples:
    """The sea as heard from a boat. Two channels, -1 to 1."""
    return finished(sea(seed, seconds))


def sea(seed: int, seconds: float) -> NDArray[np.float64]:
    """A low rush, and crests that come, break and drain away. Lower still would be felt and not heard."""
    rng = np.random.default_rng([seed, 11])
    count = round(seconds * SOUND_RATE)
    low = coloured(rng, count, 1.15, (50.0, 900.0))
    high = coloured(rng, count, 0.55, (700.0, 9000.0))
    swell = _crests(rng, seconds, count)
    lap = 0.6 + 0.4 * slow(rng, count, 0.8)
    return np.asarray(low * (0.55 + 0.75 * swell) * 0.075 + high * (0.035 * lap + 0.9 * swell**2.2) * 0.055)


def chord(seed: int, seconds: float) -> Samples:
    """A slow, soft chord that breathes."""
    rng = np.random.default_rng([seed, 13])
    count = round(seconds * SOUND_RATE)
    root = float(rng.choice([98.0, 110.0, 123.47, 130.81]))
    steps = [(0, 7, 12, 16, 19), (0, 7, 12, 14, 19), (0, 7, 9, 16, 21)][int(rng.integers(3))]
    return finished(voices(rng, count, root, steps))


def voices(rng: np.random.Generator, count: int, root: float, steps: Sequence[int]) -> NDArray[np.float64]:
    """Soft tones so many semitones above `root` (in hertz), each breathing at its own pace."""
    time = np.arange(count, dtype=np.float64) / SOUND_RATE
    mixed = np.zeros((2, count))
    for place, step in enumerate(steps):
        pitch = root * 2 ** (step / 12)
        breath = 0.65 + 0.35 * np.sin(2 * np.pi * time * float(rng.uniform(0.07, 0.16)) + float(rng.uniform(0, 6.3)))
        for channel, detune in ((0, -0.18), (1, 0.18)):
            tone = sum(
                np.sin(2 * np.pi * (pitch * partial + detune) * time + float(rng.uniform(0, 6.3))) / partial**2.4
                for partial in (1, 2, 3, 4)
            )
            mixed[channel] += tone * breath * (0.9 if place else 1.1)
    mixed *= 0.055 / max(1e-9, float(np.sqrt((mixed**2).mean())))
    mixed += coloured(rng, count, 1.0, (200.0, 3500.0)) * 0.004
    return mixed


def coloured(rng: np.random.Generator, count: int, power: float, band: tuple[float, float]) -> NDArray[np.float64]:
    """Noise that falls with frequency inside a band, different left and right."""
    size = 1 << (count - 1).bit_length()
    frequency = np.fft.rfftfreq(size, 1 / SOUND_RATE)
    low, high = band
    with np.errstate(divide="ignore"):
        shape = np.where(frequency > 0, np.maximum(frequency, 1.0) ** -power, 0)
    shape *= 1 / (1 + (low / np.maximum(frequency, 1e-6)) ** 4) / (1 + (frequency / high) ** 4)
    noise = np.fft.irfft(np.fft.rfft(rng.normal(size=(2, size))) * shape, n=size)[:, :count]
    return np.asarray(noise / noise.std())


def _crests(rng: np.random.Generator, seconds: float, count: int) -> NDArray[np.float64]:
    """How strongly waves break, 0 to about 1: a quick rise and a slow fall, a little apart in stereo."""
    time = np.arange(count) / SOUND_RATE
    envelope = np.zeros((2, count))
    moment = float(rng.uniform(-3.5, 0.6))
    while moment < seconds + 2:
        strength, rise, fall = rng.uniform(0.55, 1.0), rng.uniform(0.7, 1.3), rng.uniform(1.3, 2.4)
        for channel, late in ((0, 0.0), (1, float(rng.uniform(-0.25, 0.25)))):
            away = time - moment - late
            bump = np.exp(-((np.where(away < 0, away / rise, away / fall)) ** 2))
            envelope[channel] += strength * bump
        moment += float(rng.uniform(3.4, 5.6))
    return envelope


def slow(rng: np.random.Generator, count: int, pace: float) -> NDArray[np.float64]:
    time = np.arange(count) / SOUND_RATE
    total = np.zeros((2, count))
    for _ in range(5):
        turn, start = rng.uniform(0.4, 2.2) * pace, rng.uniform(0, 6.3, (2, 1))
        total += np.sin(2 * np.pi * turn * time[None, :] + start)
    return total / 5


def finished(mixed: NDArray[np.float64], fade: float = FADE) -> Samples:
    """Faded at both ends, and gently kept below full scale. Two that fade into each other are as loud as one."""
    count = mixed.shape[1]
    edge = min(count // 2, round(fade * SOUND_RATE))
    ramp = np.sin(np.linspace(0, np.pi / 2, edge)) if edge else np.zeros(0)
    mixed[:, :edge] *= ramp
    mixed[:, count - edge :] *= ramp[::-1]
    return np.tanh(mixed * 1.2).astype(np.float32)


def frames(samples: Samples, step: int) -> Iterator[av.AudioFrame]:
    """The sound cut into frames of `step` samples."""
    for start in range(0, samples.shape[1], step):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, start : start + step]), "fltp", "stereo")
        frame.sample_rate = SOUND_RATE
        frame.pts, frame.time_base = start, Fraction(1, SOUND_RATE)
        yield frame
