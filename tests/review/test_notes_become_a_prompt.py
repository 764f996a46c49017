"""The words of the next turn: what the notes say, when, and where in the picture; and what fits."""

from typing import Any

import pytest

from studio.review.models import Note
from studio.review.next_turn import place_in_words, prompt_of

KEEP = "Keep everything else unchanged."


def note(text: str, start: float | None = None, end: float | None = None, drawing: list[Any] | None = None) -> Note:
    return Note(text=text, start=start, end=end, drawing=drawing or [])


def stroke(kind: str, *points: tuple[float, float]) -> dict[str, Any]:
    return {"kind": kind, "colour": "b", "points": [list(point) for point in points]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (note("no gulls, please"), "no gulls, please."),
        (note("darker", 3.2), "At 3.2 s: darker."),
        (note("darker!", 3.0, 6.84), "From 3 s to 6.8 s: darker!"),
        (note("@Emil: darker\n\nat the top", 3.2), "At 3.2 s: darker at the top."),
        (note("wärmer。", 0.0), "At 0 s: wärmer。"),
        (
            note("keep it inside", 3.2, 6.8, [stroke("box", (0.7, 0.4), (0.9, 0.6))]),
            "From 3.2 s to 6.8 s, around the middle, to the right: keep it inside.",
        ),
        (
            note("", 1.0, drawing=[stroke("free", (0.1, 0.1), (0.2, 0.2))]),
            "At 1 s, in the upper left: look at what is marked there.",
        ),
    ],
)
def test_one_note_says_when_and_where(given: Note, said: str) -> None:
    assert prompt_of([given], 4000).text == f"{said}\n{KEEP}"


def test_several_are_numbered() -> None:
    made = prompt_of([note("darker", 3.2), note("no gulls")], 4000)
    assert made.text == f"1. At 3.2 s: darker.\n2. no gulls.\n{KEEP}"


def test_a_model_that_changes_the_whole_clip_is_told_no_times() -> None:
    drawn = note("", 1.0, drawing=[stroke("free", (0.1, 0.1))])
    made = prompt_of([note("make the light warmer", 3.2), note("slower"), drawn], 4000, places=False)
    assert made.text == f"make the light warmer.\nslower.\n{KEEP}"


@pytest.mark.parametrize(
    ("strokes", "where"),
    [
        ([], ""),
        ([stroke("arrow", (0.9, 0.9), (0.1, 0.1))], "in the upper left"),
        ([stroke("box", (0.4, 0.4), (0.6, 0.6))], "around the middle"),
        ([stroke("box", (0.0, 0.0), (1.0, 1.0))], "in the whole picture"),
        ([stroke("box", (0.0, 0.8), (1.0, 1.0))], "across the bottom"),
        ([stroke("free", (0.05, 0.0), (0.1, 0.9))], "along the left side"),
        ([stroke("arrow", (0.5, 0.5), (0.9, 0.05)), stroke("free", (0.8, 0.1), (0.9, 0.2))], "in the upper right"),
        ([stroke("free", (1.0, 1.0))], "in the lower right"),
    ],
)
def test_a_drawing_is_a_place_in_words(strokes: list[dict[str, Any]], where: str) -> None:
    assert place_in_words(strokes) == where


def test_what_does_not_fit_is_left_out_whole_and_counted() -> None:
    notes = [note("a" * 60, 1.0), note("b" * 60, 2.0), note("c" * 60, 3.0)]
    made = prompt_of(notes, 200)
    assert made.left_out == 1 and not made.is_cut
    assert "b" * 60 in made.text and "ccc" not in made.text
    assert made.text.endswith(KEEP) and len(made.text) <= 200


def test_a_single_note_that_is_too_long_ends_early_and_says_so() -> None:
    made = prompt_of([note("word " * 100)], 200)
    assert made.is_cut and made.left_out == 0
    assert len(made.text) <= 200 and made.text.endswith(f"…\n{KEEP}")


def test_without_notes_only_the_rest_is_said() -> None:
    assert prompt_of([], 200).text == KEEP
