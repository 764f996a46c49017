"""A link that is switched off while it is in use: its sockets close and its files end within a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from studio.accounts.models import User
from studio.asgi import application
from studio.live.publishing import publish_many
from studio.media.models import Asset, Kind
from studio.review import guests, shares
from studio.review.actions.sharing import Terms, change_link, switch_link
from studio.review.consumers import MOST_SOCKETS, TOO_MANY, GuestConsumer
from studio.review.models import Note, ShareLink
from studio.threads import actions, holds
from studio.threads.models import HeldBy, Take, Thread
from studio.threads.tasks import derived_ready
from tests.review.conftest import Share, enter, media_of
from tests.sockets import Socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("listening")]
WITHIN = 1.0
BIG = 48 * 1024 * 1024
# As the web process routes it, but without the check of Origin, which these sockets do not send.
routed = AuthMiddlewareStack(URLRouter([path("ws/share/<str:token>/", GuestConsumer.as_asgi())]))


def socket_of(link: ShareLink, cookies: dict[str, str]) -> Socket:
    headers = [(b"cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()).encode())]
    return Socket(routed, f"/ws/share/{shares.token_of(link)}/", headers)


def let_in(link: ShareLink, **how: str) -> dict[str, str]:
    return {name: morsel.value for name, morsel in enter(link, **how).cookies.items()}


async def opened(link: ShareLink, cookies: dict[str, str]) -> Socket:
    socket = socket_of(link, cookies)
    assert await socket.open() is None
    stream = f"guests-{link.thread_id}"
    assert stream in (await socket.receive())["hello"]
    await socket.send({"since": {}})
    return socket


async def closes(socket: Socket) -> None:
    """Within a second, with 4404; what else is said before is read over."""
    began = time.monotonic()
    while (said := await socket.receive(WITHIN)) != {"closed": 4404}:
        assert "closed" not in said
    assert time.monotonic() - began < WITHIN


async def test_nobody_follows_without_being_let_in(link: ShareLink, share: Share) -> None:
    other = await sync_to_async(share)(password="open sesame")
    mine = await sync_to_async(let_in)(link)
    assert await socket_of(link, {}).open() == 4404
    assert await socket_of(other, mine).open() == 4404
    moved = {f"{guests.cookie_name(other)}-live": mine[f"{guests.cookie_name(link)}-live"]}
    assert await socket_of(other, moved).open() == 4404


ENDS: dict[str, Callable[[User, ShareLink, Take], object]] = {
    "switched off": lambda user, link, take: switch_link(user, link, False),
    "another password": lambda user, link, take: change_link(user, link, Terms(password="another one")),
    "its take in the trash": lambda user, link, take: actions.trash_take(user, take),
    "its turn in the trash": lambda user, link, take: actions.trash_turn(user, take.turn),
    "its thread in the trash": lambda user, link, take: actions.trash_thread(user, take.turn.thread),
    "its take held back": lambda user, link, take: hold(take),
}


def hold(take: Take) -> None:
    with transaction.atomic():
        holds.hold(take, HeldBy.STAFF, "Somebody did not agree.")
        publish_many(holds.changes_of(take))


@pytest.mark.parametrize("how", ENDS)
async def test_the_socket_closes_within_a_second(how: str, share: Share, take: Take, editor: User) -> None:
    link = await sync_to_async(share)(take)
    socket = await opened(link, await sync_to_async(let_in)(link))
    await sync_to_async(ENDS[how])(editor, link, take)
    await closes(socket)


async def test_the_socket_closes_when_the_link_expires(share: Share, take: Take) -> None:
    link = await sync_to_async(share)(take, expires_at=timezone.now() + timedelta(seconds=1.2))
    socket = await opened(link, await sync_to_async(let_in)(link))
    assert link.expires_at
    await asyncio.sleep(max(0.0, (link.expires_at - timezone.now()).total_seconds()))
    await closes(socket)


async def test_of_notes_only_those_about_its_takes_are_told(
    share: Share, take: Take, add_take: Callable[..., Take], editor: User
) -> None:
    second = await sync_to_async(add_take)()
    link = await sync_to_async(share)(take)
    socket = await opened(link, await sync_to_async(let_in)(link))
    stream = f"guests-{link.thread_id}"
    told = [(stream, "note.changed", {"note": "1", "take": str(each.pk)}) for each in (second, take)]
    for change in told:
        await sync_to_async(publish_many)([change])
    heard = await socket.receive()
    assert (heard["kind"], heard["payload"]["take"]) == ("note.changed", str(take.pk))
    assert await socket.is_quiet(0.2)
    await socket.close()


async def test_what_happens_is_looked_up_once_for_all_guests(link: ShareLink) -> None:
    cookies = await sync_to_async(let_in)(link)
    sockets = [await opened(link, cookies) for _page in range(5)]
    context = CaptureQueriesContext(connection)
    await sync_to_async(context.__enter__)()
    await sync_to_async(publish_many)([(f"guests-{link.thread_id}", "share.changed", {"link": str(link.pk)})])
    for socket in sockets:
        assert (await socket.receive(WITHIN))["kind"] == "share.changed"
    await sync_to_async(context.__exit__)(None, None, None)
    asked = [query["sql"] for query in await sync_to_async(lambda: context.captured_queries)()]
    assert len([sql for sql in asked if 'FROM "review_sharelink"' in sql]) == 1
    assert not [sql for sql in asked if 'FROM "review_guest"' in sql]
    for socket in sockets:
        await socket.close()


async def test_one_socket_too_many_is_told_why(link: ShareLink, share: Share) -> None:
    cookies, other = await sync_to_async(let_in)(link), await sync_to_async(share)()
    sockets = [await opened(link, cookies) for _page in range(MOST_SOCKETS)]
    late = socket_of(link, cookies)
    assert await late.open() is None
    closed = await late.receive_output(WITHIN)
    assert (closed["type"], closed["code"]) == ("websocket.close", TOO_MANY)
    await late.close()
    elsewhere = await opened(other, await sync_to_async(let_in)(other))
    await sockets.pop().close()
    again = await opened(link, cookies)
    for socket in (*sockets, elsewhere, again):
        await socket.close()


async def test_a_page_of_the_whole_thread_hears_when_a_take_goes(
    link: ShareLink, take: Take, add_take: Callable[..., Take], editor: User
) -> None:
    second = await sync_to_async(add_take)()
    socket = await opened(link, await sync_to_async(let_in)(link))
    await sync_to_async(actions.trash_take)(editor, second)
    assert (await socket.receive(WITHIN))["kind"] == "takes.changed"
    await sync_to_async(Note.objects.create)(take=take, author=editor, text="still here")
    assert await socket.is_quiet(0.2)
    await socket.close()


async def test_a_guests_page_hears_when_the_poster_of_a_take_is_there(link: ShareLink, take: Take) -> None:
    poster = Asset.objects.filter(origin=take.asset_id, kind=Kind.POSTER)
    await poster.aupdate(file="")
    socket = await opened(link, await sync_to_async(let_in)(link))
    await poster.aupdate(file="poster.jpg")
    await sync_to_async(derived_ready)(str(take.asset_id))
    assert (await socket.receive(WITHIN))["kind"] == "pictures.changed"
    await socket.close()


@pytest.fixture
async def site(listening: None) -> AsyncIterator[str]:
    """The web process itself, for what only a real connection shows."""
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


def grow(take: Take) -> None:
    path = Path(settings.MEDIA_ROOT) / take.asset.file
    with path.open("wb") as file:
        file.truncate(BIG)
    Asset.objects.filter(pk=take.asset_id).update(size=BIG)


async def test_a_running_film_and_a_socket_die_together(
    site: str, link: ShareLink, take: Take, editor: User, thread: Thread
) -> None:
    await sync_to_async(grow)(take)
    cookies = await sync_to_async(let_in)(link)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = {"Cookie": cookie}
    address = f"ws://{site}/ws/share/{shares.token_of(link)}/"
    film = f"http://{site}{media_of(link, take.asset)}"
    async with (
        connect(address, additional_headers=headers, origin=f"http://{site}") as socket,  # type: ignore[arg-type]
        httpx.AsyncClient(timeout=10) as client,
        client.stream("GET", film, headers=headers) as answer,
    ):
        await socket.recv()
        chunks = answer.aiter_raw(64 * 1024)
        got = len(await anext(chunks))
        assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(BIG))
        await sync_to_async(switch_link)(editor, link, False)
        began = time.monotonic()
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), WITHIN)
        assert (socket.close_code, time.monotonic() - began < WITHIN) == (4404, True)
        with pytest.raises(httpx.RemoteProtocolError):
            async for chunk in chunks:
                got += len(chunk)
                await asyncio.sleep(0.005)
        assert got < BIG
        assert time.monotonic() - began < 3 * WITHIN
        assert (await client.get(film, headers=headers)).status_code == 404
        with pytest.raises(InvalidStatus):
            await connect(address, additional_headers=headers, origin=f"http://{site}")  # type: ignore[arg-type]
