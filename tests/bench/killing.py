"""Two hundred turns at a vendor, while twenty times some process of the studio is killed with -9.

The moments and the victims are drawn anew in each run; their seed stands in the table, and `measure` takes it again.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.bench import people
from tests.bench.report import Figure
from tests.bench.vendor import Books, product_at
from tests.product import Product
from tests.servers.base import film
from tests.servers.runware import RunwareServer

TURNS, ARRIVAL = 200, 40.0  # sent evenly in so many s
KILLS, KILLING = 20, 50.0  # at any moments of so many s
SHORTEST, LONGEST = 1.0, 10.0  # s at the vendor
PATIENCE = 300.0
# All processes of a part: of a queue also its guard, workers, monitor and pusher.
PARTS: dict[str, Callable[[str], bool]] = {
    "web": lambda line: "manage.py web" in line,
    "queue": lambda line: "qcluster" in line and "render" not in line,
    "render": lambda line: "qcluster" in line and "render" in line,
    "watch": lambda line: "manage.py watch" in line,
}


def measure(folder: Path, seed: int | None = None) -> list[Figure]:
    film(3, (640, 360))
    seed = random.randrange(10_000) if seed is None else seed
    chance = random.Random(seed)
    with RunwareServer(seconds=lambda order: random.uniform(SHORTEST, LONGEST)) as server:
        with product_at(server, folder, webhook=True) as product, ThreadPoolExecutor() as beside:
            books = Books(product)
            owner = people.make(product, "Ana", "owner")
            sending = beside.submit(people.inside, product, "turns", str(owner.pk), str(TURNS), str(ARRIVAL))
            killed = Counter(kill(product, chance))
            sending.result()
            seconds = until_over(books)
        how = ", ".join(f"{part} {count}" for part, count in killed.items())
        return figures(server, books, f"seed {seed}: {how}", seconds)


def kill(product: Product, chance: random.Random) -> Iterator[str]:
    """Whose process it was, each time. A part may just be away: then its next process is waited for."""
    began = time.monotonic()
    for moment in sorted(chance.uniform(1, KILLING) for _ in range(KILLS)):
        part = chance.choice(list(PARTS))
        time.sleep(max(0.0, began + moment - time.monotonic()))
        while not (pids := [pid for pid, line in product.processes().items() if PARTS[part](line)]):
            time.sleep(0.05)
        with suppress(ProcessLookupError):
            os.kill(chance.choice(pids), signal.SIGKILL)
        yield part


def until_over(books: Books) -> float:
    """Seconds until every turn has ended, however."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        statuses = books.statuses()
        if statuses["succeeded"] + statuses["failed"] + statuses["cancelled"] == TURNS:
            break
        time.sleep(0.5)
    return time.monotonic() - began


def figures(server: RunwareServer, books: Books, how: str, seconds: float) -> list[Figure]:
    title = f"{KILLS} kills in {TURNS} turns"
    media = books.path.parent / "media"
    takes = books.ask(
        "select take.turn_id, asset.file from threads_take take join media_asset asset on asset.id = take.asset_id"
    )
    whole = {turn for turn, file in takes if (media / file).is_file()}
    ends = books.ask("select job_id from threads_jobevent where to_status = 'succeeded'")
    assets = books.ask("select id from media_asset where kind = 'take'")
    twice = max(len(takes) - len({turn for turn, _file in takes}), len(ends) - len(set(ends)), len(assets) - len(whole))
    return [
        Figure(f"{title}: takes lost", TURNS - len(whole), "", 0, f"all over {seconds:.0f} s later"),
        Figure(f"{title}: collected twice", twice, "", 0, how),
        Figure(f"{title}: paid submits too many", sum(server.billed.values()) - TURNS, "", 0, "as the server counts"),
    ]
