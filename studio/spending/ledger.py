"""The books: the only writer of LedgerEntry.

Everything here runs inside the caller's transaction and may run twice: the second time changes nothing. A job's money
is set aside before it is sent, and settled once its cost is known or released if it was never taken on.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.accounts.models import Team
from studio.spending.errors import OverBudget
from studio.spending.models import CLOSING, Budget, Kind, LedgerEntry
from studio.spending.quoting import Quote

logger = logging.getLogger(__name__)


class State(StrEnum):
    RESERVED = "reserved"  # sent, and nothing is known yet
    SETTLED = "settled"  # the vendor has said what it cost
    UNKNOWN = "unknown"  # it is over, and the vendor has not said what it cost: that is not free
    RELEASED = "released"  # nothing was charged


@dataclass(frozen=True)
class Standing:
    """How a job's money stands, in micro-dollars.

    `reserved` is what still counts against the budget for want of a cost: all of `quoted_high` while reserved or
    unknown, else 0. `actual` is what was charged (0 if released), None while that is not known.
    """

    quoted_low: int
    quoted_high: int
    reserved: int
    actual: int | None
    state: State


@dataclass(frozen=True)
class Total:
    """What jobs did cost, and how many of them ended without anybody saying what. Open ones are in neither."""

    known_micros: int
    unknown_count: int


def reserve(team_id: UUID, job_id: UUID, quote: Quote, provider: str, model: str) -> bool:
    """Set aside the most that the job may cost. False: that was done before."""
    _row, written = LedgerEntry.objects.get_or_create(
        job=job_id,
        kind=Kind.RESERVE,
        defaults={
            "team_id": team_id,
            "amount_micros": quote.high_micros,
            "provider": provider,
            "model": model,
            "detail": {"low_micros": quote.low_micros},
        },
    )
    return written


def settle(job_id: UUID, actual_micros: int | None) -> bool:
    """Write down what the job did cost; None: the vendor did not say. The first word stands, so come when it is final.

    False: the job was settled or released before, or nothing was ever set aside for it.
    Zero is believed here. Where a vendor's zeros mean nothing (Runware's `cost` may be missing or 0), say None.
    """
    if actual_micros is not None and actual_micros < 0:
        raise ValueError(f"a job cannot cost {actual_micros} micro-dollars")
    return _close(job_id, Kind.SETTLE, actual_micros, {})


def release(job_id: UUID, reason: str) -> bool:
    """Give back what was set aside: nothing was charged. False as in `settle`."""
    return _close(job_id, Kind.RELEASE, 0, {"reason": reason})


def _close(job_id: UUID, kind: Kind, amount: int | None, detail: dict[str, Any]) -> bool:
    reserved = LedgerEntry.objects.filter(job=job_id, kind=Kind.RESERVE).first()
    if reserved is None:
        logger.warning("job %s ends (%s, %s micro-dollars) and nothing was set aside for it", job_id, kind, amount)
        return False
    _row, written = LedgerEntry.objects.get_or_create(
        job=job_id,
        kind__in=CLOSING,
        defaults={
            "kind": kind,
            "team_id": reserved.team_id,
            "amount_micros": amount,
            "provider": reserved.provider,
            "model": reserved.model,
            "detail": detail,
        },
    )
    return written


def standing(job_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """Of each job that has something in the books; one query."""
    reserves: dict[UUID, LedgerEntry] = {}
    closings: dict[UUID, LedgerEntry] = {}
    for row in LedgerEntry.objects.filter(job__in=list(job_ids)):
        (reserves if row.kind == Kind.RESERVE else closings)[row.job] = row
    return {job: _standing(row, closings.get(job)) for job, row in reserves.items()}


def _standing(reserved: LedgerEntry, closing: LedgerEntry | None) -> Standing:
    high = reserved.amount_micros or 0
    actual = closing.amount_micros if closing else None
    return Standing(
        quoted_low=reserved.detail["low_micros"],
        quoted_high=high,
        reserved=high if actual is None else 0,
        actual=actual,
        state=_state(closing),
    )


def _state(closing: LedgerEntry | None) -> State:
    if closing is None:
        return State.RESERVED
    if closing.kind == Kind.RELEASE:
        return State.RELEASED
    return State.UNKNOWN if closing.amount_micros is None else State.SETTLED


def total_of(job_ids: Iterable[UUID]) -> Total:
    """Of a thread's jobs, say; one query."""
    settled = LedgerEntry.objects.filter(job__in=list(job_ids), kind=Kind.SETTLE)
    sums = settled.aggregate(known=Sum("amount_micros"), unknown=Count("id", filter=Q(amount_micros=None)))
    return Total(sums["known"] or 0, sums["unknown"])


def spent_this_month(team_id: UUID) -> int:
    """Micro-dollars that count against the month's budget, of jobs sent since the first of it (the studio's time zone):
    what they did cost, and what was set aside where that is not known (yet).
    """
    sent = LedgerEntry.objects.filter(team=team_id, kind=Kind.RESERVE, created_at__gte=_first_of_month())
    counted = sent.annotate(counted=Coalesce(Subquery(_closing_amount()), "amount_micros"))
    return counted.aggregate(total=Sum("counted"))["total"] or 0


def spent_by_provider() -> list[tuple[str, int]]:
    """The same for all teams together, by provider, the dearest first; what is free is not among them."""
    sent = LedgerEntry.objects.filter(kind=Kind.RESERVE, created_at__gte=_first_of_month(), amount_micros__gt=0)
    counted = sent.annotate(counted=Coalesce(Subquery(_closing_amount()), "amount_micros")).order_by()
    rows = counted.values_list("provider").annotate(total=Sum("counted"))
    return sorted(((provider, total or 0) for provider, total in rows), key=lambda each: -each[1])


def _closing_amount() -> QuerySet[LedgerEntry, Any]:
    """NULL while a job is open and where its cost is unknown; 0 where it was released."""
    return LedgerEntry.objects.filter(job=OuterRef("job"), kind__in=CLOSING).order_by().values("amount_micros")


def _first_of_month() -> datetime:
    return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def ensure_within_budget(team: Team, quote: Quote) -> None:
    """Raises OverBudget if the most that this may cost is more than is left. What is free always passes.

    In the transaction that also reserves, no two turns can both take what is left: the budget stays locked until its
    end. Outside of one it is a look.
    """
    if quote.is_free:
        return
    locks = transaction.get_connection().in_atomic_block
    budgets = Budget.objects.select_for_update() if locks else Budget.objects.all()
    limit = budgets.filter(team=team).values_list("monthly_limit_micros", flat=True).first()
    if limit is None:
        return
    left = max(0, limit - spent_this_month(team.pk))
    if quote.high_micros > left:
        raise OverBudget(quote.high_micros, left, limit)
