"""Chains of turns rendered on their original: lengths, sound in step, order, shapes, refusals."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from studio import engine
from studio.engine.plan import Plan, Step
from studio.engine.timeline import Timeline, fold
from tests.engine import media_files

RATE = 48_000


def render(source: Path, *prompts: str, fmt: str = "mp4", quality: int = 90) -> tuple[engine.Probe, Path]:
    output = source.with_name(f"{source.stem}-out.{fmt}")
    made = engine.render(
        engine.RenderSpec(
            operation="edit",
            plans=[engine.parse(prompt) for prompt in prompts],
            output=output,
            inputs=[{"role": "source", "path": str(source), "mime": "video/mp4"}],
            settings={"format": fmt, "quality": quality},
        )
    )
    return made, output


def sound_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        pieces = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(pieces, axis=1)[0]


def click(path: Path) -> float:
    """When the loud part of the sound begins, in seconds."""
    loud = np.abs(sound_of(path)) > 0.25
    return float(np.argmax(loud)) / RATE


def flash(path: Path, threshold: float = 60) -> float:
    """When the picture turns from black to light, in seconds."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.to_ndarray(format="gray").mean() > threshold:
                return float(frame.time)
    raise AssertionError("it never turns light")


@pytest.mark.parametrize("fmt", ["mp4", "mov", "webm"])
@pytest.mark.parametrize("fps", [Fraction(24), Fraction(30000, 1001), Fraction(60)], ids=["24", "29.97", "60"])
@pytest.mark.parametrize("prompt", ["make it warmer", "mute it", "twice as fast"])
def test_what_was_written_is_what_a_look_finds(tmp_path: Path, fmt: str, fps: Fraction, prompt: str) -> None:
    made, output = render(media_files.clip(tmp_path / "a.mp4", 1, fps=fps), prompt, fmt=fmt)
    found = engine.probe(output)
    assert made.duration == pytest.approx(found.duration, abs=0.002)  # WEBM counts whole milliseconds
    assert made == replace(found, duration=made.duration)


def test_one_turn_changes_the_picture_and_keeps_shape_rate_and_length(tmp_path: Path) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 2, fps=25)
    made, output = render(source, "make it black and white")
    probe = engine.probe(output)
    assert (probe.width, probe.height, probe.fps, probe.has_sound) == (320, 180, 25.0, True)
    assert probe.duration == pytest.approx(2.0, abs=0.05) == made.duration
    with av.open(str(output)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert np.abs(frame[..., 0] - frame[..., 2]).max() < 12


@pytest.mark.parametrize(
    ("prompts", "seconds"),
    [
        (("slow it down 2x",), 4.0),
        (("speed it up 2x",), 1.0),
        (("half speed", "make it twice as fast"), 2.0),
        (("trim from 0.5 to 1.5 seconds",), 1.0),
        (("keep the last half second",), 0.5),
        (("cut off the last 0.5 seconds",), 1.5),
        (("slow it down 2x", "trim from 1 to 3 seconds"), 2.0),
        (("trim from 1 to 2 seconds", "slow motion 4x"), 4.0),
        (("slow down 3x", "speed up 3x", "make it warmer"), 2.0),
        (("trim to 5 seconds",), 2.0),
    ],
)
def test_a_chain_of_trims_and_speeds_has_the_length_it_says(
    tmp_path: Path, prompts: tuple[str, ...], seconds: float
) -> None:
    made, output = render(media_files.clip(tmp_path / "a.mp4", 2), *prompts)
    assert made.duration == pytest.approx(seconds, abs=0.05)
    with av.open(str(output)) as container:
        assert sum(1 for _ in container.decode(video=0)) == round(seconds * 24)
    assert len(sound_of(output)) / RATE == pytest.approx(seconds, abs=0.06)


@pytest.mark.parametrize(
    ("prompts", "moment"),
    [
        (("make it warmer",), 1.0),
        (("slow it down 2x",), 2.0),
        (("slow motion 4x",), 4.0),
        (("speed up 2x",), 0.5),
        (("1.5x speed",), 2 / 3),
        (("cut the first 0.5 seconds",), 0.5),
        (("slow it down 2x", "cut the first second"), 1.0),
    ],
)
def test_sound_and_picture_stay_together(tmp_path: Path, prompts: tuple[str, ...], moment: float) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 2, fps=50, black_until=1.0, click_at=1.0)
    _, output = render(source, *prompts)
    assert flash(output, 40) == pytest.approx(moment, abs=0.045)
    assert click(output) == pytest.approx(moment, abs=0.03)
    assert abs(click(output) - flash(output, 40)) < 0.045


def test_times_of_a_later_turn_count_on_the_slowed_clip() -> None:
    plans = [engine.parse("slow it down 2x"), engine.parse("trim from 1 to 3 seconds")]
    assert fold(plans, 4.0)[0] == Timeline(0.5, 1.5, 0.5)


def test_then_changes_what_a_trim_counts_on() -> None:
    first, second = (
        engine.parse("trim to the first 2 seconds, then slow it down"),
        engine.parse("slow it down, then trim to the first 2 seconds"),
    )
    assert fold([first], 10.0)[0] == Timeline(0.0, 2.0, 0.5)
    assert fold([second], 10.0)[0] == Timeline(0.0, 1.0, 0.5)


def test_what_is_the_same_twice_is_done_once() -> None:
    plans = [
        engine.parse("mute"),
        engine.parse("black and white"),
        engine.parse("black and white"),
        engine.parse("no sound"),
    ]
    assert [step.id for step in fold(plans, 3.0)[1]] == ["mute", "bw"]


def test_a_trim_that_leaves_nothing_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(engine.MediaRefused, match=r"2\.0 seconds long"):
        render(media_files.clip(tmp_path / "a.mp4", 2), "trim from 7 to 9 seconds")


def test_a_result_without_end_is_refused() -> None:
    slow = Plan(steps=(Step("slow", {"factor": 10.0}),))
    with pytest.raises(engine.MediaRefused, match="at most 600"):
        fold([slow, slow], 30.0)


def test_mute_leaves_no_sound_track(tmp_path: Path) -> None:
    made, output = render(media_files.clip(tmp_path / "a.mp4", 1), "mute it", "make it warmer")
    assert not made.has_sound and not engine.probe(output).has_sound


def test_a_clip_without_sound_is_fine(tmp_path: Path) -> None:
    made, _ = render(media_files.clip(tmp_path / "a.mp4", 1, sound=False), "slow it down and mute it")
    assert (made.duration, made.has_sound) == (pytest.approx(2.0, abs=0.05), False)


def test_a_phones_clip_comes_out_upright_and_constant(tmp_path: Path) -> None:
    made, output = render(media_files.phone_clip(tmp_path / "a.mov", 1), "make it warmer, add a vignette")
    probe = engine.probe(output)
    assert (made.width, made.height) == (probe.width, probe.height) == (180, 320)
    assert not probe.variable_rate and probe.fps == 30


@pytest.mark.parametrize("fmt", ["mp4", "mov", "webm"])
def test_every_format_can_be_played(tmp_path: Path, fmt: str) -> None:
    _, output = render(media_files.clip(tmp_path / "a.mkv", 1), "make it brighter", fmt=fmt)
    probe = engine.probe(output)
    assert (probe.container, probe.browser_playable) == (fmt, True)


def test_odd_sizes_become_even(tmp_path: Path) -> None:
    source = media_files.clip(tmp_path / "a.mkv", 1, size=(321, 181), codec="ffv1", pix_fmt="yuv444p")
    made, _ = render(source, 'put "Hello" at the top, vintage')
    assert (made.width, made.height) == (320, 180)


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    heard: list[float] = []
    source = media_files.clip(tmp_path / "a.mp4", 4, size=(640, 360))
    spec = engine.RenderSpec(
        operation="edit",
        plans=[engine.parse("vintage")],
        output=tmp_path / "out.mp4",
        inputs=[{"role": "source", "path": str(source), "mime": "video/mp4"}],
        settings={"format": "mp4", "quality": 80},
    )
    engine.render(spec, on_progress=heard.append)
    assert heard == sorted(heard) and len(heard) >= 2 and heard[0] > 0 and heard[-1] <= 1


def test_slow_motion_mixes_neighbours_instead_of_repeating_them(tmp_path: Path) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 1, fps=Fraction(24), sound=False)
    _, output = render(source, "slow it down 2x", quality=99)
    pictures = media_files.frames(output)
    changes = [np.abs(later.astype(int) - sooner).mean() for sooner, later in pairwise(pictures)]
    assert sum(change < 0.02 for change in changes[:40]) <= 4


def test_a_caption_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 1, size=(640, 360))
    plain = media_files.frames(source)[0].astype(int)
    for place, rows in {"top": slice(0, 120), "bottom": slice(240, 360), "middle": slice(120, 240)}.items():
        _, output = render(
            source, f'put "Hello 你好" at the {place}' if place != "middle" else 'put "Hello 你好" in the middle'
        )
        changed = np.abs(media_files.frames(output)[0].astype(int) - plain).mean(axis=(1, 2))
        assert changed[rows].mean() > 4 * np.delete(changed, np.r_[rows]).mean()


def test_turns_are_applied_one_after_the_other(tmp_path: Path) -> None:
    """Black and white and then warmer is a warm tint; the other way round it is grey."""
    source = media_files.clip(tmp_path / "a.mp4", 1, sound=False)
    tinted = media_files.frames(render(source, "black and white", "much warmer")[1])[0].astype(int)
    grey = media_files.frames(render(source, "much warmer", "black and white")[1])[0].astype(int)
    assert (tinted[..., 0] - tinted[..., 2]).mean() > 15
    assert abs((grey[..., 0] - grey[..., 2]).mean()) < 3
