"""Rows of buildings: outlines, lit windows, roofs and signs, each row a strip wider than the picture."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from ..palettes import Colour
from ..travel import Strip, Travel
from ..view import View
from .lights import Lights

FINE = 2
Box = tuple[int, int, int, int]
Shade = tuple[int, int, int]


@dataclass(frozen=True)
class Spec:
    """Sizes in units: how wide and tall buildings are, their windows (wide, tall) and the steps between those."""

    wide: tuple[float, float]
    tall: tuple[float, float]
    window: tuple[float, float]
    step: tuple[float, float]
    nearness: float
    haze: float
    towers: float
    gap: float


SPECS = (
    Spec((26, 54), (80, 200), (2.0, 2.6), (4.0, 5.4), 0.10, 0.58, 150, 0.3),
    Spec((38, 78), (90, 220), (3.2, 4.2), (6.2, 8.0), 0.22, 0.26, 240, 1.5),
    Spec((52, 128), (40, 138), (5.0, 6.6), (9.4, 12.0), 0.42, 0.04, 0, 3.0),
)


SHAPES = (
    ((0.0, 1.0, 1.0),),
    ((0.0, 1.0, 0.72), (0.14, 0.72, 1.0)),
    ((0.0, 1.0, 0.58), (0.10, 0.80, 0.82), (0.24, 0.52, 1.0)),
    ((0.0, 1.0, 0.92), (0.3, 0.4, 1.0)),
)
"""What towers are put together of, one on the other: where each begins, how wide it is, how high it reaches."""


@dataclass(frozen=True)
class Alive:
    """A window that is lit and dark by turns: where, its two colours, and when."""

    box: Box
    lit: Shade
    dark: Shade
    period: float
    phase: float
    share: float

    def at(self, moment: float) -> Shade:
        turn = (moment / self.period + self.phase) % 1.0
        edge = 0.12 / self.period
        level = min(1.0, max(0.0, min(turn, self.share - turn) / edge + 0.5))
        red, green, blue = (round(a + (b - a) * level) for a, b in zip(self.dark, self.lit, strict=True))
        return red, green, blue


@dataclass(frozen=True)
class Row:
    strip: Strip
    alive: tuple[Alive, ...]
    beacons: tuple[tuple[float, float], ...]

    def put(self, picture: Image.Image, travel: Travel, moment: float) -> None:
        colours = self.strip.colours.copy()
        draw = ImageDraw.Draw(colours)
        for window in self.alive:
            draw.rectangle(window.box, fill=window.at(moment))
        replace(self.strip, colours=colours).put(picture, travel, moment)


def _bytes(colour: Colour) -> Shade:
    red, green, blue = (int(min(1.0, part) * 255) for part in colour)
    return red, green, blue


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return (red, green, blue)


class Builder:
    """Builds one row from the left to the right."""

    def __init__(self, rng: np.random.Generator, view: View, lights: Lights, travel: Travel, spec: Spec) -> None:
        self.rng, self.view, self.lights, self.spec = rng, view, lights, spec
        self.scale = view.unit * FINE
        self.columns = int(view.width / 2 + travel.reach) * 2 + 2
        self.rows = int((max(spec.tall[1], spec.tall[0] + spec.towers) * 1.32 + 60) * view.unit)
        size = (self.columns * FINE, self.rows * FINE)
        self.colours, self.cover = Image.new("RGB", size), Image.new("L", size)
        self.draw, self.mask = ImageDraw.Draw(self.colours), ImageDraw.Draw(self.cover)
        self.alive: list[Alive] = []
        self.beacons: list[tuple[float, float]] = []

    def row(self, centre: float) -> Row:
        """`centre` is where towers stand closest, as a part of the strip's width."""
        rng, spec, unit = self.rng, self.spec, self.view.unit
        x = -float(rng.uniform(0, 40))
        while x < self.columns / unit:
            wide = float(rng.uniform(*spec.wide))
            middle = (x + wide / 2) * unit / self.columns
            cluster = float(np.exp(-(((middle - centre) / 0.19) ** 2)))
            tall = float(rng.uniform(*spec.tall)) * (0.75 + 0.25 * cluster)
            tall += spec.towers * cluster * float(rng.random()) ** 1.5
            self._building(x, wide, tall)
            x += wide + float(rng.exponential(spec.gap)) - 0.5
        self.colours.paste(self._street(), (0, 0), self._glow())
        size = (self.columns, self.rows)
        colours, cover = (each.resize(size, Image.Resampling.BOX) for each in (self.colours, self.cover))
        top = self.view.horizon - self.rows
        strip = Strip(colours, cover, top, self.view.horizon, spec.nearness)
        return Row(strip, tuple(self.alive), tuple(self.beacons))

    def _street(self) -> Image.Image:
        return Image.new("RGB", self.colours.size, _bytes(self.lights.street))

    def _glow(self) -> Image.Image:
        """Light from the street on the lowest floors."""
        up = np.arange(self.rows * FINE, dtype=np.float32)[::-1] / self.scale
        share = np.exp(-up / 26) * 0.34 * (1 - self.spec.haze)
        column = Image.fromarray((share * 255).astype(np.uint8)[:, None])
        return column.resize(self.colours.size)

    def _block(self, x: float, wide: float, low: float, high: float, colour: Shade) -> None:
        """A box between two heights above the water."""
        floor = self.rows * FINE
        box = (x * self.scale, floor - high * self.scale, (x + wide) * self.scale, floor - low * self.scale)
        self.draw.rectangle(box, fill=colour)
        self.mask.rectangle(box, fill=255)

    def _building(self, x: float, wide: float, tall: float) -> None:
        rng, spec, lights = self.rng, self.spec, self.lights
        share = float(rng.uniform(0.05, 0.55))
        facade = _mixed(_mixed(lights.facade[0], lights.facade[1], share), lights.haze, spec.haze)
        shape = int(rng.integers(4)) if tall > 110 else 0
        parts = SHAPES[shape]
        low = 0.0
        style = self._style()
        for left, part, high in parts:
            self._block(x + left * wide, part * wide, low, high * tall, _bytes(facade))
            edge = _mixed(facade, lights.haze, 0.5)
            self._block(x + left * wide, 0.7, low, high * tall, _bytes(_mixed(edge, (1, 1, 1), 0.06)))
            self._relief(x + left * wide, part * wide, low, high * tall, facade)
            self._windows(x + left * wide, part * wide, low, high * tall, facade, style)
            low = high * tall
        self._roof(x, wide, tall, facade)

    def _relief(self, x: float, wide: float, low: float, high: float, facade: Colour) -> None:
        """Ledges or piers, and the side that is turned away in more shade."""
        floor, step = self.rows * FINE, self.spec.step
        dark = _bytes(_mixed(facade, (0, 0, 0), 0.20))
        turned = x + wide * (1 - float(self.rng.uniform(0.0, 0.26)))
        box = (turned * self.scale, floor - high * self.scale, (x + wide) * self.scale, floor - low * self.scale)
        self.draw.rectangle(box, fill=_bytes(_mixed(facade, (0, 0, 0), 0.26)))
        if self.rng.random() < 0.5:
            for y in np.arange(max(low, 5.0) - 1, high, step[1]):
                level = floor - y * self.scale
                self.draw.line([(x * self.scale, level), ((x + wide) * self.scale, level)], fill=dark, width=1)
        else:
            for at in np.arange(x + step[0], x + wide, step[0] * 2):
                line = [(at * self.scale, floor - high * self.scale), (at * self.scale, floor - low * self.scale)]
                self.draw.line(line, fill=dark, width=1)

    def _style(self) -> tuple[float, float, Colour, float]:
        """How many windows are lit, how much floors differ, their colour, and how bright they are."""
        colours = self.lights.windows
        chances = np.array([chance for _, chance in colours])
        main = colours[int(self.rng.choice(len(colours), p=chances / chances.sum()))][0]
        lit = self.lights.lit * float(self.rng.uniform(0.3, 1.5))
        return lit, float(self.rng.uniform(0.1, 0.6)), main, float(self.rng.uniform(0.72, 1.0))

    def _windows(
        self, x: float, wide: float, low: float, high: float, facade: Colour,
        style: tuple[float, float, Colour, float],
    ) -> None:  # fmt: skip
        rng, spec = self.rng, self.spec
        lit, uneven, main, bright = style
        across = int((wide - spec.step[0]) / spec.step[0])
        start = x + (wide - across * spec.step[0] + spec.step[0] - spec.window[0]) / 2
        y = max(low + 2, 5.0)
        while y + spec.step[1] < high - 2:
            chance = lit * (1 - uneven) + lit * 2 * uneven * float(rng.random())
            for place in range(across):
                if rng.random() < chance:
                    self._window(start + place * spec.step[0], y, facade, main, bright)
            y += spec.step[1]

    def _window(self, x: float, y: float, facade: Colour, main: Colour, bright: float) -> None:
        rng, spec = self.rng, self.spec
        colours = self.lights.windows
        other = colours[int(rng.integers(len(colours)))][0]
        colour = _mixed(main, other, float(rng.random()) ** 3)
        level = bright * float(rng.uniform(0.3, 1.0)) ** 0.5
        lit = _mixed(facade, _mixed(colour, self.lights.haze, spec.haze * 0.55), level)
        left, top = int(x * self.scale), int(self.rows * FINE - (y + spec.window[1]) * self.scale)
        right, bottom = int((x + spec.window[0]) * self.scale) - 1, int(self.rows * FINE - y * self.scale) - 1
        box = (left, top, max(left, right), max(top, bottom))
        if rng.random() < 0.035:
            small = tuple(int(side / FINE) for side in box)
            self.alive.append(
                Alive(
                    (small[0], small[1], max(small[0], small[2]), max(small[1], small[3])), _bytes(lit), _bytes(facade),
                    float(rng.uniform(5, 16)), float(rng.random()), float(rng.uniform(0.3, 0.7)),
                )
            )  # fmt: skip
            return
        self.draw.rectangle(box, fill=_bytes(lit))

    def _roof(self, x: float, wide: float, tall: float, facade: Colour) -> None:
        rng, lights, spec = self.rng, self.lights, self.spec
        dark = _bytes(_mixed(facade, (0, 0, 0), 0.25))
        for _ in range(int(rng.integers(0, 3))):
            size = float(rng.uniform(0.12, 0.3)) * wide
            self._block(
                x + float(rng.uniform(0.05, 0.65)) * wide, size, tall - 1, tall + float(rng.uniform(2, 6)), dark
            )
        if tall > 150 and rng.random() < 0.6:
            mast = float(rng.uniform(18, 52))
            self._block(x + wide / 2 - 0.7, 1.4, tall - 1, tall + mast, dark)
            self._block(x + wide / 2 - 1.8, 3.6, tall - 1, tall + mast * 0.35, dark)
            self.beacons.append(((x + wide / 2) * self.view.unit, self.rows - (tall + mast) * self.view.unit))
        if spec.haze < 0.5 and rng.random() < 0.24:
            sign = _mixed(lights.signs[int(rng.integers(len(lights.signs)))], lights.haze, spec.haze * 0.5)
            if rng.random() < 0.5:
                self._block(x + wide * 0.12, wide * 0.76, tall - 2.4, tall - 0.6, _bytes(sign))
            else:
                self._column(x + (0.10 if rng.random() < 0.5 else 0.84) * wide, tall, sign)

    def _column(self, x: float, tall: float, sign: Colour) -> None:
        """A sign of several characters, one above the other."""
        size = 3.4 + 3.0 * self.spec.nearness
        y = tall * float(self.rng.uniform(0.72, 0.90))
        self._block(x - 1, size + 2, y - 7 * size * 1.25, y + 1, _bytes(_mixed(sign, (0, 0, 0), 0.82)))
        for _ in range(7):
            y -= size * 1.25
            self._block(x, size, y, y + size * 0.22, _bytes(sign))
            self._block(x + size * float(self.rng.uniform(0.2, 0.6)), size * 0.24, y, y + size, _bytes(sign))
            self._block(x, size * float(self.rng.uniform(0.6, 1.0)), y + size * 0.72, y + size * 0.94, _bytes(sign))


def rows(rng: np.random.Generator, view: View, lights: Lights, travel: Travel) -> list[Row]:
    """From the farthest to the nearest."""
    centre = float(rng.uniform(0.36, 0.64))
    return [Builder(rng, view, lights, travel, spec).row(centre + float(rng.normal(0, 0.05))) for spec in SPECS]
