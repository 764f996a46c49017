"""Turns, takes and uploads that were thrown away can be found and taken back for thirty days."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.media.models import Asset, Kind
from studio.threads.models import Take, Thread, Turn, TurnInput

AddTurn = Callable[..., Turn]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(editor: User, as_client: Callable[[User], Client]) -> Client:
    return as_client(editor)


def trash_of(client: Client, words: str = "") -> list[str]:
    """The names of what lies there beside threads."""
    page = client.get(reverse("threads:trash"), {"q": words}).content.decode()
    return re.findall(r'class="discarded-name">([^<]*)<', page)


def upload(thread: Thread, title: str) -> Asset:
    given = {"team": thread.team, "kind": Kind.SOURCE, "mime": "video/mp4", "file": "clip.mp4", "size": 10}
    return Asset.objects.create(title=title, duration=4, **given)


def test_a_take_comes_back_to_its_turn(client: Client, add_turn: AddTurn) -> None:
    take = add_turn("A calm sea", takes=2).takes.last()
    assert take
    client.post(reverse("threads:take-delete", args=[take.pk]))
    assert trash_of(client) == ["Turn 1 · take 2: A calm sea"]
    answer = client.post(reverse("threads:take-restore", args=[take.pk]))
    assert f"take={take.pk}" in answer["Location"]
    assert trash_of(client) == []


def test_the_card_of_the_turn_leads_there(client: Client, add_turn: AddTurn) -> None:
    turn = add_turn("A calm sea", takes=2)
    Take.objects.filter(turn=turn, number=2).update(trashed_at=timezone.now())
    card = client.get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX).content.decode()
    assert "1 take is in the trash." in card
    assert f'href="{reverse("threads:trash")}"' in card


def test_a_turn_comes_back_with_its_takes(client: Client, add_turn: AddTurn) -> None:
    turn = add_turn("A stormy sea", takes=2)
    client.post(reverse("threads:turn-delete", args=[turn.pk]))
    assert trash_of(client) == ["Turn 1: A stormy sea"]
    client.post(reverse("threads:turn-restore", args=[turn.pk]))
    assert trash_of(client) == []
    assert Take.objects.filter(turn=turn, trashed_at=None).count() == 2


def test_an_upload_is_thrown_away_from_the_details_and_comes_back(
    client: Client, thread: Thread, add_turn: AddTurn
) -> None:
    turn, clip = add_turn(), upload(thread, "Harbour")
    TurnInput.objects.create(turn=turn, asset=clip, role=TurnInput.Role.SOURCE)
    delete, restore = (reverse(f"media:asset-{act}", args=[clip.pk]) for act in ("delete", "restore"))
    details = reverse("threads:turn-info", args=[turn.pk])
    assert delete in client.get(details, headers=HTMX).content.decode()
    answer = client.post(delete, headers=HTMX)
    toast = json.loads(answer["HX-Trigger"])["toast:show"]
    assert "“Harbour” is in the trash for 30 days." in toast["text"]
    assert toast["action"]["url"] == restore
    assert delete not in client.get(details, headers=HTMX).content.decode()
    assert trash_of(client) == ["Harbour"]
    assert client.post(restore, headers=HTMX).status_code == 200
    assert trash_of(client) == []


def test_the_newest_stands_first_and_words_find_what_holds_them(
    client: Client, thread: Thread, add_turn: AddTurn
) -> None:
    for prompt in ("A calm sea", "A stormy sea"):
        Turn.objects.filter(pk=add_turn(prompt).pk).update(trashed_at=timezone.now())
    Asset.objects.filter(pk=upload(thread, "Lagoon").pk).update(trashed_at=timezone.now())
    assert trash_of(client) == ["Lagoon", "Turn 2: A stormy sea", "Turn 1: A calm sea"]
    assert trash_of(client, "harbour STORMY") == ["Turn 2: A stormy sea"]


def test_what_is_in_a_deleted_thread_comes_back_with_it_alone(
    client: Client, thread: Thread, add_turn: AddTurn
) -> None:
    Turn.objects.filter(pk=add_turn().pk).update(trashed_at=timezone.now())
    Thread.objects.filter(pk=thread.pk).update(trashed_at=timezone.now())
    assert trash_of(client) == []


def test_another_teams_trash_is_not_shown(
    client: Client, stranger: User, as_client: Callable[[User], Client], add_turn: AddTurn, other_team: Team
) -> None:
    Turn.objects.filter(pk=add_turn().pk).update(trashed_at=timezone.now())
    assert trash_of(as_client(stranger)) == []


def test_viewers_have_no_trash(viewer: User, as_client: Callable[[User], Client], add_turn: AddTurn) -> None:
    turn = add_turn(takes=2)
    Take.objects.filter(turn=turn, number=2).update(trashed_at=timezone.now())
    client = as_client(viewer)
    assert client.get(reverse("threads:trash")).status_code == 403
    assert (
        reverse("threads:trash")
        not in client.get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX).content.decode()
    )
