"""static/js/live.js in Chromium, against a server of sockets that a test can silence, cut and restart."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

pytestmark = pytest.mark.browser
SCRIPT = (settings.BASE_DIR / "static" / "js" / "live.js").read_bytes()
PAGE = b"""<!doctype html><title>live</title><body data-live="/ws/" data-live-since='{"thread-1": 3}'>
<div id="live-state" role="status" data-connecting="Reconnecting. Your work is safe." data-back="Connected again"></div>
<article id="turn-a"></article><script src="/note.js"></script><script type="module" src="/live.js"></script>"""
NOTE = b"""window.noted = [];
for (const name of ["turn:changed", "turn:added", "job:progressed", "live:turn.changed", "live:refresh", "live:open",
  "live:closed", "live:gone"]) document.addEventListener(name, (event) =>
  window.noted.push({ name, at: performance.now(), target: event.target.id || "", ...event.detail }));"""


class Room:
    """The server's side: keeps what happened, so that a page which comes back hears what it missed."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.asked: list[dict[str, int]] = []
        self.open: set[ServerConnection] = set()
        self.deaf = False
        self.refuses = False
        self.server: Server | None = None
        self.port = 0

    def start(self) -> None:
        self.server = serve(self.talk, "127.0.0.1", self.port, process_request=self.page)
        self.port = self.server.socket.getsockname()[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server:
            self.server.socket.close()
            # Not waited for: a browser holds connections ready on which it asks nothing, and each is given ten seconds.
            threading.Thread(target=self.server.shutdown, daemon=True).start()
            self.server = None
        self.cut()

    def cut(self) -> None:
        """As when the network goes: no farewell."""
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def page(self, connection: ServerConnection, request: Request) -> Response | None:
        kinds = {
            "/": ("text/html", PAGE),
            "/live.js": ("text/javascript", SCRIPT),
            "/note.js": ("text/javascript", NOTE),
        }
        if request.path not in kinds:
            return None
        kind, body = kinds[request.path]
        return Response(HTTPStatus.OK, "OK", Headers({"Content-Type": kind, "Content-Length": str(len(body))}), body)

    def talk(self, connection: ServerConnection) -> None:
        self.open.add(connection)
        try:
            self.answer(connection)
        except (ConnectionClosed, OSError):
            pass
        finally:
            self.open.discard(connection)

    def answer(self, connection: ServerConnection) -> None:
        if self.refuses:
            connection.close(4404)
            return
        connection.send(json.dumps({"hello": {"thread-1": self.events[-1]["number"] if self.events else 3}}))
        for text in connection:
            message = json.loads(text)
            if self.deaf:
                continue
            if "since" in message:
                self.asked.append(message["since"])
                for event in self.events:
                    if event["number"] > message["since"].get("thread-1", 0):
                        connection.send(json.dumps(event))
            if "ping" in message:
                connection.send(json.dumps({"pong": message["ping"]}))

    def happen(self, kind: str, **payload: Any) -> None:
        number = self.events[-1]["number"] + 1 if self.events else 4
        self.events.append({"stream": "thread-1", "number": number, "kind": kind, "payload": payload})
        for connection in list(self.open):
            with contextlib.suppress(ConnectionClosed):
                connection.send(json.dumps(self.events[-1]))


@pytest.fixture
def room() -> Iterator[Room]:
    found = Room()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def page(browser: Browser, room: Room) -> Iterator[Page]:
    opened = browser.new_page()
    opened.goto(f"http://127.0.0.1:{room.port}/")
    wait(opened, "live:open")
    yield opened
    opened.close()


def noted(page: Page, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("window.noted")
    return [event for event in found if event["name"] == name]


def wait(page: Page, name: str, count: int = 1, seconds: float = 10) -> float:
    began = time.monotonic()
    while len(noted(page, name)) < count:
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{name} was not raised {count} times within {seconds} s")
        page.wait_for_timeout(30)
    return time.monotonic() - began


def state(page: Page) -> str:
    return page.inner_text("#live-state")


def test_it_says_what_the_page_has(room: Room, page: Page) -> None:
    ends = time.monotonic() + 5
    while not room.asked and time.monotonic() < ends:  # the greeting and what the page has cross on their way
        page.wait_for_timeout(20)
    assert room.asked == [{"thread-1": 3}]


def test_a_change_is_raised_on_the_turn(room: Room, page: Page) -> None:
    room.happen("turn.changed", turn="a")
    wait(page, "turn:changed")
    event = noted(page, "turn:changed")[0]
    assert event["target"] == "turn-a" and event["number"] == 4
    room.happen("job.progressed", turn="a", progress=0.5)
    wait(page, "job:progressed")
    assert noted(page, "job:progressed")[0]["progress"] == 0.5


def test_a_turn_that_the_page_does_not_show_is_added(room: Room, page: Page) -> None:
    room.happen("turn.changed", turn="b")
    wait(page, "turn:added")
    assert noted(page, "turn:added")[0]["turn"] == "b" and not noted(page, "turn:changed")


def test_a_burst_about_one_turn_is_raised_seldom_and_to_the_last(room: Room, page: Page) -> None:
    for _ in range(20):
        room.happen("turn.changed", turn="a")
    page.wait_for_function("window.noted.some((one) => one.name === 'turn:changed' && one.number === 23)")
    raised = noted(page, "turn:changed")
    assert len(raised) < 20 and raised[-1]["number"] == 23
    assert all(later["at"] - earlier["at"] > 40 for earlier, later in pairwise(raised))


def test_it_is_right_within_two_seconds_of_a_cut(room: Room, page: Page) -> None:
    room.cut()
    wait(page, "live:closed")
    room.happen("turn.changed", turn="a")
    assert wait(page, "turn:changed") < 2
    assert room.asked[-1] == {"thread-1": 3}


def test_a_dead_connection_is_found_when_the_page_comes_to_the_front(room: Room, page: Page) -> None:
    """As after sleep: the socket looks open, and nobody is there."""
    room.deaf = True
    page.wait_for_timeout(100)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(200)
    room.deaf = False
    assert wait(page, "live:open", 2) < 2


def test_a_long_cut_is_said_and_so_is_the_return(room: Room, page: Page) -> None:
    room.stop()
    wait(page, "live:closed")
    assert state(page) == ""
    page.wait_for_function("document.getElementById('live-state').textContent.startsWith('Reconnecting')", timeout=5000)
    page.wait_for_timeout(3000)
    room.start()
    assert wait(page, "live:open", 2) < 2
    assert state(page) == "Connected again"
    page.wait_for_function("document.getElementById('live-state').textContent === ''", timeout=5000)


def test_who_may_no_longer_look_is_told_and_does_not_knock_again(room: Room, page: Page) -> None:
    room.refuses = True
    room.cut()
    wait(page, "live:gone")
    asked = len(room.asked)
    page.wait_for_timeout(1500)
    assert len(room.asked) == asked and not room.open
