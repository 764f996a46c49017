"""Threads at Runware, at EvoLink, and one that mixes both with the local engine, through the whole product.

The vendors are stand-ins on loopback that speak the documented wire format; the studio reaches them, and they it.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bench import people
from tests.product import Product
from tests.servers.evolink import EvoLinkServer
from tests.servers.runware import RunwareServer
from tests.services import own_services

pytestmark = [pytest.mark.browser, pytest.mark.processes]
MADE = 90_000  # ms
RUNWARE, EVOLINK, LOCAL = "Gemini Omni Flash 1.1 (Runware)", "Gemini Omni Flash 1.1 (EvoLink)", "Local engine"

NEW = """
from studio.accounts.models import Team, User
from studio.threads import actions
print(actions.start_thread(User.objects.get(), Team.objects.get()).pk)
"""


@dataclass
class Studio:
    product: Product
    runware: RunwareServer
    evolink: EvoLinkServer
    session: str

    def visit(self, browser: Browser, size: tuple[int, int] = (1440, 900)) -> Page:
        context = browser.new_context(
            base_url=self.product.url,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "sessionid", "value": self.session, "url": self.product.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with ExitStack() as stack:
        services = stack.enter_context(own_services())
        runware = stack.enter_context(RunwareServer(seconds=0.5))
        evolink = stack.enter_context(EvoLinkServer(seconds=0.5, loopback_callbacks=True))
        product = Product(tmp_path_factory.mktemp("vendors"), **services)
        product.environment |= {
            "STUDIO_RUNWARE_URL": f"{runware.url}/v1",
            "STUDIO_RUNWARE_KEY": runware.key,
            "STUDIO_EVOLINK_URL": evolink.url,
            "STUDIO_EVOLINK_FILES_URL": evolink.url,
            "STUDIO_EVOLINK_KEY": evolink.key,
            "STUDIO_PUBLIC_URL": product.url,
            "STUDIO_ALLOW_PRIVATE_PROVIDERS": "1",
        }
        stack.enter_context(product)
        yield Studio(product, runware, evolink, people.make(product, "Ana", "owner").session)


def start(studio: Studio, page: Page, model: str) -> None:
    """A new thread with its composer on that model, for three seconds."""
    page.goto(f"/threads/{studio.product.shell(NEW)}/")
    choose(page, model)
    page.locator("select[name=duration]").select_option("3")


def choose(page: Page, model: str) -> None:
    page.locator("[popovertarget=model-menu]").click()
    page.locator("#model-menu").get_by_text(model, exact=True).click()
    expect(page.locator(".tool-model")).to_have_text(model)
    page.keyboard.press("Escape")


def send(page: Page, words: str, model: str, price: str) -> None:
    """Sends them, waits for the take, and looks at what the card says."""
    button = page.locator("#send")
    if price:
        expect(button.locator(".send-price")).to_contain_text(price)
    else:
        expect(button.locator(".send-price")).to_have_count(0)
    page.locator("#prompt").fill(words)
    page.locator("#prompt").press("Enter")
    card = page.locator(f'.turn:not(.turn-pending):has(.turn-prompt:text-is("{words}"))')
    expect(card).to_have_attribute("data-state", "succeeded", timeout=MADE)
    expect(card.locator(".take")).to_have_count(1)
    expect(card).to_contain_text(model)
    if price:
        expect(card.locator(".turn-facts")).to_contain_text("$")
    expect(page.locator("#composer-head")).to_contain_text("Editing turn")


def test_three_turns_at_runware_continue_each_other(browser: Browser, studio: Studio) -> None:
    page = studio.visit(browser)
    before = len(studio.runware.tasks)
    start(studio, page, RUNWARE)
    send(page, "A lone boat at dusk", RUNWARE, "$0.30")
    send(page, "make the light warmer, keep everything else unchanged", RUNWARE, "$0.30")
    send(page, "把光线调暖一点", RUNWARE, "$0.30")
    tasks = [job.order.task for job in list(studio.runware.tasks.values())[before:]]
    assert [list(task.get("inputs", {})) for task in tasks] == [[], ["videoId"], ["videoId"]]
    assert tasks[-1]["positivePrompt"] == "把光线调暖一点"
    assert max(studio.runware.billed.values()) == 1
    assert "Traceback" not in studio.product.log


def test_three_turns_at_evolink_send_the_take_before(browser: Browser, studio: Studio) -> None:
    page = studio.visit(browser, (390, 844))
    start(studio, page, EVOLINK)
    send(page, "A lone boat at dawn", EVOLINK, "$0.26")
    send(page, "add light snow", EVOLINK, "$0.28")
    send(page, "add fog over the water", EVOLINK, "$0.28")
    bodies = [body for body in studio.evolink.bodies if b"video_urls" in body]
    assert len(bodies) >= 2 and all(studio.product.url.encode() in body for body in bodies)
    assert max(studio.evolink.billed.values()) == 1
    assert "Traceback" not in studio.product.log


def test_a_take_is_extended_at_evolink(browser: Browser, studio: Studio) -> None:
    """Chosen once; the next turn changes the take again."""
    page = studio.visit(browser)
    start(studio, page, EVOLINK)
    send(page, "A lone boat at noon", EVOLINK, "$0.26")
    head = page.locator("#composer-head")
    head.get_by_label("extend it").check()
    expect(head).to_contain_text("Extending turn")
    expect(page.locator("select[name=duration]")).to_have_value("3")
    send(page, "it sails on", EVOLINK, "$0.28 to $0.62")
    expect(page.locator(".turn").last.locator(".take-label")).to_contain_text("0:06")
    expect(head.get_by_label("change it")).to_be_checked()
    assert b"video-extend" in studio.evolink.bodies[-1]
    choose(page, RUNWARE)
    expect(head.get_by_label("extend it")).to_have_count(0)
    assert "Traceback" not in studio.product.log


def test_one_thread_mixes_all_three(browser: Browser, studio: Studio) -> None:
    page = studio.visit(browser)
    start(studio, page, RUNWARE)
    send(page, "A harbour in the rain", RUNWARE, "$0.30")
    choose(page, EVOLINK)
    send(page, "let the sun come out", EVOLINK, "$0.28")
    choose(page, LOCAL)
    send(page, "make it warmer", LOCAL, "")
    expect(page.locator(".turn").last).to_contain_text("Colour temperature")


def test_a_refused_prompt_says_who_refused_and_what_it_did_cost(browser: Browser, studio: Studio) -> None:
    page = studio.visit(browser)
    start(studio, page, RUNWARE)
    studio.runware.faults.order("moderation")
    page.locator("#prompt").fill("Something that is refused")
    page.locator("#prompt").press("Enter")
    card = page.locator(".turn[data-state=failed]")
    expect(card).to_contain_text("Gemini Omni Flash 1.1 (Runware) refused the request", timeout=MADE)
    expect(card).to_contain_text("Whether it was charged is not known.")
    expect(card).not_to_contain_text("invalidProviderContent")
