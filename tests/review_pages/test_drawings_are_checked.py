import json
from typing import Any

import pytest

from studio.operations.bodies import cap_of
from studio.review.actions import ReviewRefused
from studio.review.drawings import MOST_POINTS, MOST_STROKES, read_drawing

FREE = {"kind": "free", "colour": "a", "points": [[0, 0], [1, 1], [0.123456, 0.5]]}


def changed(**fields: Any) -> str:
    return json.dumps([FREE | fields])


def test_a_drawing_is_kept_as_shares_of_the_picture() -> None:
    [stroke] = read_drawing(json.dumps([FREE]))
    assert stroke == {"kind": "free", "colour": "a", "points": [[0.0, 0.0], [1.0, 1.0], [0.1235, 0.5]]}
    assert read_drawing("  ") == []


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[1]",
        "not json",
        "[" * 20_000,
        changed(kind="circle"),
        changed(kind=["free"]),
        changed(colour="#fff"),
        changed(colour={}),
        changed(points=[]),
        changed(points="0,0"),
        changed(points=[[0, 2]]),
        changed(points=[[0, float("nan")]]),
        changed(points=[[0, 1e400]]),
        changed(points=[[0, True]]),
        changed(points=[["<script>", 0]]),
        changed(points=[[0, 0, 0]]),
        changed(kind="box"),
        changed(text="<script>alert(1)</script>"),
        changed(onload="alert(1)"),
        json.dumps([{"kind": "free", "points": [[0, 0]]}]),
    ],
)
def test_what_is_no_drawing_is_refused_in_words(text: str) -> None:
    with pytest.raises(ReviewRefused) as error:
        read_drawing(text)
    assert "draw it once more" in error.value.sentence


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([FREE] * (MOST_STROKES + 1)),
        changed(points=[[0.5, 0.5]] * (MOST_POINTS + 1)),
        json.dumps([FREE | {"points": [[0.5, 0.5]] * 1001}] * 2),
        " " + "[" + "0" * 200_000,
    ],
)
def test_too_much_is_refused_in_words(text: str) -> None:
    with pytest.raises(ReviewRefused) as error:
        read_drawing(text)
    assert "more lines than a note keeps" in error.value.sentence


def test_the_largest_drawing_fits_through_the_door_and_ten_megabytes_do_not() -> None:
    cap = cap_of("/takes/6d1f6a5e-0f0e-4bb5-8a57-4f9f0e3f2c11/review/notes/new/")
    largest = json.dumps([FREE | {"points": [[0.1234, 0.5678]] * MOST_POINTS}])
    read_drawing(largest)
    assert 3 * len(largest) < cap < 1024 * 1024
    assert cap_of("/notes/6d1f6a5e-0f0e-4bb5-8a57-4f9f0e3f2c11/edit/") == cap
