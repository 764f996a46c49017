"""A thousand turns at a vendor at the same time, watched by one process: asking alone, and with webhooks.

The vendor takes 5 to 50 s for each. *Noticed* is the moment at which a job leaves `running` in the database; *done* the
one from which the vendor would have told it. The watcher is measured from the first turn until the last is noticed:
collecting takes longer and is not its work.
"""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.bench import people
from tests.bench.report import Figure, percentile
from tests.bench.vendor import Books, done, product_at
from tests.product import Product, cpu_seconds, pss_kilobytes
from tests.servers.base import film
from tests.servers.runware import RunwareServer

TURNS = 1000
ARRIVAL = 20.0  # s in which they are sent
SHORTEST, LONGEST = 5.0, 50.0  # s at the vendor
PATIENCE = 600.0
SEED = 7
UNNOTICED = ("queued", "submitting", "running")


@dataclass
class Watched:
    """What the watcher cost: share of a core, and the most memory it had."""

    share: float = 0.0
    megabytes: float = 0.0


def measure(folder: Path) -> list[Figure]:
    film(3, (640, 360))
    return [*flight(folder / "asking", "asking", 3.0), *flight(folder / "webhooks", "webhooks", 0.5)]


def flight(folder: Path, how: str, bound: float) -> list[Figure]:
    lengths = random.Random(SEED)
    with RunwareServer(seconds=lambda order: lengths.uniform(SHORTEST, LONGEST)) as server:
        product = product_at(server, folder, webhook=how == "webhooks")
        with product, ThreadPoolExecutor() as beside:
            books = Books(product)
            owner = people.make(product, "Ana", "owner")
            sending = beside.submit(people.inside, product, "turns", str(owner.pk), str(TURNS), str(ARRIVAL))
            watched = watch(product, books)
            sent = sending.result()[0]
            statuses = until_finished(books)
        return figures(server, books, watched, statuses, how, bound, sent)


def watch(product: Product, books: Books) -> Watched:
    """Until every turn has been noticed."""
    (watcher,) = product.pids("manage.py watch")
    before, began, watched = cpu_seconds(watcher), time.monotonic(), Watched()
    while time.monotonic() - began < PATIENCE:
        time.sleep(1)
        watched.megabytes = max(watched.megabytes, pss_kilobytes(watcher) / 1024)
        statuses = books.statuses()
        if statuses.total() == TURNS and not any(statuses[each] for each in UNNOTICED):
            break
    watched.share = 100 * (cpu_seconds(watcher) - before) / (time.monotonic() - began)
    return watched


def until_finished(books: Books) -> Counter[str]:
    began = time.monotonic()
    while (statuses := books.statuses())["collecting"] and time.monotonic() - began < PATIENCE:
        time.sleep(1)
    return statuses


def figures(
    server: RunwareServer, books: Books, watched: Watched, statuses: Counter[str], how: str, bound: float, sent: float
) -> list[Figure]:
    ended, noticed = done(server), books.noticed()
    late = [noticed[name] - at for name, at in ended.items() if name in noticed]
    asked = server.posts["getResponse"] / TURNS
    title = f"{TURNS:,} turns in flight, {how}"
    return [
        Figure(f"{title}: without a take", TURNS - statuses["succeeded"], "", 0, f"sent in {sent:.0f} s"),
        Figure(f"{title}: done to noticed, p95", percentile(late, 0.95), "s", bound),
        Figure(f"{title}: status requests per turn", asked, "", 0.2),
        Figure(f"{title}: watcher, processor", watched.share, "% of a core", 10),
        Figure(f"{title}: watcher, memory", watched.megabytes, "MB PSS", 120),
    ]
