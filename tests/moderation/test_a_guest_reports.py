"""A guest on a share link says that a take or a note should not be there, and is told what happens next."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from studio.accounts.models import User
from studio.moderation.models import Case, CaseKind, Report
from studio.review import shares
from studio.review.models import Note, ShareLink
from studio.threads.models import Take
from tests.review.conftest import Share, add_take, enter, link, share, take, thread

__all__ = ["add_take", "link", "share", "take", "thread"]
pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NEXT = "A moderator of this studio looks at it, not the team that sent you the link."


@pytest.fixture(autouse=True)
def counts_anew() -> None:
    cache.clear()


@pytest.fixture
def note(take: Take, reviewer: User) -> Note:
    return Note.objects.create(take=take, author=reviewer, text="You are all fools.")


def report_of(link: ShareLink, thing: Take | Note) -> str:
    return f"{shares.path_of(link)}{type(thing).__name__.lower()}s/{thing.pk}/report/"


def test_the_page_offers_it_for_the_take_and_for_notes(link: ShareLink, take: Take, note: Note) -> None:
    page = enter(link).get(shares.path_of(link)).content.decode()
    assert f'data-report="{report_of(link, take)}"' in page
    assert 'data-note-do="report"' in page
    assert f'data-report-note="{shares.path_of(link)}notes/' in page


def test_a_guest_is_told_what_happens_next_and_the_case_has_their_name(link: ShareLink, take: Take) -> None:
    client = enter(link, "Gina")
    form = client.get(report_of(link, take), headers=HTMX).content.decode()
    assert NEXT in form and "you get no message" in form
    answer = client.post(report_of(link, take), {"ground": "likeness", "words": "That is me"}, headers=HTMX)
    assert answer.status_code == 204
    assert "it goes from this page" in answer["HX-Trigger"]
    case = Case.objects.get()
    assert (case.kind, case.take, case.note_id, case.person) == (CaseKind.REPORT, take, None, take.turn.author)
    assert list(case.reports.values_list("reporter", "guest_name", "words")) == [(None, "Gina", "That is me")]


def test_a_note_is_reported_while_it_is_there(link: ShareLink, note: Note) -> None:
    client = enter(link)
    assert client.post(report_of(link, note), {"ground": "hate"}, headers=HTMX).status_code == 204
    assert Case.objects.get().note_id == note.pk
    Note.objects.filter(pk=note.pk).update(deleted_at=timezone.now())
    assert client.get(report_of(link, note)).status_code == 404


def test_an_internal_note_cannot_even_be_asked_about(link: ShareLink, note: Note) -> None:
    Note.objects.filter(pk=note.pk).update(is_internal=True)
    assert enter(link).get(report_of(link, note)).status_code == 404


def test_a_guest_and_a_member_are_one_case_and_count_one_by_one(
    link: ShareLink, take: Take, viewer: User, as_client: Callable[[User], Client]
) -> None:
    as_client(viewer).post(f"/report/take/{take.pk}/", {"ground": "hate"})
    for name in ("Gina", "Gus", "Gina"):
        enter(link, name).post(report_of(link, take), {"ground": "hate"})
    assert Case.objects.get().reports.count() == 3


def test_without_scripts_the_page_of_the_guest_leads_back_to_the_take(link: ShareLink, take: Take) -> None:
    client = enter(link)
    page = client.get(report_of(link, take)).content.decode()
    assert NEXT in page
    assert 'href="/"' not in page  # nothing that leads into the studio
    empty = client.post(report_of(link, take), {"words": "Look"})
    assert empty.status_code == 422
    assert "Choose what is wrong with it." in empty.content.decode() and "Look</textarea>" in empty.content.decode()
    answer = client.post(report_of(link, take), {"ground": "rights"}, follow=True)
    assert answer.redirect_chain == [(f"{shares.path_of(link)}takes/{take.pk}/", 302)]
    assert "Thank you. A moderator will look at it." in answer.content.decode()


def test_one_link_that_only_looks_reports_too(share: Share, take: Take) -> None:
    link = share(may_note=False)
    assert enter(link).post(report_of(link, take), {"ground": "hate"}, headers=HTMX).status_code == 204
    assert Report.objects.get().guest_name == "Guest"


def test_who_reports_too_much_waits_and_keeps_the_words(link: ShareLink, take: Take) -> None:
    """Names are free and each counts: so it is the link and the address that are counted."""
    clients = [enter(link, f"Guest {number}") for number in range(11)]
    cache.clear()
    statuses = [client.post(report_of(link, take), {"ground": "hate"}).status_code for client in clients]
    assert statuses == [302] * 10 + [429]
    assert Report.objects.count() == 10
    refused = clients[-1].post(report_of(link, take), {"ground": "hate", "words": "kept words"})
    assert "kept words" in refused.content.decode()
    toast = clients[-1].post(report_of(link, take), {"ground": "hate"}, headers=HTMX)
    assert (toast.status_code, toast["HX-Reswap"]) == (429, "none")
