"""Author, reviewer and guest on one take at once: from the guest's note to the turn that fixes it, and to the end."""

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.accounts.models import Team, User
from studio.media import store
from studio.review import shares
from studio.review.actions.sharing import Terms, make_link
from studio.review.models import Note, NoteTurn
from studio.threads import actions
from studio.threads.models import Take, Turn
from tests.browser.test_library_is_accessible import SIZES, check
from tests.threads.test_from_prompt_to_take import Until, until_quiet

__all__ = ["until_quiet"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
SOON = 5_000
WITHIN = 1_000
WORDS = "make it black and white"


@pytest.fixture
def take(owner: User, team: Team, clips: Callable[..., Path], until_quiet: Until) -> Take:
    """Made by the local engine from a clip, so that a turn can go on from it."""
    thread = actions.start_thread(owner, team, title="Harbour at dusk")
    clip = store.ingest_file(clips(2, (320, 180)), team=team, owner=owner, title="boat.mp4")
    turn = actions.start_turn(owner, thread, token=uuid.uuid4(), prompt="make it warmer", inputs=[("source", clip)])
    until_quiet()
    return Take.objects.select_related("turn__thread", "asset").get(turn=turn)


@pytest.fixture
def gina(browser: Browser, site: str) -> Iterator[Page]:
    """A guest's phone. What the policy refuses or a script throws fails the test."""
    complaints: list[str] = []
    context = browser.new_context(
        base_url=site, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert complaints == []


def test_a_guests_note_becomes_a_turn_that_fixes_it(
    visit: Visit, gina: Page, owner: User, reviewer: User, take: Take, until_quiet: Until
) -> None:
    link = make_link(owner, take.turn.thread, None, Terms(label="The client"))
    address = f"/takes/{take.pk}/review/"
    olga, rosa = visit(owner, address), visit(reviewer, address)
    come_in(gina, shares.path_of(link))
    note = draw_and_write(gina)
    for page in (olga, rosa):
        see_it_live(page, note)
    reply(rosa, note, (olga, gina))
    for page in (olga, rosa, gina):
        in_both_sizes(page)
    make_the_next_turn(olga, note, until_quiet)
    expect(gina.locator(".foot-take")).to_have_count(2, timeout=SOON)  # she is told of the new take, and stays here
    say_that_it_is_fixed(olga, note, (olga, rosa, gina))
    switch_off(olga, gina, take)


def ready(page: Page) -> None:
    page.wait_for_function("() => document.getElementById('video')?.readyState >= 2")


def in_both_sizes(page: Page) -> None:
    before = page.viewport_size
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        check(page)
    page.set_viewport_size(before or {"width": 1440, "height": 900})


def come_in(gina: Page, path: str) -> None:
    gina.goto(path)
    in_both_sizes(gina)
    gina.get_by_label("Your name").fill("Gina")
    gina.get_by_role("button", name="Look").tap()
    ready(gina)


def draw_and_write(gina: Page) -> Note:
    gina.get_by_role("button", name="Forward one frame").tap()
    gina.get_by_role("button", name="Draw").tap()
    touch(gina, (0.3, 0.3), (0.6, 0.6))
    expect(gina.locator(".ink > path")).to_have_count(1)
    gina.get_by_role("button", name="Done").tap()
    at = gina.locator("#note-at-text").text_content()
    gina.locator("#note-text").fill(WORDS)
    gina.get_by_role("button", name="Post").tap()
    expect(gina.locator(".note-text", has_text=WORDS)).to_have_count(1, timeout=SOON)
    note = Note.objects.select_related("guest").get()
    assert note.guest and note.guest.name == "Gina"
    assert (note.start, at) == (0.06, "00:00.01")  # the middle of its frame
    [stroke] = note.drawing
    assert (stroke["kind"], [round(share, 1) for share in stroke["points"][0]]) == ("free", [0.3, 0.3])
    return note


def touch(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """One finger over the picture; its sides are 1 long."""
    box = page.locator("#picture").bounding_box()
    assert box
    points = [[start[i] + (end[i] - start[i]) * step / 4 for i in (0, 1)] for step in range(5)]
    spots = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": spots[:1]})
    for spot in spots[1:]:
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [spot]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def see_it_live(page: Page, note: Note) -> None:
    card = page.locator(f"#note-{note.pk}")
    expect(card).to_contain_text("Gina", timeout=SOON)
    expect(card).to_contain_text(WORDS)
    expect(page.locator(".pin")).to_have_count(1)
    card.locator("[data-note-go]").click()
    expect(page.locator(".ink > path")).to_have_count(1)


def reply(rosa: Page, note: Note, others: tuple[Page, Page]) -> None:
    card = rosa.locator(f"#note-{note.pk}")
    card.get_by_role("button", name="Reply").click()
    card.get_by_label("Your words").fill("@Olga please, as in the first cut")
    card.get_by_label("Your words").press("Enter")
    for page in others:
        theirs = page.locator(f"#note-{note.pk} .note-reply")
        expect(theirs).to_contain_text("please, as in the first cut", timeout=SOON)
        expect(theirs.locator(".mention")).to_have_text("@Olga")


def make_the_next_turn(olga: Page, note: Note, until_quiet: Until) -> None:
    olga.locator(f"#note-{note.pk} .next-choose input").check()
    olga.get_by_role("button", name="Make next turn").click()
    expect(olga.get_by_label("What is sent")).to_have_value(f"{WORDS}.\nKeep everything else unchanged.")
    in_both_sizes(olga)
    olga.get_by_role("button", name="Send", exact=True).click()
    expect(olga.locator(".toast")).to_contain_text("Turn 2 is on its way.", timeout=SOON)
    until_quiet()
    turn = Turn.objects.get(number=2)
    assert (turn.parent_id, [each["id"] for each in turn.reply["applied"]]) == (note.take_id, ["bw"])
    assert Take.objects.filter(turn=turn).exists()


def say_that_it_is_fixed(olga: Page, note: Note, pages: tuple[Page, Page, Page]) -> None:
    """Of a guest's note, whoever the thread belongs to is asked."""
    question = olga.locator(f"#note-{note.pk} .fix")
    expect(question).to_contain_text("Fixed in turn 2?", timeout=SOON)
    expect(question.locator("video")).to_have_count(2)
    check(olga)
    question.get_by_role("button", name="Yes").click()
    for page in pages:
        expect(page.locator(f"#note-{note.pk}[data-resolved]"), page.url).to_have_count(1, timeout=SOON)
    assert NoteTurn.objects.get(note=note).answer == NoteTurn.Answer.FIXED


def switch_off(olga: Page, gina: Page, take: Take) -> None:
    file = gina.locator("#video").get_attribute("src")
    assert file and file.startswith("/s/")
    assert gina.request.get(file).ok
    olga.goto(f"/threads/{take.turn.thread_id}/share/")
    in_both_sizes(olga)
    olga.get_by_role("button", name="Switch off").click()
    expect(olga.get_by_text("Nobody gets in.")).to_be_visible()
    began = time.monotonic()
    expect(gina.get_by_role("heading", level=1)).to_have_text("This link opens nothing", timeout=WITHIN)
    assert gina.request.get(file).status == 404
    assert time.monotonic() - began < WITHIN / 1000
    in_both_sizes(gina)
