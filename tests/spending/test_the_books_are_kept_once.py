"""Reserve, settle, release: each at most once for a job, whatever runs twice."""

import logging
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.accounts.models import Team
from studio.spending.ledger import Standing, State, Total, release, reserve, settle, standing, total_of
from studio.spending.models import Kind, LedgerEntry
from studio.spending.quoting import FREE, Quote

QUOTE = Quote(481_460, 608_160)


@pytest.fixture
def job(team: Team) -> UUID:
    """A job that was sent."""
    job_id = uuid4()
    assert reserve(team.pk, job_id, QUOTE, "runware", "omni")
    return job_id


def rows(job: UUID) -> list[tuple[str, int | None]]:
    return list(LedgerEntry.objects.filter(job=job).values_list("kind", "amount_micros"))


def test_the_most_it_may_cost_is_set_aside(job: UUID, team: Team) -> None:
    entry = LedgerEntry.objects.get(job=job)
    assert (entry.team, entry.kind, entry.amount_micros) == (team, Kind.RESERVE, 608_160)
    assert (entry.provider, entry.model, str(entry)) == ("runware", "omni", "reserved $0.61")
    assert (timezone.now() - entry.created_at).total_seconds() < 60
    assert standing([job]) == {job: Standing(481_460, 608_160, 608_160, None, State.RESERVED)}


def test_reserving_twice_changes_nothing(job: UUID, team: Team) -> None:
    assert not reserve(team.pk, job, Quote(1, 2), "evolink", "other")
    assert rows(job) == [("reserve", 608_160)]


def test_settling_writes_what_it_did_cost(job: UUID, team: Team) -> None:
    assert settle(job, 512_000)
    assert rows(job) == [("reserve", 608_160), ("settle", 512_000)]
    assert standing([job]) == {job: Standing(481_460, 608_160, 0, 512_000, State.SETTLED)}
    closing = LedgerEntry.objects.get(job=job, kind=Kind.SETTLE)
    assert (closing.team, closing.provider, closing.model) == (team, "runware", "omni")


def test_it_may_cost_more_than_was_set_aside(job: UUID) -> None:
    settle(job, 900_000)
    assert standing([job])[job].actual == 900_000


def test_a_cost_that_the_vendor_does_not_say_is_unknown_and_stays_set_aside(job: UUID) -> None:
    assert settle(job, None)
    assert standing([job]) == {job: Standing(481_460, 608_160, 608_160, None, State.UNKNOWN)}
    assert str(LedgerEntry.objects.get(job=job, kind=Kind.SETTLE)) == "settled unknown"


def test_zero_is_a_cost_and_not_unknown(job: UUID) -> None:
    settle(job, 0)
    assert standing([job])[job] == Standing(481_460, 608_160, 0, 0, State.SETTLED)


def test_a_refused_submit_gives_it_back(job: UUID) -> None:
    assert release(job, "refused: bad_request")
    assert standing([job]) == {job: Standing(481_460, 608_160, 0, 0, State.RELEASED)}
    assert LedgerEntry.objects.get(job=job, kind=Kind.RELEASE).detail == {"reason": "refused: bad_request"}


def end(job: UUID, how: str) -> bool:
    return release(job, "x") if how == "release" else settle(job, 7 if how == "settle" else None)


@pytest.mark.parametrize("first", ["settle", "unknown", "release"])
@pytest.mark.parametrize("second", ["settle", "unknown", "release"])
def test_the_first_end_stands(job: UUID, first: str, second: str) -> None:
    assert end(job, first)
    before = standing([job])
    assert not end(job, second)
    assert len(rows(job)) == 2
    assert standing([job]) == before


def test_what_was_never_set_aside_has_no_end(db: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    job = uuid4()
    assert not settle(job, 512_000)
    assert not release(job, "x")
    assert rows(job) == [] and standing([job]) == {}
    assert f"job {job} ends (settle, 512000 micro-dollars)" in caplog.text


def test_a_cost_below_zero_is_a_mistake(job: UUID) -> None:
    with pytest.raises(ValueError, match="-1"):
        settle(job, -1)
    assert len(rows(job)) == 1


def test_what_is_free_stands_in_the_books_as_nothing(team: Team) -> None:
    job = uuid4()
    reserve(team.pk, job, FREE, "local", "engine-1")
    settle(job, 0)
    assert standing([job])[job] == Standing(0, 0, 0, 0, State.SETTLED)


def test_the_callers_transaction_goes_on_after_a_second_time_and_takes_all_back_if_it_fails(team: Team) -> None:
    job = uuid4()
    with pytest.raises(RuntimeError), transaction.atomic():
        reserve(team.pk, job, QUOTE, "runware", "omni")
        reserve(team.pk, job, QUOTE, "runware", "omni")
        settle(job, 1)
        settle(job, 1)
        assert len(rows(job)) == 2
        raise RuntimeError
    assert rows(job) == []


def test_many_jobs_are_looked_up_in_one_query(team: Team, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    jobs = [uuid4() for _ in range(6)]
    for job in jobs:
        reserve(team.pk, job, QUOTE, "runware", "omni")
    settle(jobs[0], 500_000)
    settle(jobs[1], 250_000)
    settle(jobs[2], None)
    settle(jobs[3], None)
    release(jobs[4], "refused")
    with django_assert_num_queries(1):
        states = {job: each.state for job, each in standing(jobs).items()}
    assert [str(states[job]) for job in jobs] == ["settled", "settled", "unknown", "unknown", "released", "reserved"]
    with django_assert_num_queries(1):
        assert total_of(jobs) == Total(known_micros=750_000, unknown_count=2)
    assert total_of(jobs[4:]) == total_of([]) == Total(0, 0)


@pytest.mark.parametrize(
    ("kind", "amount", "constraint"),
    [
        ("reserve", 1, "one_reserve_per_job|spending_ledgerentry.job"),
        ("reserve", None, "only_a_settlement_may_be_unknown"),
        ("settle", -1, "only_a_settlement_may_be_unknown"),
    ],
)
def test_the_database_itself_refuses_what_must_not_be(
    job: UUID, team: Team, kind: str, amount: int | None, constraint: str
) -> None:
    job = job if amount == 1 else uuid4()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LedgerEntry.objects.create(team=team, job=job, kind=kind, amount_micros=amount, provider="p", model="m")


@pytest.mark.parametrize("second", ["settle", "release"])
def test_the_database_itself_refuses_a_second_end(job: UUID, team: Team, second: str) -> None:
    settle(job, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(team=team, job=job, kind=second, amount_micros=0, provider="p", model="m")


def test_lines_are_neither_changed_nor_deleted(job: UUID, team: Team) -> None:
    with pytest.raises(TypeError, match="never changed"):
        LedgerEntry.objects.filter(job=job).update(amount_micros=0)
    with pytest.raises(TypeError, match="never deleted"):
        LedgerEntry.objects.filter(job=job).delete()
    with pytest.raises(ProtectedError):
        team.delete()
    assert rows(job) == [("reserve", 608_160)]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Each in a transaction and thread of its own, begun together; answers what they answered."""
    gate, answers = threading.Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            with transaction.atomic():
                answers.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_writes() -> None:
    team, job = Team.objects.create(name="Harbour Films"), uuid4()
    answers = at_once(*[lambda: reserve(team.pk, job, QUOTE, "runware", "omni")] * 4)
    assert sorted(answers) == [False, False, False, True]

    answers = at_once(*[lambda: settle(job, 5), lambda: release(job, "x")] * 2)
    assert sorted(answers) == [False, False, False, True]
    assert len(rows(job)) == 2
