"""Moments played again or in another order: what is shown when, in step with its sound, in bounded memory."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio import engine
from studio.engine.assembling import Assembled
from studio.engine.plan import Plan, Step
from studio.engine.reading import Source
from studio.engine.timeline import Piece, Placed, Timeline, fold
from tests.engine import media_files
from tests.engine.seeing import alike, all_alike
from tests.engine.test_editing import RATE, render, sound_of

STEP = 1 / 50


def times(path: Path) -> tuple[list[float], list[float]]:
    """When the picture is lit and when the sound begins to be loud, each time anew."""
    with av.open(str(path)) as container:
        lit = [frame.to_ndarray(format="gray").mean() > 55 for frame in container.decode(video=0)]
    loud = np.abs(sound_of(path)) > 0.2
    quiet_for = np.convolve(loud, np.ones(RATE // 10), "full")[: loud.size] - loud
    flashes = [at * STEP for at in range(len(lit)) if lit[at] and (at == 0 or not lit[at - 1])]
    return flashes, [float(at) / RATE for at in np.flatnonzero(loud & (quiet_for == 0))]


def flashing(path: Path, at: float, seconds: float = 2.0) -> Path:
    """Black and silent, but for a flash and a beep of a tenth of a second that begin together."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=50, options={"preset": "ultrafast", "crf": "12", "g": "30"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=RATE)
        audio.layout = "stereo"
        for index in range(round(seconds * 50)):
            shown = np.full((180, 320, 3), 200 if at <= index / 50 < at + 0.0999 else 0, np.uint8)
            frame = av.VideoFrame.from_ndarray(shown).reformat(format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 50)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        tone = np.zeros(round(seconds * RATE), np.float32)
        tone[round(at * RATE) :][: RATE // 10] = 0.7 * np.sign(np.sin(np.arange(RATE // 10) / 10))
        for start in range(0, tone.size, 960):
            piece = av.AudioFrame.from_ndarray(np.tile(tone[start : start + 960], (2, 1)), "fltp", "stereo")
            piece.sample_rate, piece.pts, piece.time_base = RATE, start, Fraction(1, RATE)
            container.mux(audio.encode(piece))
        container.mux(audio.encode(None))
    return path


@pytest.mark.parametrize(
    ("prompts", "moments"),
    [
        (("make it warmer",), [1.2]),
        (("cut the first 0.5 seconds",), [0.7]),
        (("slow it down 2x",), [2.4]),
        (("speed it up 2x",), [0.6]),
        (("loop it 3 times",), [1.2, 3.2, 5.2]),
        (("reverse it",), [0.7]),
        (("make it a boomerang",), [1.2, 2.7]),
        (("freeze the last frame for 1 second",), [1.2]),
        (("reverse it", "cut the first 0.5 seconds"), [0.2]),
        (("loop it", "speed it up 2x"), [0.6, 1.6]),
        (("make it a boomerang", "trim from 1 to 3 seconds"), [0.2, 1.7]),
        (("trim from 0.5 to 1.5 seconds", "loop it twice", "reverse it"), [0.2, 1.2]),
    ],
)
def test_sound_and_picture_stay_within_a_picture_of_each_other(
    tmp_path: Path, prompts: tuple[str, ...], moments: list[float]
) -> None:
    _, output = render(flashing(tmp_path / "a.mp4", 1.2), *prompts)
    flashes, beeps = times(output)
    assert flashes == pytest.approx(moments, abs=STEP * 1.01)
    assert beeps == pytest.approx(flashes, abs=0.02)


@pytest.mark.parametrize(
    ("prompts", "seconds"),
    [
        (("loop it 3 times",), 3.0),
        (("reverse it",), 1.0),
        (("make it a boomerang",), 2.0),
        (("freeze the last frame",), 3.0),
        (("slow it down 2x", "freeze the last frame for 1 second"), 3.0),
        (("make it a boomerang", "loop it twice"), 4.0),
    ],
)
def test_picture_and_sound_are_as_long_as_they_should_be(
    tmp_path: Path, prompts: tuple[str, ...], seconds: float
) -> None:
    made, output = render(media_files.clip(tmp_path / "a.mp4", 1), *prompts)
    assert made.duration == pytest.approx(seconds, abs=0.001)
    assert len(media_files.frames(output)) == round(seconds * 24)
    assert len(sound_of(output)) / RATE == pytest.approx(seconds, abs=0.03)


def test_what_runs_backwards_is_the_same_in_one_stretch_and_in_many(tmp_path: Path) -> None:
    source = Source(str(media_files.clip(tmp_path / "a.mp4", 2, options={"g": "40"})))
    piece = (Piece(source.seconds, 0.0),)
    whole, short = Assembled(source, piece), Assembled(source, piece, held=7 * 320 * 180 * 3 // 2)
    pictures, sounds = [], []
    for frames in (whole, short):
        made = list(frames)
        pictures.append([frame.to_ndarray(format="rgb24") for frame in made if isinstance(frame, av.VideoFrame)])
        sounds.append(
            np.concatenate([frame.to_ndarray() for frame in made if isinstance(frame, av.AudioFrame)], axis=1)
        )
    assert len(pictures[0]) == 48 and all_alike(*pictures)
    assert sounds[0].shape == sounds[1].shape and np.abs(sounds[0] - sounds[1]).max() < 0.01
    forwards = [frame.to_ndarray(format="rgb24") for frame in source if isinstance(frame, av.VideoFrame)]
    assert all_alike(forwards[::-1], pictures[0])


def test_the_sound_of_what_is_assembled_is_the_same_without_its_pictures(tmp_path: Path) -> None:
    source = Source(str(media_files.clip(tmp_path / "a.mp4", 1)))
    frames = Assembled(source, (Piece(0.0, 1.0), Piece(1.0, 0.25), Piece(0.25, 0.25, 0.5)))
    with_pictures = [frame.to_ndarray() for frame in frames if isinstance(frame, av.AudioFrame)]
    alone = [frame.to_ndarray() for frame in frames.sounds()]
    assert np.array_equal(np.concatenate(with_pictures, axis=1), np.concatenate(alone, axis=1))


def test_reversing_twice_is_nothing_and_loops_multiply() -> None:
    back, loop = Plan((Step("reverse"),)), Plan((Step("loop", {"plays": 3.0}),))
    assert fold([back, back], 4.0)[0] == Timeline(0.0, 4.0)
    assert fold([loop, loop], 4.0)[0].pieces == (Piece(0.0, 4.0),) * 9


def test_loops_without_end_are_refused() -> None:
    loop = Plan((Step("loop", {"plays": 20.0}),))
    with pytest.raises(engine.MediaRefused, match="at most 600"):
        fold([loop] * 40, 4.0)


def test_a_fade_keeps_its_moment_when_the_clip_is_played_otherwise_later() -> None:
    fade, back = Plan((Step("fade-in", {"seconds": 1.0}),)), Plan((Step("reverse"),))
    placed = fold([fade, back, Plan((Step("slow", {"factor": 2.0}),))], 4.0)[1][0]
    assert isinstance(placed, Placed) and placed.length == 4.0
    assert [placed.clock.at(moment) for moment in (0.0, 4.0, 8.0)] == [4.0, 2.0, 0.0]


def test_a_fade_takes_picture_and_sound_along(tmp_path: Path) -> None:
    _, output = render(media_files.clip(tmp_path / "a.mp4", 3), "fade in and out")
    pictures, sound = media_files.frames(output), np.abs(sound_of(output))
    levels = [picture.mean() for picture in pictures]
    assert levels[0] < 2 and levels[-1] < 3 and levels[12] == pytest.approx(levels[36] / 2, rel=0.15)
    loud = [sound[round(at * RATE) :][: RATE // 20].mean() for at in (0.0, 0.5, 1.5, 2.9)]
    assert loud[0] < 0.1 * loud[2] and loud[1] == pytest.approx(loud[2] / 2, rel=0.15) and loud[3] < 0.15 * loud[2]


def test_a_reversed_fade_in_ends_in_black(tmp_path: Path) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 2)
    levels = [picture.mean() for picture in media_files.frames(render(source, "fade in", "reverse it")[1])]
    assert levels[-1] < 3 < 20 < levels[0]


def test_a_smooth_clip_has_the_rate_and_keeps_its_length(tmp_path: Path) -> None:
    made, output = render(media_files.clip(tmp_path / "a.mp4", 2, fps=24), "make the motion smoother")
    assert (made.fps, engine.probe(output).fps) == (60.0, 60.0) and made.duration == pytest.approx(2.0, abs=0.02)
    assert len(media_files.frames(output)) == 120


def test_the_frozen_end_is_the_last_picture(tmp_path: Path) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 1, sound=False)
    pictures = media_files.frames(render(source, "freeze the last frame for 1 second", quality=99)[1])
    assert all(alike(media_files.frames(source)[-1], picture) for picture in pictures[24:])
    assert not alike(pictures[0], pictures[-1])


def test_drawn_films_can_be_played_backwards(tmp_path: Path) -> None:
    settings = {"format": "mp4", "quality": 90, "duration": 1, "width": 320, "height": 180}
    films = []
    for name, prompts in {"a": ["the ocean"], "b": ["the ocean", "reverse it"]}.items():
        plans = [engine.parse(prompts[0], operation="generate"), *map(engine.parse, prompts[1:])]
        output = tmp_path / f"{name}.mp4"
        engine.render(engine.RenderSpec("generate", plans, output, [], settings, seed=4))
        films.append(media_files.frames(output))
    assert len(films[1]) == 24 and all(
        np.abs(a.astype(int) - b).mean() < 4 for a, b in zip(films[0], films[1][::-1], strict=True)
    )
