"""A page whose streams a test may change, and the listener that a web process would run."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from studio.live.consumer import StreamConsumer
from studio.live.publishing import publish
from tests.sockets import Socket


class Page(StreamConsumer):
    streams: list[str] = []

    async def stream_names(self) -> list[str]:
        return list(self.streams)


@pytest.fixture
def streams() -> list[str]:
    """The streams that every page of the test may follow; change the list to change rights."""
    Page.streams = ["thread-1"]
    return Page.streams


Open = Callable[..., Awaitable[Socket]]


@pytest.fixture
async def open_page(listening: None, streams: list[str]) -> AsyncIterator[Open]:
    """Opens a page's socket, says from where it wants events, and returns it after the hello."""
    pages: list[Socket] = []

    async def open_one(since: dict[str, Any] | None = None, **scope: Any) -> Socket:
        page = Socket(Page.as_asgi(), "/ws/", **scope)
        assert await page.open() is None
        assert "hello" in await page.receive()
        await page.send({"since": since or {}})
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        await page.close()


@pytest.fixture
def say() -> Callable[..., Awaitable[Any]]:
    """publish(), as a worker's thread would call it."""
    return sync_to_async(publish)
