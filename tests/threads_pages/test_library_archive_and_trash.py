import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Membership, Role, Team, User
from studio.threads.models import Thread
from tests.threads_pages.shelves import make_thread

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(editor: User, as_client: Callable[[User], Client]) -> Client:
    return as_client(editor)


@pytest.fixture
def thread(editor: User) -> Thread:
    return make_thread(editor, "Lagoon")


def act(client: Client, name: str, thread: Thread, **data: str) -> tuple[str, dict[str, object]]:
    """The answer to a card's menu, and the toast that came with it."""
    response = client.post(reverse(f"threads:{name}", args=[thread.pk]), {"show": "all", **data}, headers=HTMX)
    assert response.status_code == 200
    thread.refresh_from_db()
    return response.content.decode(), json.loads(response["HX-Trigger"])["toast:show"]


def test_an_archived_thread_leaves_the_list_and_can_come_back(client: Client, thread: Thread) -> None:
    page, toast = act(client, "thread-archive", thread)
    assert thread.archived_at
    assert "card" not in page.replace("cards", "")
    assert 'hx-swap-oob="true"' in page
    assert toast["text"] == "“Lagoon” is archived."
    assert toast["action"] == {"label": "Undo", "url": reverse("threads:thread-restore", args=[thread.pk])}
    act(client, "thread-restore", thread, show="archived")
    assert thread.archived_at is None


def test_a_deleted_thread_lies_in_the_trash_for_thirty_days(client: Client, thread: Thread) -> None:
    _page, toast = act(client, "thread-delete", thread)
    assert thread.trashed_at
    assert toast["text"] == "“Lagoon” is in the trash for 30 days."
    assert "Lagoon" not in client.get("/").content.decode()
    assert "Lagoon" in client.get("/trash/").content.decode()


def test_undo_brings_it_back_and_tells_the_shelf(client: Client, thread: Thread) -> None:
    act(client, "thread-delete", thread)
    response = client.post(reverse("threads:thread-restore", args=[thread.pk]), headers=HTMX)
    thread.refresh_from_db()
    assert thread.trashed_at is None
    assert "library:changed" in json.loads(response["HX-Trigger"])


def test_only_from_the_trash_a_thread_is_deleted_for_good(client: Client, thread: Thread) -> None:
    response = client.post(reverse("threads:thread-delete", args=[thread.pk]), {"for_good": "1"})
    assert response.status_code == 404
    Thread.objects.filter(pk=thread.pk).update(trashed_at=timezone.now())
    client.post(reverse("threads:thread-delete", args=[thread.pk]), {"for_good": "1", "show": "trash"}, headers=HTMX)
    assert not Thread.objects.filter(pk=thread.pk).exists()


def test_everything_works_without_scripts(client: Client, thread: Thread) -> None:
    response = client.post(reverse("threads:thread-archive", args=[thread.pk]), {"show": "all"}, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "“Lagoon” is archived." in response.content.decode()
    page = client.get(reverse("threads:thread-rename", args=[thread.pk])).content.decode()
    assert "<html" in page
    assert 'value="Lagoon"' in page
    client.post(reverse("threads:thread-rename", args=[thread.pk]), {"title": "Haven"})
    thread.refresh_from_db()
    assert thread.title == "Haven"


def test_a_thread_is_renamed_in_place(client: Client, thread: Thread) -> None:
    address = reverse("threads:thread-rename", args=[thread.pk])
    form = client.get(f"{address}?show=all", headers=HTMX).content.decode()
    assert "<html" not in form
    assert 'value="Lagoon"' in form
    card = client.post(address, {"title": "Haven", "show": "all"}, headers=HTMX).content.decode()
    assert "Haven" in card
    assert f'id="thread-{thread.pk}"' in card


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
def test_a_title_that_cannot_be_is_refused_in_place(title: str, client: Client, thread: Thread) -> None:
    response = client.post(reverse("threads:thread-rename", args=[thread.pk]), {"title": title}, headers=HTMX)
    assert response.status_code == 422
    assert "title" in response.content.decode()
    thread.refresh_from_db()
    assert thread.title == "Lagoon"


def test_what_a_card_offers_depends_on_the_rights_in_its_own_team(
    viewer: User, thread: Thread, other_team: Team, as_client: Callable[[User], Client]
) -> None:
    Membership.objects.create(team=other_team, user=viewer, role=Role.OWNER)
    client = as_client(viewer)
    session = client.session
    session["team"] = str(other_team.pk)
    session.save()
    address = reverse("threads:thread-card", args=[thread.pk])
    page = client.get(address).content.decode()
    assert f'id="thread-{thread.pk}"' in page
    assert reverse("threads:thread-delete", args=[thread.pk]) not in page
    assert reverse("threads:trash") not in page
    Thread.objects.filter(pk=thread.pk).update(trashed_at=timezone.now())
    assert client.get(f"{address}?show=trash").status_code == 403
    Membership.objects.filter(team=thread.team, user=viewer).update(role=Role.EDITOR)
    assert reverse("threads:thread-delete", args=[thread.pk]) in client.get(f"{address}?show=trash").content.decode()


def test_a_card_that_no_longer_belongs_to_the_list_is_answered_empty(client: Client, thread: Thread) -> None:
    address = reverse("threads:thread-card", args=[thread.pk])
    assert f'id="thread-{thread.pk}"' in client.get(address).content.decode()
    assert f'id="thread-{thread.pk}"' not in client.get(f"{address}?show=running").content.decode()
