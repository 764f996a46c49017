"""Every phrase the parser knows, in both languages, with what it can mean. Built once."""

from collections.abc import Iterable
from functools import lru_cache
from types import ModuleType
from typing import Any

from studio.engine.catalogue import EFFECTS
from studio.engine.effects.entry import Words
from studio.engine.parser import chinese, elsewhere, english
from studio.engine.parser.spelling import phrases, spellings

Tags = dict[str, Any]


class Lexicon:
    """Phrases with their tags, and for each first word (or character) the length of the longest phrase it starts."""

    def __init__(self, joined_by: str) -> None:
        self.phrases: dict[str, Tags] = {}
        self.longest: dict[str, int] = {}
        self.joined_by = joined_by

    def add(self, patterns: str, tag: str, value: Any = True) -> None:
        for phrase in spellings(patterns):
            if tag in {"is", "quality", "amount", "absence", "fault"}:
                self.phrases.setdefault(phrase, {}).setdefault(tag, value)
            else:
                self.phrases.setdefault(phrase, {})[tag] = value

    def index(self) -> None:
        for phrase in self.phrases:
            parts = phrase.split(" ") if self.joined_by else phrase
            self.longest[parts[0]] = max(self.longest.get(parts[0], 0), len(parts))


def _add_words(lexicon: Lexicon, pairs: Iterable[tuple[str, Words]]) -> None:
    for id, words in pairs:
        lexicon.add(words.names, "is", id)
        lexicon.add(words.qualities, "quality", id)
        lexicon.add(words.amounts, "amount", id)
        lexicon.add(words.absence, "absence", id)
        lexicon.add(words.faults, "fault", id)
        lexicon.add(words.things, "is", id)
        lexicon.add(words.things, "thing")


def _add_lists(lexicon: Lexicon, words: ModuleType) -> None:
    """Every list of a language's module; its name in small letters is the tag: TRIM_VERB is "trim verb"."""
    for name, patterns in vars(words).items():
        if name.isupper() and isinstance(patterns, str):
            lexicon.add(patterns, name.lower().replace("_", " "))
    for kind, patterns in words.JOIN.items():
        lexicon.add(patterns, "join", kind)
    for position, patterns in words.POSITION.items():
        lexicon.add(patterns, "position", position)
    for unit, patterns in words.UNITS.items():
        lexicon.add(patterns, "unit", unit)
    for value, patterns in words.TIMES.items():
        lexicon.add(patterns, "times", float(value))
    for value, patterns in words.SHARES.items():
        lexicon.add(patterns, "share", float(value))


def _add_misspellings(lexicon: Lexicon) -> None:
    """ "brigther", "vingette", "contrst": letters of a long word missing, doubled or in the wrong order."""
    long = [
        word
        for word, tags in lexicon.phrases.items()
        if len(word) >= 6 and word.isalpha() and {"is", "amount"} & tags.keys()
    ]
    for word in long:
        for at in range(1, len(word)):
            swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
            for wrong in (word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], swapped):
                if wrong not in lexicon.phrases and wrong not in NO_MISSPELLINGS and len(wrong) > 4:
                    lexicon.phrases[wrong] = lexicon.phrases[word]


NO_MISSPELLINGS = phrases(
    "lighting|retort|colors|colour|faster|muter|coder|older|sower|father|wither|flatten|vintner|silent|slient|"
    "sunny|chill|chile|darer|ration|saturn|contras|rather"
)


@lru_cache(1)
def english_words() -> Lexicon:
    lexicon = Lexicon(" ")
    _add_words(lexicon, ((effect.id, effect.en) for effect in EFFECTS))
    _add_lists(lexicon, english)
    for k, patterns in english.STRENGTHS.items():
        lexicon.add(patterns, "k", k)
    for value, patterns in english.NUMBERS.items():
        lexicon.add(patterns, "numeral", float(value))
    lexicon.add(elsewhere.ENGLISH, "other")
    _add_misspellings(lexicon)
    lexicon.add(elsewhere.PARTS, "unknown")
    lexicon.index()
    return lexicon


@lru_cache(1)
def chinese_words() -> Lexicon:
    lexicon = Lexicon("")
    _add_words(lexicon, ((effect.id, effect.zh) for effect in EFFECTS))
    _add_lists(lexicon, chinese)
    for k, patterns in chinese.LEADING.items():
        lexicon.add(patterns, "k", k)
    for k, patterns in chinese.TRAILING.items():
        lexicon.add(patterns, "k", k)
        lexicon.add(patterns, "trailing")
    lexicon.add(elsewhere.CHINESE, "other")
    lexicon.add("百分之", "percent of")
    lexicon.index()
    return lexicon
