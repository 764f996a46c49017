"""The effects that the engine has, in one list. Adding one is adding its entry to a module of `effects` and here."""

from collections.abc import Iterable

from studio.engine.effects import grade, look, sound, text, time
from studio.engine.effects.entry import Effect
from studio.engine.errors import gettext_noop as _
from studio.engine.plan import Scene, Step

EFFECTS: tuple[Effect, ...] = (
    grade.WARMER,
    grade.COOLER,
    grade.BRIGHTER,
    grade.DARKER,
    grade.CONTRAST_UP,
    grade.CONTRAST_DOWN,
    grade.SATURATION_UP,
    grade.SATURATION_DOWN,
    look.BLACK_AND_WHITE,
    look.VINTAGE,
    look.TEAL_ORANGE,
    look.VIGNETTE,
    time.SLOW,
    time.FAST,
    time.TRIM,
    text.CAPTION,
    sound.MUTE,
)

LIGHTS = {
    "": _("Ocean"),
    "sunset": _("Ocean at sunset"),
    "dawn": _("Ocean at dawn"),
    "day": _("Ocean by day"),
    "night": _("Ocean at night"),
}
MOVES = {
    "": _("slow drift"),
    "in": _("slow push in"),
    "out": _("slow pull out"),
    "left": _("slow pan left"),
    "right": _("slow pan right"),
    "up": _("slow tilt up"),
    "down": _("slow tilt down"),
}

BY_ID = {effect.id: effect for effect in EFFECTS}


def effect(id: str) -> Effect:
    return BY_ID[id]


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Sorted by stage; within a stage as they were asked for."""
    return sorted(steps, key=lambda step: BY_ID[step.id].stage)


def describe(step: Step) -> tuple[str, str]:
    """What a step does in the field's terms: ("Colour temperature", "4,500 K"). The label is a message id."""
    entry = BY_ID[step.id]
    return entry.label, entry.value(step.params)


def describe_scene(scene: Scene) -> tuple[str, str, str]:
    """What a turn without a source clip draws, as an id, a label and a value; label and value are message ids."""
    if scene["name"] == "photo":
        return "photo", _("Camera"), MOVES.get(str(scene.get("move", "")), MOVES[""])
    return "ocean", _("Drawn scene"), LIGHTS.get(str(scene.get("palette", "")), LIGHTS[""])


def ideas() -> list[str]:
    """One prompt of each effect, in English, for the composer's chips."""
    return [entry.examples_en[0] for entry in EFFECTS]


def examples(language: str = "en") -> list[str]:
    """Every prompt that the catalogue promises to understand, in English or ("zh…") Chinese."""
    chinese = language.startswith("zh")
    return [line for entry in EFFECTS for line in (entry.examples_zh if chinese else entry.examples_en)]
