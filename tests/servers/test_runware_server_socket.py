"""The stand-in for Runware speaks over a socket as it does over REST."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK
from websockets.sync.client import connect

from tests.servers.runware import RunwareServer
from tests.servers.runware.customer import video


@pytest.fixture(scope="module")
def server() -> Iterator[RunwareServer]:
    with RunwareServer(seconds=0.05) as server:
        yield server


@pytest.fixture
def say(server: RunwareServer) -> Iterator[Callable[..., Any]]:
    """Sends tasks and gives the next frame; with no tasks it only listens."""
    with connect(server.socket_url) as socket:

        def say(*tasks: dict[str, Any]) -> Any:
            if tasks:
                socket.send(json.dumps(tasks))
            return json.loads(socket.recv(timeout=5))

        yield say


def signed_in(server: RunwareServer, **more: str) -> dict[str, str]:
    return {"taskType": "authentication", "apiKey": server.key, **more}


def test_a_socket_wants_a_key_first(server: RunwareServer, say: Callable[..., Any]) -> None:
    ping = {"taskType": "ping", "ping": True}
    assert say(ping)["errors"][0]["code"] == "missingApiKey"
    assert say({"taskType": "authentication", "apiKey": "wrong"})["errors"][0]["code"] == "invalidApiKey"
    assert say(signed_in(server))["data"][0]["connectionSessionUUID"]
    assert say(ping) == {"data": [{"taskType": "ping", "pong": True}]}


def test_a_socket_answers_tasks(server: RunwareServer, say: Callable[..., Any]) -> None:
    say(signed_in(server))
    name = say(task := video())["data"][0]["taskUUID"]
    assert name == task["taskUUID"] and say(task)["errors"][0]["code"] == "conflictTaskUUID"
    while (item := say({"taskType": "getResponse", "taskUUID": name})["data"][0])["status"] == "processing":
        time.sleep(0.02)
    assert item["videoURL"].startswith(f"{server.url}/films/")


def test_a_lost_answer_is_delivered_to_whoever_comes_back(server: RunwareServer, say: Callable[..., Any]) -> None:
    session = say(signed_in(server))["data"][0]["connectionSessionUUID"]
    server.faults.order("lost_answer")
    task = video()
    with pytest.raises(ConnectionClosedError):
        say(task)
    with connect(server.socket_url) as socket:
        socket.send(json.dumps([signed_in(server, connectionSessionUUID=session)]))
        assert json.loads(socket.recv())["data"][0]["connectionSessionUUID"] == session
        assert json.loads(socket.recv())["data"][0]["taskUUID"] == task["taskUUID"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [("rate_limited", "rateLimitExceeded"), ("error_after_accept", "serviceUnavailable"), ("bad_key", "invalidApiKey")],
)
def test_faults_reach_a_socket(server: RunwareServer, say: Callable[..., Any], fault: str, code: str) -> None:
    say(signed_in(server))
    server.faults.order(fault)
    task = video()
    assert say(task)["errors"][0]["code"] == code
    assert server.billed[task["taskUUID"]] == (fault == "error_after_accept")


def test_a_silent_socket_is_closed(server: RunwareServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.sockets, "idle_seconds", 0.1)
    with connect(server.socket_url) as socket, pytest.raises(ConnectionClosedOK):
        socket.recv(timeout=5)
