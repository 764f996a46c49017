"""The only way to say that something changed: a numbered row, written in the transaction that changed it."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from django.db.models import F

from studio.bell import ring
from studio.live.models import Event, Stream

logger = logging.getLogger(__name__)


def publish(stream: str, kind: str, /, **payload: Any) -> Event:
    """Append one event to a stream. Call it last in the transaction: the stream is locked until the commit."""
    return publish_many([(stream, kind, payload)])[0]


def publish_many(changes: Iterable[tuple[str, str, dict[str, Any]]]) -> list[Event]:
    """Append events to several streams. Streams are locked in sorted order, so that two callers cannot deadlock."""
    ordered = sorted(changes, key=lambda change: change[0])
    with transaction.atomic(savepoint=False):
        numbers = _last_numbers({stream for stream, _kind, _payload in ordered})
        events = []
        for stream, kind, payload in ordered:
            numbers[stream] += 1
            events.append(Event(stream=stream, number=numbers[stream], kind=kind, payload=_plain(payload)))
        for count, streams in _by_count(ordered).items():
            Stream.objects.filter(name__in=streams).update(number=F("number") + count)
        Event.objects.bulk_create(events)
        transaction.on_commit(partial(_announce, events), robust=True)
    return events


def forget(streams: Iterable[str], kind: str, key: str, /, **match: str) -> None:
    """Take `key` out of the payloads of earlier events of this kind that match: their content is no longer so.

    Whoever is still to hear one of them finds only ids in it, and asks.
    """
    found = Event.objects.filter(
        stream__in=list(streams), kind=kind, **{f"payload__{name}": match[name] for name in match}
    )
    with transaction.atomic(savepoint=False):
        for event in found.only("payload"):
            if event.payload.pop(key, None) is not None:
                event.save(update_fields=["payload"])


def _last_numbers(streams: Set[str]) -> dict[str, int]:
    """The last number of each stream, which is ours alone until the commit. A new stream begins at 0."""
    rows = Stream.objects.select_for_update().filter(name__in=streams).order_by("name")
    numbers = dict(rows.values_list("name", "number"))
    if new := sorted(streams - numbers.keys()):
        Stream.objects.bulk_create([Stream(name=name) for name in new], ignore_conflicts=True)
        numbers |= dict(rows.filter(name__in=new).values_list("name", "number"))
    return numbers


def _by_count(changes: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[int, list[str]]:
    """Streams by how many of the changes are theirs."""
    found: dict[int, list[str]] = defaultdict(list)
    for stream, count in Counter(stream for stream, _kind, _payload in changes).items():
        found[count].append(stream)
    return found


def _plain(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, UUID) else value for key, value in payload.items()}


def group_of(stream: str) -> str:
    return f"live.{stream}"


def message_of(event: Event) -> dict[str, Any]:
    """What the channel layer carries: all of the event, for a listener should not have to read the table."""
    return {
        "type": "live.event",
        "stream": event.stream,
        "number": event.number,
        "kind": event.kind,
        "payload": event.payload,
    }


def _announce(events: Sequence[Event]) -> None:
    if not settings.REDIS_URL:
        ring("live")
        return
    try:
        async_to_sync(_send_all)(events)
    except Exception:  # whatever Redis does, the rows are there and listeners look at the table
        logger.warning("Redis does not answer: %d events will be seen later", len(events), exc_info=True)


async def _send_all(events: Sequence[Event]) -> None:
    layer = get_channel_layer()
    for event in events:
        await layer.group_send(group_of(event.stream), message_of(event))
