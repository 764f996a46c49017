"""Writing, sending and choosing in the editor, with a web process but nobody at work behind it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from studio.accounts.models import Team, User
from studio.threads import actions
from studio.threads.models import Take, Thread, Turn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team, title="Harbour at dusk")


def address(thread: Thread) -> str:
    return f"/threads/{thread.pk}/"


def test_a_message_stands_there_before_it_is_answered_and_becomes_a_card(
    visit: Visit, editor: User, thread: Thread
) -> None:
    page = visit(editor, address(thread))
    prompt = page.locator("#prompt")
    held: list[Route] = []
    page.route("**/turns/", lambda route: held.append(route))
    prompt.fill("A calm ocean at sunset")
    prompt.press("Enter")
    expect(page.locator(".turn-pending")).to_contain_text("A calm ocean at sunset")
    assert not Turn.objects.filter(thread=thread).exists()
    held[0].continue_()
    expect(prompt).to_have_value("")
    card = page.locator(".turn:not(.turn-pending)")
    expect(card).to_have_count(1)
    expect(card.locator(".turn-prompt")).to_have_text("A calm ocean at sunset")
    expect(card.locator(".running-word")).to_have_text("Queued")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#thread-chip")).to_have_text("Rendering")
    assert Turn.objects.get(thread=thread).prompt == "A calm ocean at sunset"


def test_enter_sends_and_shift_enter_breaks_the_line(visit: Visit, editor: User, thread: Thread) -> None:
    page = visit(editor, address(thread))
    page.locator("#prompt").press_sequentially("A sea")
    page.keyboard.press("Shift+Enter")
    page.locator("#prompt").press_sequentially("at night")
    expect(page.locator("#prompt")).to_have_value("A sea\nat night")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".turn:not(.turn-pending) .turn-prompt")).to_have_text("A sea\nat night", use_inner_text=True)


def test_what_is_refused_stays_in_the_field_beside_its_sentence(visit: Visit, editor: User, thread: Thread) -> None:
    page = visit(editor, address(thread))
    prompt = page.locator("#prompt")
    prompt.fill("x" * 4_200)
    expect(page.locator("#composer-count")).to_contain_text("200 characters too many")
    prompt.press("Enter")
    expect(page.locator("#composer-problems")).to_contain_text("That is 4,200 characters, and 4,000 fit.")
    expect(prompt).to_have_value("x" * 4_200)
    expect(prompt).to_have_attribute("aria-invalid", "true")
    prompt.fill("A calm sea")
    expect(page.locator("#composer-problems p")).to_have_count(0)
    prompt.press("Enter")
    expect(page.locator(".turn:not(.turn-pending)")).to_have_count(1)


def test_a_draft_survives_a_reload(visit: Visit, editor: User, thread: Thread, add_take: AddTake) -> None:
    add_take(thread, editor)
    page = visit(editor, address(thread))
    page.locator("#prompt").fill("half a thought")
    page.reload()
    expect(page.locator("#prompt")).to_have_value("half a thought")
    page.locator("#prompt").press("Enter")
    expect(page.locator(".turn:not(.turn-pending)")).to_have_count(2)
    page.reload()
    expect(page.locator("#prompt")).to_have_value("")


def test_a_draft_survives_signing_in_again(visit: Visit, editor: User, thread: Thread) -> None:
    page = visit(editor, address(thread))
    page.locator("#prompt").fill("make it warmer")
    Session.objects.all().delete()
    page.locator("#prompt").press("Enter")
    page.wait_for_url("**/login/**")
    page.locator("[name=login]").fill(editor.email)
    page.locator("[name=password]").fill("correct horse battery")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"**{address(thread)}*")
    expect(page.locator("#prompt")).to_have_value("make it warmer")
    assert not thread.turns.exists()


def test_nothing_is_lost_when_the_connection_is(visit: Visit, editor: User, thread: Thread) -> None:
    page = visit(editor, address(thread))
    page.locator("#prompt").fill("make it warmer")
    page.context.set_offline(True)
    page.locator("#prompt").press("Enter")
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("#prompt")).to_have_value("make it warmer")
    expect(page.locator(".turn")).to_have_count(0)
    page.context.set_offline(False)
    page.locator("#prompt").press("Enter")
    expect(page.locator(".turn:not(.turn-pending)")).to_have_count(1)


def test_up_brings_earlier_prompts_back(visit: Visit, editor: User, thread: Thread, add_take: AddTake) -> None:
    first = add_take(thread, editor, prompt="A calm sea")
    add_take(thread, editor, parent=first, prompt="Make it warmer")
    page = visit(editor, address(thread))
    prompt = page.locator("#prompt")
    prompt.press("ArrowUp")
    expect(prompt).to_have_value("Make it warmer")
    prompt.press("ArrowUp")
    expect(prompt).to_have_value("A calm sea")
    prompt.press("ArrowDown")
    expect(prompt).to_have_value("Make it warmer")


def test_an_idea_joins_what_is_written(visit: Visit, editor: User, thread: Thread, add_take: AddTake) -> None:
    add_take(thread, editor)
    page = visit(editor, address(thread))
    page.locator("#prompt").fill("Make it warmer")
    page.get_by_role("button", name="keep everything else", exact=True).click()
    expect(page.locator("#prompt")).to_have_value("Make it warmer, keep everything else")
    expect(page.locator("#prompt")).to_be_focused()


def test_the_composer_names_its_parent_and_takes_another(
    visit: Visit, editor: User, thread: Thread, add_take: AddTake
) -> None:
    first = add_take(thread, editor, prompt="A calm sea")
    add_take(thread, editor, parent=first, prompt="Make it warmer")
    page = visit(editor, address(thread))
    line = page.locator(".composer-line")
    expect(line).to_contain_text("Editing turn 2, take 1")
    page.locator("#prompt").fill("cooler")
    page.get_by_role("button", name="Change the take to continue from").click()
    page.get_by_role("dialog").get_by_role("button", name="Turn 1 · take 1").click()
    expect(line).to_contain_text("Editing turn 1, take 1")
    expect(page.locator("#prompt")).to_have_value("cooler")
    expect(page.locator("#prompt")).to_be_focused()
    page.locator("#prompt").press("Enter")
    expect(page.locator(".turn:not(.turn-pending) .turn-prompt")).to_have_text(["A calm sea", "cooler"])
    expect(page.locator(".turn-sib")).to_contain_text("2/2")
    assert Turn.objects.get(thread=thread, number=3).parent == first


def test_starting_fresh_offers_the_fields_of_a_new_clip(
    visit: Visit, editor: User, thread: Thread, add_take: AddTake
) -> None:
    add_take(thread, editor)
    page = visit(editor, address(thread))
    expect(page.locator("[name=duration]")).to_have_count(0)
    expect(page.locator(".composer-line")).to_contain_text("Length and shape follow the source.")
    page.get_by_role("button", name="Start fresh instead").click()
    expect(page.locator(".composer-line")).to_contain_text("A new clip from words")
    page.locator("[name=duration]").select_option("8")
    page.locator("[name=results]").select_option("2")
    page.locator("#prompt").fill("A stormy sea")
    page.locator("#prompt").press("Enter")
    expect(page.locator(".turn:not(.turn-pending) .turn-prompt")).to_have_text(["A stormy sea"])
    turn = Turn.objects.get(thread=thread, number=2)
    assert (turn.parent, turn.settings["duration"], turn.settings["results"]) == (None, 8, 2)


def test_a_clip_that_is_dropped_decides_the_operation(
    visit: Visit, editor: User, thread: Thread, clips: Callable[..., Path]
) -> None:
    page = visit(editor, address(thread))
    page.locator("#composer [data-files]").set_input_files(str(clips()))
    expect(page.locator(".composer-line")).to_contain_text("Editing the attached clip", timeout=30_000)
    page.locator("#prompt").fill("make it warmer")
    page.locator("#prompt").press("Enter")
    expect(page.locator(".turn:not(.turn-pending) .input-tile")).to_contain_text("Source clip")
    expect(page.locator(".tray-chip")).to_have_count(0)
    expect(page.locator(".composer-line")).to_contain_text("from words")
    assert Turn.objects.get(thread=thread).operation == "edit"


def test_keys_move_between_turns_takes_and_branches(
    visit: Visit, editor: User, thread: Thread, add_take: AddTake
) -> None:
    first = add_take(thread, editor, prompt="A calm sea")
    add_take(thread, editor, parent=first, prompt="warmer")
    add_take(thread, editor, parent=first, prompt="cooler")
    page = visit(editor, address(thread))
    current = page.locator(".turn[aria-current=true] .turn-prompt")
    expect(current).to_have_text("cooler")
    page.keyboard.press("[")
    expect(current).to_have_text("warmer")
    page.keyboard.press("ArrowUp")
    expect(current).to_have_text("A calm sea")
    expect(page.locator("#label-main")).to_have_text("Turn 1 · take 1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("]")
    expect(current).to_have_text("cooler")
    page.go_back()
    expect(page.locator(".turn-prompt")).to_have_text(["A calm sea", "warmer"])
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Turn 2")).to_be_visible()
    page.keyboard.press("g")
    expect(page.get_by_role("heading", name="Map of takes")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#prompt")).to_be_focused()


def test_the_menu_of_a_turn_belongs_to_its_turn(visit: Visit, editor: User, thread: Thread, add_take: AddTake) -> None:
    first = add_take(thread, editor, prompt="A calm sea")
    add_take(thread, editor, parent=first, prompt="warmer")
    page = visit(editor, address(thread))
    page.get_by_role("button", name="Menu of turn 1").click()
    page.get_by_role("button", name="Use this text again").click()
    expect(page.locator("#prompt")).to_have_value("A calm sea")
    page.get_by_role("button", name="Menu of turn 2").click()
    page.get_by_role("button", name="Move turn to the trash").click()
    expect(page.locator(".turn-prompt")).to_have_text(["A calm sea"])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".turn-prompt")).to_have_text(["A calm sea", "warmer"])


def test_a_viewer_can_look_at_everything(
    visit: Visit, viewer: User, editor: User, thread: Thread, add_take: AddTake
) -> None:
    first = add_take(thread, editor, prompt="A calm sea")
    add_take(thread, editor, parent=first, prompt="warmer")
    page = visit(viewer, address(thread))
    page.keyboard.press("ArrowUp")
    expect(page.locator("#label-main")).to_have_text("Turn 1 · take 1")
    expect(page.get_by_text("You are watching this thread")).to_be_visible()
    page.get_by_role("button", name="Menu of turn 1").click()
    expect(page.get_by_role("button", name="Move turn to the trash")).to_have_count(0)
