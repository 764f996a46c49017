"""The only way to say that something changed: a numbered row, written in the transaction that changed it."""

import logging
from collections.abc import Iterable, Sequence
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
        events = [_append(stream, kind, payload) for stream, kind, payload in ordered]
        transaction.on_commit(partial(_announce, events), robust=True)
    return events


def _append(stream: str, kind: str, payload: dict[str, Any]) -> Event:
    mine = Stream.objects.filter(name=stream)
    if not mine.update(number=F("number") + 1):
        Stream.objects.bulk_create([Stream(name=stream)], ignore_conflicts=True)
        mine.update(number=F("number") + 1)
    number = mine.values_list("number", flat=True).get()
    return Event.objects.create(stream=stream, number=number, kind=kind, payload=_plain(payload))


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
