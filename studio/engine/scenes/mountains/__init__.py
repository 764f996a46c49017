"""Mountains: ranges in haze under a moving sky, mist in the valleys, firs before them; snow, fog or rain."""

from dataclasses import replace

import numpy as np
from PIL import Image, ImageChops

from studio.engine.beds import rain, wind
from studio.engine.plan import Scene

from ..birds import Birds
from ..falling import Falling
from ..film import Film, Picture
from ..mist import Mist
from ..noise import clouds, smooth
from ..palettes import chosen
from ..sky import LayerSpec, Sky
from ..travel import Strip, Travel
from ..view import View
from .forest import forest
from .ranges import Ranges
from .tones import TONES, veiled

CLOUDIER = 0.06
CLOUDS = (
    LayerSpec(stretch=3.6, power=1.75, height=1.5, pace=8.0, thickness=0.5, sharp=1.3),
    LayerSpec(stretch=2.2, power=1.72, height=0.95, pace=13.0, thickness=0.92, sharp=0.8),
)
SHADE = (46, 66, 104)
SHADOW = 8
"""Shadows of clouds are soft: their mask is kept this much smaller."""


def film(asked: Scene, seed: int, size: tuple[int, int], seconds: float) -> Film:
    palette, weather, move = (str(asked.get(key) or "") for key in ("palette", "weather", "move"))
    scene = Mountains(seed, *size, palette, weather, move, seconds)
    return Film(scene.frame, (rain if weather == "rain" else wind)(seed, seconds))


class Mountains:
    """`frame(t)` is the picture at `t` seconds as RGB bytes. It may be asked in any order and from any thread."""

    def __init__(
        self, seed: int, width: int, height: int, palette: str, weather: str = "", move: str = "", seconds: float = 10.0
    ) -> None:
        rng = np.random.default_rng([seed, 31])
        name = palette if palette in TONES else str(rng.choice(["dawn", "sunset", "day"]))
        self.palette, self.tones = veiled(chosen(name, rng), TONES[name], weather)
        self.palette = replace(self.palette, cover=self.palette.cover + CLOUDIER)
        self.view = self._stand(rng, width, height)
        self.travel = Travel(self.view, seconds, move, float(rng.choice([-1, 1])))
        self.sky = Sky(rng, self.view, self.palette, CLOUDS)
        self.sky.hills = []
        white = weather == "snow"
        self.ranges = Ranges(rng, self.view, self.palette, self.tones, self.travel, white)
        woods = [forest(rng, self.view, self.tones, self.travel, white, near) for near in (False, True)]
        for wood in woods:
            self.ranges.strips = [strip.behind(wood) for strip in self.ranges.strips]
        self.woods = [woods[0].behind(woods[1]), woods[1]]
        thick = {"": 0.82, "snow": 0.75, "rain": 0.8, "fog": 1.25}[weather]
        self.mists = [
            Mist(rng, self.view, self.tones.mist, level, high * (2.4 if weather == "fog" else 1.0), thick * share)
            for level, high, share in ((0.60, 70, 0.8), (0.67, 66, 0.85), (0.755, 60, 0.8), (0.87, 60, 0.62))
        ]
        self.birds = Birds(rng, self.view, self.palette)
        self.falling = Falling(rng, self.view, weather, (0.97, 0.98, 1.0)) if weather in {"snow", "rain"} else None
        self.shadows = smooth(-0.5, 0.7, clouds(rng, 256, 1024, 1.7, 1.6)) if name == "day" and not weather else None
        self.wander = float(rng.choice([-1, 1])) * 20 * self.view.unit

    def _stand(self, rng: np.random.Generator, width: int, height: int) -> View:
        horizon = round(height * 0.66)
        low, high = self.palette.height
        rise = float(rng.uniform(max(low, 0.42), max(high, 0.60))) * min(horizon, min(width, height) * 0.66)
        side = float(rng.uniform(0.18, 0.34)) * float(rng.choice([-1, 1]))
        return View(width, height, horizon, min(width, height) * 1.5, width * (0.5 + side), horizon - rise)

    def frame(self, moment: float) -> Picture:
        picture = np.empty((self.view.height, self.view.width, 3), np.uint8)
        picture[: self.view.horizon] = self.sky.draw(moment)
        self.birds.put(picture, moment)
        image = Image.fromarray(picture)
        for place, strip in enumerate(self.ranges.strips):
            self._put_range(image, place, strip, moment)
            self.mists[place].put(image, moment, self.travel.at(moment, strip.nearness)[0])
        for strip in self.woods:
            strip.put(image, self.travel, moment)
        if self.falling is None:
            return np.asarray(image)
        picture = np.array(image)
        self.falling.put(picture, moment)
        return picture

    def _put_range(self, image: Image.Image, place: int, strip: Strip, moment: float) -> None:
        row, cover = strip.put(image, self.travel, moment)
        if self.shadows is None:
            return
        size = cover.size
        left = 512 + self.wander / SHADOW * moment + 90 * place
        rows, columns = -(-size[1] // SHADOW), -(-size[0] // SHADOW)
        down, across = np.arange(20 * place, 20 * place + rows), np.arange(int(left), int(left) + columns + 2)
        patch = self.shadows[(down % 256)[:, None], (across % 1024)[None, :]]
        begin = left - int(left)
        shadow = Image.fromarray((patch * 128).astype(np.uint8)).resize(
            size, Image.Resampling.BILINEAR, box=(begin, 0, begin + columns, patch.shape[0])
        )
        image.paste(SHADE, (0, row), ImageChops.multiply(shadow, cover))
