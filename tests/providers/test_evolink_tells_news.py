"""What EvoLink says of its tasks: many in one query, or one by one, and never more than it said."""

import json
import math
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studio.providers.base import Asked, JobState
from studio.providers.errors import FailureCode, RateLimited, Refused, Unreachable
from studio.providers.evolink import EvoLinkProvider
from studio.providers.evolink.reading import update_of
from tests.providers.test_evolink_sends_what_each_model_takes import OVER, Desk, desk_at
from tests.servers.base import running

BATCH, READ = "POST /v1/tasks/batch", "GET /v1/tasks/{task_id}"
REFERENCE = "task-unified-1763800005-u1v2w3x4"


@pytest.fixture
def desk(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings) as desk:
        yield desk


@pytest.fixture
def slow(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings, seconds=30) as desk:
        yield desk


@pytest.fixture
def without_batch(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings, seconds=30, batch=False) as desk:
        yield desk


def many(desk: Desk, count: int) -> list[str]:
    return [desk.submit("generate").reference for _ in range(count)]


def asked(desk: Desk, name: str) -> int:
    return desk.server.requests[name]


# --- One task --------------------------------------------------------------------------------------------------------


def test_a_task_is_followed_from_queue_to_end(settings: Any, db: None) -> None:
    with desk_at(settings, seconds=1) as desk:
        reference = desk.submit("generate").reference
        (first,) = desk.fetch(reference)
        assert (first.state, first.progress, first.results) == (JobState.RUNNING, 0.0, ())
        assert first.eta == 1 and first.can_cancel is False and first.cost_micros is None
        seen = [first.progress]
        while (update := desk.fetch(reference)[0]).state not in OVER:
            seen.append(update.progress or 0.0)
            time.sleep(0.1)
        assert seen == sorted(seen) and 0 < seen[-1] < 1
        assert (update.state, update.progress, update.eta) == (JobState.SUCCEEDED, 1.0, None)
        assert update.model_used == "gemini-omni-flash-text-to-video"
        assert update.raw["id"] == reference


def test_the_cost_is_what_evolink_says_in_the_end(desk: Desk) -> None:
    update = desk.end_of(desk.submit("generate").reference)
    used = desk.server.tasks[update.reference].used
    assert used and update.cost_micros == pytest.approx(used / 68 * 1_000_000, abs=1)
    assert all(result.cost_micros is None for result in update.results)


def test_unknown_and_foreign_tasks_are_unknown(settings: Any, db: None) -> None:
    with desk_at(settings, keys=["sk-of-one-team", "sk-of-another"]) as desk:
        reference = desk.submit("generate").reference
        foreign = desk.provider.fetch([Asked(reference)], "sk-of-another")
        assert [each.state for each in foreign] == [JobState.UNKNOWN]
        strange = [reference, REFERENCE, "taskuuid-of-another-vendor", "../credits"]
        states = {each.reference: each.state for each in desk.fetch(*strange)}
        assert list(states) == strange
        assert [states[each] for each in strange[1:]] == [JobState.UNKNOWN] * 3
        assert states[reference] != JobState.UNKNOWN


# --- Many at once ----------------------------------------------------------------------------------------------------


def test_many_are_asked_about_in_one_query(slow: Desk) -> None:
    references = many(slow, 5)
    updates = slow.fetch(*references, references[0])
    assert [each.reference for each in updates] == references
    assert (asked(slow, BATCH), asked(slow, READ)) == (1, 0)


def test_no_query_names_more_than_fifty(slow: Desk) -> None:
    references = many(slow, 51)
    updates = slow.fetch(*references)
    assert {each.state for each in updates} == {JobState.RUNNING} and len(updates) == 51
    assert (asked(slow, BATCH), asked(slow, READ)) == (2, 0)


def test_what_a_query_leaves_out_is_asked_for_before_it_counts_as_unknown(slow: Desk) -> None:
    references = [*many(slow, 2), REFERENCE]
    states = [each.state for each in slow.fetch(*references)]
    assert states == [JobState.RUNNING, JobState.RUNNING, JobState.UNKNOWN]
    assert (asked(slow, BATCH), asked(slow, READ)) == (1, 1)


def test_nothing_asked_is_nothing_sent(desk: Desk) -> None:
    assert desk.fetch() == []
    assert not desk.server.requests


def test_where_there_is_no_such_query_tasks_are_asked_about_singly(without_batch: Desk) -> None:
    desk = without_batch
    references = many(desk, 3)
    for _ in range(4):
        assert [each.state for each in desk.fetch(*references)] == [JobState.RUNNING] * 3
    assert asked(desk, READ) == 12


def test_that_there_is_none_is_remembered_for_some_minutes(slow: Desk) -> None:
    references = many(slow, 2)
    slow.server.faults.order("html_answer:batch")
    slow.fetch(*references)
    slow.fetch(*references)
    assert (asked(slow, BATCH), asked(slow, READ)) == (1, 4)
    slow.provider.no_batch_until -= 400  # the minutes have passed
    slow.fetch(*references)
    assert (asked(slow, BATCH), asked(slow, READ)) == (2, 4)


def test_trouble_with_the_query_is_not_taken_for_its_absence(slow: Desk) -> None:
    references = many(slow, 2)
    slow.server.faults.order("server_error:batch", 3)
    assert len(slow.fetch(*references)) == 2
    assert asked(slow, READ) == 2
    slow.fetch(*references)
    assert asked(slow, READ) == 2


@pytest.mark.parametrize(
    ("order", "times", "error"),
    [
        ("rate_limited", 3, RateLimited),
        ("bad_key", 1, Refused),
        ("lost_request", 3, Unreachable),
    ],
)
def test_a_query_that_is_refused_is_not_repeated_task_by_task(
    order: str, times: int, error: type[Exception], slow: Desk
) -> None:
    references = many(slow, 2)
    slow.server.faults.order(f"{order}:batch", times)
    with pytest.raises(error):
        slow.fetch(*references)
    assert asked(slow, READ) == 0


def test_news_that_arrived_is_handed_over_though_the_rest_breaks_off(without_batch: Desk) -> None:
    references = many(without_batch, 3)
    without_batch.provider.no_batch_until = math.inf
    without_batch.fetch(references[0])
    without_batch.server.accounts = ForgetsAfter(without_batch, reads=2)
    updates = without_batch.fetch(*references)
    assert [each.reference for each in updates] == references[:2]


class ForgetsAfter(dict[str, Any]):
    """The accounts of a server that lets a key in for so many more reads."""

    def __init__(self, desk: Desk, reads: int) -> None:
        super().__init__(desk.server.accounts)
        self.left = reads

    def __contains__(self, key: object) -> bool:
        self.left -= 1
        return self.left >= 0 and super().__contains__(key)


# --- How tasks end ---------------------------------------------------------------------------------------------------

FAILURES = {
    "content_policy_violation": FailureCode.INPUT_BLOCKED,
    "invalid_parameters": FailureCode.BAD_REQUEST,
    "image_processing_error": FailureCode.BAD_MEDIA,
    "image_dimension_mismatch": FailureCode.BAD_MEDIA,
    "generation_failed_no_content": FailureCode.OUTPUT_BLOCKED,
    "service_error": FailureCode.BUSY,
    "generation_timeout": FailureCode.TIMEOUT,
    "resource_exhausted": FailureCode.BUSY,
    "quota_exceeded": FailureCode.BUSY,
    "service_unavailable": FailureCode.BUSY,
    "resource_not_found": FailureCode.BAD_MEDIA,
    "unknown_error": FailureCode.ENGINE,
}


@pytest.mark.parametrize(("code", "expected"), FAILURES.items())
def test_a_failed_task_has_a_reason_in_our_words(code: str, expected: FailureCode, desk: Desk) -> None:
    desk.server.faults.order(f"fail:{code}")
    update = desk.end_of(desk.submit("generate").reference)
    assert (update.state, update.error_code, update.results) == (JobState.FAILED, expected, ())
    assert update.error_detail.endswith(".") and code not in update.error_detail
    assert update.cost_micros == 0  # EvoLink refunds what failed
    assert not desk.server.billed


@pytest.mark.parametrize(
    ("order", "expected"),
    [("moderation", FailureCode.INPUT_BLOCKED), ("empty", FailureCode.OUTPUT_BLOCKED)],
)
def test_a_refused_result_is_told_from_a_refused_request(order: str, expected: FailureCode, desk: Desk) -> None:
    desk.server.faults.order(order)
    assert desk.end_of(desk.submit("generate").reference).error_code == expected


@pytest.mark.parametrize("order", ["cancelled", "fail:request_cancelled"])
def test_a_cancelled_task_is_cancelled_by_either_word(order: str, desk: Desk) -> None:
    desk.server.faults.order(order)
    update = desk.end_of(desk.submit("generate").reference)
    assert (update.state, update.error_code, update.cost_micros) == (JobState.CANCELLED, "", 0)


def test_a_task_that_never_ends_stays_running(desk: Desk) -> None:
    desk.server.faults.order("never_finishing")
    reference = desk.submit("generate").reference
    time.sleep(0.3)
    (update,) = desk.fetch(reference)
    assert (update.state, update.progress) == (JobState.RUNNING, 0.99)


def test_done_without_a_video_is_a_failure_that_may_have_cost(desk: Desk) -> None:
    desk.server.faults.order("no_results")
    update = desk.end_of(desk.submit("generate").reference)
    assert (update.state, update.error_code) == (JobState.FAILED, FailureCode.OUTCOME_UNKNOWN)
    assert update.cost_micros and update.error_detail == "EvoLink says that it is done, and names no video."


def test_a_task_of_another_type_is_a_failure(desk: Desk) -> None:
    reference = desk.submit("generate").reference
    desk.server.faults.order("wrong_type")
    (update,) = desk.fetch(reference)
    assert (update.state, update.error_code) == (JobState.FAILED, FailureCode.OUTCOME_UNKNOWN)


@pytest.mark.parametrize("fate", ["", "moderation"])
def test_members_of_the_wrong_type_count_as_not_said(fate: str, desk: Desk) -> None:
    if fate:
        desk.server.faults.order(fate)
    reference = desk.submit("generate").reference
    desk.server.faults.order("wrong_types")
    (running_still,) = desk.fetch(reference)
    assert (running_still.state, running_still.progress, running_still.eta) == (JobState.RUNNING, None, None)
    right = desk.end_of(reference)
    desk.server.faults.order("wrong_types")
    (wrong,) = desk.fetch(reference)
    assert wrong.state == right.state
    assert [each.url for each in wrong.results] == [each.url for each in right.results]
    assert wrong.cost_micros == (0 if fate else None)
    if fate:
        assert wrong.error_code == FailureCode.ENGINE and wrong.error_detail


GARBAGE: list[Any] = [None, True, 7, -1.5, "", "x", [], [[]], {}, {"id": 1}, [None, 3, {"url": 5}], "∞", [{"code": {}}]]


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_no_member_of_any_type_breaks_the_reading(garbage: Any) -> None:
    names = [
        "id", "model", "status", "type", "progress", "task_info", "usage", "results", "result_data", "error", "created",
    ]  # fmt: skip
    for status in ("pending", "completed", "failed", "cancelled"):
        for name in names:
            update = update_of(REFERENCE, {"status": status, "results": ["https://f.example/a.mp4"], name: garbage})
            assert update.reference == REFERENCE and isinstance(update.state, JobState)
            assert update.progress is None or 0 <= update.progress <= 1
            assert update.cost_micros is None or update.cost_micros >= 0
    for name in ("cost", "credits_used"):
        assert update_of(REFERENCE, {"status": "completed", "usage": {name: garbage}}).raw


def read(**task: Any) -> Any:
    return update_of(REFERENCE, {"status": "completed", "type": "video", "results": ["https://f.example/a.mp4"]} | task)


def test_every_link_is_kept_and_the_strange_ones_are_not() -> None:
    links = [
        "https://f.example/a.mp4",
        None,
        "https://f.example/b.mp4",
        7,
        "ftp://f.example/c",
        "https://f.example/a.mp4",
    ]
    kept = read(results=links).results
    assert [(each.index, each.url) for each in kept] == [(0, "https://f.example/a.mp4"), (1, "https://f.example/b.mp4")]
    assert all(each.video_id == "" for each in kept)


def test_links_may_lie_in_objects_as_with_other_tasks() -> None:
    data = [{"result_id": "1", "video_url": "https://f.example/v.mp4", "image_url": "https://f.example/i.png"}]
    assert [each.url for each in read(results=None, result_data=data).results] == ["https://f.example/v.mp4"]


@pytest.mark.parametrize(
    ("usage", "micros"),
    [
        ({"credits_used": 63.6, "cost": {"credits": 63.6, "usd": 0.935}}, 935_000),
        ({"credits_used": 68}, 1_000_000),
        ({"cost": {"credits": 34}}, 500_000),
        ({"credits_used": 0}, 0),
        ({"credits_reserved": 64.5}, None),
        ({"cost": {"usd": "0.9"}, "credits_used": True}, None),
        ({"cost": {"usd": math.nan}}, None),
        ({}, None),
    ],
)
def test_the_cost_is_taken_from_what_is_said(usage: dict[str, Any], micros: int | None) -> None:
    assert read(usage=usage).cost_micros == micros
    assert read(usage=usage, status="processing").cost_micros is None


@pytest.mark.parametrize("word", ["queued", "in_progress", "COMPLETED?"])
def test_a_word_that_is_not_documented_is_not_an_end(word: str) -> None:
    assert read(status=word).state == JobState.RUNNING
    assert read(status=word).results == ()


def test_no_status_at_all_is_unknown() -> None:
    assert read(status=None).state == JobState.UNKNOWN


def test_stop_is_offered_where_evolink_says_that_it_can() -> None:
    assert read(task_info={"can_cancel": True}).can_cancel is True
    assert read(task_info={"can_cancel": "yes"}).can_cancel is False


def test_nothing_is_ever_stopped_there(slow: Desk) -> None:
    reference = slow.submit("generate").reference
    before = dict(slow.server.requests)
    assert slow.provider.cancel(reference, slow.server.key) is False
    assert dict(slow.server.requests) == before


# --- Callbacks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fate", ["", "moderation", "cancelled", "callback_twice"])
def test_a_callback_names_its_task(fate: str, settings: Any, db: None) -> None:
    delivered: list[tuple[dict[str, str], bytes]] = []

    async def hook(request: Request) -> Response:
        delivered.append((dict(request.headers), await request.body()))
        return Response(status_code=204)

    app = Starlette(routes=[Route("/hook", hook, methods=["POST"])])
    with running(app) as url, desk_at(settings, loopback_callbacks=True) as desk:
        if fate:
            desk.server.faults.order(fate)
        reference = desk.submit("generate", webhook_url=f"{url}/hook").reference
        desk.end_of(reference)
        wanted = 2 if fate == "callback_twice" else 1
        for _ in range(200):
            if len(desk.server.callbacks.made) == wanted:
                break
            time.sleep(0.01)
        assert [EvoLinkProvider().parse_delivery(*each) for each in delivered] == [[reference]] * wanted


BODIES = [
    b"", b"null", b"[]", b"{}", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"id": 7}', b'{"id": ""}', b'{"id": ["a"]}',
    json.dumps({"id": "x" * 201}).encode(), b'{"id": "a"} trailing', b'[{"id": "a"}]', b'{"id": "a\\u0000"}',
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_garbage_speaks_of_nothing(body: bytes) -> None:
    assert EvoLinkProvider().parse_delivery({}, body) == []
