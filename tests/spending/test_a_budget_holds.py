"""A team's month: what counts against it, and what is refused because of it."""

import threading
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from studio.accounts.models import Team
from studio.spending.errors import OverBudget, SpendingError
from studio.spending.ledger import ensure_within_budget, release, reserve, settle, spent_this_month
from studio.spending.models import Budget, LedgerEntry
from studio.spending.quoting import FREE, Quote

QUOTE = Quote(400_000, 600_000)


def sent(team: Team, quote: Quote = QUOTE) -> UUID:
    job = uuid4()
    reserve(team.pk, job, quote, "runware", "omni")
    return job


def sent_at(team: Team, when: datetime, micros: int) -> UUID:
    entry = LedgerEntry.objects.create(
        team=team, job=uuid4(), kind="reserve", amount_micros=micros, provider="p", model="m", created_at=when
    )
    return entry.job


@pytest.fixture
def limit(team: Team) -> Budget:
    """One dollar a month."""
    return Budget.objects.create(team=team, monthly_limit_micros=1_000_000)


def test_what_is_open_or_unknown_counts_as_set_aside_and_what_is_known_as_it_was(team: Team) -> None:
    assert spent_this_month(team.pk) == 0
    sent(team)
    assert spent_this_month(team.pk) == 600_000
    settle(sent(team), 450_000)
    assert spent_this_month(team.pk) == 1_050_000
    settle(sent(team), None)
    assert spent_this_month(team.pk) == 1_650_000
    release(sent(team), "refused")
    settle(sent(team), 0)
    assert spent_this_month(team.pk) == 1_650_000


def test_a_job_counts_in_the_month_in_which_it_was_sent(team: Team) -> None:
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sent_at(team, first, 100)
    late = sent_at(team, first - timedelta(seconds=1), 20_000)
    settle(late, 30_000)
    assert spent_this_month(team.pk) == 100


def first_of_month(zone: str) -> datetime:
    with timezone.override(zone):
        return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def test_the_month_begins_where_the_studio_is(team: Team) -> None:
    east, west = first_of_month("Pacific/Kiritimati"), first_of_month("Pacific/Pago_Pago")
    sent_at(team, east, 100)
    with timezone.override("Pacific/Kiritimati"):
        assert spent_this_month(team.pk) == 100
    with timezone.override("Pacific/Pago_Pago"):
        # A day later, except on the one day a month on which the west is still in the month before.
        assert spent_this_month(team.pk) == (0 if west > east else 100)


def test_each_team_has_a_month_of_its_own(team: Team, other_team: Team) -> None:
    sent(other_team)
    assert spent_this_month(team.pk) == 0


@pytest.mark.parametrize("unlimited", [False, True])
def test_without_a_limit_everything_passes(team: Team, unlimited: bool) -> None:
    if unlimited:
        Budget.objects.create(team=team)
    ensure_within_budget(team, Quote(0, 10**12))


def test_the_most_it_may_cost_must_fit(team: Team, limit: Budget) -> None:
    ensure_within_budget(team, Quote(0, 1_000_000))
    settle(sent(team), 400_000)
    ensure_within_budget(team, Quote(0, 600_000))
    with pytest.raises(OverBudget) as caught:
        ensure_within_budget(team, Quote(100, 600_001))
    assert (caught.value.left_micros, caught.value.limit_micros) == (600_000, 1_000_000)


def test_what_is_set_aside_is_not_there_a_second_time(team: Team, limit: Budget) -> None:
    job = sent(team)
    with pytest.raises(OverBudget):
        ensure_within_budget(team, QUOTE)
    release(job, "refused")
    ensure_within_budget(team, QUOTE)


def test_the_refusal_says_what_is_left(team: Team, limit: Budget) -> None:
    settle(sent(team), 800_000)
    with pytest.raises(SpendingError) as caught:
        ensure_within_budget(team, QUOTE)
    assert str(caught.value).startswith("This may cost $0.60, and $0.20 is left of this month's $1.00.")
    assert "Nothing was sent." in str(caught.value)


def test_more_spent_than_allowed_leaves_nothing_and_not_less(team: Team, limit: Budget) -> None:
    settle(sent(team), 1_500_000)
    with pytest.raises(OverBudget, match=r"and \$0\.00 is left"):
        ensure_within_budget(team, Quote(1, 1))


def test_what_is_free_passes_even_where_nothing_is_left(team: Team, limit: Budget) -> None:
    settle(sent(team), 5_000_000)
    ensure_within_budget(team, FREE)


def test_a_limit_of_nothing_allows_only_what_is_free(team: Team) -> None:
    Budget.objects.create(team=team, monthly_limit_micros=0)
    ensure_within_budget(team, FREE)
    with pytest.raises(OverBudget):
        ensure_within_budget(team, Quote(1, 1))


def test_a_limit_is_not_below_zero(team: Team) -> None:
    with pytest.raises(IntegrityError, match="a_limit_is_not_below_zero"), transaction.atomic():
        Budget.objects.create(team=team, monthly_limit_micros=-1)


@pytest.mark.django_db(transaction=True)
def test_two_that_send_at_once_cannot_both_take_what_is_left() -> None:
    team = Team.objects.create(name="Harbour Films")
    Budget.objects.create(team=team, monthly_limit_micros=1_000_000)
    gate, refused = threading.Barrier(4), []

    def send() -> None:
        try:
            gate.wait(10)
            with transaction.atomic():
                ensure_within_budget(team, QUOTE)
                sent(team)
        except OverBudget as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 3
    assert spent_this_month(team.pk) == 600_000


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_a_look() -> None:
    team = Team.objects.create(name="Harbour Films")
    Budget.objects.create(team=team, monthly_limit_micros=1_000_000)
    ensure_within_budget(team, QUOTE)
    with pytest.raises(OverBudget):
        ensure_within_budget(team, Quote(0, 2_000_000))
