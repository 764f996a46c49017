"""From the moment at which the vendor is done to a picture in the browser: one turn after the other, with a webhook.

What cannot be spared is fetching the film and looking at it; how long that takes alone is measured in the same run.
"""

import time
import uuid
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.bench import people
from tests.bench.journey import CHROMIUM, OBSERVE, sign_in
from tests.bench.report import Figure, median, percentile
from tests.bench.vendor import Books, done, product_at
from tests.product import Product
from tests.servers.base import film
from tests.servers.runware import RunwareServer

ROUNDS = 10
VENDOR_SECONDS = 1.5
PROMPT = "make the light warmer, keep everything else unchanged"


def measure(folder: Path) -> list[Figure]:
    film(8, (1280, 720))
    with (
        RunwareServer(seconds=VENDOR_SECONDS) as server,
        product_at(server, folder, webhook=True) as product,
        sync_playwright() as playwright,
    ):
        owner = people.make(product, "Ana", "owner")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = sign_in(browser, product, owner).new_page()
        page.goto(f"{product.url}/threads/{first_turn(product, owner)}/")
        page.wait_for_selector(".turn .take")
        delays = [continue_once(page, server) for _ in range(ROUNDS)]
        browser.close()
        item = next(reversed(server.tasks.values())).results[0].item or {}
        alone = median(people.inside(product, "fetch", item["videoURL"])) * 1000
    over = [delay - alone for delay in delays]
    detail = f"{ROUNDS} turns, 8 s 720p; download and probe alone {alone:.0f} ms"
    return [
        Figure("vendor done to playable, minus download and probe, p50", median(over), "ms", 500, detail),
        Figure("vendor done to playable, minus download and probe, worst", percentile(over, 1.0), "ms", 500),
    ]


def first_turn(product: Product, owner: people.Person) -> uuid.UUID:
    """The thread in which a take stands that the others continue."""
    people.inside(product, "turns", str(owner.pk), "1", "0", "usual")
    books = Books(product)
    wait_until(lambda: bool(books.statuses()["succeeded"]))
    return uuid.UUID(books.ask("select id from threads_thread")[0][0])


def continue_once(page: Page, server: RunwareServer) -> float:
    """Milliseconds from the vendor's end to the browser's first picture. Both read the same clock."""
    before = set(server.tasks)
    time.sleep(1)
    page.evaluate(OBSERVE)
    page.fill("#prompt", PROMPT)
    page.press("#prompt", "Enter")
    page.wait_for_function("() => window.marks.playable", timeout=60_000, polling=200)
    (name,) = set(server.tasks) - before
    return float(page.evaluate("() => window.marks.playable")) - done(server)[name] * 1000


def wait_until(question: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            raise TimeoutError("not in time")
        time.sleep(0.1)
