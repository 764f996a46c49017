"""Append-only by the database itself, chained, and verified: the first broken entry is named."""

import threading
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F

from studio.accounts.models import Team, User
from studio.audit import guards
from studio.audit.models import AuditEntry, ChainHead
from studio.audit.records import record
from studio.audit.verifying import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(editor: User) -> list[AuditEntry]:
    return [record(editor, "team.renamed", "team", n, before=f"A{n}", after="Ü 4.5", share=4.5) for n in range(1, 6)]


@pytest.fixture
def unguarded(trail: list[AuditEntry]) -> Iterator[None]:
    """As somebody would do who may do everything in the database."""
    guards.drop_guards(connection)
    yield


def broken_at() -> int | None:
    found = verify()
    return found.broken.number if found.broken else None


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_an_untouched_trail_is_intact(trail: list[AuditEntry]) -> None:
    assert [entry.number for entry in trail] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in trail] == ["", *(entry.hash for entry in trail[:-1])]
    assert f"intact: 5 entries. It ends with 5:{trail[-1].hash}" in said()


def test_a_trail_without_entries_is_intact(db: None) -> None:
    assert "intact: 0 entries" in said()


@pytest.mark.parametrize("statement", ["UPDATE audit_auditentry SET act = 'x'", "DELETE FROM audit_auditentry"])
def test_the_database_refuses_to_change_an_entry(trail: list[AuditEntry], statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert broken_at() is None


def test_the_end_of_the_trail_cannot_be_turned_back(trail: list[AuditEntry]) -> None:
    for change in ({"number": 3}, {"hash": "0" * 64}):
        with pytest.raises(IntegrityError, match="one entry at a time"), transaction.atomic():
            ChainHead.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChainHead.objects.all().delete()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL truncates")
def test_it_cannot_be_truncated(trail: list[AuditEntry]) -> None:
    for table in (guards.ENTRIES, guards.HEAD):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table}")


@pytest.mark.parametrize("change", [{"detail": {"before": "Z"}}, {"actor_label": "somebody else"}, {"actor": None}])
def test_an_edited_entry_is_named(trail: list[AuditEntry], unguarded: None, change: dict[str, object]) -> None:
    AuditEntry.objects.filter(number=3).update(**change)

    with pytest.raises(CommandError, match=r"broken at entry 3\. It was edited.* The 2 entries before it are as"):
        said()
    assert AuditEntry.objects.count() == 5


def test_an_edit_that_fits_its_own_hash_is_named(trail: list[AuditEntry], unguarded: None) -> None:
    entry = AuditEntry.objects.get(number=3)
    entry.act = "team.made"
    AuditEntry.objects.filter(number=3).update(act=entry.act, hash="0" * 64)
    assert broken_at() == 3


def test_a_missing_entry_is_named(trail: list[AuditEntry], unguarded: None) -> None:
    AuditEntry.objects.filter(number=2).delete()
    assert broken_at() == 2


def test_a_trail_that_was_cut_short_is_noticed(trail: list[AuditEntry], unguarded: None) -> None:
    AuditEntry.objects.filter(number__gte=4).delete()
    assert broken_at() == 4


def test_an_entry_that_was_put_between_two_is_noticed(trail: list[AuditEntry], unguarded: None) -> None:
    AuditEntry.objects.filter(number=5).update(number=6)
    AuditEntry.objects.filter(number=4).update(number=5)
    trail[3].pk = None
    trail[3].save(force_insert=True)
    assert broken_at() == 5


def test_an_entry_after_the_end_is_noticed(trail: list[AuditEntry], unguarded: None) -> None:
    last = record(None, "team.renamed", "team", 9)
    ChainHead.objects.update(number=5, hash=last.previous)
    assert broken_at() == 6


def test_a_trail_that_was_written_anew_is_told_by_what_was_noted_down(
    trail: list[AuditEntry], unguarded: None, editor: User
) -> None:
    noted = f"4:{trail[3].hash}"
    assert "intact" in said("--known", noted, "--guard")
    guards.drop_guards(connection)
    AuditEntry.objects.all().delete()
    ChainHead.objects.all().delete()
    for number in range(1, 6):
        record(editor, "team.renamed", "team", number)

    assert broken_at() is None
    with pytest.raises(CommandError, match="broken at entry 4"):
        said("--known", noted)
    with pytest.raises(CommandError, match="takes a number and a hash"):
        said("--known", "four")


def test_triggers_that_are_gone_are_told_and_put_back(trail: list[AuditEntry], unguarded: None) -> None:
    with pytest.raises(CommandError, match="no longer refuses changes"):
        said()
    assert "Put back: audit_entry" in said("--guard")
    assert guards.missing(connection) == []


def test_an_act_that_is_undone_leaves_no_gap(trail: list[AuditEntry], team: Team, editor: User) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(editor, "team.renamed", "team", team.pk)
        raise ZeroDivisionError
    assert record(editor, "team.renamed", "team", team.pk).number == 6
    assert broken_at() is None


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain() -> None:
    """A row that several acts share is locked before the end of the trail, as in every act."""
    team = Team.objects.create(name="0")
    failed: list[Exception] = []

    def act(name: str) -> None:
        try:
            for number in range(5):
                with transaction.atomic():
                    Team.objects.select_for_update().get(pk=team.pk)
                    record(None, "team.renamed", "team", team.pk, after=f"{name}{number}")
                    Team.objects.filter(pk=team.pk).update(name=F("name"))
        except Exception as error:  # a thread's own would be lost
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert verify().number == 20 and broken_at() is None


@pytest.mark.django_db(transaction=True)
def test_entries_from_before_the_chain_are_chained() -> None:
    record(None, "team.renamed", "team", 1, after="A")
    record(None, "team.renamed", "team", 2, after="B")
    guards.drop_guards(connection)
    try:
        call_command("migrate", "audit", "0002", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE audit_auditentry SET number = NULL, previous = '', hash = ''")
            cursor.execute("DELETE FROM audit_chainhead")
    finally:
        call_command("migrate", "audit", verbosity=0)

    assert (verify().number, broken_at(), guards.missing(connection)) == (2, None, [])
    assert record(None, "team.renamed", "team", 3).number == 3
