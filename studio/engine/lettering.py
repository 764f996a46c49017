"""Captions drawn as pictures: bold, on a soft plate, inside the safe margins. Runs only inside a worker."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = Path(__file__).parent / "fonts" / "noto-sans-sc-700.ttf"
INK = (255, 255, 255, 255)
SHADE = (0, 0, 0, 255)
MOST_LINES = 4
NO_LINE_START = set("，。、；：？！）》」』”’,.;:?!)]}%…")


@dataclass(frozen=True)
class Lettering:
    """A picture with transparency, where its top left corner goes, and how many rows its plate has."""

    image: Image.Image
    x: int
    y: int
    rows: int


@lru_cache(8)
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def letter(text: str, position: str, width: int, height: int, taken: int = 0) -> Lettering:
    """The words as large as fits well, wrapped and centred at the top, the bottom or the centre.

    `taken` is how many rows there other captions already have.
    """
    face, lines = _fit(text, width, height)
    ascent, descent = face.getmetrics()
    step = round((ascent + descent) * 1.02)
    wide = max(round(face.getlength(line)) for line in lines)
    pad_x, pad_y = round(face.size * 0.55), round(face.size * 0.22)
    blur = max(2, round(face.size * 0.10))
    edge = blur * 3
    box = (wide + 2 * (pad_x + edge), step * len(lines) + 2 * (pad_y + edge))
    shade = Image.new("L", box, 0)
    plate = ImageDraw.Draw(shade)
    plate.rounded_rectangle((edge, edge, box[0] - edge, box[1] - edge), radius=round(face.size * 0.32), fill=104)
    ink = Image.new("L", box, 0)
    pen = ImageDraw.Draw(ink)
    for number, line in enumerate(lines):
        x = (box[0] - face.getlength(line)) / 2
        pen.text((x, edge + pad_y + number * step), line, font=face, fill=255)
    halo = ink.filter(ImageFilter.GaussianBlur(blur)).point(lambda value: min(255, round(value * 1.1)))
    shade = shade.filter(ImageFilter.GaussianBlur(max(1, blur // 2)))
    picture = Image.new("RGBA", box, (0, 0, 0, 0))
    picture.paste(SHADE, (0, 0), shade)
    picture.alpha_composite(_tinted(halo, 0.5))
    picture.paste(INK, (0, 0), ink)
    x, y = _place(box, position, width, height, edge)
    y = y - taken if position == "bottom" else y + taken
    y = min(max(y, 0), max(0, height - box[1]))
    return _cropped(picture, x, y, width, height, box[1] - 2 * edge + blur)


def _tinted(mask: Image.Image, opacity: float) -> Image.Image:
    layer = Image.new("RGBA", mask.size, (0, 0, 0, 0))
    layer.putalpha(mask.point(lambda value: round(value * opacity)))
    return layer


def _place(box: tuple[int, int], position: str, width: int, height: int, edge: int) -> tuple[int, int]:
    margin = round(height * 0.06)
    x = (width - box[0]) // 2
    if position == "top":
        return x, margin - edge
    if position == "center":
        return x, (height - box[1]) // 2
    return x, height - margin - box[1] + edge


def _cropped(picture: Image.Image, x: int, y: int, width: int, height: int, rows: int) -> Lettering:
    """Only what lies on the picture, at even places: chroma has half the pixels."""
    left, top = max(0, -x), max(0, -y)
    x, y = x + left, y + top
    right, bottom = min(picture.width, left + width - x), min(picture.height, top + height - y)
    shift_x, shift_y = x % 2, y % 2
    part = picture.crop((left - shift_x, top - shift_y, right, bottom))
    return Lettering(part, x - shift_x, y - shift_y, rows)


def _fit(text: str, width: int, height: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    room = width * 0.86
    base = min(height, width * 1.15)
    size = max(10, round(base * 0.082))
    while True:
        face = font(size)
        lines = [line for part in text.splitlines() for line in wrapped(part, face, room)]
        high = len(lines) * sum(face.getmetrics()) * 1.02
        fits = len(lines) <= (2 if size > base * 0.06 else MOST_LINES) and high <= height * 0.5
        if (fits or size <= max(9, base * 0.026)) and all(face.getlength(line) <= room for line in lines):
            return face, lines[: max(1, int(height * 0.9 / (sum(face.getmetrics()) * 1.02)))]
        if size <= 6:
            return face, lines[:1]
        size = max(6, round(size * 0.92) if round(size * 0.92) < size else size - 1)


def wrapped(text: str, face: ImageFont.FreeTypeFont, room: float) -> list[str]:
    """Lines of about the same length, broken between words, between Chinese characters, or where nothing else helps."""
    units = _units(text)
    if face.getlength(text) <= room:
        return [text]
    count = 2
    while count <= len(units):
        lines = _filled(units, face, min(room, face.getlength(text) / count * 1.12 + face.size))
        if len(lines) <= count and all(face.getlength(line) <= room for line in lines):
            return lines
        count += 1
    return _filled(list(text), face, room)


def _units(text: str) -> list[str]:
    """What a line may be broken between: words with their space, single Chinese characters with their full stop."""
    units: list[str] = []
    for char in text:
        glued = units and (
            char == " "
            or char in NO_LINE_START
            or not (char >= "⺀" or units[-1][-1] >= "⺀" or units[-1].endswith(" "))
        )
        if glued:
            units[-1] += char
        else:
            units.append(char)
    return units


def _filled(units: list[str], face: ImageFont.FreeTypeFont, room: float) -> list[str]:
    lines = [""]
    for unit in units:
        if lines[-1] and face.getlength((lines[-1] + unit).rstrip()) > room:
            lines.append("")
        lines[-1] += unit
    return [line.strip() for line in lines if line.strip()]
