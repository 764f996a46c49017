"""http.call: what comes back, what is sent again and what never, and where the key goes."""

import asyncio
import json
import logging
import socket
import threading
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from studio.providers import http
from studio.providers.errors import BadAnswer, FailureCode, NeverSent, ProviderError, Refused, Unreachable
from tests.media.link_server import link_server, speak_tls
from tests.providers.vendor import Vendor
from tests.servers.base import HangUp, Running, cut_short, hang_up

KEY = "sk-5b1e9a-not-for-anybody"
AGAIN = [408, 425, 429, 500, 502, 503, 504]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Vendor, str]]:
    vendor = Vendor()
    with Running(vendor.app) as running:
        yield vendor, running.url


@pytest.fixture
def vendor(server: tuple[Vendor, str]) -> Vendor:
    for each in (server[0].answers, server[0].heard, server[0].bodies, server[0].times):
        each.clear()
    return server[0]


@pytest.fixture
def url(server: tuple[Vendor, str], settings: Any) -> str:
    """The vendor's address, allowed as a stand-in's is."""
    settings.PRIVATE_ORIGINS = {urlsplit(server[1])[:2]}
    return f"{server[1]}/v1/videos"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_WAIT", 0.01)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(http, "TIMEOUT", httpx.Timeout(0.2))
    http._client.cache_clear()
    yield
    http._client.cache_clear()


def nobody_listens() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


# --- What comes back -------------------------------------------------------------------------------------------------


def test_a_good_answer_is_its_status_its_json_and_its_headers(vendor: Vendor, url: str) -> None:
    vendor.say(JSONResponse({"id": "task-1", "credits": 2.5}, 201, {"X-Request-Id": "r-1"}))
    answer = http.call("POST", f"{url}?page=2", key=KEY, json_body={"prompt": "warmer"}, headers={"X-Own": "yes"})
    assert (answer.status, answer.is_good, answer.headers["x-request-id"]) == (201, True, "r-1")
    assert answer.object() == {"id": "task-1", "credits": 2.5}
    heard = vendor.heard[0]
    assert (heard.method, heard.url.path, heard.url.query) == ("POST", "/v1/videos", "page=2")
    assert heard.headers["content-type"] == heard.headers["accept"] == "application/json"
    assert heard.headers["x-own"] == "yes"


def test_words_travel_byte_for_byte_both_ways(vendor: Vendor, url: str) -> None:
    words = "把背景换成森林 🌲, plus chaud à l’aube"
    vendor.say(Response(json.dumps({"said": words}, ensure_ascii=False).encode(), media_type="application/json"))
    answer = http.call("POST", url, key=KEY, json_body={"prompt": words, "n": [1, None]})
    assert vendor.bodies == [b'{"prompt":"' + words.encode() + b'","n":[1,null]}']
    assert answer.object() == {"said": words}


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b'{"id": "ta', b"\xff\xfe\x00bad", b"[" * 200_000], ids=lambda body: body[:8]
)
def test_what_is_no_json_is_an_answer_without_a_body(vendor: Vendor, url: str, body: bytes) -> None:
    vendor.say(Response(body, 200, media_type="application/json"))
    answer = http.call("GET", url, key=KEY)
    assert (answer.status, answer.body) == (200, None)
    with pytest.raises(BadAnswer, match="HTTP 200"):
        answer.object()


def test_what_no_database_keeps_is_taken_out(vendor: Vendor, url: str) -> None:
    vendor.say(Response(b'{"a\\u0000": ["b\\u0000c", "\\ud800d", NaN, Infinity]}', media_type="application/json"))
    assert http.call("GET", url, key=KEY).body == {"a": ["bc", "d", None, None]}


def test_json_that_is_no_object_is_read_and_yet_not_taken_for_one(vendor: Vendor, url: str) -> None:
    vendor.say(JSONResponse([1, 2]))
    answer = http.call("GET", url, key=KEY)
    assert answer.body == [1, 2]
    with pytest.raises(BadAnswer):
        answer.object()


def test_an_answer_that_is_too_long_is_given_up_and_not_asked_for_again(
    vendor: Vendor, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LONGEST_ANSWER", 1000)
    vendor.say(Response(b'"' + b"x" * 998 + b'"'), Response(b'"' + b"x" * 999 + b'"'))
    assert http.call("GET", url, key=KEY).body == "x" * 998
    with pytest.raises(BadAnswer, match="longer than any"):
        http.call("GET", url, key=KEY)
    assert len(vendor.heard) == 2


def test_an_answer_without_end_is_not_read_to_its_end(vendor: Vendor, url: str) -> None:
    given_up = threading.Event()

    async def endless() -> AsyncIterator[bytes]:
        while not given_up.is_set():
            yield b"x" * 65536
            await asyncio.sleep(0)

    vendor.say(StreamingResponse(endless(), media_type="application/json"))
    try:
        with pytest.raises(BadAnswer, match="longer than any"):
            http.call("GET", url, key=KEY)
    finally:
        given_up.set()


def test_an_answer_that_drips_is_given_up(vendor: Vendor, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_READ", 0.2)

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" "
            await asyncio.sleep(0.05)
        yield b"{}"

    vendor.say(StreamingResponse(drops(), media_type="application/json"))
    with pytest.raises(Unreachable, match="did not come to its end"):
        http.call("GET", url, key=KEY, repeatable=False)


def test_a_redirect_is_an_answer_and_leads_the_key_nowhere(vendor: Vendor, url: str) -> None:
    vendor.say(RedirectResponse("/elsewhere", 307))
    answer = http.call("POST", url, key=KEY, json_body={})
    assert (answer.status, answer.is_good, answer.headers["location"]) == (307, False, "/elsewhere")
    assert [heard.url.path for heard in vendor.heard] == ["/v1/videos"]


# --- What is sent again ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", AGAIN)
def test_a_busy_or_broken_vendor_is_asked_again_with_the_same_words(vendor: Vendor, url: str, status: int) -> None:
    vendor.say(JSONResponse({"error": "busy"}, status))
    answer = http.call("POST", url, key=KEY, json_body={"prompt": "warmer"}, headers={"Idempotency-Key": "k"})
    assert answer.object() == {"good": True}
    assert vendor.bodies == [b'{"prompt":"warmer"}'] * 2
    assert [heard.headers["idempotency-key"] for heard in vendor.heard] == ["k", "k"]


@pytest.mark.parametrize("status", AGAIN)
def test_what_may_not_be_repeated_is_sent_once_whatever_the_status(vendor: Vendor, url: str, status: int) -> None:
    vendor.say(JSONResponse({"error": "busy"}, status))
    answer = http.call("POST", url, key=KEY, json_body={}, repeatable=False)
    assert (answer.status, answer.body, len(vendor.heard)) == (status, {"error": "busy"}, 1)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 422, 501])
def test_a_refusal_is_an_answer_and_not_asked_for_twice(vendor: Vendor, url: str, status: int) -> None:
    vendor.say(JSONResponse({"error": {"code": "no"}}, status))
    answer = http.call("POST", url, key=KEY, json_body={})
    assert (answer.status, answer.is_good, answer.body) == (status, False, {"error": {"code": "no"}})
    assert len(vendor.heard) == 1


def test_after_three_tries_the_last_answer_stands(vendor: Vendor, url: str) -> None:
    vendor.say(*(JSONResponse({"try": number}, 503) for number in range(5)))
    answer = http.call("GET", url, key=KEY)
    assert (answer.status, answer.body, len(vendor.heard)) == (503, {"try": 2}, 3)


def test_a_connection_that_breaks_off_is_tried_again(vendor: Vendor, url: str) -> None:
    vendor.say(HangUp(), cut_short(b'{"good": "half an answer"}', "application/json"))
    assert http.call("POST", url, key=KEY, json_body={"a": 1}).object() == {"good": True}
    assert vendor.bodies == [b'{"a":1}'] * 3


@pytest.mark.parametrize("broken", [HangUp(), cut_short(b'{"id": "task-1"}', "application/json")], ids=["no", "half"])
def test_where_the_outcome_is_unknown_it_is_not_sent_again(vendor: Vendor, url: str, broken: Response) -> None:
    vendor.say(broken)
    with pytest.raises(Unreachable):
        http.call("POST", url, key=KEY, json_body={}, repeatable=False)
    assert len(vendor.heard) == 1


def test_a_vendor_that_always_hangs_up_is_unreachable_after_three_tries(vendor: Vendor, url: str) -> None:
    vendor.say(*(HangUp() for _ in range(5)))
    with pytest.raises(Unreachable):
        http.call("GET", url, key=KEY)
    assert len(vendor.heard) == 3


@pytest.mark.usefixtures("impatient")
def test_a_vendor_that_says_nothing_in_time_is_unreachable(vendor: Vendor, url: str) -> None:
    async def silence() -> AsyncIterator[bytes]:
        await asyncio.sleep(1)
        yield b"{}"

    vendor.say(StreamingResponse(silence(), media_type="application/json"))
    with pytest.raises(Unreachable):
        http.call("POST", url, key=KEY, json_body={}, repeatable=False)
    assert len(vendor.heard) == 1


def test_a_connection_that_the_vendor_closed_since_does_no_harm(vendor: Vendor, url: str) -> None:
    """Kept open from the call before, and gone when the next one wants it."""
    gone = threading.Event()

    def answer_and_leave(request: Request) -> Response:
        async def leave() -> None:
            hang_up(request.scope)
            gone.set()

        return JSONResponse({"first": True}, background=BackgroundTask(leave))

    vendor.answers.append(answer_and_leave)
    assert http.call("GET", url, key=KEY).object() == {"first": True}
    assert gone.wait(5)
    time.sleep(0.05)
    assert http.call("POST", url, key=KEY, json_body={}, repeatable=False).object() == {"good": True}


@pytest.mark.parametrize("repeatable", [True, False])
def test_where_nobody_listens_nothing_was_sent(settings: Any, repeatable: bool) -> None:
    origin = f"127.0.0.1:{nobody_listens()}"
    settings.PRIVATE_ORIGINS = {("http", origin)}
    with pytest.raises(NeverSent):
        http.call("POST", f"http://{origin}/v1", key=KEY, json_body={}, repeatable=repeatable)


def test_what_was_never_sent_is_tried_again_even_where_it_may_not_be_repeated(
    vendor: Vendor, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "FIRST_WAIT", 0.5)
    port = nobody_listens()
    settings.PRIVATE_ORIGINS = {("http", f"127.0.0.1:{port}")}
    servers: list[Running] = []
    late = threading.Timer(0.1, lambda: servers.append(Running(vendor.app, port).__enter__()))
    late.start()
    try:
        answer = http.call("POST", f"http://127.0.0.1:{port}/v1", key=KEY, json_body={}, repeatable=False)
    finally:
        late.join()
        servers[0].__exit__()
    assert answer.object() == {"good": True}
    assert len(vendor.heard) == 1


def test_a_vendor_whose_certificate_nobody_trusts_hears_nothing(tmp_path: Path) -> None:
    with link_server() as server:
        asked = speak_tls(server, tmp_path, "localhost")
        with pytest.raises(NeverSent):
            http.call("POST", f"https://localhost:{server.port}/v1", key=KEY, json_body={})
        assert asked == ["localhost"] * 3
        assert server.paths == []


@pytest.mark.parametrize("says", ["3600", "an hour from now, as a date"])
def test_the_vendor_says_how_long_to_wait_but_not_for_ever(
    vendor: Vendor, url: str, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    monkeypatch.setattr(http, "LONGEST_WAIT", 0.3)
    given = says if says.isdigit() else formatdate(time.time() + 3600, usegmt=True)
    vendor.say(JSONResponse({}, 429, {"Retry-After": given}))
    assert http.call("GET", url, key=KEY).is_good
    assert 0.3 <= vendor.times[1] - vendor.times[0] < 3


def test_a_short_wait_is_kept_to_the_second(vendor: Vendor, url: str) -> None:
    vendor.say(JSONResponse({}, 503, {"Retry-After": "1"}))
    assert http.call("GET", url, key=KEY).is_good
    assert 1 <= vendor.times[1] - vendor.times[0] < 4


@pytest.mark.parametrize(
    "given", ["soon", "-5", "nan", "-inf", "", "Wed, 99 Foo 2026 99:99:99 GMT", "Mon, 01 Jan 2024 00:00:00 GMT"]
)
def test_a_wait_that_makes_no_sense_is_none(
    vendor: Vendor, url: str, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    vendor.say(JSONResponse({}, 429, {"Retry-After": given}))
    assert http.call("GET", url, key=KEY).is_good
    assert vendor.times[1] - vendor.times[0] < http.LONGEST_WAIT / 2


# --- Files -----------------------------------------------------------------------------------------------------------


def test_an_open_file_is_sent_whole_and_once(vendor: Vendor, url: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 1000)
    vendor.say(JSONResponse({}, 503))
    with path.open("rb") as file:
        answer = http.call("PUT", url, key="", headers={"X-Offset": "0"}, content=file, repeatable=False)
    assert (answer.status, vendor.bodies) == (503, [path.read_bytes()])
    assert vendor.heard[0].headers["content-length"] == "256000"


def test_a_form_with_a_file_is_whole_each_time_it_is_sent(vendor: Vendor, url: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"moving pictures" * 1000)
    vendor.say(JSONResponse({}, 503))
    with path.open("rb") as file:
        http.call("POST", url, key=KEY, files={"file": ("a.mp4", file, "video/mp4")}, data={"fileName": "a.mp4"})
    assert len(vendor.bodies) == 2
    for body in vendor.bodies:
        assert path.read_bytes() in body and b'name="fileName"\r\n\r\na.mp4' in body


# --- Whom we speak to ------------------------------------------------------------------------------------------------


def test_plain_http_is_refused_before_a_word_is_said(vendor: Vendor, url: str, settings: Any) -> None:
    scheme, origin = urlsplit(url)[:2]
    for allowed in (set(), {("https", origin)}, {(scheme, f"127.0.0.1:{nobody_listens()}")}):
        settings.PRIVATE_ORIGINS = allowed
        with pytest.raises(Refused, match="not https"):
            http.call("GET", url, key=KEY)
    assert vendor.heard == []


@pytest.mark.parametrize("address", ["ftp://vendor.example/v1", "file:///etc/passwd", "vendor.example/v1", ""])
def test_no_other_scheme_is_an_address_of_a_vendor(address: str) -> None:
    with pytest.raises(Refused):
        http.call("GET", address, key=KEY)


# --- The key ---------------------------------------------------------------------------------------------------------


def test_the_key_is_the_bearer_or_stands_in_the_header_that_is_named(vendor: Vendor, url: str) -> None:
    http.call("GET", url, key=KEY)
    http.call("GET", url, key=KEY, key_header="x-goog-api-key")
    http.call("GET", url, key="")
    bearer, named, none = (heard.headers for heard in vendor.heard)
    assert bearer["authorization"] == f"Bearer {KEY}" and "x-goog-api-key" not in bearer
    assert named["x-goog-api-key"] == KEY and "authorization" not in named
    assert "authorization" not in none and "x-goog-api-key" not in none
    assert all(KEY not in str(heard.url) for heard in vendor.heard)


def whole_story(error: BaseException) -> str:
    """As a log that is asked for the traceback tells it, causes included."""
    return "".join(traceback.format_exception(error))


def test_no_log_and_no_error_ever_holds_the_key(
    vendor: Vendor, url: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "httpx", "httpcore", "studio"):
        caplog.set_level(logging.DEBUG, logger=name)
    vendor.say(JSONResponse({}, 503), HangUp(), JSONResponse({"error": "no such key"}, 401))
    http.call("POST", url, key=KEY, json_body={"prompt": "warmer"})
    nowhere = f"127.0.0.1:{nobody_listens()}"
    settings.PRIVATE_ORIGINS |= {("http", nowhere)}
    vendor.say(*(HangUp() for _ in range(3)))
    for address in (f"http://{nowhere}/v1", url):
        with pytest.raises(ProviderError) as caught:
            http.call("POST", address, key=KEY, json_body={})
        assert KEY not in whole_story(caught.value)
    assert "HTTP 503" in caplog.text and "Unreachable" in caplog.text and "NeverSent" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize("spoilt", [f"{KEY}\n", f" {KEY}", f"{KEY}\r\nX-More: 1", f"{KEY}ключ", f"\x00{KEY}"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_quoted(
    vendor: Vendor, url: str, caplog: pytest.LogCaptureFixture, spoilt: str
) -> None:
    with pytest.raises(Refused) as caught:
        http.call("GET", url, key=spoilt)
    assert caught.value.code == FailureCode.UNAUTHORISED
    assert KEY not in whole_story(caught.value) and KEY not in caplog.text
    assert vendor.heard == []
