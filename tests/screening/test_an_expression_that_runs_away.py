"""It is refused when it is written, and where it slips through, it holds nobody up and nothing is lost."""

import time

import pytest

from studio.screening import expressions
from studio.screening.models import Rule, RuleKind, Verdict
from studio.screening.ruling import Compiled

RUNS_AWAY = r"(a|aa)+$"
LONG = "please " + "a" * 200 + " b"


def rule(verdict: Verdict, text: str = RUNS_AWAY) -> Rule:
    return Rule(pk=1, name="careless", kind=RuleKind.REGEX, text=text, verdict=verdict)


@pytest.mark.parametrize("expression", [RUNS_AWAY, r"(b|bb)+c", r"(a+)+$", r"([a-z]+)*\d", r"(人|人人)+\d"])
def test_one_that_takes_too_long_is_not_accepted(expression: str) -> None:
    with pytest.raises(expressions.ExpressionRefused, match="takes too long"):
        expressions.check(expression)


@pytest.mark.parametrize(("expression", "why"), [("(", "no regular expression"), ("x*", "matches an empty text")])
def test_one_that_cannot_work_is_not_accepted(expression: str, why: str) -> None:
    with pytest.raises(expressions.ExpressionRefused, match=why):
        expressions.check(expression)


@pytest.mark.parametrize("expression", [r"\bkill\w*\s+him", r"\d{3}[- ]?\d{4}", r"裸.{0,4}照", r"(?:a|b)c+"])
def test_an_ordinary_one_is_accepted(expression: str) -> None:
    expressions.check(expression)


def test_it_is_stopped_in_time_and_what_nobody_could_read_is_held() -> None:
    compiled = Compiled.of([rule(Verdict.BLOCK)])
    began = time.thread_time()
    screening = compiled.screen(LONG)
    assert time.thread_time() - began < 0.05
    assert (screening.verdict, screening.matches[0].timed_out, screening.matches[0].spans) == (Verdict.HOLD, True, ())


@pytest.mark.parametrize("verdict", [Verdict.WARN, Verdict.FLAG, Verdict.HOLD])
def test_a_milder_rule_is_never_stricter_for_being_slow(verdict: Verdict) -> None:
    assert Compiled.of([rule(verdict)]).screen(LONG).verdict == verdict


def test_many_of_them_together_take_no_longer_and_hide_no_word() -> None:
    rules = [rule(Verdict.FLAG) for _ in range(20)] + [Rule(pk=2, name="words", kind="words", text="please")]
    began = time.thread_time()
    screening = Compiled.of(rules).screen(LONG)
    assert time.thread_time() - began < 0.12
    assert sum(each.timed_out for each in screening.matches) == 20
    assert [each.words for each in screening.matches if not each.timed_out] == [("please",)]


def test_the_others_are_still_asked_after_one_was_stopped() -> None:
    rules = [rule(Verdict.FLAG), Rule(pk=2, name="other", kind="regex", text=r"plea\w+", verdict=Verdict.BLOCK)]
    assert Compiled.of(rules).screen(LONG).verdict == Verdict.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "*" * 3000,
        "a" * 20000,
        "炸*" * 5000,
        "@$!" * 4000,
        "a_" * 9000,
        "_" * 20000,
        "炸" + "._" * 9000,
        "\u0301" * 9000,
    ],
)
def test_patterns_and_long_rows_of_signs_stay_quick(text: str) -> None:
    kinds = [("pattern", "*a*a*a*a*b*"), ("pattern", "炸*炸*弹"), ("words", "炸弹 ass"), ("phrase", "a b c")]
    rules = [Rule(pk=place, name="x", kind=kind, text=looks_for) for place, (kind, looks_for) in enumerate(kinds)]
    began = time.thread_time()
    Compiled.of(rules).screen(text)
    assert time.thread_time() - began < 0.5
