"""The main job from an empty machine to a download, by two people, one at a desk and one on a phone.

Every process of the product runs; the clip is what a phone makes: HEVC, turned, with a rate that varies.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.engine.media_files import phone_clip
from tests.product import Product
from tests.services import own_services

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "correct horse battery"
MADE = 120_000  # ms: a loaded machine renders slowly
SOON = 15_000
ACTIVE = re.compile("queued|submitting|running|collecting")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with own_services() as services, Product(tmp_path_factory.mktemp("product"), **services) as running:
        yield running


class Desk:
    """Somebody's browser; what the policy refuses or a script throws is kept."""

    def __init__(self, browser: Browser, product: Product, **options: object) -> None:
        self.context: BrowserContext = browser.new_context(base_url=product.url, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(SOON)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(error.stack or str(error)))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if "Content Security" in said.text else None
        )

    def send(self, words: str) -> None:
        self.page.locator("#prompt").fill(words)
        self.page.locator("#prompt").press("Enter")

    def turn(self, words: str) -> str:
        """A selector of the card with these words."""
        return f'.turn:not(.turn-pending):has(.turn-prompt:text-is("{words}"))'

    def made(self, words: str) -> None:
        expect(self.page.locator(f"{self.turn(words)}[data-state=succeeded] .take").first).to_be_visible(timeout=MADE)


def test_from_nothing_to_a_download(browser: Browser, product: Product, tmp_path: Path) -> None:
    ana = Desk(browser, product, viewport={"width": 1440, "height": 900}, accept_downloads=True)
    bo = Desk(browser, product, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    first_account(ana.page)
    join(ana.page, bo.page)
    drop_a_clip(ana, phone_clip(tmp_path / "clip.mov"))
    bo.page.goto(ana.page.url)
    both_see_it_made(ana, bo)
    go_on_and_branch(ana, bo)
    ask_for_what_cannot_be_done(bo)
    several_takes(ana)
    stop_and_retry(ana, bo)
    look_and_fetch(ana)
    put_away(ana)
    assert ana.complaints == []
    assert bo.complaints == []
    assert "Traceback" not in product.log


def first_account(page: Page) -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Team name").fill("North Pier")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="What shall we make?")).to_be_visible()


def join(owner: Page, guest: Page) -> None:
    """By the link that the owner makes."""
    owner.goto("/team/")
    owner.get_by_role("button", name="Make a link").click()
    guest.goto(owner.get_by_label("The link").input_value())
    guest.get_by_label("E-mail").fill("bo@example.com")
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.get_by_label("Password", exact=True).press("Enter")
    guest.wait_for_url(re.compile(r"//[^/]+/$"))


def drop_a_clip(ana: Desk, clip: Path) -> None:
    page = ana.page
    page.goto("/")
    page.locator("#start-form [data-files]").set_input_files(str(clip))
    expect(page.locator(".tray-chip[data-state=ready]")).to_be_visible(timeout=MADE)
    page.locator("#start-prompt").fill("make the light warmer and slow it down, keep everything else")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/threads/**")


def both_see_it_made(ana: Desk, bo: Desk) -> None:
    words = "make the light warmer and slow it down, keep everything else"
    for desk in (ana, bo):
        desk.made(words)
        card = desk.page.locator(desk.turn(words))
        expect(card).to_contain_text("Colour temperature")
        expect(card).to_contain_text("Speed")
        take = card.locator(".take")
        assert int(take.get_attribute("data-height") or 0) > int(take.get_attribute("data-width") or 0)
        desk.page.wait_for_function("() => document.getElementById('video')?.readyState >= 2", timeout=MADE)
        expect(desk.page.locator(".composer-line")).to_contain_text("Editing turn 1, take 1", timeout=SOON)


def go_on_and_branch(ana: Desk, bo: Desk) -> None:
    ana.send("make it black and white")
    expect(bo.page.locator(bo.turn("make it black and white"))).to_be_attached(timeout=SOON)
    bo.send("add a vignette")
    expect(bo.page.locator(bo.turn("add a vignette"))).to_contain_text("2/2")
    expect(ana.page.locator(ana.turn("make it black and white"))).to_contain_text("1/2", timeout=SOON)
    ana.made("make it black and white")
    bo.made("add a vignette")
    ana.page.get_by_role("link", name="Later sibling").click()
    ana.made("add a vignette")
    ana.page.reload()
    ana.made("add a vignette")
    expect(ana.page.locator(".turn")).to_have_count(2)


def ask_for_what_cannot_be_done(bo: Desk) -> None:
    bo.send("replace the dog by a cat")
    card = bo.page.locator(bo.turn("replace the dog by a cat"))
    expect(card).to_have_attribute("data-state", "answered", timeout=SOON)
    expect(card).to_contain_text("Not possible with the local engine: replace the dog by a cat")
    assert card.locator(".take").count() == 0


def several_takes(ana: Desk) -> None:
    page = ana.page
    page.get_by_role("button", name="Start fresh instead").click()
    page.locator("[name=duration]").select_option("3")
    page.locator("[name=results]").select_option("2")
    ana.send("A calm ocean at sunset")
    ana.made("A calm ocean at sunset")
    expect(page.locator(".take")).to_have_count(2, timeout=MADE)
    page.locator("#stage").focus()
    page.keyboard.press("2")
    expect(page.locator(".take-pick[aria-pressed=true]")).to_have_count(1)
    expect(page.locator("#label-main")).to_contain_text("take 2")


def stop_and_retry(ana: Desk, bo: Desk) -> None:
    ana.page.get_by_role("button", name="Start fresh instead").click()
    ana.page.locator("[name=duration]").select_option("10")
    ana.send("A stormy sea")
    card = ana.page.locator(ana.turn("A stormy sea"))
    card.get_by_role("button", name="Stop").click()
    expect(card).to_have_attribute("data-state", "cancelled", timeout=SOON)
    card.get_by_role("button", name="Run it again").click()
    expect(card).to_have_attribute("data-state", ACTIVE, timeout=SOON)
    card.get_by_role("button", name="Stop").click()
    expect(card).to_have_attribute("data-state", "cancelled", timeout=SOON)


def look_and_fetch(ana: Desk) -> None:
    page = ana.page
    for _ in range(2):
        branch = page.url
        page.get_by_role("link", name="Earlier sibling").first.click()
        page.wait_for_url(lambda url, left=branch: url != left)
    ana.made("make the light warmer and slow it down, keep everything else")
    page.locator(".take").first.click()
    page.keyboard.press("d")
    expect(page.locator("#panel")).to_contain_text("Video id")
    expect(page.locator("#panel")).to_contain_text("Seed")
    page.keyboard.press("Escape")
    for format in ("mp4", "webm"):
        with page.expect_download(timeout=MADE) as waiting:
            page.get_by_role("button", name="Export the take on the stage").click()
            page.locator(f"[data-download={format}]").click()
        assert waiting.value.suggested_filename.endswith(f".{format}")
        assert Path(waiting.value.path()).stat().st_size > 1_000


def put_away(ana: Desk) -> None:
    page = ana.page
    page.get_by_role("button", name="Menu of the thread").click()
    page.get_by_role("button", name="Archive").click()
    page.wait_for_url(re.compile(r"//[^/]+/(\?.*)?$"))
    expect(page.get_by_text("is archived")).to_be_visible()
