"""Micro-dollars, as a person reads them."""

import pytest
from django.utils import translation

from studio.spending.money import format_money
from studio.spending.quoting import Quote


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "$0.00"),
        (1, "< $0.01"),
        (9_999, "< $0.01"),
        (10_000, "$0.01"),
        (14_999, "$0.01"),
        (15_000, "$0.02"),
        (506_800, "$0.51"),
        (1_000_000, "$1.00"),
        (1_234_567_890_000, "$1,234,567.89"),
    ],
)
def test_an_amount(micros: int, text: str) -> None:
    assert format_money(micros) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (481_460, 608_160, "$0.48 to $0.61"),
        (506_800, 507_900, "$0.51"),
        (3_000, 9_000, "< $0.01"),
        (3_000, 20_000, "up to $0.02"),
        (0, 20_000, "up to $0.02"),
        (0, 0, "$0.00"),
    ],
)
def test_a_span(low: int, high: int, text: str) -> None:
    assert format_money(low, high) == text
    assert str(Quote(low, high)) == text


def test_numbers_follow_the_readers_language() -> None:
    with translation.override("de"):
        assert format_money(1_234_500_000) == "$1.234,50"
        assert format_money(1) == "< $0,01"
