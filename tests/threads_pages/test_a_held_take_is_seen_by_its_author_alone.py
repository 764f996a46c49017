"""A take that is held back: no page, address or event shows it to anybody but its author, who asks for it first."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Membership, Role, Team, User
from studio.live.models import Event
from studio.media import addresses
from studio.media.models import Asset, Kind
from studio.threads import holds
from studio.threads.models import HeldBy, JobStatus, Take, Thread, Turn, TurnInput
from tests.threads_pages.conftest import AddTurn

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
JSON = {"Accept": "application/json"}
OTHERS = ("owner", "second_editor", "reviewer", "viewer")


@pytest.fixture
def cast(
    owner: User, editor: User, second_editor: User, reviewer: User, viewer: User, stranger: User, moderator: User
) -> dict[str, User]:
    people = (owner, editor, second_editor, reviewer, viewer, stranger, moderator)
    names = ("owner", "editor", "second_editor", "reviewer", "viewer", "stranger", "moderator")
    return dict(zip(names, people, strict=True))


def pages_about(take: Take) -> list[str]:
    """Every page that could show the take."""
    thread, turn = [take.turn.thread_id], [take.turn_id]
    here = reverse("threads:thread-detail", args=thread)
    return [
        here,
        f"{here}?take={take.pk}",
        f"{here}?held={take.pk}",
        f"{here}?parent={take.pk}",
        f"{here}?at={take.turn_id}&all=1",
        reverse("threads:turn-detail", args=turn),
        reverse("threads:turn-info", args=turn),
        reverse("threads:thread-map", args=thread),
        reverse("threads:turns-before", args=[*thread, *turn]),
        reverse("threads:take-picker", args=thread),
        reverse("threads:take-picker", args=thread) + "?for=source",
        reverse("threads:composer", args=thread) + f"?parent={take.pk}",
        reverse("threads:take-address", args=[take.pk]),
        reverse("threads:thread-card", args=thread),
        reverse("threads:library"),
        reverse("media:asset-detail", args=[take.asset_id]),
    ]


def files_named(text: str) -> set[str]:
    """Addresses of files on a page."""
    return {unescape(each) for each in re.findall(r"/media/[^\"'\s]+", text)}


def files_of(take: Take) -> list[Asset]:
    return [take.asset, *Asset.objects.filter(origin=take.asset)]


class TestPages:
    @pytest.mark.parametrize("who", OTHERS)
    def test_no_page_names_a_file_of_it_to_others(
        self, as_client: As, cast: dict[str, User], held: Take, who: str
    ) -> None:
        client = as_client(cast[who])
        for page in pages_about(held):
            for headers in ({}, HTMX):
                answer = client.get(page, headers=headers, follow=True)
                assert answer.status_code == 200, page
                assert files_named(answer.content.decode()) == set(), page

    @pytest.mark.parametrize("who", OTHERS)
    def test_others_are_told_that_it_is_held_back_and_who_decides(
        self, as_client: As, cast: dict[str, User], held: Take, who: str
    ) -> None:
        card = as_client(cast[who]).get(reverse("threads:turn-detail", args=[held.turn_id]), headers=HTMX)
        html = card.content.decode()
        assert "Take 1 is held back: the safety check of Local engine objected." in html
        assert "Nobody sees it before Emil, or whoever looks after this studio, has decided." in html
        assert "Release" not in html and "Move to the trash" not in html

    @pytest.mark.parametrize("who", ["stranger", "moderator"])
    def test_for_those_of_other_teams_there_is_nothing(
        self, as_client: As, cast: dict[str, User], held: Take, who: str
    ) -> None:
        """Staff look in the admin, where it is recorded."""
        client = as_client(cast[who])
        library = reverse("threads:library")
        for page in pages_about(held):
            answer = client.get(page, headers=HTMX)
            assert answer.status_code == (200 if page == library else 404), page
            assert files_named(answer.content.decode()) == set()
        for name in ("take-release", "take-delete"):
            refused = client.post(reverse(f"threads:{name}", args=[held.pk]), {"reason": "mine"}, headers=HTMX)
            assert refused.status_code == 404
        held.refresh_from_db()
        assert held.held_at and held.trashed_at is None

    def test_its_author_finds_a_blur_and_a_way_to_look(self, as_client: As, editor: User, held: Take) -> None:
        html = as_client(editor).get(reverse("threads:turn-detail", args=[held.turn_id]), headers=HTMX).content.decode()
        assert f'<a class="take-held" id="held-{held.pk}"' in html
        assert "Only you see it, and whoever looks after this studio." in html
        assert {each.rpartition("/")[2] for each in files_named(html)} == {"take.mp4", "poster.jpg", "filmstrip.jpg"}

    def test_it_comes_on_the_stage_only_when_its_author_asks(self, as_client: As, editor: User, held: Take) -> None:
        client, here = as_client(editor), reverse("threads:thread-detail", args=[held.turn.thread_id])
        for quiet in (here, f"{here}?take={held.pk}", f"{here}?at={held.turn_id}"):
            assert client.get(quiet).context["stage"] is None
        stage = client.get(f"{here}?held={held.pk}").context["stage"]
        assert (stage["label"], stage["id"], stage["address"]) == ("Turn 1 · take 1 · held back", "", "")
        assert client.get(stage["src"]).status_code == 200

    def test_of_several_takes_the_others_stay_as_they_are(
        self, as_client: As, owner: User, editor: User, add_turn: AddTurn
    ) -> None:
        first, second = Take.objects.filter(turn=add_turn(takes=2, author=editor)).order_by("number")
        with transaction.atomic():
            holds.hold(first, HeldBy.PROVIDER, holds.OBJECTED)
        page = as_client(owner).get(reverse("threads:thread-detail", args=[first.turn.thread_id]))
        assert page.context["take"].id == second.pk
        assert files_named(page.content.decode()) >= {addresses.url(second.asset)}

    def test_an_author_who_may_only_look_by_now_cannot_decide(self, as_client: As, editor: User, held: Take) -> None:
        Membership.objects.filter(user=editor).update(role=Role.VIEWER)
        client = as_client(editor)
        html = client.get(reverse("threads:turn-detail", args=[held.turn_id]), headers=HTMX).content.decode()
        assert "take-held" in html and "Release" not in html
        refused = client.post(reverse("threads:take-release", args=[held.pk]), {"reason": "mine"}, headers=HTMX)
        assert refused.status_code == 403

    def test_what_staff_hold_back_its_author_may_look_at_and_not_decide(
        self, as_client: As, editor: User, owner: User, made: Take
    ) -> None:
        with transaction.atomic():
            holds.hold(made, HeldBy.STAFF, "Somebody in it did not agree.")
        for page in pages_about(made):
            html = as_client(owner).get(page, headers=HTMX, follow=True).content.decode()
            assert files_named(html) == set() and "did not agree" not in html, page
        html = as_client(editor).get(reverse("threads:turn-detail", args=[made.turn_id]), headers=HTMX).content.decode()
        assert "Take 1 is held back by whoever looks after this studio." in html
        assert f'id="held-{made.pk}"' in html and "Only you see it" in html
        assert "Release" not in html and "did not agree" not in html


class TestFiles:
    def test_every_address_from_before_the_hold_is_refused_to_everybody(
        self, as_client: As, cast: dict[str, User], made: Take
    ) -> None:
        before = [addresses.url(each) for each in files_of(made)]
        assert {as_client(None).get(each).status_code for each in before} == {200}
        with transaction.atomic():
            holds.hold(made, HeldBy.PROVIDER, holds.OBJECTED)
        for person in (None, *cast.values()):
            client = as_client(person)
            assert {client.get(each).status_code for each in before} == {404}

    def test_an_address_signed_for_its_author_opens_for_nobody_else(
        self, as_client: As, cast: dict[str, User], held: Take
    ) -> None:
        signed = [addresses.url(each, cast["editor"].pk) for each in files_of(held)]
        mine = as_client(cast["editor"])
        assert {mine.get(each).status_code for each in signed} == {200}
        assert mine.get(signed[0], headers={"Range": "bytes=2-4"}).status_code == 206
        for person in (None, *(user for name, user in cast.items() if name != "editor")):
            client = as_client(person)
            assert {client.get(each).status_code for each in signed} == {404}

    def test_no_browser_keeps_it(self, as_client: As, editor: User, held: Take) -> None:
        answer = as_client(editor).get(addresses.url(held.asset, editor.pk))
        assert answer["Cache-Control"] == "private, no-store"

    def test_the_name_in_an_address_cannot_be_exchanged(
        self, as_client: As, editor: User, owner: User, held: Take
    ) -> None:
        signed = addresses.url(held.asset, editor.pk)
        forged = signed.replace(f".{editor.pk}.", f".{owner.pk}.")
        assert forged != signed
        assert as_client(owner).get(forged).status_code == 404
        assert as_client(owner).get(re.sub(r"\.\d+\.\d+-", "-", signed)).status_code == 404

    def test_somebody_whose_account_is_off_gets_nothing(self, as_client: As, editor: User, held: Take) -> None:
        signed, client = addresses.url(held.asset, editor.pk), as_client(editor)
        User.objects.filter(pk=editor.pk).update(is_active=False)
        assert client.get(signed).status_code == 404

    @pytest.mark.parametrize("who", ["editor", *OTHERS])
    @pytest.mark.parametrize("format", ["mp4", "webm"])
    def test_nobody_downloads_it(
        self, as_client: As, cast: dict[str, User], held: Take, who: str, format: str, run_tasks: Callable[..., int]
    ) -> None:
        client, address = as_client(cast[who]), reverse("threads:take-download", args=[str(held.pk), format])
        answer = client.get(address, headers=JSON)
        assert (answer.status_code, answer.json()["state"]) == (409, "failed")
        assert "is held back" in client.get(address, follow=True).content.decode()
        assert run_tasks("render") == 0

    def test_nothing_is_cut_out_of_what_is_held_back(self, as_client: As, owner: User, team: Team, clip: Asset) -> None:
        Asset.objects.filter(pk=clip.pk).update(held=True)
        cut = as_client(owner).post(reverse("media:asset-trim", args=[clip.pk]), {"start": "0", "end": "2"})
        assert (cut.status_code, cut.json()["error"]) == (422, "This clip is held back, so it cannot be trimmed.")


class TestWhatBuildsOnIt:
    @pytest.fixture
    def child(self, add_turn: AddTurn, held: Take, owner: User) -> Turn:
        return add_turn("warmer", parent=held, takes=0, status=JobStatus.RUNNING)

    def test_turns_that_continue_from_it_show_no_picture_of_it(self, as_client: As, owner: User, child: Turn) -> None:
        html = as_client(owner).get(reverse("threads:turn-detail", args=[child.pk]), headers=HTMX).content.decode()
        assert "from turn 1" in html
        assert files_named(html) == set()

    def test_nor_do_turns_of_other_threads_that_took_it_as_their_source(
        self, as_client: As, owner: User, team: Team, held: Take
    ) -> None:
        other = Thread.objects.create(team=team, author=owner, title="Another")
        given: dict[str, Any] = {"operation": "edit", "provider": "local", "model": "engine-1"}
        turn = Turn.objects.create(thread=other, number=1, author=owner, prompt="cooler", **given)
        TurnInput.objects.create(turn=turn, asset=held.asset, role=TurnInput.Role.SOURCE)
        client = as_client(owner)
        for page in (reverse("threads:thread-detail", args=[other.pk]), reverse("threads:library")):
            assert files_named(client.get(page).content.decode()) == set()
        with transaction.atomic():
            told = holds.changes_of(held)
        assert (other.stream, "take.changed", {"turn": str(turn.pk), "take": str(held.pk)}) in told

    def test_nobody_continues_from_it_picks_it_or_sends_it_along(
        self, as_client: As, cast: dict[str, User], held: Take
    ) -> None:
        for who in ("editor", "owner", "second_editor"):
            client = as_client(cast[who])
            create = reverse("threads:turn-create", args=[held.turn.thread_id])
            for more in ({"parent": str(held.pk)}, {"inputs": [str(held.asset_id)]}):
                answer = client.post(create, {"prompt": "make it warmer", **more}, headers=HTMX)
                assert answer.status_code == 422
            assert client.post(reverse("threads:take-pick", args=[held.pk]), headers=HTMX).status_code == 409
        assert Turn.objects.count() == 1

    def test_it_is_no_poster_of_its_thread(self, held: Take) -> None:
        held.turn.thread.refresh_from_db()
        assert held.turn.thread.poster_id is None

    def test_files_that_are_made_of_it_later_are_not_shown_either(self, as_client: As, owner: User, held: Take) -> None:
        rendition = Asset.objects.create(
            team=held.asset.team, origin=held.asset, kind=Kind.RENDITION, mime="video/mp4", file=held.asset.file
        )
        assert as_client(owner).get(addresses.url(rendition)).status_code == 404

    def test_no_event_carries_an_address_of_it(self, held: Take, thread: Thread) -> None:
        with transaction.atomic():
            for stream, kind, payload in holds.changes_of(held):
                Event.objects.create(stream=stream, kind=kind, payload=payload, number=1000)
        assert not any("/media/" in str(event.payload) for event in Event.objects.all())


def test_before_it_was_held_everybody_saw_it(as_client: As, viewer: User, made: Take) -> None:
    """So that the tests above look where there would be something."""
    client = as_client(viewer)
    pages = [page for page in pages_about(made) if "/before/" not in page]  # no turn stands above the first
    assert [page for page in pages if not files_named(client.get(page, follow=True).content.decode())] == []
