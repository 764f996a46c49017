"""The stand-in for Runware misbehaves as ordered, and tells others what it is asked to tell them."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.servers.base import running
from tests.servers.runware import RunwareServer
from tests.servers.runware.customer import Customer, video


@pytest.fixture(scope="module")
def shared() -> Iterator[Customer]:
    with RunwareServer(seconds=0.05) as server:
        yield Customer(server)


@pytest.fixture
def customer(shared: Customer) -> Iterator[Customer]:
    yield shared
    shared.server.faults.clear()


def test_a_misspelt_fault_is_refused(customer: Customer) -> None:
    with pytest.raises(LookupError, match="moderaton"):
        customer.server.faults.order("moderaton")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("rate_limited", 429, "rateLimitExceeded"),
        ("unavailable", 503, "serviceUnavailable"),
        ("bad_key", 401, "invalidApiKey"),
        ("no_credit", 402, "insufficientCredits"),
        ("forbidden", 403, "insufficientPermissions"),
        ("model_gone", 400, "modelDisabled"),
    ],
)
def test_a_refusal_to_order_comes_once(customer: Customer, fault: str, status: int, code: str) -> None:
    customer.server.faults.order(fault)
    task = video()
    assert customer.refusal(task) == (status, code)
    assert not customer.server.billed[task["taskUUID"]]
    assert customer.ask(task).status_code == 200


def test_an_inner_fault_is_a_single_error(customer: Customer) -> None:
    customer.server.faults.order("server_error")
    answer = customer.ask(task := video())
    assert answer.status_code == 500 and answer.json()["taskUUID"] == task["taskUUID"]
    assert answer.json()["error"]["code"] == "internalServerError"
    assert not customer.server.billed[task["taskUUID"]]


def test_a_fault_can_wait_for_a_kind_of_task(customer: Customer) -> None:
    customer.server.faults.order("rate_limited:getResponse")
    name = customer.submit()
    assert customer.refusal({"taskType": "getResponse", "taskUUID": name}) == (429, "rateLimitExceeded")


@pytest.mark.parametrize(("fault", "status"), [("html_answer", 200), ("bad_gateway", 502)])
def test_an_answer_can_be_a_page(customer: Customer, fault: str, status: int) -> None:
    customer.server.faults.order(fault)
    answer = customer.ask(task := video())
    assert answer.status_code == status and answer.text.startswith("<html>")
    assert not customer.server.billed[task["taskUUID"]]


def test_an_answer_can_be_lost(customer: Customer) -> None:
    customer.server.faults.order("lost_answer")
    task = video()
    customer.ask({"taskType": "ping", "ping": True})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        customer.ask(task)
    assert customer.server.billed[task["taskUUID"]] == 1
    assert customer.refusal(task) == (400, "conflictTaskUUID")
    assert customer.wait(task["taskUUID"])["data"][0]["status"] == "success"


def test_an_error_can_come_although_all_was_accepted(customer: Customer) -> None:
    customer.server.faults.order("error_after_accept")
    task = video()
    assert customer.refusal(task) == (503, "serviceUnavailable")
    assert customer.server.billed[task["taskUUID"]] == 1


def test_an_answer_can_drip(customer: Customer) -> None:
    customer.server.desk.drip_seconds = 0.4
    customer.server.faults.order("slow")
    task, came = video(), []
    url, body = f"{customer.server.url}/v1", [task]
    with customer.http.stream("POST", url, json=body, headers=customer.headers) as answer:
        for chunk in answer.iter_raw():
            came.append((time.monotonic(), chunk))
    assert len(came) > 5 and came[-1][0] - came[0][0] > 0.3
    assert task["taskUUID"] in b"".join(chunk for _, chunk in came).decode()


def test_results_can_fail_in_each_documented_place(customer: Customer) -> None:
    customer.server.faults.order("moderation")
    body = customer.wait(name := customer.submit(numberResults=2))
    assert [(each["code"], each["status"]) for each in body["errors"]] == [("invalidProviderContent", "error")] * 2
    assert not body["data"] and name not in customer.server.spent
    customer.server.faults.order("moderation_in_data")
    item = customer.wait(customer.submit())["data"][0]
    assert item["status"] == "error" and item["error"]["code"] == "invalidProviderContent"
    customer.server.faults.order("provider_timeout")
    assert customer.wait(customer.submit())["errors"][0]["code"] == "timeoutProvider"
    customer.server.faults.order("mixed")
    customer.submit()  # one result alone cannot be mixed
    body = customer.wait(name := customer.submit(numberResults=4))
    assert len(body["data"]) == len(body["errors"]) == 2
    assert customer.server.spent[name] == pytest.approx(2 * 3 * 0.10136)


def test_the_status_of_a_failed_poll_can_be_chosen() -> None:
    with RunwareServer(seconds=0, failure_status=400) as server:
        customer = Customer(server)
        server.faults.order("moderation")
        customer.wait(name := customer.submit())
        assert customer.ask({"taskType": "getResponse", "taskUUID": name}).status_code == 400


def test_a_video_id_can_expire(customer: Customer) -> None:
    video_id = customer.run()["outputs"]["videoId"]
    customer.server.faults.order("expired_video_id")
    customer.submit()
    assert customer.refusal(video(inputs={"videoId": video_id})) == (400, "invalidVideoId")


def test_a_task_can_go_on_for_ever(customer: Customer) -> None:
    customer.server.faults.order("never_finishing")
    name = customer.submit()
    time.sleep(0.2)
    assert customer.poll(name)["data"][0]["status"] == "processing"


def test_results_can_be_flagged_or_spoilt(customer: Customer) -> None:
    customer.server.faults.order("nsfw")
    assert "NSFWContent" not in customer.run()
    assert customer.run(safety={"mode": "fast"})["NSFWContent"] is True
    customer.server.faults.order("missing_fields")
    assert set(customer.run(includeCost=True)) == {"taskType", "taskUUID", "status"}
    customer.server.faults.order("wrong_types")
    item = customer.run(includeCost=True)
    assert isinstance(item["videoURL"], list) and isinstance(item["seed"], str) and isinstance(item["cost"], str)


def test_downloads_can_fail(customer: Customer) -> None:
    url = customer.run()["videoURL"]
    for fault in ("redirect_download", "html_download", "truncated_download"):
        customer.server.faults.order(fault)
    redirected = customer.fetch(url)
    assert (redirected.status_code, redirected.headers["location"].split("/")[2]) == (302, "169.254.169.254")
    assert customer.fetch(url).headers["content-type"].startswith("text/html")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        customer.fetch(url)
    assert customer.fetch(url).status_code == 200


# --- Deliveries -------------------------------------------------------------------------------------------------------


class Outside:
    """A customer's own server: it keeps what it is sent and answers as told."""

    def __init__(self) -> None:
        self.told: list[tuple[float, dict[str, Any]]] = []
        self.put: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""
        self.app = Starlette(
            routes=[Route("/hook", self._hook, methods=["POST"]), Route("/out", self._put, methods=["PUT"])]
        )

    async def _hook(self, request: Request) -> Response:
        self.told.append((time.monotonic(), await request.json()))
        return Response(status_code=self.answers.pop(0) if self.answers else 204)

    async def _put(self, request: Request) -> Response:
        self.put.append((dict(request.headers), await request.body()))
        return Response()

    def wait(self, count: int) -> list[dict[str, Any]]:
        for _ in range(300):
            if len(self.told) >= count:
                return [body for _, body in self.told]
            time.sleep(0.01)
        raise AssertionError(f"told {len(self.told)} times instead of {count}")


@pytest.fixture(scope="module")
def street() -> Iterator[Outside]:
    outside = Outside()
    with running(outside.app) as outside.url:
        yield outside


@pytest.fixture
def outside(street: Outside) -> Outside:
    street.told.clear()
    street.put.clear()
    street.answers.clear()
    return street


def test_a_webhook_hears_of_each_result(customer: Customer, outside: Outside) -> None:
    name = customer.submit(numberResults=2, webhookURL=f"{outside.url}/hook?token=1")
    told = outside.wait(2)
    assert told == customer.wait(name)["data"] and customer.server.spent[name]


def test_a_webhook_may_be_wrapped_and_hears_of_failures(outside: Outside) -> None:
    with RunwareServer(seconds=0.05, wrapped_webhooks=True) as server:
        server.faults.order("mixed")
        customer = Customer(server)
        body = customer.wait(customer.submit(numberResults=2, webhookURL=f"{outside.url}/hook"))
        told = sorted(outside.wait(2), key=lambda each: "errors" in each)
        assert told == [{"data": body["data"]}, {"errors": body["errors"]}]


def test_a_webhook_is_tried_again_with_doubling_waits(customer: Customer, outside: Outside) -> None:
    outside.answers = [500, 404]
    customer.submit(webhookURL=f"{outside.url}/hook")
    outside.wait(3)
    first, second, third = (since for since, _ in outside.told)
    assert second - first >= 0.25 and third - second >= 0.5
    assert outside.told[0][1] == outside.told[2][1]
    assert customer.server.billed[outside.told[0][1]["taskUUID"]] == 1


def test_a_webhook_can_come_twice_or_never(customer: Customer, outside: Outside) -> None:
    customer.server.faults.order("webhook_never")
    customer.wait(customer.submit(webhookURL=f"{outside.url}/hook"))
    customer.server.faults.order("webhook_twice")
    name = customer.submit(webhookURL=f"{outside.url}/hook")
    assert [body["taskUUID"] for body in outside.wait(2)] == [name, name]


def test_the_file_is_put_where_asked(customer: Customer, outside: Outside) -> None:
    item = customer.run(uploadEndpoint=f"{outside.url}/out?X-Signature=abc")
    [(headers, content)] = outside.put
    assert content == customer.fetch(item["videoURL"]).content and "content-type" not in headers
