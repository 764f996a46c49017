"""Moderators clear the queue without touching a mouse, and see what the others do."""

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from studio.accounts.models import Team, User
from studio.moderation.models import Case, Outcome, Strike
from studio.moderation.reporting import Reporter, report
from studio.moderation.sweeping import sweep
from studio.screening.models import Finding
from studio.threads import actions, holds
from studio.threads.models import HeldBy, Take, Thread
from tests.browser.test_library_is_accessible import check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]
SOON = 5_000
PLAYS = "() => [...document.querySelectorAll('.evidence-video')].some((one) => one.muted && !one.paused)"
FILTER = "() => getComputedStyle(document.querySelector('.evidence-strip')).filter"


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team, title="Portrait test")


@pytest.fixture
def takes(thread: Thread, editor: User, owner: User, viewer: User, add_take: AddTake) -> list[Take]:
    """Held by a safety check, reported by two, found by a rule: three cases, in this order."""
    prompts = ("Two boxers in the rain", "Make him smile at the camera", "in the style of the Kestrel cola advert")
    found = [add_take(thread, editor, prompt=prompt) for prompt in prompts]
    with transaction.atomic():
        holds.hold(found[0], HeldBy.PROVIDER, holds.OBJECTED)
    sweep(timezone.now())
    for who in (owner, viewer):
        report(Reporter(who), found[1], "likeness", "That is my neighbour, he did not agree.")
    turn = found[2].turn
    named = {"object_kind": "turn", "object_id": str(turn.pk), "person": editor, "text": turn.prompt}
    Finding.objects.create(rule_name="brand names", verdict="flag", matches=[[20, 27]], **named)
    return found


def settled() -> None:
    """Ten seconds pass."""
    Case.objects.exclude(outcome="").update(effective_at=timezone.now())
    sweep(timezone.now())


def test_it_is_cleared_by_keyboard_alone(visit: Visit, moderator: User, editor: User, takes: list[Take]) -> None:
    page = visit(moderator, "/moderation/")
    title = page.locator("#case h2")
    expect(title).to_have_text("Flagged result")
    expect(page.locator(".queue-row")).to_have_count(3)
    check(page)
    assert "blur" in page.evaluate(FILTER)
    assert "grayscale" in page.evaluate(FILTER)
    page.keyboard.press("j")
    expect(title).to_have_text("2 reports: somebody's likeness without consent")
    page.keyboard.press("k")
    expect(title).to_have_text("Flagged result")
    page.keyboard.press("Enter")
    expect(page.locator("#claim")).to_contain_text("Yours for 10 more minutes")
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_function("() => getComputedStyle(document.querySelector('.evidence-strip')).filter === 'none'")
    page.keyboard.press("p")
    page.wait_for_function(PLAYS)
    page.keyboard.press("h")
    expect(page.locator(".toast").last).to_contain_text("Choose the reason first: press 1 to 7.")
    page.keyboard.press("2")
    expect(page.locator("#message")).to_have_value(re.compile("^It stays hidden: it shows violence"))
    page.keyboard.press("h")
    expect(title).to_have_text("2 reports: somebody's likeness without consent")
    expect(page.locator(".queue-row")).to_have_count(2)
    page.keyboard.press("u")
    expect(title).to_have_text("Flagged result")
    assert not Case.objects.exclude(outcome="").exists()
    page.keyboard.press("r")
    expect(title).to_have_text("2 reports: somebody's likeness without consent")
    page.keyboard.press("s")  # the reason that most reports gave is chosen already
    expect(title).to_have_text("Rule: brand names")
    expect(page.locator("#case mark")).to_have_text("Kestrel")
    page.keyboard.press("6")
    page.keyboard.press("d")
    expect(page.locator("#clear h2")).to_have_text("All clear")
    expect(page.locator(".queue-row")).to_have_count(0)
    check(page)
    settled()
    outcomes = Case.objects.order_by("opened_at").values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.RELEASED, Outcome.STRUCK, Outcome.DELETED]
    assert Strike.objects.get().person == editor
    kept = [Take.objects.get(pk=each.pk) for each in takes]
    assert [bool(each.held_at) for each in kept] == [False, True, True]
    assert [bool(each.trashed_at) for each in kept] == [False, False, True]


def test_a_claim_that_is_late_takes_nothing_away(visit: Visit, moderator: User, takes: list[Take]) -> None:
    page = visit(moderator, "/moderation/")
    title = page.locator("#case h2")
    expect(title).to_have_text("Flagged result")
    late: list[Route] = []
    page.route("**/claim/", lambda route: late.append(route))
    page.keyboard.press("2")  # choosing a reason claims
    expect(page.locator("#message")).to_have_value(re.compile("^It"))
    page.keyboard.press("d")
    expect(title).to_have_text("2 reports: somebody's likeness without consent")
    with page.expect_response("**/claim/") as answered:
        late[0].continue_()
    assert answered.value.status == HTTPStatus.CONFLICT
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(title).to_have_text("2 reports: somebody's likeness without consent")
    assert Case.objects.exclude(outcome="").get().outcome == Outcome.DELETED


def test_two_moderators_see_each_others_claims_and_decisions(visit: Visit, moderator: User, takes: list[Take]) -> None:
    milo = User.objects.create_superuser("milo@example.com", "correct horse battery", name="Milo")
    mine, theirs = visit(moderator, "/moderation/"), visit(milo, "/moderation/")
    for page in (mine, theirs):
        expect(page.locator("#case h2")).to_have_text("Flagged result")
        page.wait_for_function("() => performance.now() > 800")
    mine.keyboard.press("Enter")
    expect(theirs.locator("#claim")).to_contain_text("Mona works on this", timeout=SOON)
    expect(theirs.locator(".queue-row").first.locator(".queue-claimed")).to_have_text("Mona")
    expect(theirs.locator("#do-released")).to_be_disabled()
    mine.get_by_role("button", name="Give it back").click()
    expect(theirs.locator("#do-released")).to_be_enabled(timeout=SOON)
    theirs.locator("#message").fill("My own words")
    mine.keyboard.press("r")
    expect(theirs.locator(".queue-row")).to_have_count(2, timeout=SOON)
    theirs.get_by_role("button", name="Release").click()
    expect(theirs.locator(".case-outdated")).to_contain_text("Mona has closed this case at")
    expect(theirs.get_by_label("What you had written")).to_have_value("My own words")
    check(theirs)
    theirs.get_by_role("button", name="Next case").click()
    expect(theirs.locator("#case h2")).to_have_text("2 reports: somebody's likeness without consent")


def test_a_take_is_reported_from_its_turn_and_its_author_reads_the_decision(
    visit: Visit, viewer: User, editor: User, moderator: User, thread: Thread, add_take: AddTake
) -> None:
    take = add_take(thread, editor)
    page = visit(viewer, f"/threads/{thread.pk}/")
    page.locator(".turn-more").click()
    page.get_by_role("button", name="Report…").click()
    expect(page.get_by_role("heading", name="Report: Turn 1")).to_be_visible()
    check(page)
    page.get_by_label("What is wrong with it").select_option("likeness")
    page.get_by_label("In your words").fill("That is my neighbour.")
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Thank you. A moderator will look at it")
    expect(page.locator("#report")).to_be_hidden()
    queue = visit(moderator, "/moderation/", size=(390, 844))
    queue.locator(".queue-row").click()
    expect(queue.locator("#claim")).to_contain_text("Yours")
    check(queue)
    queue.locator("#message").fill("Please ask people first.")
    queue.get_by_role("button", name="Keep hidden").click()
    expect(queue.locator("#clear")).to_be_visible()
    settled()
    assert Take.objects.get(pk=take.pk).held_by == HeldBy.STAFF
    mine = visit(editor, f"/threads/{thread.pk}/")
    expect(mine.locator(".turn-notice")).to_contain_text("A moderator says: “Please ask people first.”")
    mine.get_by_role("link", name="All decisions about what you made").click()
    expect(mine.locator(".notices-one")).to_contain_text("Kept hidden")
    check(mine)
