"""Chosen notes become a turn that is shown whole with its price; its authors say whether it fixed them."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import User
from studio.live.models import Event
from studio.media import storage
from studio.media.frames import frame_of
from studio.media.models import Asset, AssetStatus, Kind
from studio.review import shares
from studio.review.models import Guest, Note, NoteTurn, ShareLink
from studio.threads import actions
from studio.threads.models import Job, JobStatus, Take, Thread, Turn, TurnInput
from tests.engine.media_files import clip as make_clip
from tests.review.conftest import Share, enter
from tests.threads_pages.conftest import AddTurn, add_turn, take_of, thread  # noqa: F401 (fixtures)
from tests.threads_pages.shelves import video

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
RUNWARE = "runware/google:gemini@omni-flash-1.1"


@pytest.fixture
def take(add_turn: AddTurn) -> Take:  # noqa: F811
    return Take.objects.select_related("turn__thread__team", "asset").get(pk=take_of(add_turn()).pk)


@pytest.fixture
def add_note(take: Take, reviewer: User) -> Callable[..., Note]:
    def add(text: str = "make the light warmer", **fields: Any) -> Note:
        given = {"author": reviewer, "start": 3.2, **fields}
        return Note.objects.create(take=take, text=text, **given)

    return add


@pytest.fixture
def with_key(settings: Any) -> None:
    settings.PROVIDER_KEYS = {**settings.PROVIDER_KEYS, "runware": "a key for tests"}


def page(take: Take) -> str:
    return reverse("review:next-turn", args=[take.pk])


def fields(take: Take, *notes: Note, **more: Any) -> dict[str, Any]:
    words = {"prompt": "make the light warmer.\nKeep everything else unchanged.", "token": str(uuid.uuid4())}
    return {"note": [str(each.pk) for each in notes], **words, **more}


def answer(client: Client, link: NoteTurn, said: str) -> Any:
    fixed = reverse("review:note-fixed", args=[link.note_id])
    return client.post(fixed, {"turn": str(link.turn_id), "answer": said}, headers=HTMX)


class TestShownWhole:
    def test_with_words_moments_model_and_price(
        self, as_client: As, editor: User, take: Take, add_note: Callable[..., Note], with_key: None
    ) -> None:
        first, second = add_note("darker", start=3.2, end=6.8), add_note("no gulls", start=None)
        chosen = {"note": [str(second.pk), str(first.pk)], "model": RUNWARE}
        html = as_client(editor).get(page(take), chosen, headers=HTMX).content.decode()
        assert "1. From 3.2 s to 6.8 s: darker.\n2. no gulls.\nKeep everything else unchanged.</textarea>" in html
        assert "Rosa" in html and "The picture at 3.2 s goes along as a reference" in html
        assert 'Send <span class="num">$' in html
        assert not Turn.objects.exclude(pk=take.turn_id).exists()

    def test_the_local_engine_is_told_no_moments_and_that_is_said(
        self, as_client: As, editor: User, take: Take, add_note: Callable[..., Note]
    ) -> None:
        html = as_client(editor).get(page(take), {"note": str(add_note().pk)}).content.decode()
        assert ">make the light warmer.\nKeep everything else unchanged.</textarea>" in html
        assert "The local engine changes the whole clip, so times and places are left out." in html
        assert "goes along as a reference" not in html

    def test_another_model_keeps_what_was_typed(
        self, as_client: As, editor: User, take: Take, add_note: Callable[..., Note], with_key: None
    ) -> None:
        client, note = as_client(editor), add_note("darker")
        was = "darker.\r\nKeep everything else unchanged."
        look = {"look": "1", "model": RUNWARE, "was": was}
        html = client.post(page(take), fields(take, note, **look, prompt=was), headers=HTMX).content.decode()
        assert "At 3.2 s: darker." in html
        html = client.post(page(take), fields(take, note, **look, prompt="much darker"), headers=HTMX).content.decode()
        assert ">much darker</textarea>" in html
        assert Turn.objects.count() == 1

    def test_what_does_not_fit_is_said(
        self, as_client: As, editor: User, take: Take, add_note: Callable[..., Note]
    ) -> None:
        notes = [add_note("warmer " * 500) for _each in range(2)]
        html = as_client(editor).get(page(take), {"note": [str(each.pk) for each in notes]}).content.decode()
        assert "1 note did not fit into what" in html

    def test_only_living_notes_of_the_take_count(
        self, as_client: As, editor: User, take: Take, add_note: Callable[..., Note]
    ) -> None:
        gone = add_note(deleted_at="2026-01-01T00:00:00Z")
        reply = add_note(parent=add_note())
        for note in (gone, reply):
            refused = as_client(editor).get(page(take), {"note": str(note.pk)}, headers=HTMX)
            assert refused.status_code == 409 and "Nothing was sent" in refused.content.decode()


class TestSent:
    def test_the_turn_continues_the_take_and_names_its_notes(
        self, as_client: As, editor: User, take: Take, add_note: Callable[..., Note]
    ) -> None:
        notes, client = [add_note(), add_note("slower")], as_client(editor)
        sent = client.post(page(take), fields(take, *notes), headers=HTMX)
        assert sent.status_code == 204 and "Turn 2 is on its way." in sent["HX-Trigger"]
        turn = Turn.objects.get(parent=take)
        assert (turn.author, turn.prompt) == (editor, "make the light warmer.\nKeep everything else unchanged.")
        assert set(NoteTurn.objects.filter(turn=turn).values_list("note", flat=True)) == {each.pk for each in notes}
        said = json.loads(client.get(reverse("review:thread-origins", args=[turn.thread_id])).content)
        there = reverse("review:turn-notes", args=[turn.pk])
        assert said == {str(turn.pk): {"words": "from 2 notes", "url": there}}
        html = client.get(there).content.decode()
        assert "make the light warmer" in html and "turn 1, at 3.2 s" in html

    def test_twice_is_once(self, as_client: As, editor: User, take: Take, add_note: Callable[..., Note]) -> None:
        client, form = as_client(editor), fields(take, add_note())
        for _press in range(2):
            assert client.post(page(take), form).status_code == 303
        assert (Turn.objects.filter(parent=take).count(), NoteTurn.objects.count()) == (1, 1)

    def test_a_sign_that_postgresql_does_not_keep_is_left_out(
        self, as_client: As, editor: User, take: Take, add_note: Callable[..., Note]
    ) -> None:
        form = fields(take, add_note(), prompt="dark\x00er,\r\nplease")
        assert as_client(editor).post(page(take), form, headers=HTMX).status_code == 204
        assert Turn.objects.get(parent=take).prompt == "darker,\nplease"

    def test_what_is_refused_loses_nothing(
        self, as_client: As, editor: User, moderator: User, take: Take, add_note: Callable[..., Note]
    ) -> None:
        client, note = as_client(editor), add_note()
        refused = client.post(page(take), fields(take, note, prompt="x" * 5000), headers=HTMX)
        assert refused.status_code == 422
        html = refused.content.decode()
        assert "x" * 5000 in html and "Nothing is lost" in html and str(note.pk) in html
        actions.hold_take(moderator, take, "Somebody in it did not agree.")
        assert client.post(page(take), fields(take, note), headers=HTMX).status_code == 404
        assert not NoteTurn.objects.exists()

    def test_its_picture_goes_along(
        self,
        as_client: As,
        editor: User,
        take: Take,
        add_note: Callable[..., Note],
        with_key: None,
        tmp_path: Any,
    ) -> None:
        key = storage.new_key(take.asset.team_id, take.asset_id, Kind.TAKE)
        storage.put(make_clip(tmp_path / "clip.mp4", seconds=2), key)
        Asset.objects.filter(pk=take.asset_id).update(file=key, duration=2)
        form = fields(take, add_note("darker", start=1.0), model=RUNWARE, frame="1")
        sent = as_client(editor).post(page(take), form, headers=HTMX)
        assert sent.status_code == 204, sent.content.decode()
        given = TurnInput.objects.select_related("asset").get(turn__parent=take)
        assert (given.role, given.asset.kind, given.asset.asked) == ("reference", Kind.REFERENCE, {"frame": 1.0})
        assert given.asset.status == AssetStatus.READY and given.asset.width == 320
        take.refresh_from_db()
        again = frame_of(Asset.objects.get(pk=take.asset_id), 1.001, owner=editor)
        assert again == given.asset

    @pytest.mark.parametrize(("who", "status"), [("reviewer", 403), ("viewer", 403), ("stranger", 404)])
    def test_those_who_do_not_edit_do_not_send(
        self,
        request: pytest.FixtureRequest,
        as_client: As,
        take: Take,
        add_note: Callable[..., Note],
        who: str,
        status: int,
    ) -> None:
        client, form = as_client(request.getfixturevalue(who)), fields(take, add_note())
        for reply in (client.post(page(take), form), client.get(page(take), {"note": form["note"]})):
            assert reply.status_code == status
        assert Turn.objects.count() == 1
        below = client.get(reverse("review:take-next", args=[take.pk]))
        assert below.status_code == (404 if status == 404 else 200)
        assert "Make next turn" not in below.content.decode()


class TestFixed:
    @pytest.fixture
    def link(self, take: Take, editor: User, add_note: Callable[..., Note]) -> NoteTurn:
        """A turn from one note, whose take is made."""
        turn = actions.start_turn(editor, take.turn.thread, token=uuid.uuid4(), prompt="make it warmer", parent=take)
        job = Job.objects.get(turn=turn)
        Job.objects.filter(pk=job.pk).update(status=JobStatus.SUCCEEDED)
        asset = video(editor, turn.thread)
        Take.objects.create(turn=turn, job=job, number=1, asset=asset, provider="local")
        return NoteTurn.objects.create(note=add_note(), turn=turn)

    def below(self, client: Client, take: Take) -> str:
        return client.get(reverse("review:take-next", args=[take.pk])).content.decode()

    def test_its_author_is_asked_with_both_pictures_at_that_time(
        self, as_client: As, reviewer: User, editor: User, take: Take, link: NoteTurn
    ) -> None:
        made = Take.objects.get(turn=link.turn)
        for shown in (take, made):
            html = self.below(as_client(reviewer), shown)
            assert "Fixed in turn 2?" in html
            assert html.count("#t=3.20") == 2 and str(take.asset_id) in html and str(made.asset_id) in html
            assert "Fixed in turn 2?" not in self.below(as_client(editor), shown)

    def test_not_before_there_is_a_take_nor_while_it_is_held(
        self, as_client: As, reviewer: User, moderator: User, take: Take, link: NoteTurn
    ) -> None:
        made = Take.objects.select_related("turn__thread", "asset").get(turn=link.turn)
        actions.hold_take(moderator, made, "Somebody in it did not agree.")
        assert "Fixed in" not in self.below(as_client(reviewer), take)

    def test_yes_resolves_and_open_pages_hear_of_it(
        self, as_client: As, reviewer: User, take: Take, link: NoteTurn
    ) -> None:
        client = as_client(reviewer)
        assert answer(client, link, "fixed").status_code == 204
        note = Note.objects.get(pk=link.note_id)
        assert note.resolved_at and note.resolved_by == reviewer
        told = Event.objects.filter(kind="note.changed").order_by("stream")
        payload = {"note": str(note.pk), "take": str(take.pk)}
        thread_id = take.turn.thread_id
        assert [(each.stream, each.payload) for each in told] == [
            (f"guests-{thread_id}", payload),
            (f"thread-{thread_id}", payload),
        ]
        assert "Fixed in" not in self.below(client, take)

    def test_not_yet_leaves_it_open(self, as_client: As, reviewer: User, take: Take, link: NoteTurn) -> None:
        client = as_client(reviewer)
        assert answer(client, link, "not_yet").status_code == 204
        link.refresh_from_db()
        assert (link.answer, link.note.resolved_at) == (NoteTurn.Answer.NOT_YET, None)
        assert "Fixed in" not in self.below(client, take)

    def test_said_twice_it_stays_said(self, as_client: As, reviewer: User, link: NoteTurn) -> None:
        client = as_client(reviewer)
        assert [answer(client, link, "fixed").status_code for _press in range(2)] == [204, 204]
        other = answer(client, link, "not_yet")
        assert other.status_code == 409 and "answered already" in other.content.decode()
        assert answer(client, link, "perhaps").status_code == 422

    def test_no_guest_hears_of_an_internal_note(self, as_client: As, reviewer: User, link: NoteTurn) -> None:
        Note.objects.filter(pk=link.note_id).update(is_internal=True)
        answer(as_client(reviewer), link, "fixed")
        assert not Event.objects.filter(stream__startswith="guests-").exists()

    def test_for_a_guest_whoever_the_thread_belongs_to_answers(
        self, as_client: As, owner: User, editor: User, take: Take, link: NoteTurn
    ) -> None:
        share = ShareLink.objects.create(thread=take.turn.thread)
        guest = Guest.objects.create(link=share, name="Gia")
        Note.objects.filter(pk=link.note_id).update(author=None, guest=guest)
        assert "Fixed in turn 2?" in self.below(as_client(owner), take)
        assert answer(as_client(editor), link, "fixed").status_code == 403
        assert answer(as_client(owner), link, "fixed").status_code == 204

    def test_a_guest_is_asked_about_their_own_note_where_the_link_shows_the_new_take(
        self, share: Share, take: Take, editor: User, link: NoteTurn
    ) -> None:
        whole, single = share(), share(take=take)
        gia, other, narrow = enter(whole, "Gia"), enter(whole, "Gus"), enter(single, "Gia")

        def below_of(client: Client, way: ShareLink) -> str:
            return client.get(f"{shares.path_of(way)}takes/{take.pk}/next/").content.decode()

        Note.objects.filter(pk=link.note_id).update(author=None, guest=Guest.objects.get(link=whole, name="Gia"))
        asked = below_of(gia, whole)
        assert "Fixed in turn 2?" in asked and "/media/" not in asked.replace(f"{shares.path_of(whole)}media/", "")
        assert asked.count("foot-take") == 2
        assert "Fixed in" not in below_of(other, whole)
        form = {"turn": str(link.turn_id), "answer": "fixed"}
        fixed = f"{shares.path_of(whole)}notes/{link.note_id}/fixed/"
        assert other.post(fixed, form).status_code == 403
        assert gia.post(fixed, form | {"turn": "x"}).status_code == 404
        assert gia.post(fixed, form).status_code == 302
        link.refresh_from_db()
        assert link.answer == NoteTurn.Answer.FIXED
        assert link.note.resolved_at and link.note.resolved_by is None
        assert "Fixed in" not in below_of(gia, whole)
        NoteTurn.objects.filter(pk=link.pk).update(answer="")
        Note.objects.filter(pk=link.note_id).update(resolved_at=None, guest=Guest.objects.get(link=single))
        assert "Fixed in" not in below_of(narrow, single)

    @pytest.mark.parametrize(("who", "status"), [("editor", 403), ("viewer", 403), ("stranger", 404)])
    def test_nobody_else_answers(
        self, request: pytest.FixtureRequest, as_client: As, link: NoteTurn, who: str, status: int
    ) -> None:
        assert answer(as_client(request.getfixturevalue(who)), link, "fixed").status_code == status
        link.refresh_from_db()
        assert link.answer == ""

    def test_the_page_of_its_notes_asks_too(self, as_client: As, reviewer: User, link: NoteTurn) -> None:
        client, there = as_client(reviewer), reverse("review:turn-notes", args=[link.turn_id])
        assert "Fixed in turn 2?" in client.get(there).content.decode()
        fixed = reverse("review:note-fixed", args=[link.note_id])
        reply = client.post(fixed, {"turn": str(link.turn_id), "answer": "fixed"}, follow=True)
        assert reply.redirect_chain[0][0] == there
        html = reply.content.decode()
        assert "Fixed in turn 2?" not in html and 'data-state="fixed">Fixed</span>' in html


def test_a_strangers_card_asks_in_vain(as_client: As, stranger: User, take: Take) -> None:
    for name, row in (("thread-origins", take.turn.thread_id), ("turn-notes", take.turn_id), ("take-next", take.pk)):
        assert as_client(stranger).get(reverse(f"review:{name}", args=[row])).status_code == 404


def test_what_is_held_takes_its_pictures_along(
    moderator: User,
    editor: User,
    take: Take,
    thread: Thread,  # noqa: F811
) -> None:
    frame = Asset.objects.create(team=thread.team, origin=take.asset, kind=Kind.REFERENCE, asked={"frame": 1.0})
    actions.hold_take(moderator, take, "Somebody in it did not agree.")
    frame.refresh_from_db()
    assert frame.held


def test_a_note_that_was_deleted_meanwhile_sends_nothing_and_keeps_the_words(
    as_client: As, editor: User, take: Take, add_note: Callable[..., Note]
) -> None:
    kept, gone = add_note("Warmer light"), add_note("Slower")
    form = fields(take, kept, gone, prompt="Warmer light, and slower")
    Note.objects.filter(pk=gone.pk).update(deleted_at=timezone.now(), text="")
    client = as_client(editor)
    answer = client.post(page(take), form, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "A chosen note was deleted meanwhile" in answer.content.decode()
    assert "Warmer light, and slower" in answer.content.decode()
    assert not NoteTurn.objects.exists()
    form["note"] = [str(kept.pk)]
    assert client.post(page(take), form, headers={"HX-Request": "true"}).status_code == 204


def test_whoever_sends_an_internal_note_is_told_that_guests_read_prompts(
    as_client: As, editor: User, take: Take, add_note: Callable[..., Note]
) -> None:
    note = add_note("The client must not know", is_internal=True)
    link = ShareLink.objects.create(thread=take.turn.thread, shows_prompts=True)
    client = as_client(editor)

    def warns(*notes: Note) -> bool:
        return "they will read what is sent" in client.get(page(take), fields(take, *notes)).content.decode()

    assert warns(note)
    assert not warns(add_note("Warmer"))
    ShareLink.objects.filter(pk=link.pk).update(is_on=False)
    assert not warns(note)
