"""The watcher: asks providers about running jobs, many at once, and sweeps up after crashes. One process per node.

It sleeps until something is due or the bell rings: a submit, a webhook, a render of the local engine that moved.
"""

import logging
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from studio.bell import Listener
from studio.providers.base import JobUpdate
from studio.providers.errors import FailureCode
from studio.threads import jobs, sample
from studio.threads.asking import Questions, Stops, ask_here
from studio.threads.models import Job, JobStatus
from studio.threads.patience import SILENCE

logger = logging.getLogger(__name__)
BELL = "watch"
SAMPLES_EVERY = 10.0
SWEEP_EVERY = 1.0
IDLE_LOOK = 5.0  # s between two looks while nothing is under way
AFTER_TROUBLE = 1.0
BATCH = 100
LEASE = timedelta(seconds=30)  # how long one question may take before another watcher asks too
FASTEST, SLOWEST = timedelta(seconds=2), timedelta(seconds=15)


class Watcher:
    """`turn()` does what is due and answers how many seconds it may sleep."""

    def __init__(self) -> None:
        self.questions = Questions(BELL)
        self.stops = Stops(BELL)
        self.next_sweep = 0.0
        self.next_samples = 0.0

    def run(self) -> None:
        """Until the process is told to end."""
        with Listener(BELL) as listener:
            rang = True
            while True:
                rang = listener.wait(self.turn_safely(rang))

    def turn_safely(self, rang: bool) -> float:
        """A database that is away for a moment is waited for, not died of."""
        try:
            return self.turn(rang)
        except (DatabaseError, InterfaceError):
            logger.exception("The database does not answer; the watcher tries again")
            connection.close()
            return AFTER_TROUBLE

    def turn(self, rang: bool = True) -> float:
        moment = time.monotonic()
        write_down(ask_here(ringing()))
        note_stops(self.stops.late())
        write_down(self.questions.late())
        if rang or moment >= self.next_sweep:
            jobs.sweep(timezone.now())
            note_stops(self.stops.put(jobs.lease_stops(timezone.now())))
            self.next_sweep = moment + SWEEP_EVERY
        write_down(self.questions.put(lease_due(timezone.now(), self.questions.busy())))
        if moment >= self.next_samples:
            sample.sweep(timezone.now())
            self.next_samples = moment + SAMPLES_EVERY
        return self._pause()

    def _pause(self) -> float:
        # What is due of a vendor that has not answered yet waits for its answer, which rings.
        askable = ~Q(provider__in=self.questions.busy())
        active = Job.objects.active().aggregate(count=Count("pk"), due=Min("due_at", filter=askable))
        if not active["count"]:
            return IDLE_LOOK
        until_sweep = self.next_sweep - time.monotonic()
        until_due = (active["due"] - timezone.now()).total_seconds() if active["due"] else until_sweep
        return max(0.0, min(until_sweep, until_due))


def ringing() -> list[Job]:
    """Running jobs of providers that ring when something moves. To ask these costs one query, so nobody leases them."""
    rows = Job.objects.filter(status=JobStatus.RUNNING, due_at=None)
    return list(rows.select_related("turn").order_by("created_at"))


def lease_due(now: datetime, busy: Collection[str] = ()) -> list[Job]:
    """Takes the running jobs that are due, so that other watchers leave them alone; none of a busy provider."""
    wanted = Job.objects.due(now).exclude(provider__in=busy)
    if not wanted.exists():
        return []
    with transaction.atomic():
        rows = wanted.select_related("turn").select_for_update(skip_locked=True, of=("self",))
        due = list(rows.order_by("due_at")[:BATCH])
        Job.objects.filter(pk__in=[job.pk for job in due]).update(due_at=now + LEASE)
    for job in due:
        job.due_at = now + LEASE
    return due


def write_down(news: Iterable[tuple[Job, JobUpdate | None]]) -> None:
    for job, update in news:
        _apply(job, update)


def note_stops(heard: Iterable[tuple[Job, jobs.Heard]]) -> None:
    for job, answer in heard:
        try:
            jobs.note_stop(job, answer)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("The answer to the stop of job %s could not be written down", job.pk)


def _apply(job: Job, update: JobUpdate | None) -> None:
    """One job's trouble is not the others'. None: nobody could be asked, which says nothing of the job."""
    try:
        if update is not None:
            jobs.apply_update(job, update)
        elif job.started_at and timezone.now() - job.started_at > SILENCE:
            jobs.fail(job, FailureCode.TIMEOUT)
        if job.due_at is not None:
            again = timezone.now() + pace(job, timezone.now())
            # Unless a webhook, or another watcher, has set another time meanwhile.
            Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, due_at=job.due_at).update(due_at=again)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("News of job %s could not be written down", job.pk)


def pace(job: Job, now: datetime) -> timedelta:
    """Young jobs are asked often, old ones seldom: a tenth of their age."""
    return min(max((now - (job.started_at or job.created_at)) / 10, FASTEST), SLOWEST)
