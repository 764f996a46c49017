"""Anybody who sees a take or a note reports it, once; persons are counted, not reports."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.moderation.gathering import gather
from studio.moderation.models import Case, CaseKind, Outcome, Report
from studio.moderation.reporting import Reporter, report
from studio.review import actions as review
from studio.review.models import Note
from studio.review.viewers import viewer_of_member
from studio.threads.models import Take, Turn

pytestmark = pytest.mark.django_db
AsClient = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def note(made: Take, reviewer: User) -> Note:
    return Note.objects.create(take=made, author=reviewer, text="You are all fools.")


def test_every_member_reports_a_take_and_several_are_one_case(
    as_client: AsClient, made: Take, viewer: User, reviewer: User, owner: User
) -> None:
    url = reverse("moderation:report-take", args=[made.pk])
    for who in (viewer, reviewer, owner):
        assert b"What is wrong with it" in as_client(who).get(url).content
        answer = as_client(who).post(url, {"ground": "likeness", "words": " My  neighbour "}, headers=HTMX)
        assert answer.status_code == 204
        assert "Thank you" in answer["HX-Trigger"]
    case = Case.objects.get()
    assert (case.kind, case.take, case.person) == (CaseKind.REPORT, made, made.turn.author)
    assert list(case.reports.values_list("reporter", "words")) == [
        (each.pk, "My neighbour") for each in (viewer, reviewer, owner)
    ]


def test_the_same_person_twice_is_told_so(as_client: AsClient, made: Take, viewer: User) -> None:
    url = reverse("moderation:report-take", args=[made.pk])
    client = as_client(viewer)
    client.post(url, {"ground": "hate"})
    answer = client.post(url, {"ground": "other"}, headers=HTMX)
    assert "You have reported this already" in answer["HX-Trigger"]
    assert Report.objects.count() == 1
    case = Case.objects.get()
    case.outcome, case.applied_at = Outcome.RELEASED, case.opened_at
    case.save()
    answer = client.post(url, {"ground": "other"}, headers=HTMX)
    assert "a moderator has decided about it since" in answer["HX-Trigger"]
    assert Case.objects.count() == 1


def test_another_person_brings_it_up_again_after_a_decision(made: Take, viewer: User, reviewer: User) -> None:
    first = report(Reporter(viewer), made, "hate").case
    Case.objects.filter(pk=first.pk).update(outcome=Outcome.RELEASED)
    assert report(Reporter(reviewer), made, "hate").case != first


def test_a_report_joins_the_case_that_is_there(held: Take, owner: User) -> None:
    gather()
    row = report(Reporter(owner), held, "violence")
    assert (row.case.kind, row.case.version, Case.objects.count()) == (CaseKind.FLAGGED, 0, 1)
    assert Case.objects.get().version == 1


def test_what_a_note_said_and_drew_is_kept_for_the_moderator(
    as_client: AsClient, made: Take, editor: User, viewer: User, moderator: User
) -> None:
    strokes = [{"kind": "box", "colour": "a", "points": [[0.1, 0.2], [0.5, 0.6]]}]
    note = Note.objects.create(take=made, author=editor, text="You fools.", drawing=strokes)
    case = report(Reporter(viewer), note, "hate").case
    url = reverse("moderation:case-detail", args=[case.pk])
    page = as_client(moderator).get(url, headers=HTMX).content.decode()
    assert page.count("You fools.") == 1
    assert "0.1,0.2 0.5,0.2 0.5,0.6 0.1,0.6 0.1,0.2" in page
    Note.objects.filter(pk=note.pk).update(text="You friends.", drawing=[])
    page = as_client(moderator).get(url, headers=HTMX).content.decode()
    assert page.index("You friends.") < page.index("As it was reported") < page.index("You fools.")
    note.refresh_from_db()
    review.delete_note(viewer_of_member(editor, editor.memberships.get()), note)
    page = as_client(moderator).get(url, headers=HTMX).content.decode()
    assert "Deleted." in page
    assert "You fools." in page
    assert "0.1,0.2 0.5,0.2" in page


def test_guests_count_by_their_names(made: Take) -> None:
    for name in ("Ana", "Ben"):
        report(Reporter(guest=name), made, "likeness")
    assert Case.objects.get().reports.count() == 2


def test_without_a_reason_the_form_comes_back_with_what_was_written(
    as_client: AsClient, made: Take, viewer: User
) -> None:
    url = reverse("moderation:report-take", args=[made.pk])
    for ground in ("", "fine", "nonsense"):
        answer = as_client(viewer).post(url, {"ground": ground, "words": "Look at it"}, headers=HTMX)
        assert answer.status_code == 422
        assert b"Choose what is wrong with it." in answer.content
        assert b"Look at it</textarea>" in answer.content
    answer = as_client(viewer).post(url, {"ground": "other", "words": "x" * 501}, headers=HTMX)
    assert b"That is 501 characters, and 500 fit." in answer.content
    assert not Case.objects.exists()


def test_without_scripts_the_page_thanks_and_leads_back(as_client: AsClient, made: Take, viewer: User) -> None:
    answer = as_client(viewer).post(reverse("moderation:report-take", args=[made.pk]), {"ground": "other"}, follow=True)
    assert answer.redirect_chain[0][0].startswith(f"/threads/{made.turn.thread_id}/")
    assert b"Thank you. A moderator will look at it" in answer.content


def test_from_a_turn_one_of_its_takes_is_chosen_or_its_words(
    as_client: AsClient, add_turn: Callable[..., Turn], viewer: User
) -> None:
    turn, bare = add_turn(takes=2), add_turn(takes=0)
    second = Take.objects.get(turn=turn, number=2)
    client = as_client(viewer)
    assert b"Which take" in client.get(reverse("moderation:report-turn", args=[turn.pk])).content
    client.post(reverse("moderation:report-turn", args=[turn.pk]), {"ground": "other", "take": str(second.pk)})
    client.post(reverse("moderation:report-turn", args=[bare.pk]), {"ground": "hate"})
    assert set(Case.objects.values_list("turn", "take")) == {(turn.pk, second.pk), (bare.pk, None)}


def test_a_note_is_reported_while_it_is_there(as_client: AsClient, note: Note, viewer: User) -> None:
    url = reverse("moderation:report-note", args=[note.pk])
    assert as_client(viewer).post(url, {"ground": "hate"}, headers=HTMX).status_code == 204
    case = Case.objects.get()
    assert (case.note_id, case.take, case.person) == (note.pk, note.take, note.author)
    Note.objects.update(deleted_at=case.opened_at)
    assert as_client(viewer).get(url).status_code == 404
