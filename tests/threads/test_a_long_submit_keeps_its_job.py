"""Files are handed over before a job is created, which takes longer than a lease: nobody sends it a second time."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from studio.providers.base import JobRequest, Submission
from studio.providers.errors import BadAnswer, FailureCode, ProviderError, RateLimited, Unreachable
from studio.threads import jobs
from studio.threads.jobs import sending
from studio.threads.models import Job, JobStatus, Turn
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted

LEASE = timedelta(seconds=0.9)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripted", [True, False], indirect=True)
def test_while_it_is_being_sent_the_sweep_leaves_it_alone(
    scripted: Scripted, send: Callable[..., Turn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "REMOTE_LEASE", LEASE)
    job = job_of(send())
    OrmQ.objects.all().delete()
    submit = scripted.submit

    def long(request: JobRequest, key: str) -> Submission:
        ends = time.monotonic() + 3 * LEASE.total_seconds()
        while time.monotonic() < ends:
            jobs.sweep(timezone.now())
            time.sleep(0.1)
        return submit(request, key)

    scripted.submit = long  # type: ignore[method-assign]
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, len(scripted.requests)) == (JobStatus.RUNNING, 1)
    assert list(job.events.values_list("to_status", flat=True)) == ["queued", "submitting", "running"]
    assert OrmQ.objects.count() == 0
    assert "job-heartbeat" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_fails_lets_go_of_its_job_at_once(
    scripted: Scripted, send: Callable[..., Turn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "REMOTE_LEASE", LEASE)
    scripted.errors = [RateLimited("Busy.")]
    job = job_of(send())
    jobs.submit(str(job.pk))
    time.sleep(0.5)
    job.refresh_from_db()
    assert (job.status, job.lease_until, job.lease_token) == (JobStatus.QUEUED, None, None)


@pytest.mark.parametrize("error", [Unreachable("No answer."), BadAnswer("What?"), Unreachable("", FailureCode.BUSY)])
def test_after_the_last_try_without_an_answer_nobody_can_say_whether_it_was_made(
    scripted: Scripted, send: Callable[..., Turn], error: ProviderError
) -> None:
    scripted.errors = [error] * 9
    job = job_of(send())
    for _ in range(9):
        jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.error_code, len(scripted.requests)) == ("failed", "outcome_unknown", sending.MOST_TRIES)


def test_nor_after_senders_that_died_each_time(scripted: Scripted, send: Callable[..., Turn]) -> None:
    job = job_of(send())
    past = timezone.now() - timedelta(minutes=10)
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.SUBMITTING, lease_until=past, tries=sending.MOST_TRIES, due_at=None
    )
    jobs.sweep(timezone.now())
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("failed", "outcome_unknown")
