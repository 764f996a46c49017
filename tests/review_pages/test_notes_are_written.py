import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.live.models import Event
from studio.review.models import Guest, Note, ShareLink
from studio.threads.models import Take, Thread
from tests.threads_pages.conftest import AddTurn, take_of

AsClient = Callable[[User | None], Client]
ARROW = {"kind": "arrow", "colour": "b", "points": [[0.1, 0.2], [0.5, 0.6]]}
HTMX = {"HTTP_HX_REQUEST": "true"}


def post(client: Client, take: Take, **form: Any) -> Any:
    return client.post(reverse("review:note-create", args=[take.pk]), form, **HTMX)  # type: ignore[arg-type]


def act(client: Client, note: Note, verb: str, **form: Any) -> Any:
    return client.post(reverse(f"review:note-{verb}", args=[note.pk]), form, **HTMX)  # type: ignore[arg-type]


def events(thread: Thread, stream: str = "thread") -> list[Event]:
    return list(Event.objects.filter(stream=f"{stream}-{thread.pk}", kind="note.changed").order_by("number"))


def test_a_note_stands_at_a_frame_over_a_range_or_for_the_whole_clip(
    as_client: AsClient, reviewer: User, take: Take
) -> None:
    client = as_client(reviewer)
    at_frame = post(client, take, text="Too dark", start="3.02")
    over = post(client, take, text="Drifts", start="1", end="2.5", drawing=json.dumps([ARROW]))
    general = post(client, take, text="Lovely <b>light</b>")
    assert [each.status_code for each in (at_frame, over, general)] == [200, 200, 200]
    assert "00:03.00" in at_frame.content.decode()
    assert "00:01.00 – 00:02.12" in over.content.decode()
    assert "Lovely &lt;b&gt;light&lt;/b&gt;" in general.content.decode()
    assert Note.objects.get(text="Drifts").drawing == [ARROW]


def test_a_guest_who_replies_is_called_a_guest(as_client: AsClient, reviewer: User, take: Take) -> None:
    client = as_client(reviewer)
    post(client, take, text="Too dark")
    note = Note.objects.get()
    guest = Guest.objects.create(link=ShareLink.objects.create(thread=take.turn.thread), name=reviewer.name)
    Note.objects.create(take=take, parent=note, guest=guest, text="Not at all")
    card = act(client, note, "resolve").content.decode()
    assert card.index('class="note-tag">guest<') < card.index("Not at all")
    assert card.count("note-tag") == 1


def test_posted_twice_it_is_one_note(as_client: AsClient, reviewer: User, editor: User, take: Take) -> None:
    token = str(uuid.uuid4())
    for _ in range(2):
        assert post(as_client(reviewer), take, text="Once", token=token).status_code == 200
    assert Note.objects.count() == 1
    assert post(as_client(editor), take, text="Mine", token=token).status_code == 403


def test_it_reaches_the_thread_and_its_guests_unless_it_is_internal(
    as_client: AsClient, reviewer: User, take: Take, thread: Thread
) -> None:
    post(as_client(reviewer), take, text="For all")
    post(as_client(reviewer), take, text="Among us", internal="1")
    assert [("For all" in each.payload["html"]) for each in events(thread)] == [True, False]
    assert len(events(thread, "guests")) == 1
    inside = Note.objects.get(text="Among us")
    post(as_client(reviewer), take, text="A reply", parent=str(inside.pk))
    assert Note.objects.get(text="A reply").is_internal
    assert len(events(thread, "guests")) == 1


def test_replies_lie_one_deep(as_client: AsClient, reviewer: User, editor: User, take: Take) -> None:
    post(as_client(reviewer), take, text="Question", start="1")
    top = Note.objects.get()
    post(as_client(editor), take, text="Answer", parent=str(top.pk))
    answer = Note.objects.get(text="Answer")
    assert "Answer" in post(as_client(reviewer), take, text="Thanks", parent=str(answer.pk)).content.decode()
    assert set(top.replies.values_list("text", flat=True)) == {"Answer", "Thanks"}


def test_only_its_author_changes_it_and_what_was_said_is_forgotten(
    as_client: AsClient, reviewer: User, editor: User, take: Take, thread: Thread
) -> None:
    post(as_client(reviewer), take, text="Secrt word", drawing=json.dumps([ARROW]), start="1")
    note = Note.objects.get()
    refused = act(as_client(editor), note, "edit", text="Mine now")
    assert (refused.status_code, "Only who wrote" in refused.content.decode()) == (403, True)
    assert act(as_client(editor), note, "delete").status_code == 403
    assert "edited" in act(as_client(reviewer), note, "edit", text="Secret word").content.decode()
    assert "html" not in events(thread)[0].payload
    post(as_client(editor), take, text="A reply", parent=str(note.pk))
    card = act(as_client(reviewer), note, "delete").content.decode()
    assert "This note was deleted." in card
    assert "A reply" in card
    note.refresh_from_db()
    assert (note.text, note.drawing) == ("", [])
    assert not [each for each in events(thread) if "Secret word" in json.dumps(each.payload)]
    late = act(as_client(reviewer), note, "edit", text="Back")
    assert (late.status_code, "deleted meanwhile" in late.content.decode()) == (409, True)


def test_a_note_without_replies_leaves_nothing(as_client: AsClient, reviewer: User, take: Take) -> None:
    post(as_client(reviewer), take, text="Never mind")
    note = Note.objects.get()
    assert act(as_client(reviewer), note, "delete").content == b""
    assert as_client(reviewer).get(reverse("review:note-detail", args=[note.pk])).status_code == 404


def test_it_is_resolved_and_reopened(as_client: AsClient, reviewer: User, editor: User, take: Take) -> None:
    post(as_client(reviewer), take, text="Fix it")
    note = Note.objects.get()
    assert "Resolved by Emil" in act(as_client(editor), note, "resolve").content.decode()
    act(as_client(reviewer), note, "resolve")
    note.refresh_from_db()
    assert note.resolved_by == editor
    assert "Resolved by" not in act(as_client(reviewer), note, "reopen").content.decode()


def test_a_mention_assigns_and_writes_a_mail(
    as_client: AsClient, reviewer: User, editor: User, owner: User, take: Take, run_tasks: Callable[..., int]
) -> None:
    card = post(as_client(reviewer), take, text="@emil and @Olga, see to it").content.decode()
    note = Note.objects.get()
    assert note.assignee == editor
    assert "for Emil" in card
    assert '<b class="mention">@emil</b>' in card
    assert run_tasks() == 2
    act(as_client(reviewer), note, "edit", text="@Emil, and only you")
    assert run_tasks() == 0


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"text": "   "}, "empty note"),
        ({"text": "x" * 4001}, "4000 fit"),
        ({"text": "late", "start": "10.5"}, "ends at 00:10.00"),
        ({"text": "early", "start": "-1"}, "outside the clip"),
        ({"text": "nan", "start": "nan"}, "outside the clip"),
        ({"text": "words", "start": "soon"}, "cannot be read"),
        ({"text": "back", "start": "5", "end": "2"}, "ends before it begins"),
        ({"text": "beyond", "start": "5", "end": "1e9"}, "outside the clip"),
        ({"text": "no place", "drawing": json.dumps([ARROW])}, "need the moment"),
        ({"text": "reply", "parent": str(uuid.uuid4())}, "no longer there"),
    ],
)
def test_what_cannot_be_kept_is_said(
    as_client: AsClient, reviewer: User, take: Take, form: dict[str, str], sentence: str
) -> None:
    answer = post(as_client(reviewer), take, **form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Note.objects.exists()


def test_who_may(as_client: AsClient, viewer: User, stranger: User, reviewer: User, take: Take) -> None:
    refused = post(as_client(viewer), take, text="Hm")
    assert (refused.status_code, "reviewer role" in refused.content.decode()) == (403, True)
    assert post(as_client(stranger), take, text="Hm").status_code == 404
    post(as_client(reviewer), take, text="There")
    note = Note.objects.get()
    for verb in ("edit", "delete", "resolve", "reopen"):
        assert act(as_client(stranger), note, verb, text="x").status_code == 404
    assert act(as_client(viewer), note, "resolve").status_code == 403
    assert as_client(stranger).get(reverse("review:note-detail", args=[note.pk])).status_code == 404
    assert as_client(stranger).get(reverse("review:take-notes", args=[take.pk])).status_code == 404
    assert as_client(viewer).get(reverse("review:take-notes", args=[take.pk])).status_code == 200
    assert as_client(None).get(reverse("review:take-review", args=[take.pk])).status_code == 302


def test_a_take_that_has_gone_meanwhile_takes_no_note(as_client: AsClient, reviewer: User, take: Take) -> None:
    Take.objects.filter(pk=take.pk).update(trashed_at=take.created_at)
    answer = post(as_client(reviewer), take, text="Late")
    assert answer.status_code == 409
    assert "trash meanwhile" in answer.content.decode()


def test_a_reply_cannot_cross_to_another_take(
    as_client: AsClient, reviewer: User, take: Take, add_turn: AddTurn
) -> None:
    other = take_of(add_turn("Another"))
    post(as_client(reviewer), take, text="Here")
    answer = post(as_client(reviewer), other, text="There", parent=str(Note.objects.get().pk))
    assert answer.status_code == 422


def test_without_scripts_a_general_note_is_posted(as_client: AsClient, reviewer: User, take: Take) -> None:
    client = as_client(reviewer)
    page = client.get(reverse("review:take-review", args=[take.pk])).content.decode()
    address = reverse("review:note-create", args=[take.pk])
    assert f'action="{address}"' in page
    answer = client.post(address, {"text": "Plain", "start": "", "end": "", "drawing": ""}, follow=True)
    assert "Your note is posted." in answer.content.decode()
    assert "Plain" in answer.content.decode()
