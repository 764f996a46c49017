"""Colours of the city by hour and light. The sky above it is drawn as the ocean's is, with these colours."""

from dataclasses import dataclass, replace

from ..palettes import PALETTES, Colour, Palette


@dataclass(frozen=True)
class Lights:
    """`facade` from above to the street, `windows` and how often each is seen, `signs` of coloured light."""

    facade: tuple[Colour, Colour]
    haze: Colour
    street: Colour
    windows: tuple[tuple[Colour, float], ...]
    signs: tuple[Colour, ...]
    lit: float
    deep: Colour


def _rgb(text: str) -> Colour:
    return (int(text[0:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:6], 16) / 255)


def _stops(*colours: str) -> tuple[tuple[float, Colour], ...]:
    heights = (0.0, 0.10, 0.26, 0.48, 0.74, 1.0)
    return tuple((height, _rgb(colour)) for height, colour in zip(heights, colours, strict=True))


WARM = ((_rgb("ffd596"), 0.50), (_rgb("ffe9c6"), 0.26), (_rgb("ffbf70"), 0.12), (_rgb("d6e8ff"), 0.12))

LIGHTS = {
    "night": Lights(
        facade=(_rgb("0b1226"), _rgb("2b3350")), haze=_rgb("2a3a66"), street=_rgb("ffb765"), windows=WARM,
        signs=(_rgb("ff5a4a"), _rgb("59c8ff"), _rgb("fff0c8")), lit=0.60, deep=_rgb("050a18"),
    ),
    "dusk": Lights(
        facade=(_rgb("1c2040"), _rgb("4a3d58")), haze=_rgb("8a6684"), street=_rgb("ffb46a"), windows=WARM,
        signs=(_rgb("ff6a55"), _rgb("ffe0a0"), _rgb("7fd0ff")), lit=0.50, deep=_rgb("10142c"),
    ),
    "neon": Lights(
        facade=(_rgb("0d0a24"), _rgb("35184c")), haze=_rgb("48266e"), street=_rgb("ff5fc0"),
        windows=((_rgb("ffd7a8"), 0.34), (_rgb("ff7ad0"), 0.22), (_rgb("63e6ff"), 0.26), (_rgb("b79bff"), 0.18)),
        signs=(_rgb("ff2fa0"), _rgb("22e4ff"), _rgb("a45cff"), _rgb("ffd23f")), lit=0.58, deep=_rgb("08051a"),
    ),
}  # fmt: skip

SKIES = {
    "night": replace(
        PALETTES["night"], stops=_stops("6a5f78", "4b5279", "2d3c66", "182548", "0c1632", "060c20"),
        cloud_lit=_rgb("6c6c92"), cloud_shade=_rgb("222c4c"), cover=0.56, stars=160,
    ),
    "dusk": replace(
        PALETTES["sunset"], stops=_stops("ffb27a", "f08a72", "b9668a", "6a4d8c", "35386f", "171f4a"),
        glow=_rgb("ff9d6c"), light=_rgb("6b3a2c"), disc_size=0.0, cloud_lit=_rgb("e58a86"),
        cloud_shade=_rgb("433a66"), cover=0.54, birds=False,
    ),
    "neon": replace(
        PALETTES["night"], stops=_stops("a03f96", "70348c", "472a78", "271c56", "150f38", "0a0722"),
        glow=_rgb("d066d8"), light=_rgb("e8c8ff"), cloud_lit=_rgb("8a4e9c"), cloud_shade=_rgb("2a1c54"),
        cover=0.60, stars=90,
    ),
}  # fmt: skip
VEILS = {"rain": 0.55, "snow": 0.45, "fog": 0.75}


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def veiled(sky: Palette, lights: Lights, weather: str) -> tuple[Palette, Lights]:
    """A covered sky that throws the city's light back."""
    if not weather:
        return sky, lights
    share = VEILS[weather]
    low = sky.stops[1][1]
    stops = tuple((height, _mixed(colour, low, share * 0.55)) for height, colour in sky.stops)
    sky = replace(
        sky,
        stops=stops,
        stars=0,
        disc_size=0.0,
        glow=_mixed(sky.glow, low, 0.85),
        light=_mixed((0, 0, 0), sky.light, 0.12),
        cover=sky.cover + 0.14,
    )
    return sky, replace(lights, haze=_mixed(lights.haze, low, 0.4))
