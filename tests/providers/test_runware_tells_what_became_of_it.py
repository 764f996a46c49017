"""Many jobs are asked after in one call; each result is told as it is, and one job's trouble is no other's."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from studio.providers import http
from studio.providers.base import Asked, JobState, JobUpdate
from studio.providers.errors import BadAnswer, FailureCode, ProviderError, RateLimited, Refused
from studio.providers.runware.provider import MOST_AT_ONCE
from tests.providers.test_runware_sends_what_each_model_takes import SMALL, Desk, desk_at


@pytest.fixture
def desk(settings: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(http, "FIRST_WAIT", 0.01)
    with desk_at(settings) as desk:
        yield desk


@pytest.fixture
def slow(settings: Any, db: None) -> Iterator[Desk]:
    """Four results come one after the other, half a second apart."""
    with desk_at(settings, seconds=2) as desk:
        yield desk


def test_a_finished_result_is_told_in_full(desk: Desk) -> None:
    submission = desk.submit("generate", settings={**SMALL, "safety": "fast"})
    update = desk.end_of(submission)
    item = desk.server.tasks[submission.reference].results[0].item or {}
    assert (update.reference, update.state) == (submission.reference, JobState.SUCCEEDED)
    assert (update.progress, update.can_cancel, update.error_code) == (1.0, False, "")
    (result,) = update.results
    assert (result.index, result.url) == (0, item["videoURL"])
    assert (result.video_id, result.vendor_file) == (item["outputs"]["videoId"], item["videoUUID"])
    assert (result.seed, result.flagged) == (item["seed"], False)
    assert result.cost_micros == round(item["cost"] * 1_000_000) > 0
    assert httpx.get(result.url).content.startswith(b"\0\0\0")
    assert update.raw["data"] == [item]


def test_a_job_that_runs_says_how_far_it_is(slow: Desk) -> None:
    submission = slow.submit("generate")
    time.sleep(0.3)
    (update,) = slow.ask(submission.reference)
    assert (update.state, update.results) == (JobState.RUNNING, ())
    assert update.progress is not None and 0 < update.progress < 0.6


def test_a_job_that_runware_has_not_seen_yet_runs(desk: Desk) -> None:
    (update,) = desk.ask(str(uuid.uuid4()))
    assert (update.state, update.progress) == (JobState.RUNNING, None)


def test_one_that_never_finishes_runs_until_somebody_loses_patience(desk: Desk) -> None:
    desk.server.faults.order("never_finishing")
    submission = desk.submit("generate")
    time.sleep(0.2)
    (update,) = desk.ask(submission.reference)
    assert update.state == JobState.RUNNING


def test_many_jobs_are_asked_after_in_few_calls(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    submissions = [desk.submit("generate") for _ in range(3)]
    for each in submissions:
        desk.end_of(each)
    calls = []
    call = http.call
    monkeypatch.setattr(http, "call", lambda *args, **more: calls.append(more["json_body"]) or call(*args, **more))
    strangers = [str(uuid.uuid4()) for _ in range(2 * MOST_AT_ONCE - 2)]
    references = [*strangers[:20], *(each.reference for each in submissions), *strangers[20:]]
    updates = desk.ask(*references)
    assert [update.reference for update in updates] == references
    assert [len(body) for body in calls] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]
    succeeded = [update.reference for update in updates if update.state == JobState.SUCCEEDED]
    assert succeeded == [each.reference for each in submissions]


def test_nobody_asked_after_is_no_call(desk: Desk) -> None:
    assert desk.ask() == []
    assert not desk.server.requests


@pytest.mark.parametrize("fault", ["moderation", "moderation_in_data"])
def test_a_refused_prompt_is_told_apart_from_a_refused_clip(fault: str, desk: Desk) -> None:
    desk.server.faults.order(fault)
    update = desk.end_of(desk.submit("generate"))
    assert (update.state, update.error_code) == (JobState.FAILED, FailureCode.INPUT_BLOCKED)
    assert "content filter" in update.error_detail
    assert update.results == ()


def test_all_refused_is_one_failure(desk: Desk) -> None:
    desk.server.faults.order("moderation")
    update = desk.end_of(desk.submit("generate", settings={**SMALL, "results": 4}), results=4)
    assert (update.state, update.error_code) == (JobState.FAILED, FailureCode.INPUT_BLOCKED)


def test_some_good_and_some_refused_are_takes_and_a_reason(desk: Desk) -> None:
    desk.server.faults.order("mixed")
    update = desk.end_of(desk.submit("generate", settings={**SMALL, "results": 4}), results=4)
    assert (update.state, update.error_code) == (JobState.SUCCEEDED, FailureCode.OUTPUT_BLOCKED)
    assert [result.index for result in update.results] == [0, 1]
    assert len({result.video_id for result in update.results}) == 2
    assert update.progress == 1.0


def test_a_model_that_did_not_answer_is_a_timeout(desk: Desk) -> None:
    desk.server.faults.order("provider_timeout")
    update = desk.end_of(desk.submit("generate"))
    assert (update.state, update.error_code) == (JobState.FAILED, FailureCode.TIMEOUT)


def test_a_failure_may_come_with_another_status(settings: Any, db: None) -> None:
    with desk_at(settings, failure_status=400) as desk:
        desk.server.faults.order("moderation")
        failed, good = desk.submit("generate"), desk.submit("generate")
        assert desk.end_of(good).state == JobState.SUCCEEDED
        assert desk.end_of(failed).error_code == FailureCode.INPUT_BLOCKED
        states = [update.state for update in desk.ask(failed.reference, good.reference)]
        assert states == [JobState.FAILED, JobState.SUCCEEDED]


def test_what_the_safety_check_objects_to_is_flagged(desk: Desk) -> None:
    desk.server.faults.order("nsfw")
    update = desk.end_of(desk.submit("generate", settings={**SMALL, "safety": "full"}))
    assert update.state == JobState.SUCCEEDED
    assert update.results[0].flagged


@pytest.mark.parametrize("fault", ["wrong_types", "missing_fields"])
def test_a_result_that_says_nothing_useful_harms_nobody_else(fault: str, desk: Desk) -> None:
    desk.server.faults.order(fault)
    strange, good = desk.submit("generate"), desk.submit("generate")
    desk.end_of(strange)
    desk.end_of(good)
    first, second = desk.ask(strange.reference, good.reference)
    assert (first.state, first.error_code) == (JobState.FAILED, FailureCode.OUTCOME_UNKNOWN)
    assert first.error_detail == "Runware says that it is finished and names no file."
    assert second.state == JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("fault", "times", "error", "code"),
    [
        ("bad_key", 1, Refused, FailureCode.UNAUTHORISED),
        ("rate_limited", http.TRIES, RateLimited, FailureCode.BUSY),
        ("unavailable", http.TRIES, RateLimited, FailureCode.BUSY),
        ("bad_gateway", http.TRIES, RateLimited, FailureCode.BUSY),
        ("html_answer", 1, BadAnswer, FailureCode.OUTCOME_UNKNOWN),
    ],
)
def test_a_question_that_is_refused_ends_no_job(
    fault: str, times: int, error: type[ProviderError], code: FailureCode, desk: Desk
) -> None:
    submission = desk.submit("generate")
    desk.server.faults.order(fault, times)
    with pytest.raises(error) as caught:
        desk.ask(submission.reference)
    assert caught.value.code == code
    assert desk.end_of(submission).state == JobState.SUCCEEDED


def test_trouble_with_some_is_not_trouble_with_all_and_no_news_of_them(desk: Desk) -> None:
    submission = desk.submit("generate")
    desk.end_of(submission)
    desk.server.faults.order("rate_limited", http.TRIES)
    strangers = [str(uuid.uuid4()) for _ in range(MOST_AT_ONCE)]
    updates = desk.ask(*strangers, submission.reference)
    assert [(update.reference, update.state) for update in updates] == [(submission.reference, JobState.SUCCEEDED)]


def test_what_was_taken_cannot_be_stopped(slow: Desk) -> None:
    submission = slow.submit("generate")
    assert slow.provider.cancel(submission.reference, slow.server.key) is False
    assert slow.ask(submission.reference)[0].state == JobState.RUNNING


# --- Several results of one job --------------------------------------------------------------------------------------


def _four(slow: Desk) -> str:
    return slow.submit("generate", settings={**SMALL, "results": 4}).reference


def _watch(slow: Desk, ask: Any) -> Iterator[JobUpdate]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        update = ask()
        yield update
        if update.state != JobState.RUNNING:
            return
        time.sleep(0.1)


def test_results_that_are_known_keep_their_number_while_others_come(slow: Desk) -> None:
    reference = _four(slow)
    known: dict[str, int] = {}
    seen_with = []

    def ask() -> JobUpdate:
        (update,) = slow.provider.fetch([Asked(reference, results=4, known=dict(known))], slow.server.key)
        return update

    for update in _watch(slow, ask):
        for result in update.results:
            assert known.setdefault(result.vendor_file, result.index) == result.index
        seen_with.append(len(update.results))
    assert sorted(known.values()) == [0, 1, 2, 3]
    assert seen_with == sorted(seen_with) and len(set(seen_with)) > 2


# --- What a webhook says ---------------------------------------------------------------------------------------------

ONE, TWO = "0b5ad3bb-67ee-4b93-b5b9-e5a1b3b5bc46", "8c0a3f0e-3f53-4f83-9f43-0e7ad7c5a1de"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"taskType": "videoInference", "taskUUID": ONE, "status": "success"}, [ONE]),
        ({"data": [{"taskUUID": ONE}, {"taskUUID": TWO}, {"taskUUID": ONE.upper()}]}, [ONE, TWO]),
        ({"data": {"taskUUID": ONE}}, [ONE]),
        ({"errors": [{"code": "invalidProviderContent", "taskUUID": TWO}]}, [TWO]),
        ({"data": [{"taskUUID": ONE}], "errors": [{"taskUUID": TWO}]}, [ONE, TWO]),
        ({"error": {"code": "x"}, "taskUUID": ONE}, [ONE]),
        ({"data": [{"taskUUID": 7}, {"taskUUID": None}, "x", None, {"taskUUID": "../../etc"}]}, []),
        (
            {"data": [{"taskUUID": str(uuid.UUID(int=n))} for n in range(5000)]},
            [str(uuid.UUID(int=n)) for n in range(50)],
        ),
        ([{"taskUUID": ONE}], []),
        ({}, []),
        (None, []),
        (True, []),
    ],
)
def test_a_webhook_names_jobs_in_any_of_its_forms(body: Any, named: list[str], desk: Desk) -> None:
    assert desk.provider.parse_delivery({}, json.dumps(body).encode()) == named


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"<html>"])
def test_garbage_names_nothing(body: bytes, desk: Desk) -> None:
    assert desk.provider.parse_delivery({}, body) == []
