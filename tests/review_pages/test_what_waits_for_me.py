from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Membership, User
from studio.review import actions as review
from studio.review.actions import Words
from studio.review.models import Note
from studio.review.viewers import viewer_of_member
from studio.threads.models import Take, Thread
from tests.threads_pages.conftest import AddTurn, take_of

AsClient = Callable[[User | None], Client]
MOST_QUERIES = 15


def strip(client: Client) -> str:
    return client.get(reverse("review:waiting"), headers={"HX-Request": "true"}).content.decode()


def count(client: Client) -> str:
    return client.get(reverse("review:waiting-count")).content.decode()


def write(user: User, take: Take, text: str) -> Note:
    return review.add_note(viewer_of_member(user, Membership.objects.get(user=user)), take, Words(text))


def test_takes_i_am_asked_about_and_notes_that_are_mine(
    as_client: AsClient, editor: User, reviewer: User, stranger: User, take: Take
) -> None:
    client = as_client(reviewer)
    assert (strip(client).strip(), count(client).strip()) == ("", "")
    review.ask_for_review(editor, take, [reviewer])
    note = write(editor, take, "@Rosa, is the sky right?")
    write(editor, take, "For nobody")
    page = strip(client)
    assert "Harbour at dusk" in page
    assert "Emil asked" in page
    assert "is the sky right?" in page
    assert "For nobody" not in page
    assert '<span class="badge" data-state="warn">1' in count(client)
    assert (strip(as_client(stranger)).strip(), count(as_client(stranger)).strip()) == ("", "")
    review.resolve_note(viewer_of_member(reviewer, Membership.objects.get(user=reviewer)), note)
    review.finish_review(reviewer, take)
    assert strip(client).strip() == ""


def test_what_is_in_the_trash_or_held_back_does_not_wait(
    as_client: AsClient, editor: User, reviewer: User, take: Take, thread: Thread
) -> None:
    review.ask_for_review(editor, take, [reviewer])
    Take.objects.update(held_at=timezone.now())
    assert strip(as_client(reviewer)).strip() == ""
    Take.objects.update(held_at=None)
    Thread.objects.update(trashed_at=timezone.now())
    assert strip(as_client(reviewer)).strip() == ""
    Membership.objects.filter(user=reviewer).delete()
    Thread.objects.update(trashed_at=None)
    assert count(as_client(reviewer)).strip() == ""


def test_the_first_page_loads_the_strip_and_every_page_the_count(as_client: AsClient, reviewer: User) -> None:
    page = as_client(reviewer).get("/").content.decode()
    assert f'hx-get="{reverse("review:waiting")}"' in page
    assert f'hx-get="{reverse("review:waiting-count")}"' in page
    assert as_client(reviewer).get(reverse("review:waiting")).status_code == 302


def test_a_page_of_three_hundred_notes_asks_few_questions(
    as_client: AsClient, owner: User, editor: User, reviewer: User, take: Take, add_turn: AddTurn
) -> None:
    newer = take_of(add_turn("Warmer", parent=take))
    people = [owner, editor, reviewer]
    tops = [Note(take=newer, author=people[each % 3], text=f"Note {each}", start=each % 10) for each in range(200)]
    Note.objects.bulk_create(tops)
    replies = [Note(take=newer, author=owner, text="Yes", parent=tops[each], assignee=editor) for each in range(100)]
    Note.objects.bulk_create(replies)
    client = as_client(reviewer)
    address = reverse("review:take-review", args=[newer.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).content.decode()
    assert page.count('class="note"') == 200
    assert page.count('class="note-reply"') == 100
    assert len(queries) <= MOST_QUERIES, "\n".join(each["sql"][:120] for each in queries)


def test_the_thread_leads_to_the_review_of_the_take_that_comes_first(
    as_client: AsClient, editor: User, reviewer: User, stranger: User, take: Take, thread: Thread, add_turn: AddTurn
) -> None:
    newer = take_of(add_turn("Warmer", parent=take))
    address = reverse("review:thread-review", args=[thread.pk])
    client = as_client(reviewer)

    def leads_to(query: str = "") -> str:
        return client.get(address + query)["Location"]

    assert leads_to() == reverse("review:take-review", args=[newer.pk])
    assert leads_to(f"?take={take.pk}") == reverse("review:take-review", args=[take.pk])
    review.ask_for_review(editor, take, [reviewer])
    assert leads_to() == reverse("review:take-review", args=[take.pk])
    assert as_client(stranger).get(address).status_code == 404
    Take.objects.update(trashed_at=timezone.now())
    assert leads_to() == reverse("threads:thread-detail", args=[thread.pk])


@pytest.mark.parametrize("name", ["waiting", "waiting-count"])
def test_visitors_sign_in_first(as_client: AsClient, db: None, name: str) -> None:
    answer = as_client(None).get(reverse(f"review:{name}"), headers={"HX-Request": "true"})
    assert answer.status_code == 401
