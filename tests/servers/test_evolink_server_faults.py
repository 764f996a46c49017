"""The EvoLink server's callbacks, and every fault that can be ordered of it."""

import asyncio
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.servers.evolink import orders
from tests.servers.evolink.client import (
    BATCH,
    CREATE,
    FILES,
    SHORT,
    UNKNOWN,
    Client,
    Start,
    Switchboard,
    get,
    starter,
    switchboard,
    until,
)
from tests.servers.evolink.films import look
from tests.servers.evolink.tasks import FAILURES

KEY = "edit-0000-0000-0001"


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with starter() as start:
        yield start


@pytest.fixture
def client(start: Start) -> Client:
    return start()


# --- Callbacks -------------------------------------------------------------------------------------------------------

TOO_LATE = 1.5  # seconds


class Receiver:
    """Answers callbacks with the statuses of `script`, then 204. A status of 0 comes too late."""

    def __init__(self, url: str, *script: int) -> None:
        self.url = url
        self.script = list(script)
        self.got: list[tuple[float, dict[str, Any]]] = []

    async def take(self, request: Request) -> Response:
        assert request.headers["content-type"] == "application/json"
        self.got.append((time.monotonic(), await request.json()))
        status = self.script.pop(0) if self.script else 204
        if not status:
            await asyncio.sleep(TOO_LATE)
        return Response(status_code=status or 204, headers={"Location": "/elsewhere"} if status == 302 else {})


@pytest.fixture(scope="module")
def hooks() -> Iterator[tuple[Switchboard, str]]:
    with switchboard() as hooks:
        yield hooks


Listen = Callable[..., Receiver]


@pytest.fixture
def listen(hooks: tuple[Switchboard, str]) -> Listen:
    """Puts a receiver with this script at an address of ours."""

    def begin(*script: int) -> Receiver:
        board, url = hooks
        receiver = Receiver(f"{url}/hook", *script)
        board.app = Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])
        return receiver

    return begin


SCRIPTS: list[tuple[tuple[int, ...], list[int]]] = [
    ((), [204]),
    ((201,), [201]),
    ((500, 404), [500, 404, 204]),
    ((302,), [302, 204]),
    ((0,), [0, 204]),
    ((503,) * 9, [503] * 4),
]


@pytest.mark.parametrize(("script", "statuses"), SCRIPTS)
def test_a_callback_is_repeated_until_it_is_taken(
    script: tuple[int, ...], statuses: list[int], start: Start, listen: Listen
) -> None:
    client, receiver = start(loopback_callbacks=True), listen(*script)
    client.server.callbacks.timeout = TOO_LATE / 1.5
    task = client.finished(SHORT | {"callback_url": receiver.url})
    until(lambda: len(client.server.callbacks.made) == len(statuses))
    time.sleep(0.1)  # longer than the longest wait at this pace
    assert [attempt.status for attempt in client.server.callbacks.made] == statuses
    assert {attempt.task for attempt in client.server.callbacks.made} == {task["id"]}
    assert all(body == task for _, body in receiver.got)
    gaps = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(receiver.got)]
    assert all(gap >= wait * 0.02 for gap, wait in zip(gaps, (1, 2, 4), strict=False))


def test_a_callback_to_nobody_is_given_up_after_three_repetitions(start: Start) -> None:
    client = start(loopback_callbacks=True, pace=0.001)
    client.finished(SHORT | {"callback_url": "http://127.0.0.1:9/hook"})
    until(lambda: len(client.server.callbacks.made) == 4)
    assert {attempt.status for attempt in client.server.callbacks.made} == {0}


ENDS = {"": "completed", "moderation": "failed", "cancelled": "cancelled"}


@pytest.mark.parametrize("fault", ENDS)
def test_every_end_is_told_after_billing(fault: str, start: Start, listen: Listen) -> None:
    client, receiver = start(loopback_callbacks=True), listen()
    if fault:
        client.server.faults.order(fault)
    own = client.began(SHORT | {"callback_url": receiver.url})
    until(lambda: receiver.got)
    told = receiver.got[0][1]
    assert (told["id"], told["status"]) == (own, ENDS[fault])
    assert ("credits_used" in told["usage"]) == (client.server.billed[own] == 1) == (told["status"] == "completed")


@pytest.mark.parametrize(("fault", "times"), [("callback_twice", 2), ("callback_never", 0)])
def test_callbacks_can_come_twice_or_never(fault: str, times: int, start: Start, listen: Listen) -> None:
    client, receiver = start(loopback_callbacks=True), listen()
    client.server.faults.order(fault)
    client.finished(SHORT | {"callback_url": receiver.url})
    until(lambda: len(receiver.got) == times)
    time.sleep(0.1)
    assert len(receiver.got) == times
    client.finished(SHORT | {"callback_url": receiver.url})
    until(lambda: len(receiver.got) == times + 1)


# --- Faults of an answer ---------------------------------------------------------------------------------------------

REFUSALS = {
    "bad_key": (401, "invalid_api_key", "authentication_error"),
    "no_credit": (402, "insufficient_quota", "insufficient_quota"),
    "model_gone": (400, "no_available_channel", "invalid_request_error"),
    "model_not_allowed": (403, "KEY_MODEL_NOT_ALLOWED", "permission_error"),
    "blocked_prompt": (400, "content_policy_violation", "invalid_request_error"),
    "rate_limited": (429, "rate_limit_exceeded", "rate_limit_error"),
    "server_error": (500, "internal_error", "internal_server_error"),
    "upstream_down": (502, "upstream_error", "upstream_error"),
    "overloaded": (503, "service_unavailable", "service_unavailable_error"),
}
ANYWHERE = ("bad_key", "rate_limited", "server_error", "upstream_down", "overloaded")


def test_a_create_can_be_refused_in_every_documented_way(client: Client) -> None:
    for fault, expected in REFUSALS.items():
        client.server.faults.order(fault)
        answer = client.create(SHORT)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["type"]) == expected
        assert answer.headers.get("retry-after") == ("1" if fault == "rate_limited" else None)
        assert ("allowed_models" in error) == (fault == "model_not_allowed")
    assert not client.server.tasks
    assert client.create(SHORT).status_code == 200, "one order is one refusal"


def test_other_doors_can_be_refused_too_and_alone(client: Client) -> None:
    own = client.began(SHORT)
    doors: dict[str, tuple[str, str, dict[str, Any]]] = {
        "read": ("GET", f"/v1/tasks/{own}", {}),
        "batch": ("POST", BATCH, {"json": {"task_ids": [own]}}),
        "list": ("GET", "/v1/tasks", {}),
        "credits": ("GET", "/v1/credits", {}),
        "upload": ("POST", f"{FILES}/upload/base64", {"json": {"base64_data": "R0lGODlh"}}),
        "files": ("GET", f"{FILES}/quota", {}),
    }
    for fault, (door, (method, path, more)) in itertools.product(ANYWHERE, doors.items()):
        client.server.faults.order(f"{fault}:{door}")
        other = client.get("/v1/credits") if door != "credits" else client.get("/v1/tasks")
        answers = [client.request(method, path, **more) for _ in range(2)]
        assert [other.status_code, *(answer.status_code for answer in answers)] == [200, REFUSALS[fault][0], 200], door
        assert path.startswith(FILES) == (answers[0].json().get("success") is False)


def test_the_older_envelope_has_a_number_for_a_code(client: Client) -> None:
    client.server.faults.order("numeric_code")
    client.server.faults.order("rate_limited", 2)
    old, new = client.create(SHORT).json()["error"], client.create(SHORT).json()["error"]
    assert old["code"] == 429 and old["fallback_suggestion"]
    assert new["code"] == "rate_limit_exceeded" and "fallback_suggestion" not in new


@pytest.mark.parametrize(("fault", "accepted"), [("lost_answer", 1), ("lost_request", 0)])
def test_the_connection_can_drop_before_and_after_the_work(fault: str, accepted: int, client: Client) -> None:
    client.server.faults.order(fault)
    with pytest.raises(httpx.TransportError):
        client.create(SHORT, KEY)
    assert len(client.server.tasks) == accepted
    again = client.create(SHORT, KEY)
    assert again.headers.get("idempotency-replayed") == ("true" if accepted else None)
    client.wait(again.json()["id"])
    assert client.server.billed == {again.json()["id"]: 1}
    assert len(client.server.bodies) == client.server.requests[f"POST {CREATE}"] == 2


def test_without_a_key_a_lost_answer_is_paid_twice(client: Client) -> None:
    client.server.faults.order("lost_answer")
    with pytest.raises(httpx.TransportError):
        client.create(SHORT)
    client.finished(SHORT)
    until(lambda: client.server.billed.total() == 2)


def test_the_outcome_can_be_unknown_for_a_while(client: Client) -> None:
    client.server.faults.order("outcome_unknown", 2)
    answers = [client.create(SHORT, KEY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409, 409, 200]
    assert answers[0].json()["error"]["code"] == "paid_outcome_unknown"
    assert len(client.server.tasks) == 1


def test_a_page_can_come_instead_of_json(client: Client) -> None:
    asks: dict[str, Callable[[], httpx.Response]] = {
        "create": lambda: client.create(SHORT),
        "read": lambda: client.get(f"/v1/tasks/{UNKNOWN}"),
        "upload": lambda: client.upload("a.txt", b""),
    }
    for door, ask in asks.items():
        client.server.faults.order(f"html_answer:{door}")
        answer = ask()
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    assert not client.server.tasks


def test_members_can_be_wrong(client: Client) -> None:
    own = client.finished(SHORT)["id"]
    asks: list[tuple[Callable[[], dict[str, Any]], set[str]]] = [
        (lambda: client.create(SHORT).json(), set()),
        (lambda: client.task(own), {"results"}),
        (lambda: client.post(BATCH, json={"task_ids": [own]}).json()["data"][0], {"results"}),
    ]
    for ask, more in asks:
        client.server.faults.order("wrong_type")
        assert ask()["type"] == "image"
        client.server.faults.order("wrong_types")
        wrong, right = ask(), ask()
        changed = {name for name in right if type(wrong[name]) is not type(right[name])}
        assert changed == {"created", "progress", "task_info", "usage"} | more
    client.server.faults.order("empty")
    failed = client.finished(SHORT)["id"]
    client.server.faults.order("wrong_types")
    assert isinstance(client.task(failed)["error"], str)


# --- Faults of a task ------------------------------------------------------------------------------------------------

FATES = {"moderation": "content_policy_violation", "empty": "generation_failed_no_content"} | {
    f"fail:{code}": code for code in FAILURES
}


def test_a_task_can_fail_with_every_documented_code(client: Client) -> None:
    began = {}
    for fault in FATES:
        client.server.faults.order(fault)
        began[fault] = client.began(SHORT)
    for fault, own in began.items():
        task = client.wait(own)
        assert (task["status"], task["error"]["code"], task["progress"]) == ("failed", FATES[fault], 0)
        assert task["error"]["message"] and "results" not in task
    assert not client.server.billed
    assert client.balance() == {"remaining_credits": 5000, "used_credits": 0}


def test_a_task_can_be_cancelled(client: Client) -> None:
    client.server.faults.order("cancelled")
    task = client.finished(SHORT)
    assert (task["status"], task["error"]["code"]) == ("cancelled", "request_cancelled")
    assert client.balance()["remaining_credits"] == 5000


def test_a_task_can_go_on_for_ever(client: Client) -> None:
    client.server.faults.order("never_finishing")
    own = client.began(SHORT)
    client.finished(SHORT)
    time.sleep(0.2)
    task = client.task(own)
    assert (task["status"], task["progress"], task["task_info"]["estimated_time"]) == ("processing", 99, 1)
    assert own not in client.server.billed


def test_a_task_can_be_charged_and_have_no_results(client: Client) -> None:
    client.server.faults.order("no_results")
    task = client.finished(SHORT)
    assert task["status"] == "completed" and "results" not in task
    assert client.server.billed[task["id"]] == 1


# --- Faults of a download --------------------------------------------------------------------------------------------


def test_downloads_can_go_wrong(client: Client) -> None:
    (link,) = client.finished(SHORT)["results"]
    whole = get(link).content
    client.server.faults.order("redirect_download")
    answer = get(link)
    assert (answer.status_code, answer.headers["location"]) == (302, link.removeprefix(client.server.url))
    client.server.faults.order("redirect_download", 3)
    assert get(link, follow_redirects=True).content == whole
    client.server.faults.order("redirect_download", 99)
    with pytest.raises(httpx.TooManyRedirects):
        get(link, follow_redirects=True)


def test_downloads_can_be_pages_or_break_off(client: Client) -> None:
    (link,) = client.finished(SHORT)["results"]
    client.server.faults.order("html_download")
    assert get(link).headers["content-type"].startswith("text/html")
    client.server.faults.order("truncated_download")
    with pytest.raises(httpx.RemoteProtocolError):
        get(link)
    assert look(get(link).content, 10).seconds == pytest.approx(3, abs=0.05)


# --- All of it -------------------------------------------------------------------------------------------------------


def test_orders_that_nothing_carries_out_are_refused(client: Client) -> None:
    for name in ("lost_anwser", "lost_answer:create", "rate_limited:door", "fail:nothing"):
        with pytest.raises(LookupError):
            client.server.faults.order(name)


def test_every_order_is_documented() -> None:
    documented = set(re.findall(r"\w+", sys.modules["tests.servers.evolink"].__doc__ or ""))
    assert {name.partition(":")[0] for name in orders.KNOWN} - documented == set()


def test_it_runs_by_hand() -> None:
    command = [sys.executable, "-m", "tests.servers.evolink", "--port", "0", "--key", "own-key", "--seconds", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            url = line.split()[2].rstrip(",")
            answer = httpx.post(f"{url}{CREATE}", json=SHORT, headers={"Authorization": "Bearer own-key"})
            assert answer.json()["status"] == "pending"
        finally:
            process.terminate()
