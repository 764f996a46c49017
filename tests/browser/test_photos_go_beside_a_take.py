"""Photos beside a take in the composer: the take can be left out, or be another one, and the photos stay."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import Page, expect

from studio.accounts.models import Team, User
from studio.media.models import Asset, Kind
from studio.threads import actions
from studio.threads.models import Take, Thread, Turn, TurnInput
from tests.engine.media_files import photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team, title="Harbour at dusk")


@pytest.fixture
def composer(
    visit: Visit, editor: User, team: Team, thread: Thread, add_take: AddTake, tmp_path: Path, settings: Any
) -> Page:
    """The page of a thread with two takes, its composer asking once more for a turn after two photos."""
    settings.PROVIDER_KEYS = {"runware": "a key for tests"}
    first = add_take(thread, editor)
    add_take(thread, editor, parent=first, prompt="warmer")
    turn = Turn.objects.create(
        thread=thread, number=3, author=editor, parent=first, prompt="as in the photos", operation="continue",
        provider="runware", model="google:gemini@omni-flash-1.1",
    )  # fmt: skip
    content = photo(tmp_path / "photo.png").read_bytes()
    for position in range(2):
        asset = Asset.objects.create(
            team=team, owner=editor, kind=Kind.REFERENCE, mime="image/png", width=160, height=90, title=f"{position}",
            file=default_storage.save(f"tests/{turn.pk}-{position}", ContentFile(content)),
        )  # fmt: skip
        TurnInput.objects.create(turn=turn, asset=asset, role=TurnInput.Role.REFERENCE, position=position)
    page = visit(editor, f"/threads/{thread.pk}/?again={turn.pk}")
    expect(page.locator("[data-tray] input[type=hidden]")).to_have_count(2)
    return page


def test_it_says_so_and_the_take_can_be_left_out(composer: Page) -> None:
    line, photos = composer.locator(".composer-line"), composer.locator("[data-tray] input[type=hidden]")
    expect(line).to_contain_text("Editing turn 1, take 1 after the attached photos")
    composer.locator(".composer-fresh").click()
    expect(line).to_contain_text("A new clip after the attached photos")
    expect(photos).to_have_count(2)


def test_another_take_takes_its_place_beside_the_same_photos(composer: Page) -> None:
    composer.locator("[data-open-picker=parent]").click()
    composer.locator(".picker-choice", has_text="Turn 2").click()
    expect(composer.locator(".composer-line")).to_contain_text("Editing turn 2, take 1 after the attached photos")
    expect(composer.locator("[data-tray] input[type=hidden]")).to_have_count(2)


def test_with_a_model_that_takes_no_take_beside_photos_a_new_clip_is_made(composer: Page) -> None:
    composer.locator("[popovertarget=model-menu]").click()
    composer.get_by_label("Local engine", exact=True).check()
    expect(composer.locator(".composer-line")).to_contain_text("A new clip after the attached photos")
    composer.locator("[popovertarget=model-menu]").click()
    composer.get_by_label("Gemini Omni Flash 1.2 (Runware)", exact=True).check()
    expect(composer.locator(".composer-line")).to_contain_text("Editing turn 1, take 1 after the attached photos")
