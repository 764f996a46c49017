"""Staff hold a take from which two hundred others were made: until nobody gets any of them, and a page is told."""

import asyncio
import itertools
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import websockets

from tests.bench import people
from tests.bench.people import Person, inside
from tests.bench.report import Figure
from tests.product import Product

ASKING = 4  # who fetch the files meanwhile


@dataclass
class Seen:
    """When the last file was handed out, and when the page had heard of the last turn; monotonic seconds."""

    files: list[str]
    given: float = 0.0
    told: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def fetch(self, url: str, first: int) -> None:
        """One after the other, again and again."""
        with httpx.Client(base_url=url) as client:
            for file in itertools.islice(itertools.cycle(self.files), first, None):
                began = time.monotonic()
                if self.over.is_set():
                    return
                if client.get(file).status_code == 200:
                    self.given = max(self.given, began)

    async def listen(self, product: Product, person: Person, thread: str, ready: asyncio.Event) -> None:
        url = f"ws://127.0.0.1:{product.port}/ws/threads/{thread}/"
        cookie = {"Cookie": person.cookie}
        async with websockets.connect(url, origin=product.url, additional_headers=cookie) as socket:  # type: ignore[arg-type]
            await socket.send(json.dumps({"since": {}}))
            ready.set()
            while len(self.told) < len(self.files):
                news = json.loads(await asyncio.wait_for(socket.recv(), 30))
                if news.get("kind") == "take.changed":
                    self.told.append(time.monotonic())


def measure(product: Product, owner: Person, watcher: Person) -> list[Figure]:
    staff = people.make(product, "Mo", "viewer")
    thread, take, files, pictures = inside(product, "family", str(owner.pk), str(staff.pk))
    seen = Seen(files)
    began = asyncio.run(run(product, staff, watcher, thread, take, seen))
    with httpx.Client(base_url=product.url) as client:
        left = sum(client.get(each).status_code == 200 for each in [*files, *pictures])
    how = f"{len(files)} takes, {ASKING} fetching"
    return [
        Figure(
            "hold a take and what was made of it: last file handed out", (seen.given - began) * 1000, "ms", 1000, how
        ),
        Figure("the same: an open page had heard of all of them", (max(seen.told) - began) * 1000, "ms", 1000),
        Figure("the same: files and pictures still handed out", left, "", 0),
    ]


async def run(product: Product, staff: Person, watcher: Person, thread: str, take: str, seen: Seen) -> float:
    ready = asyncio.Event()
    listening = asyncio.create_task(seen.listen(product, watcher, thread, ready))
    await ready.wait()
    with ThreadPoolExecutor() as pool:
        for place in range(ASKING):
            pool.submit(seen.fetch, product.url, place * len(seen.files) // ASKING)
        await asyncio.sleep(2)
        began = await asyncio.to_thread(hold, product, staff, take)
        await listening
        await asyncio.sleep(1)
        seen.over.set()
    return began


def hold(product: Product, staff: Person, take: str) -> float:
    """As staff do it, on the take's page in the administration. Answers when they pressed."""
    page = f"/admin/threads/take/{take}/hold_back/"
    with httpx.Client(base_url=product.url, cookies={"sessionid": staff.session}, timeout=30) as client:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).text)
        if token is None:
            raise RuntimeError("the page shows no form")
        fields = {"csrfmiddlewaretoken": token.group(1), "reason": "Somebody in it did not agree."}
        began = time.monotonic()
        answer = client.post(page, data=fields, headers={"Referer": product.url})
        if answer.status_code != 302:
            raise RuntimeError(f"the hold was answered with {answer.status_code}")
        return began
