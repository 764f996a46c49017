"""Drawings on a frame: vectors in the picture's own measure, checked before they are kept.

A drawing is a list of strokes {"kind": "arrow" | "box" | "free", "colour": "a" to "f", "points": [[x, y], …]}. Each
coordinate is a share of the picture, 0 to 1 from its top left corner, so that it fits every screen. An arrow and a box
have two points.
"""

import json
import math
from typing import Any

from django.utils.translation import gettext as _

from studio.review.actions.refusals import ReviewRefused

KINDS = {"arrow": 2, "box": 2, "free": None}
COLOURS = frozenset("abcdef")
MOST_STROKES = 50
MOST_POINTS = 2000
MOST_CHARACTERS = 100_000
DIGITS = 4
Stroke = dict[str, Any]


def read_drawing(text: str) -> list[Stroke]:
    """What a form's field holds, checked. Raises ReviewRefused with a sentence; an empty field is no drawing."""
    if not text.strip():
        return []
    if len(text) > MOST_CHARACTERS:
        raise ReviewRefused(_too_much())
    try:
        strokes = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReviewRefused(_unreadable()) from error
    if not isinstance(strokes, list):
        raise ReviewRefused(_unreadable())
    if len(strokes) > MOST_STROKES:
        raise ReviewRefused(_too_much())
    checked = [_stroke(each) for each in strokes]
    if sum(len(each["points"]) for each in checked) > MOST_POINTS:
        raise ReviewRefused(_too_much())
    return checked


def _stroke(given: Any) -> Stroke:
    """Only what is known is kept, and nothing else may be there: a stroke carries no words."""
    if not isinstance(given, dict) or set(given) != {"kind", "colour", "points"}:
        raise ReviewRefused(_unreadable())
    kind, colour, points = given["kind"], given["colour"], given["points"]
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(colour, str) or colour not in COLOURS:
        raise ReviewRefused(_unreadable())
    if not isinstance(points, list) or not points or len(points) > MOST_POINTS:
        raise ReviewRefused(_unreadable() if not isinstance(points, list) or not points else _too_much())
    if KINDS[kind] not in (None, len(points)):
        raise ReviewRefused(_unreadable())
    return {"kind": kind, "colour": colour, "points": [_point(each) for each in points]}


def _point(given: Any) -> list[float]:
    if not isinstance(given, list) or len(given) != 2:
        raise ReviewRefused(_unreadable())
    return [_share(each) for each in given]


def _share(given: Any) -> float:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not math.isfinite(given) or not 0 <= given <= 1:
        raise ReviewRefused(_unreadable())
    return round(float(given), DIGITS)


def _too_much() -> str:
    return _("This drawing has more lines than a note keeps. Nothing was saved; undo some of them and post again.")


def _unreadable() -> str:
    return _("This drawing cannot be read, so the note was not saved. Clear the drawing and draw it once more.")
