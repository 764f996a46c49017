"""An event written by another process, until fifty open sockets have it."""

import asyncio
import json
import time

import websockets

from tests.bench.people import Person, inside
from tests.bench.report import Figure, percentile
from tests.product import Product

SOCKETS = 50
EVENTS = 60


async def listen(url: str, origin: str, cookie: str, ready: asyncio.Barrier, delays: list[float]) -> None:
    async with websockets.connect(url, origin=origin, additional_headers={"Cookie": cookie}) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps({"since": {}}))
        await ready.wait()
        seen = 0
        while seen < EVENTS:
            news = json.loads(await asyncio.wait_for(socket.recv(), 30))
            if news.get("kind") == "bench.sent":
                delays.append((time.time() - news["payload"]["at"]) * 1000)
                seen += 1


async def run(product: Product, person: Person, thread: str) -> list[float]:
    delays: list[float] = []
    ready = asyncio.Barrier(SOCKETS + 1)
    url = f"ws://127.0.0.1:{product.port}/ws/threads/{thread}/"
    tasks = [asyncio.create_task(listen(url, product.url, person.cookie, ready, delays)) for _ in range(SOCKETS)]
    await ready.wait()
    await asyncio.sleep(1)
    stream = f"thread-{thread}"
    publisher = asyncio.create_task(asyncio.to_thread(inside, product, "events", stream, str(EVENTS)))
    await asyncio.gather(*tasks)
    await publisher
    return delays


def measure(product: Product, person: Person) -> list[Figure]:
    thread = inside(product, "thread", str(person.pk))[0].strip("/").rpartition("/")[2]
    delays = asyncio.run(run(product, person, thread))
    missing = SOCKETS * EVENTS - len(delays)
    return [
        Figure("event in a worker to 50 sockets, p95", percentile(delays, 0.95), "ms", 80, f"{EVENTS} events"),
        Figure("events missing", missing, "of 3000", 0),
    ]
