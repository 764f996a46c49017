"""What rules look for, laid out so that thousands of them cost about as much as one.

A term of words is found through one of them: an exact word through a table, one that ends in `*` through its first
letters. Only a text that has that word is compared with the rest of the term.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from studio.screening.folding import fold
from studio.screening.tokens import HAS_UNSPACED, Reading, Word, words_in

Hit = tuple[int, int, int]  # the rule's place in the list of rules; start and end in the folded text
_BORDER = re.compile(r"[\W_]")


@dataclass(frozen=True)
class Spaced:
    """Words in a row; `anchor` is the one that it is found through."""

    rule: int
    words: tuple[str, ...]
    anchor: int


@dataclass(frozen=True)
class Unspaced:
    """Signs in a row, anywhere; between two of `parts` any letters of the same run may stand."""

    rule: int
    parts: tuple[str, ...]


@dataclass
class Terms:
    exact: dict[str, list[Spaced]] = field(default_factory=lambda: defaultdict(list))
    begun: dict[str, list[Spaced]] = field(default_factory=lambda: defaultdict(list))
    loose: list[tuple[str, Spaced]] = field(default_factory=list)
    signs: dict[str, list[Unspaced]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rule: int, line: str) -> None:
        """A line of a rule; one that says nothing is left out."""
        if HAS_UNSPACED.search(fold(line).text):
            self._add_signs(rule, line)
        elif words := tuple(words_in(line)):
            self._add_words(rule, words)

    def _add_signs(self, rule: int, line: str) -> None:
        parts = tuple(part for part in re.sub(r"\s+", "", fold(line).text).split("*") if part)
        if parts:
            self.signs[parts[0][:2]].append(Unspaced(rule, parts))

    def _add_words(self, rule: int, words: tuple[str, ...]) -> None:
        plain = next((place for place, word in enumerate(words) if "*" not in word), None)
        if plain is not None:
            self.exact[words[plain]].append(Spaced(rule, words, plain))
            return
        begun = next((place for place, word in enumerate(words) if not word.startswith("*")), None)
        if begun is not None:
            start = words[begun].partition("*")[0]
            self.begun[start[:2]].append(Spaced(rule, words, begun))
            return
        longest = max(range(len(words)), key=lambda place: len(max(words[place].split("*"), key=len)))
        if letters := max(words[longest].split("*"), key=len):
            self.loose.append((letters, Spaced(rule, words, longest)))

    def find(self, reading: Reading) -> Iterator[Hit]:
        yield from self._in_words(reading.words)
        for word in reading.disguised:
            yield from self._in_words([word])
        if self.signs and reading.tight:
            yield from self._in_signs(reading)

    def _in_words(self, words: list[Word]) -> Iterator[Hit]:
        loose = self._loose_in(words)
        for place, word in enumerate(words):
            for form in word.forms:
                near: Iterable[Spaced] = self.exact.get(form, ())
                for term in near:
                    yield from _whole(term, words, place)
                for start in {form[:1], form[:2]}:
                    for term in self.begun.get(start, ()):
                        yield from _whole(term, words, place)
                for letters, term in loose:
                    if letters in form:
                        yield from _whole(term, words, place)

    def _loose_in(self, words: list[Word]) -> list[tuple[str, Spaced]]:
        """Those whose letters are somewhere at all."""
        if not self.loose:
            return []
        everything = " ".join(form for word in words for form in word.forms)
        return [each for each in self.loose if each[0] in everything]

    def _in_signs(self, reading: Reading) -> Iterator[Hit]:
        tight = reading.tight
        assert tight is not None  # noqa: S101  # the caller has looked
        text = tight.text
        for place in range(len(text)):
            for key in (text[place], text[place : place + 2]):
                for term in self.signs.get(key, ()):
                    end = _signs_end(term.parts, text, place)
                    if end:
                        yield term.rule, tight.place(place), tight.place(end - 1) + 1


def _whole(term: Spaced, words: list[Word], place: int) -> Iterator[Hit]:
    """The term, where the rest of it stands around the word that it was found through."""
    first = place - term.anchor
    last = first + len(term.words)
    if first < 0 or last > len(words):
        return
    if all(_reads(wanted, word) for wanted, word in zip(term.words, words[first:last], strict=True)):
        yield term.rule, words[first].start, words[last - 1].end


def _reads(wanted: str, word: Word) -> bool:
    if "*" not in wanted:
        return wanted in word.forms
    return any(_fits(wanted.split("*"), form) for form in word.forms)


def _fits(parts: list[str], word: str) -> bool:
    """Whether the parts stand in the word in this order, the first at its start and the last at its end.

    The earliest place of each part is always right, so nothing is ever tried twice.
    """
    first, *middle, last = parts
    if len(word) < len(first) + len(last) or not word.startswith(first) or not word.endswith(last):
        return False
    at, end = len(first), len(word) - len(last)
    for part in middle:
        found = word.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _signs_end(parts: tuple[str, ...], text: str, start: int) -> int:
    """Where the parts end that begin at `start`; 0 where they do not stand there."""
    if not text.startswith(parts[0], start):
        return 0
    at = start + len(parts[0])
    for part in parts[1:]:
        border = _BORDER.search(text, at)
        found = text.find(part, at, border.start() if border else len(text))
        if found < 0:
            return 0
        at = found + len(part)
    return at
