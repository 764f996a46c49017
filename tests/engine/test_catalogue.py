"""Every entry of the catalogue, by its own examples: understood, not taken for another, and doing what it says."""

from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pytest

from studio.engine.catalogue import BY_ID, EFFECTS, describe, examples, ideas
from studio.engine.editing import graph_text, sound_text
from studio.engine.effects.entry import Effect
from studio.engine.graph import AudioGraph, VideoGraph
from studio.engine.parser import parse
from studio.engine.plan import Step
from studio.engine.timeline import Timeline, fold
from tests.engine import media_files

SIZE = (320, 180)
COUNT = 12
RATE = Fraction(2)
IDS = (
    "warmer cooler brighter darker contrast+ contrast- saturation+ saturation- bw vintage teal-orange vignette "
    "slow fast trim caption mute"
)
every_example = pytest.mark.parametrize(
    ("effect", "prompt"),
    [(effect, prompt) for effect in EFFECTS for prompt in (*effect.examples_en, *effect.examples_zh)],
    ids=lambda value: value if isinstance(value, str) else value.id,
)


def originals() -> list[av.VideoFrame]:
    made = []
    for index in range(COUNT):
        frame = av.VideoFrame.from_ndarray(media_files.picture(index / COUNT, SIZE)).reformat(format="yuv420p")
        frame.pts, frame.time_base = index, 1 / RATE
        made.append(frame)
    return made


def rendered(step: Step) -> list[np.ndarray]:
    """Twelve pictures through the step, as RGB."""
    timeline, steps = fold([parse("")], float(COUNT / RATE))[0], [step]
    if step.id in {"slow", "fast", "trim"}:
        timeline, steps = timeline.after(step), []
    text, captions = graph_text(timeline, steps, RATE, *SIZE)
    graph: VideoGraph | None = None
    pictures: list[np.ndarray] = []
    for frame in originals():
        graph = graph or VideoGraph(frame, text, captions)
        pictures += [made.to_ndarray(format="rgb24") for made in graph.push(frame)]
    assert graph is not None
    pictures += [made.to_ndarray(format="rgb24") for made in graph.push(None)]
    return pictures


def warmth(picture: np.ndarray) -> float:
    return float(picture[..., 0].mean() - picture[..., 2].mean())


def luma(picture: np.ndarray) -> np.ndarray:
    weighted: np.ndarray = picture @ np.array([0.299, 0.587, 0.114])
    return weighted


def chroma(picture: np.ndarray) -> float:
    return float((picture.max(axis=2).astype(int) - picture.min(axis=2)).mean())


def corners(picture: np.ndarray) -> float:
    light = luma(picture)
    return float(light[-30:, -50:].mean() / light[75:105, 135:185].mean())


MEASURES: dict[str, Callable[[np.ndarray], float]] = {
    "warmth": warmth,
    "luma": lambda picture: float(luma(picture).mean()),
    "contrast": lambda picture: float(luma(picture).std()),
    "chroma": chroma,
    "corners": corners,
}


def changed_as_said(effect: Effect, step: Step) -> bool:
    kind, direction = effect.change
    if kind == "sound":
        return True
    before = [frame.to_ndarray(format="rgb24") for frame in originals()]
    after = rendered(step)
    if kind == "duration":
        return (len(after) - COUNT) * direction > 0 or step.id == "trim"
    assert len(after) == COUNT
    first, last = before[3], after[3]
    if kind in MEASURES:
        return (MEASURES[kind](last) - MEASURES[kind](first)) * direction > 0.02
    difference = float(np.abs(last.astype(int) - first).mean())
    return chroma(last) < 6 if kind == "flat chroma" else difference > 1.0


def test_the_catalogue_has_the_seventeen_effects() -> None:
    assert [effect.id for effect in EFFECTS] == IDS.split()


@every_example
def test_an_example_is_understood_as_its_own_effect_and_nothing_else(effect: Effect, prompt: str) -> None:
    plan = parse(prompt)
    assert [step.id for step in plan.steps] == [effect.id]
    assert plan.not_done == () and plan.renders


@every_example
def test_an_example_changes_the_picture_as_its_kind_says(effect: Effect, prompt: str) -> None:
    assert changed_as_said(effect, parse(prompt).steps[0])


@pytest.mark.parametrize("effect", [effect for effect in EFFECTS if "k" in effect.limits], ids=lambda effect: effect.id)
def test_more_strength_changes_more_and_nothing_breaks_at_the_ends(effect: Effect) -> None:
    plain = originals()[3].to_ndarray(format="rgb24").astype(int)
    limit = effect.limits["k"]
    changes = [
        float(np.abs(rendered(Step(effect.id, {"k": k}))[3].astype(int) - plain).mean())
        for k in (limit.low, (limit.low + limit.high) / 2, limit.high)
    ]
    assert changes == sorted(changes) and changes[-1] > changes[0]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.id)
def test_every_step_has_a_label_and_a_value(effect: Effect) -> None:
    for prompt in (*effect.examples_en, *effect.examples_zh):
        label, value = describe(parse(prompt).steps[0])
        assert label and value


def test_values_are_in_the_fields_terms() -> None:
    said = {
        prompt: describe(parse(prompt).steps[0])
        for prompt in ("make it warmer", "half speed", "trim from 2 to 5 seconds")
    }
    assert list(said.values()) == [("Colour temperature", "4,500 K"), ("Speed", "0.5×"), ("Trim", "2.0–5.0 s")]


def test_ideas_and_examples_come_from_the_entries() -> None:
    assert len(ideas()) == len(EFFECTS) and set(ideas()) <= set(examples("en"))
    assert examples("zh-hans") == [line for effect in EFFECTS for line in effect.examples_zh]


def test_opposites_point_at_each_other() -> None:
    for effect in EFFECTS:
        if effect.opposite:
            assert BY_ID[effect.opposite].opposite == effect.id


@pytest.mark.parametrize("params", [{"k": 1e9}, {"k": -1e9}, {"k": 0.0}])
def test_numbers_beyond_the_limits_are_clamped(params: dict[str, float]) -> None:
    for effect in EFFECTS:
        if "k" in effect.limits:
            assert len(rendered(Step(effect.id, params))) == COUNT


def test_sound_has_the_length_of_the_picture_at_every_speed() -> None:
    for speed in (0.1, 0.5, 0.8, 1.0, 1.5, 4.0, 20.0):
        samples = round(0.5 / speed * 48_000)
        graph, made = None, 0
        for start in range(0, 24_000, 960):
            frame = av.AudioFrame.from_ndarray(np.zeros((2, 960), np.float32), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
            graph = graph or AudioGraph(frame, sound_text(Timeline(0.0, 0.5, speed), samples))
            made += sum(piece.samples for piece in graph.push(frame))
        assert graph is not None
        made += sum(piece.samples for piece in graph.push(None))
        assert made == samples
