"""The ocean: sky, water, a sailing boat, birds. The same seed draws the same film."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from .birds import Birds
from .boat import Boat
from .palettes import Colour, chosen
from .sea import Sea
from .sky import Sky
from .view import View

Picture = NDArray[np.uint8]
BRIGHT = [0] * 180 + [int((value - 180) * 0.75) for value in range(180, 256)]


class Ocean:
    """`frame(t)` is the picture at `t` seconds as RGB bytes. It may be asked in any order and from any thread."""

    def __init__(self, seed: int, width: int, height: int, palette: str) -> None:
        rng = np.random.default_rng([seed, 7])
        self.palette = chosen(palette, rng)
        self.view = self._stand(rng, width, height)
        self.sky = Sky(rng, self.view, self.palette)
        self.sea = Sea(rng, self.view, self.palette)
        self.boat = Boat(rng, self.view, self.palette)
        self.birds = Birds(rng, self.view, self.palette)

    def _stand(self, rng: np.random.Generator, width: int, height: int) -> View:
        short = min(width, height)
        horizon = round(height * float(rng.uniform(0.50, 0.56)))
        low, high = self.palette.height
        rise = float(rng.uniform(low, high)) * min(horizon, short * 0.62)
        side = float(rng.uniform(0.17, 0.36)) * float(rng.choice([-1, 1]))
        return View(
            width=width,
            height=height,
            horizon=horizon,
            focal=short * 1.5,
            sun_x=width * (0.5 + side * (0.9 if width > height else 0.7)),
            sun_y=horizon - rise,
        )

    def frame(self, moment: float) -> Picture:
        picture = np.empty((self.view.height, self.view.width, 3), np.uint8)
        picture[: self.view.horizon] = self.sky.draw(moment)
        picture[self.view.horizon :] = self.sea.draw(moment)
        self._soften_horizon(picture)
        self.boat.put(picture, moment)
        self.birds.put(picture, moment)
        return _bloom(picture, self.palette.light)

    def _soften_horizon(self, picture: Picture) -> None:
        row = self.view.horizon
        rows = picture[row - 1 : row + 2].astype(np.uint16)
        picture[row] = ((rows[0] + rows[1] * 2 + rows[2]) // 4).astype(np.uint8)


def _bloom(picture: Picture, light: Colour) -> Picture:
    """What is very bright lights its surroundings."""
    image = Image.fromarray(picture)
    bright = image.reduce(4).convert("L").point(BRIGHT)
    near, wide = bright.filter(ImageFilter.BoxBlur(2)), bright.filter(ImageFilter.BoxBlur(9))
    glow = ImageChops.add(near.filter(ImageFilter.BoxBlur(2)), wide.filter(ImageFilter.BoxBlur(7)))
    box = glow.getbbox()
    if box is None:
        return picture
    left, top, right, bottom = (side * 4 for side in box)
    around = (left, top, min(right, image.width), min(bottom, image.height))
    soft = glow.crop(box).resize((right - left, bottom - top), Image.Resampling.BILINEAR)
    part = image.crop(around)
    soft = soft.crop((0, 0, *part.size))
    tinted = Image.merge("RGB", [soft.point([int(value * share) for value in range(256)]) for share in light])
    image.paste(ImageChops.screen(part, tinted), around)
    return np.asarray(image)
