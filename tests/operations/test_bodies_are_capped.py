import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.utils import timezone

from studio.accounts.models import User
from studio.operations.bodies import BODILESS_BYTES, MEGABYTE, UPLOADS_AT_ONCE, CappedBodies, cap_of


class Taker:
    """Stands for Django: takes the whole body, then says how much it was."""

    def __init__(self) -> None:
        self.taken = 0
        self.asked = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked = True
        more = True
        while more:
            message = await receive()
            self.taken += len(message.get("body", b""))
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})


async def post(
    app: Any,
    path: str,
    chunks: list[bytes],
    *,
    announce: int | None = None,
    accept: bytes = b"text/html",
    language: bytes = b"en",
    session: str = "",
    method: str = "POST",
) -> tuple[int, str]:
    browser = await begin(
        app, path, announce=announce, accept=accept, language=language, session=session, method=method
    )
    for number, chunk in enumerate(chunks, 1):
        await browser.send_input({"type": "http.request", "body": chunk, "more_body": number < len(chunks)})
    start = await browser.receive_output(5)
    body = await browser.receive_output(5)
    return start["status"], body["body"].decode()


async def begin(
    app: Any,
    path: str,
    *,
    announce: int | None = None,
    accept: bytes = b"text/html",
    language: bytes = b"en",
    session: str = "",
    method: str = "POST",
) -> ApplicationCommunicator:
    """A request whose body is still to come."""
    headers = [(b"accept", accept), (b"accept-language", language), (b"host", b"localhost")]
    if announce is not None:
        headers.append((b"content-length", str(announce).encode()))
    if session:
        headers.append((b"cookie", f"sessionid={session}".encode()))
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
    return ApplicationCommunicator(app, scope)


def signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


@pytest.fixture
async def session(transactional_db: None, editor: User) -> AsyncIterator[str]:
    yield await sync_to_async(signed_in)(editor)
    await sync_to_async(connections.close_all)()


async def test_what_fits_goes_through() -> None:
    app = Taker()
    assert await post(CappedBodies(app), "/threads/1/turns/", [b"x" * 1000] * 3) == (200, "taken")
    assert app.taken == 3000


async def test_an_announced_giant_is_refused_before_anything_is_spooled() -> None:
    app = Taker()
    status, page = await post(CappedBodies(app), "/threads/1/turns/", [b"x"], announce=3 * MEGABYTE)
    assert status == 413 and not app.asked
    assert "larger than" in page and "Nothing was saved" in page


async def test_a_body_without_a_length_is_counted() -> None:
    app = Taker()
    status, _ = await post(CappedBodies(app), "/threads/1/turns/", [b"x" * MEGABYTE] * 4)
    assert status == 413 and app.taken <= 2 * MEGABYTE


async def test_an_upload_is_answered_in_json(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 5 * MEGABYTE
    status, answer = await post(CappedBodies(Taker()), "/assets/", [b"x"], announce=7 * MEGABYTE)
    assert status == 413 and "5 MB" in json.loads(answer)["error"]


async def test_an_upload_may_be_as_large_as_the_setting_says(settings: Any, session: str) -> None:
    settings.UPLOAD_MAX_BYTES, settings.MIN_FREE_BYTES = 3 * MEGABYTE, 0
    status, _ = await post(
        CappedBodies(Taker()), "/assets/", [b"x" * MEGABYTE] * 3, announce=3 * MEGABYTE, session=session
    )
    assert status == 200


async def test_a_full_disk_refuses_an_upload_before_it_is_spooled(settings: Any, session: str) -> None:
    settings.MIN_FREE_BYTES = 1 << 60
    app = Taker()
    status, answer = await post(CappedBodies(app), "/assets/", [b"x"], announce=1, session=session)
    assert status == 507 and not app.asked
    assert "nothing was lost" in json.loads(answer)["error"]


@pytest.mark.parametrize(
    ("path", "megabytes"),
    [("/hooks/runware/secret/", 1), ("/assets/link/", 2), ("/threads/1/turns/", 2), ("/admin/", 2)],
)
def test_each_path_has_its_cap(path: str, megabytes: int) -> None:
    assert cap_of(path) == megabytes * MEGABYTE


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_method_that_needs_no_body_takes_next_to_none(method: str) -> None:
    app = Taker()
    status, page = await post(CappedBodies(app), "/assets/", [b"x" * 1024] * 100, method=method)
    assert status == 413 and app.taken <= BODILESS_BYTES and "Nothing was saved" in page
    assert (await post(CappedBodies(Taker()), "/", [b""], method=method))[0] == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("session", ["", "x", "a" * 32, "not-a-key;"])
async def test_a_strangers_upload_is_refused_before_it_is_spooled(session: str) -> None:
    app = Taker()
    status, answer = await post(CappedBodies(app), "/assets/", [b"x"] * 3, session=session)
    assert status == 401 and not app.asked
    assert "signed out" in json.loads(answer)["error"]


async def test_an_expired_session_uploads_nothing(session: str) -> None:
    app = Taker()
    await Session.objects.aupdate(expire_date=timezone.now() - timedelta(days=1))
    assert (await post(CappedBodies(app), "/assets/", [b"x"], session=session))[0] == 401 and not app.asked


async def test_a_disk_that_fills_up_ends_an_upload_without_a_length(settings: Any, session: str) -> None:
    settings.MIN_FREE_BYTES = 0
    app = Taker()
    browser = await begin(CappedBodies(app), "/assets/", session=session)
    await browser.send_input({"type": "http.request", "body": b"x" * MEGABYTE, "more_body": True})
    assert await browser.receive_nothing(0.3)
    settings.MIN_FREE_BYTES = 1 << 60
    for number in range(20):
        await browser.send_input({"type": "http.request", "body": b"x" * MEGABYTE, "more_body": number < 19})
    assert (await browser.receive_output(5))["status"] == 507
    assert app.taken < 16 * MEGABYTE


async def test_one_session_sends_only_so_many_files_at_once(settings: Any, session: str) -> None:
    settings.MIN_FREE_BYTES = 0
    app = CappedBodies(Taker())
    under_way = [await begin(app, "/assets/", session=session) for _ in range(UPLOADS_AT_ONCE)]
    for browser in under_way:
        await browser.send_input({"type": "http.request", "body": b"x", "more_body": True})
        assert await browser.receive_nothing(0.1)
    assert (await post(app, "/assets/", [b"x"], session=session))[0] == 429
    for browser in under_way:
        await browser.send_input({"type": "http.request", "body": b"x", "more_body": False})
        assert (await browser.receive_output(5))["status"] == 200
    assert (await post(app, "/assets/", [b"x"], session=session))[0] == 200
