"""The sound of a chain of turns: in step, as loud as it says, and beds where there is none."""

import numpy as np
import pytest

from studio.engine import beds
from studio.engine.catalogue import BY_ID, EFFECTS
from studio.engine.effects.entry import Stage
from studio.engine.parser import parse
from studio.engine.plan import Plan, Step
from studio.engine.timeline import fold
from tests.engine import hearing
from tests.engine.hearing import RATE, Heard, lufs, rms, through

SOUNDS = [effect.id for effect in EFFECTS if effect.stage == Stage.SOUND and effect.id != "mute"]
BEDS = [effect.id for effect in EFFECTS if effect.bed]


def step(id: str) -> Step:
    return Step(id, {name: limit.usual for name, limit in BY_ID[id].limits.items()})


def click_at(samples: np.ndarray) -> float:
    loud = np.abs(samples[0]) > 0.5 * np.abs(samples[0]).max()
    return float(np.argmax(loud)) / RATE


@pytest.mark.parametrize("id", SOUNDS)
def test_no_effect_moves_the_sound_or_changes_its_length(id: str) -> None:
    samples = np.zeros((2, 2 * RATE))
    samples[:, RATE : RATE + 1500] = 0.9 * np.sin(np.arange(1500) / 8)
    made = through(Heard(samples), [step(id)])
    assert made.shape == samples.shape
    assert click_at(made) == pytest.approx(1.0, abs=0.004)


@pytest.mark.parametrize("id", SOUNDS)
def test_nothing_is_clipped(id: str) -> None:
    loud = Heard(0.98 * np.sign(np.sin(np.arange(2 * RATE) / 40)) * np.ones((2, 1)))
    assert np.abs(through(loud, [step(id)])).max() < 0.98


@pytest.mark.parametrize("level", [0.01, 0.05, 0.8])
def test_a_voice_of_any_loudness_becomes_minus_14_lufs(level: float) -> None:
    time = np.arange(4 * RATE) / RATE
    words = np.sin(2 * np.pi * 180 * time) * np.clip(np.sin(2 * np.pi * 2.2 * time), 0, 1) * level
    assert lufs(through(Heard(np.stack([words, words])), [step("normalise")])) == pytest.approx(-14, abs=1)


def test_silence_stays_silent_when_it_is_normalised() -> None:
    assert rms(through(Heard(np.zeros((2, RATE))), [step("normalise")])) == 0


@pytest.mark.parametrize("id", BEDS)
def test_a_clip_without_sound_gets_a_bed_of_its_length(id: str) -> None:
    made = through(Heard(np.zeros((2, 2 * RATE)), has_sound=False), [step(id)])
    assert made.shape == (2, 2 * RATE) and 0.03 < rms(made) < 0.3


@pytest.mark.parametrize("id", BEDS)
def test_a_bed_is_always_the_same_and_has_no_seam(id: str) -> None:
    first, second = beds.pieces(BY_ID[id].bed), beds.pieces(BY_ID[id].bed)
    made = np.concatenate([next(first), next(first)], axis=1)
    assert np.array_equal(made, np.concatenate([next(second), next(second)], axis=1))
    windows = made[:, RATE : RATE * (made.shape[1] // RATE)].reshape(2, -1, RATE)
    level = np.sqrt((windows**2).mean(axis=(0, 2)))
    assert level.min() > 0.15 * level.max()


def test_beds_differ() -> None:
    spectra = {
        id: [hearing.band(next(beds.pieces(BY_ID[id].bed)), *pair) for pair in ((0, 400), (3500, 9000))] for id in BEDS
    }
    assert len({tuple(np.round(pair, 2)) for pair in spectra.values()}) == len(BEDS)
    assert spectra["crickets-sound"][1] > 0.6 > spectra["rain-sound"][1] > spectra["wind-sound"][1]
    assert spectra["music"][0] > 0.6


def test_a_bed_lies_under_what_is_there() -> None:
    clip = hearing.clip()
    made, alone = (
        through(clip, [step("waves-sound")]),
        through(Heard(clip.samples, has_sound=False), [step("waves-sound")]),
    )
    assert rms(alone) > 2 * rms(made[:, 2 * RATE :]) > 0
    assert np.abs(made).max() > 0.8 * np.abs(clip.samples).max()


def test_muted_with_a_bed_only_the_bed_is_heard() -> None:
    made = through(hearing.clip(), [step("mute"), step("wind-sound")])
    alone = through(Heard(hearing.clip().samples, has_sound=False), [step("wind-sound")])
    assert np.array_equal(made, alone)


def test_a_mute_takes_the_beds_before_it_away() -> None:
    assert through(hearing.clip(), [step("waves-sound"), step("mute")]).size == 0
    assert through(hearing.clip(), [step("mute"), step("waves-sound"), step("mute")]).size == 0


def test_louder_and_quieter_undo_each_other() -> None:
    clip = hearing.clip()
    made = through(clip, [Step("louder", {"gain": 12.0}), Step("quieter", {"gain": 12.0})])
    assert np.abs(made - clip.samples).max() < 0.001


def test_only_the_last_normalising_counts() -> None:
    plans = [Plan((step("normalise"),)), Plan((step("louder"),)), Plan((step("normalise"),))]
    assert [found.id for found in fold(plans, 3.0)[1]] == ["louder", "normalise"]


@pytest.mark.parametrize(
    ("prompt", "steps"),
    [
        ("set the volume to 50%", [("quieter", {"gain": 6.0})]),
        ("make it twice as loud", [("louder", {"gain": 6.0})]),
        ("the audio is too quiet", [("louder", {"gain": 6.0})]),
        ("replace the audio with ocean sounds", [("mute", {}), ("waves-sound", {"k": 1.0})]),
        ("把声音换成雨声", [("mute", {}), ("rain-sound", {"k": 1.0})]),
        ("add music", [("music", {"k": 1.0})]),
        ("turn the music down a little", [("quieter", {"gain": 3.0})]),
        ("remove the music", [("mute", {})]),
    ],
)
def test_what_is_said_of_sound_is_understood(prompt: str, steps: list[tuple[str, dict[str, float]]]) -> None:
    plan = parse(prompt)
    assert [(found.id, dict(found.params)) for found in plan.steps] == steps and not plan.not_done


@pytest.mark.parametrize(
    "prompt",
    [
        "make it a music video",
        "add dramatic music",
        "the sound is muffled",
        "remove the echo",
        "make it look underwater",
    ],
)
def test_what_no_sound_effect_does_is_reported(prompt: str) -> None:
    plan = parse(prompt)
    assert not plan.steps and plan.not_done
