"""From notes to the words of the next turn: what was said, when and where in the picture, and that the rest stays.

Plain values in, plain values out: what a person sees before anything is sent.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from studio.review.models import Note

MENTION = re.compile(r"(?<!\w)@\w[\w.-]*[,:]?\s*")
WIDE = 0.7  # of the picture: from there on a drawing is along all of it
THIRD = 1 / 3
FEWEST = 40  # characters of a note that is cut; of less nothing could be understood


@dataclass(frozen=True)
class Prompt:
    """`left_out`: how many of the notes did not fit. `is_cut`: the only one was too long, and ends before its end."""

    text: str
    left_out: int = 0
    is_cut: bool = False


def prompt_of(notes: Sequence[Note], most: int, *, places: bool = True) -> Prompt:
    """The prompt for these notes, in their order, in at most `most` characters.

    Without `places` for a model that changes a clip as a whole: then neither times nor places are named.
    """
    parts = [part for note in notes if (part := part_of(note, places=places))]
    keep = _("Keep everything else unchanged.")
    for count in range(len(parts), 0, -1):
        text = _joined(parts[:count], keep, numbered=places)
        if len(text) <= most:
            return Prompt(text, len(parts) - count)
    room = most - len(keep) - 3
    cut = parts[0][:room].rstrip() + " …" if parts and room >= FEWEST else ""
    return Prompt(_joined([cut] if cut else [], keep, numbered=False)[:most], max(0, len(parts) - 1), bool(cut))


def _joined(parts: Sequence[str], keep: str, *, numbered: bool) -> str:
    if numbered and len(parts) > 1:
        parts = [f"{number}. {part}" for number, part in enumerate(parts, 1)]
    return "\n".join([*parts, keep])


def part_of(note: Note, *, places: bool = True) -> str:
    """At 3.2 s, in the upper left: The sky could stay darker."""
    words = _sentence(MENTION.sub("", note.text))
    before = [each for each in (time_in_words(note.start, note.end), place_in_words(note.drawing)) if each]
    if not places or not before:
        return words
    head = ", ".join(before)
    return f"{head[:1].upper()}{head[1:]}: {words or _('look at what is marked there.')}"


def _sentence(text: str) -> str:
    words = " ".join(text.split())
    return words if not words or words[-1] in ".!?…。！？" else f"{words}."


def time_in_words(start: float | None, end: float | None) -> str:
    """From 3.2 s to 6.8 s, at 3.2 s; empty for the whole clip."""
    if start is None:
        return ""
    if end is None:
        return _("at %(start)s s") % {"start": _tenths(start)}
    return _("from %(start)s s to %(end)s s") % {"start": _tenths(start), "end": _tenths(end)}


def _tenths(seconds: float) -> str:
    return f"{seconds:.1f}".removesuffix(".0")


def place_in_words(drawing: Sequence[dict[str, Any]]) -> str:
    """Where strokes lie in the picture, whose sides are 1 long; empty without any.

    An arrow means what it points at; of a box and a line of free hand, all of it counts.
    """
    points = [point for stroke in drawing for point in _meant(stroke)]
    if not points:
        return ""
    across, down = [point[0] for point in points], [point[1] for point in points]
    wide, high = max(across) - min(across) > WIDE, max(down) - min(down) > WIDE
    if wide and high:
        return _("in the whole picture")
    column = 1 if wide else _third(across)
    row = 1 if high else _third(down)
    if wide:
        return (_("across the top"), _("across the middle"), _("across the bottom"))[row]
    if high:
        return (_("along the left side"), _("down the middle"), _("along the right side"))[column]
    return _nine()[row][column]


def _meant(stroke: dict[str, Any]) -> Iterable[Sequence[float]]:
    points: Sequence[Sequence[float]] = stroke["points"]
    return points[-1:] if stroke["kind"] == "arrow" else points


def _third(values: Sequence[float]) -> int:
    """0, 1 or 2: where the middle of the values lies."""
    middle = (min(values) + max(values)) / 2
    return min(2, int(middle / THIRD))


def _nine() -> tuple[tuple[str, str, str], ...]:
    return (
        (_("in the upper left"), _("at the top, in the middle"), _("in the upper right")),
        (
            _("around the middle, to the left"),
            pgettext("place in a picture", "around the middle"),
            _("around the middle, to the right"),
        ),
        (_("in the lower left"), _("at the bottom, in the middle"), _("in the lower right")),
    )
