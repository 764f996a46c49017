"""Sounds made from nothing that are mixed under a clip's own: a sea, wind, rain, a city, crickets, soft music.

Each is made in blocks that fade into each other, so that a long clip costs no more memory than a short one. The same
seconds always sound the same. Runs only inside a worker.
"""

from collections.abc import Callable, Iterator
from itertools import count as counted

import numpy as np
from numpy.typing import NDArray

from .encoding import SOUND_RATE
from .sound import FADE, Samples, coloured, finished, sea, slow, voices

BLOCK = 10.0
OVERLAP, SLOW_OVERLAP, MUSIC_OVERLAP = FADE, 2.0, 2.5
"""Steady sounds part quickly; a wave, a gust or a car that passes must not be cut short."""
LOUDNESS = 0.12
"""Root mean square, as the ear weighs it, of a bed that is alone; under other sound it is made quieter than this."""
KEY = 110.0
PROGRESSION = ((0, (0, 7, 12, 16, 19)), (-3, (0, 7, 12, 15, 19)), (5, (0, 7, 12, 16, 19)), (-5, (0, 7, 12, 14, 19)))

Block = Callable[[int, float], Samples]


def waves(number: int, seconds: float) -> Samples:
    """The sea as heard from a boat."""
    return finished(sea(number, seconds), SLOW_OVERLAP)


def wind(number: int, seconds: float) -> Samples:
    """Air that rises and falls, with a whistle in the gusts."""
    rng, count = _begin(number, 21, seconds)
    # One wind on both sides: where each had its own, it was silent on one while it howled on the other.
    gust = np.clip(0.55 + 0.65 * slow(rng, count, 0.35)[0] + 0.2 * slow(rng, count, 0.35), 0.15, 1.4)
    low = coloured(rng, count, 1.0, (60.0, 500.0))
    high = coloured(rng, count, 0.3, (480.0, 1100.0))
    whistle = coloured(rng, count, 0.0, (590.0, 640.0))
    return finished((low * gust + 0.5 * high * gust**2 + 0.2 * whistle * gust**4) * 0.09, SLOW_OVERLAP)


def rain(number: int, seconds: float) -> Samples:
    """A steady hiss of far drops, a low rumble, and near drops that can be told apart."""
    rng, count = _begin(number, 22, seconds)
    hiss = coloured(rng, count, 0.35, (450.0, 9000.0)) * (0.9 + 0.15 * slow(rng, count, 0.3))
    rumble = coloured(rng, count, 1.0, (80.0, 400.0))
    drops = np.zeros((2, count))
    for _ in range(round(seconds * 45)):
        _strike(drops, rng, float(rng.uniform(1500, 5200)), 0.004 + 0.012 * float(rng.random()), 0.5)
    return finished((hiss + 0.3 * rumble + drops) * 0.09)


def city(number: int, seconds: float) -> Samples:
    """Far traffic, cars that pass from side to side, now and then a horn a few streets away."""
    rng, count = _begin(number, 23, seconds)
    time = np.arange(count) / SOUND_RATE
    mixed = coloured(rng, count, 1.0, (60.0, 400.0)) + 0.2 * coloured(rng, count, 0.7, (300.0, 2500.0))
    tyres = coloured(rng, count, 0.6, (250.0, 1800.0))
    for _ in range(max(2, round(seconds / 2.6))):
        middle, width = rng.uniform(0, seconds), rng.uniform(0.7, 1.8)
        near = np.exp(-(((time - middle) / width) ** 2)) * rng.uniform(0.6, 1.6)
        side = 1 / (1 + np.exp((time - middle) / width * float(rng.choice([-3, 3]))))
        mixed += tyres * near * np.stack([side, 1 - side])
    if rng.random() < 0.3:
        start, pitch = int(rng.uniform(0.1, 0.8) * count), float(rng.uniform(330, 470))
        length = min(count - start, round(0.35 * SOUND_RATE))
        moment = np.arange(length) / SOUND_RATE
        horn = np.sin(2 * np.pi * pitch * moment) + np.sin(2 * np.pi * pitch * 1.26 * moment)
        mixed[:, start : start + length] += 0.18 * horn * np.sin(np.pi * np.arange(length) / length) ** 0.5
    return finished(mixed * 0.08, SLOW_OVERLAP)


def crickets(number: int, seconds: float) -> Samples:
    """A summer night: chirps of several crickets, each with its place, pitch and pace, over still air."""
    rng, count = _begin(number, 24, seconds)
    mixed = coloured(rng, count, 1.1, (120.0, 1500.0)) * 0.03
    voices_of_night = np.random.default_rng([24, 0])  # the same animals in every block
    for place in np.linspace(0.15, 0.85, 6):
        pitch, pace = float(voices_of_night.uniform(3900, 5100)), float(voices_of_night.uniform(0.55, 0.95))
        level = float(voices_of_night.uniform(0.4, 0.9))
        moment = float(rng.uniform(0, pace))
        while moment < seconds:
            chirp = _chirp(pitch) * level
            start = round(moment * SOUND_RATE)
            length = min(chirp.size, count - start)
            mixed[:, start : start + length] += chirp[:length] * np.array([[1 - place], [place]])
            moment += pace * float(rng.uniform(0.92, 1.08))
    return finished(mixed * 0.3)


def music(number: int, seconds: float) -> Samples:
    """Slow chords of one key, one a block."""
    rng, count = _begin(number, 25, seconds)
    above, steps = PROGRESSION[number % len(PROGRESSION)]
    return finished(voices(rng, count, KEY * 2 ** (above / 12), steps), MUSIC_OVERLAP)


BEDS: dict[str, tuple[Block, float, float]] = {
    "waves": (waves, BLOCK, SLOW_OVERLAP),
    "wind": (wind, BLOCK, SLOW_OVERLAP),
    "rain": (rain, BLOCK, OVERLAP),
    "city": (city, BLOCK, SLOW_OVERLAP),
    "crickets": (crickets, BLOCK, OVERLAP),
    "music": (music, 8.0, MUSIC_OVERLAP),
}


def pieces(name: str) -> Iterator[Samples]:
    """The bed without end, in pieces, at its usual loudness. It begins in the middle of its sound, softly."""
    block, seconds, overlap = BEDS[name]
    edge = round(overlap * SOUND_RATE)
    first = block(0, seconds)
    scale = np.float32(LOUDNESS / _loudness(first[:, edge:-edge]))
    first, tail = first[:, edge:-edge] * scale, first[:, -edge:] * scale
    begun = round(FADE * SOUND_RATE)
    first[:, :begun] *= np.sin(np.linspace(0, np.pi / 2, begun, dtype=np.float32))
    yield first
    for number in counted(1):
        made = block(number, seconds) * scale
        made[:, :edge] += tail
        tail = made[:, -edge:].copy()
        yield made[:, :-edge]


def _loudness(samples: Samples) -> float:
    """Root mean square as the ear weighs it, about as in LUFS: little of the lowest, more of the high."""
    power = (np.abs(np.fft.rfft(samples)) ** 2).mean(axis=0)
    pitch = np.fft.rfftfreq(samples.shape[1], 1 / SOUND_RATE) ** 2
    weight = (pitch / (pitch + 45.0**2)) ** 2 * (1 + 1.5 * pitch / (pitch + 1500.0**2))
    return float(np.sqrt(2 * (power * weight).sum()) / samples.shape[1])


def _begin(number: int, kind: int, seconds: float) -> tuple[np.random.Generator, int]:
    return np.random.default_rng([number, kind]), round(seconds * SOUND_RATE)


def _strike(mixed: NDArray[np.float64], rng: np.random.Generator, pitch: float, decay: float, level: float) -> None:
    """A short ring somewhere in time and between left and right."""
    length = min(mixed.shape[1], round(decay * 5 * SOUND_RATE))
    moment = np.arange(length) / SOUND_RATE
    ring = np.sin(2 * np.pi * pitch * moment) * np.exp(-moment / decay) * level * float(rng.uniform(0.3, 1.5))
    start, place = int(rng.integers(0, mixed.shape[1] - length + 1)), float(rng.random())
    mixed[:, start : start + length] += ring * np.array([[1 - place], [place]])


def _chirp(pitch: float) -> NDArray[np.float64]:
    """Three quick pulses."""
    pulse = np.sin(np.pi * np.linspace(0, 1, round(0.022 * SOUND_RATE))) ** 2
    rest = np.zeros(round(0.014 * SOUND_RATE))
    envelope = np.concatenate([pulse, rest] * 3)
    tone: NDArray[np.float64] = envelope * np.sin(2 * np.pi * pitch * np.arange(envelope.size) / SOUND_RATE)
    return tone
