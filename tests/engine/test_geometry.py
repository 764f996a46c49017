"""The picture turned, cropped and travelled over: sizes, what folds, and a camera that does not judder."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from studio import engine
from studio.engine.catalogue import describe
from studio.engine.editing import line, size_after
from studio.engine.effects.entry import WHOLE_VIEW
from studio.engine.moving import seen, within
from studio.engine.parser import parse
from studio.engine.plan import Plan, Step
from studio.engine.timeline import Timeline, fold
from tests.engine import media_files
from tests.engine.seeing import alike
from tests.engine.test_catalogue import originals
from tests.engine.test_editing import render


@pytest.mark.parametrize(
    ("prompts", "size"),
    [
        (("rotate it 90 degrees",), (180, 320)),
        (("rotate it 180 degrees",), (320, 180)),
        (("rotate it 7 degrees",), (320, 180)),
        (("make it vertical",), (102, 180)),
        (("make it square",), (180, 180)),
        (("crop to 4:5",), (144, 180)),
        (("rotate it 90 degrees", "make it 16:9"), (180, 102)),
        (("make it square", "slow zoom in", "add black bars"), (180, 180)),
    ],
)
def test_the_result_has_the_size_that_its_turns_give_it(
    tmp_path: Path, prompts: tuple[str, ...], size: tuple[int, int]
) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 1)
    made, output = render(source, *prompts)
    assert (made.width, made.height) == size
    assert media_files.frames(output)[5].shape == (size[1], size[0], 3)


def test_a_caption_after_a_crop_stands_inside_it(tmp_path: Path) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 1, size=(640, 360))
    plain = media_files.frames(render(source, "make it vertical")[1])[0].astype(int)
    written = media_files.frames(render(source, "make it vertical", 'put "Hello" at the top')[1])[0].astype(int)
    columns = np.flatnonzero(np.abs(written - plain).max(axis=(0, 2)) > 60)
    assert columns.size and columns.min() > 4 and columns.max() < plain.shape[1] - 4


@pytest.mark.parametrize(
    ("prompts", "left"),
    [
        (("mirror it", "mirror it"), []),
        (("turn it upside down", "make it warmer", "turn it upside down"), ["flip-v", "warmer", "flip-v"]),
        (("rotate it 90 degrees", "rotate it 90 degrees"), ["rotate"]),
        (("rotate it 90 degrees", "rotate it 90 degrees counterclockwise"), []),
        (("rotate it 5 degrees", "rotate it 5 degrees"), ["rotate", "rotate"]),
        (("add black bars", "add black bars", "make it warmer"), ["letterbox", "warmer"]),
    ],
)
def test_turns_that_undo_each_other_are_nothing(prompts: tuple[str, ...], left: list[str]) -> None:
    assert [step.id for step in fold(map(parse, prompts), 4.0)[1]] == left


def test_two_quarter_turns_are_a_half_one() -> None:
    quarter = Plan((Step("rotate", {"degrees": 90.0}),))
    assert fold([quarter, quarter], 4.0)[1] == [Step("rotate", {"degrees": 180.0})]


def test_a_quarter_turn_goes_the_way_it_says() -> None:
    first = originals()[0]
    before = first.to_ndarray(format="rgb24")
    for degrees, turns in ((90.0, -1), (-90.0, 1), (180.0, 2)):
        way = line(Timeline(0.0, 6.0), [Step("rotate", {"degrees": degrees})], Fraction(2), 320, 180)
        after = next(way.push(originals()[0])).to_ndarray(format="rgb24")
        assert alike(np.rot90(before, turns), after)


@pytest.mark.parametrize("degrees", [-15.0, -3.0, 2.0, 8.0, 15.0])
@pytest.mark.parametrize("size", [(320, 180), (180, 320), (240, 240)])
def test_a_straightened_picture_has_no_empty_corner(degrees: float, size: tuple[int, int]) -> None:
    white = media_files.picture(0.5, size)
    white[:] = 255
    frame = originals()[0].from_ndarray(white).reformat(format="yuv420p")
    frame.pts, frame.time_base = 0, Fraction(1, 2)
    step = Step("rotate", {"degrees": degrees})
    made = next(line(Timeline(0.0, 6.0), [step], Fraction(2), *size).push(frame)).to_ndarray(format="gray")
    assert made.shape == (size[1], size[0]) and made.min() > 200


def test_a_slow_zoom_moves_by_parts_of_a_pixel_and_never_back() -> None:
    """An edge far from the middle travels outwards a little with every picture: nothing stands still or jumps."""
    picture = np.zeros((180, 320, 3), np.uint8)
    picture[:, 240:] = 255
    places = []
    for moment in range(25):
        frame = originals()[0].from_ndarray(picture).reformat(format="yuv420p")
        frame.pts, frame.time_base = 0, Fraction(1, 24)
        size = 1 - 0.004 * moment
        box = ((1 - size) / 2, (1 - size) / 2, size, size)
        row = seen(frame, box).to_ndarray(format="gray")[90].astype(float)
        places.append(320 - (row - row.min()).sum() / (row.max() - row.min()))
    steps = [later - sooner for sooner, later in pairwise(places)]
    assert min(steps) > 0.2 and max(steps) < 0.5


def test_what_two_cameras_do_is_done_once() -> None:
    inner = (0.25, 0.25, 0.5, 0.5)
    assert within(WHOLE_VIEW, inner) == inner
    assert within(inner, inner) == (0.375, 0.375, 0.25, 0.25)


def test_a_zoom_keeps_its_clock_when_the_clip_is_reversed_later(tmp_path: Path) -> None:
    source = media_files.clip(tmp_path / "a.mp4", 1, sound=False)
    forwards = media_files.frames(render(source, "slow zoom in", quality=99)[1])
    back = media_files.frames(render(source, "slow zoom in", "reverse it", quality=99)[1])
    assert all(np.abs(a.astype(int) - b).mean() < 2.5 for a, b in zip(forwards[1:], back[-2::-1], strict=True))


def test_black_bars_are_not_drawn_where_the_picture_is_wide_enough() -> None:
    step = Step("letterbox")
    frame = originals()[0].reformat(width=320, height=120)
    frame.pts, frame.time_base = 0, Fraction(1, 2)
    made = next(line(Timeline(0.0, 6.0), [step], Fraction(2), 320, 120).push(frame))
    assert alike(frame.to_ndarray(format="rgb24"), made.to_ndarray(format="rgb24"))


def test_an_unknown_ratio_or_direction_in_a_stored_plan_does_no_harm() -> None:
    for step in (Step("aspect", {"ratio": "movie=x"}), Step("pan", {"direction": "[a]"})):
        assert describe(step)[1]
        assert min(size_after([step], 320, 180)) > 0


@pytest.mark.parametrize(
    ("prompt", "steps"),
    [
        ("rotate it 45 degrees to the left", [("rotate", {"degrees": -45.0})]),
        ("画面向左旋转90度", [("rotate", {"degrees": -90.0})]),
        ("change the aspect ratio to 1:1", [("aspect", {"ratio": "1:1"})]),
        ("2.39:1", [("letterbox", {})]),
        ("the video is too shaky", [("stabilise", {})]),
        ("pan from right to left", [("pan", {"k": 1.0, "direction": "left"})]),
        ("zoom in by 20%", [("zoom-in", {"k": 0.667})]),
        ("loop it 3 times", [("loop", {"plays": 3.0})]),
        ("play it twice", [("loop", {"plays": 2.0})]),
        ("play it at 2x", [("fast", {"factor": 2.0})]),
        ("hold the last frame for 3 seconds", [("freeze", {"seconds": 3.0})]),
        ("2 second fade out", [("fade-out", {"seconds": 2.0})]),
        ("淡入淡出", [("fade-in", {"seconds": 1.0}), ("fade-out", {"seconds": 1.0})]),
        ("convert to 30 fps", [("smooth", {"fps": 30.0})]),
    ],
)
def test_numbers_and_directions_are_understood(prompt: str, steps: list[tuple[str, dict[str, object]]]) -> None:
    plan = engine.parse(prompt)
    assert [(step.id, dict(step.params)) for step in plan.steps] == steps and not plan.not_done


@pytest.mark.parametrize(
    "prompt",
    [
        "zoom in on the face",
        "zoom in and out",
        "pan left, then pan right",
        "rotate it 90 degrees and rotate it 45 degrees",
        "zoom in at 3 seconds",
        "make the mirror brighter",
        "make the landscape warmer",
        "rotate the logo",
        "pan to the dog",
        "straighten it",
        "crop out the man",
        "freeze the first frame",
        "fade to white",
        "loop it for 10 seconds",
        "make it 120 fps",
    ],
)
def test_what_only_sounds_like_one_of_these_is_reported(prompt: str) -> None:
    plan = parse(prompt)
    assert not plan.steps and plan.not_done
