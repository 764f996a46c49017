from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from studio.accounts.models import User
from studio.threads import actions
from studio.threads.models import Job, JobStatus, Thread
from tests.threads_pages.shelves import empty_threads, make_thread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]


def test_a_card_changes_when_somebody_else_renames_the_thread(visit: Visit, editor: User, viewer: User) -> None:
    thread = make_thread(editor, "Harbour")
    page = visit(viewer)
    page.evaluate("window.stayed = true")
    actions.rename_thread(editor, thread, "Haven")
    expect(page.locator(f"#thread-{thread.pk}")).to_contain_text("Haven")
    assert page.evaluate("window.stayed")


def test_threads_come_and_go_with_their_counts(visit: Visit, editor: User, owner: User) -> None:
    make_thread(editor, "Harbour")
    page = visit(owner)
    new = actions.start_thread(editor, owner.memberships.get().team, title="Brand new")
    expect(page.locator(".card").first).to_contain_text("Brand new")
    actions.archive_thread(editor, new)
    expect(page.locator(f"#thread-{new.pk}")).to_have_count(0)
    expect(page.locator("#segments")).to_contain_text("Archived 1")


def test_the_bar_of_a_running_thread_moves(visit: Visit, editor: User) -> None:
    thread = make_thread(editor, "Night market", status=JobStatus.RUNNING, job={"progress": 0.1})
    page = visit(editor)
    card = page.locator(f"#thread-{thread.pk}")
    expect(card).to_contain_text("Rendering 10 %")
    Job.objects.update(progress=0.62)
    expect(card).to_contain_text("Rendering 62 %")
    expect(card.locator("progress")).to_have_js_property("value", 62)
    Job.objects.update(status=JobStatus.CANCELLED)
    expect(card).to_contain_text("Stopped")
    expect(card.locator("progress")).to_have_count(0)


def test_slash_searches_while_one_types_and_escape_clears(visit: Visit, editor: User) -> None:
    make_thread(editor, "Harbour", prompt="a calm sea")
    make_thread(editor, "Ridge", prompt="mist")
    page = visit(editor)
    page.keyboard.press("/")
    page.keyboard.type("mist")
    expect(page.locator(".card")).to_have_count(1)
    assert page.url.endswith("/?q=mist")
    expect(page.locator("#search-text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(2)
    assert page.url.endswith("/")


def open_menu(page: Page, thread: Thread) -> None:
    card = page.locator(f"#thread-{thread.pk}")
    card.hover()
    card.get_by_role("button", name="Menu of").click()


def test_a_thread_is_renamed_on_its_card(visit: Visit, editor: User) -> None:
    thread = make_thread(editor, "Harbour")
    page = visit(editor)
    open_menu(page, thread)
    page.get_by_role("link", name="Rename").click()
    field = page.get_by_label("Title of the thread")
    expect(field).to_be_focused()
    field.fill("Nonsense")
    field.press("Escape")
    expect(page.locator(".card-title")).to_have_text("Harbour")
    open_menu(page, thread)
    page.get_by_role("link", name="Rename").click()
    field.fill("Haven")
    field.press("Enter")
    expect(page.locator(".card-title")).to_have_text("Haven")
    thread.refresh_from_db()
    assert thread.title == "Haven"


def test_deleting_can_be_undone_from_the_toast(visit: Visit, editor: User) -> None:
    thread = make_thread(editor, "Harbour")
    page = visit(editor)
    open_menu(page, thread)
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(f"#thread-{thread.pk}")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#thread-{thread.pk}")).to_have_count(1)


def test_what_changes_while_the_shelf_is_on_its_way_is_shown_too(visit: Visit, editor: User) -> None:
    thread = make_thread(editor, "Harbour")
    page = visit(editor)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held or route.request.headers.get("hx-target") != "shelf":
            route.continue_()
        else:
            held.append(route)

    page.evaluate("document.addEventListener('live:thread.changed', () => { window.told = (window.told ?? 0) + 1; })")
    page.route(lambda address: address.endswith("/"), hold_the_first)
    open_menu(page, thread)
    page.get_by_role("button", name="Delete").click()
    for _round in range(250):
        if held:
            break
        page.wait_for_timeout(20)
    empty = held[0].fetch()
    with page.expect_response("**/restore/"):
        page.get_by_role("button", name="Undo").click()
    page.wait_for_function("() => window.told >= 2")
    page.wait_for_timeout(300)  # until what was told has been acted upon
    page.evaluate("document.getElementById('shelf').dataset.old = ''")
    held[0].fulfill(response=empty)
    expect(page.locator("#shelf:not([data-old])")).to_have_count(1)
    expect(page.locator(f"#thread-{thread.pk}")).to_have_count(1)


def test_deleting_for_good_asks_first(visit: Visit, editor: User) -> None:
    thread = make_thread(editor, "Harbour")
    actions.trash_thread(editor, thread)
    page = visit(editor, "/trash/")
    open_menu(page, thread)
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(f"#thread-{thread.pk}")).to_have_count(1)
    open_menu(page, thread)
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    assert not Thread.objects.exists()


def test_more_threads_come_on_demand_and_back_leads_back(visit: Visit, editor: User) -> None:
    empty_threads(editor, 45)
    page = visit(editor)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".card")).to_have_count(45)
    page.get_by_role("link", name="Archived").click()
    expect(page.get_by_text("The archive is empty")).to_be_visible()
    page.go_back()
    expect(page.locator(".card")).to_have_count(40)


def test_the_library_works_without_scripts(visit: Visit, editor: User, as_client: Callable[[User], Client]) -> None:
    make_thread(editor, "Harbour")
    page = visit(editor, java_script_enabled=False)
    page.locator("#search-text").fill("harb")
    page.locator("#search-text").press("Enter")
    assert "q=harb" in page.url
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("link", name="Archived").click()
    assert page.url.endswith("/?q=harb&show=archived")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_words_start_a_thread_and_lead_into_it(visit: Visit, editor: User, size: tuple[int, int]) -> None:
    page = visit(editor, size=size)
    page.get_by_label("Describe a video").fill("A calm ocean at sunset")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/threads/*/")
    assert reverse("threads:thread-detail", args=[Thread.objects.get().pk]) in page.url
    expect(page.get_by_text("A calm ocean at sunset").first).to_be_visible()
