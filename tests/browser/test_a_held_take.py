"""A take that is held back: gone from every open page at once, shown to its author on demand, back with its release."""

from collections.abc import Callable

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from studio.accounts.models import Team, User
from studio.threads import actions, holds, jobs
from studio.threads.models import HeldBy, Job, JobStatus, Take, Thread
from tests.browser.test_library_is_accessible import SIZES, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]
SOON = 5_000
FILTER = "getComputedStyle(document.querySelector('.take-held img')).filter"
BLURRED, CLEAR = f"() => {FILTER}.includes('blur')", f"() => {FILTER} === 'none'"


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team, title="Harbour at dusk")


@pytest.fixture
def held(thread: Thread, editor: User, add_take: AddTake) -> Take:
    """The safety check of its provider objects to the editor's take."""
    take = add_take(thread, editor)
    with transaction.atomic():
        holds.hold(take, HeldBy.PROVIDER, holds.OBJECTED)
    return take


def opened(page: Page) -> Page:
    """Wait until the scripts and the socket are there."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => document.body.dataset.live && performance.now() > 400")
    return page


def test_a_hold_takes_it_off_every_page_and_a_release_brings_it_back(
    visit: Visit, editor: User, owner: User, viewer: User, moderator: User, thread: Thread, add_take: AddTake
) -> None:
    """From everybody's but its author's, who may look."""
    take = add_take(thread, viewer)
    address = f"/threads/{thread.pk}/"
    pages = [opened(visit(each, address)) for each in (editor, owner)]
    for page in pages:
        expect(page.locator("#label-main")).to_have_text("Turn 1 · take 1")
        expect(page.locator("#composer-head .composer-picture img")).to_have_count(1)
    actions.hold_take(moderator, take, "Somebody in it did not agree.")
    for page in pages:
        expect(page.locator(".held-title")).to_contain_text("is held back by whoever", timeout=SOON)
        expect(page.locator("#picture")).to_be_hidden()
        expect(page.locator("#well-hint")).to_have_text("Takes play here.")
        assert page.evaluate("() => document.querySelector('#video').getAttribute('src')") is None
        assert page.evaluate("() => [...document.images].filter((one) => one.src.includes('/media/')).length") == 0
    actions.release_take(moderator, take, "They agreed.")
    for page in pages:
        expect(page.locator(".take img")).to_have_count(1, timeout=SOON)
        expect(page.locator(".held")).to_have_count(0)


def test_another_take_stands_in_for_it_on_the_stage(
    visit: Visit, editor: User, owner: User, moderator: User, thread: Thread, add_take: AddTake
) -> None:
    first = add_take(thread, editor)
    second = add_take(thread, editor, parent=first, prompt="warmer")
    page = opened(visit(owner, f"/threads/{thread.pk}/"))
    expect(page.locator("#label-main")).to_have_text("Turn 2 · take 1")
    actions.hold_take(moderator, second, "Somebody in it did not agree.")
    expect(page.locator("#label-main")).to_have_text("Turn 1 · take 1", timeout=SOON)
    expect(page.locator(".composer-line")).to_contain_text("Editing turn 1, take 1")


def test_what_was_made_from_it_leaves_the_stage_with_it_and_comes_back(
    visit: Visit, editor: User, owner: User, moderator: User, thread: Thread, add_take: AddTake
) -> None:
    first = add_take(thread, editor)
    add_take(thread, editor, parent=first, prompt="warmer")
    page = opened(visit(owner, f"/threads/{thread.pk}/"))
    page.get_by_role("button", name="Wipe").click()
    expect(page.locator("#other-side")).to_be_visible()
    actions.hold_take(moderator, first, "Somebody in it did not agree.")
    expect(page.locator("#other-side")).to_be_hidden(timeout=SOON)
    expect(page.locator("#modes")).to_be_hidden()
    expect(page.locator("#picture")).to_be_hidden()
    expect(page.locator(".held-title")).to_have_count(2)
    expect(page.locator(".held-title").last).to_contain_text("together with a take that it was made from")
    assert page.evaluate("() => [...document.images].filter((one) => one.src.includes('/media/')).length") == 0
    actions.release_take(moderator, first, "They agreed.")
    expect(page.locator(".take img")).to_have_count(2, timeout=SOON)


def test_its_author_looks_at_it_and_releases_it_for_everybody(
    visit: Visit, editor: User, owner: User, thread: Thread, held: Take
) -> None:
    mine, theirs = (opened(visit(each, f"/threads/{thread.pk}/")) for each in (editor, owner))
    for page in (mine, theirs):
        expect(page.locator("#picture")).to_be_hidden()
    mine.wait_for_function(BLURRED)
    mine.get_by_role("link", name="Show turn 1, take 1, which is held back").click()
    expect(mine.locator("#label-main")).to_have_text("Turn 1 · take 1 · held back")
    mine.wait_for_function(CLEAR)
    mine.wait_for_function("() => document.querySelector('#video')?.readyState >= 2")
    assert mine.evaluate("() => document.querySelector('#video').paused")
    expect(mine.locator("#export")).to_be_hidden()
    expect(mine.locator("#stage-continue")).to_be_hidden()
    mine.get_by_role("button", name="Release").click()
    expect(mine.locator(".held")).to_have_count(1)  # the browser asks for the reason
    mine.get_by_label("Why take 1 is released or deleted").fill("It is a statue.")
    mine.get_by_role("button", name="Release").click()
    for page in (mine, theirs):
        expect(page.locator(".take img")).to_have_count(1, timeout=SOON)
        expect(page.locator(".held")).to_have_count(0)
    expect(mine.locator("#label-main")).to_have_text("Turn 1 · take 1")


def test_a_turn_whose_only_take_is_held_says_so_when_it_is_done(
    visit: Visit, editor: User, owner: User, thread: Thread, held: Take
) -> None:
    Job.objects.filter(pk=held.job_id).update(status=JobStatus.COLLECTING)
    pages = [opened(visit(each, f"/threads/{thread.pk}/")) for each in (editor, owner)]
    jobs.move(held.job_id, JobStatus.COLLECTING, JobStatus.SUCCEEDED)
    for page in pages:
        expect(page.locator(".toast")).to_have_text("Turn 1 is made, and held back by the safety check", timeout=SOON)
        expect(page.locator("#picture")).to_be_hidden()


def test_its_author_deletes_it_and_takes_that_back(
    visit: Visit, editor: User, owner: User, thread: Thread, held: Take
) -> None:
    mine, theirs = (opened(visit(each, f"/threads/{thread.pk}/?held={held.pk}")) for each in (editor, owner))
    expect(mine.locator("#label-main")).to_have_text("Turn 1 · take 1 · held back")
    expect(theirs.locator("#picture")).to_be_hidden()
    mine.get_by_label("Why take 1 is released or deleted").fill("Not what I wanted.")
    mine.get_by_role("button", name="Delete").click()
    for page in (mine, theirs):
        expect(page.locator(".turn-gone")).to_contain_text("1 take is in the trash.", timeout=SOON)
        expect(page.locator("#picture")).to_be_hidden()
    mine.get_by_role("button", name="Undo").click()
    for page in (mine, theirs):
        expect(page.locator(".held")).to_have_count(1, timeout=SOON)
    mine.wait_for_function(BLURRED)


@pytest.mark.parametrize("size", SIZES)
def test_its_card_is_accessible(
    visit: Visit, editor: User, viewer: User, thread: Thread, held: Take, size: tuple[int, int]
) -> None:
    for who in (editor, viewer):
        page = visit(who, f"/threads/{thread.pk}/", size=size)
        expect(page.locator(".held")).to_be_visible()
        check(page)
