from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page

from studio.accounts.models import User
from studio.threads.models import JobStatus
from tests.threads_pages.shelves import make_thread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
SIZES = [(1440, 900), (390, 844)]


def check(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    serious = [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == [], page.url
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), "the page is wider than the window"


@pytest.mark.parametrize("size", SIZES)
def test_a_full_library_and_its_menus(visit: Visit, editor: User, size: tuple[int, int]) -> None:
    make_thread(editor, "Harbour at dusk with a title that is far too long to be shown in one line of a card")
    make_thread(editor, "Night market", status=JobStatus.RUNNING, job={"progress": 0.4})
    make_thread(editor, "Mist", status=JobStatus.FAILED, job={"error_code": "busy"})
    make_thread(editor, "Gone", trashed_at=timezone.now())
    page = visit(editor, size=size)
    check(page)
    page.get_by_role("button", name="Menu of Emil").click()
    check(page)
    page.goto("/?q=nothing+like+it")
    check(page)
    page.goto("/trash/")
    check(page)


@pytest.mark.parametrize("size", SIZES)
def test_the_first_run(visit: Visit, owner: User, size: tuple[int, int]) -> None:
    check(visit(owner, size=size))


def test_the_sheet_of_keys(visit: Visit, editor: User) -> None:
    page = visit(editor)
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    check(page)


@pytest.mark.parametrize("size", [(390, 844)])
def test_what_is_touched_is_large_enough(visit: Visit, editor: User, size: tuple[int, int]) -> None:
    make_thread(editor, "Harbour")
    page = visit(editor, size=size, has_touch=True, is_mobile=True)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, .segments a, .menu-item')]
            .filter((each) => each.offsetParent && !each.classList.contains('link'))
            .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.width < 40 || box.height < 36).map(([html]) => html)"""
    )
    assert small == []
