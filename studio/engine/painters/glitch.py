"""A bad signal: quiet most of the time, then for a few pictures the lines slip and the colours part."""

import av
import numpy as np

from studio.engine.effects.entry import Params, strength
from studio.engine.painters.planes import Plane, moment, planes

BEAT = 0.7  # seconds in which there is one burst
SHARE = 0.45  # of a beat that a burst lasts at most
JUMPS = 15  # times a second that a burst changes


class Glitch:
    def __init__(self, width: int, height: int, params: Params, seed: int = 11) -> None:
        self._strength = strength(params)
        self._width, self._height = width, height
        self._seed = seed

    def paint(self, frame: av.VideoFrame) -> None:
        light, blue, red = planes(frame)
        shift = max(1, round(self._width * 0.002 * self._strength))
        blue[:], red[:] = np.roll(blue, shift, axis=1), np.roll(red, -shift, axis=1)
        light[::4] -= (light[::4].astype(np.uint16) * round(18 * self._strength) >> 8).astype(np.uint8)
        time = moment(frame)
        if self._bursts(time):
            self._burst(np.random.default_rng((self._seed, int(time * JUMPS))), light, blue, red)

    def _bursts(self, time: float) -> bool:
        """Each beat has its burst somewhere in it, some longer and some shorter."""
        beat = int(time / BEAT)
        chance = np.random.default_rng((self._seed, 7, beat))
        length = SHARE * chance.uniform(0.35, 1.0) * min(1.5, 0.5 + 0.5 * self._strength)
        begin = chance.uniform(0.15, 1 - length)
        return begin <= time / BEAT - beat < begin + length

    def _burst(self, chance: np.random.Generator, light: Plane, blue: Plane, red: Plane) -> None:
        reach = 0.045 * self._width * min(1.5, self._strength)
        for _ in range(int(chance.integers(4, 8))):
            top = int(chance.integers(0, self._height - 8)) // 2 * 2
            bottom = min(self._height, top + int(chance.integers(4, max(6, self._height // 7))) // 2 * 2)
            slip = int(chance.normal(0, reach)) // 2 * 2
            light[top:bottom] = np.roll(light[top:bottom], slip, axis=1)
            part = int(chance.normal(0, reach / 3))
            rows = slice(top // 2, bottom // 2)
            blue[rows] = np.roll(blue[rows], slip // 2 + part, axis=1)
            red[rows] = np.roll(red[rows], slip // 2 - part, axis=1)
        self._static(chance, light)

    def _static(self, chance: np.random.Generator, light: Plane) -> None:
        """A torn line or two, full of noise."""
        for _ in range(int(chance.integers(1, 4))):
            top = int(chance.integers(0, self._height - 6))
            rows = light[top : top + int(chance.integers(2, max(3, self._height // 60) + 2))]
            rows[:] = np.maximum(rows, chance.integers(30, 235, rows.shape, np.uint8))
