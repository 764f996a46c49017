"""A camera that goes slowly past things that stand one behind the other."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from .view import View

DRIFT, PAN, PUSH = 110.0, 250.0, 0.16
"""How far the nearest things travel in a film, in units, and how much larger they become."""


@dataclass(frozen=True)
class Travel:
    """Sideways in pixels and larger by a factor, for what is near; far things move by their part of it."""

    view: View
    seconds: float
    move: str
    side: float = 1.0

    @property
    def reach(self) -> float:
        """The most that anything moves to one side: strips are wider by this at both ends."""
        return PAN / 2 * self.view.unit + 8

    def at(self, moment: float, nearness: float) -> tuple[float, float]:
        """How far to the right of its usual place the camera looks, and how much larger, for things so near."""
        share = min(1.0, moment / max(self.seconds, 1e-6)) - 0.5
        whole = self.seconds / (self.seconds + 3)
        if self.move in {"in", "out"}:
            grown = (0.5 + share if self.move == "in" else 0.5 - share) * PUSH * whole
            return 0.0, 1 + grown * nearness
        aim = {"left": -1.0, "right": 1.0}.get(self.move, 0.0)
        way = aim * PAN * whole if aim else self.side * DRIFT * whole
        return way * self.view.unit * share * nearness, 1.0


@dataclass(frozen=True)
class Strip:
    """A thing wider than the picture: colours, how much they cover, the row at which it begins, and its nearness.

    `bottom` is the row from which on nearer things hide it.
    """

    colours: Image.Image
    cover: Image.Image
    top: int
    bottom: int
    nearness: float

    def window(self, travel: Travel, moment: float) -> tuple[int, tuple[int, int], tuple[float, float, float, float]]:
        """The first row of the picture that it fills, the size it fills there, and the part of it that is seen."""
        view = travel.view
        aside, larger = travel.at(moment, self.nearness)
        middle, level = self.colours.width / 2 + aside, float(view.horizon)
        first = max(0, int(level + (self.top - level) * larger) + 1)
        last = min(view.height, int(level + (self.bottom - level) * larger))
        last = max(last, first + 2)
        half = view.width / 2 / larger
        upper = level + (first - level) / larger - self.top
        lower = level + (last - level) / larger - self.top
        upper, lower = max(0.0, upper), min(float(self.colours.height), lower)
        return first, (view.width, last - first), (middle - half, upper, middle + half, lower)

    def put(self, picture: Image.Image, travel: Travel, moment: float) -> tuple[int, Image.Image]:
        """Also gives the row where it begins and how much it covers, for what lies on it."""
        row, size, box = self.window(travel, moment)
        colours, cover = (_seen(each, size, box) for each in (self.colours, self.cover))
        picture.paste(colours, (0, row), cover)
        return row, cover

    def place(self, travel: Travel, moment: float, x: float, y: float) -> tuple[float, float]:
        """Where in the picture a place of the strip is seen."""
        row, size, box = self.window(travel, moment)
        larger = size[0] / (box[2] - box[0])
        return (x - box[0]) * larger, row + (y - box[1]) * larger

    def behind(self, nearer: "Strip") -> "Strip":
        """The same, without the rows that a nearer strip hides at every column, wherever the camera is."""
        hidden = np.flatnonzero(np.asarray(nearer.cover).min(axis=1) == 255)
        if not len(hidden):
            return self
        return replace(self, bottom=min(self.bottom, nearer.top + int(hidden[0]) + self.colours.height // 6))


def _seen(image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]) -> Image.Image:
    """The part of it in that size. Cut out first, for Pillow would resample rows, too, that stay as they are."""
    left, right = max(0, int(box[0]) - 1), min(image.width, int(box[2]) + 2)
    if box[1] == int(box[1]) and box[3] - box[1] == size[1]:
        image = image.crop((left, int(box[1]), right, int(box[3])))
        box = (box[0] - left, 0.0, box[2] - left, float(size[1]))
    return image.resize(size, Image.Resampling.BILINEAR, box=box)
