import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Membership, Role, Team, User
from studio.threads.models import JobStatus, Thread
from tests.threads_pages.shelves import empty_threads, make_thread

AsClient = Callable[[User | None], Client]


@pytest.fixture
def thread(editor: User) -> Thread:
    return make_thread(editor, "Harbour at dusk")


def test_every_member_sees_the_threads_of_the_team(
    thread: Thread, owner: User, editor: User, reviewer: User, viewer: User, as_client: AsClient
) -> None:
    for member in (owner, editor, reviewer, viewer):
        assert "Harbour at dusk" in as_client(member).get("/").content.decode()


def test_a_stranger_and_a_moderator_see_nothing_of_it(
    thread: Thread, stranger: User, moderator: User, as_client: AsClient
) -> None:
    for other in (stranger, moderator):
        assert "Harbour at dusk" not in as_client(other).get("/").content.decode()


def test_a_visitor_is_sent_to_sign_in(as_client: AsClient) -> None:
    response = as_client(None).get("/")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.VIEWER])
def test_who_may_only_look_finds_no_way_to_start_or_change(
    thread: Thread, role: Role, team: Team, as_client: AsClient
) -> None:
    person = User.objects.create_user("look@example.com", "correct horse battery")
    Membership.objects.create(team=team, user=person, role=role)
    page = as_client(person).get("/").content.decode()
    assert 'id="start"' not in page
    assert "card-menu" not in page
    assert reverse("threads:trash") not in page


def test_an_editor_finds_the_three_ways_and_the_limits(editor: User, as_client: AsClient) -> None:
    page = as_client(editor).get("/").content.decode()
    assert "Drop a clip or photos" in page
    assert 'name="prompt"' in page
    assert reverse("threads:thread-sample") in page
    assert "MP4, MOV, WEBM, MKV up to 512 MB and 60 s · JPEG, PNG, WEBP" in page
    assert "Local engine: built-in effects, not a generative model" in page


def test_somebody_without_a_team_reads_what_to_do(db: None, as_client: AsClient) -> None:
    alone = User.objects.create_user("alone@example.com", "correct horse battery")
    assert "Ask the owner of one for an invitation link" in as_client(alone).get("/").content.decode()


CHANGES = ["thread-rename", "thread-archive", "thread-restore", "thread-delete"]


@pytest.mark.parametrize("name", CHANGES)
def test_a_stranger_gets_404_for_every_change(
    name: str, thread: Thread, stranger: User, moderator: User, as_client: AsClient
) -> None:
    for other in (stranger, moderator):
        assert as_client(other).post(reverse(f"threads:{name}", args=[thread.pk])).status_code == 404


@pytest.mark.parametrize("name", CHANGES)
def test_who_may_only_look_gets_403_for_every_change(
    name: str, thread: Thread, reviewer: User, viewer: User, as_client: AsClient
) -> None:
    for person in (reviewer, viewer):
        assert as_client(person).post(reverse(f"threads:{name}", args=[thread.pk])).status_code == 403


def test_one_card_is_for_members_alone(thread: Thread, viewer: User, stranger: User, as_client: AsClient) -> None:
    address = reverse("threads:thread-card", args=[thread.pk])
    assert "Harbour at dusk" in as_client(viewer).get(address).content.decode()
    assert as_client(stranger).get(address).status_code == 404
    assert as_client(viewer).get(reverse("threads:thread-card", args=[uuid.uuid4()])).status_code == 404


def test_the_trash_is_for_those_who_may_restore(editor: User, viewer: User, as_client: AsClient) -> None:
    assert as_client(editor).get("/trash/").status_code == 200
    assert as_client(viewer).get("/trash/").status_code == 403


def test_who_may_only_look_cannot_start(viewer: User, as_client: AsClient) -> None:
    client = as_client(viewer)
    assert client.post(reverse("threads:thread-start"), {"prompt": "A calm sea"}).status_code == 403
    assert client.post(reverse("threads:thread-sample")).status_code == 403
    assert not Thread.objects.exists()


def test_forty_cards_cost_no_more_queries_than_three(
    editor: User, as_client: AsClient, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        make_thread(editor, f"Thread {number}", status=(JobStatus.SUCCEEDED, JobStatus.RUNNING)[number % 2])
    client = as_client(editor)
    with django_assert_max_num_queries(10):
        page = client.get("/").content.decode()
    assert page.count('class="card"') == 40


def test_the_forty_first_comes_on_demand(editor: User, as_client: AsClient) -> None:
    empty_threads(editor, 45)
    client = as_client(editor)
    first = client.get("/").content.decode()
    assert first.count('class="card"') == 40
    assert 'href="/?page=2"' in first
    rest = client.get("/?page=2", headers={"HX-Request": "true", "HX-Target": "more"}).content.decode()
    assert rest.count('class="card"') == 5
    assert "<html" not in rest
    assert "Number 041" in rest
    assert "cards-more" not in rest


def test_running_threads_tell_how_far_they_are(editor: User, stranger: User, as_client: AsClient) -> None:
    thread = make_thread(editor, "Night market", status=JobStatus.RUNNING, job={"progress": 0.624})
    address = reverse("threads:library-progress")
    assert as_client(editor).get(address).json() == {
        "running": [{"thread": str(thread.pk), "percent": 62, "word": "Rendering 62 %"}]
    }
    assert as_client(stranger).get(address).json() == {"running": []}
