"""From the Enter key to the picture, in a real browser, with a second person watching in another."""

import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from studio import engine
from tests.bench.people import Person
from tests.bench.report import Figure, median, percentile
from tests.engine import media_files
from tests.product import Product

TURNS, WATCHED = 10, 6
PROMPT = "make it warmer"
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# Marks when each thing can first be seen. Both browsers read the same clock, so their marks compare.
OBSERVE = """
() => {
  window.marks = {};
  const known = new Set([...document.querySelectorAll('.turn')].map((turn) => turn.id));
  const mark = (name) => { window.marks[name] ??= Date.now(); };
  const video = document.getElementById('video');
  const look = () => {
    const turn = [...document.querySelectorAll('.turn')].find((each) => !known.has(each.id));
    if (!turn) return;
    mark('card');
    if (turn.querySelector('progress')?.value > 0) mark('progress');
    const take = turn.querySelector('.take[data-src]');
    if (!take) return;
    mark('progress');
    mark('take');
    if (video.src.includes(take.dataset.src) && video.readyState >= 3) mark('playable');
  };
  window.observer?.disconnect();
  window.observer = new MutationObserver(look);
  window.observer.observe(document.body, {subtree: true, childList: true, attributes: true});
  window.listening?.abort();
  window.listening = new AbortController();
  video.addEventListener('canplay', look, {signal: window.listening.signal});
  document.querySelector('#prompt').addEventListener('keydown', (event) => {
    if (event.key === 'Enter') mark('sent');
  }, {capture: true, signal: window.listening.signal});
}
"""


def sign_in(browser: Browser, product: Product, person: Person) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": person.session, "url": product.url}])
    return context


def bare_edit(source: Path, target: Path, depth: int) -> float:
    """Milliseconds that the engine alone needs for a chain of `depth` turns."""
    began = time.monotonic()
    engine.render(
        engine.RenderSpec(
            operation="edit",
            plans=(engine.parse(PROMPT),) * depth,
            inputs=({"role": "source", "path": str(source), "mime": "video/mp4"},),
            settings={"format": "mp4", "quality": 95},
            seed=1,
            output=str(target),
        )
    )
    return (time.monotonic() - began) * 1000


def send_one(page: Page, other: Page | None = None) -> dict[str, float]:
    """Milliseconds from Enter to each sight."""
    for each in filter(None, (page, other)):
        each.evaluate(OBSERVE)
    page.fill("#prompt", PROMPT)
    page.press("#prompt", "Enter")
    # The marks are made in the page. Asked at every animation frame, as is usual, they would cost half a core.
    page.wait_for_function("() => window.marks.playable", timeout=120_000, polling=200)
    marks = page.evaluate("() => window.marks")
    seen = {name: marks[name] - marks["sent"] for name in ("card", "progress", "playable")}
    return seen | ({"second": other.evaluate("() => window.marks.card") - marks["sent"]} if other else {})


def measure(product: Product, person: Person, watcher: Person, folder: Path) -> list[Figure]:
    clip = folder / "clip.mp4"
    media_files.clip(clip, seconds=10, size=(1280, 720), fps=24)
    bare_edit(clip, folder / "bare.mp4", 1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = first_turn(sign_in(browser, product, person).new_page(), product, clip)
        rounds = []
        for depth in range(2, TURNS + 2):
            # Before and after: the machine's pace changes within seconds, and the difference is what is asked for.
            before = bare_edit(clip, folder / "bare.mp4", depth)
            time.sleep(1)
            marks = send_one(page)
            time.sleep(1)
            after = bare_edit(clip, folder / "bare.mp4", depth)
            rounds.append(marks | {"bare": (before + after) / 2, "apart": abs(before - after)})
        other = sign_in(browser, product, watcher).new_page()
        other.goto(page.url.partition("#")[0])
        other.wait_for_selector(".turn .take")
        watched = []
        for _ in range(WATCHED):
            time.sleep(2)
            watched.append(send_one(page, other)["second"])
        browser.close()
    return figures(rounds, watched)


def first_turn(page: Page, product: Product, clip: Path) -> Page:
    page.goto(product.url)
    page.set_input_files("input[type=file]", str(clip))
    page.wait_for_selector("[data-tray] [data-state=ready]", timeout=60_000)
    page.click(".start-go")
    page.wait_for_url("**/threads/**", timeout=60_000)
    page.wait_for_selector("#composer-head[data-operation=edit]", timeout=60_000)
    page.fill("#prompt", PROMPT)
    page.press("#prompt", "Enter")
    page.wait_for_selector(".turn .take", timeout=120_000)
    return page


def figures(rounds: list[dict[str, float]], watched: list[float]) -> list[Figure]:
    def values(name: str) -> list[float]:
        return [each[name] for each in rounds]

    over = [each["playable"] - each["bare"] for each in rounds]
    bare = median(values("bare"))
    detail = f"{len(rounds)} turns"
    return [
        Figure("send to own message, p50", median(values("card")), "ms", 60, detail),
        Figure("send to progress above 0 %, p50", median(values("progress")), "ms", 250, detail),
        Figure("send to the card in a second browser, p95", percentile(watched, 0.95), "ms", 300, f"{WATCHED} turns"),
        Figure("send to playable minus the bare edit, p50", median(over), "ms", 350, f"bare edit {bare:.0f} ms"),
        Figure("send to playable minus the bare edit, p95", percentile(over, 0.95), "ms", 800, detail),
        Figure("two bare edits of one round apart, p95", percentile(values("apart"), 0.95), "ms", detail="noise"),
    ]
