"""Answers that no documentation promises: a colleague of the server in tests/servers that says what a test tells it."""

import json
import math
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import given as suppose
from hypothesis import settings as effort
from hypothesis import strategies as some
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studio.providers import http
from studio.providers.base import Asked, InputFile, InputRole, JobRequest, JobState, JobUpdate
from studio.providers.errors import BadAnswer, FailureCode, NeverSent, ProviderError, RateLimited, Refused
from studio.providers.runware import RunwareProvider
from studio.providers.runware.answers import read
from studio.providers.runware.results import update_of
from tests.servers.base import running

ONE, TWO, THREE = (str(uuid.UUID(int=number, version=4)) for number in (1, 2, 3))
MODEL = "google:gemini@omni-flash-1.1"
URL = "https://im.runware.ai/video/a.mp4"
Tasks = list[dict[str, Any]]


class Vendor:
    """Answers each call with what `says` makes of its tasks: a status and a body."""

    def __init__(self) -> None:
        self.calls: list[Tasks] = []
        self.says: Callable[[Tasks], tuple[int, Any]] = lambda tasks: (200, {})
        self.provider = RunwareProvider()
        self.app = Starlette(routes=[Route("/v1", self.answer, methods=["POST"])])

    async def answer(self, request: Request) -> Response:
        self.calls.append(json.loads(await request.body()))
        status, body = self.says(self.calls[-1])
        content = body if isinstance(body, str) else json.dumps(body)
        return Response(content, status, {"Location": "https://elsewhere.example.com/"}, "application/json")

    def submit(self, *inputs: InputFile, **more: Any) -> str:
        given = {"key": ONE, "operation": "generate", "model": MODEL, "prompt": "a boat", "settings": {}} | more
        return self.provider.submit(JobRequest(inputs=inputs, **given), "a-key").reference

    def ask(self, *references: str) -> list[JobUpdate]:
        return self.provider.fetch([Asked(reference) for reference in references], "a-key")


@pytest.fixture
def vendor(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    monkeypatch.setattr(http, "FIRST_WAIT", 0.01)
    vendor = Vendor()
    with running(vendor.app) as url:
        settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "runware": f"{url}/v1"}
        settings.PRIVATE_ORIGINS = {tuple(urlsplit(url)[:2])}
        yield vendor


def good(task: str = ONE, **more: Any) -> dict[str, Any]:
    return {"taskUUID": task, "status": "success", "videoUUID": str(uuid.uuid4()), "videoURL": URL, **more}


def runs(task: str = ONE, **more: Any) -> dict[str, Any]:
    return {"taskType": "videoInference", "taskUUID": task, "status": "processing", **more}


def bad(task: str = ONE, code: Any = "invalidProviderContent", **more: Any) -> dict[str, Any]:
    return {"taskType": "videoInference", "taskUUID": task, "code": code, "message": "{raw: 1}", **more}


# --- Taken or not ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"taskUUID": ONE}]},
        {"data": {"taskUUID": ONE, "status": "processing", "progress": 0}},
        {"data": [{"taskType": "authentication"}, {"taskUUID": ONE.upper()}], "errors": []},
    ],
)
def test_whatever_bears_the_name_of_the_task_says_that_it_was_taken(body: Any, vendor: Vendor) -> None:
    vendor.says = lambda tasks: (200, body)
    assert vendor.submit() == ONE


@pytest.mark.parametrize(
    "body", [{}, {"data": []}, {"data": [{"taskUUID": TWO}]}, [], "<html>", "null", {"data": "yes"}]
)
def test_an_answer_that_does_not_say_so_is_asked_for_again_later(body: Any, vendor: Vendor) -> None:
    vendor.says = lambda tasks: (200, body)
    with pytest.raises(BadAnswer) as caught:
        vendor.submit()
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (200, {"errors": [bad()]}, Refused, FailureCode.INPUT_BLOCKED),
        (200, {"data": [], "errors": bad()}, Refused, FailureCode.INPUT_BLOCKED),
        (400, {"error": {"code": "invalidModel"}, "taskUUID": ONE}, Refused, FailureCode.MODEL_GONE),
        (400, {"error": "rateLimitExceeded"}, RateLimited, FailureCode.BUSY),
        (401, {"error": True, "errorId": 19, "errorMessage": "no"}, Refused, FailureCode.UNAUTHORISED),
        (200, {"data": [{"taskUUID": ONE, "error": {"code": "promptBlocked"}}]}, Refused, FailureCode.INPUT_BLOCKED),
        (422, "<html>", Refused, FailureCode.BAD_REQUEST),
        (302, "", Refused, FailureCode.BAD_REQUEST),
        (402, {"errors": ["no money"]}, Refused, FailureCode.OUT_OF_CREDIT),
    ],
)
def test_a_refusal_may_be_put_in_many_ways(
    status: int, body: Any, error: type[ProviderError], code: str, vendor: Vendor
) -> None:
    vendor.says = lambda tasks: (status, body)
    with pytest.raises(error) as caught:
        vendor.submit()
    assert caught.value.code == code
    assert "raw" not in caught.value.detail


def test_a_conflict_is_proof_even_where_its_status_is_another(vendor: Vendor) -> None:
    vendor.says = lambda tasks: (409, {"errors": [{"code": "conflictTaskUUID"}]})
    assert vendor.submit() == ONE


def test_an_upload_whose_name_is_taken_goes_up_under_another(vendor: Vendor) -> None:
    def says(tasks: Tasks) -> tuple[int, Any]:
        (task,) = tasks
        if task["taskType"] != "mediaStorage":
            return 200, {"data": [{"taskUUID": task["taskUUID"]}]}
        if len(vendor.calls) == 1:
            return 400, {"errors": [bad(task["taskUUID"], "conflictTaskUUID")]}
        return 200, {"data": [{"taskUUID": task["taskUUID"], "mediaURL": URL}]}

    vendor.says = says
    name = default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(b"pixels"))
    vendor.submit(InputFile(InputRole.FIRST_FRAME, name, "image/png"), operation="animate")
    first, second, task = (tasks[0] for tasks in vendor.calls)
    assert first["taskUUID"] != second["taskUUID"]
    assert first["media"] == second["media"] == "data:image/png;base64,cGl4ZWxz"
    assert task["inputs"] == {"frameImages": [{"image": URL, "frame": "first"}]}


def test_an_upload_without_a_name_is_no_upload(vendor: Vendor) -> None:
    vendor.says = lambda tasks: (200, {"data": [{"taskUUID": tasks[0]["taskUUID"], "mediaUUID": 7}]})
    name = default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(b"pixels"))
    with pytest.raises(NeverSent, match="gave it no name"):
        vendor.submit(InputFile(InputRole.SOURCE, name, "video/mp4"), operation="edit")


# --- Many at once, and one by one ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, {"errors": [{"code": "arrayTooLarge"}]}), (413, "<html>"), (200, {"errors": [{"code": "unknownError"}]})],
)
def test_where_many_at_once_are_refused_they_are_asked_after_one_by_one(status: int, body: Any, vendor: Vendor) -> None:
    def says(tasks: Tasks) -> tuple[int, Any]:
        return (status, body) if len(tasks) > 1 else (200, {"data": [good(tasks[0]["taskUUID"])]})

    vendor.says = says
    assert [update.state for update in vendor.ask(ONE, TWO)] == [JobState.SUCCEEDED] * 2
    assert [len(tasks) for tasks in vendor.calls] == [2, 1, 1]


def test_only_those_of_whom_nothing_was_said_are_asked_after_again(vendor: Vendor) -> None:
    def says(tasks: Tasks) -> tuple[int, Any]:
        if len(tasks) == 1:
            return 200, {"data": [runs(tasks[0]["taskUUID"])]}
        return 400, {"errors": [bad(TWO, status="error")], "data": [good(ONE)]}

    vendor.says = says
    by_reference = {update.reference: update.state for update in vendor.ask(ONE, TWO, THREE)}
    assert by_reference == {ONE: JobState.SUCCEEDED, TWO: JobState.FAILED, THREE: JobState.RUNNING}
    assert [len(tasks) for tasks in vendor.calls] == [3, 1]


def test_asking_one_by_one_ends_with_the_first_trouble_and_says_nothing_of_the_rest(vendor: Vendor) -> None:
    def says(tasks: Tasks) -> tuple[int, Any]:
        if len(tasks) > 1:
            return 400, {}
        return (200, {"data": [good(ONE)]}) if tasks[0]["taskUUID"] == ONE else (402, {})

    vendor.says = says
    assert [(update.reference, update.state) for update in vendor.ask(ONE, TWO, THREE)] == [(ONE, JobState.SUCCEEDED)]
    assert len(vendor.calls) == 3


def test_a_key_that_is_refused_inside_a_good_answer_is_refused(vendor: Vendor) -> None:
    vendor.says = lambda tasks: (200, {"errors": [{"code": "invalidApiKey", "taskType": "authentication"}]})
    with pytest.raises(Refused) as caught:
        vendor.ask(ONE, TWO)
    assert caught.value.code == FailureCode.UNAUTHORISED


@pytest.mark.parametrize(
    ("error", "state"),
    [
        ({"code": "taskNotFound"}, JobState.UNKNOWN),
        ({"code": "taskFailedOrNotFound", "taskUUID": ONE}, JobState.UNKNOWN),
        ({"code": "unsupportedTaskType"}, JobState.RUNNING),
        ({"code": "invalidTaskUUID", "taskUUID": ONE, "taskType": "getResponse"}, JobState.RUNNING),
        ({"code": "conflictTaskUUID", "taskUUID": ONE, "taskType": "videoInference"}, JobState.RUNNING),
        ({"code": "rateLimitExceeded", "taskUUID": ONE, "taskType": "videoInference"}, JobState.RUNNING),
        ({"code": "taskExpired", "taskUUID": ONE, "taskType": "videoInference"}, JobState.FAILED),
        ({"code": "providerError", "status": "error"}, JobState.FAILED),
        ({"code": "timeoutProvider", "taskUUID": ONE, "taskType": "videoInference"}, JobState.FAILED),
        ({"code": "taskCancelled", "taskUUID": ONE, "status": "error"}, JobState.CANCELLED),
    ],
)
def test_a_refused_question_ends_nothing_and_a_failed_video_does(error: Any, state: JobState, vendor: Vendor) -> None:
    vendor.says = lambda tasks: (400, {"errors": [error]})
    assert [update.state for update in vendor.ask(ONE)] == [state]


@pytest.mark.parametrize(("status", "body"), [(200, "<html>"), (200, []), (302, ""), (404, "nothing here")])
def test_an_answer_that_is_no_json_object_is_trouble_and_no_news(status: int, body: Any, vendor: Vendor) -> None:
    vendor.says = lambda tasks: (status, body)
    with pytest.raises(BadAnswer):
        vendor.ask(ONE)


# --- Items -----------------------------------------------------------------------------------------------------------


def news(body: Any, results: int = 1) -> JobUpdate:
    return update_of(Asked(ONE, MODEL, results), read(body).of(ONE))


@pytest.mark.parametrize("word", ["processing", "pending", "queued", "scheduled", "waiting", "rendering", 7, None])
def test_a_word_that_is_not_known_means_that_it_runs(word: Any) -> None:
    assert news({"data": [{"taskUUID": ONE, "status": word}]}).state == JobState.RUNNING


@pytest.mark.parametrize(
    ("items", "results", "progress"),
    [
        ([runs(progress=40)], 1, 0.4),
        ([runs(progress=250)], 1, 1.0),
        ([runs(progress=-3)], 1, 0.0),
        ([runs(progress="40")], 1, None),
        ([runs(progress=True)], 1, None),
        ([good(), runs(progress=50), runs(), runs()], 4, 0.375),
        ([runs(progress=50)], 4, 0.125),
        ([], 1, None),
    ],
)
def test_progress_is_of_the_whole_job(items: Tasks, results: int, progress: float | None) -> None:
    assert news({"data": items}, results).progress == progress


@pytest.mark.parametrize(
    ("cost", "micros"),
    [(0.507, 507_000), (1, 1_000_000), (0.0000004, None), (0, None), (-1, None), ("0.5", None), (True, None),
     (math.nan, None), (math.inf, None), (10**400, None), ([], None)],
)  # fmt: skip
def test_a_cost_that_is_no_price_is_unknown_and_not_free(cost: Any, micros: int | None) -> None:
    (result,) = news({"data": [good(cost=cost)]}).results
    assert result.cost_micros == micros


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"seed": 7}, {"seed": 7}),
        ({"seed": 2**70}, {"seed": None}),
        ({"seed": 7.5}, {"seed": None}),
        ({"outputs": {"videoId": "turn-1"}}, {"video_id": "turn-1"}),
        ({"outputs": {"videoId": "x" * 5000}}, {"video_id": ""}),
        ({"outputs": {"videoId": "a\0b"}}, {"video_id": ""}),
        ({"outputs": ["turn-1"]}, {"video_id": ""}),
        ({"NSFWContent": True}, {"flagged": True}),
        ({"NSFWContent": "true"}, {"flagged": True}),
        ({"NSFWContent": "false"}, {"flagged": False}),
        ({"NSFWContent": None}, {"flagged": False}),
        ({"videoUUID": None, "mediaUUID": TWO}, {"vendor_file": TWO}),
        ({"videoURL": None, "mediaURL": URL}, {"url": URL}),
        ({"videoUUID": 17}, {"vendor_file": "", "url": URL}),
        ({"status": "processing"}, {"url": URL}),
        ({"status": None}, {"url": URL}),
    ],
)
def test_each_field_may_be_of_another_type(given: dict[str, Any], expected: dict[str, Any]) -> None:
    (result,) = news({"data": [good(**given)]}).results
    assert {name: getattr(result, name) for name in expected} == expected


def test_the_model_that_was_used_is_told_where_it_is_said() -> None:
    assert news({"data": [good(model="google:gemini@omni-flash-1.2")]}).model_used == "google:gemini@omni-flash-1.2"
    assert news({"data": [good(model=["x"])]}).model_used == ""


def test_what_comes_twice_in_one_answer_is_one_result() -> None:
    item = good()
    update = news({"data": [item, dict(item)]}, results=2)
    assert (update.state, len(update.results)) == (JobState.RUNNING, 1)
    assert len(news({"data": [item, dict(item), good()]}, results=2).results) == 2


def test_results_without_a_name_are_told_apart_by_their_address() -> None:
    items = [good(videoUUID=None, videoURL=f"{URL}/{letter}?signature={letter}") for letter in "ba"]
    update = news({"data": items}, results=2)
    assert [(result.index, result.url[-1]) for result in update.results] == [(0, "a"), (1, "b")]


def test_numbers_that_runware_gives_are_taken_at_once() -> None:
    early = news({"data": [good(resultIndex=2), runs(), runs()]}, results=3)
    assert [result.index for result in early.results] == [2]
    assert early.state == JobState.RUNNING


@pytest.mark.parametrize("indices", [(1, 1), (0, "1"), (0, -1), (0, None), (0, 10**9)])
def test_numbers_that_make_no_sense_are_not_taken(indices: tuple[Any, Any]) -> None:
    items = [good(resultIndex=index) for index in indices]
    assert [result.index for result in news({"data": items}, results=2).results] == [0, 1]


@pytest.mark.parametrize(
    ("data", "errors", "results", "state"),
    [
        ([good(), runs()], [bad()], 3, JobState.RUNNING),
        ([good()], [], 4, JobState.RUNNING),
        ([good()], [bad()], 4, JobState.RUNNING),
        ([good(), good()], [bad(), bad()], 4, JobState.SUCCEEDED),
        ([], [bad()], 4, JobState.FAILED),
        ([], [bad(), bad(), bad(), bad()], 4, JobState.FAILED),
        ([runs()], [bad()], 4, JobState.RUNNING),
        ([{"taskUUID": ONE, "status": "success"}, good()], [], 2, JobState.SUCCEEDED),
        ([good(), good(), good()], [], 1, JobState.SUCCEEDED),
        ([good()], [], 0, JobState.SUCCEEDED),
    ],
)
def test_a_job_ends_when_all_its_results_did(data: Tasks, errors: Tasks, results: int, state: JobState) -> None:
    assert news({"data": data, "errors": errors}, results).state == state


def test_one_that_is_finished_without_a_file_among_good_ones_is_a_reason() -> None:
    update = news({"data": [{"taskUUID": ONE, "status": "success"}, good()]}, results=2)
    assert (len(update.results), update.error_code) == (1, FailureCode.OUTCOME_UNKNOWN)


def test_what_is_kept_for_staff_fits_into_any_database() -> None:
    deep: Any = "bottom"
    for _ in range(50):
        deep = [deep]
    update = news({"data": [good(strange={"nan": math.nan, "zero": "a\0b", "deep": deep, "long": "x" * 9000})]})
    text = json.dumps(update.raw, allow_nan=False)
    assert "\\u0000" not in text and len(text) < 6000


@pytest.mark.parametrize(
    "body",
    [None, 7, "x", [], [[]], {"data": None}, {"data": 7}, {"data": [None, 7, [], "x"]}, {"errors": {"code": []}},
     {"error": {}}, {"error": []}, {"data": [{"taskUUID": ONE, "status": [], "error": 7}]},
     {"data": [{"taskUUID": [ONE]}], "errors": [{"taskUUID": {"a": 1}, "code": {"b": 2}, "parameter": [None, 3]}]},
     {"errors": [{"taskUUID": ONE, "code": ["a"], "parameter": {"x": 1}, "status": 5, "taskType": []}]}],
)  # fmt: skip
def test_nothing_makes_it_stumble(body: Any) -> None:
    assert news(body).state in (JobState.RUNNING, JobState.FAILED)


KEYS = {*bad(), *good(), "data", "errors", "error", "outputs", "videoId", "progress", "cost", "seed", "parameter"}
NAMES = some.sampled_from(sorted(KEYS | {"resultIndex", "NSFWContent", "model", "mediaUUID", "mediaURL"}))
WORDS = some.sampled_from(["success", "processing", "error", "taskNotFound", "taskCancelled", ONE, URL])
LEAVES = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=4) | WORDS
ANYTHING = some.recursive(
    LEAVES, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(NAMES, inner, max_size=5), max_leaves=12
)
ITEMS = some.lists(
    some.dictionaries(NAMES, ANYTHING, max_size=6).map(lambda item: {**item, "taskUUID": ONE}), max_size=4
)


@effort(max_examples=150, deadline=None)
@suppose(ITEMS, ITEMS, some.integers(-1, 5))
def test_nor_does_anything_else(data: Tasks, errors: Tasks, results: int) -> None:
    update = news({"data": data, "errors": errors}, results)
    json.dumps(update.raw, allow_nan=False)
    indices = [result.index for result in update.results]
    assert len(indices) == len(set(indices)) and all(0 <= index < 100 for index in indices)
    assert all(result.url for result in update.results)
    assert update.progress is None or 0 <= update.progress <= 1
    assert update.state != JobState.SUCCEEDED or update.results
    assert update.state != JobState.FAILED or (update.error_code and update.error_detail)
