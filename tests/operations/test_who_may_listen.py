"""Every socket of the studio and everybody who might open it, through the very door that the web process has."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter

from studio.asgi import websocket
from studio.review import shares
from tests.operations.permission_cast import World, build
from tests.operations.permission_table import PEOPLE, SOCKETS, rows
from tests.sockets import Socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("listening")]
OPEN = 1000


def router(door: Any) -> URLRouter:
    """The routes behind the checks of Origin, cookies and session."""
    while not isinstance(door, URLRouter):
        door = getattr(door, "inner", None) or door.application
    return door


def path_of(world: World, row: str, who: str) -> str:
    link = world.other_link if who == "other" else world.link
    return "/" + row.replace("<thread_id>", str(world.thread.pk)).replace("<token>", shares.token_of(link))


def headers(world: World, who: str) -> list[tuple[bytes, bytes]]:
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in world.client(who).cookies.items())
    return [(b"origin", b"http://localhost"), (b"cookie", cookies.encode())]


def test_every_socket_has_a_row() -> None:
    routes = {str(route.pattern).replace("uuid:", "").replace("str:", "") for route in router(websocket).routes}
    assert routes - {""} <= {row.name for row in rows(SOCKETS)}


@pytest.mark.parametrize("row", rows(SOCKETS), ids=lambda row: row.name)
async def test_each_socket_opens_for_whom_the_table_names(row: Any) -> None:
    world = await sync_to_async(build)()
    given: dict[str, int] = {}
    for who in PEOPLE:
        socket = Socket(websocket, path_of(world, row.name, who), await sync_to_async(headers)(world, who))
        given[who] = await socket.open() or OPEN
        await socket.close()
    assert given == row.answers
