"""What an effect is: one frozen entry from which parser, chips, help, filters, value text and its test derive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

Params = Mapping[str, float | str]


class Stage(IntEnum):
    """Where an effect stands in the order of application."""

    TRIM = 0
    TIME = 1
    GEOMETRY = 2
    GRADE = 3
    LOOK = 4
    VIGNETTE = 5
    CAPTION = 6
    SOUND = 7


@dataclass(frozen=True)
class Words:
    """How people ask for an effect, in one language; "(a|b)" and "x?" expand to every spelling.

    `names` mean the effect wherever they stand ("warmer"); `qualities` do unless turned round ("too warm", "less
    warm"); of `amounts` there can be more, or less ("contrast"); to take away what is in `absence` is the effect;
    it cures `faults`.
    """

    names: str = ""
    qualities: str = ""
    amounts: str = ""
    absence: str = ""
    faults: str = ""


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
    `factors` are the speeds that "slightly", nothing, "much" and "as much as possible" stand for. `in_rgb` says that
    the filter works on RGB: neighbours of this kind share one conversion.
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


def number(params: Params, name: str) -> float:
    """A parameter that must be a number."""
    value = params[name]
    if isinstance(value, str):
        raise TypeError(f"{name} must be a number")
    return value


def strength(params: Params) -> float:
    return STRENGTH["k"].clamp(number({"k": 1.0, **params}, "k"))
