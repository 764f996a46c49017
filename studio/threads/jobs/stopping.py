"""A person pressed stop."""

import logging
import uuid
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db import transaction
from django.utils import timezone

from studio.live.publishing import publish
from studio.providers import keys, registry
from studio.providers.errors import ProviderError
from studio.threads.jobs.moving import move
from studio.threads.models import Job, JobEvent, JobStatus

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)  # how long asking a vendor may take, with its tries, before another watcher asks too
FIRST_PAUSE = timedelta(seconds=5)  # until a vendor that did not answer is asked again; later, half of the time so far
WANTED_FOR = timedelta(minutes=10)


class Heard(Enum):
    """What became of asking for a stop: done, not possible there, or no answer, so that a later try may do it."""

    STOPPED = auto()
    CANNOT = auto()
    NOTHING = auto()


def stop(job_id: uuid.UUID | str) -> None:
    """Ends a job and its work at the provider. While it is being sent, the sender does this as soon as it knows."""
    job = _stoppable(job_id)
    if job is not None:
        note_stop(job, ask_to_stop(job, job.reference) if job.reference else Heard.STOPPED)


def ask_to_stop(job: Job, reference: str) -> Heard:
    """Only asks: a vendor may take a minute to answer, so the watcher has this done beside its own work."""
    try:
        stopped = registry.provider(job.provider).cancel(reference, keys.key_of(job.provider))
    except ProviderError as error:
        logger.warning("Job %s could not be stopped at %s: %s", job.pk, job.provider, error.code)
        return Heard.CANNOT if error.permanent else Heard.NOTHING
    except KeyError:  # a provider that this studio no longer has
        return Heard.CANNOT
    return Heard.STOPPED if stopped else Heard.CANNOT


def note_stop(job: Job, heard: Heard) -> None:
    """Where a vendor cannot stop it, people stop waiting: it goes on there, is charged, and is filed when it is done.

    Where it gave no answer, it is asked again for a while; then whoever pressed stop may press it once more.
    """
    present = _stoppable(job.pk)
    if present is None:
        return
    if heard == Heard.STOPPED and present.reference != job.reference:
        return  # it was sent meanwhile, and nobody has asked for a stop there: the sweep does
    if heard == Heard.STOPPED:
        move(present.pk, present.status, JobStatus.CANCELLED, detail={"reason": "stopped by a person"})
    elif heard == Heard.CANNOT:
        _settle(present, left_at=present.left_at or timezone.now())
    elif present.stop_requested_at:
        _ask_again(present, timezone.now() - present.stop_requested_at)


def is_stopped_here(job: Job) -> bool:
    """Whether a stop calls nobody, or only the local engine, which obeys at once."""
    provider = registry.PROVIDERS.get(job.provider)
    return not job.reference or (provider is not None and provider.rings)


def lease_stops(now: datetime) -> list[Job]:
    """Stops to ask vendors for. Other watchers leave them alone meanwhile."""
    wanted = [job for job in Job.objects.stops_due(now) if not is_stopped_here(job)]
    return [
        job
        for job in wanted
        if Job.objects.filter(pk=job.pk, stop_due_at=job.stop_due_at).update(stop_due_at=now + LEASE)
    ]


def _stoppable(job_id: uuid.UUID | str) -> Job | None:
    """Not what is over or being sent; nor what was sent without an answer: sent again under the same key, it tells
    where it is, and is stopped there."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.is_final or job.status == JobStatus.SUBMITTING:
        return None
    return None if job.status == JobStatus.QUEUED and job.may_be_there else job


def _ask_again(job: Job, since: timedelta) -> None:
    if since < WANTED_FOR:
        Job.objects.filter(pk=job.pk).update(stop_due_at=timezone.now() + max(since / 2, FIRST_PAUSE))
        return
    _settle(job)
    reason = {"reason": "the provider could not be asked to stop it"}
    JobEvent.objects.create(job=job, from_status=job.status, to_status=job.status, detail=reason)


def _settle(job: Job, **fields: datetime) -> None:
    """The stop is no longer wanted; whoever looks at the turn is told."""
    with transaction.atomic():
        rows = Job.objects.filter(pk=job.pk, status=job.status)
        if rows.update(stop_requested_at=None, stop_due_at=None, **fields):
            publish(job.turn.thread.stream, "turn.changed", turn=str(job.turn_id))
