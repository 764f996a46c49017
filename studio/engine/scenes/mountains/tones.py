"""Colours of the mountains by time of day. The sky above them is the ocean's."""

from dataclasses import dataclass, replace

import numpy as np

from ..noise import Floats
from ..palettes import Colour, Palette


@dataclass(frozen=True)
class Tones:
    """What is lit and what is in shade, of snow, rock and forest; the haze between; how strong light and haze are."""

    snow: tuple[Colour, Colour]
    rock: tuple[Colour, Colour]
    forest: tuple[Colour, Colour]
    haze: Colour
    mist: Colour
    density: float
    relief: float
    snow_line: float = 0.36


def _rgb(text: str) -> Colour:
    return (int(text[0:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:6], 16) / 255)


def _pair(lit: str, shade: str) -> tuple[Colour, Colour]:
    return _rgb(lit), _rgb(shade)


TONES = {
    "sunset": Tones(
        snow=_pair("ffb48c", "6c5687"), rock=_pair("b0655a", "37284f"), forest=_pair("4a2f48", "191330"),
        haze=_rgb("b56a86"), mist=_rgb("f0a086"), density=0.72, relief=1.0,
    ),
    "dawn": Tones(
        snow=_pair("ffd9c4", "8288b4"), rock=_pair("b48a8c", "4c5378"), forest=_pair("4c5a70", "1e2b45"),
        haze=_rgb("e9bfbe"), mist=_rgb("f8dccf"), density=0.85, relief=0.9,
    ),
    "day": Tones(
        snow=_pair("ffffff", "86a6d8"), rock=_pair("b3a392", "3f4f70"), forest=_pair("6d8350", "1d3b3d"),
        haze=_rgb("8fbdec"), mist=_rgb("dcebf7"), density=0.60, relief=1.15,
    ),
    "night": Tones(
        snow=_pair("8ea9d4", "24365c"), rock=_pair("3d5076", "131f3c"), forest=_pair("16233e", "060c1c"),
        haze=_rgb("2c406a"), mist=_rgb("3f5580"), density=0.72, relief=1.0,
    ),
}  # fmt: skip


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _grey(colour: Colour) -> Colour:
    light = 0.30 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]
    return (light * 0.95, light * 1.0, light * 1.06)


def veiled(palette: Palette, tones: Tones, weather: str) -> tuple[Palette, Tones]:
    """The colours under a covered sky."""
    if not weather:
        return palette, tones
    grey = {"fog": 0.45, "snow": 0.62, "rain": 0.78}[weather]
    dim = {"fog": 1.0, "snow": 0.97, "rain": 0.74}[weather]

    def dull(colour: Colour) -> Colour:
        red, green, blue = (part * dim for part in _mixed(colour, _grey(colour), grey))
        return (red, green, blue)

    level = palette.stops[1][1]
    stops = tuple((height, dull(_mixed(colour, level, 0.45))) for height, colour in palette.stops)
    light = 0.55 if weather == "fog" else 0.25
    palette = replace(
        palette, stops=stops, light=_mixed((0, 0, 0), dull(palette.light), light), glow=dull(palette.glow),
        disc_size=palette.disc_size if weather == "fog" else 0.0, cover=min(0.9, palette.cover + 0.22),
        disc=_mixed(dull(palette.disc), dull(palette.glow), 0.35),
        cloud_lit=dull(palette.cloud_lit), cloud_shade=dull(palette.cloud_shade), stars=0, birds=weather == "fog",
    )  # fmt: skip
    white = weather == "snow"
    return palette, replace(
        tones,
        snow=(dull(tones.snow[0]), dull(tones.snow[1])),
        rock=(dull(tones.rock[0]), dull(tones.rock[1])),
        forest=(dull(tones.forest[0]), dull(tones.forest[1])),
        haze=dull(tones.haze), mist=dull(tones.mist),
        density=min(0.96, tones.density + {"fog": 0.17, "snow": 0.10, "rain": 0.10}[weather]),
        relief=tones.relief * (0.75 if weather != "fog" else 0.6),
        snow_line=0.10 if white else tones.snow_line,
    )  # fmt: skip


def between(pair: tuple[Colour, Colour], light: Floats) -> Floats:
    """From shade (0) to lit (1), as rows of RGB."""
    lit, shade = (np.array(colour, np.float32) for colour in pair)
    return np.asarray(shade + (lit - shade) * light[..., None], np.float32)
