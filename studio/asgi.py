"""The door for browsers: bodies are capped before they are spooled, sockets are routed, the live listener runs."""

import os
from typing import Any

import django
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.db import DEFAULT_DB_ALIAS, connections  # noqa: E402
from django.urls import get_resolver, path, re_path  # noqa: E402

from studio.accounts.consumers import PersonConsumer  # noqa: E402
from studio.live.listening import listener  # noqa: E402
from studio.moderation.consumers import ModerationConsumer  # noqa: E402
from studio.operations.bodies import CappedBodies, SpoolingHandler  # noqa: E402
from studio.review.consumers import GuestConsumer  # noqa: E402
from studio.threads.consumers import ThreadConsumer  # noqa: E402

# Each request has a thread of its own here, so a connection that is kept after it is kept for nobody.
connections.settings[DEFAULT_DB_ALIAS]["CONN_MAX_AGE"] = 0
# All pages' code now, not while the first person waits for one.
get_resolver().url_patterns  # noqa: B018


async def nowhere(scope: Any, receive: Any, send: Any) -> Any:
    """A socket to a path that does not exist is refused like one to a thread that does not."""
    await receive()
    await send({"type": "websocket.close", "code": 4404, "reason": None})


http = CappedBodies(SpoolingHandler())
websocket = AllowedHostsOriginValidator(
    AuthMiddlewareStack(
        URLRouter(
            [
                path("ws/threads/<uuid:thread_id>/", ThreadConsumer.as_asgi()),
                path("ws/moderation/", ModerationConsumer.as_asgi()),
                path("ws/share/<str:token>/", GuestConsumer.as_asgi()),
                path("ws/me/", PersonConsumer.as_asgi()),
                re_path("", nowhere),
            ]
        )
    )
)


async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] == "http":
        await http(scope, receive, send)
    elif scope["type"] == "websocket":
        await websocket(scope, receive, send)
    else:
        await _lifespan(receive, send)


async def _lifespan(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    while True:
        message: Any = await receive()
        if message["type"] == "lifespan.startup":
            listener.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await listener.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
