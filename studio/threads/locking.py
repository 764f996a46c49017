"""The order in which rows are locked, so that no two wait for one another: PostgreSQL would end one of them.

People, cases, jobs, threads, notes, turns, takes and files, budgets, the end of the audit trail (`record`), streams
(`publish`). Of one kind by id, streams by name. Whoever needs several kinds locks them in this order before the first
is changed; what is new in the transaction is nobody else's and may come at any time.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from studio.threads.models import Job, Thread


def lock_jobs(rows: QuerySet[Job]) -> list[UUID]:
    """Those of them that still fit once they are ours."""
    return [job.pk for job in rows.select_for_update(of=("self",), no_key=True).order_by("pk").only("pk")]


def lock_threads(threads: Iterable[UUID]) -> None:
    """In them no take is born, approved, held back or thrown away by anybody else until the transaction ends."""
    rows = Thread.objects.filter(pk__in=set(threads))
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
