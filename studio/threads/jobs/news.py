"""The one place where news of a job arrives, from whoever asked its provider."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from studio import queue
from studio.live.publishing import publish_many
from studio.providers.base import JobState, JobUpdate
from studio.providers.errors import FailureCode
from studio.threads.jobs.moving import Change, change, changes_of
from studio.threads.models import Job, JobStatus
from studio.threads.patience import LONGEST_JOB

COLLECT = "studio.threads.tasks.collect_takes"
PUBLISH_EVERY = timedelta(milliseconds=500)
TASK_GRACE = timedelta(seconds=5)  # how soon a collector should have taken its task
DEAREST = 10_000 * 1_000_000  # micro-dollars: a job that claims to have cost more is not believed
FORGOTTEN_AFTER = timedelta(seconds=60)  # a reference that its provider does not know for so long is lost


def apply_update(job: Job, update: JobUpdate) -> None:
    """Believes news of a running job. What is older, comes twice or comes after the end changes nothing.

    `job` may be a moment old: it only saves the transaction where there is nothing new.
    """
    now = timezone.now()
    if (update.state == JobState.UNKNOWN) != (job.unknown_since is not None):
        job.unknown_since = None if job.unknown_since else now
        Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(unknown_since=job.unknown_since)
    if not _is_news(job, update, now):
        return
    if is_progress(job, update):
        tell_progress([(job, update)])
        return
    with transaction.atomic():
        present = Job.objects.select_for_update().filter(pk=job.pk, status=JobStatus.RUNNING).first()
        if present is None or present.reference != update.reference:
            return
        if code := _given_up(present, update, now):
            update = replace(update, state=JobState.FAILED, error_code=code)
        if update.state == JobState.RUNNING:
            _still_running(present, update, now)
        else:
            _ended(present, update, now)


def is_progress(job: Job, update: JobUpdate) -> bool:
    """Nothing but how far a job is that still runs."""
    is_moving = update.state == JobState.RUNNING and job.unknown_since is None
    return is_moving and not _is_overdue(job, timezone.now()) and not _fresh(job, update)


def tell_progress(news: Iterable[tuple[Job, JobUpdate]]) -> None:
    """How far jobs are, written and told for all of them at once where it is worth telling."""
    now = timezone.now()
    moved = {job.pk: update for job, update in news if _worth_telling(job, update, now)}
    if not moved:
        return
    with transaction.atomic():
        rows = Job.objects.select_for_update(of=("self",)).filter(pk__in=moved, status=JobStatus.RUNNING)
        present = rows.select_related("turn").only("reference", "progress", "progressed_at", "turn__thread_id")
        _write_progress([(job, moved[job.pk]) for job in present.order_by("pk")], now)


def _write_progress(news: Sequence[tuple[Job, JobUpdate]], now: datetime) -> None:
    """Those that are equally far share a query."""
    alike: dict[tuple[float | None, float | None], list[UUID]] = defaultdict(list)
    events: list[Change] = []
    for job, update in news:
        if job.reference == update.reference and _worth_telling(job, update, now):
            alike[update.progress, update.eta].append(job.pk)
            events.append(_progressed(job, update))
    for (progress, eta), keys in alike.items():
        Job.objects.filter(pk__in=keys).update(progress=progress, progressed_at=now, eta=eta)
    publish_many(events)


def _progressed(job: Job, update: JobUpdate) -> Change:
    payload = {
        "turn": str(job.turn_id),
        "job": str(job.pk),
        "progress": round(update.progress or 0, 4),
        "eta": None if update.eta is None else round(update.eta, 1),
    }
    return f"thread-{job.turn.thread_id}", "job.progressed", payload


def _is_news(job: Job, update: JobUpdate, now: datetime) -> bool:
    if update.state == JobState.UNKNOWN:
        return job.unknown_since is not None and now - job.unknown_since > FORGOTTEN_AFTER
    if update.state != JobState.RUNNING or _is_overdue(job, now):
        return True
    return bool(_fresh(job, update)) or _worth_telling(job, update, now)


def _given_up(job: Job, update: JobUpdate, now: datetime) -> str:
    """Why nobody waits for a job any longer that is not said to be over; empty: it is waited for."""
    if update.state == JobState.UNKNOWN:
        return FailureCode.OUTCOME_UNKNOWN
    return FailureCode.TIMEOUT if update.state == JobState.RUNNING and _is_overdue(job, now) else ""


def _is_overdue(job: Job, now: datetime) -> bool:
    """A vendor that never ends. The local engine has limits of its own, and rows with `due_at` are a vendor's."""
    return job.due_at is not None and job.started_at is not None and now - job.started_at > LONGEST_JOB


def _worth_telling(job: Job, update: JobUpdate, now: datetime) -> bool:
    """The first progress at once, then twice a second."""
    if update.progress is None or update.progress <= job.progress:
        return False
    return job.progressed_at is None or now - job.progressed_at >= PUBLISH_EVERY


def _fresh(job: Job, update: JobUpdate) -> list[dict[str, Any]]:
    known = {result["index"] for result in job.results}
    return [asdict(result) for result in update.results if result.index not in known]


def _still_running(job: Job, update: JobUpdate, now: datetime) -> None:
    if fresh := _fresh(job, update):
        Job.objects.filter(pk=job.pk).update(results=job.results + fresh, **_call_collector(job, now))
    _write_progress([(job, update)], now)


def _ended(job: Job, update: JobUpdate, now: datetime) -> None:
    """What is finished is kept, even where the rest failed: three good of four are three takes and one reason."""
    fields: dict[str, Any] = {
        "results": job.results + _fresh(job, update),
        "raw": dict(update.raw) or job.raw,
        "model_used": update.model_used[:80] or job.model_used,
        "cost_micros": _cost(job, update),
        "error_code": update.error_code,
        "error_detail": update.error_detail[:500],
    }
    if update.state == JobState.CANCELLED:
        target = JobStatus.CANCELLED
    elif fields["results"]:
        target = JobStatus.COLLECTING
        fields |= {"due_at": None, "tries": 0, **_call_collector(job, now)}
    else:
        target = JobStatus.FAILED
        fields["error_code"] = update.error_code or FailureCode.OUTCOME_UNKNOWN
    if change(job.pk, JobStatus.RUNNING, target, detail={"code": fields["error_code"]}, **fields) and (
        target != JobStatus.COLLECTING
    ):
        publish_many(changes_of(job.pk, target))


def _cost(job: Job, update: JobUpdate) -> int | None:
    """What the vendor says of the whole job, else the sum of its results; None where one of them does not say."""
    if update.cost_micros is not None:
        return _believed(update.cost_micros)
    costs = [_believed(result.get("cost_micros")) for result in [*job.results, *_fresh(job, update)]]
    known = [cost for cost in costs if cost is not None]
    return _believed(sum(known)) if known and len(known) == len(costs) else None


def _believed(cost: int | None) -> int | None:
    return cost if cost is not None and 0 <= cost <= DEAREST else None


def _call_collector(job: Job, now: datetime) -> dict[str, Any]:
    """Unless one is at work: that one sees the new results before it lets go of the row."""
    if job.lease_token is not None:
        return {}
    queue.enqueue(COLLECT, str(job.pk))
    return {"lease_until": now + TASK_GRACE}
