"""One thread per web process: it hears the bell, reads what is new for the streams open here, and hands it on.

The table is the truth. With Redis events arrive through the channel layer and this thread only finds what got lost.
"""

import asyncio
import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connections

from studio.bell import Listener, ring
from studio.live.models import Event, Stream
from studio.live.publishing import group_of, message_of

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
EVENTS_AT_ONCE = 200
FORWARD_SECONDS = 10.0


@dataclass
class OpenStream:
    """How many sockets of this process follow the stream, and the last number that reached them."""

    sockets: int
    number: int


class LiveListener:
    def __init__(self) -> None:
        self._open: dict[str, OpenStream] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def opened(self, stream: str, number: int) -> None:
        with self._lock:
            found = self._open.setdefault(stream, OpenStream(0, number))
            found.sockets += 1

    def closed(self, stream: str) -> None:
        with self._lock:
            found = self._open.get(stream)
            if found is None:
                return
            found.sockets -= 1
            if found.sockets <= 0:
                del self._open[stream]

    def heard(self, stream: str, number: int) -> None:
        """An event arrived by another way (Redis): not to be read again."""
        with self._lock:
            found = self._open.get(stream)
            if found is not None and number == found.number + 1:
                found.number = number

    def start(self) -> None:
        """Begin listening; events are handed to the running loop."""
        self._stopped.clear()
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, args=(loop,), name="live-listener", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopped.set()
        await asyncio.to_thread(ring, "live")
        await asyncio.to_thread(thread.join, LOOK_SECONDS * 3)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        with ExitStack() as stack:
            bell = None if settings.REDIS_URL else stack.enter_context(Listener("live"))
            stack.callback(connections.close_all)
            while not self._stopped.is_set():
                if bell is None:
                    self._stopped.wait(LOOK_SECONDS)
                else:
                    bell.wait(LOOK_SECONDS)
                self._look_safely(loop)

    def _look_safely(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._look(loop)
        except Exception:
            if self._stopped.is_set():
                return
            logger.warning("Live events could not be read; trying again", exc_info=True)
            connections.close_all()
            self._stopped.wait(LOOK_SECONDS)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            heard = {name: found.number for name, found in self._open.items()}
        if not heard or self._stopped.is_set():
            return
        numbers = Stream.objects.filter(name__in=heard).values_list("name", "number")
        behind = sorted(name for name, number in numbers if number > heard[name])
        for name in behind:
            self._hand_on(name, heard[name], loop)

    def _hand_on(self, name: str, since: int, loop: asyncio.AbstractEventLoop) -> None:
        """All that is new: the bell rings once, however much was said."""
        full = True
        while full:
            news = list(Event.objects.filter(stream=name, number__gt=since).order_by("number")[:EVENTS_AT_ONCE])
            full = len(news) == EVENTS_AT_ONCE
            if news:
                asyncio.run_coroutine_threadsafe(_forward(news), loop).result(FORWARD_SECONDS)
                since = news[-1].number
                self._mark(name, since)

    def _mark(self, stream: str, number: int) -> None:
        with self._lock:
            found = self._open.get(stream)
            if found is not None:
                found.number = max(found.number, number)


async def _forward(events: Sequence[Event]) -> None:
    layer = get_channel_layer()
    for event in events:
        await layer.group_send(group_of(event.stream), message_of(event))


listener = LiveListener()
