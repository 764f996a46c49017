"""The ledger in the admin is read-only; a team's limit is set there, in dollars."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.template import engines
from django.test import Client

from studio.accounts.models import Team, User
from studio.audit.models import AuditEntry
from studio.spending.ledger import reserve, settle
from studio.spending.models import Budget, LedgerEntry
from studio.spending.quoting import Quote

AsClient = Callable[[User], Client]
LEDGER = "/admin/spending/ledgerentry/"
BUDGETS = "/admin/spending/budget/"


@pytest.fixture
def staff(moderator: User, as_client: AsClient) -> Client:
    return as_client(moderator)


@pytest.fixture
def entry(team: Team) -> LedgerEntry:
    """Of a job that ended without a cost."""
    job = uuid4()
    reserve(team.pk, job, Quote(481_460, 608_160), "runware", "omni")
    settle(job, None)
    return LedgerEntry.objects.get(job=job, kind="reserve")


def test_the_list_shows_amounts_in_words(staff: Client, entry: LedgerEntry) -> None:
    page = staff.get(LEDGER).content.decode()
    assert "$0.61" in page and "$0.48 to $0.61" in page and "unknown" in page
    assert "608160" not in page


@pytest.mark.parametrize(
    ("query", "count"), [("q=Harbour", 2), ("q=nobody", 0), ("kind__exact=settle", 1), ("amount_micros__isempty=1", 1)]
)
def test_it_is_searched_and_filtered(staff: Client, entry: LedgerEntry, query: str, count: int) -> None:
    assert staff.get(f"{LEDGER}?{query}").context["cl"].result_count == count


def test_a_job_is_found_by_its_id(staff: Client, entry: LedgerEntry) -> None:
    assert staff.get(LEDGER, {"q": str(entry.job)}).context["cl"].result_count == 2


def test_nobody_writes_in_the_books(staff: Client, entry: LedgerEntry) -> None:
    own = f"{LEDGER}{entry.pk}"
    assert "$0.48 to $0.61" in staff.get(f"{own}/change/").content.decode()
    assert staff.post(f"{own}/change/", {"amount_micros": "0"}).status_code == 403
    assert staff.post(f"{own}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get(f"{LEDGER}add/").status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    staff.post(LEDGER, chosen)
    assert LedgerEntry.objects.filter(pk=entry.pk, amount_micros=608_160).exists()


def test_opening_a_line_leaves_a_trace(staff: Client, entry: LedgerEntry) -> None:
    staff.get(f"{LEDGER}{entry.pk}/change/")
    assert AuditEntry.objects.get().act == "ledgerentry.opened"


@pytest.mark.parametrize(("typed", "micros"), [("25.50", 25_500_000), ("0", 0), ("", None)])
def test_a_limit_is_set_in_dollars(staff: Client, team: Team, typed: str, micros: int | None) -> None:
    answer = staff.post(f"{BUDGETS}add/", {"team": str(team.pk), "monthly_limit": typed})
    assert answer.status_code == 302, answer.content.decode()
    assert Budget.objects.get(team=team).monthly_limit_micros == micros
    assert AuditEntry.objects.get().act == "budget.added"


@pytest.mark.parametrize("typed", ["-1", "0.001", "much", "1e20"])
def test_what_is_no_limit_is_refused(staff: Client, team: Team, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The theme's page of errors counts what is not there, and Django counts only the empty string as none of it.
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")
    answer = staff.post(f"{BUDGETS}add/", {"team": str(team.pk), "monthly_limit": typed})
    assert answer.status_code == 200 and "monthly_limit" in answer.context["adminform"].form.errors
    assert not Budget.objects.exists()


def test_a_limit_is_changed_and_the_change_recorded(staff: Client, team: Team, entry: LedgerEntry) -> None:
    budget = Budget.objects.create(team=team, monthly_limit_micros=1_000_000)
    page = staff.get(f"{BUDGETS}{budget.pk}/change/").content.decode()
    assert 'value="1.00"' in page and "$0.61" in page

    staff.post(f"{BUDGETS}{budget.pk}/change/", {"team": str(team.pk), "monthly_limit": "2"})
    budget.refresh_from_db()
    assert budget.monthly_limit_micros == 2_000_000
    assert AuditEntry.objects.filter(act="budget.changed", object_id=str(budget.pk)).exists()


def test_the_list_shows_limit_and_use(staff: Client, team: Team, other_team: Team, entry: LedgerEntry) -> None:
    Budget.objects.create(team=team, monthly_limit_micros=1_000_000)
    Budget.objects.create(team=other_team)
    page = staff.get(BUDGETS).content.decode()
    assert "$1.00" in page and "$0.61" in page and "no limit" in page


@pytest.mark.parametrize("path", [LEDGER, BUDGETS])
def test_others_do_not_get_in(owner: User, as_client: AsClient, path: str) -> None:
    assert as_client(owner).get(path).status_code in (302, 403)
