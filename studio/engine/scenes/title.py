"""A title card: words large and well set, before soft light that moves."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from studio.engine.lettering import font, wrapped
from studio.engine.plan import Scene
from studio.engine.sound import chord

from .dyes import DYES
from .film import Film, Picture
from .noise import smooth
from .silk import Silk

SOFT = 3
"""The ground is drawn this much smaller."""
PACE = 0.6
GROWTH = 0.035
FADE = 0.9
LATER = 0.45
SWEEP = (1.3, 2.6)
LINES = 4


def film(asked: Scene, seed: int, size: tuple[int, int], seconds: float) -> Film:
    card = Title(seed, *size, str(asked.get("palette") or ""), str(asked.get("text") or ""), seconds)
    return Film(card.frame, chord(seed, seconds))


class Title:
    """`frame(t)` is the picture at `t` seconds as RGB bytes. It may be asked in any order and from any thread."""

    def __init__(self, seed: int, width: int, height: int, palette: str, text: str, seconds: float = 10.0) -> None:
        rng = np.random.default_rng([seed, 43])
        name = palette if palette in DYES else str(rng.choice(["blue", "violet", "teal", "red", "black"]))
        self.size, self.seconds = (width, height), seconds
        self.ground = Ground(rng, seed, width, height, name)
        dye = DYES[name]
        pale = name == "white"
        self.ink = np.array((0.13, 0.14, 0.18) if pale else (1.0, 1.0, 1.0), np.float32) * 255
        self.tint = np.array(dye.one[0] if pale else dye.light, np.float32) * 255
        self.halo = (255, 255, 255) if pale else (0, 0, 0)
        lines = [line for line in text.splitlines() if line.strip()]
        self.parts = _set(lines, width, height)

    def frame(self, moment: float) -> Picture:
        picture = self.ground.at(moment)
        grown = 1 + GROWTH * min(1.0, moment / max(self.seconds, 1e-6))
        for number, part in enumerate(self.parts):
            since = moment - number * LATER
            shown = float(smooth(0.0, FADE, np.array([since], np.float32))[0])
            if shown > 0:
                self._put(picture, part, grown, shown, moment)
        return np.asarray(picture)

    def _put(self, picture: Image.Image, part: "Part", grown: float, shown: float, moment: float) -> None:
        """One part of the card, larger by the growth about the middle of the picture."""
        width, height = self.size
        rise = (1 - shown) * 0.012 * height
        left, top = (width / 2 + (part.x - width / 2) * grown, height / 2 + (part.y - height / 2) * grown + rise)
        wide, tall = part.ink.width * grown, part.ink.height * grown
        x, y = int(np.floor(left)), int(np.floor(top))
        size = (int(wide) + 2, int(tall) + 2)
        box = (0.0, 0.0, size[0] / grown, size[1] / grown)
        ink, halo = (_moved(each, size, box, (left - x, top - y), shown) for each in (part.ink, part.halo))
        picture.paste(self.halo, (x, y), halo)
        picture.paste(self._letters(size, x, moment), (x, y), ink)

    def _letters(self, size: tuple[int, int], x: int, moment: float) -> Image.Image:
        """The ink: from plain above to tinted below, and once a light goes over it."""
        down = np.linspace(0, 1, size[1], dtype=np.float32)[:, None, None]
        across = (np.arange(size[0], dtype=np.float32) + x)[None, :, None] / self.size[0]
        start, end = SWEEP
        at = -0.2 + 1.4 * (moment - start) / (end - start)
        glint = np.exp(-(((across - at) / 0.09) ** 2))
        share = np.clip(0.10 + 0.55 * down - 0.5 * glint, 0, 1)
        colours = self.ink + (self.tint - self.ink) * share
        return Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))


def _moved(
    mask: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float], between: tuple[float, float],
    shown: float,
) -> Image.Image:  # fmt: skip
    """The mask at its size, moved between pixels, and faded."""
    larger = size[0] / (box[2] - box[0])
    matrix = (1 / larger, 0.0, -between[0] / larger, 0.0, 1 / larger, -between[1] / larger)
    moved = mask.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    return moved if shown >= 1 else moved.point([round(value * shown) for value in range(256)])


class Ground:
    """Silk out of focus, darker behind the words (lighter where they are dark), and motes of light before it."""

    def __init__(self, rng: np.random.Generator, seed: int, width: int, height: int, name: str) -> None:
        self.size = (width, height)
        self.pale = name == "white"
        self.light = np.array(DYES[name].light, np.float32)
        self.silk = Silk(seed, -(-width // SOFT), -(-height // SOFT), name)
        y, x = np.mgrid[0 : self.silk.height, 0 : self.silk.width].astype(np.float32)
        middle = np.hypot((x / self.silk.width - 0.5) * 0.9, (y / self.silk.height - 0.5) * 1.25)
        veil = 0.46 + 0.26 * smooth(0.12, 0.42, middle) - 0.42 * smooth(0.42, 0.80, middle)
        self.share = np.asarray(veil if not self.pale else 0.42 * veil + 0.08, np.float32)[..., None]
        self.far = np.float32(255 if self.pale else 0)
        self.grain = rng.uniform(-0.9, 0.9, (self.silk.height, self.silk.width, 1)).astype(np.float32)
        self.unit = unit = min(width, height) / 720
        count = 26
        self.motes = np.stack([
            rng.uniform(0, 1, count), rng.uniform(0, 1, count), rng.uniform(5, 34, count) * unit,
            rng.uniform(0.004, 0.016, count), rng.uniform(0, 6.3, count), rng.uniform(0.03, 0.13, count),
        ], axis=1)  # fmt: skip

    def at(self, moment: float) -> Image.Image:
        soft = Image.fromarray(self.silk.frame(moment * PACE)).filter(ImageFilter.BoxBlur(1.3 * self.unit))
        veiled = self.far + (np.asarray(soft, np.float32) - self.far) * self.share + self.grain
        small = Image.fromarray(np.clip(veiled, 0, 255).astype(np.uint8))
        large = small.resize((small.width * SOFT, small.height * SOFT), Image.Resampling.BICUBIC)
        self._put_motes(large, moment)
        return large.crop((0, 0, *self.size))

    def _put_motes(self, picture: Image.Image, moment: float) -> None:
        """Soft discs that rise slowly and brighten and fade as they go."""
        width, height = self.size
        for x, y, size, pace, phase, strength in self.motes:
            up = (y - pace * moment) % 1.0
            at_x = (x + 0.012 * np.sin(0.4 * moment + phase)) * width
            at_y = (1.16 * up - 0.08) * height
            light = strength * (0.55 + 0.45 * np.sin(0.7 * moment + phase)) * (0.4 if self.pale else 1.0)
            left, top = int(at_x - size) - 2, int(at_y - size) - 2
            reach = int(2 * size) + 5
            yy, xx = np.mgrid[0:reach, 0:reach].astype(np.float32)
            away = np.hypot(xx + left - at_x, yy + top - at_y) / size
            disc = smooth(1.0, 0.72, away) * (0.55 + 0.45 * np.clip(away, 0, 1) ** 3)
            mask = Image.fromarray((disc * light * 255).astype(np.uint8))
            red, green, blue = (int(255 * part) for part in self.light)
            picture.paste((red, green, blue), (left, top), mask)


@dataclass(frozen=True)
class Part:
    """Words as a mask, the halo that keeps them legible, and where their box begins."""

    ink: Image.Image
    halo: Image.Image
    x: float
    y: float


def _set(lines: list[str], width: int, height: int) -> list[Part]:
    """The first line large, a thin rule, the others small below it, all together in the middle."""
    if not lines:
        return []
    short = min(width, height)
    blocks = [_block(lines[0], width, height, short * 0.19, 0.030)]
    if len(lines) > 1:
        blocks.append(_rule(short, blocks[0].width))
        blocks += [_block(line, width, height, short * 0.052, 0.075) for line in lines[1:LINES]]
    gap = short * 0.036
    tall = sum(block.height for block in blocks) + gap * (len(blocks) - 1)
    y = (height - tall) / 2
    parts = []
    for block in blocks:
        edge = round(short * 0.05)
        box = (block.width + 2 * edge, block.height + 2 * edge)
        ink = Image.new("L", box)
        ink.paste(block, (edge, edge))
        halo = ink.filter(ImageFilter.GaussianBlur(short * 0.014)).point(
            [min(255, round(v * 0.62)) for v in range(256)]
        )
        parts.append(Part(ink, halo, (width - box[0]) / 2, y - edge))
        y += block.height + gap
    return parts


def _rule(short: int, wide: int) -> Image.Image:
    """A thin line that ends softly."""
    columns = max(8, min(wide, round(short * 0.30)))
    across = np.linspace(-1, 1, columns, dtype=np.float32)
    line = np.repeat((smooth(1.0, 0.35, np.abs(across)) * 210)[None, :], max(2, round(short / 360)), axis=0)
    return Image.fromarray(line.astype(np.uint8))


def _block(text: str, width: int, height: int, largest: float, spacing: float) -> Image.Image:
    """Lines of about the same length with air between the letters, as large as fits."""
    size, room = max(8, round(largest)), width * 0.82
    while True:
        face, air = font(size), size * spacing
        if any(char >= "⺀" for char in text):
            air *= 2.2
        lines = wrapped(text, face, room / (1 + air / max(1.0, size * 0.55)))
        tall = sum(face.getmetrics()) * 1.0 * len(lines)
        wide = max(_length(line, face, air) for line in lines)
        if size <= 8 or (
            wide <= room
            and tall <= height * 0.56
            and len(lines) <= (1 if size > largest * 0.62 else 2 if size > largest * 0.4 else 5)
        ):
            return _drawn(lines, face, air, int(wide))
        size = max(8, min(size - 1, round(size * 0.93)))


def _length(line: str, face: ImageFont.FreeTypeFont, air: float) -> float:
    return face.getlength(line) + air * (len(line) - 1)


def _drawn(lines: list[str], face: ImageFont.FreeTypeFont, air: float, wide: int) -> Image.Image:
    """The lines in the middle of a box that is as tall as their letters."""
    ascent, descent = face.getmetrics()
    step = round((ascent + descent) * 0.94)
    image = Image.new("L", (wide + round(face.size * 0.3), step * len(lines) + descent))
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        x = (image.width - _length(line, face, air)) / 2
        for place, char in enumerate(line):
            # Where the letter would stand without the air, kerning included.
            at = face.getlength(line[: place + 1]) - face.getlength(char)
            pen.text((x + at + air * place, number * step), char, font=face, fill=255)
    top, bottom = (image.getbbox() or (0, 0, 1, image.height))[1::2]
    return image.crop((0, top, image.width, bottom))
