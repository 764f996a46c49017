"""What the servers share: running on a socket, faults to order, and real films behind links that expire."""

import contextlib
import secrets
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from functools import cache
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.engine import media_files


class Running:
    """A server in a thread of this process. `port` 0 takes a free one; use `with`."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self.socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="websockets-sansio")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    def __enter__(self) -> "Running":
        self.thread.start()
        while not self.server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(10)
        self.socket.close()


class VendorApp(Starlette):
    """An application that can also drop a connection without a word: answer with HangUp, or call `hang_up`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Out here `send` is still a method of uvicorn's own connection; further in it is wrapped.
        scope["connection"] = getattr(send, "__self__", None)
        await super().__call__(scope, receive, send)


def hang_up(scope: Scope) -> None:
    """Break the connection off."""
    scope["connection"].transport.abort()


class HangUp(Response):
    """No answer at all: the connection breaks off before its first byte."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hang_up(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


class Faults:
    """Misbehaviour to order: `order("lost_answer", times=2)`; the server asks `due("lost_answer")` where it could.

    With `known` names a misspelt order is refused. What follows a colon in a name is up to the server.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        self.known = frozenset(known)
        self._left: Counter[str] = Counter()
        self._lock = threading.Lock()

    def order(self, name: str, times: int = 1) -> None:
        if self.known and name.partition(":")[0] not in self.known:
            raise LookupError(f"this server knows no fault {name!r}, but {', '.join(sorted(self.known))}")
        with self._lock:
            self._left[name] += times

    def clear(self) -> None:
        """Forget what was ordered and has not happened."""
        with self._lock:
            self._left.clear()

    def due(self, name: str) -> bool:
        """Whether it shall happen now; counts it off."""
        with self._lock:
            if self._left[name] <= 0:
                return False
            self._left[name] -= 1
            return True


@cache
def film(seconds: float = 2, size: tuple[int, int] = (320, 180), sound: bool = True, fmt: str = "mp4") -> bytes:
    """A real clip; made once for each shape."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{fmt}"
        codec = "libvpx-vp9" if fmt == "webm" else "libx264"
        return media_files.clip(path, seconds, size, codec=codec, sound=sound, faststart=fmt != "webm").read_bytes()


class Films:
    """Finished files under unguessable paths, with ranges. `lifetime` is seconds until a link answers 404."""

    def __init__(self, faults: Faults, lifetime: float = 3600) -> None:
        self.faults = faults
        self.lifetime = lifetime
        self._files: dict[str, tuple[bytes, str, float]] = {}
        self.fetched: Counter[str] = Counter()

    def keep(self, content: bytes, suffix: str = "mp4", lifetime: float | None = None) -> str:
        """The path of a new link."""
        path = f"/films/{secrets.token_urlsafe(12)}.{suffix}"
        mime = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}.get(suffix, "text/html")
        ends = time.monotonic() + (self.lifetime if lifetime is None else lifetime)
        self._files[path] = (content, mime, ends)
        return path

    async def serve(self, request: Request) -> Response:
        """Faults: `truncated_download` promises more bytes than come; `html_download` is a page."""
        content, mime, ends = self._files.get(request.url.path, (b"", "", 0.0))
        if time.monotonic() > ends:
            return PlainTextResponse("gone", 404)
        self.fetched[request.url.path] += 1
        if self.faults.due("html_download"):
            return Response(b"<html>busy</html>", media_type="text/html")
        if self.faults.due("truncated_download"):
            return cut_short(content, mime)
        return ranged(request, content, mime)


def cut_short(content: bytes, mime: str) -> Response:
    """Promises all and sends half, then the connection ends."""

    async def half() -> AsyncIterator[bytes]:
        yield content[: len(content) // 2]

    return StreamingResponse(half(), media_type=mime, headers={"Content-Length": str(len(content))})


def ranged(request: Request, content: bytes, mime: str) -> Response:
    """200, or 206 for one range in the usual form."""
    asked = request.headers.get("range", "")
    if not asked.startswith("bytes=") or "," in asked:
        return Response(content, media_type=mime, headers={"Accept-Ranges": "bytes"})
    first, _, last = asked.removeprefix("bytes=").partition("-")
    start = int(first) if first else max(0, len(content) - int(last))
    end = min(int(last), len(content) - 1) if first and last else len(content) - 1
    headers = {"Content-Range": f"bytes {start}-{end}/{len(content)}", "Accept-Ranges": "bytes"}
    return Response(content[start : end + 1], 206, headers, media_type=mime)


@contextlib.contextmanager
def running(app: Starlette) -> Iterator[str]:
    """The address at which `app` answers while the block lasts."""
    with Running(app) as server:
        yield server.url
