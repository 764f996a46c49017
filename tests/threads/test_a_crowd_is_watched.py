"""Many jobs at a vendor: asked together, written down together, and none of them harmed by another."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from studio.live.models import Event
from studio.providers.base import JobState, JobUpdate, Result
from studio.threads import jobs
from studio.threads.models import Job, JobStatus, Turn
from studio.threads.watching import RING, ROUND, SWEEP, Watcher
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted

CROWD = 40


@pytest.fixture
def crowd(scripted: Scripted, send: Callable[..., Turn]) -> list[Job]:
    rows = [job_of(send()) for _ in range(CROWD)]
    for job in rows:
        jobs.submit(str(job.pk))
        job.refresh_from_db()
    return rows


def queries(watcher: Watcher) -> int:
    with CaptureQueriesContext(connection) as asked:
        watcher.turn(rang=False)
    return len(asked)


def moved(scripted: Scripted, rows: list[Job], progress: float) -> None:
    """All of these are due, and have got so far."""
    scripted.news = {job.reference: JobUpdate(job.reference, JobState.RUNNING, progress=progress) for job in rows}
    Job.objects.filter(pk__in=[job.pk for job in rows]).update(due_at=timezone.now(), progressed_at=None)


def test_the_progress_of_many_costs_hardly_more_than_that_of_few(scripted: Scripted, crowd: list[Job]) -> None:
    watcher = Watcher()
    watcher.turn()
    moved(scripted, crowd[:4], 0.2)
    few = queries(watcher)
    moved(scripted, crowd, 0.3)
    many = queries(watcher)
    assert [len(asked) for asked in scripted.asked] == [CROWD, 4, CROWD]
    assert many <= few + 2
    assert set(Job.objects.values_list("progress", flat=True)) == {0.3}


def test_a_queue_that_is_behind_leaves_the_watcher_its_sleep(scripted: Scripted, send: Callable[..., Turn]) -> None:
    job = job_of(send())
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() - timedelta(seconds=3), created_at=timezone.now())
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=60))
    watcher = Watcher()
    watcher.turn()
    assert Job.objects.get(pk=job.pk).due_at < timezone.now()
    assert watcher.turn(rang=False) > 0


def test_each_is_told_its_own_progress(scripted: Scripted, crowd: list[Job]) -> None:
    Event.objects.all().delete()
    scripted.news = {
        job.reference: JobUpdate(job.reference, JobState.RUNNING, progress=place / 100, eta=float(place % 2))
        for place, job in enumerate(crowd, start=1)
    }
    Watcher().turn()
    told = {event.payload["job"]: event.payload for event in Event.objects.filter(kind="job.progressed")}
    assert [told[str(job.pk)]["progress"] for job in crowd] == [place / 100 for place in range(1, CROWD + 1)]
    assert [told[str(job.pk)]["eta"] for job in crowd] == [place % 2 for place in range(1, CROWD + 1)]
    assert list(Job.objects.order_by("created_at").values_list("progress", flat=True)) == [
        place / 100 for place in range(1, CROWD + 1)
    ]


def test_a_job_that_ended_meanwhile_is_told_no_progress(scripted: Scripted, running: Job) -> None:
    Job.objects.filter(pk=running.pk).update(status=JobStatus.CANCELLED)
    jobs.tell_progress([(running, JobUpdate(running.reference, JobState.RUNNING, progress=0.5))])
    assert not Event.objects.filter(kind="job.progressed").exists()
    running.refresh_from_db()
    assert running.progress == 0


def test_one_that_cannot_be_written_down_is_no_harm_to_those_made_with_it(
    scripted: Scripted, crowd: list[Job], caplog: pytest.LogCaptureFixture
) -> None:
    unwritable: Any = object()
    strange, *good = crowd[:3]
    scripted.news = {
        job.reference: JobUpdate(job.reference, JobState.SUCCEEDED, results=[scripted.result()]) for job in good
    }
    odd = Result(0, path="nowhere", seed=unwritable)
    scripted.news[strange.reference] = JobUpdate(strange.reference, JobState.SUCCEEDED, results=[odd])
    Watcher().turn()
    states = [Job.objects.get(pk=job.pk).status for job in (strange, *good)]
    assert states == [JobStatus.RUNNING, JobStatus.COLLECTING, JobStatus.COLLECTING]
    assert f"News of job {strange.pk} could not be written down" in caplog.text
    caplog.clear()
    assert Job.objects.get(pk=strange.pk).due_at > timezone.now()  # type: ignore[operator]  and is asked about again


def test_in_a_crowd_questions_wait_for_company_and_alone_they_do_not(scripted: Scripted, crowd: list[Job]) -> None:
    watcher = Watcher()
    for count, longest in ((CROWD, ROUND[1]), (1, 0.1)):
        Job.objects.filter(pk__in=[job.pk for job in crowd[count:]]).update(status=JobStatus.CANCELLED)
        watcher.turn()
        Job.objects.update(due_at=timezone.now())
        pause = watcher._pause()
        assert pause <= longest
        assert (pause > RING[1]) == (count == CROWD)


def test_a_vendor_that_calls_is_asked_half_as_often(settings: Any, scripted: Scripted, running: Job) -> None:
    settings.PUBLIC_URL = "https://studio.example.com"
    Watcher().turn()
    running.refresh_from_db()
    assert running.due_at and 3.5 < (running.due_at - timezone.now()).total_seconds() <= 4.0


def test_rings_in_a_crowd_share_a_sweep(scripted: Scripted, crowd: list[Job]) -> None:
    watcher = Watcher()
    watcher.turn()
    strays = crowd[:2]
    for stray in strays:  # collectors that died
        Job.objects.filter(pk=stray.pk).update(
            status=JobStatus.COLLECTING, lease_until=timezone.now() - timedelta(seconds=9), lease_token=None
        )
        OrmQ.objects.all().delete()
        watcher.turn()
    assert not OrmQ.objects.exists()
    time.sleep(CROWD * SWEEP[0])
    watcher.turn()
    assert OrmQ.objects.count() == len(strays)
