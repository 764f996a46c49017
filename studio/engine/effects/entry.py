"""What an effect is: one frozen entry from which parser, chips, help, filters, value text and its test derive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

Params = Mapping[str, float | str]
Box = tuple[float, float, float, float]
"""Left, top, width and height of a part of the picture, as fractions of it."""
WHOLE_VIEW: Box = (0.0, 0.0, 1.0, 1.0)


class Stage(IntEnum):
    """Where an effect stands in the order of application."""

    TRIM = 0
    TIME = 10
    STABILISE = 15
    GEOMETRY = 20
    CAMERA = 25
    DENOISE = 30
    GRADE = 40
    LOOK = 50
    TEXTURE = 60
    STYLISE = 70
    ATMOSPHERE = 80
    VIGNETTE = 90
    LETTERBOX = 95
    CAPTION = 100
    FADE = 105
    SOUND = 110


@dataclass(frozen=True)
class Words:
    """How people ask for an effect, in one language; "(a|b)" and "x?" expand to every spelling.

    `names` mean the effect wherever they stand ("warmer"); `qualities` do unless turned round ("too warm", "less
    warm"); of `amounts` there can be more, or less ("contrast"); to take away what is in `absence` is the effect;
    it cures `faults`. `things` mean it too, except where they are spoken of as something to be seen ("the night").
    """

    names: str = ""
    qualities: str = ""
    amounts: str = ""
    absence: str = ""
    faults: str = ""
    things: str = ""


@dataclass(frozen=True)
class Limit:
    """A number's smallest, usual and largest value."""

    low: float
    usual: float
    high: float

    def clamp(self, value: float) -> float:
        return min(self.high, max(self.low, value))


TO_RGB = "scale=flags=bicubic+accurate_rnd+full_chroma_int,format=gbrp"
TO_YUV = "scale=flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p"
STRENGTH = {"k": Limit(0.1, 1.0, 2.0)}


def no_filter(params: Params) -> str:
    return ""


@dataclass(frozen=True)
class Effect:
    """`video` and `audio` make filter text out of clamped numbers; a person's words never reach them.

    `label` is a message id and `value` its value in the field's terms. `change` names what a test measures and the
    direction it must move. `percent` is what k = 1 is called in percent, where a percentage means something.
    `factors` are the speeds, or decibels of `gain`, that "slightly", nothing, "much" and "as much as possible" stand
    for. `in_rgb` says that the filter works on RGB: neighbours of this kind share one conversion. `slow`: it takes as
    long as several others. `bed` names a sound made from nothing that is mixed under.

    What follows the clock is given its seconds and those of the clip: `view` is the part of the picture that the
    camera sees, `light` how much of the light there is. `shaped` is `video` for filters that must know the picture's
    width and height, and `size` what these become.
    """

    id: str
    stage: Stage
    label: str
    value: Callable[[Params], str]
    change: tuple[str, int]
    en: Words
    zh: Words
    examples_en: tuple[str, ...]
    examples_zh: tuple[str, ...]
    limits: Mapping[str, Limit] = field(default_factory=lambda: STRENGTH)
    video: Callable[[Params], str] = no_filter
    audio: Callable[[Params], str] = no_filter
    opposite: str = ""
    percent: float = 50.0
    factors: Mapping[float, float] = field(default_factory=dict)
    in_rgb: bool = False
    slow: bool = False
    bed: str = ""
    view: Callable[[Params, float, float], Box] | None = None
    light: Callable[[Params, float, float], float] | None = None
    shaped: Callable[[Params, int, int], str] | None = None
    size: Callable[[Params, int, int], tuple[int, int]] | None = None

    @property
    def timed(self) -> bool:
        return self.view is not None or self.light is not None

    def picture_filter(self, params: Params, width: int, height: int) -> str:
        """The filter text for a picture of that size."""
        return self.shaped(params, width, height) if self.shaped else self.video(params)


def number(params: Params, name: str) -> float:
    """A parameter that must be a number."""
    value = params[name]
    if isinstance(value, str):
        raise TypeError(f"{name} must be a number")
    return value


def strength(params: Params) -> float:
    return STRENGTH["k"].clamp(number({"k": 1.0, **params}, "k"))


def by_pixel(filters: Callable[[Params, float], str]) -> Callable[[Params, int, int], str]:
    """For filters that count in pixels: they are told how many of them one pixel of a 720p picture is."""
    return lambda params, width, height: filters(params, min(width, height) / 720)


def strength_text(params: Params) -> str:
    return f"{round(100 * strength(params))} %"
