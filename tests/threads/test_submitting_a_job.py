"""jobs.submit: claimed once, called outside transactions, tried again where that makes sense."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from studio.providers.base import JobState
from studio.providers.errors import FailureCode, RateLimited, Refused, Unreachable
from studio.threads import jobs
from studio.threads.models import Job, JobStatus, Turn
from tests.threads.conftest import heard, job_of
from tests.threads.scripted import Scripted

LATER = timedelta(minutes=2)


def test_a_provider_that_takes_it_makes_it_run(scripted: Scripted, send: Callable[..., Turn]) -> None:
    turn = send()
    job = job_of(turn)
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    turn.refresh_from_db()
    assert (job.status, job.reference) == ("running", f"ref-{job.key}")
    assert job.started_at and job.due_at and job.lease_until is None and job.lease_token is None
    assert turn.reply["applied"] == [
        {"id": "warmer", "label": "Colour temperature", "value": "4,500 K", "params": {"k": 1.0}}
    ]
    assert heard(turn.thread.stream) == ["turn.changed", "turn.changed"]


def test_a_task_that_comes_twice_sends_once(scripted: Scripted, running: Job) -> None:
    jobs.submit(str(running.pk))
    jobs.submit(str(running.pk))
    assert len(scripted.requests) == 1


def test_an_answer_ends_the_job_without_a_take(scripted: Scripted, send: Callable[..., Turn]) -> None:
    scripted.state = JobState.ANSWERED
    turn = send("replace the dog by a cat")
    jobs.submit(str(job_of(turn).pk))
    assert job_of(turn).status == JobStatus.ANSWERED
    assert not turn.takes.exists()


def test_a_busy_provider_is_asked_again_with_growing_pauses(scripted: Scripted, send: Callable[..., Turn]) -> None:
    scripted.errors = [RateLimited("busy"), RateLimited("busy")]
    job = job_of(send())
    pauses = []
    for _ in range(3):
        jobs.submit(str(job.pk))
        job.refresh_from_db()
        if job.status == JobStatus.QUEUED and job.due_at:
            pauses.append((job.due_at - timezone.now()).total_seconds())
    assert job.status == JobStatus.RUNNING
    assert 3 < pauses[0] < 7 < pauses[1] < 13
    assert {request.key for request in scripted.requests} == {str(job.key)}


def test_after_four_tries_it_fails_with_the_providers_reason(scripted: Scripted, send: Callable[..., Turn]) -> None:
    scripted.errors = [RateLimited("The provider is busy.")] * 9
    job = job_of(send())
    for _ in range(9):
        jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.error_code, job.error_detail) == ("failed", "busy", "The provider is busy.")
    assert len(scripted.requests) == 4


def test_a_refusal_is_final(scripted: Scripted, send: Callable[..., Turn]) -> None:
    scripted.errors = [Refused("Not this.", FailureCode.INPUT_BLOCKED)]
    job = job_of(send())
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("failed", "input_blocked")


@pytest.mark.parametrize("scripted", [False], indirect=True)
def test_without_idempotency_no_answer_is_an_unknown_outcome(scripted: Scripted, send: Callable[..., Turn]) -> None:
    scripted.errors = [Unreachable("no answer")]
    job = job_of(send())
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("failed", "outcome_unknown")


def died_while_sending(job: Job) -> None:
    """As a kill -9 between the claim and the provider's answer leaves it."""
    past = timezone.now() - timedelta(minutes=10)
    Job.objects.filter(pk=job.pk).update(status=JobStatus.SUBMITTING, lease_until=past, tries=1, due_at=None)


def test_a_sender_that_died_is_replaced_under_the_same_key(scripted: Scripted, send: Callable[..., Turn]) -> None:
    job = job_of(send())
    died_while_sending(job)
    OrmQ.objects.all().delete()
    jobs.sweep(timezone.now())
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED
    assert [row.task["args"] for row in OrmQ.objects.all()] == [(str(job.pk),)]
    jobs.submit(str(job.pk))
    assert scripted.requests[-1].key == str(job.key)


@pytest.mark.parametrize("scripted", [False], indirect=True)
def test_without_idempotency_a_sender_that_died_leaves_an_unknown_outcome(
    scripted: Scripted, send: Callable[..., Turn]
) -> None:
    job = job_of(send())
    died_while_sending(job)
    jobs.sweep(timezone.now())
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("failed", "outcome_unknown")
    assert not scripted.requests


def test_a_sender_that_lost_its_lease_does_not_overwrite_the_next_ones_work(
    scripted: Scripted, send: Callable[..., Turn]
) -> None:
    job = job_of(send())
    taken = scripted.submit

    def slow(request: object, key: str) -> object:
        scripted.submit = taken  # type: ignore[method-assign]
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(minutes=10))
        jobs.sweep(timezone.now())
        jobs.submit(str(job.pk))
        return taken(request, key)  # type: ignore[arg-type]

    scripted.submit = slow  # type: ignore[assignment, method-assign]
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING
    assert list(job.events.values_list("to_status", flat=True)) == [
        "queued", "submitting", "queued", "submitting", "running",
    ]  # fmt: skip


def test_a_job_whose_task_was_lost_is_called_again_and_again_but_ever_rarer(
    scripted: Scripted, send: Callable[..., Turn]
) -> None:
    job = job_of(send())
    OrmQ.objects.all().delete()
    jobs.sweep(timezone.now())
    assert not OrmQ.objects.exists()
    past = timezone.now() - timedelta(seconds=40)
    Job.objects.filter(pk=job.pk).update(created_at=past, due_at=past)
    jobs.sweep(timezone.now())
    jobs.sweep(timezone.now())
    assert OrmQ.objects.count() == 1
    job.refresh_from_db()
    assert job.due_at and 35 < (job.due_at - timezone.now()).total_seconds() < 45


def test_a_provider_that_is_gone_fails_the_job(
    scripted: Scripted, send: Callable[..., Turn], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(send())
    Job.objects.filter(pk=job.pk).update(provider="retired")
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("failed", "model_gone")
