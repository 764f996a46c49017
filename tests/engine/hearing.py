"""A clip's sound through an effect, and what can be measured of it."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest

import av
import numpy as np

from studio.engine.plan import Plan, Step
from studio.engine.sound import frames
from studio.engine.soundtrack import Measured, Sounds, loudness, voiced
from studio.engine.timeline import fold

RATE = 48_000
FPS = Fraction(25)


class Heard:
    """Black pictures with the given sound (two rows of samples), or with none."""

    width, height, fps = 64, 36, FPS

    def __init__(self, samples: np.ndarray, has_sound: bool = True) -> None:
        self.samples, self.has_sound = samples.astype(np.float32), has_sound
        self.seconds = samples.shape[1] / RATE

    def sounds(self) -> Iterator[av.AudioFrame]:
        return frames(self.samples, 1024) if self.has_sound else iter(())

    def __iter__(self) -> Iterator[av.VideoFrame | av.AudioFrame]:
        pictures = (av.VideoFrame(self.width, self.height, "yuv420p") for _ in range(round(self.seconds * FPS)))
        for pair in zip_longest(pictures, self.sounds()):
            yield from (frame for frame in pair if frame is not None)


def through(source: Heard, steps: Sequence[Step]) -> np.ndarray:
    """The sound that comes out, as two rows of samples; no samples where there shall be none."""
    timeline, steps = fold([Plan(tuple(steps))], source.seconds)
    given, sound = voiced(source, steps)
    made: list[np.ndarray] = []
    if sound:
        count = round(timeline.seconds * FPS)
        sounds = Sounds(given, timeline, steps, count, FPS, lambda frame: made.append(frame.to_ndarray()))
        for frame in given:
            if isinstance(frame, av.AudioFrame):
                sounds.push(frame)
        sounds.finish()
    return np.concatenate(made, axis=1) if made else np.zeros((2, 0), np.float32)


def clip(seconds: float = 3.0) -> Heard:
    """A chord, hiss, and a clap at 1.0 s: something low, high, steady and sudden. Quiet from 1.6 s on."""
    time = np.arange(round(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (110, 440, 1200, 6000)) * 0.03
    hiss = np.random.default_rng(3).normal(size=(2, time.size)) * 0.01
    clap = np.where((time >= 1.0) & (time < 1.02), 0.4 * np.sign(np.sin(time * 5000)), 0.0)
    return Heard((chord + hiss + clap) * (time < 1.6))


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt((samples.astype(np.float64) ** 2).mean())) if samples.size else 0.0


def band(samples: np.ndarray, low: float, high: float) -> float:
    """How much of the sound lies between two pitches."""
    power = np.abs(np.fft.rfft(samples[0])) ** 2
    pitch = np.fft.rfftfreq(samples.shape[1], 1 / RATE)
    return float(power[(pitch >= low) & (pitch < high)].sum() / power.sum())


def apart(first: np.ndarray, second: np.ndarray) -> float:
    """How differently two sounds are made up, whatever their phase."""
    return rms(np.abs(np.fft.rfft(first)) - np.abs(np.fft.rfft(second)))


def lufs(samples: np.ndarray) -> float:
    return loudness([Measured()], frames(samples.astype(np.float32), 1024))


MEASURES: dict[str, Callable[[np.ndarray], float]] = {
    "sound": lambda samples: float(samples.size > 0),
    "loudness": rms,
    "tail": lambda samples: rms(samples[:, round(1.7 * RATE) : round(2.0 * RATE)]),
    "band": lambda samples: band(samples, 0, 250) + band(samples, 4500, 24_000),
    "highs": lambda samples: band(samples, 2000, 24_000),
    "bed": lambda samples: rms(samples[:, round(1.7 * RATE) : round(2.8 * RATE)]),
}
