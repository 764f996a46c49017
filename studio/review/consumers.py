"""The socket of a guest's page: ws/share/<token>/. It lives as long as its link opens something, and no longer."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakSet, WeakValueDictionary

from django.db.models import Exists, OuterRef
from django.utils import timezone

from studio.live.consumer import StreamConsumer, in_database
from studio.media.models import Asset, Kind
from studio.review import guests, shares
from studio.review.guests import Pass
from studio.review.models import ShareLink

RIGHTS = ("share.changed", "thread.changed", "turn.changed", "take.changed")
HERE = "here"  # a stream of this socket alone: what it says is not kept
AFTER_THE_END = 0.05
MOST_SOCKETS = 200  # of one link in one web process: a whole audience with their phones
TOO_MANY = 4429
Number = tuple[str, int]  # an event: its stream and its number there


@dataclass(frozen=True)
class Scope:
    """The link as it is now, the takes that it shows, and those of them that have a poster."""

    link: ShareLink
    takes: frozenset[str]
    pictured: frozenset[str]


@dataclass
class Room:
    """The sockets of one link in this process. What one of them looks up because of an event, all of them know.

    `heard`: of each stream, the newest event that had been heard before the last look began.
    """

    token: str
    sockets: "WeakSet[GuestConsumer]" = field(default_factory=WeakSet)
    heard: dict[str, int] = field(default_factory=dict)
    _look: "asyncio.Task[Scope | None] | None" = None

    async def scope(self, after: Number | None = None) -> Scope | None:
        """None where the link opens nothing. As it is now, or at some moment since that event was committed."""
        stream, number = after or ("", 0)
        if self._look is None or after is None or self.heard.get(stream, 0) < number:
            self.heard[stream] = number
            self._look = asyncio.create_task(in_database(_scope_of)(self.token))
        return await asyncio.shield(self._look)  # one socket that goes takes nothing from the others


_rooms: WeakValueDictionary[str, Room] = WeakValueDictionary()  # each is kept by its sockets


class GuestConsumer(StreamConsumer):
    """Carries what guests of the thread are told; of notes, only those about takes that the link shows.

    The thread's own stream is listened to, not forwarded: it says when a take comes, goes, or is held back.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open: Scope | None = None
        self._pass: Pass | None = None
        self._because: Number | None = None
        self._said = 0

    async def connect(self) -> None:
        token = self.scope["url_route"]["kwargs"]["token"]
        self._room = _rooms.setdefault(token, Room(token))
        if len(self._room.sockets) >= MOST_SOCKETS:
            await self.accept()  # else a browser is not told why
            await self.close(TOO_MANY)
            return
        self._room.sockets.add(self)
        await super().connect()
        if self._open is None:
            self._room.sockets.discard(self)

    async def disconnect(self, code: int) -> None:
        self._room.sockets.discard(self)
        await super().disconnect(code)

    async def stream_names(self) -> list[str]:
        before, self._open = self._open, await self._look(self._because)
        if self._open is None:
            return []
        if before is not None and before.takes != self._open.takes:
            await self._say("takes.changed")
        elif before is not None and before.pictured != self._open.pictured:
            await self._say("pictures.changed")
        return [f"guests-{self._open.link.thread_id}"]

    async def access_recheck(self, message: dict[str, Any]) -> None:
        self._because = (message["stream"], message["number"]) if "stream" in message else None
        await super().access_recheck(message)

    async def _signed_in(self) -> bool:
        """A guest's way in is the link, whoever else has signed in or out in the same browser."""
        return True

    async def watched_streams(self) -> list[str]:
        return [*await super().watched_streams(), *([f"thread-{self._open.link.thread_id}"] if self._open else [])]

    def asks_again(self, stream: str, kind: str) -> bool:
        return kind in RIGHTS or super().asks_again(stream, kind)

    def recheck_in(self) -> float:
        seconds = super().recheck_in()
        until = self._open.link.expires_at if self._open else None
        return min(seconds, max(0.0, (until - timezone.now()).total_seconds()) + AFTER_THE_END) if until else seconds

    async def _send_event(self, stream: str, number: int, kind: str, payload: dict[str, Any]) -> None:
        if kind == "note.changed" and not await self._shows(str(payload.get("take", "")), (stream, number)):
            self._last[stream] = number
            return
        await super()._send_event(stream, number, kind, payload)

    async def _shows(self, take: str, event: Number) -> bool:
        is_new = self._open is not None and take not in self._open.takes and not self._open.link.take_id
        if is_new:  # one that came a moment ago
            self._open = await self._look(event)
        return self._open is not None and take in self._open.takes

    async def _say(self, kind: str) -> None:
        self._said += 1
        await self.send_json({"stream": HERE, "number": self._said, "kind": kind, "payload": {}})

    async def _look(self, after: Number | None = None) -> Scope | None:
        """Nothing where the link opens nothing, or lets this guest in no more."""
        scope = await self._room.scope(after)
        if scope is None:
            return None
        if self._pass is None:
            self._pass = await in_database(guests.for_the_socket)(scope.link, self.scope.get("cookies", {}))
        return None if replace(self._pass, link=scope.link).missing else scope


def _scope_of(token: str) -> Scope | None:
    try:
        link = shares.find(token)
    except shares.ShareClosed:
        return None
    posters = Asset.objects.filter(origin=OuterRef("asset"), kind=Kind.POSTER).exclude(file="")
    shown = shares.takes_of(link).annotate(pictured=Exists(posters)).values_list("pk", "pictured")
    takes = {str(pk): pictured for pk, pictured in shown}
    return Scope(link, frozenset(takes), frozenset(take for take, pictured in takes.items() if pictured))
