"""Google on loopback: how it misbehaves to order, and how it calls back."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.servers.base import film
from tests.servers.google import GoogleServer
from tests.servers.google.client import CREATE, ONE_ONE, Client, fresh, part_of, text, wants
from tests.servers.google.wire import NEXT_REQUEST


@pytest.fixture(scope="module")
def house() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


@pytest.fixture
def server(house: GoogleServer) -> Iterator[GoogleServer]:
    with fresh(house) as server:
        yield server


@pytest.fixture
def client(server: GoogleServer) -> Iterator[Client]:
    with Client(server) as client:
        yield client


# --- How it misbehaves -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NEXT_REQUEST)
def test_a_refusal_can_be_ordered_and_happens_once(client: Client, server: GoogleServer, name: str) -> None:
    server.faults.order(name)
    answer = client.post(CREATE, json={"model": ONE_ONE, "input": "x", "background": True})
    statuses = {"rate_limited": 429, "no_credit": 429, "server_error": 500, "unavailable": 503, "forbidden": 403}
    assert answer.status_code == statuses.get(name, 200 if name == "html_answer" else 400)
    assert (
        isinstance(answer.json(), list) == (name == "forbidden") if name != "html_answer" else "<html>" in answer.text
    )
    assert server.billed == []
    client.create()


def test_an_answer_can_get_lost_after_the_work_was_accepted(client: Client, server: GoogleServer) -> None:
    server.faults.order("lost_answer")
    with pytest.raises(httpx.RemoteProtocolError):
        client.create()
    server.faults.order("error_after_accept")
    client.create(503)
    server.faults.order("answer_without_id")
    assert "id" not in client.create()
    assert len(server.billed) == 3 and client.read(server.billed[0])["id"] == server.billed[0]


def test_creates_can_be_refused_to_order(client: Client, server: GoogleServer) -> None:
    server.faults.order("safety")
    assert client.create(400)["error"]["status"] == "PROHIBITED_CONTENT"
    server.faults.order("model_gone")
    assert client.create(404)["error"]["code"] == 404
    first = client.finish(client.create())
    server.faults.order("expired_parent")
    client.create()
    assert "Invalid interaction name" in client.error(previous_interaction_id=first["id"])


FATES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "slow_and_empty": lambda found: found["steps"] == [] and found["usage"]["total_output_tokens"] == 0,
    "refused": lambda found: part_of(found)["type"] == "text",
    "withheld": lambda found: found["finish_reason"] == "SAFETY" and found["usage"]["total_output_tokens"] > 0,
    "film_in_no_part": lambda found: part_of(found)["type"] == "moving_picture",
    "inline": lambda found: "data" in part_of(found) and "uri" not in part_of(found),
    "failed": lambda found: found["status"] == "failed" and found["errors"][0]["code"] == "internal",
    "failed_safety": lambda found: found["steps"][-1]["error"]["code"] == "PROHIBITED_CONTENT",
    "incomplete": lambda found: found["status"] == "incomplete",
    "requires_action": lambda found: found["status"] == "requires_action",
    "budget_exceeded": lambda found: found["status"] == "budget_exceeded",
    "wrong_types": lambda found: found["id"] == 7 and found["usage"] == "many",
    "missing_fields": lambda found: found == {"status": "completed"},
}


@pytest.mark.parametrize("name", FATES)
def test_an_end_can_be_ordered(client: Client, server: GoogleServer, name: str) -> None:
    server.faults.order(name)
    found = client.finish(client.create(response_format=wants(duration="3s")))
    assert FATES[name](found), found


def test_the_way_there_can_be_ordered(client: Client, server: GoogleServer) -> None:
    server.seconds = 0.3
    for name, word in (("queued", "queued"), ("unknown_status", "reticulating"), ("never_finishing", "in_progress")):
        server.faults.order(name)
        made = client.create(response_format=wants(duration="3s"))
        assert client.read(made["id"])["status"] == word
        if name != "never_finishing":
            assert part_of(client.finish(made))["uri"]
        time.sleep(0.3)
    assert client.read(made["id"])["status"] == "in_progress"


def test_a_region_block_waits_for_an_uploaded_clip_and_comes_at_once(client: Client, server: GoogleServer) -> None:
    server.seconds = 60
    server.faults.order("region_block")
    assert client.read(client.create()["id"])["status"] == "in_progress"
    found = client.read(client.create(input=[client.clip(), text()], response_format=wants())["id"])
    assert (found["status"], found["steps"], found["usage"]["total_output_tokens"]) == ("completed", [], 0)


def test_files_can_be_slow_or_broken(client: Client, server: GoogleServer) -> None:
    states = []
    for name in ("film_processing", "film_broken"):
        server.faults.order(name)
        uri = part_of(client.finish(client.create(response_format=wants(duration="3s"))))["uri"]
        states += [client.get(uri.partition(":download")[0]).json()["state"] for _ in range(2)]
    assert states == ["PROCESSING", "ACTIVE", "FAILED", "FAILED"] and client.get(uri).status_code == 400
    server.faults.order("upload_broken")
    assert client.upload(film(3))["state"] == "FAILED"
    server.files.reading = 0
    server.faults.order("upload_stuck")
    assert client.upload(film(3))["state"] == "PROCESSING"
    server.faults.order("upload_lost")
    with pytest.raises(httpx.RemoteProtocolError):
        client.upload(film(3))


def test_downloads_can_go_wrong(client: Client, server: GoogleServer) -> None:
    uri = part_of(client.finish(client.create(response_format=wants(duration="3s"))))["uri"]
    server.faults.order("truncated_download")
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(uri)
    server.faults.order("html_download")
    assert client.get(uri).headers["content-type"].startswith("text/html")
    server.faults.order("expired_link")
    assert client.get(uri).status_code == 404
    server.faults.order("redirect_download")
    away = client.get(uri)
    assert away.status_code == 302 and httpx.get(away.headers["location"]).content == client.get(uri).content
    with GoogleServer(lifetime=-1) as old, Client(old) as late:
        uri = part_of(late.finish(late.create(response_format=wants(duration="3s"))))["uri"]
        assert late.get(uri).status_code == 404


# --- Webhooks --------------------------------------------------------------------------------------------------------


class Hook:
    """Receives webhooks; refuses the first `refusals` of them."""

    def __init__(self, refusals: int = 0) -> None:
        self.bodies: list[bytes] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(500 if len(hook.bodies) <= refusals else 204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"

    def __enter__(self) -> "Hook":
        Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    def wait(self, count: int) -> list[bytes]:
        end = time.monotonic() + 5
        while len(self.bodies) < count and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.1)
        return self.bodies


@pytest.mark.parametrize(("fault", "count"), [("", 1), ("webhook_twice", 2), ("webhook_never", 0)])
def test_a_webhook_says_thinly_that_it_is_over(client: Client, server: GoogleServer, fault: str, count: int) -> None:
    if fault:
        server.faults.order(fault)
    with Hook() as hook:
        made = client.create(webhook_config={"uris": [hook.url]})
        client.finish(made)
        got = [httpx.Response(200, content=body).json() for body in hook.wait(count)]
    assert [(each["type"], each["data"]) for each in got] == [("interaction.completed", {"id": made["id"]})] * count


def test_a_webhook_that_is_refused_comes_again(client: Client, server: GoogleServer) -> None:
    server.faults.order("failed")
    with Hook(refusals=1) as hook:
        client.create(webhook_config={"uris": [hook.url]})
        first, second = (httpx.Response(200, content=body).json() for body in hook.wait(2))
    assert first["type"] == second["type"] == "interaction.failed" and first["data"]["error_code"] == "internal"


def test_a_misspelt_fault_is_refused(server: GoogleServer) -> None:
    with pytest.raises(LookupError, match="no fault 'lost'"):
        server.faults.order("lost")
