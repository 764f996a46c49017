"""One spelling for everything that reads the same, with the way back to the text as it was written."""

import unicodedata
from dataclasses import dataclass

from studio.screening.lookalikes import letter_of

# Accents, the strokes of "Zalgo" text, and what chooses the look of an emoji. Vowel signs of other scripts stay.
_MARKS = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F))
_UNSEEN = frozenset({"Cf", "Cc", "Cs", "Co"})  # zero-width signs, soft hyphens, directions
_SPACES = frozenset("\t\n\r\f\v")


class _Signs(dict[str, str]):
    """What each sign folds to, worked out once per process."""

    def __missing__(self, sign: str) -> str:
        self[sign] = folded = _fold_sign(sign)
        return folded


def _fold_sign(sign: str) -> str:
    if sign in _SPACES:
        return " "
    if unicodedata.category(sign) in _UNSEEN or _is_mark(sign):
        return ""
    lookalike = letter_of(sign)
    if lookalike != sign:
        return lookalike
    if "가" <= sign <= "힣" or "\u3040" <= sign <= "\u30ff":
        return sign  # a syllable; taken apart, one would begin with another
    apart = unicodedata.normalize("NFKD", sign).casefold()
    return "".join(letter_of(each) for each in apart if not _is_mark(each))


def _is_mark(sign: str) -> bool:
    place = ord(sign)
    return place >= 0x300 and any(first <= place <= last for first, last in _MARKS)


_signs = _Signs()


@dataclass(frozen=True)
class Folded:
    """`places[n]` is where the nth sign of `text` stood as it was written; None where nothing moved."""

    text: str
    places: list[int] | None
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From places in the folded text to places in the written one."""
        if self.places is None:
            return start, end
        if start >= end:
            at = self.places[start] if start < len(self.places) else self.length
            return at, at
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Width, case, accents, invisible signs and look-alikes are gone; figures stay figures."""
    if text.isascii() and text.isprintable():
        return Folded(text.lower(), None, len(text))
    out: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        folded = _signs[sign]
        out.append(folded)
        places.extend([place] * len(folded))
    return Folded("".join(out), places, len(text))
