"""Banks of fog that drift through the picture, denser towards the ground."""

import av
import numpy as np
from PIL import Image

from studio.engine.effects.entry import Params, strength
from studio.engine.painters.planes import moment, planes
from studio.engine.scenes.noise import clouds

PALE = 205


class Fog:
    def __init__(self, width: int, height: int, params: Params, seed: int = 13) -> None:
        chance = np.random.default_rng(seed)
        self._size = width // 2, height // 2
        self._speed = min(width, height) / 720 * 14
        self._ground = np.linspace(0.45, 1.0, height // 2, dtype=np.float32)[:, None]
        self._strength = min(1.5, strength(params))
        rows, columns = 128, 256
        self._banks = [self._bank(clouds(chance, rows, columns, 1.7, 2.0)) for _ in range(2)]

    def _bank(self, noise: np.ndarray) -> np.ndarray:
        """The noise as wide as two pictures, between 0 and 1, without a seam."""
        width, height = self._size
        wide = np.concatenate([noise, noise[:, :8]], axis=1)
        picture = Image.fromarray(np.clip(0.5 + 0.28 * wide, 0, 1).astype(np.float32))
        scaled = picture.resize((width * 2 + 8, height), Image.Resampling.BICUBIC)
        return np.asarray(scaled, np.float32)

    def paint(self, frame: av.VideoFrame) -> None:
        light, blue, red = planes(frame)
        time = moment(frame)
        width, height = self._size
        share = np.zeros((height, width), np.float32)
        for bank, speed in zip(self._banks, (1.0, -0.45), strict=True):
            share += np.roll(bank, -round(time * self._speed * speed), axis=1)[:, :width] * 0.5
        veil = (256 * 0.72 * self._strength * self._ground * share).clip(0, 235).astype(np.uint16)
        big = np.repeat(np.repeat(veil, 2, axis=0), 2, axis=1)
        light[: 2 * height, : 2 * width] = (light[: 2 * height, : 2 * width] * (256 - big) + PALE * big) >> 8
        for plane in (blue, red):
            plane[:height, :width] = (plane[:height, :width] * (256 - veil) + 128 * veil) >> 8
