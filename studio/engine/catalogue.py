"""The effects that the engine has, in one list. Adding one is adding its entry to a module of `effects` and here."""

from collections.abc import Iterable

from studio.engine.effects import (
    atmosphere,
    beds,
    camera,
    fades,
    film,
    geometry,
    grade,
    light,
    look,
    replay,
    sound,
    stylise,
    text,
    texture,
    time,
)
from studio.engine.effects.entry import Effect
from studio.engine.errors import gettext_noop as _
from studio.engine.plan import Scene, Step
from studio.engine.scenes.entries import SCENES
from studio.engine.scenes.entries.ocean import OCEAN
from studio.engine.scenes.entry import ASPECTS, MOVES, DrawnScene

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
    film.SEPIA_TONE,
    film.NOIR,
    film.BLEACH,
    film.CROSS_PROCESS,
    light.NEON,
    light.SUNSET,
    light.DAY_FOR_NIGHT,
    light.DREAMY,
    texture.BLUR,
    texture.TILT_SHIFT,
    texture.SHARPEN,
    texture.DENOISE,
    texture.GRAIN,
    stylise.CARTOON,
    stylise.SKETCH,
    stylise.EDGES,
    stylise.PAINT,
    stylise.POSTERIZE,
    stylise.PIXELATE,
    stylise.NEGATIVE,
    stylise.THERMAL,
    stylise.GLITCH,
    stylise.TRAILS,
    stylise.MIRROR_HALF,
    atmosphere.FOG,
    atmosphere.SNOW,
    atmosphere.RAIN,
    atmosphere.EMBERS,
    look.VIGNETTE,
    time.SLOW,
    time.FAST,
    time.TRIM,
    replay.REVERSE,
    replay.BOOMERANG,
    replay.LOOP,
    replay.FREEZE,
    replay.SMOOTH,
    fades.FADE_IN,
    fades.FADE_OUT,
    geometry.STABILISE,
    geometry.MIRROR,
    geometry.FLIP_V,
    geometry.ROTATE,
    geometry.ASPECT,
    geometry.SHAKE_ON,
    geometry.LETTERBOX,
    camera.ZOOM_IN,
    camera.ZOOM_OUT,
    camera.PAN,
    text.CAPTION,
    sound.MUTE,
    sound.QUIETER,
    sound.LOUDER,
    sound.ECHO,
    sound.TELEPHONE,
    sound.MUFFLED,
    sound.NORMALISE,
    beds.WAVES,
    beds.WIND,
    beds.RAIN,
    beds.CITY,
    beds.CRICKETS,
    beds.MUSIC,
)

BY_ID = {effect.id: effect for effect in EFFECTS}
SCENES_BY_ID = {scene.id: scene for scene in SCENES}


def effect(id: str) -> Effect:
    return BY_ID[id]


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Sorted by stage; within a stage as they were asked for."""
    return sorted(steps, key=lambda step: BY_ID[step.id].stage)


def describe(step: Step) -> tuple[str, str]:
    """What a step does in the field's terms: ("Colour temperature", "4,500 K"). The label is a message id."""
    entry = BY_ID[step.id]
    return entry.label, entry.value(step.params)


def scene_of(asked: Scene) -> DrawnScene:
    """The entry of what a plan wants drawn; the ocean where nothing is named."""
    return SCENES_BY_ID.get(str(asked.get("name", "")), OCEAN)


def describe_scene(asked: Scene) -> list[tuple[str, str, str]]:
    """What a turn without a source clip draws, each as an id, a label and a value; both are message ids."""
    if asked["name"] == "photo":
        move = MOVES.get(str(asked.get("move", "")))
        each = [("each", _("Each photo"), f"{asked['each']:g} s")] if asked.get("each") else []
        return [("photo", _("Camera"), move.label if move else _("slow drift")), *each]
    scene = scene_of(asked)
    lines = [(scene.id, _("Drawn scene"), scene.labels.get(str(asked.get("palette", "")), scene.labels[""]))]
    for aspect, label in ASPECTS.items():
        choice = scene.choices.get(aspect, {}).get(str(asked.get(aspect, "")))
        lines += [(aspect, label, choice.label)] if choice else []
    return lines


def ideas() -> list[str]:
    """One prompt of each effect, in English, for the composer's chips."""
    return [entry.examples_en[0] for entry in EFFECTS]


def examples(language: str = "en") -> list[str]:
    """Every prompt that the catalogue promises to understand, in English or ("zh…") Chinese."""
    chinese = language.startswith("zh")
    return [line for entry in EFFECTS for line in (entry.examples_zh if chinese else entry.examples_en)]


def scene_ideas() -> list[str]:
    """Prompts for scenes, in English, for the composer's chips."""
    return [line for scene in SCENES for line in scene.ideas]


def scene_examples(language: str = "en") -> list[str]:
    """A prompt of each scene, in English or ("zh…") Chinese."""
    return [(scene.examples_zh if language.startswith("zh") else scene.examples_en)[0] for scene in SCENES]
