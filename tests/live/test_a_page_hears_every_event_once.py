import asyncio
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from django.test import Client

from studio.accounts.models import User
from studio.live.consumer import REPLAY_LIMIT, REPLAY_SECONDS
from studio.live.listening import EVENTS_AT_ONCE, LOOK_SECONDS
from studio.live.models import Event, Stream
from studio.live.publishing import publish, publish_many
from tests.live.conftest import Page
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)


async def numbers(page: Socket, count: int) -> list[int]:
    return [(await page.receive())["number"] for _ in range(count)]


async def test_an_event_reaches_an_open_page(open_page: Any, say: Any) -> None:
    page = await open_page()
    await say("thread-1", "turn.changed", turn="7")
    assert await page.receive() == {
        "stream": "thread-1",
        "number": 1,
        "kind": "turn.changed",
        "payload": {"turn": "7"},
    }


def test_many_changes_are_numbered_on_each_of_their_streams(django_assert_num_queries: Any) -> None:
    publish("thread-2", "turn.changed")
    changes = [(f"thread-{1 + place % 3}", "turn.changed", {"place": place}) for place in range(60)]
    publish_many(changes)
    with transaction.atomic(), django_assert_num_queries(3):
        events = publish_many(changes)
    assert [event.number for event in events if event.stream == "thread-1"] == list(range(21, 41))
    assert [event.number for event in events if event.stream == "thread-2"] == list(range(22, 42))
    assert [event.payload["place"] for event in events if event.stream == "thread-3"] == list(range(2, 60, 3))
    assert dict(Stream.objects.values_list("name", "number")) == {"thread-1": 40, "thread-2": 41, "thread-3": 40}


async def test_what_was_missed_is_replayed_in_order(open_page: Any, say: Any) -> None:
    for turn in range(5):
        await say("thread-1", "turn.changed", turn=turn)
    page = await open_page(since={"thread-1": 2})
    assert await numbers(page, 3) == [3, 4, 5]


async def test_a_page_that_remembers_nothing_hears_only_what_is_new(open_page: Any, say: Any) -> None:
    await say("thread-1", "turn.changed")
    page = await open_page()
    await say("thread-1", "turn.changed")
    assert await numbers(page, 1) == [2]


async def test_nothing_is_sent_before_the_page_says_what_it_has(listening: None, streams: list[str], say: Any) -> None:
    page = Socket(Page.as_asgi(), "/ws/")
    await page.open()
    assert (await page.receive())["hello"] == {"thread-1": 0}
    await say("thread-1", "turn.changed")
    assert await page.is_quiet(0.3)
    await page.send({"since": {"thread-1": 0}})
    assert await numbers(page, 1) == [1]
    await page.close()


async def test_a_lost_message_is_read_from_the_table(open_page: Any, say: Any) -> None:
    """Two events are written without a word; the third shows the gap."""
    page = await open_page()

    def renumber() -> None:
        with transaction.atomic():
            Stream.objects.create(name="thread-1", number=2)
            for number in (1, 2):
                Event.objects.create(stream="thread-1", number=number, kind="turn.changed")
            publish("thread-1", "turn.changed")

    await sync_to_async(renumber)()
    assert await numbers(page, 3) == [1, 2, 3]


async def test_without_any_ring_the_table_is_looked_at_each_second(open_page: Any) -> None:
    page = await open_page()

    def silently() -> None:
        Stream.objects.create(name="thread-1", number=1)
        Event.objects.create(stream="thread-1", number=1, kind="turn.changed")

    await sync_to_async(silently)()
    began = time.monotonic()
    assert await numbers(page, 1) == [1]
    assert time.monotonic() - began < 3


async def test_fifty_pages_lose_nothing_of_a_burst(open_page: Any) -> None:
    pages = [await open_page() for _ in range(50)]

    def burst() -> None:
        for turn in range(40):
            publish("thread-1", "turn.changed", turn=turn)

    await sync_to_async(burst)()
    for heard in await asyncio.gather(*(numbers(page, 40) for page in pages)):
        assert heard == list(range(1, 41))


async def test_more_than_is_read_at_once_does_not_wait_for_the_next_look(open_page: Any) -> None:
    page = await open_page()
    count = EVENTS_AT_ONCE + 50
    began = time.monotonic()
    await sync_to_async(publish_many)([("thread-1", "take.changed", {"place": place}) for place in range(count)])
    assert await numbers(page, count) == list(range(1, count + 1))
    assert time.monotonic() - began < LOOK_SECONDS


async def test_an_event_of_another_stream_stays_away(open_page: Any, say: Any) -> None:
    page = await open_page()
    await say("thread-2", "turn.changed")
    assert await page.is_quiet(0.5)


async def test_a_rolled_back_event_is_never_heard(open_page: Any, say: Any) -> None:
    page = await open_page()

    def undone() -> None:
        with transaction.atomic():
            publish("thread-1", "turn.changed")
            transaction.set_rollback(True)

    await sync_to_async(undone)()
    await say("thread-1", "turn.changed", turn="real")
    event = await page.receive()
    assert event["number"] == 1 and event["payload"] == {"turn": "real"}


async def test_too_much_missed_asks_for_a_fresh_page(open_page: Any) -> None:
    def many() -> None:
        publish_many([("thread-1", "job.progressed", {})] * (REPLAY_LIMIT + 5))

    await sync_to_async(many)()
    page = await open_page(since={"thread-1": 0})
    assert await page.receive() == {"reset": {"thread-1": REPLAY_LIMIT + 5}}


async def test_pruned_events_ask_for_a_fresh_page(open_page: Any, say: Any) -> None:
    for _ in range(3):
        await say("thread-1", "turn.changed")
    await sync_to_async(Event.objects.filter(number=1).delete)()
    page = await open_page(since={"thread-1": 0})
    assert await page.receive() == {"reset": {"thread-1": 3}}


async def test_a_page_from_the_future_is_reset(open_page: Any, say: Any) -> None:
    await say("thread-1", "turn.changed")
    page = await open_page(since={"thread-1": 99})
    assert await page.receive() == {"reset": {"thread-1": 1}}


async def test_a_ping_is_answered(open_page: Any) -> None:
    page = await open_page()
    await page.send({"ping": 17})
    assert await page.receive() == {"pong": 17}


async def test_nonsense_closes_the_socket(open_page: Any) -> None:
    page = await open_page()
    await page.send("{not json")
    assert await page.receive() == {"closed": 4400}


async def test_json_too_deep_to_read_closes_the_socket(open_page: Any) -> None:
    page = await open_page()
    await page.send("[" * 200_000)
    assert await page.receive() == {"closed": 4400}


async def test_a_page_may_not_ask_for_replays_without_end(open_page: Any, say: Any) -> None:
    await say("thread-1", "turn.changed")
    page = await open_page(since={"thread-1": 0})
    assert await numbers(page, 1) == [1]
    for _ in range(20):
        await page.send({"since": {"thread-1": 0}})
    assert await page.is_quiet(0.3)
    await asyncio.sleep(REPLAY_SECONDS)
    await page.send({"since": {"thread-1": 0}})
    assert await numbers(page, 1) == [1]


async def test_a_page_with_no_streams_is_refused(listening: None, streams: list[str]) -> None:
    streams.clear()
    page = Socket(Page.as_asgi(), "/ws/")
    assert await page.open() == 4404


async def test_who_loses_access_loses_the_socket(open_page: Any, streams: list[str], say: Any, viewer: User) -> None:
    page = await open_page(user=viewer)
    streams.clear()
    await say(f"user-{viewer.pk}", "access.changed")
    assert await page.receive() == {"closed": 4404}


async def test_who_gains_a_stream_follows_it(open_page: Any, streams: list[str], say: Any, viewer: User) -> None:
    page = await open_page(user=viewer)
    streams.append("team-9")
    await say(f"user-{viewer.pk}", "access.changed")
    assert await page.receive() == {"hello": {"team-9": 0}}
    await say("team-9", "thread.changed")
    assert await numbers(page, 1) == [1]


async def test_who_is_deactivated_loses_the_socket(open_page: Any, say: Any, viewer: User) -> None:
    page = await open_page(user=viewer)
    await sync_to_async(User.objects.filter(pk=viewer.pk).update)(is_active=False)
    await say(f"user-{viewer.pk}", "access.changed")
    assert await page.receive() == {"closed": 4404}


async def test_a_new_password_closes_the_sockets_of_other_browsers(open_page: Any, say: Any, viewer: User) -> None:
    def change_password() -> None:
        viewer.set_password("a better horse battery")
        viewer.save()

    def session_of_a_browser() -> Any:
        client = Client()
        client.force_login(viewer)
        return client.session

    page = await open_page(user=viewer, session=await sync_to_async(session_of_a_browser)())
    await say(f"user-{viewer.pk}", "access.changed")
    assert await page.is_quiet(0.3)
    await sync_to_async(change_password)()
    await say(f"user-{viewer.pk}", "access.changed")
    assert await page.receive() == {"closed": 4404}
