"""The watcher: asks providers about running jobs, many at once, and sweeps up after crashes. One process per node.

It sleeps until something is due or the bell rings: a submit, a webhook, a render of the local engine that moved.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from studio.bell import Listener
from studio.providers.base import JobState, JobUpdate
from studio.providers.errors import FailureCode
from studio.threads import hooks, jobs, sample
from studio.threads.asking import Questions, Stops, ask_here
from studio.threads.models import Job, JobStatus
from studio.threads.patience import SILENCE

logger = logging.getLogger(__name__)
BELL = "watch"
SAMPLES_EVERY = 10.0
SWEEP_EVERY = 1.0
IDLE_LOOK = 5.0  # s between two looks while nothing is under way
AFTER_TROUBLE = 1.0
BATCH = 250  # jobs that are asked about at once
UNREAD = ("raw", "error_detail", "turn__prompt", "turn__reply")  # long, and no question needs them
LEASE = timedelta(seconds=30)  # how long one question may take before another watcher asks too
FASTEST, SLOWEST = timedelta(seconds=2), timedelta(seconds=15)
WITH_WEBHOOKS = 2  # times as seldom: then asking is for progress, and for what a vendor forgets to tell
# In a crowd questions wait for company: asked together, a thousand jobs cost hardly more than ten. The seconds from one
# turn to the next: so many for each job under way at vendors, and the most. Fewer where a webhook rang or more are due.
ROUND = (0.03, 0.8)
RING = (0.03, 0.42)
SWEEP = (0.01, 0.8)  # likewise from one sweep to the next while it rings: in a crowd that is mostly webhooks


class Watcher:
    """`turn()` does what is due and answers how many seconds it may sleep."""

    def __init__(self) -> None:
        self.questions = Questions(BELL)
        self.stops = Stops(BELL)
        self.swept = self.next_sweep = 0.0
        self.next_samples = 0.0
        self.began = 0.0
        self.crowd = 0  # jobs under way at vendors
        self.full = False  # the last question held as many as it may

    def run(self) -> None:
        """Until the process is told to end."""
        with Listener(BELL) as listener:
            rang = True
            while True:
                rang = listener.wait(self.turn_safely(rang))
                if rang:
                    time.sleep(self._left(RING))
                    listener.wait(0)

    def turn_safely(self, rang: bool) -> float:
        """A database that is away for a moment is waited for, not died of."""
        try:
            return self.turn(rang)
        except (DatabaseError, InterfaceError):
            logger.exception("The database does not answer; the watcher tries again")
            connection.close()
            return AFTER_TROUBLE

    def turn(self, rang: bool = True) -> float:
        moment = self.began = time.monotonic()
        write_down(ask_here(ringing()))
        note_stops(self.stops.late())
        write_down(self.questions.late())
        if rang:
            self.next_sweep = min(self.next_sweep, self.swept + self._share(SWEEP))
        if moment >= self.next_sweep:
            self._sweep(moment)
        due = lease_due(timezone.now(), self.questions.busy())
        self.full = len(due) == BATCH
        write_down(self.questions.put(due))
        if moment >= self.next_samples:
            sample.sweep(timezone.now())
            self.next_samples = moment + SAMPLES_EVERY
        return self._pause()

    def _sweep(self, moment: float) -> None:
        jobs.sweep(timezone.now())
        note_stops(self.stops.put(jobs.lease_stops(timezone.now())))
        self.swept, self.next_sweep = moment, moment + SWEEP_EVERY

    def _pause(self) -> float:
        # What is due of a vendor that has not answered waits for its answer, which rings; what is queued, for a sweep.
        there = Q(status=JobStatus.RUNNING) & ~Q(due_at=None)
        askable = there & ~Q(provider__in=self.questions.busy())
        active = Job.objects.active().aggregate(
            count=Count("pk"), there=Count("pk", filter=there), due=Min("due_at", filter=askable)
        )
        self.crowd = active["there"]
        if not active["count"]:
            return IDLE_LOOK
        until_sweep = self.next_sweep - time.monotonic()
        until_due = (active["due"] - timezone.now()).total_seconds() if active["due"] else until_sweep
        return max(self._left(RING if self.full else ROUND), min(until_sweep, until_due))

    def _left(self, pause: tuple[float, float]) -> float:
        """Seconds until the next turn, where it waits for company."""
        return max(0.0, self.began + self._share(pause) - time.monotonic())

    def _share(self, pause: tuple[float, float]) -> float:
        each, longest = pause
        return min(self.crowd * each, longest)


def ringing() -> list[Job]:
    """Running jobs of providers that ring when something moves. To ask these costs one query, so nobody leases them."""
    rows = Job.objects.filter(status=JobStatus.RUNNING, due_at=None)
    return list(rows.select_related("turn").defer(*UNREAD).order_by("created_at"))


def lease_due(now: datetime, busy: Collection[str] = ()) -> list[Job]:
    """Takes the running jobs that are due, so that other watchers leave them alone; none of a busy provider."""
    wanted = Job.objects.due(now).exclude(provider__in=busy)
    if not wanted.exists():
        return []
    with transaction.atomic():
        rows = wanted.select_related("turn").defer(*UNREAD).select_for_update(skip_locked=True, of=("self",))
        due = list(rows.order_by("due_at")[:BATCH])
        Job.objects.filter(pk__in=[job.pk for job in due]).update(due_at=now + LEASE)
    for job in due:
        job.due_at = now + LEASE
    return due


def write_down(news: Iterable[tuple[Job, JobUpdate | None]]) -> None:
    """What is made comes first, for its links do not last; then how far the others are, for all of them together."""
    asked, made, moved, rest = list(news), [], [], []
    for job, update in asked:
        if update and jobs.is_progress(job, update):
            moved.append((job, update))
        elif update and update.state == JobState.SUCCEEDED and update.results:
            made.append((job, update))
        else:
            rest.append((job, update))
    if made:
        # To wait for the database takes longer than to write. These tell nobody yet, so they hold up no stream.
        with transaction.atomic():
            for job, update in made:
                _apply(job, update)
    for job, late in rest:
        _apply(job, late)
    _put_off([job for job, _update in asked if job.due_at is not None])
    if moved:
        with _logged("Progress of jobs", [job.pk for job, _update in moved]):
            jobs.tell_progress(moved)


def _put_off(asked: Iterable[Job]) -> None:
    """When each is asked again, unless a webhook, or another watcher, has set another time meanwhile."""
    now = timezone.now()
    waits: dict[tuple[datetime | None, float], list[UUID]] = defaultdict(list)
    for job in asked:
        wait = pace(job, now).total_seconds() * (WITH_WEBHOOKS if hooks.may_call(job.provider) else 1)
        waits[job.due_at, round(wait, 1)].append(job.pk)
    for (leased, seconds), keys in waits.items():
        rows = Job.objects.filter(pk__in=keys, status=JobStatus.RUNNING, due_at=leased)
        rows.update(due_at=now + timedelta(seconds=seconds))


def note_stops(heard: Iterable[tuple[Job, jobs.Heard]]) -> None:
    for job, answer in heard:
        try:
            jobs.note_stop(job, answer)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("The answer to the stop of job %s could not be written down", job.pk)


def _apply(job: Job, update: JobUpdate | None) -> None:
    """None: nobody could be asked, which says nothing of the job."""
    with _logged("News of job", job.pk):
        if update is not None:
            jobs.apply_update(job, update)
        elif job.started_at and timezone.now() - job.started_at > SILENCE:
            jobs.fail(job, FailureCode.TIMEOUT)


@contextmanager
def _logged(what: str, whose: object) -> Iterator[None]:
    """One job's trouble is not the others'."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("%s %s could not be written down", what, whose)


def pace(job: Job, now: datetime) -> timedelta:
    """Young jobs are asked often, old ones seldom: a twentieth of their age.

    So a job of a minute is noticed within three seconds, and a turn never takes longer by more than that share.
    """
    return min(max((now - (job.started_at or job.created_at)) / 20, FASTEST), SLOWEST)
