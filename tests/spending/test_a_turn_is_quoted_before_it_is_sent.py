"""Prices times seconds times results, and a span where something is not known beforehand."""

from typing import Any

import pytest

from studio.providers.catalogue import Size
from studio.spending.quoting import FREE, Quote, quote
from tests.spending.priced import BY_SIZE, OMNI, priced

HD = {"width": 1280, "height": 720}


def test_what_has_no_price_is_free() -> None:
    quoted = quote(priced(""), "edit", {"duration": 10, "results": 4}, source_seconds=10, images=7)
    assert quoted == FREE and quoted.is_free


@pytest.mark.parametrize(("seconds", "micros"), [(3, 304_080), (5, 506_800), (8, 810_880), (10, 1_013_600)])
def test_seconds_multiply(seconds: int, micros: int) -> None:
    quoted = quote(priced(OMNI), "generate", HD | {"duration": seconds})
    assert quoted == Quote(micros, micros) and not quoted.is_free


def test_results_multiply_everything() -> None:
    one = quote(priced(OMNI), "reference", {"duration": 5}, images=3)
    four = quote(priced(OMNI), "reference", {"duration": 5, "results": 4}, images=3)
    assert one == Quote(515_980, 515_980)
    assert four == Quote(4 * 515_980, 4 * 515_980)


def test_an_edit_is_as_long_as_its_source_which_is_charged_too() -> None:
    quoted = quote(priced(OMNI), "edit", {"quality": 95}, source_seconds=10)
    assert quoted == Quote(1_013_600 + 86_880, 1_013_600 + 86_880)


def test_a_duration_in_the_settings_goes_before_the_sources() -> None:
    quoted = quote(priced(OMNI), "continue", {"duration": 4}, source_seconds=10)
    assert quoted.high_micros == 4 * 101_360 + 10 * 8_688


@pytest.mark.parametrize("settings", [{}, {"duration": "auto"}, {"duration": None}])
def test_a_length_nobody_knows_spans_all_that_the_model_makes(settings: dict[str, Any]) -> None:
    assert quote(priced(OMNI), "generate", settings) == Quote(304_080, 2_027_200)


def test_a_source_that_may_or_may_not_be_charged_again_is_in_the_upper_end_alone() -> None:
    unsure = priced(OMNI + 'source_unsure = ["continue"]')
    assert quote(unsure, "continue", {}, source_seconds=10) == Quote(1_013_600, 1_100_480)
    assert quote(unsure, "edit", {}, source_seconds=10) == Quote(1_100_480, 1_100_480)


def test_tokens_that_are_not_known_make_a_span() -> None:
    quoted = quote(priced(OMNI + "spread = { min = 0.95, max = 1.2 }"), "generate", {"duration": 5})
    assert quoted == Quote(481_460, 608_160)
    assert str(quoted) == "$0.48 to $0.61"


@pytest.mark.parametrize(
    ("size", "micros"),
    [((640, 360), 170_000), ((1280, 720), 505_000), ((1080, 1920), 760_000), ((3840, 2160), 1_520_000)],
)
def test_the_size_decides_where_prices_differ_by_it(size: tuple[int, int], micros: int) -> None:
    quoted = quote(priced(BY_SIZE), "generate", {"duration": 5, "width": size[0], "height": size[1]})
    assert quoted == Quote(micros, micros)


def test_a_size_that_the_settings_leave_open_is_the_sources() -> None:
    quoted = quote(priced(BY_SIZE), "edit", {}, source_seconds=10, source_size=Size(1920, 1080))
    assert quoted == Quote(1_650_000, 1_650_000)


def test_the_size_asked_for_goes_before_the_sources() -> None:
    quoted = quote(priced(BY_SIZE), "edit", HD, source_seconds=10, source_size=Size(1920, 1080))
    assert quoted == Quote(1_100_000, 1_100_000)


@pytest.mark.parametrize(
    ("resolution", "micros"), [("auto", 1_650_000), ("360p", 370_000), ("720p", 1_100_000), ("4k", 3_300_000)]
)
def test_a_resolution_goes_before_the_sources_too(resolution: str, micros: int) -> None:
    settings = {"resolution": resolution}
    quoted = quote(priced(BY_SIZE), "edit", settings, source_seconds=10, source_size=Size(1920, 1080))
    assert quoted == Quote(micros, micros)


def test_what_is_extended_may_count_as_made_once_more() -> None:
    """At least the seconds that are added, at most all of what comes back; what is there is read."""
    quoted = quote(priced(OMNI), "extend", {"duration": 4}, source_seconds=10)
    assert quoted == Quote(4 * 101_360 + 10 * 8_688, 14 * 101_360 + 10 * 8_688)


def test_clips_that_are_only_referred_to_are_read_at_the_size_that_vendors_list() -> None:
    small = {"duration": 3, "width": 640, "height": 360}
    quoted = quote(priced(BY_SIZE), "reference", small, source_seconds=10, source_size=Size(3840, 2160))
    assert quoted == Quote(3 * 34_000 + 10 * 9_000, 3 * 34_000 + 10 * 9_000)


def test_a_size_nobody_knows_spans_all_prices() -> None:
    assert quote(priced(BY_SIZE), "edit", {}, source_seconds=10) == Quote(370_000, 3_300_000)


def test_a_source_of_odd_length_is_quoted_in_whole_micro_dollars() -> None:
    quoted = quote(priced(OMNI), "edit", {}, source_seconds=7.3417)
    assert quoted == Quote(807_939, 807_939)
    assert isinstance(quoted.low_micros, int)
