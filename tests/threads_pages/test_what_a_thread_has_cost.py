"""The bar of a thread and its menu say what it has cost: what is known, and of how many attempts it is not."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.spending import ledger
from studio.spending.quoting import Quote
from studio.threads.models import Job, JobStatus, Thread, Turn
from tests.threads_pages.conftest import AddTurn

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
PRICE = Quote(400_000, 600_000)


@pytest.fixture
def paid(add_turn: AddTurn) -> Callable[[str, int | None], Turn]:
    """A turn at a vendor that is under way, done for so much, or given back."""

    def add(how: str, cost: int | None = None) -> Turn:
        turn = add_turn()
        job = Job.objects.get(turn=turn)
        Job.objects.filter(pk=job.pk).update(provider="runware")
        ledger.reserve(turn.thread.team_id, job.pk, PRICE, "runware", "omni")
        if how == "settled":
            ledger.settle(job.pk, cost)
        elif how == "released":
            ledger.release(job.pk, "refused")
        return turn

    return add


@pytest.fixture
def totals(as_client: As, owner: User, thread: Thread) -> Callable[[], list[tuple[str, str]]]:
    """What the page shows in its places: words and title; nothing for what is hidden."""

    def read() -> list[tuple[str, str]]:
        html = as_client(owner).get(reverse("threads:thread-detail", args=[thread.pk])).content.decode()
        found = re.findall(r'<span class="thread-total num[^"]*" title="([^"]*)"( hidden)?>([^<]*)</span>', html)
        assert len(found) == 2
        return [("" if hidden else words, title) for title, hidden, words in found]

    return read


Paid, Totals = Callable[..., Turn], Callable[[], list[tuple[str, str]]]


def test_a_free_thread_says_nothing(add_turn: AddTurn, totals: Totals) -> None:
    add_turn()
    assert totals() == [("", "")] * 2


def test_what_is_known_is_added_up(paid: Paid, totals: Totals, add_turn: AddTurn) -> None:
    add_turn()
    paid("settled", 510_000)
    paid("settled", 1_250_000)
    assert totals() == [("$1.76", "What this thread has cost so far.")] * 2


def test_what_is_not_known_is_counted_and_not_called_free(paid: Paid, totals: Totals) -> None:
    paid("settled", None)
    assert totals()[0][0] == "1 of unknown cost"
    paid("settled", None)
    paid("settled", 510_000)
    words, title = totals()[0]
    assert words == "$0.51 + 2 unknown"
    assert title.endswith("Of 2 attempts the provider has not said what they cost.")


@pytest.mark.parametrize("how", ["reserved", "released"])
def test_what_is_under_way_or_was_given_back_is_not_in_it(how: str, paid: Paid, totals: Totals) -> None:
    paid(how)
    assert totals() == [("", "")] * 2


def test_every_attempt_counts_and_a_turn_in_the_trash_too(
    paid: Paid, totals: Totals, as_client: As, owner: User
) -> None:
    turn = paid("settled", 200_000)
    again = Job.objects.create(turn=turn, attempt=2, provider="runware", model="omni", status=JobStatus.SUCCEEDED)
    ledger.reserve(turn.thread.team_id, again.pk, PRICE, "runware", "omni")
    ledger.settle(again.pk, 300_000)
    as_client(owner).post(reverse("threads:turn-delete", args=[turn.pk]))
    assert totals()[0][0] == "$0.50"


def test_another_threads_money_is_its_own(paid: Paid, totals: Totals, owner: User, thread: Thread) -> None:
    turn = paid("settled", 200_000)
    other = Thread.objects.create(team=thread.team, author=owner)
    Turn.objects.filter(pk=turn.pk).update(thread=other)
    assert totals() == [("", "")] * 2


def test_open_pages_ask_for_it_alone(
    paid: Paid, as_client: As, owner: User, viewer: User, stranger: User, thread: Thread
) -> None:
    paid("settled", 510_000)
    address = reverse("threads:thread-total", args=[thread.pk])
    for person in (owner, viewer):
        assert ">$0.51</span>" in as_client(person).get(address, headers=HTMX).content.decode()
    assert as_client(stranger).get(address, headers=HTMX).status_code == 404
    assert as_client(owner).get(address)["Location"] == reverse("threads:thread-detail", args=[thread.pk])


@pytest.mark.parametrize(
    ("how", "cost", "said"),
    [
        ("open", None, ["Price shown: $0.40 to $0.60", "Set aside: $0.60", "Cost: not known yet"]),
        ("settled", 510_000, ["Price shown: $0.40 to $0.60", "Cost: $0.51"]),
        ("settled", None, ["Price shown: $0.40 to $0.60", "Set aside: $0.60", "Cost: the provider did not say"]),
        ("released", None, ["Price shown: $0.40 to $0.60", "Cost: not charged"]),
    ],
)
def test_the_details_of_a_turn_say_all_three(
    as_client: As, owner: User, paid: Paid, how: str, cost: int | None, said: list[str]
) -> None:
    address = reverse("threads:turn-info", args=[paid(how, cost).pk])
    html = as_client(owner).get(address, headers=HTMX).content.decode().partition('class="attempts"')[2]
    assert [f"{word}: {value}" for word, value in re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", html)] == said


def test_the_details_of_a_free_turn_speak_of_no_money(as_client: As, owner: User, add_turn: AddTurn) -> None:
    address = reverse("threads:turn-info", args=[add_turn().pk])
    html = as_client(owner).get(address, headers=HTMX).content.decode().partition('class="attempts"')[2]
    assert "<dt>" not in html and "<ol>" in html
