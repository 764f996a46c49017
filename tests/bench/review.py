"""A note, from its sending until fifty open pages have its card; and a page of three hundred notes."""

import asyncio
import json
import time

import httpx
import websockets

from tests.bench.people import Person, inside
from tests.bench.report import Figure, percentile
from tests.product import Product

SOCKETS = 50
NOTES = 40
CSRF = "b" * 32


async def listen(
    url: str, origin: str, cookie: str, ready: asyncio.Barrier, sent: dict[str, float], delays: list[float]
) -> None:
    """What arrives is the card itself, which the page only has to put into its place."""
    async with websockets.connect(url, origin=origin, additional_headers={"Cookie": cookie}) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps({"since": {}}))
        await ready.wait()
        seen = 0
        while seen < NOTES:
            news = json.loads(await asyncio.wait_for(socket.recv(), 30))
            if news.get("kind") == "note.changed":
                [name] = [each for each in sent if f">{each}<" in news["payload"]["html"]]
                delays.append((time.monotonic() - sent[name]) * 1000)
                seen += 1


async def write(product: Product, person: Person, page: str, sent: dict[str, float]) -> None:
    cookies = {"sessionid": person.session, "csrftoken": CSRF}
    headers = {"HX-Request": "true", "X-CSRFToken": CSRF}
    async with httpx.AsyncClient(base_url=product.url, cookies=cookies, headers=headers) as client:
        for number in range(NOTES):
            sent[f"Note {number}"] = time.monotonic()
            answer = await client.post(f"{page}notes/new/", data={"text": f"Note {number}", "start": "1"})
            answer.raise_for_status()
            await asyncio.sleep(0.15)


async def run(product: Product, person: Person, page: str, thread: str) -> list[float]:
    delays: list[float] = []
    sent: dict[str, float] = {}
    ready = asyncio.Barrier(SOCKETS + 1)
    url = f"ws://127.0.0.1:{product.port}/ws/threads/{thread}/"
    tasks = [asyncio.create_task(listen(url, product.url, person.cookie, ready, sent, delays)) for _ in range(SOCKETS)]
    await ready.wait()
    await asyncio.sleep(1)
    await write(product, person, page, sent)
    await asyncio.gather(*tasks)
    return delays


def measure(product: Product, person: Person) -> list[Figure]:
    _url, queries, milliseconds, page, thread = inside(product, "review", str(person.pk))
    delays = asyncio.run(run(product, person, page, thread))
    return [
        Figure(
            "note sent until 50 open pages have its card, p95", percentile(delays, 0.95), "ms", 150, f"{NOTES} notes"
        ),
        Figure("review page with 300 notes: queries", queries, "", 15),
        Figure("review page with 300 notes: server time, median", milliseconds, "ms", 60),
    ]
