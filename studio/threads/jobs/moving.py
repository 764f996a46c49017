"""The one place where a job changes state, and where a thread's streams hear of it."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from studio.live.publishing import publish_many
from studio.providers.errors import FailureCode
from studio.threads import pricing, terms
from studio.threads.models import ACTIVE, FINAL, LEGAL_MOVES, Job, JobEvent, JobStatus, Thread, Turn

# Steps of a few milliseconds that no card shows: an event would only make browsers fetch the card once more.
QUIET = frozenset({JobStatus.SUBMITTING, JobStatus.COLLECTING})
TOLD_AT_THE_END = ("provider", "cost_micros", "error_code", "may_be_there", "terms")
Change = tuple[str, str, dict[str, Any]]


class IllegalMove(ValueError):
    """A bug in the caller: the table beside the enum does not know this move."""


def move(
    job_id: uuid.UUID | str,
    source: str,
    target: str,
    *,
    token: uuid.UUID | None = None,
    detail: dict[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """Moves a job and tells whoever watches. False: it was elsewhere already (or, with a token, somebody else's)."""
    with transaction.atomic():
        if not change(job_id, source, target, token=token, detail=detail, **fields):
            return False
        if target not in QUIET:
            publish_many(changes_of(job_id, target))
        return True


def change(
    job_id: uuid.UUID | str,
    source: str,
    target: str,
    *,
    token: uuid.UUID | None = None,
    detail: dict[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """The same without telling: for callers who have more to say in the same transaction. They publish last."""
    if target not in LEGAL_MOVES.get(source, ()):
        raise IllegalMove(f"{source} -> {target}")
    now = timezone.now()
    if target in FINAL:
        fields = {"finished_at": now, "lease_until": None, "lease_token": None, "due_at": None, **fields}
    rows = Job.objects.filter(pk=job_id, status=source)
    if token is not None:
        rows = rows.filter(lease_token=token)
    if not rows.update(status=target, **fields):
        return False
    JobEvent.objects.create(job_id=job_id, from_status=source, to_status=target, detail=detail or {})
    if target in FINAL:
        ended = Job.objects.only(*TOLD_AT_THE_END).get(pk=job_id)
        pricing.close(ended, source, target)
        terms.close(ended, source)
        Thread.objects.filter(turns__jobs__id=job_id).update(active_at=now)
        if source == JobStatus.QUEUED:
            _end_hold(job_id, refused=target == JobStatus.FAILED)
    return True


def _end_hold(job_id: uuid.UUID | str, *, refused: bool) -> None:
    """The turn was taken back while the studio's rules held it, or refused: then the reason stays."""
    held = Turn.objects.filter(jobs__id=job_id, held_at__isnull=False)
    if refused:
        held.update(held_at=None)
    else:
        held.update(held_at=None, held_reason="")


def changes_of(job_id: uuid.UUID | str, status: str) -> list[Change]:
    """What to publish when a job came to `status`; a page whose card shows that already need not look again.

    The team's library hears of beginnings and ends only.
    """
    turn, thread, team = Job.objects.values_list("turn_id", "turn__thread_id", "turn__thread__team_id").get(pk=job_id)
    changes: list[Change] = [(f"thread-{thread}", "turn.changed", {"turn": str(turn), "state": status})]
    if status == JobStatus.QUEUED or status in FINAL:
        changes.append((f"team-{team}", "thread.changed", {"thread": str(thread)}))
    return changes


def fail(job: Job, code: str, detail: str = "", *, token: uuid.UUID | None = None, **fields: Any) -> bool:
    """Ends a job that is where `job` says it is. `detail` is a sentence for people or empty."""
    return move(
        job.pk,
        job.status,
        JobStatus.FAILED,
        token=token,
        detail={"code": code, "detail": detail},
        error_code=FailureCode(code),
        error_detail=detail[:500],
        **fields,
    )


def hold(job: Job, until: datetime) -> bool:
    """Renews the lease of whoever has `job.lease_token`. False: it is somebody else's now, or over."""
    rows = Job.objects.filter(pk=job.pk, lease_token=job.lease_token, status__in=ACTIVE)
    return bool(rows.update(lease_until=until))
