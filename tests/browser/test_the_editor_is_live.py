"""Two people in one thread: what one does the other sees, without a reload and without being disturbed."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from studio.accounts.models import Team, User
from studio.providers.base import JobState, JobUpdate
from studio.threads import actions, jobs
from studio.threads.models import Job, JobStatus, Take, Thread, Turn
from studio.threads.watching import Watcher

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]
SOON = 5_000


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team, title="Harbour at dusk")


@pytest.fixture
def send(thread: Thread, editor: User) -> Callable[..., Turn]:
    def start(prompt: str, parent: Take | None = None) -> Turn:
        settings = {"duration": 3} if parent is None else {}
        return actions.start_turn(editor, thread, token=uuid4(), prompt=prompt, parent=parent, settings=settings)

    return start


@pytest.fixture
def make(run_tasks: Callable[..., int]) -> Callable[[], None]:
    """What the processes of a studio do for the turns that wait."""

    def work() -> None:
        watcher = Watcher()
        for _round in range(20):
            run_tasks()
            run_tasks("render")
            watcher.turn()
            if not Job.objects.active().exists():
                run_tasks()
                return
        raise AssertionError("the turns were not finished")

    return work


Send, Make = Callable[..., Turn], Callable[[], None]


def address(thread: Thread) -> str:
    return f"/threads/{thread.pk}/"


def opened(page: Page) -> Page:
    """Wait until the socket is there."""
    page.wait_for_function("() => document.body.dataset.live && performance.now() > 400")
    return page


def test_news_that_comes_while_the_page_still_loads_is_not_lost(
    visit: Visit, editor: User, thread: Thread, send: Send
) -> None:
    """On a slow line the module that shows cards comes after the one that hears of them."""
    turn = send("A calm ocean at sunset")
    page = visit(editor, "/")
    late: list[Route] = []
    page.route("**/js/turns*.js", lambda route: late.append(route))
    page.goto(address(thread), wait_until="commit")
    expect(page.locator(".running-word")).to_have_text("Queued")
    jobs.submit(str(Job.objects.get(turn=turn).pk))
    page.wait_for_timeout(1_500)
    late[0].continue_()
    expect(page.locator(".turn")).to_have_attribute("data-state", "running", timeout=SOON)
    expect(page.locator(".running-percent")).to_have_text("0 %")


def test_where_the_only_turn_has_failed_nothing_promises_a_take(
    visit: Visit, editor: User, thread: Thread, send: Send
) -> None:
    turn = send("A calm ocean at sunset")
    page = opened(visit(editor, address(thread)))
    expect(page.locator("#well-hint")).to_contain_text("The first take is being made.")
    jobs.fail(Job.objects.get(turn=turn), "engine")
    for _open_then_anew in range(2):
        expect(page.locator(".turn[data-state=failed]")).to_be_visible(timeout=SOON)
        expect(page.locator("#well-hint")).to_have_text("Takes play here.")
        expect(page.locator("#thread-chip")).to_have_text("Failed")
        page.reload()


def test_both_see_it_queued_and_done(visit: Visit, editor: User, owner: User, thread: Thread, make: Make) -> None:
    mine, theirs = opened(visit(editor, address(thread))), opened(visit(owner, address(thread)))
    mine.locator("[name=duration]").select_option("3")
    mine.locator("#prompt").fill("A calm ocean at sunset")
    mine.locator("#prompt").press("Enter")
    expect(theirs.locator(".turn .turn-prompt")).to_have_text("A calm ocean at sunset", timeout=SOON)
    expect(theirs.locator(".running-word")).to_have_text("Queued")
    make()
    for page in (mine, theirs):
        expect(page.locator(".turn[data-state=succeeded] .take")).to_have_count(1, timeout=SOON)
        expect(page.locator(".take[aria-current=true]")).to_have_count(1)
        expect(page.locator("#label-main")).to_have_text("Turn 1 · take 1")
        expect(page.locator(".toast")).to_contain_text("Turn 1 is ready")
        expect(page.locator(".take img")).to_have_count(1, timeout=SOON)
        expect(page.locator(".turn")).to_have_count(1)
    expect(mine.locator(".composer-line")).to_contain_text("Editing turn 1, take 1")


def test_progress_moves_in_place(
    visit: Visit, editor: User, thread: Thread, send: Send, run_tasks: Callable[..., int]
) -> None:
    turn = send("A calm sea")
    run_tasks()
    page = opened(visit(editor, address(thread)))
    expect(page.locator(".running-word")).to_have_text("Rendering")
    card = page.locator(".turn").element_handle()
    job = Job.objects.get(turn=turn)
    jobs.apply_update(job, JobUpdate(job.reference, JobState.RUNNING, progress=0.62))
    expect(page.locator(".running-percent")).to_have_text("62 %", timeout=SOON)
    assert page.locator("progress").evaluate("(bar) => bar.value") >= 62
    assert card is not None


def test_a_failure_shows_its_reason_and_a_retry(
    visit: Visit, editor: User, thread: Thread, send: Send, run_tasks: Callable[..., int]
) -> None:
    turn = send("A calm sea")
    run_tasks()
    page = opened(visit(editor, address(thread)))
    jobs.fail(Job.objects.get(turn=turn), "engine")
    expect(page.locator(".failed-title")).to_have_text("Rendering broke off", timeout=SOON)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".running-word")).to_have_text("Queued")
    assert turn.jobs.count() == 2


def test_a_stop_is_seen_by_everybody(visit: Visit, editor: User, viewer: User, thread: Thread, send: Send) -> None:
    turn = send("A calm sea")
    mine, theirs = opened(visit(editor, address(thread))), opened(visit(viewer, address(thread)))
    mine.get_by_role("button", name="Stop").click()
    for page in (mine, theirs):
        expect(page.get_by_text("Nothing was made, nothing is lost.")).to_be_visible(timeout=SOON)
    assert Job.objects.get(turn=turn).status == JobStatus.CANCELLED


def test_nothing_can_be_done_is_an_answer(
    visit: Visit, editor: User, thread: Thread, add_take: AddTake, run_tasks: Callable[..., int], send: Send
) -> None:
    take = add_take(thread, editor)
    page = opened(visit(editor, address(thread)))
    send("replace the dog by a cat", take)
    run_tasks()
    expect(page.locator(".answered")).to_contain_text("replace the dog by a cat", timeout=SOON)
    page.locator(".answered [data-idea]").first.click()
    expect(page.locator("#prompt")).not_to_have_value("")
    expect(page.locator(".failed")).to_have_count(0)


def test_who_writes_is_not_disturbed(
    visit: Visit, editor: User, owner: User, thread: Thread, add_take: AddTake, send: Send, make: Make
) -> None:
    take = add_take(thread, editor, seconds=3, size=(320, 180))
    page = opened(visit(owner, address(thread)))
    page.locator("#prompt").fill("I am still writing")
    send("make it warmer", take)
    make()
    expect(page.locator(".turn[data-state=succeeded]")).to_have_count(2, timeout=SOON)
    expect(page.locator("#label-main")).to_have_text("Turn 1 · take 1")
    expect(page.locator("#prompt")).to_have_value("I am still writing")
    expect(page.locator("#prompt")).to_be_focused()
    expect(page.locator(".composer-line")).to_contain_text("Editing turn 1, take 1")
    page.get_by_role("button", name="Watch").click()
    expect(page.locator("#label-main")).to_have_text("Turn 2 · take 1")


def test_a_turn_that_was_made_meanwhile_is_offered_too(
    visit: Visit, editor: User, owner: User, thread: Thread, add_take: AddTake, send: Send, make: Make
) -> None:
    take = add_take(thread, editor, seconds=3, size=(320, 180))
    page = opened(visit(owner, address(thread)))
    page.locator("#prompt").fill("I am still writing")
    page.context.set_offline(True)
    send("make it warmer", take)
    make()
    page.context.set_offline(False)
    expect(page.locator(".turn[data-state=succeeded]")).to_have_count(2, timeout=SOON)
    page.get_by_role("button", name="Watch").click()
    expect(page.locator("#label-main")).to_have_text("Turn 2 · take 1")


def test_an_open_menu_stays_open_when_a_take_arrives(
    visit: Visit, editor: User, owner: User, thread: Thread, add_take: AddTake, send: Send, make: Make
) -> None:
    take = add_take(thread, editor, seconds=3, size=(320, 180))
    page = opened(visit(owner, address(thread)))
    page.locator("[popovertarget=model-menu]").click()
    menu = page.locator("#model-menu")
    expect(menu).to_be_visible()
    send("make it warmer", take)
    make()
    expect(page.locator(".composer-line")).to_contain_text("Editing turn 2, take 1", timeout=SOON)
    expect(menu).to_be_visible()
    menu.locator("input[name=quality]").focus()
    expect(menu.locator("input[name=quality]")).to_be_focused()


def test_who_reads_further_up_stays_there(
    visit: Visit, owner: User, editor: User, thread: Thread, add_take: AddTake, send: Send
) -> None:
    take = None
    for number in range(8):
        take = add_take(thread, editor, parent=take, prompt=f"step {number}")
    page = opened(visit(owner, address(thread)))
    page.locator("#talk-scroll").evaluate("(node) => { node.scrollTop = -600; }")
    place = page.locator(".turn").nth(3).bounding_box()
    send("one more", take)
    expect(page.locator("#talk-news")).to_be_visible(timeout=SOON)
    expect(page.locator(".turn")).to_have_count(9)
    after = page.locator(".turn").nth(3).bounding_box()
    assert place and after and abs(place["y"] - after["y"]) <= 1
    page.locator("#talk-news").click()
    expect(page.locator(".turn").last).to_be_in_viewport()
    expect(page.locator("#talk-news")).to_be_hidden()


def test_a_turn_on_another_branch_is_told_and_shown_on_request(
    visit: Visit, owner: User, editor: User, thread: Thread, add_take: AddTake, send: Send
) -> None:
    first = add_take(thread, editor, prompt="A calm sea")
    add_take(thread, editor, parent=first, prompt="warmer")
    page = opened(visit(owner, address(thread)))
    send("cooler", first)
    expect(page.locator(".toast")).to_contain_text("began another branch", timeout=SOON)
    expect(page.locator(".turn-prompt")).to_have_text(["A calm sea", "warmer"])
    expect(page.locator(".turn-sib")).to_contain_text("1/2")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".turn-prompt")).to_have_text(["A calm sea", "cooler"])


def test_what_happened_while_one_was_away_is_there(
    visit: Visit, owner: User, editor: User, thread: Thread, add_take: AddTake, send: Send
) -> None:
    first = add_take(thread, editor, prompt="A calm sea")
    page = opened(visit(owner, address(thread)))
    page.context.set_offline(True)
    send("warmer", first)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    expect(page.locator(".turn-prompt")).to_have_text(["A calm sea", "warmer"], timeout=SOON)


def test_the_first_turn_names_a_thread_without_a_name(visit: Visit, editor: User, owner: User, team: Team) -> None:
    thread = actions.start_thread(editor, team)
    mine, theirs = opened(visit(editor, address(thread))), opened(visit(owner, address(thread)))
    mine.locator("#prompt").fill("A calm ocean at sunset")
    mine.locator("#prompt").press("Enter")
    for page in (mine, theirs):
        expect(page.locator("#title")).to_have_value("A calm ocean at sunset", timeout=SOON)


def test_others_see_a_new_name(visit: Visit, owner: User, editor: User, thread: Thread) -> None:
    mine, theirs = opened(visit(editor, address(thread))), opened(visit(owner, address(thread)))
    mine.locator("#title").fill("Dawn")
    mine.locator("#title").press("Enter")
    expect(theirs.locator("#title")).to_have_value("Dawn", timeout=SOON)
    expect(theirs).to_have_title("Dawn · Retake")
    expect(mine).to_have_title("Dawn · Retake")
