"""What people write, and what the engine understands of it."""

import json
import random
import string
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engine.catalogue import BY_ID
from studio.engine.editing import graph_text
from studio.engine.parser import parse
from studio.engine.parser.lexicon import chinese_words, english_words
from studio.engine.plan import Plan
from studio.engine.timeline import fold

HERE = Path(__file__).parent
TUNED = json.loads((HERE / "prompts_tuned.json").read_text())
HELD_OUT = [
    case
    for name in ("", "_2", "_3", "_4", "_5")
    for case in json.loads((HERE / f"prompts_held_out{name}.json").read_text())
]


def misread(case: dict[str, Any]) -> str:
    """What is wrong with how a prompt was read; empty if nothing is."""
    plan = parse(case["prompt"])
    got = [(step.id, dict(step.params)) for step in plan.steps]
    if [id for id, _ in got] != [wanted["id"] for wanted in case["applied"]]:
        return f"understood {got}"
    for (_, params), wanted in zip(got, case["applied"], strict=True):
        if wanted["params"] and params != pytest.approx(wanted["params"], abs=0.01):
            return f"with {params}"
    if case["not_done"] is not None and bool(plan.not_done) != case["not_done"]:
        return f"reported {plan.not_done}"
    return ""


@pytest.mark.parametrize("case", TUNED, ids=lambda case: case["prompt"])
def test_a_prompt_is_understood(case: dict[str, Any]) -> None:
    assert misread(case) == ""


def test_prompts_written_before_looking_stay_understood() -> None:
    """Before anything was learnt from them 131 of 149, 188 of 209, 170 of 181, 115 of 132 and 41 of 60 were right."""
    wrong = [(case["prompt"], why) for case in HELD_OUT if (why := misread(case))]
    assert len(wrong) <= 0.02 * len(HELD_OUT), wrong


def test_there_are_prompts_enough_in_both_languages() -> None:
    chinese = [case for case in TUNED + HELD_OUT if any("一" <= char <= "鿿" for char in case["prompt"])]
    assert len(TUNED) >= 250 and len(chinese) >= 150 and len(HELD_OUT) >= 250


def test_reading_takes_less_than_a_millisecond() -> None:
    parse("make it warmer")
    started = time.process_time()
    for case in TUNED:
        parse(case["prompt"])
    assert (time.process_time() - started) / len(TUNED) < 0.001


@pytest.mark.parametrize(
    ("prompt", "ids"),
    [
        (
            "add a vignette, make it warmer, slow it down, trim to 3 seconds, mute",
            ["trim", "slow", "warmer", "vignette", "mute"],
        ),
        ("slow it down, then trim to the first 2 seconds", ["slow", "trim"]),
        ("put “Hi” at the top, black and white, brighter", ["brighter", "bw", "caption"]),
        ("先慢放，然后截取前3秒", ["slow", "trim"]),
    ],
)
def test_steps_stand_in_the_order_of_application(prompt: str, ids: list[str]) -> None:
    assert [step.id for step in parse(prompt).steps] == ids


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("make it warmer and replace the dog by a cat", ["replace the dog by a cat"]),
        ("brighter, then make the man smile", ["make the man smile"]),
        ("add a dog, a cat and a bird", ["add a dog, a cat and a bird"]),
        ("make it warmer like honey", ["like honey"]),
        ("warmer and cooler", ["warmer ↔ cooler"]),
        ("warmer but not warmer", ["warmer ↔ not warmer"]),
        ("画面更暖，但不要更暖", ["暖 ↔ 不要更暖"]),
        ("把狗换成猫，画面变暖", ["把狗换成猫"]),
    ],
)
def test_what_is_not_done_is_named_in_the_persons_words(prompt: str, left: list[str]) -> None:
    assert list(parse(prompt).not_done) == left


@pytest.mark.parametrize(
    "prompt", ["the light is not warm, make it warmer", "it is not warmer yet, make it warmer", "warmer, not brighter"]
)
def test_what_only_describes_or_forbids_something_else_contradicts_nothing(prompt: str) -> None:
    assert [step.id for step in parse(prompt).steps] == ["warmer"]
    assert not parse(prompt).not_done


@pytest.mark.parametrize(
    "prompt",
    [
        *("make the night scene brighter", "brighten the night shot", "make the sunset warmer", "remove the fog"),
        *("the fog is too thick", "make the old photo brighter", "make the cartoon brighter", "add a drawing"),
        *("add snow to the roof", "blur the background", "pixelate the faces", "outline the people", "add a ghost"),
        *("remove the sound of rain", "remove the noise from the audio", "denoise the audio", "turn on the neon sign"),
        *("夜景更亮一点", "把夜景调亮", "让雪更白", "去掉雾", "给人脸打码", "背景虚化", "声音降噪", "把霓虹灯调亮"),
    ],
)
def test_what_the_picture_shows_or_plays_is_not_taken_for_an_effect(prompt: str) -> None:
    plan = parse(prompt)
    assert not plan.steps and plan.not_done


@pytest.mark.parametrize(
    ("prompt", "steps"),
    [
        ("it is too blurry", [("sharpen", 1.0)]),
        ("it is blurry, fix it", [("sharpen", 1.0)]),
        ("too sharp", [("blur", 1.0)]),
        ("less grain", [("denoise", 1.0)]),
        ("noisy footage, clean it up", [("denoise", 1.0)]),
        ("denoise it, then add film grain", [("denoise", 1.0), ("grain", 1.0)]),
        ("add light snow", [("snow", 0.5)]),
        ("heavy rain", [("rain", 1.6)]),
        ("add a light vignette", [("vignette", 0.5)]),
        ("画面太模糊了", [("sharpen", 1.0)]),
        ("噪点太多", [("denoise", 1.0)]),
        ("变成黄昏的样子", [("sunset", 1.0)]),
    ],
)
def test_texture_and_weather_have_their_opposites_and_strengths(prompt: str, steps: list[tuple[str, float]]) -> None:
    plan = parse(prompt)
    assert [(step.id, step.params["k"]) for step in plan.steps] == steps and not plan.not_done


def test_no_effect_has_a_word_that_is_listed_as_one_that_cannot_be_done() -> None:
    for lexicon in (english_words(), chinese_words()):
        both = [
            phrase for phrase, tags in lexicon.phrases.items() if "other" in tags and {"is", "quality"} & tags.keys()
        ]
        assert both == []


@pytest.mark.parametrize(
    "prompt",
    ["make it warmer, keep everything else", "让画面更暖，其他保持不变", "don't touch the sound, just make it warmer"],
)
def test_what_is_to_stay_is_kept_and_not_reported(prompt: str) -> None:
    plan = parse(prompt)
    assert [step.id for step in plan.steps] == ["warmer"] and plan.kept and not plan.not_done


@pytest.mark.parametrize("prompt", ["", "   ", "!!!", "?", "…", "，。"])
def test_nothing_gives_nothing(prompt: str) -> None:
    plan = parse(prompt)
    assert not plan.renders and not plan.steps


@pytest.mark.parametrize(
    "prompt",
    [
        "movie=/etc/passwd",
        "caption: %{pts}",
        'add the text "\':drawtext=textfile=/etc/passwd"',
        "curves=all='0/0 1/1';[in]movie=/etc/passwd[out]",
        "put “[a][b]overlay,movie=/etc/passwd” at the top",
        "warmer:k=1e999",
        "slow it down nanx",
    ],
)
def test_a_persons_words_never_reach_a_filter(prompt: str) -> None:
    timeline, steps = fold([parse(prompt)], 5.0)
    text, _ = graph_text(timeline, steps, Fraction(24), 320, 180)
    assert not any(word in text for word in ("passwd", "movie", "drawtext", "pts}"))


WORDS = st.sampled_from(
    [
        "make",
        "it",
        "the",
        "a",
        "warmer",
        "cooler",
        "much",
        "slightly",
        "not",
        "too",
        "less",
        "more",
        "contrast",
        "brightness",
        "and",
        ",",
        ".",
        "then",
        "but",
        "keep",
        "everything",
        "else",
        "slow",
        "2x",
        "50%",
        "trim",
        "first",
        "last",
        "3",
        "seconds",
        "from",
        "to",
        "put",
        "“hi”",
        "top",
        "bottom",
        "no",
        "sound",
        "mute",
        "dog",
        "replace",
        "把",
        "画面",
        "暖",
        "一点",
        "不要",
        "慢放",
        "两倍",
        "前",
        "3",
        "秒",
        "去掉",
        "声音",
        "，",
        "和",
        "然后",
        "字幕",
        "“你好”",
        "黑白",
        '"',
        "'",
        "(",
        ")",
        "+",
        "-",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(WORDS, max_size=14).map(" ".join)
    | st.text(max_size=60)
    | st.text(string.punctuation + "0123456789x%s ", max_size=30)
)
def test_any_text_gives_a_plan_within_the_limits(prompt: str) -> None:
    plan = parse(prompt)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    for step in plan.steps:
        for name, limit in BY_ID[step.id].limits.items():
            if name in step.params:
                assert limit.low <= float(step.params[name]) <= limit.high
    if plan.steps and prompt.strip():
        assert plan.renders


def test_a_very_long_prompt_is_read_in_bounded_time() -> None:
    started = time.process_time()
    parse("make it warmer and replace the dog by a cat, " * 250)
    assert time.process_time() - started < 2


CHANCE = random.Random(1)
HOSTILE = [
    *("第一秒", "-１'a", "从1到", "1 ", '写"', "a", "7", ", ", "very ", "not", "“a”", "make it warmer and "),
    *("再", "十", "keep ", "'a ", "caption: a ", "ocean ", "slow zoom in ", "前两秒和", "from 1 to 2 seconds "),
    *("第一秒" * 33 + "，", "-１'a" * 33 + ",", "从1到" * 33 + "，", "1 " * 99 + ",", "再" * 99 + "，暖，"),
    "".join(chr(CHANCE.randrange(0x4E00, 0x9FA5)) for _ in range(4000)),
    "".join(chr(CHANCE.randrange(0xE000, 0x1FFFF)) for _ in range(4000)),
]


PLAIN = ("keep the sky and the water as they are, make it a little warmer. " * 99)[:4000]


def seconds_to_read(prompt: str, operation: str) -> float:
    """The shortest of three tries: others share the processor."""
    tries = []
    for _ in range(3):
        started = time.process_time()
        parse(prompt, operation=operation)
        tries.append(time.process_time() - started)
    return min(tries)


@pytest.mark.parametrize("operation", ["edit", "generate", "animate"])
@pytest.mark.parametrize("piece", HOSTILE, ids=lambda piece: piece[:12].encode("unicode_escape").decode())
def test_no_prompt_keeps_the_parser_busy(piece: str, operation: str) -> None:
    """Against a plain prompt of the same length, read just before: what the machine is worth does not matter."""
    plain = seconds_to_read(PLAIN, operation)
    assert seconds_to_read((piece * 4000)[:4000], operation) < 16 * plain


def test_a_clause_nobody_would_write_is_reported_and_not_read() -> None:
    plan = parse("make it warmer, " + "brighter " * 101 + ", mute")
    assert [step.id for step in plan.steps] == ["warmer", "mute"]
    assert len(plan.not_done) == 1 and plan.not_done[0].startswith("brighter brighter")
    assert len(plan.not_done[0]) <= 300 and plan.not_done[0].endswith("…")


def test_clauses_beyond_the_hundredth_are_reported_and_not_read() -> None:
    plan = parse("make it warmer, " * 100 + "mute, black and white")
    assert [step.id for step in plan.steps] == ["warmer"] and plan.not_done == ("mute, black and white",)


@pytest.mark.parametrize(
    ("operation", "prompt", "scene"),
    [
        ("generate", "a calm ocean at sunset", {"name": "ocean", "palette": "sunset"}),
        ("generate", "月光下的大海", {"name": "ocean", "palette": "night"}),
        ("generate", "a cat on a skateboard", None),
        ("animate", "zoom out slowly", {"name": "photo", "move": "out"}),
        ("reference", "", {"name": "photo", "move": ""}),
        ("edit", "the ocean", None),
        ("generate", "ocean at night", {"name": "ocean", "palette": "night"}),
        ("generate", "a sunset look over the sea", {"name": "ocean", "palette": "sunset"}),
    ],
)
def test_turns_without_a_clip_choose_a_scene(operation: str, prompt: str, scene: dict[str, str] | None) -> None:
    plan = parse(prompt, operation=operation)
    assert plan.scene == scene and not (scene and plan.not_done)


@pytest.mark.parametrize(
    ("prompt", "ids"),
    [
        ("the ocean at night", []),
        ("ocean with snow", ["snow"]),
        ("foggy sea at dawn", ["fog"]),
        ("大海，下着雪", ["snow"]),
    ],
)
def test_weather_falls_on_a_drawn_scene_and_its_light_is_the_scenes_own(prompt: str, ids: list[str]) -> None:
    assert [step.id for step in parse(prompt, operation="generate").steps] == ids


def test_what_a_scene_cannot_show_is_named() -> None:
    plan = parse("a sailing boat at dawn with a dragon, black and white", operation="generate")
    assert plan.scene == {"name": "ocean", "palette": "dawn"}
    assert plan.not_done == ("with a dragon",) and [step.id for step in plan.steps] == ["bw"]
