"""How the studio is doing, in a few figures for the admin's first page. Counted at most once a minute."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from studio.media.models import DERIVED, Asset, Kind
from studio.queue import LANES, Lane
from studio.spending.ledger import spent_by_provider
from studio.threads.models import ACTIVE, Job, JobStatus

DAYS = 7
KEPT_SECONDS = 60
KEY = "dashboard"


@dataclass(frozen=True)
class Counted:
    """`turns` by the status of their latest job; `failures` of the last days by code and `spent` of this month in
    micro-dollars by provider, both with the most first; `storage` in bytes: `takes`, `uploads`, `derived`.
    """

    turns: dict[str, int]
    failures: list[tuple[str, int]]
    storage: dict[str, int]
    spent: list[tuple[str, int]]


def counted() -> Counted:
    """As it was within the last minute."""
    found: Counted | None = cache.get(KEY)
    if found is None:
        found = Counted(_turns_by_state(), _failures(), _storage(), spent_by_provider())
        cache.set(KEY, found, KEPT_SECONDS)
    return found


def queue() -> list[dict[str, Any]]:
    """Now: {"lane", "waiting", "oldest"} of each lane, and of the jobs that wait to be sent."""
    lanes = [{"lane": name, "waiting": Lane(name).waiting(), "oldest": Lane(name).oldest_waiting()} for name in LANES]
    jobs = Job.objects.filter(status=JobStatus.QUEUED).aggregate(number=Count("pk"), oldest=Min("created_at"))
    waited = timezone.now() - jobs["oldest"] if jobs["oldest"] else timedelta()
    return [{"lane": "jobs", "waiting": jobs["number"], "oldest": waited}, *lanes]


def _turns_by_state() -> dict[str, int]:
    """Every job, less those that were tried again."""
    jobs = Job.objects.order_by().values_list("status").annotate(number=Count("pk"))
    found = dict.fromkeys(JobStatus.values, 0) | dict(jobs)
    again = Job.objects.filter(attempt__gt=1).order_by().values("turn")
    latest: dict[Any, str] = {}
    for turn, status in Job.objects.filter(turn__in=again).order_by("turn", "attempt").values_list("turn", "status"):
        if turn in latest:
            found[latest[turn]] -= 1
        latest[turn] = status
    return found


def _failures() -> list[tuple[str, int]]:
    since = timezone.now() - timedelta(days=DAYS)
    rows = Job.objects.filter(created_at__gte=since, status=JobStatus.FAILED).order_by()
    return sorted(rows.values_list("error_code").annotate(number=Count("pk")), key=lambda each: -each[1])


def _storage() -> dict[str, int]:
    sizes = Asset.objects.filter(purged_at=None).aggregate(
        takes=Sum("size", filter=Q(kind=Kind.TAKE)),
        uploads=Sum("size", filter=Q(kind__in=(Kind.SOURCE, Kind.REFERENCE))),
        derived=Sum("size", filter=Q(kind__in=DERIVED)),
    )
    return {name: size or 0 for name, size in sizes.items()}


def is_under_way(status: str) -> bool:
    return status in ACTIVE
