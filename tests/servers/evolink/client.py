"""What the server's own tests share: a plain client of it, and a host of sources to send it to."""

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.engine import media_files
from tests.servers import base
from tests.servers.evolink.films import TLS
from tests.servers.evolink.server import EvoLinkServer

CREATE, BATCH, FILES = "/v1/videos/generations", "/v1/tasks/batch", "/api/v1/files"
UNKNOWN = "task-unified-1763800000-zzzzzzzz"
SHORT = {"model": "gemini-omni-flash-text-to-video", "prompt": "A paper boat.", "duration": 3}


def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.01)


class Client(httpx.Client):
    """Signs in with the server's first key, or with another."""

    def __init__(self, server: EvoLinkServer, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key or server.key}"}
        super().__init__(base_url=server.url, headers=headers, verify=TLS, trust_env=False)
        self.server = server

    def create(self, body: dict[str, Any], key: str = "") -> httpx.Response:
        return self.post(CREATE, json=body, headers={"Idempotency-Key": key} if key else {})

    def began(self, body: dict[str, Any]) -> str:
        """The id of a task that was accepted."""
        return str(self.create(body).raise_for_status().json()["id"])

    def finished(self, body: dict[str, Any]) -> dict[str, Any]:
        return self.wait(self.began(body))

    def task(self, own: str) -> dict[str, Any]:
        return dict(self.get(f"/v1/tasks/{own}").raise_for_status().json())

    def wait(self, own: str) -> dict[str, Any]:
        """The task's last word."""
        until(lambda: self.server.tasks[own].status)
        return self.task(own)

    def balance(self) -> dict[str, float]:
        return dict(self.get("/v1/credits").raise_for_status().json()["data"]["user"])

    def upload(self, name: str, content: bytes) -> httpx.Response:
        return self.post(f"{FILES}/upload/stream", files={"file": (name, content)})


def get(url: str, **options: Any) -> httpx.Response:
    """Without a key."""
    return httpx.get(url, verify=TLS, trust_env=False, **options)


class Switchboard:
    """One socket for many apps, one after the other: to stop a server for each test takes longer than most tests."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@contextlib.contextmanager
def switchboard() -> Iterator[tuple[Switchboard, str]]:
    board = Switchboard()
    with base.Running(board) as running:
        yield board, running.url


Start = Callable[..., Client]


@contextlib.contextmanager
def starter() -> Iterator[Start]:
    """Makes servers with options, quick ones unless told otherwise, and hands over a client of the new one."""
    quick = {"seconds": 0.05, "pixels": 0.25, "pace": 0.02}
    with contextlib.ExitStack() as stack:
        board, url = stack.enter_context(switchboard())

        def start(**options: Any) -> Client:
            server = EvoLinkServer(**quick | options)
            board.app, server.url = server.app, url
            return stack.enter_context(Client(server))

        yield start


def png(size: tuple[int, int] = (64, 36), fmt: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, fmt)
    return file.getvalue()


@contextlib.contextmanager
def hosting(folder: Path) -> Iterator[str]:
    """An address with films and pictures, good and bad; some are made in `folder`."""
    kept = {
        "clip.mp4": base.film(2, (160, 90)),
        "tall.mp4": base.film(1.5, (90, 160)),
        "turned.mp4": media_files.clip(folder / "turned.mp4", 1, (160, 90), rotation=90, sound=False).read_bytes(),
        "ten.mp4": media_files.clip(folder / "ten.mp4", 10.04, (64, 36), fps=25, sound=False).read_bytes(),
        "eleven.mp4": media_files.clip(folder / "eleven.mp4", 11, (64, 36), fps=5, sound=False).read_bytes(),
        "long.mp4": media_files.clip(folder / "long.mp4", 31, (64, 36), fps=2, sound=False).read_bytes(),
        "clip.mov": media_files.clip(folder / "clip.mov", 1, (160, 90), sound=False).read_bytes(),
        "sound.mp4": media_files.sound_only(folder / "sound.mp4").read_bytes(),
        "page.mp4": b"<html>not found</html>",
        "wide.png": png(),
        "tall.jpg": png((36, 64), "JPEG"),
        "pic.gif": png(fmt="GIF"),
    }

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "moved.mp4":
            return RedirectResponse("/clip.mp4")
        return Response(kept[name]) if name in kept else PlainTextResponse("gone", 404)

    with base.running(Starlette(routes=[Route("/{name}", serve)])) as url:
        yield url
