from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from studio.accounts.models import Team, User
from tests.conftest import CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = [(1440, 900), (390, 844)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread, and Django takes that for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            opened = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic", "--disable-background-networking"]
            )
            yield opened
            opened.close()


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
    yield opened
    opened.close()


def refused_by_the_policy(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if "Content Security" in message.text else None)
    return found


def no_serious_finding(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        violations = Axe().run(page).response["violations"]
        serious = [
            (v["id"], [n["html"] for n in v["nodes"]]) for v in violations if v["impact"] in {"serious", "critical"}
        ]
        assert serious == [], (page.url, width)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), (page.url, width)


def test_the_first_account_is_created_with_a_password_one_can_look_at(context: BrowserContext) -> None:
    page = context.new_page()
    refused = refused_by_the_policy(page)
    page.goto("/accounts/login/")
    no_serious_finding(page)

    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Show the password").click()
    assert page.get_by_label("Password", exact=True).get_attribute("type") == "text"
    page.get_by_label("Team name").fill("North Pier")
    page.get_by_role("button", name="Create account").click()

    page.wait_for_url("**/")
    assert User.objects.get().email == "ana@example.com"
    assert Team.objects.get().name == "North Pier"
    assert refused == []


def test_an_owner_brings_somebody_in_by_a_link(browser: Browser, context: BrowserContext, owner: User) -> None:
    page = context.new_page()
    refused = refused_by_the_policy(page)
    page.goto("/accounts/login/?next=/team/")
    no_serious_finding(page)
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("The link").input_value()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == link
    no_serious_finding(page)

    elsewhere = browser.new_context()
    guest = elsewhere.new_page()
    guest.goto(link)
    no_serious_finding(guest)
    guest.get_by_label("E-mail").fill("nina@example.com")
    guest.get_by_label("Password", exact=True).fill("a long enough phrase")
    guest.get_by_role("button", name="Create account and join").click()
    guest.wait_for_url("**/")
    elsewhere.close()

    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
    page.get_by_label("Role of nina").select_option("viewer")
    page.get_by_text("nina is now: Viewer.").wait_for()
    page.get_by_role("button", name="More about nina").click()
    page.get_by_role("button", name="Remove from the team").click()
    no_serious_finding(page)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_text("nina is no longer in").wait_for()
    assert refused == []


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/audit/auditentry/"])
def test_the_admin_runs_under_its_policy(context: BrowserContext, moderator: User, path: str) -> None:
    page = context.new_page()
    refused = refused_by_the_policy(page)
    page.goto(f"/accounts/login/?next={path}")
    page.get_by_label("E-mail").fill(moderator.email)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")

    assert page.get_by_text("Administration").first.is_visible()
    assert refused == []
