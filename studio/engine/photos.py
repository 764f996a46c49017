"""Operations `animate` and `reference`: photos that move. The camera travels between pixels, so nothing jitters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from .drawing import Drawn
from .editing import apply
from .errors import EngineFailed
from .generating import size_of
from .limits import Limits
from .pictures import open_photo, upright
from .plan import Plan
from .sound import chord
from .timeline import beds_of

Job = dict[str, Any]
Report = Callable[[float], None]
Box = tuple[float, float, float, float]
FADE = 1.0
TRAVEL = 0.12
DETAIL = 2.0
"""Photos are kept at most this many times larger than the film: more detail is never seen."""
ALIKE = 1.02
CROPPABLE = 1.36
MOVES = ("in", "out", "left", "right", "up", "down")


@dataclass(frozen=True)
class Shot:
    """A canvas and the two boxes (left, top, right, bottom in its pixels) between which the camera travels."""

    canvas: Image.Image
    first: Box
    last: Box

    def at(self, part: float, size: tuple[int, int]) -> Image.Image:
        eased = part * part * (3 - 2 * part)
        left, top, right, bottom = (a + (b - a) * eased for a, b in zip(self.first, self.last, strict=True))
        return self.canvas.resize(size, Image.Resampling.LANCZOS, box=(left, top, right, bottom))


def animate(job: Job, report: Report) -> Job:
    """job: inputs (photos in order; role first_frame begins with exactly that picture), settings, seed, plans."""
    settings, seed = job["settings"], int(job.get("seed") or 0)
    size, seconds = size_of(settings), float(settings.get("duration") or 6)
    plans = [Plan.from_json(plan) for plan in job["plans"]]
    move = str((plans[0].scene or {}).get("move") or "")
    paths = [str(given["path"]) for given in job["inputs"] if given["role"] in {"first_frame", "reference"}]
    if not paths:
        raise EngineFailed("there is no photo to animate")
    exact = any(given["role"] == "first_frame" for given in job["inputs"])
    rng = np.random.default_rng([seed, 17])
    if each := float((plans[0].scene or {}).get("each") or 0):
        seconds = each * len(paths)
    shots = [_shot(_read(path, size), size, move, exact and place == 0, rng) for place, path in enumerate(paths)]
    album = Album(shots, size, seconds)
    # A sound that was asked for with the photos stands in place of the chord, not over it.
    wanted = beds_of(plans[:1]) and beds_of(plans)
    drawn = Drawn(size, seconds, album.picture, None if wanted else chord(seed, seconds))
    return apply(drawn, plans, settings, str(job["output"]), report)


class Album:
    """Shots one after the other, each fading into the next."""

    def __init__(self, shots: list[Shot], size: tuple[int, int], seconds: float) -> None:
        self.shots, self.size, self.seconds = shots, size, seconds
        count = len(shots)
        self.fade = min(FADE, seconds / count / 2) if count > 1 else 0.0
        self.length = (seconds + (count - 1) * self.fade) / count

    def picture(self, moment: float) -> NDArray[np.uint8]:
        step = self.length - self.fade
        place = min(len(self.shots) - 1, int(moment / step)) if step > 0 else 0
        image = self._shot_at(place, moment)
        into = moment - place * step
        if place and into < self.fade:
            image = Image.blend(self._shot_at(place - 1, moment), image, into / self.fade)
        return np.asarray(image)

    def _shot_at(self, place: int, moment: float) -> Image.Image:
        part = (moment - place * (self.length - self.fade)) / self.length
        return self.shots[place].at(min(1.0, max(0.0, part)), self.size)


def _read(path: str, size: tuple[int, int]) -> Image.Image:
    """Upright and flat, no larger than is of use."""
    image = upright(open_photo(path, Limits()))
    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, image).convert("RGB")
    most = DETAIL * 1.1
    scale = max(image.width / (size[0] * most), image.height / (size[1] * most))
    if scale > 1:
        smaller = (max(1, round(image.width / scale)), max(1, round(image.height / scale)))
        image = image.resize(smaller, Image.Resampling.LANCZOS)
    return image


def _shot(image: Image.Image, size: tuple[int, int], move: str, exact: bool, rng: np.random.Generator) -> Shot:
    """Fill the film's shape: crop a little; a first frame and very different shapes stand on a blurred ground."""
    shape, wanted = image.width / image.height, size[0] / size[1]
    differ = max(shape / wanted, wanted / shape)
    move = move if move in MOVES else MOVES[int(rng.integers(2))]
    if exact and move == "out":
        canvas, whole = _on_ground(image, size, 1 + TRAVEL)
        return Shot(canvas, whole, (0.0, 0.0, float(canvas.width), float(canvas.height)))
    if differ > (ALIKE if exact else CROPPABLE):
        canvas, _ = _on_ground(image, size, 1.0)
    else:
        canvas = _cropped(image, wanted)
    whole = (0.0, 0.0, float(canvas.width), float(canvas.height))
    near = _nearer(whole, move, rng)
    if move == "out":
        return Shot(canvas, near, whole)
    if exact or move == "in":
        return Shot(canvas, whole, near)
    return Shot(canvas, _nearer(whole, {"left": "right", "right": "left", "up": "down", "down": "up"}[move], rng), near)


def _cropped(image: Image.Image, wanted: float) -> Image.Image:
    width, height = image.size
    if width / height > wanted:
        keep = height * wanted
        box = ((width - keep) / 2, 0.0, (width + keep) / 2, float(height))
    else:
        keep = width / wanted
        box = (0.0, (height - keep) / 2, float(width), (height + keep) / 2)
    size = (round(box[2] - box[0]), round(box[3] - box[1]))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, box=box)


def _nearer(whole: Box, move: str, rng: np.random.Generator) -> Box:
    """A smaller box inside the whole one: towards a side, or nearly in the middle."""
    width, height = whole[2] / (1 + TRAVEL), whole[3] / (1 + TRAVEL)
    sideways = {"left": 0.0, "right": 1.0}.get(move, 0.5 + float(rng.uniform(-0.25, 0.25)))
    down = {"up": 0.0, "down": 1.0}.get(move, 0.5 + float(rng.uniform(-0.2, 0.15)))
    left, top = (whole[2] - width) * sideways, (whole[3] - height) * down
    return (left, top, left + width, top + height)


def _on_ground(image: Image.Image, size: tuple[int, int], room: float) -> tuple[Image.Image, Box]:
    """The photo in full on its own blurred, darkened picture; and the box of the film's size in the middle.

    `room` above 1 leaves that much more ground around, for a camera that draws back.
    """
    scale = max(1.0, min(DETAIL, max(image.width / size[0], image.height / size[1])))
    film = (round(size[0] * scale), round(size[1] * scale))
    full = (round(film[0] * room), round(film[1] * room))
    canvas = _ground(image, full)
    fit = min(film[0] / image.width, film[1] / image.height)
    shown = (round(image.width * fit), round(image.height * fit))
    picture = image if shown == image.size else image.resize(shown, Image.Resampling.LANCZOS)
    canvas.paste(picture, ((full[0] - shown[0]) // 2, (full[1] - shown[1]) // 2))
    left, top = (full[0] - film[0]) // 2, (full[1] - film[1]) // 2
    return canvas, (float(left), float(top), float(left + film[0]), float(top + film[1]))


def _ground(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    small = (max(2, size[0] // 8), max(2, size[1] // 8))
    cover = max(small[0] / image.width, small[1] / image.height)
    width, height = small[0] / cover, small[1] / cover
    left, top = (image.width - width) / 2, (image.height - height) / 2
    tiny = image.resize(small, Image.Resampling.BOX, box=(left, top, left + width, top + height))
    soft = ImageEnhance.Brightness(tiny.filter(ImageFilter.GaussianBlur(min(small) / 16))).enhance(0.62)
    return soft.resize(size, Image.Resampling.BICUBIC)
