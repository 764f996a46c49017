"""Words, phrases, patterns and expressions in two languages, however they are written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.screening.findings import marked
from studio.screening.folding import fold
from studio.screening.models import Rule, RuleKind, Verdict
from studio.screening.ruling import Compiled, Match


def found(kind: str, looks_for: str, text: str) -> list[str]:
    matches = Compiled.of([Rule(pk=1, name="a rule", kind=kind, text=looks_for)]).screen(text).matches
    return list(matches[0].words) if matches else []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A gun, on a table.", ["gun"]),
        ("GUN gun Gun", ["GUN", "gun", "Gun"]),
        ("it has begun", []),
        ("two guns", []),
        ("a toy_gun", ["gun"]),
        ("ｇｕｎ", ["ｇｕｎ"]),
        ("g\u200bu\u00adn", ["g\u200bu\u00adn"]),
        ("gún", ["gún"]),
        ("g̶u̶n̶", ["g̶u̶n"]),
        ("ցυո", ["ցυո"]),
        ("𝐠𝓾𝕟 ɢᴜɴ 🅶🆄🅽", ["𝐠𝓾𝕟", "ɢᴜɴ", "🅶🆄🅽"]),
        ("给他一把gun吧", ["gun"]),
        ("#gun @gun", ["gun"]),
    ],
)
def test_a_word_is_found_as_a_whole_word_however_it_is_written(text: str, words: list[str]) -> None:
    assert found("words", "gun", text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("b0mb", ["b0mb"]),
        ("a k1ll", ["k1ll"]),
        ("$ex", ["$ex"]),
        ("sh!t", ["sh!t"]),
        ("p@ss it", ["p@ss"]),
        ("kill!", ["kill"]),
        ("4k at 1080p", []),
        ("me@bomb.example", ["bomb"]),
        ("вомb", ["вомb"]),
    ],
)
def test_figures_and_signs_inside_a_word_are_read_as_letters(text: str, words: list[str]) -> None:
    assert found("words", "bomb kill sex shit pass ak io80p", text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("做一个炸弹的视频", ["炸弹"]),
        ("炸 弹", ["炸 弹"]),
        ("炸*弹", ["炸*弹"]),
        ("炸\u200b弹", ["炸\u200b弹"]),
        ("他很炸。弹琴", []),
        ("ＡＶ女优", ["ＡＶ女优"]),
        ("看 av 女优 吧", ["av 女优"]),
        ("⽕ is a radical", ["⽕"]),
        ("弹炸", []),
    ],
)
def test_chinese_is_found_anywhere_with_or_without_fillers(text: str, words: list[str]) -> None:
    assert found("words", "炸弹、AV女优，火", text) == words


def test_a_phrase_is_found_over_spaces_lines_and_commas() -> None:
    looks_for = "kill the president\n做 一个 bomb"
    assert found("phrase", looks_for, "Kill,\nthe   Présídent!") == ["Kill,\nthe   Présídent"]
    assert found("phrase", looks_for, "kill president the") == []
    assert found("phrase", looks_for, "请做一个bomb") == ["做一个bomb"]


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("nud*", "nude, nudity, denude", ["nude", "nudity"]),
        ("*nud*", "denude", ["denude"]),
        ("b*mb", "bomb b0mb bmb bombs", ["bomb", "b0mb", "bmb"]),
        ("*a*b*c*", "xaybzc xcyb", ["xaybzc"]),
        ("kill* * president", "killing that president", ["killing that president"]),
        ("kill* * president", "killing president", []),
        ("炸*弹", "炸大弹", ["炸大弹"]),
        ("炸*弹", "很炸，他弹琴", []),
        ("ab*ba", "aba abba", ["abba"]),
    ],
)
def test_a_star_stands_for_any_letters_of_one_word(pattern: str, text: str, words: list[str]) -> None:
    assert found("pattern", pattern, text) == words


def test_an_expression_sees_the_folded_and_the_written_text() -> None:
    assert found("regex", r"\bkill\w*\s+him", "ＫＩＬＬＩＮＧ hím") == ["ＫＩＬＬＩＮＧ hím"]
    assert found("regex", r"裸.{0,3}照", "全裸的美照") == ["裸的美照"]
    assert found("regex", "，", "你好，再见") == ["，"]
    assert found("regex", r"\d{3}-\d{4}", "555-123") == []


def test_the_strictest_rule_gives_the_verdict_and_all_are_named() -> None:
    rules = [
        Rule(pk=1, name="mild", kind=RuleKind.WORDS, text="knife", verdict=Verdict.WARN),
        Rule(pk=2, name="strict", kind=RuleKind.PATTERN, text="gun*", verdict=Verdict.HOLD),
        Rule(pk=3, name="other", kind=RuleKind.WORDS, text="sword", verdict=Verdict.BLOCK),
    ]
    screening = Compiled.of(rules).screen("guns and a knife")
    assert screening.verdict == Verdict.HOLD
    assert [(each.name, each.words) for each in screening.matches] == [("strict", ("guns",)), ("mild", ("knife",))]
    assert Compiled.of(rules).screen("a calm sea").verdict is None


def test_captions_in_quotes_are_part_of_the_prompt() -> None:
    assert found("words", "gun", 'make it warmer with the caption "G U N? A gun!"') == ["gun"]


def test_marks_stand_in_the_text_as_it_was_written() -> None:
    text = "Ａ ｇｕｎ and a gun"
    match: Match = Compiled.of([Rule(pk=1, name="x", kind="words", text="gun")]).screen(text).matches[0]
    assert marked(text, match.spans) == [("Ａ ", False), ("ｇｕｎ", True), (" and a ", False), ("gun", True)]


@settings(deadline=None)
@given(st.text(max_size=80))
def test_every_place_in_a_folded_text_is_one_in_the_written_text(text: str) -> None:
    folded = fold(text)
    spans = [folded.span(place, place + 1) for place in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["gun", "炸", "弹", " ", "*", "b0mb", "$", "！", "\u200b"]), max_size=30).map("".join))
def test_whatever_is_found_reads_like_what_was_looked_for(text: str) -> None:
    rules = [Rule(pk=1, name="x", kind="words", text="gun bomb 炸弹")]
    for match in Compiled.of(rules).screen(text).matches:
        for start, end in match.spans:
            assert fold(text[start:end]).text.replace("0", "o").strip() != ""
