"""A browser's socket, spoken to in the same process."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator


class Socket(ApplicationCommunicator):
    """Opens `path` on an ASGI application; `scope` may hold a user, a session, or url_route."""

    def __init__(self, application: Any, path: str, headers: list[tuple[bytes, bytes]] | None = None, **scope: Any):
        super().__init__(
            application,
            {
                "type": "websocket",
                "path": path,
                "query_string": b"",
                "headers": headers or [],
                "subprotocols": [],
                **scope,
            },
        )

    async def open(self, timeout: float = 5) -> int | None:
        """None when it was accepted, else the code it was closed with."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout)
        return None if answer["type"] == "websocket.accept" else int(answer.get("code", 1000))

    async def send(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.send_input({"type": "websocket.receive", "text": text})

    async def receive(self, timeout: float = 5) -> Any:
        """The next message; {"closed": code} when the server closed the socket."""
        answer = await self.receive_output(timeout)
        if answer["type"] == "websocket.close":
            return {"closed": answer.get("code", 1000)}
        return json.loads(answer["text"])

    async def is_quiet(self, seconds: float) -> bool:
        return bool(await self.receive_nothing(seconds))

    async def close(self, code: int = 1000) -> None:
        if not self.future.done():
            await self.send_input({"type": "websocket.disconnect", "code": code})
            await self.wait(5)
