"""One walk through a review: author and reviewer at once, live in both browsers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from studio.accounts.models import Team, User
from studio.review import actions as review
from studio.review.models import Note
from studio.threads import actions
from studio.threads.models import Take, Thread
from tests.browser.test_library_is_accessible import check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team, title="Harbour at dusk")


def test_a_review_from_the_first_note_to_the_approval(
    visit: Visit, owner: User, editor: User, reviewer: User, thread: Thread, add_take: AddTake
) -> None:
    first = add_take(thread, editor)
    take = add_take(thread, editor, parent=first, prompt="Warmer")
    address = f"/takes/{take.pk}/review/"
    rosa, emil = visit(reviewer, address), visit(editor, address, size=(390, 844))
    ask(emil)
    at_a_frame(rosa, emil)
    over_a_range_with_a_drawing(rosa, emil)
    reply_and_resolve(rosa, emil)
    decide(rosa, emil)
    check(rosa)
    check(emil)
    olga = visit(owner, "/")
    expect(olga.locator("#waiting-count")).to_be_empty()
    assert Note.objects.count() == 3


def test_what_is_held_leaves_an_open_page_and_comes_back(
    visit: Visit, owner: User, editor: User, reviewer: User, moderator: User, thread: Thread, add_take: AddTake
) -> None:
    take = add_take(thread, editor)
    rosa = visit(reviewer, f"/takes/{take.pk}/review/")
    ready(rosa)
    actions.hold_take(moderator, take, "Somebody in it did not agree.")
    expect(rosa.get_by_role("heading", level=1)).to_have_text("Turn 1 · take 1 is not here now", timeout=1_000)
    expect(rosa.locator("video, .foot")).to_have_count(0)
    check(rosa)
    actions.release_take(moderator, Take.objects.get(pk=take.pk), "They agreed.")
    ready(rosa)
    assert Note.objects.count() == 0


def ask(emil: Page) -> None:
    emil.get_by_role("button", name="Ask for a review").click()
    emil.locator("#ask-menu").get_by_text("Rosa").click()
    emil.get_by_role("button", name="Ask them").click()
    expect(emil.locator("#review-state")).to_contain_text("In review")
    expect(emil.get_by_text("Rosa: Has not answered yet")).to_be_attached()


def ready(page: Page) -> None:
    page.wait_for_function("() => document.getElementById('video')?.readyState >= 2")


def at_a_frame(rosa: Page, emil: Page) -> None:
    ready(rosa)
    rosa.keyboard.press("Shift+ArrowRight")
    expect(rosa.locator("#note-at-text")).to_have_text("00:01.00")
    rosa.keyboard.press("m")
    rosa.keyboard.type("Too dark here, @Em")
    rosa.keyboard.press("Enter")
    expect(rosa.locator("#note-text")).to_have_value("Too dark here, @Emil ")
    rosa.reload()
    ready(rosa)
    expect(rosa.locator("#note-text")).to_have_value("Too dark here, @Emil ")
    expect(rosa.locator("#note-at-text")).to_have_text("00:01.00")
    rosa.locator("#note-text").press("Enter")
    for page in (rosa, emil):
        expect(page.locator(".note-text")).to_have_text("Too dark here, @Emil")
        expect(page.locator(".pin")).to_have_count(1)
    expect(emil.locator("[data-count=mine]")).to_have_text("1")
    expect(rosa.locator("#note-text")).to_have_value("")


def over_a_range_with_a_drawing(rosa: Page, emil: Page) -> None:
    rosa.locator("#stage").focus()
    rosa.keyboard.press("i")
    rosa.keyboard.press("Shift+ArrowRight")
    rosa.keyboard.press("o")
    expect(rosa.locator("#note-at-text")).to_have_text("00:01.00 – 00:02.01")
    rosa.keyboard.press("d")
    rosa.get_by_role("button", name="Arrow").click()
    drag(rosa, (0.2, 0.2), (0.6, 0.7))
    rosa.get_by_role("button", name="Free hand").click()
    drag(rosa, (0.7, 0.2), (0.8, 0.4))
    expect(rosa.locator(".ink > path")).to_have_count(2)
    rosa.get_by_role("button", name="Undo").click()
    expect(rosa.locator(".ink > path")).to_have_count(1)
    check(rosa)
    rosa.locator("#note-text").fill("The boat drifts")
    rosa.locator("#note-text").press("Enter")
    expect(emil.locator(".note").first).to_contain_text("The boat drifts")
    expect(emil.locator(".ink > path")).to_have_count(0)
    emil.locator(".note:visible").first.locator("[data-note-go]").click()
    expect(emil.locator(".ink > path")).to_have_count(1)
    [stroke] = Note.objects.get(text="The boat drifts").drawing
    assert stroke["kind"] == "arrow"
    assert [round(share, 1) for point in stroke["points"] for share in point] == [0.2, 0.2, 0.6, 0.7]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = page.locator("#picture").bounding_box()
    assert box
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    page.mouse.up()


def reply_and_resolve(rosa: Page, emil: Page) -> None:
    note = emil.locator(".note", has_text="The boat drifts")
    note.get_by_role("button", name="Reply").click()
    note.get_by_label("Your words").fill("I keep it inside the glitter")
    note.get_by_label("Your words").press("Enter")
    theirs = rosa.locator(".note", has_text="The boat drifts")
    expect(theirs).to_contain_text("I keep it inside the glitter")
    theirs.locator("[data-note-go]").click()
    rosa.locator("#stage").focus()
    rosa.keyboard.press("r")
    expect(note).to_be_hidden()
    expect(emil.locator("[data-count=resolved]")).to_have_text("1")


def decide(rosa: Page, emil: Page) -> None:
    rosa.keyboard.press("n")
    expect(emil.locator("#review-state")).to_contain_text("Needs changes")
    rosa.get_by_role("button", name="Approve").click()
    expect(rosa.get_by_role("dialog")).to_contain_text("1 note is still open")
    expect(rosa.get_by_role("dialog").get_by_role("button", name="Approve, leave it open")).to_be_visible()
    check(rosa)
    # News about the take while the question is open: the button that asked it is still there to be sent.
    reviewed = Take.objects.select_related("turn__thread").order_by("turn__number").last()
    assert reviewed
    review.finish_review(User.objects.get(email="olga@example.com"), reviewed)
    expect(emil.locator("#verdicts")).to_contain_text("Olga: Finished reviewing")
    rosa.wait_for_timeout(300)
    rosa.get_by_role("dialog").get_by_role("button", name="Resolve it and approve").click()
    for page in (rosa, emil):
        expect(page.locator("#review-state")).to_contain_text("This take is approved")
        expect(page.locator("[data-count=open]")).to_have_text("0")
        expect(page.locator("[data-count=resolved]")).to_have_text("2")
