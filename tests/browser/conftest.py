"""A browser, the application behind a real server with live sockets, and takes that really play."""

import asyncio
import mimetypes
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from studio.accounts.models import User
from studio.asgi import application
from studio.media import storage
from studio.media.models import Asset, Kind
from studio.threads.models import Job, JobStatus, Operation, Take, Thread, Turn
from tests.engine.media_files import clip

FRAMES = 12


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """The whole web process on a free port: pages, files, sockets. Its address."""

    async def entry(scope: Any, receive: Any, send: Any) -> None:
        is_static = scope["type"] == "http" and scope["path"].startswith(settings.STATIC_URL)
        await (static_files if is_static else application)(scope, receive, send)

    config = uvicorn.Config(entry, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


async def static_files(scope: Any, receive: Any, send: Any) -> None:
    """As quickly as the product serves them: a page has dozens, and each browser asks for all of them."""
    kind, body = _static_file(scope["path"].removeprefix(settings.STATIC_URL))
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    headers.append((b"cache-control", b"max-age=600"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@cache
def _static_file(name: str) -> tuple[str, bytes]:
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(f"there is no static file {name}")
    return mimetypes.guess_type(name)[0] or "application/octet-stream", Path(found).read_bytes()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Opens a page for somebody who has signed in. What the policy refuses or a script throws fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(user: User, path: str = "/", size: tuple[int, int] = (1440, 900), **options: Any) -> Page:
        client = Client()
        client.force_login(user)
        context = browser.new_context(
            base_url=site, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A clip of so many seconds and that size, made once."""
    folder = tmp_path_factory.mktemp("clips")

    def make(seconds: float = 4, size: tuple[int, int] = (640, 360)) -> Path:
        path = folder / f"{seconds}-{size[0]}x{size[1]}.mp4"
        return path if path.exists() else clip(path, seconds, size, fps=25, faststart=True)

    return make


@pytest.fixture
def add_take(clips: Callable[..., Path], tmp_path: Path) -> Callable[..., Take]:
    """Adds a turn with one finished take to a thread, continuing from `parent` where it is given."""

    def add(
        thread: Thread, author: User, *, parent: Take | None = None, prompt: str = "A calm sea", **look: Any
    ) -> Take:
        number = thread.turns.count() + 1
        operation = Operation.CONTINUE if parent else Operation.GENERATE
        turn = Turn.objects.create(
            thread=thread,
            number=number,
            parent=parent,
            author=author,
            prompt=prompt,
            operation=operation,
            provider="local",
            model="studio",
        )
        Thread.objects.filter(pk=thread.pk).update(last_turn_number=number)
        job = Job.objects.create(turn=turn, provider="local", model="studio", status=JobStatus.SUCCEEDED)
        asset = _stored_clip(thread, author, clips(**look), tmp_path)
        return Take.objects.create(turn=turn, job=job, number=1, asset=asset, provider="local", video_id=str(turn.pk))

    return add


def _stored_clip(thread: Thread, author: User, path: Path, folder: Path) -> Asset:
    seconds, size = path.stem.split("-")
    width, height = (int(each) for each in size.split("x"))
    asset = Asset(team=thread.team, owner=author, kind=Kind.TAKE, mime="video/mp4", width=width, height=height, fps=25)
    asset.duration, asset.has_sound, asset.size = float(seconds), True, path.stat().st_size
    asset.file = storage.new_key(thread.team_id, asset.id, Kind.TAKE)
    storage.put(path, asset.file)
    asset.save(force_insert=True)
    for kind, across in ((Kind.POSTER, 1), (Kind.FILMSTRIP, FRAMES)):
        picture = folder / f"{asset.id}-{kind}.jpg"
        Image.new("RGB", (160 * across, 90), (60, 90, 120)).save(picture)
        key = storage.new_key(thread.team_id, asset.id, kind)
        storage.put(picture, key)
        Asset.objects.create(
            team=thread.team,
            origin=asset,
            kind=kind,
            mime="image/jpeg",
            file=key,
            size=picture.stat().st_size,
            probe={"frames": across, "wave": "0" * 60 + "f" * 60},
        )
    return asset
