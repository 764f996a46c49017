"""Colours of cloth and of title cards, from the deepest fold to the brightest sheen. RGB from 0 to 1."""

from dataclasses import dataclass

import numpy as np

from .noise import Floats
from .palettes import Colour

STEPS = 1024


@dataclass(frozen=True)
class Dye:
    """Two ramps that the cloth goes between, as silk does that is woven of two colours; `light` is its sheen."""

    one: tuple[Colour, ...]
    other: tuple[Colour, ...]
    light: Colour


def _rgb(text: str) -> Colour:
    return (int(text[0:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:6], 16) / 255)


def _dye(one: str, other: str, light: str) -> Dye:
    return Dye(tuple(map(_rgb, one.split())), tuple(map(_rgb, other.split())), _rgb(light))


DYES = {
    "red": _dye("17020a 5a0716 b3122a e8413f ff9a7c", "1c0414 5f0a35 b01a50 ea4a72 ffa7a0", "ffe3d2"),
    "pink": _dye("2a0b22 7c2a58 cf5f8f f39bb4 ffd7d6", "2b1030 7b3770 c36da8 ef9fca ffd9e6", "fff3ee"),
    "gold": _dye("1d0f04 633a0c b67a1e e9b552 ffe6a6", "200c06 6d300f bd6427 eea05a ffd8a0", "fff8dd"),
    "green": _dye("02130f 06443a 0f8264 44bd8a b6f0c4", "04140a 1a4a22 3d8a3c 86c064 def2a8", "f1ffe6"),
    "teal": _dye("021318 06465a 0d8a9a 4cc8c6 bdf5e8", "04102a 0e3a74 1f74b4 58b3df bfe8fa", "eefffb"),
    "blue": _dye("030a20 0c2a6a 1d58b8 5496ea b6dcff", "0a0824 2a2272 4a4cc0 8088ee c8ccff", "f0f7ff"),
    "violet": _dye("100522 3c1568 7338ae ae74e0 e4c4fb", "1a0420 5a1260 a02d92 db6cba fbc2de", "fbf0ff"),
    "white": _dye("4a4f5c 8c93a2 bfc5d0 e4e8ee ffffff", "544e54 988f92 c9c1c0 eae5e2 ffffff", "ffffff"),
    "black": _dye("020203 0c0d11 1e2027 454a55 9aa3b2", "030204 100d12 242028 4e4852 a8a0a8", "eef2fa"),
}


def ramp(colours: tuple[Colour, ...]) -> Floats:
    """The ramp in 1024 steps, from 0 to 255."""
    places = np.linspace(0, 1, len(colours))
    steps = np.linspace(0, 1, STEPS)
    channels = [np.interp(steps, places, [colour[channel] for colour in colours]) for channel in range(3)]
    return np.asarray(np.stack(channels, axis=1) * 255, np.float32)
