"""Where words begin and end in a folded text, and how else one may be read."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from studio.screening.folding import Folded, fold
from studio.screening.lookalikes import LEET

# Scripts that put no spaces between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
UNSPACED = (
    "\u3005\u3007\u3040-\u312f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
HAS_UNSPACED = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(rf"(?:(?![{UNSPACED}])[^\W_])+")
_SIGNS = "@$!"
_WITH_SIGNS = re.compile(rf"[\w{_SIGNS}]+")
# What somebody puts between two signs so that they are not found together. No full stop ends up in here.
_GAP = r"[\s*·・.\-_|~+/\\]+"
_FILLER = re.compile(rf"(?<=[{UNSPACED}]){_GAP}(?=[^\W_])|(?<=[^\W_]){_GAP}(?=[{UNSPACED}])")
_LEET, _LEET_L = str.maketrans(LEET), str.maketrans({**LEET, "1": "l", "!": "l"})
_LEET_SIGN = re.compile("[" + re.escape("".join(LEET)) + "]")
SHORTEST_DISGUISE = 3  # "4k" is no "ak"


@dataclass(frozen=True)
class Word:
    """A word and everything that it can be read as."""

    forms: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Tight:
    """The text without what stands between two signs of a script that has no spaces."""

    text: str
    starts: list[int]
    shifts: list[int]

    def place(self, at: int) -> int:
        """In the folded text."""
        return at + self.shifts[bisect_right(self.starts, at) - 1]


class Reading:
    """A text as rules look at it; what no rule asks for is not worked out."""

    def __init__(self, text: str) -> None:
        self.written = text
        self.folded: Folded = fold(text)

    @cached_property
    def words(self) -> list[Word]:
        return [Word(forms_of(each[0]), each.start(), each.end()) for each in _WORD.finditer(self.folded.text)]

    @cached_property
    def disguised(self) -> list[Word]:
        """Words with signs in place of letters, each by itself: $ex, sh!t. At its end a sign is only a sign."""
        text, found = self.folded.text, []
        if not any(sign in text for sign in _SIGNS):
            return []
        for run in _WITH_SIGNS.finditer(text):
            word = run[0].rstrip(_SIGNS)
            if any(sign in word for sign in _SIGNS):
                found.append(Word(forms_of(word), run.start(), run.start() + len(word)))
        return found

    @cached_property
    def tight(self) -> Tight | None:
        """None where the text has nothing of a script without spaces."""
        text = self.folded.text
        return _tight(text) if HAS_UNSPACED.search(text) else None


def _tight(text: str) -> Tight:
    parts, starts, shifts, end, length = [], [0], [0], 0, 0
    for gap in _FILLER.finditer(text):
        parts.append(text[end : gap.start()])
        length += gap.start() - end
        end = gap.end()
        starts.append(length)
        shifts.append(end - length)
    parts.append(text[end:])
    return Tight("".join(parts), starts, shifts)


def forms_of(word: str) -> tuple[str, ...]:
    """As it stands, and with figures read as letters where it has letters, too: b0mb, k1ll."""
    if word.isalpha() or len(word) < SHORTEST_DISGUISE or not _LEET_SIGN.search(word) or word.isdigit():
        return (word,)
    return tuple(dict.fromkeys((word, word.translate(_LEET), word.translate(_LEET_L))))


def words_in(line: str) -> Iterator[str]:
    """The words of a rule's line, folded as the text will be; `*` stays where it stands."""
    return (each for each in re.split(r"[^\w*]+|_", fold(line).text) if each)
