"""Nobody waits for ever: for a vendor that never ends a job, never mentions it, or can never be asked."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from studio.live.models import Event
from studio.providers.base import Asked, JobState, JobUpdate
from studio.providers.errors import Refused, Unreachable
from studio.threads import jobs, watching
from studio.threads.jobs import news
from studio.threads.models import Job, JobStatus, Take, Turn
from studio.threads.watching import Watcher
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted

MINUTE = timedelta(minutes=1)


def age(job: Job, by: timedelta) -> Job:
    """Begun so long ago, and due now where it is asked about by the clock."""
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - by)
    Job.objects.filter(pk=job.pk).exclude(due_at=None).update(due_at=timezone.now())
    job.refresh_from_db()
    return job


def look(job: Job) -> Job:
    Watcher().turn()
    job.refresh_from_db()
    return job


def test_a_vendors_job_fails_as_timeout_when_nobody_can_hope_any_more(running: Job) -> None:
    assert look(age(running, news.LONGEST_JOB - MINUTE)).status == JobStatus.RUNNING
    assert look(age(running, news.LONGEST_JOB + MINUTE)).status == JobStatus.FAILED
    assert (running.error_code, running.due_at) == ("timeout", None)
    last = Event.objects.filter(stream=running.turn.thread.stream).order_by("number").last()
    assert last and last.payload["state"] == JobStatus.FAILED


def test_progress_does_not_make_it_younger(running: Job, scripted: Scripted) -> None:
    scripted.news[running.reference] = JobUpdate(running.reference, JobState.RUNNING, progress=0.9)
    assert look(age(running, news.LONGEST_JOB + MINUTE)).error_code == "timeout"


def test_what_is_done_at_last_is_taken_however_late(running: Job, scripted: Scripted) -> None:
    scripted.news[running.reference] = JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()])
    assert look(age(running, news.LONGEST_JOB + MINUTE)).status == JobStatus.COLLECTING


def collected(running: Job, scripted: Scripted, state: JobState) -> Job:
    """One of two results is here, and the other never comes."""
    result = scripted.result()
    jobs.apply_update(running, JobUpdate(running.reference, JobState.RUNNING, results=[result]))
    scripted.news[running.reference] = JobUpdate(running.reference, state)
    if state == JobState.UNKNOWN:
        Job.objects.filter(pk=running.pk).update(unknown_since=timezone.now() - 2 * MINUTE)
    look(age(running, news.LONGEST_JOB + MINUTE))
    assert running.status == JobStatus.COLLECTING
    jobs.collect(str(running.pk))
    running.refresh_from_db()
    return running


@pytest.mark.parametrize(
    ("state", "reason"), [(JobState.RUNNING, "timeout"), (JobState.UNKNOWN, "outcome_unknown")], ids=["waits", "forgot"]
)
def test_what_it_has_handed_over_is_kept(running: Job, scripted: Scripted, state: JobState, reason: str) -> None:
    job = collected(running, scripted, state)
    assert (job.status, job.error_code, Take.objects.count()) == ("succeeded", reason, 1)


@pytest.mark.parametrize("trouble", [Unreachable("No answer."), Refused("No such key."), RuntimeError("a bug")])
def test_a_vendor_that_cannot_be_asked_is_asked_at_the_usual_pace_and_then_given_up(
    running: Job, scripted: Scripted, caplog: pytest.LogCaptureFixture, trouble: Exception
) -> None:
    def broken(asked: Sequence[Asked], key: str) -> Any:
        raise trouble

    scripted.fetch = broken  # type: ignore[method-assign]
    look(running)
    assert running.due_at and 0 < (running.due_at - timezone.now()).total_seconds() <= 2
    assert running.status == JobStatus.RUNNING
    assert look(age(running, news.LONGEST_JOB + MINUTE)).status == JobStatus.RUNNING
    assert look(age(running, watching.SILENCE + MINUTE)).error_code == "timeout"
    caplog.clear()


def test_a_job_that_the_vendor_leaves_out_goes_on_and_is_given_up_in_the_end(
    scripted: Scripted, send: Callable[..., Turn]
) -> None:
    told, untold = (job_of(send()) for _ in range(2))
    for job in (told, untold):
        jobs.submit(str(job.pk))
        job.refresh_from_db()
    scripted.fetch = lambda asked, key: [JobUpdate(told.reference, JobState.RUNNING, progress=0.5)]  # type: ignore[method-assign]
    look(untold)
    assert untold.status == JobStatus.RUNNING
    assert untold.due_at and (untold.due_at - timezone.now()).total_seconds() <= 2
    age(told, MINUTE)
    assert look(age(untold, news.LONGEST_JOB + MINUTE)).status == JobStatus.RUNNING
    assert look(age(untold, watching.SILENCE + MINUTE)).error_code == "timeout"
    told.refresh_from_db()
    assert (told.status, told.progress) == (JobStatus.RUNNING, 0.5)


def test_a_job_that_nobody_waits_for_is_given_up_as_well(running: Job, scripted: Scripted) -> None:
    scripted.stops = False
    jobs.stop(running.pk)
    assert look(age(running, news.LONGEST_JOB + MINUTE)).error_code == "timeout"


def test_the_local_engine_may_take_as_long_as_it_likes(send: Callable[..., Turn]) -> None:
    """A long queue on a small machine is no fault; its renders have limits of their own."""
    job = job_of(send("A calm sea at dawn", model=("local", "engine-1")))
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING
    assert look(age(job, 10 * news.LONGEST_JOB)).status == JobStatus.RUNNING
