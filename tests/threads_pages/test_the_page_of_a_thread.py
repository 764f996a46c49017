"""The editor's page and its parts: who sees them, what they cost, and which path they show."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.accounts.models import User
from studio.threads.models import JobStatus, Thread, Turn
from studio.threads.views.thread import PAGE
from tests.threads_pages.conftest import AddTurn, long_path, take_of

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/threads/"}


def page(thread: Thread) -> str:
    return reverse("threads:thread-detail", args=[thread.pk])


def numbers(html: str) -> list[int]:
    """The numbers of the turns that a page shows, from top to bottom."""
    return [int(each) for each in re.findall(r'<li class="turn"[^>]* data-number="(\d+)"', html)]


def card_in(html: str, turn: Turn) -> str:
    """The card's own markup, without what changes from second to second."""
    start = html.index(f'<li class="turn" id="turn-{turn.pk}"')
    depth = 0
    for tag in re.finditer(r"<(/?)li\b", html[start:]):
        depth += -1 if tag.group(1) else 1
        if depth == 0:
            return re.sub(r"\s+|name=.csrfmiddlewaretoken. value=.[^\"']*.", " ", html[start : start + tag.end()])
    raise AssertionError("the card does not end")


class TestWhoSeesIt:
    def test_owners_and_editors_get_the_composer(
        self, as_client: As, thread: Thread, owner: User, editor: User
    ) -> None:
        for person in (owner, editor):
            html = as_client(person).get(page(thread)).content.decode()
            assert 'id="composer"' in html
            assert "Harbour at dusk" in html

    def test_reviewers_and_viewers_get_a_calm_line_instead(
        self, as_client: As, thread: Thread, reviewer: User, viewer: User, add_turn: AddTurn
    ) -> None:
        add_turn(takes=2)
        add_turn("breaks", status=JobStatus.FAILED, takes=0)
        for person in (reviewer, viewer):
            html = as_client(person).get(page(thread)).content.decode()
            assert 'id="composer"' not in html
            assert "You are watching this thread" in html
            assert "hx-post" not in html

    def test_strangers_and_staff_of_other_teams_get_404(
        self, as_client: As, thread: Thread, stranger: User, moderator: User
    ) -> None:
        for person in (stranger, moderator):
            assert as_client(person).get(page(thread)).status_code == 404

    def test_visitors_sign_in_and_come_back(self, as_client: As, thread: Thread) -> None:
        answer = as_client(None).get(page(thread))
        assert answer.status_code == 302
        assert page(thread) in answer["Location"]

    def test_a_script_of_somebody_signed_out_is_sent_to_sign_in(self, as_client: As, thread: Thread) -> None:
        answer = as_client(None).get(page(thread), headers=HTMX)
        assert answer.status_code == 401
        assert answer["HX-Redirect"].endswith("next=%2Fthreads%2F")

    @pytest.mark.parametrize(
        "name", ["turn-detail", "turn-info", "take-detail", "take-address", "take-download", "composer", "take-picker"]
    )
    def test_no_part_of_it_is_for_strangers(
        self, as_client: As, thread: Thread, stranger: User, viewer: User, add_turn: AddTurn, name: str
    ) -> None:
        turn = add_turn()
        arguments = {
            "turn-detail": [turn.pk],
            "turn-info": [turn.pk],
            "take-detail": [take_of(turn).pk],
            "take-address": [take_of(turn).pk],
            "take-download": [str(take_of(turn).pk), "mp4"],
            "composer": [thread.pk],
            "take-picker": [thread.pk],
        }[name]
        address = reverse(f"threads:{name}", args=arguments)
        assert as_client(stranger).get(address, headers=HTMX).status_code == 404
        assert as_client(viewer).get(address, headers=HTMX).status_code in (200, 302, 303)

    @pytest.mark.parametrize("name", ["turn-stop", "turn-retry", "turn-delete", "take-pick", "take-delete"])
    def test_what_changes_things_is_for_editors_alone(
        self, as_client: As, stranger: User, viewer: User, add_turn: AddTurn, name: str
    ) -> None:
        turn = add_turn(takes=2)
        row = take_of(turn) if name.startswith("take") else turn
        address = reverse(f"threads:{name}", args=[row.pk])
        assert as_client(stranger).post(address).status_code == 404
        refused = as_client(viewer).post(address, headers=HTMX)
        assert refused.status_code == 403
        assert "toast:show" in refused["HX-Trigger"]

    def test_an_archived_thread_is_read_only_until_it_is_restored(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        add_turn(takes=2)
        as_client(owner).post(reverse("threads:thread-archive", args=[thread.pk]))
        html = as_client(owner).get(page(thread)).content.decode()
        assert 'id="composer"' not in html
        assert "Restore it to go on" in html
        assert "take-pick" not in html


class TestWhatItCosts:
    def test_two_hundred_turns_take_ten_queries(
        self, as_client: As, thread: Thread, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        long_path(thread, owner, 200)
        client = as_client(owner)
        client.get(page(thread))  # which models there are is looked up once in a while, not for each page
        with django_assert_max_num_queries(10):
            html = client.get(page(thread)).content.decode()
        assert numbers(html) == list(range(201 - PAGE, 201))

    def test_the_number_of_queries_does_not_grow_with_the_cards(
        self, as_client: As, thread: Thread, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        long_path(thread, owner, 60)
        client = as_client(owner)
        client.get(page(thread))  # which models there are is looked up once in a while, not for each page
        with django_assert_max_num_queries(10):
            html = client.get(f"{page(thread)}?all=1").content.decode()
        assert len(numbers(html)) == 60

    def test_a_card_alone_takes_few(
        self, as_client: As, owner: User, add_turn: AddTurn, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        turn, client = add_turn(takes=4), as_client(owner)
        with django_assert_max_num_queries(10):
            client.get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX)


class TestOlderTurns:
    def test_they_come_in_pages_above(self, as_client: As, thread: Thread, owner: User) -> None:
        turns = long_path(thread, owner, 2 * PAGE + 5)
        client = as_client(owner)
        html = client.get(page(thread)).content.decode()
        door = reverse("threads:turns-before", args=[thread.pk, turns[PAGE + 5].pk])
        assert door in html
        second = client.get(door, headers=HTMX).content.decode()
        assert numbers(second) == list(range(6, PAGE + 6))
        third = client.get(reverse("threads:turns-before", args=[thread.pk, turns[5].pk]), headers=HTMX)
        assert numbers(third.content.decode()) == list(range(1, 6))
        assert b"turns-earlier" not in third.content

    def test_a_link_to_an_old_turn_shows_the_path_from_there(self, as_client: As, thread: Thread, owner: User) -> None:
        turns = long_path(thread, owner, 50)
        html = as_client(owner).get(f"{page(thread)}?at={turns[4].pk}").content.decode()
        assert numbers(html)[0] == 5
        assert numbers(html)[-1] == 50


class TestPaths:
    def test_siblings_stand_as_one_of_several(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn()
        second = add_turn("warmer", parent=take_of(first))
        third = add_turn("cooler", parent=take_of(first))
        client = as_client(owner)
        html = client.get(page(thread)).content.decode()
        assert numbers(html) == [1, 3]
        assert "2/2" in html
        html = client.get(f"{page(thread)}?at={second.pk}").content.decode()
        assert numbers(html) == [1, 2]
        assert f'data-later="{third.pk}"' in html

    def test_a_turn_that_ended_without_a_take_stays_before_the_next_one(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn()
        answered = add_turn("a dog", parent=take_of(first), status=JobStatus.ANSWERED, takes=0)
        add_turn("breaks", parent=take_of(first), status=JobStatus.FAILED, takes=0)
        last = add_turn("warmer", parent=take_of(first))
        client = as_client(owner)
        for address in (page(thread), f"{page(thread)}?at={answered.pk}", f"{page(thread)}?at={last.pk}"):
            assert numbers(client.get(address).content.decode()) == [1, 2, 3, 4]
        assert "turn-sib" not in card_in(client.get(page(thread)).content.decode(), last)

    def test_a_running_turn_is_a_branch_of_its_own(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn()
        add_turn("warmer", parent=take_of(first), status=JobStatus.RUNNING, takes=0)
        add_turn("cooler", parent=take_of(first))
        html = as_client(owner).get(page(thread)).content.decode()
        assert numbers(html) == [1, 3]
        assert "2/2" in html

    def test_the_stage_shows_the_turn_that_the_address_names(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn()
        add_turn("warmer", parent=take_of(first))
        html = as_client(owner).get(f"{page(thread)}?at={first.pk}").content.decode()
        stage = html[html.index('id="stage"') :]
        assert "Turn 1 · take 1" in stage

    def test_the_branch_that_was_chosen_is_remembered(
        self, as_client: As, thread: Thread, owner: User, editor: User, add_turn: AddTurn
    ) -> None:
        first = add_turn()
        second = add_turn("warmer", parent=take_of(first))
        add_turn("cooler", parent=take_of(first))
        client = as_client(owner)
        client.get(f"{page(thread)}?at={second.pk}")
        assert numbers(client.get(page(thread)).content.decode()) == [1, 2]
        assert numbers(as_client(editor).get(page(thread)).content.decode()) == [1, 3]

    def test_a_path_follows_the_branch_with_the_newest_turn(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn()
        second = add_turn("warmer", parent=take_of(first))
        add_turn("cooler", parent=take_of(first))
        add_turn("warmer still", parent=take_of(second))
        assert numbers(as_client(owner).get(page(thread)).content.decode()) == [1, 2, 4]

    def test_a_take_from_which_another_branch_goes_on_says_so(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn(takes=2)
        second = add_turn("warmer", parent=take_of(first, 1))
        add_turn("cooler", parent=take_of(first, 2))
        html = as_client(owner).get(page(thread)).content.decode()
        assert f'data-branch="{second.pk}"' in html

    def test_a_turn_in_the_trash_leaves_the_path_and_its_children_stay(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn()
        second = add_turn("warmer", parent=take_of(first))
        add_turn("slower", parent=take_of(second))
        client = as_client(owner)
        client.post(reverse("threads:turn-delete", args=[second.pk]))
        assert numbers(client.get(page(thread)).content.decode()) == [3]
        assert numbers(client.get(f"{page(thread)}?at={first.pk}").content.decode()) == [1]
        client.post(reverse("threads:turn-restore", args=[second.pk]))
        assert numbers(client.get(f"{page(thread)}?at={second.pk}").content.decode()) == [1, 2, 3]

    def test_a_take_has_an_address_that_leads_to_it(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn(takes=2)
        take = take_of(first, 2)
        client = as_client(owner)
        answer = client.get(reverse("threads:take-detail", args=[take.pk]))
        assert answer["Location"] == f"{page(thread)}?at={first.pk}&take={take.pk}#turn-{first.pk}"
        html = client.get(answer["Location"]).content.decode()
        assert "Turn 1 · take 2" in html[html.index('id="stage"') :]

    def test_the_map_shows_every_branch(self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn) -> None:
        first = add_turn()
        add_turn("warmer", parent=take_of(first))
        add_turn("cooler", parent=take_of(first))
        html = as_client(owner).get(reverse("threads:thread-map", args=[thread.pk]), headers=HTMX).content.decode()
        assert re.findall(r'data-depth="(\d)"', html) == ["0", "0", "1"]


class TestCards:
    def test_a_fragment_is_the_same_card_that_the_page_shows(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        first = add_turn(takes=4)
        second = add_turn("warmer", parent=take_of(first, 3), reply={"applied": [], "not_done": ["a dog"]})
        third = add_turn(
            "cooler", parent=take_of(first, 3), status=JobStatus.FAILED, takes=0, job={"error_code": "engine"}
        )
        client = as_client(owner)
        for turn, at in ((first, third), (second, second), (third, third)):
            whole = client.get(f"{page(thread)}?at={at.pk}").content.decode()
            part = client.get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX).content.decode()
            assert card_in(whole, turn) == card_in(part, turn)

    def test_the_list_alone_comes_for_scripts(
        self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn
    ) -> None:
        add_turn()
        html = as_client(owner).get(page(thread), headers=HTMX).content.decode().strip()
        assert html.startswith('<ol class="turns" id="turns"')
        assert 'id="stage"' not in html

    def test_ids_occur_once(self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn) -> None:
        first = add_turn(takes=4)
        add_turn("warmer", parent=take_of(first, 3))
        html = as_client(owner).get(page(thread)).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert sorted(set(ids)) == sorted(ids)

    def test_nothing_inline_is_in_the_page(self, as_client: As, thread: Thread, owner: User, add_turn: AddTurn) -> None:
        add_turn(takes=2)
        html = as_client(owner).get(page(thread)).content.decode()
        assert not re.search(r"<[^>]+\s(?:style|on\w+|hx-on[^=]*)=", html)
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", html)
        assert "<style" not in html


def test_the_page_says_where_its_socket_begins(as_client: As, thread: Thread, owner: User) -> None:
    html = as_client(owner).get(page(thread)).content.decode()
    assert f'data-live="/ws/threads/{thread.pk}/"' in html
    assert f"{thread.stream}" in html


def test_the_title_is_changed_in_the_bar(as_client: As, thread: Thread, owner: User, viewer: User) -> None:
    address = reverse("threads:thread-title", args=[thread.pk])
    assert as_client(owner).post(address, {"title": "  Dawn "}, headers=HTMX).status_code == 204
    known = as_client(viewer).get(address).json()
    assert known.pop("review") == {"state": "draft", "word": "Draft"}
    assert known == {"title": "Dawn", "shown": "Dawn", "archived": False}
    refused = as_client(owner).post(address, {"title": " "}, headers=HTMX)
    assert refused.status_code == 422
    assert "A thread needs a title." in refused.content.decode()
    assert as_client(viewer).post(address, {"title": "Mine"}, headers=HTMX).status_code == 403
