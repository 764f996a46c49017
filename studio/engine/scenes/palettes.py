"""Colours of the ocean by time of day. RGB from 0 to 1 as they are shown; heights above the horizon from 0 to 1."""

import colorsys
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Palette:
    """`stops` run from the horizon up. `height` bounds how high the light stands, as a part of the sky."""

    stops: tuple[tuple[float, Colour], ...]
    light: Colour
    glow: Colour
    disc: Colour
    disc_size: float
    height: tuple[float, float]
    cloud_lit: Colour
    cloud_shade: Colour
    cover: float
    deep: Colour
    shallow: Colour
    haze: float
    glitter: float
    stars: int = 0
    birds: bool = True
    silhouette: float = 0.9


def _rgb(text: str) -> Colour:
    return (int(text[0:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:6], 16) / 255)


def _stops(**heights: str) -> tuple[tuple[float, Colour], ...]:
    return tuple((int(name[1:]) / 100, _rgb(colour)) for name, colour in heights.items())


PALETTES = {
    "sunset": Palette(
        stops=_stops(h0="ffd98a", h7="ffb561", h18="f98a5c", h34="d9627a", h52="8f4a8c", h74="4a3a82", h100="1d1f52"),
        light=_rgb("ffd08a"), glow=_rgb("ff9a50"), disc=_rgb("fff4d2"), disc_size=0.036, height=(0.13, 0.30),
        cloud_lit=_rgb("ffb27a"), cloud_shade=_rgb("5d3a6e"), cover=0.50, deep=_rgb("0d1238"),
        shallow=_rgb("2a2a5c"), haze=0.55, glitter=2.6,
    ),
    "dawn": Palette(
        stops=_stops(h0="ffe3c8", h8="ffd0b5", h20="f7b9b7", h38="cfa9cf", h58="93a5d8", h80="6389c4", h100="41659f"),
        light=_rgb("ffe6c4"), glow=_rgb("ffc9a0"), disc=_rgb("fffaf0"), disc_size=0.032, height=(0.10, 0.24),
        cloud_lit=_rgb("ffe0d2"), cloud_shade=_rgb("8d86b4"), cover=0.56, deep=_rgb("1b3453"),
        shallow=_rgb("4d7395"), haze=0.75, glitter=2.0,
    ),
    "day": Palette(
        stops=_stops(h0="dcf0fb", h8="bfe2f8", h22="93cbf2", h42="5fadE8", h65="3a8bd8", h100="1f63b4"),
        light=_rgb("fff6dc"), glow=_rgb("fff3d0"), disc=_rgb("fffdf4"), disc_size=0.030, height=(0.62, 0.80),
        cloud_lit=_rgb("ffffff"), cloud_shade=_rgb("a9bfd8"), cover=0.58, deep=_rgb("04456e"),
        shallow=_rgb("1c88a6"), haze=0.50, glitter=2.4, silhouette=0.25,
    ),
    "night": Palette(
        stops=_stops(h0="3d5478", h8="2f4469", h22="20325a", h45="142447", h70="0c1834", h100="070f24"),
        light=_rgb("dfe9ff"), glow=_rgb("8fb0e6"), disc=_rgb("f6f4e6"), disc_size=0.034, height=(0.42, 0.66),
        cloud_lit=_rgb("8ea6cc"), cloud_shade=_rgb("1a2846"), cover=0.46, deep=_rgb("040a1a"),
        shallow=_rgb("12294a"), haze=0.40, glitter=3.0, stars=420, birds=False, silhouette=0.95,
    ),
}  # fmt: skip


def chosen(name: str, rng: np.random.Generator) -> Palette:
    """The palette of that name (sunset where it is unknown), its hues and strengths varied a little by the seed."""
    palette = PALETTES.get(name, PALETTES["sunset"])
    turn, strength = float(rng.uniform(-0.018, 0.018)), float(rng.uniform(0.9, 1.1))
    lift = float(rng.uniform(0.94, 1.05))

    def varied(colour: Colour) -> Colour:
        hue, saturation, value = colorsys.rgb_to_hsv(*colour)
        return colorsys.hsv_to_rgb((hue + turn) % 1, min(1.0, saturation * strength), min(1.0, value * lift))

    stretch = float(rng.uniform(0.9, 1.15))
    return replace(
        palette,
        stops=tuple((min(1.0, height * stretch) if height < 1 else 1.0, varied(c)) for height, c in palette.stops),
        cloud_lit=varied(palette.cloud_lit),
        cover=palette.cover + float(rng.uniform(-0.05, 0.06)),
        deep=varied(palette.deep),
    )


def gradient(palette: Palette, heights: Floats) -> Floats:
    """The sky's colour at each height, eased between the stops, as rows of RGB."""
    places = np.array([height for height, _ in palette.stops])
    colours = np.array([colour for _, colour in palette.stops])
    channels = [np.interp(heights, places, colours[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)
