"""The library's tray in a real browser: picking, dropping, pasting, refusing, trimming."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from studio.accounts.models import User
from studio.media.models import Asset, Kind
from tests.engine import media_files

pytestmark = pytest.mark.browser


@pytest.fixture(params=["desktop", "phone"])
def page(request: pytest.FixtureRequest, visit: Callable[..., Page], owner: User) -> Page:
    if request.param == "phone":
        return visit(owner, "/", (390, 844), has_touch=True, is_mobile=True)
    return visit(owner, "/")


@pytest.fixture(autouse=True)
def room_on_the_disk(settings: Any) -> Iterator[None]:
    settings.MIN_FREE_BYTES = 0
    yield


def attached(page: Page) -> Any:
    return page.locator("[data-tray] input[type=hidden]")


def chip(page: Page, state: str) -> Any:
    return page.locator(f".tray-chip[data-state={state}]")


def values(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("[data-tray] input[type=hidden]", "all => all.map(one => one.value)")
    return found


def test_several_files_are_picked_and_each_tells_how_it_went(page: Page, tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "harbour.mp4", 2)
    photo = media_files.photo(tmp_path / "mood.jpg")
    broken = media_files.text(tmp_path / "broken.mp4")
    notes = media_files.text(tmp_path / "notes.txt")
    page.set_input_files("[data-files]", [clip, photo, broken, notes])
    expect(attached(page)).to_have_count(2)
    chip(page, "failed").nth(1).wait_for()
    said = chip(page, "failed").all_inner_texts()
    assert any("not taken" in words for words in said)
    assert all(len(words) > 30 for words in said)
    assert sorted(str(id) for id in Asset.objects.originals().values_list("id", flat=True)) == sorted(values(page))
    assert page.get_attribute("[data-tray]", "data-busy") == "0"


def test_a_chip_can_be_removed_and_what_is_left_is_sent(page: Page, tmp_path: Path) -> None:
    files = [media_files.photo(tmp_path / f"{name}.png") for name in ("one", "two")]
    page.set_input_files("[data-files]", files)
    expect(attached(page)).to_have_count(2)
    page.get_by_role("button", name="Remove: one").click()
    assert len(values(page)) == 1
    assert page.get_by_role("button", name="Remove: two").count() == 1


def test_files_are_dropped_anywhere_and_the_veil_says_where(page: Page, tmp_path: Path) -> None:
    data = media_files.photo(tmp_path / "dropped.jpg").read_bytes()
    transfer = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", { type: "image/jpeg" }));
            return transfer;
        }""",
        list(data),
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    assert page.locator("[data-drop][data-over]").count() == 1
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    assert page.locator("[data-drop][data-over]").count() == 0
    chip(page, "ready").wait_for()


def test_a_photo_is_pasted(page: Page, tmp_path: Path) -> None:
    data = media_files.photo(tmp_path / "pasted.png").read_bytes()
    page.evaluate(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
            const paste = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
            document.querySelector("[data-drop] input[name=prompt]").dispatchEvent(paste);
        }""",
        list(data),
    )
    chip(page, "ready").wait_for()


def test_a_link_into_the_house_is_refused_on_its_chip(page: Page, run_tasks: Callable[..., int]) -> None:
    page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.setData("text/plain", "http://192.168.1.1/clip.mp4");
            const paste = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
            document.body.dispatchEvent(paste);
        }"""
    )
    chip(page, "fetching").wait_for()
    page.locator(".tray-chip[id^=asset-]").wait_for()
    run_tasks()
    chip(page, "failed").wait_for()
    assert "private address" in chip(page, "failed").inner_text()


def test_a_clip_longer_than_the_model_takes_is_trimmed_by_keys(
    page: Page, tmp_path: Path, run_tasks: Callable[..., int]
) -> None:
    page.evaluate("document.querySelector('[data-tray]').dataset.maxSeconds = '2'")
    page.set_input_files("[data-files]", media_files.clip(tmp_path / "long.mp4", 5))
    page.wait_for_selector("#trimmer[open]")
    run_tasks()
    assert values(page) == []
    assert page.get_by_role("slider", name="Start of the part").get_attribute("aria-valuetext") == "0.0 seconds"
    page.get_by_role("slider", name="End of the part").focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-trimmer-length]").inner_text() == "2.0 s chosen, at most 2 s"
    assert page.locator("[data-trimmer-from]").inner_text() == "0:01.1"
    page.get_by_role("button", name="Play the part").click()
    with page.expect_response(lambda answer: answer.url.endswith("/trim/")):
        page.get_by_role("button", name="Use this part").click()
    chip(page, "trimming").wait_for()
    run_tasks()
    chip(page, "ready").wait_for()
    cut = Asset.objects.get(asked__has_key="trim")
    assert values(page) == [str(cut.id)]
    assert cut.duration == pytest.approx(2, abs=0.1)
    assert cut.asked["trim"] == [1.1, 3.1]


def test_a_late_answer_about_the_whole_clip_does_not_undo_the_cut(
    page: Page, tmp_path: Path, run_tasks: Callable[..., int]
) -> None:
    page.evaluate("document.querySelector('[data-tray]').dataset.maxSeconds = '2'")
    held: list[Route] = []
    page.route("**/assets/*/", lambda route: held.append(route), times=1)
    with page.expect_request("**/assets/*/"):
        page.set_input_files("[data-files]", media_files.clip(tmp_path / "long.mp4", 5))
    page.wait_for_selector("#trimmer[open]")
    page.get_by_role("slider", name="End of the part").press("PageUp")
    page.get_by_role("button", name="Use this part").click()
    chip(page, "trimming").wait_for()
    with page.expect_response(held[0].request.url):
        held[0].continue_()
    run_tasks()
    chip(page, "ready").wait_for()
    assert values(page) == [str(Asset.objects.get(asked__has_key="trim").id)]


def test_a_closed_trimmer_attaches_nothing_and_can_be_opened_again(page: Page, tmp_path: Path) -> None:
    page.evaluate("document.querySelector('[data-tray]').dataset.maxSeconds = '1'")
    page.set_input_files("[data-files]", media_files.clip(tmp_path / "long.mp4", 3))
    page.wait_for_selector("#trimmer[open]")
    page.keyboard.press("Escape")
    chip(page, "long").wait_for()
    assert values(page) == []
    page.get_by_role("button", name="Trim: long").click()
    page.wait_for_selector("#trimmer[open]")


def test_a_phone_clip_in_hevc_can_be_trimmed_through_its_rendition(
    page: Page, tmp_path: Path, run_tasks: Callable[..., int]
) -> None:
    page.evaluate("document.querySelector('[data-tray]').dataset.maxSeconds = '1'")
    page.set_input_files("[data-files]", media_files.phone_clip(tmp_path / "phone.mov", 3))
    page.wait_for_selector("#trimmer[open]")
    run_tasks()
    assert Asset.objects.filter(kind=Kind.RENDITION).count() == 1
    video = page.locator("[data-trimmer-video]")
    expect(page.locator("[data-trimmer-wait]")).to_be_hidden(timeout=20_000)
    expect(video).to_have_js_property("videoWidth", 180)
    expect(video).to_have_js_property("videoHeight", 320)


def test_an_upload_shows_its_progress_and_can_be_cancelled(page: Page, tmp_path: Path) -> None:
    wire = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000}
    wire.send("Network.emulateNetworkConditions", slow)
    page.set_input_files("[data-files]", media_files.huge_photo(tmp_path / "wide.png", (40, 40)))
    large = tmp_path / "large.mp4"
    large.write_bytes(media_files.clip(tmp_path / "a.mp4", 1).read_bytes() + bytes(4_000_000))
    page.set_input_files("[data-files]", large)
    bar = page.get_by_role("progressbar", name="large.mp4")
    bar.wait_for()
    expect(page.locator(".tray-note", has_text="Uploading")).to_contain_text("%")
    expect(bar).not_to_have_attribute("value", "0", timeout=15_000)
    assert 0 < float(bar.get_attribute("value") or 0) < 100
    page.get_by_role("button", name="Cancel: large.mp4").click()
    expect(page.get_by_role("progressbar", name="large.mp4")).to_have_count(0)
    wire.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.set_input_files("[data-files]", media_files.photo(tmp_path / "after.jpg"))
    expect(chip(page, "ready")).to_have_count(2)
    assert "large" not in Asset.objects.values_list("title", flat=True)


def test_the_tray_and_the_trimmer_are_accessible(page: Page, tmp_path: Path) -> None:
    page.evaluate("document.querySelector('[data-tray]').dataset.maxSeconds = '1'")
    page.set_input_files("[data-files]", media_files.text(tmp_path / "notes.txt"))
    page.set_input_files("[data-files]", media_files.photo(tmp_path / "mood.jpg"))
    chip(page, "ready").wait_for()
    page.set_input_files("[data-files]", media_files.clip(tmp_path / "long.mp4", 2))
    page.wait_for_selector("#trimmer[open]")
    for _ in ("the trimmer open", "the tray alone"):
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"]) for each in found if each["impact"] in ("serious", "critical")] == []
        page.keyboard.press("Escape")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
