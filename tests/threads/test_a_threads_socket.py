"""ws/threads/<uuid>/: for members of the team and nobody else."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.contrib.auth.models import AnonymousUser
from django.db import connections

from studio.accounts.models import User
from studio.live.publishing import publish
from studio.threads import actions
from studio.threads.consumers import ThreadConsumer
from studio.threads.models import Thread
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def own_connections(transactional_db: None) -> AsyncIterator[None]:
    """The socket's own thread has connections that the test database must not wait for."""
    channel_layers.backends.clear()
    yield
    await sync_to_async(connections.close_all)()


def socket_of(user: Any, thread: Thread) -> Socket:
    route = {"kwargs": {"thread_id": thread.pk}}
    return Socket(ThreadConsumer.as_asgi(), f"/ws/threads/{thread.pk}/", user=user, url_route=route)


async def test_a_member_hears_what_happened_and_what_happens(viewer: User, editor: User, thread: Thread) -> None:
    await sync_to_async(actions.rename_thread)(editor, thread, "Harbour")
    socket = socket_of(viewer, thread)
    assert await socket.open() is None
    assert (await socket.receive())["hello"] == {thread.stream: 1, viewer.stream: 0}
    await socket.send({"since": {thread.stream: 0}})
    first = await socket.receive()
    assert (first["number"], first["kind"], first["payload"]) == (1, "thread.changed", {"thread": str(thread.pk)})
    await socket.close()


async def test_it_carries_what_is_for_this_person_alone(
    listening: None, viewer: User, editor: User, thread: Thread
) -> None:
    mine, theirs = socket_of(viewer, thread), socket_of(editor, thread)
    for socket in (mine, theirs):
        assert await socket.open() is None
        await socket.send({"since": (await socket.receive())["hello"]})
    await sync_to_async(publish)(viewer.stream, "notice.added", case="1")
    await sync_to_async(actions.rename_thread)(editor, thread, "Harbour")
    assert [(await mine.receive())["kind"] for _ in range(2)] == ["notice.added", "thread.changed"]
    assert (await theirs.receive())["kind"] == "thread.changed"
    for socket in (mine, theirs):
        await socket.close()


@pytest.mark.parametrize("who", ["stranger", "visitor", "moderator"])
async def test_everybody_else_is_sent_away_as_if_there_were_nothing(
    who: str, stranger: User, moderator: User, thread: Thread
) -> None:
    people = {"stranger": stranger, "moderator": moderator, "visitor": AnonymousUser()}
    socket = socket_of(people[who], thread)
    assert await socket.open() == 4404


async def test_a_thread_in_the_trash_has_no_socket(editor: User, thread: Thread) -> None:
    await sync_to_async(actions.trash_thread)(editor, thread)
    assert await socket_of(editor, thread).open() == 4404
