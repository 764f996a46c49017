"""Firs on the nearest slope, drawn from the farthest to the nearest."""

import numpy as np
from PIL import Image, ImageDraw

from ..noise import ridge
from ..travel import Strip, Travel
from ..view import View
from .tones import Tones

FINE = 2
TIERS = 9


def forest(rng: np.random.Generator, view: View, tones: Tones, travel: Travel, white: bool, near: bool) -> Strip:
    """A slope full of firs; the nearest ones stand large at the sides."""
    unit = view.unit
    columns = int((view.width / 2 + travel.reach) / unit) * 2 + 2
    rows = 330 if near else 230
    line = ridge(rng, 4096, 1.7)[:columns]
    across = np.linspace(-1, 1, columns, dtype=np.float32)
    if near:
        crest = 330 - 175 * np.abs(across * 0.86) ** 2.6 * (0.7 + 0.5 * line) - 34 * line - 6
    else:
        crest = 190 - 95 * line - 25 * across * float(rng.choice([-1, 1]))
    image = Image.new("RGBA", (columns * FINE, rows * FINE))
    draw = ImageDraw.Draw(image)
    ground = _tone(tones, 0.0 if near else 0.5, 0.25)
    if white:
        ground = _lying(tones, 0.62)
    draw.polygon(
        [(0, rows * FINE), *((x * FINE, crest[x] * FINE) for x in range(0, columns, 4)), (columns * FINE, rows * FINE)],
        fill=(*ground, 255),
    )
    tall = (70.0, 135.0) if near else (26.0, 46.0)
    count = int(columns * (0.16 if near else 0.55))
    places = sorted((float(rng.random()) ** 0.7, float(rng.uniform(0, columns))) for _ in range(count))
    for down, x in places:
        foot = crest[min(columns - 1, int(x))] + 4 + down * (rows - crest[min(columns - 1, int(x))]) * 0.9
        height = float(rng.uniform(*tall)) * (0.8 + 0.35 * down)
        deep = (0.35 - 0.35 * down) if near else 0.8 - 0.5 * down
        _fir(draw, rng, x, foot, height, _tone(tones, deep, float(rng.uniform(0.0, 0.5))), white, tones)
    picture = np.asarray(image.reduce(FINE), np.float32)
    cover = picture[..., 3]
    colours = np.where(cover[..., None] > 8, picture[..., :3], np.array(ground, np.float32))
    size = (round(columns * unit), round(rows * unit))
    top = view.height - round((rows - (6 if near else -34)) * unit)
    return Strip(
        Image.fromarray(colours.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC),
        Image.fromarray(cover.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC),
        top, view.height, 1.0 if near else 0.62,
    )  # fmt: skip


def _tone(tones: Tones, deep: float, light: float) -> tuple[int, int, int]:
    """A fir's colour: between shade and light, and `deep` in the haze."""
    lit, shade = tones.forest
    veil = tones.haze
    mixed = []
    for channel in range(3):
        value = shade[channel] * 0.72 + (lit[channel] - shade[channel]) * light * 0.55
        mixed.append(int(255 * (value + (veil[channel] - value) * 0.55 * deep * tones.density)))
    return mixed[0], mixed[1], mixed[2]


def _lying(tones: Tones, share: float) -> tuple[int, int, int]:
    """Snow on the ground and on branches, in shade."""
    red, green, blue = (int(255 * part * share) for part in tones.snow[1])
    return red, green, blue


def _fir(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, foot: float, height: float,
    tone: tuple[int, int, int], white: bool, tones: Tones,
) -> None:  # fmt: skip
    width = height * float(rng.uniform(0.17, 0.23))
    lean = float(rng.normal(0, height * 0.012))
    draw.line(
        [(x * FINE, foot * FINE), ((x + lean) * FINE, (foot - height) * FINE)],
        fill=(*tone, 255), width=max(1, int(height * 0.022 * FINE)),
    )  # fmt: skip
    light = _lying(tones, float(rng.uniform(0.62, 0.85)))
    for tier in range(TIERS):
        share = (tier + 0.4) / TIERS
        y = foot - height * 0.10 - height * 0.90 * (1 - share) ** 1.0
        half = width * (0.10 + 0.90 * share) * float(rng.uniform(0.8, 1.12))
        drop = height * 0.10 * (0.6 + 0.6 * share)
        middle = x + lean * (1 - share)
        points = [
            (middle, y - height * 0.11),
            (middle + half * 0.55, y + drop * 0.30),
            (middle + half * float(rng.uniform(0.85, 1.1)), y + drop),
            (middle + half * 0.35, y + drop * 0.62),
            (middle, y + drop * 0.85),
            (middle - half * 0.35, y + drop * 0.62),
            (middle - half * float(rng.uniform(0.85, 1.1)), y + drop),
            (middle - half * 0.55, y + drop * 0.30),
        ]
        draw.polygon([(a * FINE, b * FINE) for a, b in points], fill=(*tone, 255))
        if white:
            side = float(rng.choice([-1, 1]))
            cap = [
                points[0],
                (middle + side * half * 0.5, y + drop * 0.34),
                (middle + side * half * 0.88, y + drop * 0.90),
                (middle + side * half * 0.42, y + drop * 0.46),
                (middle - side * half * 0.18, y + drop * 0.30),
            ]
            draw.polygon([(a * FINE, b * FINE) for a, b in cap], fill=(*light, 255))
