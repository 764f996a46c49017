"""What the studio's rules say about a text."""

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import regex
from django.db.models import Count, Max

from studio.screening import expressions
from studio.screening.models import Rule, RuleKind, Verdict
from studio.screening.terms import Terms
from studio.screening.tokens import Reading

logger = logging.getLogger(__name__)
ORDER = {verdict: place for place, verdict in enumerate((Verdict.WARN, Verdict.FLAG, Verdict.HOLD, Verdict.BLOCK))}
MOST_WORDS = 5  # that a sentence names
Span = tuple[int, int]


@dataclass(frozen=True)
class Match:
    """What one rule found. `spans` are places in the text as it was written; `words` what stands there.

    `timed_out`: its expression was stopped, so nobody knows whether it matches, and there are no spans.
    """

    rule: int
    name: str
    verdict: Verdict
    message: str
    spans: tuple[Span, ...] = ()
    words: tuple[str, ...] = ()
    timed_out: bool = False


@dataclass(frozen=True)
class Screening:
    """A text and what was found in it. Without a verdict nothing speaks against it."""

    text: str
    matches: tuple[Match, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        return max((each.verdict for each in self.matches), key=ORDER.__getitem__, default=None)

    def of(self, verdict: Verdict) -> tuple[Match, ...]:
        return tuple(each for each in self.matches if each.verdict == verdict)

    def without(self, rules: Iterable[int]) -> "Screening":
        """Leaves out what somebody has decided about already."""
        left = set(rules)
        return Screening(self.text, tuple(each for each in self.matches if each.rule not in left))


def screen(text: str) -> Screening:
    """Asks every rule that is on. One query where the rules are as they were; a change counts from the next text on."""
    return _rules.present().screen(text)


@dataclass
class Compiled:
    """Rules ready to be asked; they need not be saved."""

    rules: list[Rule]
    terms: Terms = field(default_factory=Terms)
    patterns: list[tuple[int, expressions.Pattern, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "Compiled":
        made = cls(list(rules))
        for place, rule in enumerate(made.rules):
            if rule.kind == RuleKind.REGEX:
                made.patterns.append((place, _compiled(rule), expressions.asks_for_the_written(rule.text.strip())))
                continue
            for line in lines_of(rule):
                made.terms.add(place, line)
        return made

    def screen(self, text: str) -> Screening:
        if not self.rules or not text:
            return Screening(text)
        reading = Reading(text)
        found: dict[int, set[Span]] = defaultdict(set)
        for place, start, end in self.terms.find(reading):
            found[place].add(reading.folded.span(start, end))
        late = self._ask_expressions(reading, found) if self.patterns else []
        matches = [_match(self.rules[place], text, merged(spans)) for place, spans in found.items()]
        matches += [_late(self.rules[place]) for place in late]
        matches.sort(key=lambda each: (-ORDER[each.verdict], each.name))
        return Screening(text, tuple(matches))

    def _ask_expressions(self, reading: Reading, found: dict[int, set[Span]]) -> list[int]:
        """Adds what they find; answers those that were stopped."""
        late, clock = [], expressions.Clock()
        text, is_folded = reading.folded.text, reading.folded.places is not None
        for place, pattern, twice in self.patterns:
            try:
                # Most find nothing: for them this one call is all.
                if not pattern.search(text, timeout=clock.left()) and not (twice and is_folded):
                    continue
                if spans := _spans(pattern, reading, clock):
                    found[place].update(spans)
            except TimeoutError:
                late.append(place)
        return late


def _spans(pattern: expressions.Pattern, reading: Reading, clock: expressions.Clock) -> list[Span]:
    """In the folded text, else in the written one: an expression may ask for what folding takes away."""
    folded = reading.folded
    if places := expressions.places(pattern, folded.text, clock):
        return [folded.span(*each) for each in places]
    return expressions.places(pattern, reading.written, clock)


def _compiled(rule: Rule) -> expressions.Pattern:
    try:
        return expressions.compiled(rule.text.strip())
    except regex.error:
        logger.warning("Rule %s holds no regular expression any more", rule.pk)
        return expressions.Broken()


def lines_of(rule: Rule) -> list[str]:
    """What it looks for, one by one. Words may stand on one line; phrases and patterns have a line each."""
    lines = [line.strip() for line in rule.text.splitlines()]
    if rule.kind == RuleKind.WORDS:
        lines = [word for line in lines for word in re.split(r"[\s,;，、；]+", line)]
    return [line.replace("*", " ") if rule.kind != RuleKind.PATTERN else line for line in lines if line]


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, and none inside another."""
    kept: list[Span] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)


def _match(rule: Rule, text: str, spans: tuple[Span, ...]) -> Match:
    words = tuple(dict.fromkeys(text[start:end] for start, end in spans if end > start))[:MOST_WORDS]
    return Match(rule.pk, rule.name, Verdict(rule.verdict), rule.message, spans, words)


def _late(rule: Rule) -> Match:
    """As strict as if it had matched, but never a refusal: a person looks at what no machine could read in time."""
    verdict = Verdict(rule.verdict)
    return Match(
        rule.pk, rule.name, Verdict.HOLD if verdict == Verdict.BLOCK else verdict, rule.message, timed_out=True
    )


class _Present:
    """The rules that are on, compiled once per process and state of the table."""

    def __init__(self, load: Callable[[], Iterable[Rule]]) -> None:
        self.load = load
        self.version: Any = None
        self.compiled = Compiled([])

    def present(self) -> Compiled:
        version = Rule.objects.aggregate(Count("pk"), Max("changed_at"), Max("pk"))
        if version != self.version:
            # Read before the rules: a change in between is seen by the next text.
            self.compiled = Compiled.of(self.load())
            self.version = version
        return self.compiled


_rules = _Present(lambda: Rule.objects.filter(is_on=True))
