"""A sailing boat that rocks on the water, and its reflection."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from .palettes import Colour, Palette
from .view import View

FINE = 4
SPRITE = 220
"""Width and height of the boat's picture, in units; the waterline is at 190."""
WATERLINE = 190
TWICE = 2
"""Sprites are kept at twice their size, so that halving them smooths their edges."""


class Boat:
    def __init__(self, rng: np.random.Generator, view: View, palette: Palette) -> None:
        self.view = view
        size = float(rng.uniform(0.46, 0.66)) * view.unit
        self.depth = float(rng.uniform(12, 30)) * view.unit
        heading = float(rng.choice([-1, 1]))
        offset = float(rng.uniform(0.05, 0.24)) * min(view.width, view.height) * float(rng.choice([-1, 1]))
        spread = view.width * 0.16
        self.x = float(np.clip(view.sun_x + offset, spread, view.width - spread))
        self.speed = heading * float(rng.uniform(3.5, 7.0)) * view.unit
        self.rock = (float(rng.uniform(1.1, 1.7)), float(rng.uniform(0, 6.3)), float(rng.uniform(0.9, 1.8)))
        picture = _draw(rng, palette, heading, 1.0 if view.sun_x > self.x else -1.0)
        side = round(SPRITE * size * TWICE)
        small = picture.convert("RGBa").resize((side, side), Image.Resampling.LANCZOS)
        self.scale = side / SPRITE
        self.picture = small
        keel = round(WATERLINE * self.scale)
        mirrored = small.crop((0, 0, side, keel)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        reflected = mirrored.resize((side, round(keel * 0.8))).filter(ImageFilter.GaussianBlur(1.4))
        self.reflection = np.asarray(reflected, np.float32)

    def put(self, picture: NDArray[np.uint8], moment: float) -> None:
        pace, phase, swing = self.rock
        tilt = swing * np.sin(pace * moment + phase)
        bob = 1.3 * self.view.unit * np.sin(pace * 0.83 * moment + phase * 1.7)
        x = self.x + self.speed * moment
        y = self.view.horizon + self.depth + bob
        self._put_reflection(picture, x, y - 2 * self.view.unit, moment)
        self._put_boat(picture, x, y, np.deg2rad(tilt))

    def _put_boat(self, picture: NDArray[np.uint8], x: float, y: float, tilt: float) -> None:
        """Turned about the waterline and moved between pixels in one go, then halved, which smooths the edges."""
        middle, keel = self.picture.width / 2, WATERLINE * self.scale
        left, top = int(x - middle / TWICE) - 2, int(y - keel / TWICE) - 2
        columns, rows = self.picture.width // TWICE + 6, self.picture.height // TWICE + 6
        cos, sin = float(np.cos(tilt)), float(np.sin(tilt))
        at_x, at_y = (x - left) * TWICE, (y - top) * TWICE
        matrix = (cos, sin, middle - cos * at_x - sin * at_y, -sin, cos, keel + sin * at_x - cos * at_y)
        large = self.picture.transform(
            (columns * TWICE, rows * TWICE), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
        )
        _blend(picture, np.asarray(large.resize((columns, rows), Image.Resampling.BOX), np.float32), left, top)

    def _put_reflection(self, picture: NDArray[np.uint8], x: float, y: float, moment: float) -> None:
        """Rows of the mirrored boat, pushed sideways by the waves and fading with depth."""
        source = self.reflection
        rows, columns = source.shape[:2]
        depth = np.arange(rows, dtype=np.float32) / self.scale
        sway = 2.6 * np.sin(depth * 0.42 - moment * 3.1) + 1.8 * np.sin(depth * 0.23 + moment * 2.3)
        shift = x * TWICE - np.floor(x) * TWICE + sway * self.scale * (0.3 + depth / 80)
        whole = np.floor(shift).astype(np.intp)
        at = (np.arange(columns)[None, :] - whole[:, None]) % columns
        wavy = source[np.arange(rows)[:, None], at]
        gaps = 0.60 + 0.40 * np.sin(depth * 0.9 - moment * 4.2 + np.sin(depth * 0.31) * 3)
        fade = np.clip(1.05 - depth / 140, 0, 1) * gaps * 0.72
        wavy = wavy * fade[:, None, None]
        whole_pairs = wavy[: rows // TWICE * TWICE, : columns // TWICE * TWICE]
        halved = whole_pairs.reshape(rows // TWICE, TWICE, columns // TWICE, TWICE, 4).mean(axis=(1, 3))
        _blend(picture, halved, int(np.floor(x)) - columns // TWICE // 2, round(y))


def _blend(picture: NDArray[np.uint8], sprite: NDArray[np.float32], left: int, top: int) -> None:
    height, width = picture.shape[:2]
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + sprite.shape[1]), min(height, top + sprite.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = sprite[y0 - top : y1 - top, x0 - left : x1 - left]
    place = picture[y0:y1, x0:x1]
    place[:] = np.clip(part[..., :3] + place * (1 - part[..., 3:] / 255), 0, 255).astype(np.uint8)


def _shade(colour: Colour, light: float) -> tuple[int, int, int, int]:
    red, green, blue = (int(min(255, max(0, part * light * 255))) for part in colour)
    return (red, green, blue, 255)


def _mixed(one: Colour, share: float, other: Colour, rest: float) -> Colour:
    red, green, blue = (a * share + b * rest for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _draw(rng: np.random.Generator, palette: Palette, heading: float, lit_from: float) -> Image.Image:
    """Hull, mast, main sail, jib and a lit edge, heading right; mirrored when it heads left."""
    image = Image.new("RGBA", (SPRITE * FINE, SPRITE * FINE))
    draw = ImageDraw.Draw(image)
    dark = palette.silhouette
    paint = ((0.20, 0.13, 0.12), (0.12, 0.16, 0.24))[int(rng.integers(2))]
    sail = _mixed((0.97, 0.96, 0.93), 1 - dark * 0.9, palette.glow, dark * 0.16)
    hull = _mixed(paint, 1 - dark * 0.8, paint, 0)

    def shape(points: list[tuple[float, float]], fill: tuple[int, int, int, int]) -> None:
        draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=fill)

    mast, top = 116.0, 22.0 + float(rng.uniform(-6, 10))
    main_edge = _curve([(mast - 3, top), (mast - 30, 96), (mast - 58, 160)], 7)
    jib_edge = _curve([(mast + 3, top + 10), (mast + 30, 100), (mast + 52, 160)], 6)
    shape([*main_edge, (mast - 3, 162)], _shade(sail, 0.88))
    shape([*jib_edge, (mast + 6, 156)], _shade(sail, 1.0))
    draw.line([(mast * FINE, (top - 5) * FINE), (mast * FINE, 172 * FINE)], fill=_shade(hull, 0.7), width=2 * FINE)
    draw.line([((mast - 62) * FINE, 164 * FINE), (mast * FINE, 164 * FINE)], fill=_shade(hull, 0.7), width=2 * FINE)
    deck = [(48.0, 171.0), (178.0, 168.0)]
    keel = [*_curve([(178, 168), (160, 196), (120, 197)], -2), (64.0, 196.0), (48.0, 171.0)]
    shape([*deck, *keel], _shade(hull, 1.0))
    draw.line([(48 * FINE, 171 * FINE), (178 * FINE, 168 * FINE)], fill=_shade(sail, 0.55), width=FINE)
    shape([(84, 170), (90, 163), (112, 163), (116, 170)], _shade(hull, 1.25))
    if heading < 0:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return _with_lit_edge(image, palette, lit_from)


def _curve(points: list[tuple[float, float]], bulge: float) -> list[tuple[float, float]]:
    """A soft line through three points."""
    (x0, y0), (x1, y1), (x2, y2) = points
    x1, y1 = x1 + bulge, y1 + bulge / 3
    steps = [place / 12 for place in range(13)]
    return [
        ((1 - t) ** 2 * x0 + 2 * t * (1 - t) * x1 + t * t * x2, (1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t * t * y2)
        for t in steps
    ]


def _with_lit_edge(image: Image.Image, palette: Palette, lit_from: float) -> Image.Image:
    """The light catches the side that faces it."""
    pixels = np.asarray(image, np.float32).copy()
    alpha = pixels[..., 3]
    inner = np.roll(alpha, -int(lit_from * 3 * FINE), axis=1)
    edge = np.clip(alpha - inner, 0, 255)[..., None] / 255 * 0.55
    light = np.array(palette.light, np.float32) * 255
    pixels[..., :3] += (light - pixels[..., :3]) * edge
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
