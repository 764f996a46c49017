from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from studio.accounts.models import Team, User
from studio.asgi import application
from studio.threads.models import Thread
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)


def socket(path: str, client: Client | None = None, origin: str = "http://localhost:8000") -> Socket:
    headers = [(b"host", b"localhost:8000"), (b"origin", origin.encode())]
    if client is not None:
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers.append((b"cookie", cookie.encode()))
    return Socket(application, path, headers)


@pytest.fixture
async def thread(team: Team, owner: User) -> Thread:
    return await Thread.objects.acreate(team=team, author=owner)


async def signed_in(as_client: Any, user: User) -> Client:
    client: Client = await sync_to_async(as_client)(user)
    return client


async def test_a_member_opens_a_thread(listening: None, as_client: Any, viewer: User, thread: Thread) -> None:
    page = socket(f"/ws/threads/{thread.id}/", await signed_in(as_client, viewer))
    assert await page.open() is None
    assert await page.receive() == {"hello": {thread.stream: 0, viewer.stream: 0}}
    await page.close()


async def test_a_stranger_finds_nothing(listening: None, as_client: Any, stranger: User, thread: Thread) -> None:
    page = socket(f"/ws/threads/{thread.id}/", await signed_in(as_client, stranger))
    assert await page.open() == 4404


async def test_a_visitor_finds_nothing(listening: None, thread: Thread) -> None:
    assert await socket(f"/ws/threads/{thread.id}/").open() == 4404
    assert await socket("/ws/me/").open() == 4404


async def test_a_page_of_another_site_is_refused(listening: None, as_client: Any, viewer: User, thread: Thread) -> None:
    client = await signed_in(as_client, viewer)
    page = socket(f"/ws/threads/{thread.id}/", client, origin="https://evil.example")
    assert await page.open() is not None


async def test_a_path_that_does_not_exist_is_refused_quietly(listening: None) -> None:
    assert await socket("/ws/nothing/").open() == 4404


async def test_who_signs_out_loses_the_socket(listening: None, as_client: Any, viewer: User, thread: Thread) -> None:
    client = await signed_in(as_client, viewer)
    page = socket(f"/ws/threads/{thread.id}/", client)
    assert await page.open() is None
    await page.receive()
    await sync_to_async(client.logout)()
    await page.send_input({"type": "access.recheck"})
    assert await page.receive() == {"closed": 4404}
