"""The socket of a page: what it missed is read from the table, what comes is forwarded, a gap is read again."""

import asyncio
import json
import random
import time
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.utils.crypto import constant_time_compare

from studio.live.listening import listener
from studio.live.models import Event, Stream
from studio.live.publishing import group_of

RECHECK_SECONDS = 30.0
REPLAY_LIMIT = 500
REPLAY_SECONDS = 1.0
NOT_FOUND = 4404
BAD_MESSAGE = 4400
in_database = database_sync_to_async  # for consumers that have more to look up than one query


class StreamConsumer(AsyncJsonWebsocketConsumer):
    """Serves streams to one page. A subclass says which: `stream_names`; none at all closes the socket (4404).

    The client's first message is {"since": {stream: last number it has}}; until then nothing but the hello is sent.
    It may ask so again, but not within a second: each time reads the table.
    Whether the person may still see the streams is asked again every half minute (`recheck_in`), and at once after
    what `asks_again` names: "access.changed" on the person's own stream. Streams of `watched_streams` are listened to
    for that alone, and never forwarded.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last: dict[str, int] = {}
        self._listens_from: dict[str, int] = {}
        self._asked = False
        self._may_ask_from = 0.0
        self._watched: list[str] = []
        self._recheck: asyncio.Task[None] | None = None

    async def stream_names(self) -> list[str]:
        """The streams that this person may follow here, asked at connect and again while the socket is open."""
        raise NotImplementedError

    async def watched_streams(self) -> list[str]:
        user = self.scope.get("user")
        return [f"user-{user.pk}"] if user is not None and user.pk else []

    def asks_again(self, stream: str, kind: str) -> bool:
        return kind == "access.changed" and stream.startswith("user-")

    def recheck_in(self) -> float:
        """Seconds until the rights are asked again."""
        return RECHECK_SECONDS * random.uniform(0.9, 1.1)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels first sends a thread to look for stale connections: for events, which ask nothing, that is dear."""
        if message["type"] == "live.event":
            await self.live_event(message)
        else:
            await super().dispatch(message)

    async def connect(self) -> None:
        names = await self.stream_names()
        if not names:
            await self.close(NOT_FOUND)
            return
        self._last = await self._join(names)
        self._watched = await self.watched_streams()
        await self._join([name for name in self._watched if name not in self._last])
        await self.accept()
        await self.send_json({"hello": self._last})
        self._recheck = asyncio.create_task(self._recheck_regularly())

    async def disconnect(self, code: int) -> None:
        if self._recheck is not None:
            self._recheck.cancel()
        for name in list(self._listens_from):
            await self._leave(name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        try:
            content = json.loads(text_data or "")
        except (ValueError, RecursionError):
            await self.close(BAD_MESSAGE)
            return
        if isinstance(content, dict):
            await self.receive_json(content)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        if "ping" in content:
            await self.send_json({"pong": content["ping"]})
        since = content.get("since")
        if isinstance(since, dict) and time.monotonic() >= self._may_ask_from:
            self._may_ask_from = time.monotonic() + REPLAY_SECONDS
            await self._start_from(since)

    async def live_event(self, message: dict[str, Any]) -> None:
        stream, number = message["stream"], message["number"]
        listener.heard(stream, number)
        if self.asks_again(stream, message["kind"]):
            await self.access_recheck(message)
            if stream in self._watched:
                return
        last = self._last.get(stream)
        if last is None or not self._asked or number <= last:
            return
        if number == last + 1:
            await self._send_event(stream, number, message["kind"], message["payload"])
        else:
            await self._catch_up(stream)

    async def access_recheck(self, message: dict[str, Any]) -> None:
        """Close, or follow other streams, when the person's rights have changed."""
        names = await self.stream_names() if await self._signed_in() else []
        if not names:
            self._last.clear()
            await self.close(NOT_FOUND)
            return
        for gone in self._last.keys() - set(names):
            del self._last[gone]
            if gone not in self._watched:
                await self._leave(gone)
        new = [name for name in names if name not in self._last]
        if new:
            joined = await self._join(new)
            self._last |= joined
            await self.send_json({"hello": joined})

    async def _start_from(self, since: dict[str, Any]) -> None:
        self._asked = True
        for stream, current in list(self._last.items()):
            asked = since.get(stream)
            if not isinstance(asked, int):
                await self._catch_up(stream)
            elif asked > current:  # the table was restored from an older copy: nothing the page knows is certain
                await self._reset(stream, current)
            else:
                self._last[stream] = asked
                await self._catch_up(stream)

    async def _catch_up(self, stream: str) -> None:
        missed = await database_sync_to_async(_events_after)(stream, self._last[stream])
        if not missed:
            return
        if missed[0].number != self._last[stream] + 1 or len(missed) == REPLAY_LIMIT:
            numbers = await database_sync_to_async(_numbers)([stream])
            await self._reset(stream, numbers[stream])
            return
        for event in missed:
            await self._send_event(event.stream, event.number, event.kind, event.payload)

    async def _reset(self, stream: str, number: int) -> None:
        """Too much was missed, or it has been pruned: the page should load itself again."""
        self._last[stream] = number
        await self.send_json({"reset": {stream: number}})

    async def _send_event(self, stream: str, number: int, kind: str, payload: dict[str, Any]) -> None:
        self._last[stream] = number
        await self.send_json({"stream": stream, "number": number, "kind": kind, "payload": payload})

    async def _join(self, names: Iterable[str]) -> dict[str, int]:
        """Follow streams; answers their present numbers, read after joining so that nothing falls between."""
        wanted = list(names)
        for name in wanted:
            if name not in self._listens_from:
                await self.channel_layer.group_add(group_of(name), self.channel_name)
        numbers: dict[str, int] = await database_sync_to_async(_numbers)(wanted)
        for name in wanted:
            if name not in self._listens_from:
                self._listens_from[name] = numbers[name]
                listener.opened(name, numbers[name])
        return numbers

    async def _leave(self, name: str) -> None:
        if self._listens_from.pop(name, None) is not None:
            listener.closed(name)
            await self.channel_layer.group_discard(group_of(name), self.channel_name)

    async def _recheck_regularly(self) -> None:
        while True:
            await asyncio.sleep(self.recheck_in())
            # Through the channel, so that it never runs beside another message of this socket.
            await self.channel_layer.send(self.channel_name, {"type": "access.recheck"})

    async def _signed_in(self) -> bool:
        user, session = self.scope.get("user"), self.scope.get("session")
        ids = getattr(user, "pk", None), getattr(session, "session_key", None)
        return bool(await database_sync_to_async(_may_stay)(*ids))


def _numbers(names: list[str]) -> dict[str, int]:
    found = dict(Stream.objects.filter(name__in=names).values_list("name", "number"))
    return {name: found.get(name, 0) for name in names}


def _events_after(stream: str, number: int) -> list[Event]:
    return list(Event.objects.filter(stream=stream, number__gt=number).order_by("number")[:REPLAY_LIMIT])


def _may_stay(user_id: int | None, session_key: str | None) -> bool:
    """Guests pass here: what they may see is their consumer's own question."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    if session_key is not None and not session.exists(session_key):
        return False
    if user_id is None:
        return True
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    if session_key is None:
        return True
    # A new password leaves the sessions of other browsers in the table; only their hash tells.
    known = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(known, own) for own in hashes)
