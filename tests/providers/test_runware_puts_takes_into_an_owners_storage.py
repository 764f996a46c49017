"""What a team's owner has set goes along: how long Runware keeps its copies, and an address for each take."""

import json
import logging
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from studio.providers import http
from studio.providers.base import Asked, JobRequest, JobState, JobUpdate
from studio.providers.errors import BadAnswer, FailureCode, Refused
from studio.providers.runware import naming
from studio.providers.runware.answers import plain
from tests.providers.test_runware_reads_anything import ONE, THREE, TWO, Tasks, bad, good, runs
from tests.providers.test_runware_reads_anything import Vendor as Runware
from tests.providers.test_runware_reads_anything import vendor as runware
from tests.providers.test_runware_sends_what_each_model_takes import SMALL, Desk, desk_at
from tests.providers.vendor import Vendor as Bucket
from tests.servers.base import running

__all__ = ["runware"]
SIGNED = "?X-Amz-Signature=0badcafe"


@pytest.fixture
def desk(settings: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(http, "FIRST_WAIT", 0.01)
    with desk_at(settings) as desk:
        yield desk


@pytest.fixture
def bucket() -> Iterator[tuple[Bucket, str]]:
    bucket = Bucket()
    with running(bucket.app) as url:
        yield bucket, url


def addresses(url: str, count: int) -> list[str]:
    return [f"{url}/takes/{number}.mp4{SIGNED}{number}" for number in range(count)]


def ended(desk: Desk, request: JobRequest) -> JobUpdate:
    reference = desk.send(request).reference
    tasks, until = [desk.server.tasks[name] for name in naming.names_in(reference)], time.monotonic() + 20
    while not all(task.is_finished for task in tasks):
        assert time.monotonic() < until, "the server never finished it"
        time.sleep(0.01)
    asked = Asked(reference, results=int(request.settings["results"]), uploaded=bool(request.upload_addresses))
    (update,) = desk.provider.fetch([asked], desk.server.key)
    return update


def test_one_take_is_put_there_and_can_still_be_fetched(desk: Desk, bucket: tuple[Bucket, str]) -> None:
    there, url = bucket
    request = desk.request("generate", ttl=90_000, upload_addresses=addresses(url, 1))
    update = ended(desk, request)
    task = desk.server.tasks[request.key].order.task
    assert (task["uploadEndpoint"], task["ttl"], task["numberResults"]) == (request.upload_addresses[0], 90_000, 1)
    assert [(heard.method, heard.url.path, heard.url.query) for heard in there.heard] == [
        ("PUT", "/takes/0.mp4", f"{SIGNED[1:]}0")
    ]
    assert update.state == JobState.SUCCEEDED
    assert httpx.get(update.results[0].url).content == there.bodies[0]


def test_several_takes_have_an_address_each_and_are_one_job(desk: Desk, bucket: tuple[Bucket, str]) -> None:
    there, url = bucket
    request = desk.request("generate", settings={**SMALL, "results": 3}, upload_addresses=addresses(url, 3))
    update = ended(desk, request)
    assert update.state == JobState.SUCCEEDED
    assert [result.index for result in update.results] == [0, 1, 2]
    assert sorted(heard.url.path for heard in there.heard) == [f"/takes/{number}.mp4" for number in range(3)]
    assert sorted(there.bodies) == sorted(httpx.get(result.url).content for result in update.results)
    assert [task["numberResults"] for task in desk.server.received if task["taskType"] == "videoInference"] == [1, 1, 1]


def test_sent_twice_each_take_is_billed_once(desk: Desk) -> None:
    urls = addresses("https://bucket.example.com", 4)
    request = desk.request("generate", settings={**SMALL, "results": 4}, upload_addresses=urls)
    desk.server.faults.order("lost_answer")
    first, second = desk.send(request), desk.send(request)
    assert first.reference == second.reference
    assert len(first.reference) <= 200
    assert desk.server.billed == dict.fromkeys(naming.names_in(first.reference), 1)
    assert len(desk.server.billed) == 4 and request.key in desk.server.billed


@pytest.mark.parametrize(("results", "count"), [(1, 0), (2, 1), (2, 3)])
def test_without_an_address_for_each_take_none_is_sent(results: int, count: int, desk: Desk) -> None:
    urls = addresses("https://bucket.example.com", count)
    submission = desk.submit("generate", settings={**SMALL, "results": results}, upload_addresses=urls, ttl=59)
    task = desk.server.tasks[submission.reference].order.task
    assert task["numberResults"] == results
    assert "uploadEndpoint" not in task and "ttl" not in task


def test_the_reply_says_that_takes_are_put_there_too(desk: Desk) -> None:
    urls = addresses("https://bucket.example.com", 2)
    reply = desk.submit("generate", settings={**SMALL, "results": 2}, upload_addresses=urls).reply
    said = {each.id: each.value for each in reply.applied}
    assert (said["takes"], said["upload"]) == ("2", "the team's own storage")


def test_each_tasks_webhook_says_of_which_job_it_is(desk: Desk) -> None:
    urls, hook = addresses("https://bucket.example.com", 2), f"{desk.server.url}/hook"
    request = desk.request("generate", settings={**SMALL, "results": 2}, upload_addresses=urls, webhook_url=hook)
    names = naming.names_in(desk.send(request).reference)
    assert {desk.server.tasks[name].order.webhook for name in names} == {f"{hook}?job={request.key}"}


# --- What only a part of was taken, or is told -----------------------------------------------------------------------


def send_three(runware: Runware) -> Any:
    urls = addresses("https://bucket.example.com", 3)
    request = JobRequest(
        key=ONE, operation="generate", model="google:gemini@omni-flash-1.1", prompt="a boat",
        settings={"results": 3}, upload_addresses=urls,
    )  # fmt: skip
    return runware.provider.submit(request, "a-key")


@pytest.mark.parametrize("taken", [1, 2])
def test_what_was_not_taken_is_said_and_not_waited_for(taken: int, runware: Runware) -> None:
    def says(tasks: Tasks) -> tuple[int, Any]:
        names = [task["taskUUID"] for task in tasks]
        accepted = [{"taskUUID": name} for name in names[:taken]]
        return 400, {"data": accepted, "errors": [bad(name, "insufficientCredits") for name in names[taken:]]}

    runware.says = says
    submission = send_three(runware)
    names = naming.names_in(submission.reference)
    assert len(names) == taken
    assert "fewer takes" in submission.reply.note
    runware.says = lambda tasks: (200, {"data": [good(name) for name in names]})
    (update,) = runware.provider.fetch([Asked(submission.reference, results=3)], "a-key")
    assert (update.state, len(update.results)) == (JobState.SUCCEEDED, taken)


def test_where_all_are_refused_the_job_is_refused(runware: Runware) -> None:
    runware.says = lambda tasks: (400, {"errors": [bad(task["taskUUID"], "insufficientCredits") for task in tasks]})
    with pytest.raises(Refused) as caught:
        send_three(runware)
    assert caught.value.code == FailureCode.OUT_OF_CREDIT


def test_where_nothing_is_said_of_any_nobody_knows_yet(runware: Runware) -> None:
    runware.says = lambda tasks: (200, {"data": []})
    with pytest.raises(BadAnswer) as caught:
        send_three(runware)
    assert caught.value.maybe_taken


@pytest.mark.parametrize("told", [1, 2])
def test_what_nothing_is_said_of_is_asked_after_beside_what_was_taken(told: int, runware: Runware) -> None:
    runware.says = lambda tasks: (200, {"data": [{"taskUUID": task["taskUUID"]} for task in tasks[:told]]})
    names = naming.names_in(send_three(runware).reference)
    assert len(names) == 3
    made = [good(name) for name in names[:told]]
    runware.says = lambda tasks: (
        200,
        {"data": made, "errors": [{"code": "taskNotFound", "taskUUID": name} for name in names[told:]]},
    )
    (update,) = runware.provider.fetch([Asked(naming.reference_of(names, 3), results=3)], "a-key")
    assert (update.state, len(update.results)) == (JobState.UNKNOWN, told)


def test_one_refused_and_nothing_said_of_the_others_is_no_refusal(runware: Runware) -> None:
    runware.says = lambda tasks: (400, {"errors": [bad(tasks[0]["taskUUID"], "insufficientCredits")]})
    with pytest.raises(BadAnswer):
        send_three(runware)


@pytest.mark.parametrize(
    ("data", "errors", "state"),
    [
        ([good(ONE), good(TWO)], [], JobState.SUCCEEDED),
        ([good(ONE), runs(TWO)], [], JobState.RUNNING),
        ([good(ONE)], [], JobState.RUNNING),
        ([], [bad(ONE)], JobState.RUNNING),
        ([good(ONE)], [bad(TWO)], JobState.SUCCEEDED),
        ([], [bad(ONE), bad(TWO)], JobState.FAILED),
        ([good(ONE)], [{"code": "taskNotFound", "taskUUID": TWO}], JobState.UNKNOWN),
        ([], [bad(ONE, "taskCancelled"), bad(TWO, "taskCancelled")], JobState.CANCELLED),
    ],
)
def test_a_job_of_several_tasks_ends_with_the_last(
    data: Tasks, errors: Tasks, state: JobState, runware: Runware
) -> None:
    runware.says = lambda tasks: (200, {"data": data, "errors": errors})
    (update,) = runware.provider.fetch([Asked(f"{ONE}+{TWO}+", results=2)], "a-key")
    assert (update.reference, update.state) == (f"{ONE}+{TWO}+", state)


def test_a_result_keeps_its_number_when_another_tasks_result_comes(runware: Runware) -> None:
    early, late = good(TWO), good(ONE)
    runware.says = lambda tasks: (200, {"data": [early, runs(ONE)]})
    (update,) = runware.provider.fetch([Asked(f"{ONE}+{TWO}+", results=2)], "a-key")
    (first,) = update.results
    runware.says = lambda tasks: (200, {"data": [late, early]})
    known = {first.vendor_file: first.index}
    (update,) = runware.provider.fetch([Asked(f"{ONE}+{TWO}+", results=2, known=known)], "a-key")
    assert {result.vendor_file: result.index for result in update.results} == {
        early["videoUUID"]: 0, late["videoUUID"]: 1,
    }  # fmt: skip


def test_where_one_of_its_tasks_could_not_be_asked_after_there_is_no_news_of_a_job(runware: Runware) -> None:
    def says(tasks: Tasks) -> tuple[int, Any]:
        if len(tasks) > 1:
            return 400, {"data": [good(ONE), good(THREE)]}
        return 402, {}

    runware.says = says
    asked = [Asked(f"{ONE}+{TWO}+", results=2), Asked(THREE)]
    assert [update.reference for update in runware.provider.fetch(asked, "a-key")] == [THREE]


@pytest.mark.parametrize(("uploaded", "there"), [(True, True), (False, False)])
def test_a_result_without_a_link_may_lie_in_the_teams_storage(uploaded: bool, there: bool, runware: Runware) -> None:
    runware.says = lambda tasks: (200, {"data": [{"taskUUID": ONE, "status": "success"}]})
    (update,) = runware.provider.fetch([Asked(ONE, uploaded=uploaded)], "a-key")
    assert (update.state, update.error_code) == (JobState.FAILED, FailureCode.OUTCOME_UNKNOWN)
    assert ("the team's own storage" in update.error_detail) is there


# --- Secrets ---------------------------------------------------------------------------------------------------------


def test_an_address_is_kept_nowhere_and_logged_nowhere(runware: Runware, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where Runware gives the request back, or quotes it."""
    caplog.set_level(logging.DEBUG)
    url = f"https://bucket.example.com/one.mp4{SIGNED}"

    def says(tasks: Tasks) -> tuple[int, Any]:
        said = {"message": f"Could not reach {url}.", "uploadEndpoint": url, "request": {"uploadEndpoint": [url]}}
        return 200, {"data": [{"taskUUID": tasks[0]["taskUUID"], **said}]}

    runware.says = says
    request = JobRequest(
        key=str(uuid.UUID(ONE)), operation="generate", model="google:gemini@omni-flash-1.1", prompt="a boat",
        settings={"results": 1}, upload_addresses=[url],
    )  # fmt: skip
    submission = runware.provider.submit(request, "a-key")
    (update,) = runware.ask(ONE)
    assert runware.calls[0][0]["uploadEndpoint"] == url
    for kept in (json.dumps(submission.raw), json.dumps(update.raw), repr(request), caplog.text):
        assert "0badcafe" not in kept


def test_what_is_kept_still_says_where_a_result_lies() -> None:
    item = {
        "videoURL": "https://im.runware.ai/a.mp4?token=1",
        "message": f"see https://a.example.com/x{SIGNED}, please",
    }
    assert plain(item) == {"videoURL": item["videoURL"], "message": "see https://a.example.com/x?••• please"}


def test_a_refusal_quotes_no_address(runware: Runware, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = {"code": "invalidUploadEndpoint", "message": f"bad {SIGNED}", "parameter": "uploadEndpoint"}
    runware.says = lambda tasks: (400, {"errors": [{**said, "taskUUID": tasks[0]["taskUUID"]}]})
    with pytest.raises(Refused) as caught:
        runware.submit(upload_addresses=[f"https://bucket.example.com/{SIGNED}"], settings={"results": 1})
    assert caught.value.detail.startswith("Runware did not accept an upload address.")
    assert "0badcafe" not in caught.value.detail + caplog.text


def test_what_could_not_be_put_there_is_said(runware: Runware) -> None:
    runware.says = lambda tasks: (200, {"errors": [bad(ONE, "uploadFailed", status="error")]})
    (update,) = runware.ask(ONE)
    assert (update.state, update.error_code) == (JobState.FAILED, FailureCode.ENGINE)
    assert "could not put it into storage" in update.error_detail
