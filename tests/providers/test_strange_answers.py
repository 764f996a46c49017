"""No value of a vendor's answer, whatever its type or size, breaks the reading, and what is read can be stored."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as some

from studio.providers import http
from studio.providers.base import Asked, JobState, JobUpdate
from studio.providers.errors import BadAnswer
from studio.providers.evolink import reading as evolink
from studio.providers.google import reading as google
from studio.providers.runware import answers, results

Answer = dict[str, Any]
ONE = "770a8400-e29b-41d4-a716-446655440007"
LINK = "https://films.example/a.mp4"
DEAREST_STORED = 2**63

GOOD: dict[str, Answer] = {
    "evolink": {
        "id": "task-unified-1-a", "object": "video.generation.task", "created": 1763800000, "model": "m",
        "type": "video", "status": "completed", "progress": 100, "results": [LINK],
        "result_data": [{"video_url": LINK}],
        "task_info": {"can_cancel": False, "estimated_time": 60}, "error": {"code": "service_error", "message": "x"},
        "usage": {"credits_used": 63.6, "credits_reserved": 70, "cost": {"credits": 63.6, "usd": 0.935, "cny": 6.3}},
    },
    "runware": {
        "taskType": "videoInference", "taskUUID": ONE, "status": "success", "videoUUID": "v", "videoURL": LINK,
        "mediaUUID": "v", "mediaURL": LINK, "cost": 0.3, "seed": 7, "NSFWContent": False, "progress": 40,
        "resultIndex": 0, "model": "m", "outputs": {"videoId": "c"}, "error": {"code": "x", "parameter": "duration"},
    },
    "google": {
        "id": "v1_a", "status": "completed", "model": "m", "created": "2026-11-22T04:00:00Z",
        "updated": "2026-11-22T04:01:00Z", "previous_interaction_id": "v1_b", "finish_reason": "SAFETY",
        "errors": [{"code": "internal", "message": "x"}],
        "error": {"code": 1, "status": "x", "details": [{"reason": "x"}]},
        "steps": [{"type": "model_output", "content": [{"type": "video", "uri": LINK}], "error": {"code": 1}}],
        "usage": {
            "total_input_tokens": 5, "total_output_tokens": 9, "total_thought_tokens": 1,
            "output_tokens_by_modality": [{"modality": "video", "tokens": 9}],
        },
    },
}  # fmt: skip
STATUSES = {
    "evolink": list(evolink.STATES),
    "runware": ["success", "processing", "error"],
    "google": list(google.STATES),
}
NOT_LINKS = ["https://[x", "http://", "//", "javascript:alert(1)", "https://films.example:port/a.mp4", "x" * 5000]
NUMBERS = [10**400, -(10**400), 2**63, -1, 0, 1e308, -1e308, 0.5, float("inf"), float("nan")]
STRANGE: list[Any] = [*NOT_LINKS, *NUMBERS, None, True, "", "\0", "∞", [], {}, [[]], [None], {"a": 1}, [{"code": {}}]]


def read(vendor: str, answer: Answer) -> JobUpdate:
    asked = Asked(ONE, "m")
    if vendor == "evolink":
        return evolink.update_of(ONE, answer)
    if vendor == "runware":
        return results.update_of(asked, answers.read({"data": [answer]}).of(ONE))
    return google.update(asked, answer)


def check(vendor: str, answer: Answer) -> None:
    """Read as it comes over the wire, it is news that any database keeps; or it is refused as a whole."""
    came = http._read(json.dumps(answer).encode())
    assert came is None or isinstance(came, dict)
    try:
        update = read(vendor, came or {})
    except BadAnswer:
        return
    json.dumps(update.raw, allow_nan=False)
    assert isinstance(update.state, JobState) and update.state != JobState.ANSWERED
    assert update.progress is None or 0 <= update.progress <= 1
    assert update.eta is None or 0 <= update.eta < DEAREST_STORED
    for each in (update, *update.results):
        assert each.cost_micros is None or 0 <= each.cost_micros < 10**18
    for each in update.results:
        assert http.taken_apart(each.url) and len(each.vendor_file) <= 200 and len(each.video_id) <= 500
        assert each.seed is None or abs(each.seed) < DEAREST_STORED
    assert update.state != JobState.FAILED or (update.error_code and update.error_detail)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something could be put into an answer."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inside for place in places(each, (*path, key)))]


def with_another(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_another(value[path[0]], path[1:], other)
    return copy


@pytest.mark.parametrize("vendor", GOOD)
def test_anything_may_stand_in_any_place(vendor: str) -> None:
    for status in STATUSES[vendor]:
        good = GOOD[vendor] | {"status": status}
        for path in places(good)[1:]:
            for strange in STRANGE:
                check(vendor, with_another(good, path, strange))


def names_in(answer: Answer) -> list[str]:
    return sorted({key for path in places(answer) for key in path if isinstance(key, str)})


LEAVES = some.sampled_from([each for each in STRANGE if not isinstance(each, list | dict)])
MAKERS: dict[str, Callable[[], Any]] = {
    vendor: lambda vendor=vendor: some.recursive(  # type: ignore[misc]
        LEAVES | some.sampled_from([*STATUSES[vendor], ONE, LINK, "video", "model_output"]),
        lambda inner: (
            some.lists(inner, max_size=3)
            | some.dictionaries(some.sampled_from(names_in(GOOD[vendor])), inner, max_size=5)
        ),
        max_leaves=15,
    )
    for vendor in GOOD
}


@pytest.mark.parametrize("vendor", GOOD)
@effort(deadline=None, max_examples=60)
@given(some.data())
def test_so_may_anything_put_together(vendor: str, data: Any) -> None:
    fields = some.dictionaries(some.sampled_from(names_in(GOOD[vendor])), MAKERS[vendor](), max_size=6)
    check(vendor, GOOD[vendor] | data.draw(fields))


@pytest.mark.parametrize("vendor", GOOD)
def test_what_has_no_bottom_is_kept_to_a_depth(vendor: str) -> None:
    deep = "[" * 400 + "]" * 400
    came = http._read(f'{{"status": "processing", "results": {deep}, "steps": {deep}, "taskUUID": "{ONE}"}}'.encode())
    assert came and len(json.dumps(came)) < 1000
    check(vendor, came)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_what_is_no_number_is_nothing(number: str) -> None:
    assert http._read(f'{{"cost": {number}, "seeds": [{number}]}}'.encode()) == {"cost": None, "seeds": [None]}
