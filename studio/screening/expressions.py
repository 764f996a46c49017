"""Regular expressions that cannot keep anybody waiting."""

import time
from collections.abc import Iterator
from typing import Any, Protocol

import regex
from django.utils.translation import gettext as _

from studio.screening.folding import fold

LIMIT = 0.02  # s for one expression on one text
LIMIT_OF_ALL = 0.05  # s for all of them
MOST_PLACES = 20
LONGEST = 1000  # characters of an expression
FLAGS = regex.IGNORECASE | regex.VERSION0

# What makes careless expressions run away: long rows of the same, and almost-matches that end wrongly.
_PROBES = [
    "a" * 400 + "!",
    "1" * 400 + "x",
    "ab " * 150 + "!",
    "人" * 400 + "!",
    " " * 400 + "x",
    "a1_-. " * 80 + "\x00",
]


# What may ask for a sign by its number or class, and so for one that folding takes away.
_BY_CLASS = regex.compile(r"\\[pPuUxXN]|\[\[:")  # type: ignore[no-untyped-call]


class Pattern(Protocol):
    """What is used of a compiled one: the library carries no types."""

    def search(self, text: str, *, timeout: float) -> Any: ...

    def finditer(self, text: str, *, timeout: float) -> Iterator[Any]: ...


class Broken:
    """In place of one that compiles no more, after a new release of the library: as if it never came to an end."""

    def search(self, text: str, *, timeout: float) -> Any:
        raise TimeoutError

    def finditer(self, text: str, *, timeout: float) -> Iterator[Any]:
        raise TimeoutError


class ExpressionRefused(ValueError):
    """`args[0]` is a sentence for whoever wrote it."""


def compiled(expression: str) -> Pattern:
    """Raises regex.error."""
    pattern: Pattern = regex.compile(expression, FLAGS)  # type: ignore[no-untyped-call]
    return pattern


def check(expression: str) -> None:
    """Raises ExpressionRefused where it does not compile, matches everything, or would run away."""
    if len(expression) > LONGEST:
        raise ExpressionRefused(
            _("That is %(have)d characters, and %(most)d fit.") % {"have": len(expression), "most": LONGEST}
        )
    try:
        pattern = compiled(expression)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise ExpressionRefused(_("This is no regular expression: %(why)s.") % {"why": error}) from error
    if pattern.search("", timeout=LIMIT):
        raise ExpressionRefused(_("This expression matches an empty text, and so every prompt. Ask for something."))
    for probe in [*_PROBES, *_rows_of(expression)]:
        try:
            pattern.search(probe, timeout=LIMIT)
        except TimeoutError:
            raise ExpressionRefused(
                _(
                    "This expression takes too long on some texts: it was stopped after %(limit)d ms. One repetition "
                    "inside another, like (a+)+, does that. Nothing is lost: write it without."
                )
                % {"limit": LIMIT * 1000}
            ) from None


def _rows_of(expression: str) -> Iterator[str]:
    """Its own letters, many times over and then something else: where a repetition inside another shows."""
    letters = list(dict.fromkeys(sign for sign in expression if sign.isalnum()))[:12]
    for letter in letters:
        yield letter * 60 + "!"
        yield letter * 400 + "!"
    if len(letters) > 1:
        yield "".join(letters) * 40 + "!"


def asks_for_the_written(expression: str) -> bool:
    """Whether it may find in a text as it was written what it does not find in the folded one."""
    return fold(expression).text != expression.lower() or bool(_BY_CLASS.search(expression))


class Clock:
    """What is left of the time for all expressions together, in this thread's own time: a busy machine costs nobody.

    That time is dear to ask for, and never runs faster than the clock on the wall, which is cheap.
    """

    def __init__(self) -> None:
        self.wall_end = time.perf_counter() + LIMIT_OF_ALL - LIMIT
        self.end = time.thread_time() + LIMIT_OF_ALL

    def left(self) -> float:
        """Seconds that the next expression may take. Raises TimeoutError."""
        if time.perf_counter() < self.wall_end:
            return LIMIT
        if (left := self.end - time.thread_time()) <= 0:
            raise TimeoutError
        return min(LIMIT, left)


def places(pattern: Pattern, text: str, clock: Clock) -> list[tuple[int, int]]:
    """Where it matches, the first of them at least. Raises TimeoutError where it was stopped before it found any."""
    found: list[tuple[int, int]] = []
    try:
        for each in pattern.finditer(text, timeout=clock.left()):
            found.append(each.span())
            if len(found) == MOST_PLACES:
                break
    except TimeoutError:
        if not found:
            raise
    return found
