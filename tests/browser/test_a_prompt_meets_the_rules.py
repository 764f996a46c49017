"""What the studio's rules do to a prompt, on open pages: refused in the composer, held as a card, sent with a word."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from studio.accounts.models import Team, User
from studio.screening.models import Rule, Verdict
from studio.threads import actions
from studio.threads.models import Turn
from tests.browser.test_library_is_accessible import check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 5_000


def send(page: Page, prompt: str) -> None:
    page.locator("#prompt").fill(prompt)
    page.keyboard.press("Enter")


def test_refused_then_held_then_released_then_warned(
    visit: Callable[..., Page], editor: User, owner: User, moderator: User, team: Team
) -> None:
    for verdict, text in ((Verdict.BLOCK, "bomb"), (Verdict.HOLD, "gun"), (Verdict.WARN, "knife")):
        Rule.objects.create(name=text, text=text, verdict=verdict, message=f"About {text}.")
    thread = actions.start_thread(editor, team, "Harbour")
    mine, theirs = (visit(each, f"/threads/{thread.pk}/") for each in (editor, owner))
    for page in (mine, theirs):
        page.wait_for_load_state("networkidle")
        page.wait_for_function("() => document.body.dataset.live && performance.now() > 400")

    send(mine, "a b0mb at sea")
    expect(mine.get_by_text("This studio's rules refuse “b0mb”. About bomb.")).to_be_visible(timeout=SOON)
    expect(mine.locator("#prompt")).to_have_value("a b0mb at sea")
    expect(mine.locator(".turn")).to_have_count(0)

    send(mine, "a gun at sea")
    for page in (mine, theirs):
        expect(page.locator(".held-title")).to_have_text(
            "This studio's rules hold this turn until a moderator has looked.", timeout=SOON
        )
        expect(page.locator("#thread-chip")).to_have_text("Held for a check")
    expect(mine.locator("#prompt")).to_have_value("")
    check(mine)

    actions.release_turn(moderator, Turn.objects.get(), "It is a toy.")
    for page in (mine, theirs):
        expect(page.locator(".running")).to_have_count(1, timeout=SOON)
        expect(page.locator(".held")).to_have_count(0)

    send(mine, "a knife at sea")
    expect(mine.locator(".toast")).to_contain_text("It was sent. Mind “knife”. About knife.", timeout=SOON)

    send(mine, "another gun")
    expect(mine.locator(".held")).to_have_count(1, timeout=SOON)
    mine.get_by_role("button", name="Take it back").click()
    expect(mine.get_by_text("Stopped. Nothing was made, nothing is lost.")).to_be_visible(timeout=SOON)
