"""A held take is released or deleted by its author, with a reason that is kept; every open page hears of it."""

import uuid
from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.live.models import Event
from studio.media import addresses
from studio.media.models import Asset
from studio.threads import actions, holds
from studio.threads.cards import Media
from studio.threads.jobs.collecting import take_id
from studio.threads.models import HeldBy, Job, Take, Thread, Turn
from studio.threads.posters import choose_poster
from tests.threads_pages.conftest import AddTurn

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
WHY = {"reason": "It is  a statue."}


def address(take: Take, name: str) -> str:
    return reverse(f"threads:take-{name}", args=[take.pk])


def card(client: Client, take: Take) -> str:
    return client.get(reverse("threads:turn-detail", args=[take.turn_id]), headers=HTMX).content.decode()


def told() -> list[tuple[str, str]]:
    return list(Event.objects.order_by("id").values_list("stream", "kind"))


class TestReleasing:
    def test_everybody_sees_it_again_exactly_as_it_was(
        self, as_client: As, editor: User, owner: User, made: Take
    ) -> None:
        choose_poster(made.turn.thread)
        actions.pick_take(owner, made)
        before = Media.of(Asset.objects.get(pk=made.asset_id))
        seen = card(as_client(owner), made)
        with transaction.atomic():
            holds.hold(made, HeldBy.PROVIDER, holds.OBJECTED)
        assert card(as_client(owner), made) != seen
        answer = as_client(editor).post(address(made, "release"), WHY, headers=HTMX)
        assert answer.status_code == 200 and "everybody in the team sees it now" in answer["HX-Trigger"]
        assert card(as_client(owner), made) == seen
        assert Media.of(Asset.objects.get(pk=made.asset_id)) == before
        made.turn.thread.refresh_from_db()
        assert made.turn.thread.poster_id == made.asset_id
        assert {as_client(None).get(each).status_code for each in (before.src, before.poster, before.strip)} == {200}

    def test_it_can_be_downloaded_and_continued_from_again(
        self, as_client: As, editor: User, owner: User, held: Take
    ) -> None:
        actions.release_take(editor, held, "It is a statue.")
        download = as_client(owner).get(reverse("threads:take-download", args=[str(held.pk), "mp4"]))
        assert download.status_code == 302 and download["Location"].startswith(addresses.url(held.asset))
        thread = Thread.objects.get(pk=held.turn.thread_id)
        child = actions.start_turn(owner, thread, token=uuid.uuid4(), prompt="make it warmer", parent=held)
        assert child.parent == held

    def test_the_authors_own_address_ends_where_staff_hold_it_back(
        self, as_client: As, editor: User, held: Take
    ) -> None:
        mine = as_client(editor)
        own = addresses.urls(held.asset, editor.pk)
        shown = [own["src"], own["poster"], own["strip"]]
        assert {mine.get(each).status_code for each in shown} == {200}
        with transaction.atomic():
            holds.hold(held, HeldBy.STAFF, "It shows somebody who did not want it.")
        assert {mine.get(each).status_code for each in shown} == {404}
        fresh = addresses.urls(Asset.objects.get(pk=held.asset_id), editor.pk)
        assert mine.get(fresh["src"]).status_code == 200

    def test_who_did_it_and_why_is_kept(self, as_client: As, editor: User, held: Take) -> None:
        as_client(editor).post(address(held, "release"), WHY, headers=HTMX)
        entry = AuditEntry.objects.get()
        assert (entry.actor, entry.act, entry.object_kind, entry.object_id) == (
            editor,
            "take.released",
            "take",
            str(held.pk),
        )
        assert entry.detail["reason"] == "It is a statue."
        assert (entry.detail["before"]["held_by"], entry.detail["after"]["held_by"]) == ("provider", "")
        held.refresh_from_db()
        assert (held.held_at, held.held_by, held.held_reason) == (None, "", "")

    def test_the_thread_what_builds_on_it_and_the_library_are_told_once(
        self, editor: User, owner: User, held: Take, add_turn: AddTurn
    ) -> None:
        child = add_turn("warmer", parent=held)
        actions.release_take(editor, held, "It is a statue.")
        events = list(Event.objects.order_by("stream", "number"))
        team = f"team-{held.turn.thread.team_id}"
        assert [(each.stream, each.kind) for each in events] == [
            (team, "thread.changed"),
            (held.turn.thread.stream, "take.changed"),
            (held.turn.thread.stream, "take.changed"),
        ]
        assert {each.payload.get("turn") for each in events[1:]} == {str(held.turn_id), str(child.pk)}
        assert not any("/media/" in str(each.payload) for each in events)


class TestDeleting:
    def test_it_goes_into_the_trash_and_comes_back_held(
        self, as_client: As, editor: User, owner: User, held: Take
    ) -> None:
        mine, theirs = as_client(editor), as_client(owner)
        answer = mine.post(address(held, "delete"), WHY, headers=HTMX)
        assert answer.status_code == 200 and "Undo" in answer["HX-Trigger"]
        assert "1 take is in the trash." in card(theirs, held)
        entry = AuditEntry.objects.get()
        assert (entry.actor, entry.act, entry.detail["reason"]) == (editor, "take.deleted", "It is a statue.")
        assert theirs.post(address(held, "restore"), headers=HTMX).status_code == 204
        assert "is held back" in card(theirs, held) and "/media/" not in card(theirs, held)
        assert mine.post(address(held, "release"), WHY, headers=HTMX).status_code == 200
        assert "/media/" in card(theirs, held)

    def test_an_ordinary_take_needs_no_reason(self, as_client: As, owner: User, made: Take) -> None:
        assert as_client(owner).post(address(made, "delete"), headers=HTMX).status_code == 200
        assert not AuditEntry.objects.exists()

    def test_open_pages_are_told(self, editor: User, held: Take) -> None:
        actions.trash_take(editor, held, "Not what I wanted.")
        assert told() == [
            (f"team-{held.turn.thread.team_id}", "thread.changed"),
            (held.turn.thread.stream, "take.changed"),
        ]


class TestWhoDecides:
    @pytest.mark.parametrize("name", ["release", "delete"])
    @pytest.mark.parametrize("reason", ["", " \n ", "x" * 201, None])
    def test_without_a_reason_that_can_be_read_nothing_happens(
        self, as_client: As, editor: User, held: Take, name: str, reason: str | None
    ) -> None:
        data = {} if reason is None else {"reason": reason}
        answer = as_client(editor).post(address(held, name), data, headers=HTMX)
        assert answer.status_code == 409
        assert ("200 fit" if reason and reason.strip() else "Say in a few words why") in answer.content.decode()
        held.refresh_from_db()
        assert held.held_at and held.trashed_at is None
        assert not AuditEntry.objects.exists() and not Event.objects.exists()

    @pytest.mark.parametrize("who", ["owner", "second_editor", "reviewer", "viewer"])
    @pytest.mark.parametrize("name", ["release", "delete"])
    def test_nobody_else_of_the_team_does(
        self, request: pytest.FixtureRequest, as_client: As, held: Take, who: str, name: str
    ) -> None:
        client = as_client(request.getfixturevalue(who))
        for headers in (HTMX, {}):
            assert client.post(address(held, name), WHY, headers=headers).status_code == 403
        held.refresh_from_db()
        assert held.held_at and held.trashed_at is None
        assert not AuditEntry.objects.exists()

    def test_an_author_does_not_undo_what_staff_decided(self, editor: User, moderator: User, held: Take) -> None:
        actions.release_take(moderator, held, "A mistake of the check.")
        actions.hold_take(moderator, held, "Somebody in it did not agree.")
        for act in (actions.release_take, actions.trash_take):
            with pytest.raises(PermissionDenied):
                act(editor, held, "It is a statue.")
        actions.trash_take(moderator, held, "As they wished.")
        actions.restore_take(editor, held)
        with pytest.raises(PermissionDenied):
            actions.release_take(editor, held, "It is a statue.")

    def test_what_staff_delete_of_the_checks_is_theirs_from_then_on(
        self, editor: User, moderator: User, held: Take
    ) -> None:
        actions.trash_take(moderator, held, "It shows a person.")
        actions.restore_take(editor, held)
        held.refresh_from_db()
        assert held.held_by == HeldBy.STAFF
        with pytest.raises(PermissionDenied):
            actions.release_take(editor, held, "It is a statue.")

    def test_only_staff_hold_back(self, editor: User, owner: User, made: Take) -> None:
        for user in (editor, owner):
            with pytest.raises(PermissionDenied):
                actions.hold_take(user, made, "I do not like it.")

    def test_of_two_who_decide_at_once_the_second_is_told(self, as_client: As, editor: User, held: Take) -> None:
        client = as_client(editor)
        assert client.post(address(held, "release"), WHY, headers=HTMX).status_code == 200
        again = client.post(address(held, "release"), WHY, headers=HTMX)
        assert again.status_code == 409 and "decided about this take already" in again.content.decode()
        assert AuditEntry.objects.count() == 1

    @pytest.mark.parametrize("name", ["release", "delete"])
    def test_it_works_without_scripts(self, as_client: As, editor: User, held: Take, name: str) -> None:
        client = as_client(editor)
        for data, said in (({"reason": ""}, "Say in a few words why"), (WHY, "Turn 1 · take 1 is")):
            answer = client.post(address(held, name), data, follow=True)
            assert answer.redirect_chain[0][1] == 303
            assert said in answer.content.decode()


def test_takes_that_were_held_before_they_said_by_whom(made: Take, add_turn: AddTurn, editor: User) -> None:
    flagged = add_turn("A calm sea", author=editor).takes.get()
    job = Job.objects.get(pk=flagged.job_id)
    other = Job.objects.create(turn=Turn.objects.get(pk=made.turn_id), attempt=2, provider="local", model="engine-1")
    Job.objects.filter(pk=other.pk).update(results=[{"index": 0, "flagged": True}, {"index": 1, "flagged": False}])
    asset = flagged.asset
    flagged.delete()
    flagged = Take.objects.create(id=take_id(other, 0), turn=job.turn, job=other, number=1, asset=asset)
    Asset.objects.filter(pk__in=[flagged.asset_id, made.asset_id]).update(held=True)
    import_module("studio.threads.migrations.0010_held_takes").say_who_holds(apps, None)
    found = dict(Take.objects.filter(held_at__isnull=False).values_list("pk", "held_by"))
    assert found == {flagged.pk: "provider", made.pk: "staff"}
