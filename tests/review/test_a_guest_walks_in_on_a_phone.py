"""A guest on a phone, from the link to a note that the team sees, until the link is switched off."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from studio.accounts.models import Team, User
from studio.review import shares
from studio.review.actions.sharing import Terms, make_link, switch_link
from studio.review.consumers import TOO_MANY
from studio.review.models import Note
from studio.threads import actions
from studio.threads.models import Take
from tests.browser.conftest import add_take, clips, site  # noqa: F401
from tests.browser.test_library_is_accessible import check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 5_000


def phone(browser: Browser, base: str) -> Page:
    context = browser.new_context(
        base_url=base, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def test_a_guest_looks_writes_replies_and_is_out_when_the_link_is_off(
    browser: Browser,
    site: str,  # noqa: F811
    editor: User,
    team: Team,
    add_take: Callable[..., Take],  # noqa: F811
) -> None:
    thread = actions.start_thread(editor, team, title="Harbour at dusk")
    take = add_take(thread, editor)
    theirs = Note.objects.create(take=take, author=editor, text="Is it warm enough?", start=1.0)
    link = make_link(editor, thread, None, Terms(label="The client", password="open sesame", may_download=True))
    page, complaints = phone(browser, site), list[str]()
    page.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.goto(shares.path_of(link))
    check(page)
    page.get_by_label("Password", exact=True).fill("open sesame")
    page.get_by_role("button", name="Open").click()
    page.get_by_label("Your name").fill("Gina")
    check(page)
    page.get_by_role("button", name="Look").click()
    expect(page.locator(f"#note-{theirs.pk}")).to_contain_text("Is it warm enough?")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => document.querySelector('#video')?.readyState >= 2")
    check(page)
    page.locator("[data-note-go]").first.click()
    expect(page.locator("#note-at-text")).to_have_text("00:01.00")
    page.locator("#note-text").fill("Lovely")
    page.reload()
    expect(page.locator("#note-text")).to_have_value("Lovely")
    page.get_by_role("button", name="Post").click()
    expect(page.locator(".note-text", has_text="Lovely")).to_have_count(1, timeout=SOON)
    mine = Note.objects.get(text="Lovely")
    assert mine.guest
    assert mine.guest.name == "Gina"
    page.locator(f"#note-{theirs.pk}").get_by_role("button", name="Reply").click()
    page.get_by_label("Your words").fill("It is")
    page.get_by_label("Your words").press("Enter")
    reply = page.locator(".note-reply", has_text="It is")
    expect(reply).to_be_visible(timeout=SOON)
    reply.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Your words")).to_have_value("It is")
    switch_link(editor, link, False)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link opens nothing", timeout=SOON)
    check(page)
    page.context.close()
    assert complaints == []


def test_the_page_of_links_is_accessible(
    browser: Browser,
    site: str,  # noqa: F811
    editor: User,
    team: Team,
    as_client: Callable[..., object],
) -> None:
    thread = actions.start_thread(editor, team, title="Harbour at dusk")
    make_link(editor, thread, None, Terms(label="The client", password="open sesame"))
    client = as_client(editor)
    cookie = client.cookies["sessionid"].value  # type: ignore[attr-defined]
    page = phone(browser, site)
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
    page.goto(f"/threads/{thread.pk}/share/")
    page.get_by_text("Change", exact=True).click()
    check(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    check(page)
    page.goto("/me/mails/")
    check(page)
    page.context.close()


def test_a_page_too_many_says_so_and_asks_seldom(
    browser: Browser,
    site: str,  # noqa: F811
    editor: User,
    team: Team,
    add_take: Callable[..., Take],  # noqa: F811
) -> None:
    thread = actions.start_thread(editor, team, title="Harbour at dusk")
    add_take(thread, editor)
    page, tries = phone(browser, site), list[str]()

    def full(socket: WebSocketRoute) -> None:
        tries.append(socket.url)
        socket.close(code=TOO_MANY)

    page.route_web_socket(re.compile("/ws/share/"), full)
    page.goto(shares.path_of(make_link(editor, thread, None, Terms(may_note=False))))
    expect(page.locator("#live-state")).to_contain_text("Very many have this page open", timeout=SOON)
    tries.clear()
    page.wait_for_timeout(4_000)  # in which a socket that was lost is tried for at least twice more
    assert not tries
