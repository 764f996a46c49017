"""A prompt cut into the phrases of the lexicon, with where each stands in what the person wrote."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from studio.engine.parser import chinese
from studio.engine.parser.lexicon import Lexicon, chinese_words, english_words

LONGEST_PROMPT = 4000
STOPS = set(".;!?\n。；！？…")
COMMAS = set(",、，:：")

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SAME = {**_WIDE, **str.maketrans("’‘ʼ　×∕\t\r〜", "''' x/  ~")}
_QUOTES = re.compile(
    r'["“”„‟＂]([^"“”„‟＂]*)["“”„‟＂]|「([^「」]*)」|『([^『』]*)』|«([^«»]*)»|《([^《》]*)》'
    r"|(?<![a-zA-Z0-9_])['‘]([^\n]{0,600}?[^\s])['’](?![a-zA-Z0-9_])|`([^`]+)`"
)
_PIECES = re.compile(
    r"\ue000|[0-9]+:[0-9]{1,2}(?::[0-9]{1,2})?(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|(?<![0-9.])\.[0-9]+"
    r"|[a-zà-öø-ÿœ]+(?:'[a-zà-öø-ÿœ]+)*|[㐀-䶿一-鿿]+|[^\s]|\n"
)
_NUMERAL = re.compile(
    r"(?<=百分之)[零一二两三四五六七八九十百]{1,12}|[零一二两三四五六七八九十百俩]{1,12}半?(?=个?(?:秒|分钟|分|倍|成|帧|次|遍|度))|"
    r"半(?=秒|分钟|倍)"
)
_WORD = re.compile(r"[a-zà-öø-ÿœ&]")


@dataclass(eq=False)
class Token:
    """A phrase: `tags` is what it can mean, `used` whether something has taken it up."""

    start: int
    end: int
    text: str
    tags: dict[str, Any] = field(default_factory=dict)
    used: bool = False
    covered: set[int] = field(default_factory=set)

    def has(self, *names: str) -> bool:
        return any(name in self.tags for name in names)


@dataclass(frozen=True)
class Prompt:
    """What was written, what it reads like in lower case (same length), its quotations by place, and its tokens."""

    text: str
    plain: str
    quotes: dict[int, str]
    tokens: tuple[Token, ...]


def tokenise(text: str) -> Prompt:
    text = text[:LONGEST_PROMPT]
    quotes: dict[int, str] = {}
    ends: dict[int, int] = {}

    def hide(match: re.Match[str]) -> str:
        quotes[match.start()] = next(group for group in match.groups() if group is not None)
        ends[match.start()] = match.end()
        return "\ue000" + " " * (len(match[0]) - 1)

    plain = _QUOTES.sub(hide, text.replace("\ue000", " "))
    plain = "".join(low if len(low := char.lower()) == 1 else char for char in plain.translate(_SAME))
    plain = re.sub(r"(?<=[a-z])-(?=[a-z])|(?<=[a-z\d])-(?=[a-z]{2})", " ", plain)
    pieces = [(at := match.start(), ends.get(at, match.end()), match[0]) for match in _PIECES.finditer(plain)]
    return Prompt(text, plain, quotes, tuple(_phrases(pieces)))


def _phrases(pieces: list[tuple[int, int, str]]) -> Iterator[Token]:
    words = english_words()
    at = 0
    while at < len(pieces):
        start, end, text = pieces[at]
        if "㐀" <= text[0] <= "鿿":
            yield from _chinese(start, text)
            at += 1
        elif (count := _known(words, pieces, at)) > 0:
            phrase = " ".join("and" if piece[2] == "&" else piece[2] for piece in pieces[at : at + count])
            yield Token(start, pieces[at + count - 1][1], phrase, dict(words.phrases[phrase]))
            at += count
        else:
            yield Token(start, end, text, _plain_tags(text))
            at += 1


def _known(words: Lexicon, pieces: list[tuple[int, int, str]], at: int) -> int:
    """How many pieces from here make the longest known phrase."""
    first = "and" if pieces[at][2] == "&" else pieces[at][2]
    for count in range(min(words.longest.get(first, 0), len(pieces) - at), 0, -1):
        phrase = " ".join("and" if piece[2] == "&" else piece[2] for piece in pieces[at : at + count])
        if phrase in words.phrases:
            return count
    return 0


def _plain_tags(text: str) -> dict[str, Any]:
    if text[0] == "\ue000":
        return {"quote": True}
    if "0" <= text[0] <= "9" or (text[0] == "." and len(text) > 1):
        return {"number": _clock(text), "clock": ":" in text}
    if text in STOPS:
        return {"join": "stop", "to": True} if text == "…" else {"join": "stop"}
    if text in COMMAS:
        return {"join": "colon" if text in ":：" else "comma"}
    if text in "-–—~":
        return {"to": True, "dash": True}
    if text in "+%/()[]{}*#@^_|<>=\\'°$€£" or not _is_letter(text):
        return {"unit": "%"} if text == "%" else {"mark": text}
    return {"unknown": True}


def quotes_something(text: str) -> bool:
    return _QUOTES.search(text) is not None


def _is_letter(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _clock(text: str) -> float:
    """Seconds of "1:05.5"; other numbers as they are."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _chinese(start: int, run: str) -> Iterator[Token]:
    words = chinese_words()
    at = unknown_from = 0
    while at < len(run):
        taken = _longest(words, run, at)
        numeral = _NUMERAL.match(run, at)
        if numeral and len(numeral[0]) >= taken:
            token = Token(start + at, start + numeral.end(), numeral[0], {"number": _chinese_number(numeral[0])})
        elif taken:
            token = Token(
                start + at, start + at + taken, run[at : at + taken], dict(words.phrases[run[at : at + taken]])
            )
        else:
            at += 1
            continue
        if unknown_from < at:
            yield Token(start + unknown_from, start + at, run[unknown_from:at], {"unknown": True})
        yield token
        at = unknown_from = token.end - start
    if unknown_from < len(run):
        yield Token(start + unknown_from, start + len(run), run[unknown_from:], {"unknown": True})


def _longest(words: Lexicon, run: str, at: int) -> int:
    for count in range(min(words.longest.get(run[at], 0), len(run) - at), 0, -1):
        if run[at : at + count] in words.phrases:
            return count
    return 0


def _chinese_number(text: str) -> float:
    """ "十五" is 15, "二十" is 20, "两" is 2, "一" is 1, "半" is a half."""
    extra = 0.5 if text.endswith("半") else 0.0
    text = text.removesuffix("半")
    total, digit = 0.0, None
    for char in text:
        if char in "十百":
            total += (1 if digit is None else digit) * (10 if char == "十" else 100)
            digit = None
        else:
            digit = chinese.DIGITS[char]
    return total + (digit or 0) + extra


def pass_over(prompt: Prompt, pattern: re.Pattern[str]) -> None:
    """The words that match are understood elsewhere: they need no report, and mean nothing else."""
    tokens, at = prompt.tokens, 0
    for match in pattern.finditer(prompt.plain):
        while at < len(tokens) and tokens[at].end <= match.start():
            at += 1
        inside = at
        while inside < len(tokens) and tokens[inside].start < match.end():
            _cover(tokens[inside], match.start(), match.end())
            inside += 1


def _cover(token: Token, start: int, end: int) -> None:
    """A token that is covered through and through means nothing else any more."""
    token.covered |= set(range(max(start, token.start), min(end, token.end)))
    gaps = token.text.count(" ")  # "snow falling" is covered by two words
    whole = len(token.covered) + gaps >= token.end - token.start or (gaps and not token.has("is"))
    if whole and not token.has("join"):
        token.tags = {"fill": True}
