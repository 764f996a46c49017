"""The object that `manage.py edit --explain` prints."""

import json

from studio.engine import explain

PARAMS = {
    "k",
    "factor",
    "gain",
    "seconds",
    "start",
    "end",
    "plays",
    "ratio",
    "fps",
    "degrees",
    "direction",
    "text",
    "position",
}


def test_it_has_exactly_the_three_parts() -> None:
    assert explain("make it warmer") == {
        "applied": [{"id": "warmer", "params": {"k": 1.0}}],
        "not_done": [],
        "renders": True,
    }


def test_nothing_to_do_renders_nothing() -> None:
    assert explain("replace the dog by a cat") == {
        "applied": [],
        "not_done": ["replace the dog by a cat"],
        "renders": False,
    }


def test_only_the_agreed_parameters_appear() -> None:
    prompt = 'trim from 2 to 5 seconds, slow it down, warmer, put "Hello" at the top, mute, add a vignette, and a dog'
    answer = explain(prompt)
    assert {name for step in answer["applied"] for name in step["params"]} <= PARAMS
    assert [step["id"] for step in answer["applied"]] == ["trim", "slow", "warmer", "vignette", "caption", "mute"]
    assert json.loads(json.dumps(answer)) == answer and answer["not_done"] == ["a dog"]
