"""The sound of a chain of turns: in step, as loud as it says, and beds where there is none."""

import numpy as np
import pytest

from studio.engine import beds
from studio.engine.catalogue import BY_ID, EFFECTS, describe
from studio.engine.effects.entry import Stage
from studio.engine.parser import parse
from studio.engine.plan import Plan, Step
from studio.engine.timeline import beds_of, fold, simplified
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


def bed(id: str, pieces: int) -> np.ndarray:
    made = beds.pieces(BY_ID[id].bed)
    return np.concatenate([next(made) for _ in range(pieces)], axis=1)


@pytest.mark.parametrize("id", BEDS)
def test_beds_are_equally_loud_to_the_ear_and_leave_room(id: str) -> None:
    made = bed(id, 2)
    assert abs(hearing.lufs(made) + 16) < 1.5
    assert np.abs(made).max() < 0.95


@pytest.mark.parametrize("id", ["rain-sound", "music"])
def test_a_steady_bed_does_not_dip_where_its_pieces_meet(id: str) -> None:
    """Two sounds that know nothing of each other are faded by their power, or they lose 3 dB each time."""
    _make, seconds, overlap = beds.BEDS[BY_ID[id].bed]
    made = bed(id, 4)
    for number in (2, 3):
        middle = (seconds - overlap) * number - overlap / 2
        joint = made[:, round((middle - 0.15) * RATE) : round((middle + 0.15) * RATE)]
        assert rms(joint) > 0.82 * rms(made[:, RATE:])


def test_wind_blows_on_both_sides() -> None:
    made = bed("wind-sound", 2)
    windows = made[:, RATE : RATE * 14].reshape(2, -1, RATE // 2)
    left, right = np.sqrt((windows**2).mean(axis=2))
    assert np.corrcoef(left, right)[0, 1] > 0.5 and (left / right).min() > 0.4


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


@pytest.mark.parametrize(
    ("prompt", "steps"),
    [
        ("remove the sound of rain", [("rain-sound", 0.0)]),
        ("take the rain sound away again", [("rain-sound", 0.0)]),
        ("no more rain sound", [("rain-sound", 0.0)]),
        ("remove the rain sound you added, just a little", [("rain-sound", 0.0)]),
        ("turn the music off", [("music", 0.0)]),
        ("remove the rain sounds and the music", [("rain-sound", 0.0), ("music", 0.0)]),
        ("replace the rain sound with wind sounds", [("rain-sound", 0.0), ("wind-sound", 1.0)]),
        ("去掉雨声", [("rain-sound", 0.0)]),
        ("把刚才加的雨声去掉", [("rain-sound", 0.0)]),
        ("把雨声换成风声", [("rain-sound", 0.0), ("wind-sound", 1.0)]),
    ],
)
def test_a_sound_that_was_laid_is_taken_away(prompt: str, steps: list[tuple[str, float]]) -> None:
    plan = parse(prompt, operation="continue", beds=["rain-sound", "music"])
    assert [(found.id, found.params["k"]) for found in plan.steps] == steps and not plan.not_done


@pytest.mark.parametrize("prompt", ["don't remove the rain sound", "the rain sound is too loud", "雨声小一点"])
def test_a_sound_that_was_laid_and_is_only_spoken_of_stays_as_it_is(prompt: str) -> None:
    assert not parse(prompt, operation="continue", beds=["rain-sound"]).steps


@pytest.mark.parametrize("prompt", ["remove the wind sound", "take the wind noise out again", "去掉风声"])
def test_a_sound_that_nobody_laid_cannot_be_taken_away_and_this_is_said(prompt: str) -> None:
    plan = parse(prompt, operation="continue", beds=["rain-sound"])
    assert not plan.steps and plan.not_done == (prompt,)


def test_laid_and_taken_away_in_one_turn_is_done_neither_way() -> None:
    plan = parse("add rain sounds and remove the rain sounds", beds=["rain-sound"])
    assert not plan.steps and plan.not_done


def test_without_the_sound_that_was_taken_away_it_sounds_as_if_it_had_never_been_laid() -> None:
    clip, away = hearing.clip(), Step("rain-sound", {"k": 0.0})
    made = through(clip, [step("rain-sound"), step("echo"), step("wind-sound"), away])
    assert np.array_equal(made, through(clip, [step("echo"), step("wind-sound")]))
    silent = Heard(np.zeros((2, RATE)), has_sound=False)
    assert through(silent, [step("rain-sound"), away]).size == 0
    assert np.array_equal(through(clip, [step("mute"), step("rain-sound"), away]), through(clip, [step("mute")]))
    assert through(clip, [step("rain-sound"), away, step("rain-sound")]).size > 0


def test_the_sounds_that_can_be_taken_away_are_those_still_to_be_heard() -> None:
    def after(*ids: str) -> list[str]:
        return beds_of([Plan((Step(id[1:], {"k": 0.0}) if id[0] == "-" else step(id),)) for id in ids])

    assert after("warmer", "rain-sound", "music") == ["rain-sound", "music"]
    assert after("rain-sound", "mute", "music", "slow") == ["music"]
    assert after("rain-sound", "music", "-rain-sound") == ["music"]
    assert after("rain-sound", "mute") == after("warmer") == after() == []


def test_a_sound_taken_away_is_named_as_what_it_was() -> None:
    assert describe(Step("rain-sound", {"k": 0.0})) == ("Sound of rain", "off")


@pytest.mark.parametrize(
    ("prompt", "laid", "steps", "reported"),
    [
        ("rain sound off", ["rain-sound"], [("rain-sound", 0.0)], False),
        ("the rain sound should go", ["rain-sound"], [("rain-sound", 0.0)], False),
        ("music off", ["music"], [("music", 0.0)], False),
        ("cut the rain sound", ["rain-sound"], [("rain-sound", 0.0)], False),
        ("softer rain sound", ["rain-sound"], [("rain-sound", 0.5)], False),
        ("the music is too loud", ["music"], [], True),
        ("louder rain sound", ["rain-sound"], [], True),
    ],
)
def test_a_sound_that_lies_there_is_never_laid_twice(
    prompt: str, laid: list[str], steps: list[tuple[str, float]], reported: bool
) -> None:
    plan = parse(prompt, beds=laid)
    assert [(step.id, step.params["k"]) for step in plan.steps] == steps
    assert bool(plan.not_done) == reported


def test_a_sound_laid_again_has_its_last_strength() -> None:
    laid = [Step("rain-sound", {"k": 1.0}), Step("echo", {"k": 1.0}), Step("rain-sound", {"k": 0.5})]
    assert simplified(laid) == [Step("rain-sound", {"k": 0.5}), Step("echo", {"k": 1.0})]
    muted = [Step("rain-sound", {"k": 1.0}), Step("mute"), Step("rain-sound", {"k": 0.5})]
    assert simplified(muted) == muted
