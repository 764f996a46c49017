from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from studio.accounts.models import Team, User
from studio.threads import actions
from studio.threads.models import Job, JobStatus, Take, Thread, Turn
from tests.browser.test_library_is_accessible import SIZES, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]
REPLY = {
    "applied": [{"id": "warmer", "label": "Colour temperature", "value": "4,500 K"}],
    "kept": ["framing, speed, sound"],
    "not_done": ["replace the dog by a cat"],
    "examples": ["make the light warmer", "slow it down"],
}


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team, title="Harbour at dusk")


@pytest.fixture
def busy(thread: Thread, editor: User, add_take: AddTake) -> Thread:
    """One card of every kind on one path, and a sibling."""
    take = add_take(thread, editor, prompt="A calm sea at dusk, a small sailing boat, the sun just above the horizon")
    Turn.objects.filter(pk=take.turn_id).update(reply=REPLY)
    add_take(thread, editor, parent=take, prompt="cooler")
    for number, status in enumerate((JobStatus.FAILED, JobStatus.ANSWERED, JobStatus.CANCELLED, JobStatus.RUNNING), 3):
        take = add_take(thread, editor, parent=take, prompt=f"make it {status}")
        fields: dict[str, Any] = {"status": status, "progress": 0.6}
        if status == JobStatus.FAILED:
            fields |= {"error_code": "engine", "error_detail": "The clip broke off."}
        Job.objects.filter(turn=take.turn_id).update(**fields)
        Turn.objects.filter(pk=take.turn_id).update(reply=REPLY, number=number + 10)
    return thread


@pytest.mark.parametrize("size", SIZES)
def test_cards_of_every_kind(visit: Visit, editor: User, busy: Thread, size: tuple[int, int]) -> None:
    page = visit(editor, f"/threads/{busy.pk}/", size=size)
    expect(page.locator(".turn")).to_have_count(5)
    check(page)


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_thread(visit: Visit, editor: User, thread: Thread, size: tuple[int, int]) -> None:
    check(visit(editor, f"/threads/{thread.pk}/", size=size))


@pytest.mark.parametrize("size", SIZES)
def test_what_a_viewer_gets(visit: Visit, viewer: User, busy: Thread, size: tuple[int, int]) -> None:
    check(visit(viewer, f"/threads/{busy.pk}/", size=size))


def test_panels_menus_and_the_picker(visit: Visit, editor: User, busy: Thread) -> None:
    page = visit(editor, f"/threads/{busy.pk}/")
    page.keyboard.press("d")
    expect(page.locator("#panel .facts").first).to_be_visible()
    check(page)
    page.keyboard.press("g")
    expect(page.locator("#panel .map")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    page.locator("[popovertarget=attach-menu]").click()
    check(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Change the take to continue from").click()
    expect(page.locator("#picker .picker-choice").first).to_be_visible()
    check(page)


def test_a_form_with_sentences(visit: Visit, editor: User, busy: Thread) -> None:
    page = visit(editor, f"/threads/{busy.pk}/")
    page.locator("#prompt").fill("x")
    page.locator("#prompt").press("Enter")
    expect(page.locator("#composer-problems p")).to_be_visible()
    check(page)


@pytest.mark.parametrize("size", [(390, 844)])
def test_what_is_touched_is_large_enough(visit: Visit, editor: User, busy: Thread, size: tuple[int, int]) -> None:
    page = visit(editor, f"/threads/{busy.pk}/", size=size, has_touch=True, is_mobile=True)
    expect(page.locator(".turn")).to_have_count(5)
    small = page.evaluate(
        """() => [...document.querySelectorAll('.studio :is(button, a, select, summary)')]
          .filter((node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
          .filter((node) => !node.closest('.composer-line, .inputs') && !node.matches('.turn-no, .idea, .take'))
          .map((node) => [node.getBoundingClientRect(), node.outerHTML.slice(0, 90)])
          .filter(([box]) => box.width && (box.width < 43.5 || box.height < 43.5))
          .map(([box, html]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
    )
    assert small == []


def test_everything_can_be_reached_by_keyboard(visit: Visit, editor: User, busy: Thread) -> None:
    page = visit(editor, f"/threads/{busy.pk}/")
    page.locator("#prompt").focus()
    seen = set()
    for _step in range(14):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.className || document.activeElement.name"
            )
        )
    assert "send" in seen
    assert any("format" in each or "tool" in each for each in seen)
