import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from studio.accounts.models import User
from studio.threads import actions
from studio.threads.models import Take, Thread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]
FRAME = 1 / 25


@pytest.fixture
def thread(editor: User) -> Thread:
    return actions.start_thread(editor, editor.memberships.get().team, title="Harbour")


class Stage:
    """What a test asks of the player."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.until("document.getElementById('video')?.readyState >= 2")
        page.locator("#stage").focus()

    def video(self, name: str, which: str = "video") -> Any:
        return self.page.evaluate(f"document.getElementById('{which}').{name}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()

    def settle(self) -> None:
        self.until("!document.getElementById('video').seeking")

    @property
    def at(self) -> float:
        return float(self.video("currentTime"))

    @property
    def shown(self) -> str:
        return self.page.locator("#time-now").inner_text()

    def until(self, condition: str) -> None:
        """The policy of the page forbids the polling that Playwright brings along."""
        end = time.monotonic() + 10
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, condition
            time.sleep(0.02)


@pytest.fixture
def stage(visit: Visit, editor: User, thread: Thread, add_take: AddTake) -> Stage:
    """A thread of two turns of four seconds; the second is on the stage."""
    add_take(thread, editor, parent=add_take(thread, editor), prompt="Warmer")
    return Stage(visit(editor, reverse("threads:thread-detail", args=[thread.pk])))


def test_space_plays_and_pauses(stage: Stage) -> None:
    stage.page.keyboard.press(" ")
    stage.until("document.getElementById('video').currentTime > 0.2")
    expect(stage.page.get_by_role("button", name="Pause")).to_be_visible()
    stage.page.keyboard.press(" ")
    assert stage.video("paused")


def test_the_first_picture_is_shown_and_not_the_poster_even_where_the_file_is_there_before_the_script(
    stage: Stage,
) -> None:
    held: list[Route] = []
    stage.page.route("**/js/source*.js", lambda route: held.append(route))
    with stage.page.expect_request("**/js/source*.js"):
        stage.page.reload(wait_until="commit")
    stage.until("document.getElementById('video')?.readyState >= 2")
    assert stage.at == 0
    held[0].continue_()
    stage.until("document.getElementById('video').currentTime > 0")


def test_arrows_move_by_one_frame_and_land_inside_it(stage: Stage) -> None:
    stage.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert stage.at == pytest.approx(3.5 * FRAME, abs=0.001)
    assert stage.shown == "00:00.03"
    stage.press("ArrowLeft")
    assert stage.shown == "00:00.02"
    stage.press("Shift+ArrowRight")
    assert stage.shown == "00:01.02"
    stage.press("Shift+ArrowLeft")
    assert stage.shown == "00:00.02"


def test_home_and_end_reach_the_first_and_the_last_frame(stage: Stage) -> None:
    stage.press("End")
    assert 3.9 < stage.at < 4.05
    stage.press("ArrowRight")
    assert stage.at < 4.05
    stage.press("Home")
    assert (stage.at, stage.shown) == (0, "00:00.00")


def test_l_speeds_up_and_k_stops(stage: Stage) -> None:
    stage.press("l")
    assert stage.video("playbackRate") == 1
    stage.press("l")
    assert stage.video("playbackRate") == 2
    stage.press("l", "l")
    assert stage.video("playbackRate") == 4
    stage.press("k")
    assert (stage.video("paused"), stage.video("playbackRate")) == (True, 1)


def test_j_plays_backwards(stage: Stage) -> None:
    stage.press("End", "j")
    stage.until("document.getElementById('video').currentTime < 3.6")
    stage.press("j")
    expect(stage.page.locator("#shuttle")).to_contain_text("2×")
    stage.press("k")
    before = stage.at
    time.sleep(0.2)
    assert stage.at == before


def test_a_range_is_set_looped_and_cleared(stage: Stage) -> None:
    stage.press("Home", "Shift+ArrowRight", "i", "Shift+ArrowRight", "o")
    strip = stage.page.locator("#strip")
    expect(strip).to_have_attribute("data-ranged", "true")
    expect(stage.page.locator("#loop")).to_have_attribute("aria-pressed", "true")
    stage.page.keyboard.press(" ")
    stage.page.evaluate(
        """() => { window.seen = []; setInterval(() => seen.push(document.getElementById('video').currentTime), 20) }"""
    )
    stage.until("seen.length > 90")
    seen = stage.page.evaluate("seen.slice(5)")
    assert min(seen) > 0.95
    assert max(seen) < 2.2
    assert any(later < earlier for earlier, later in pairwise(seen))
    stage.press("k", "Shift+I", "Shift+O")
    expect(strip).to_have_attribute("data-ranged", "false")


def test_letters_typed_into_the_composer_stay_there(stage: Stage) -> None:
    box = stage.page.locator("#composer textarea")
    box.click()
    stage.page.keyboard.type("jkl wipe cat 1")
    assert box.input_value() == "jkl wipe cat 1"
    assert stage.video("paused")
    expect(stage.page.locator("#stage")).to_have_attribute("data-mode", "single")


def test_single_letters_can_be_switched_off(stage: Stage) -> None:
    stage.press("?")
    stage.page.get_by_label("Act on single letters").uncheck()
    stage.press("Escape", "l")
    assert stage.video("paused")
    stage.page.keyboard.press(" ")
    stage.until("!document.getElementById('video').paused")


def test_wipe_holds_the_parent_at_the_same_moment(stage: Stage) -> None:
    stage.press("Shift+ArrowRight", "w")
    expect(stage.page.locator("#stage")).to_have_attribute("data-mode", "wipe")
    stage.until("document.getElementById('other').readyState >= 2 && !document.getElementById('other').seeking")
    assert stage.video("currentTime", "other") == pytest.approx(stage.at, abs=FRAME / 2)
    expect(stage.page.locator("#label-other")).to_have_text("Turn 1 · take 1")
    stage.page.keyboard.press(" ")
    stage.until("document.getElementById('video').currentTime > 2")
    apart = stage.page.evaluate(
        "Math.abs(document.getElementById('video').currentTime - document.getElementById('other').currentTime)"
    )
    assert apart < 0.2
    handle = stage.page.get_by_label("Wipe position")
    handle.fill("20")
    expect(handle).to_have_attribute("aria-valuetext", "20 percent Turn 1 · take 1")
    stage.page.locator("#stage").focus()
    stage.page.keyboard.press("Escape")
    expect(stage.page.locator("#stage")).to_have_attribute("data-mode", "single")


def test_the_parent_is_peeked_at_while_p_is_held(stage: Stage) -> None:
    stage.page.keyboard.down("p")
    expect(stage.page.locator("#other-side")).to_be_visible()
    stage.page.keyboard.up("p")
    expect(stage.page.locator("#other-side")).to_be_hidden()
    stage.press("c")
    expect(stage.page.locator("#other-side")).to_be_visible()
    stage.press("c")
    expect(stage.page.locator("#other-side")).to_be_hidden()


def test_without_a_parent_there_is_nothing_to_compare(stage: Stage) -> None:
    stage.page.locator("a.take").first.click()
    expect(stage.page.locator("#modes")).to_be_hidden()
    stage.press("w")
    expect(stage.page.locator("#stage")).to_have_attribute("data-mode", "single")


def test_another_take_plays_on_from_the_same_moment(stage: Stage) -> None:
    stage.press("Shift+ArrowRight")
    stage.page.locator("a.take").first.click()
    expect(stage.page.locator("#label-main")).to_have_text("Turn 1 · take 1")
    stage.until(
        "document.getElementById('video')?.readyState >= 2 && document.getElementById('video').currentTime > 0.5"
    )
    assert stage.shown == "00:01.00"
    stage.page.locator("#stage").focus()
    stage.page.keyboard.press(" ")
    stage.page.locator("a.take").last.click()
    stage.until("document.getElementById('video').currentTime > 1.2")
    assert not stage.video("paused")


def test_the_filmstrip_is_a_slider_for_mouse_and_keys(stage: Stage) -> None:
    strip = stage.page.get_by_role("slider", name="Position in the clip")
    box = strip.bounding_box()
    assert box
    stage.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    stage.settle()
    assert stage.at == pytest.approx(2, abs=0.1)
    strip.focus()
    strip.press("Home")
    strip.press("ArrowRight")
    stage.settle()
    assert stage.shown == "00:00.01"
    expect(strip).to_have_attribute("aria-valuetext", "00:00.01 of 00:04.00")


def test_the_strip_shows_where_the_sound_is(stage: Stage) -> None:
    """The clip is silent to its middle: a bar of full height stands in each part after that, and none before."""
    stage.until("document.getElementById('strip').dataset.frames === 'true'")
    light = stage.page.evaluate("""() => {
        const canvas = document.querySelector('.strip-frames');
        const pen = canvas.getContext('2d');
        const brightest = (from, to) => {
            const { data } = pen.getImageData(canvas.width * from, canvas.height * 0.7, canvas.width * (to - from), 1);
            return Math.max(...data.filter((value, place) => place % 4 === 0));
        };
        return [brightest(0.05, 0.45), brightest(0.55, 0.95)];
    }""")
    assert light[0] < 100 and light[1] > 180


def test_an_address_that_has_ended_is_renewed_where_one_was(stage: Stage) -> None:
    """The first two requests after the address has ended are refused; the player asks for a fresh one and goes on."""
    stage.press("Shift+ArrowRight")
    refused: list[str] = []
    asked: list[str] = []

    def answer(route: Route) -> None:
        if len(refused) < 2:
            refused.append(route.request.url)
            route.fulfill(status=403, body="over")
        else:
            route.continue_()

    def ask(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_()

    stage.page.route("**/take.mp4*", answer)
    stage.page.route("**/address/", ask)
    stage.page.locator("a.take").first.click()
    stage.until(
        "document.getElementById('video')?.readyState >= 2 && document.getElementById('video').currentTime > 0.9"
    )
    assert len(refused) == 2
    assert asked
    assert stage.shown == "00:01.00"
    expect(stage.page.locator("#stage-problem")).to_be_hidden()


def test_sound_and_loop_are_remembered(stage: Stage) -> None:
    stage.page.get_by_role("button", name="Mute").click()
    stage.page.get_by_role("button", name="Loop").click()
    stage.page.reload()
    expect(stage.page.locator("#mute")).to_have_attribute("aria-pressed", "true")
    expect(stage.page.locator("#loop")).to_have_attribute("aria-pressed", "true")


def test_an_upright_take_keeps_its_shape(visit: Visit, editor: User, thread: Thread, add_take: AddTake) -> None:
    add_take(thread, editor, size=(360, 640))
    page = visit(editor, reverse("threads:thread-detail", args=[thread.pk]))
    Stage(page)
    for size in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        box = page.locator("#picture").bounding_box()
        assert box
        assert box["width"] / box["height"] == pytest.approx(360 / 640, abs=0.01)


def test_an_empty_thread_has_a_calm_stage(visit: Visit, editor: User, thread: Thread) -> None:
    page = visit(editor, reverse("threads:thread-detail", args=[thread.pk]))
    expect(page.get_by_text("Takes play here.")).to_be_visible()
    expect(page.locator("#desk")).to_be_hidden()
    page.locator("body").press(" ")
