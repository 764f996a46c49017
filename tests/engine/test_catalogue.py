"""Every entry of the catalogue, by its own examples: understood, not taken for another, and doing what it says."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio.engine.assembling import Assembled
from studio.engine.catalogue import BY_ID, EFFECTS, SCENES, describe, examples, ideas
from studio.engine.editing import line
from studio.engine.effects.entry import Effect, Stage
from studio.engine.graph import AudioGraph
from studio.engine.parser import parse
from studio.engine.plan import Plan, Step
from studio.engine.soundtrack import sound_text
from studio.engine.timeline import Timeline, fold
from tests.engine import hearing, measures, media_files, seeing
from tests.engine.measures import MEASURES
from tests.engine.seeing import Shown, shaky

SIZE = (320, 180)
COUNT = 12
RATE = Fraction(2)
IDS = (
    "warmer cooler brighter darker contrast+ contrast- saturation+ saturation- bw vintage teal-orange "
    "sepia noir bleach crossprocess neon sunset day-for-night dreamy "
    "blur tiltshift sharpen denoise grain "
    "cartoon sketch edges paint posterize pixelate negative thermal glitch trails mirror-half "
    "fog snow rain embers vignette "
    "slow fast trim reverse boomerang loop freeze smooth fade-in fade-out "
    "stabilise mirror flip-v rotate aspect shake letterbox zoom-in zoom-out pan caption mute "
    "quieter louder echo telephone muffled normalise waves-sound wind-sound rain-sound city-sound crickets-sound music"
)
every_example = pytest.mark.parametrize(
    ("effect", "prompt"),
    [(effect, prompt) for effect in EFFECTS for prompt in (*effect.examples_en, *effect.examples_zh)],
    ids=lambda value: value if isinstance(value, str) else value.id,
)


def originals(noisy: bool = False) -> list[av.VideoFrame]:
    made, chance = [], np.random.default_rng(5)
    for index in range(COUNT):
        picture = media_files.picture(index / COUNT, SIZE)
        if noisy:
            picture = np.clip(picture + chance.normal(0, 9, picture.shape), 0, 255).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(picture).reformat(format="yuv420p")
        frame.pts, frame.time_base = index, 1 / RATE
        made.append(frame)
    return made


def rendered(step: Step, frames: list[av.VideoFrame] | None = None) -> list[np.ndarray]:
    """Twelve pictures through the step, as RGB."""
    source = Shown(frames or originals(), RATE)
    timeline, steps = fold([Plan((step,))], source.seconds)
    given = Assembled(source, timeline.pieces) if timeline.pieces else source
    if timeline.pieces:
        timeline = Timeline(0.0, given.seconds)
    way = line(timeline, steps, RATE, *SIZE)
    shown = [frame for frame in given if isinstance(frame, av.VideoFrame)]
    return [made.to_ndarray(format="rgb24") for frame in [*shown, None] for made in way.push(frame)]


def changed_as_said(effect: Effect, step: Step) -> bool:
    kind, direction = effect.change
    if kind in hearing.MEASURES:
        measure, clip = hearing.MEASURES[kind], hearing.clip()
        before, after = measure(clip.samples), measure(hearing.through(clip, [step]))
        return (after - before) * direction > 0.05 * before
    if kind == "level":
        return abs(hearing.lufs(hearing.through(hearing.clip(), [step])) + 14) < 1
    frames = shaky(originals()) if kind == "steadier" else originals(noisy=kind == "noise")
    before = [frame.to_ndarray(format="rgb24") for frame in frames]
    after = rendered(step, frames)
    if kind in seeing.CHECKS:
        return seeing.CHECKS[kind](before, after)
    if kind == "duration":
        return (len(after) - COUNT) * direction > 0 or step.id == "trim"
    assert len(after) == COUNT
    if kind in MEASURES:
        return (MEASURES[kind](after[3]) - MEASURES[kind](before[3])) * direction > 0.02
    return measures.CHECKS[kind](before, after)


def test_the_catalogue_has_these_effects_and_no_other() -> None:
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
    limit = effect.limits["k"]
    steps = [Step(effect.id, {"k": k}) for k in (limit.low, (limit.low + limit.high) / 2, limit.high)]
    if effect.stage == Stage.SOUND:
        plain = hearing.through(hearing.clip(), [])
        changes = [hearing.apart(hearing.through(hearing.clip(), [step]), plain) for step in steps]
    else:
        plain = originals()[3].to_ndarray(format="rgb24").astype(int)
        changes = [float(np.abs(rendered(step)[3].astype(int) - plain).mean()) for step in steps]
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


def test_the_documentation_has_each_effect_with_its_words() -> None:
    page = (Path(__file__).parents[2] / "docs" / "local-engine.md").read_text()
    rows = [f"| {effect.id} | {effect.examples_en[0]} | {effect.examples_zh[0]} |" for effect in EFFECTS]
    rows += [f"| {scene.examples_en[0]} | {scene.examples_zh[0]} |" for scene in SCENES]
    assert [row for row in rows if row not in page] == []


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
