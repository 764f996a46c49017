"""A city at night by a river: windows that change, cars on the quay, their light on the water; rain, snow or fog."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from studio.engine.beds import city as traffic
from studio.engine.beds import rain
from studio.engine.plan import Scene
from studio.engine.sound import Samples

from ..falling import Falling, lighten
from ..film import Film, Picture
from ..mist import Mist
from ..noise import Floats
from ..sky import LayerSpec, Sky
from ..travel import Strip, Travel
from ..view import View
from .buildings import rows
from .lights import LIGHTS, SKIES, veiled
from .river import River

CLOUDS = (
    LayerSpec(stretch=4.0, power=1.75, height=1.2, pace=6.0, thickness=0.45, sharp=1.3),
    LayerSpec(stretch=2.6, power=1.72, height=0.8, pace=10.0, thickness=0.75, sharp=0.9),
)
QUAY = 9.0
UNSEEN = 0.01  # what shines less changes no pixel by more than two and a half of 255
BRIGHT = [0] * 84 + [int((value - 84) * 0.62) for value in range(84, 256)]
BRIGHT *= 3


def film(asked: Scene, seed: int, size: tuple[int, int], seconds: float) -> Film:
    palette, weather, move = (str(asked.get(key) or "") for key in ("palette", "weather", "move"))
    return Film(City(seed, *size, palette, weather, move, seconds).frame, _sound(weather, seed, seconds))


def _sound(weather: str, seed: int, seconds: float) -> Samples:
    heard = traffic(seed, seconds)
    return heard * np.float32(0.6) + rain(seed, seconds) * np.float32(0.8) if weather == "rain" else heard


class City:
    """`frame(t)` is the picture at `t` seconds as RGB bytes. It may be asked in any order and from any thread."""

    def __init__(
        self, seed: int, width: int, height: int, palette: str, weather: str = "", move: str = "", seconds: float = 10.0
    ) -> None:
        rng = np.random.default_rng([seed, 37])
        name = palette if palette in LIGHTS else "night"
        sky, self.lights = veiled(SKIES[name], LIGHTS[name], weather)
        self.view = self._stand(rng, width, height, name)
        self.travel = Travel(self.view, seconds, move, float(rng.choice([-1, 1])))
        self.sky = Sky(rng, self.view, sky, CLOUDS)
        self.sky.hills = []
        self.rows = rows(rng, self.view, self.lights, self.travel)
        self.quay = self._quay(rng)
        self.river = River(rng, self.view, self.lights.deep)
        self.cars = self._cars(rng)
        self.blink = rng.uniform(0, 1.4, 64)
        haze = self.lights.haze
        thick = {"fog": 1.05, "rain": 0.55, "snow": 0.5}.get(weather, 0.28)
        high = 150.0 if weather == "fog" else 70.0
        self.mists = [Mist(rng, self.view, haze, 0.66, high * part, thick) for part in (1.3, 1.0)]
        self.falling = Falling(rng, self.view, weather, (0.86, 0.90, 1.0)) if weather in {"snow", "rain"} else None

    def _stand(self, rng: np.random.Generator, width: int, height: int, name: str) -> View:
        short, horizon = min(width, height), round(height * 0.695)
        side = float(rng.uniform(0.24, 0.38)) * float(rng.choice([-1, 1]))
        rise = float(rng.uniform(0.78, 0.88)) * horizon * (0.12 if name == "dusk" else 1.0)
        return View(width, height, horizon, short * 1.5, width * (0.5 + side), horizon - rise)

    def _quay(self, rng: np.random.Generator) -> Strip:
        """A dark wall with a railing, and lamps along it."""
        unit = self.view.unit
        columns, tall = int(self.view.width / 2 + self.travel.reach) * 2 + 2, round(26 * unit)
        colours = Image.new("RGB", (columns, tall), _bytes(self.lights.facade[0], 0.55))
        cover = Image.new("L", (columns, tall))
        draw, mask = ImageDraw.Draw(colours), ImageDraw.Draw(cover)
        wall = tall - round(4 * unit)
        mask.rectangle((0, wall, columns, tall), fill=255)
        draw.rectangle((0, wall, columns, wall), fill=_bytes(self.lights.street, 0.35))
        self.lamps = []
        x = float(rng.uniform(0, 40)) * unit
        while x < columns:
            mask.line([(x, wall), (x, tall - 19 * unit)], fill=220, width=max(1, round(unit)))
            self.lamps.append((x, tall - 19 * unit))
            x += 46 * unit
        return Strip(colours, cover, self.view.horizon - tall, self.view.horizon, 0.5)

    def _cars(self, rng: np.random.Generator) -> list[tuple[float, float, float]]:
        """Where each begins, how fast it goes (to the left below zero) and how bright it is."""
        wide = self.quay.colours.width
        count = round(wide / (78 * self.view.unit))
        return [
            (float(rng.uniform(0, wide)), float(rng.choice([-1, 1]) * rng.uniform(38, 75)) * self.view.unit,
             float(rng.uniform(0.6, 1.0)))
            for _ in range(count)
        ]  # fmt: skip

    def frame(self, moment: float) -> Picture:
        view = self.view
        picture = np.empty((view.height, view.width, 3), np.uint8)
        picture[: view.horizon] = self.sky.draw(moment)
        image = Image.fromarray(picture)
        for place, row in enumerate(self.rows):
            row.put(image, self.travel, moment)
            if place < len(self.mists):
                self.mists[place].put(image, moment, self.travel.at(moment, row.strip.nearness)[0])
        self.quay.put(image, self.travel, moment)
        picture = np.array(image)
        self._put_lights(picture, moment)
        picture[: view.horizon] = _aglow(picture[: view.horizon])
        self.river.put(picture, moment)
        if self.falling is not None:
            self.falling.put(picture, moment)
        return picture

    def _put_lights(self, picture: Picture, moment: float) -> None:
        unit, wide = self.view.unit, self.quay.colours.width
        above = picture[: self.view.horizon]
        for x, y in self.lamps:
            self._put(above, self.quay, moment, (x, y), self.lights.street, 1.5 * unit, 0.95)
            self._put(above, self.quay, moment, (x, y), self.lights.street, 9 * unit, 0.16)
        for start, speed, bright in self.cars:
            x = (start + speed * moment) % wide
            y = self.quay.colours.height - (QUAY if speed > 0 else QUAY + 2.5) * unit
            colour = (1.0, 0.96, 0.86) if speed > 0 else (1.0, 0.16, 0.10)
            self._put(above, self.quay, moment, (x, y), colour, 1.3 * unit, bright)
            self._put(above, self.quay, moment, (x, y), colour, 6 * unit, 0.22 * bright)
        for row in self.rows:
            for place, spot in enumerate(row.beacons):
                on = max(0.0, float(np.sin(2 * np.pi * (moment / 1.9 + self.blink[place % 64])))) ** 2
                if on < UNSEEN:
                    continue
                self._put(above, row.strip, moment, spot, (1.0, 0.18, 0.14), 1.7 * unit, 0.95 * on)
                self._put(above, row.strip, moment, spot, (1.0, 0.18, 0.14), 7 * unit, 0.20 * on)

    def _put(
        self, picture: Picture, strip: Strip, moment: float, spot: tuple[float, float],
        colour: tuple[float, float, float], size: float, strength: float,
    ) -> None:  # fmt: skip
        x, y = strip.place(self.travel, moment, *spot)
        lighten(picture, _spot(size) * np.float32(strength), x, y, np.array(colour, np.float32) * 255)


def _aglow(picture: Picture) -> Picture:
    """Each light in its own colour on the air around it."""
    image = Image.fromarray(picture)
    bright = image.reduce(4).point(BRIGHT)
    near = bright.filter(ImageFilter.BoxBlur(1)).filter(ImageFilter.BoxBlur(2))
    wide = bright.filter(ImageFilter.BoxBlur(7)).filter(ImageFilter.BoxBlur(9))
    glow = ImageChops.add(near, wide).resize(image.size, Image.Resampling.BILINEAR)
    return np.asarray(ImageChops.screen(image, glow))


@lru_cache(64)
def _spot(size: float) -> Floats:
    reach = int(size * 2.2) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    return np.asarray(np.exp(-(x**2 + y**2) / size**2), np.float32)


def _bytes(colour: tuple[float, float, float], share: float) -> tuple[int, int, int]:
    red, green, blue = (int(255 * part * share) for part in colour)
    return red, green, blue
