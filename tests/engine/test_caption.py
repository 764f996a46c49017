"""Captions as they are drawn."""

import numpy as np
import pytest
from PIL import Image

from studio.engine.lettering import letter
from studio.engine.parser import parse

SIZES = [(1280, 720), (720, 1280), (320, 180), (404, 720), (64, 64)]
TEXTS = [
    "Hi",
    "你好，世界",
    "A rather long caption that has to be broken into lines because it does not fit",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "两行字\n第二行",
    "天地玄黄宇宙洪荒" * 8,
]


def ink(image: Image.Image) -> np.ndarray:
    """Where the letters themselves are: light and opaque."""
    pixels = np.asarray(image.convert("RGBA")).astype(int)
    return (pixels[..., 3] > 200) & (pixels[..., :3].min(axis=2) > 200)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:12])
@pytest.mark.parametrize("position", ["top", "bottom", "center"])
def test_a_caption_lies_inside_the_picture(text: str, position: str, size: tuple[int, int]) -> None:
    drawn = letter(text, position, *size)
    assert drawn.x >= 0 and drawn.y >= 0 and drawn.x % 2 == drawn.y % 2 == 0
    assert drawn.x + drawn.image.width <= size[0] + 1 and drawn.y + drawn.image.height <= size[1] + 1
    rows, columns = np.nonzero(ink(drawn.image))
    assert len(rows) > 20
    if min(size) >= 180:
        assert columns.min() + drawn.x >= 0.04 * size[0] and columns.max() + drawn.x <= 0.96 * size[0]


def test_it_stands_where_it_was_asked_for() -> None:
    middles = [
        (drawn := letter("Hello", place, 1280, 720)).y + drawn.image.height / 2 for place in ("top", "center", "bottom")
    ]
    assert middles[0] < 144 and middles[1] == pytest.approx(360, abs=4) and middles[2] > 576


def test_chinese_letters_are_letters_and_not_empty_boxes() -> None:
    shapes = {letter(char, "center", 640, 360).image.tobytes() for char in "你好世界电影"}
    assert len(shapes) == 6


def test_what_the_font_cannot_draw_is_reported() -> None:
    plan = parse('put "Hello 🙂 Привет" at the top')
    assert [step.params["text"] for step in plan.steps] == ["Hello"] and plan.not_done == ("🙂 Привет",)


def test_a_caption_keeps_its_words_and_breaks_none_in_two() -> None:
    words = "The quick brown fox jumps over the lazy dog and runs away again"
    plan = parse(f'add the caption "{words}"')
    assert plan.steps[0].params == {"text": words, "position": "bottom"}
