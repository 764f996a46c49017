"""The ocean: sky, water, a sailing boat, birds. The same seed draws the same film."""

import numpy as np

from studio.engine.plan import Scene
from studio.engine.sound import waves

from .birds import Birds
from .bloom import bloom
from .boat import Boat
from .film import Film, Picture
from .palettes import chosen
from .sea import Sea
from .sky import Sky
from .view import View


def film(asked: Scene, seed: int, size: tuple[int, int], seconds: float) -> Film:
    return Film(Ocean(seed, *size, str(asked.get("palette") or "")).frame, waves(seed, seconds))


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
        return bloom(picture, self.palette.light)

    def _soften_horizon(self, picture: Picture) -> None:
        row = self.view.horizon
        rows = picture[row - 1 : row + 2].astype(np.uint16)
        picture[row] = ((rows[0] + rows[1] * 2 + rows[2]) // 4).astype(np.uint8)
