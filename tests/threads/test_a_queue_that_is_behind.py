"""Whose task still stands in the queue has not been forgotten: to call once more would only make the queue longer."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from studio.providers.base import JobState, JobUpdate
from studio.queue import enqueue
from studio.threads import jobs
from studio.threads.models import Job, JobStatus, Turn
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted

LONG_AGO = timedelta(minutes=2)
BEFORE = timedelta(minutes=1)


def waiting_since(ago: timedelta) -> None:
    """The oldest task that no worker has taken yet."""
    OrmQ.objects.all().delete()
    enqueue("time.time")
    OrmQ.objects.update(lock=timezone.now() - ago)


def calls() -> int:
    """How many tasks were added to that one."""
    jobs.sweep(timezone.now())
    return OrmQ.objects.count() - 1


@pytest.fixture
def made(running: Job, scripted: Scripted) -> Job:
    """Its collector was called a minute ago."""
    jobs.apply_update(running, JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()]))
    Job.objects.filter(pk=running.pk).update(lease_until=timezone.now() - BEFORE)
    running.refresh_from_db()
    assert running.status == JobStatus.COLLECTING
    return running


def test_a_turn_whose_task_has_not_come_up_yet_is_not_sent_twice(scripted: Scripted, send: Callable[..., Turn]) -> None:
    Job.objects.filter(pk=job_of(send()).pk).update(due_at=timezone.now() - BEFORE)
    waiting_since(LONG_AGO)
    assert calls() == 0
    waiting_since(timedelta())
    assert calls() == 1


def test_a_collector_that_has_not_come_up_yet_is_not_called_twice(made: Job) -> None:
    waiting_since(LONG_AGO)
    assert calls() == 0
    waiting_since(timedelta())
    assert calls() == 1


def test_a_collector_that_died_is_replaced_however_long_the_queue_is(made: Job) -> None:
    Job.objects.filter(pk=made.pk).update(lease_token=uuid.uuid4())
    waiting_since(LONG_AGO)
    assert calls() == 1


def test_a_stop_is_heard_however_long_the_queue_is(running: Job) -> None:
    Job.objects.filter(pk=running.pk).update(stop_requested_at=timezone.now())
    waiting_since(LONG_AGO)
    assert jobs.lease_stops(timezone.now()) == [running]
