"""jobs.apply_update: late, early, double and out of order; only what is new and true is written."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from studio.live.models import Event
from studio.providers.base import JobState, JobUpdate
from studio.threads import jobs
from studio.threads.models import Job, JobStatus
from tests.threads.conftest import heard
from tests.threads.scripted import Scripted

RUNNING, SUCCEEDED, FAILED = JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED


def tell(job: Job, state: JobState, **more: object) -> Job:
    jobs.apply_update(job, JobUpdate(job.reference, state, **more))  # type: ignore[arg-type]
    job.refresh_from_db()
    return job


def progress_events() -> list[float]:
    return [event.payload["progress"] for event in Event.objects.filter(kind="job.progressed").order_by("number")]


def test_the_first_progress_is_told_at_once_and_the_rest_twice_a_second(running: Job) -> None:
    for step in range(1, 10):
        tell(running, RUNNING, progress=step / 100)
    assert progress_events() == [0.01]
    Job.objects.filter(pk=running.pk).update(progressed_at=timezone.now() - timedelta(seconds=0.6))
    running.refresh_from_db()
    tell(running, RUNNING, progress=0.5, eta=12.34)
    assert progress_events() == [0.01, 0.5]
    event = Event.objects.filter(kind="job.progressed").last()
    assert event and event.payload == {
        "turn": str(running.turn_id), "job": str(running.pk), "progress": 0.5, "eta": 12.3,
    }  # fmt: skip


def test_progress_never_goes_back(running: Job) -> None:
    tell(running, RUNNING, progress=0.6)
    Job.objects.filter(pk=running.pk).update(progressed_at=timezone.now() - timedelta(seconds=9))
    running.refresh_from_db()
    tell(running, RUNNING, progress=0.4)
    assert running.progress == 0.6


def test_no_news_costs_no_query(running: Job, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        jobs.apply_update(running, JobUpdate(running.reference, RUNNING, progress=0.0))
        jobs.apply_update(running, JobUpdate(running.reference, RUNNING))


def test_the_end_calls_the_collector_once(running: Job, scripted: Scripted) -> None:
    OrmQ.objects.all().delete()
    result = scripted.result()
    stale = Job.objects.get(pk=running.pk)
    tell(running, SUCCEEDED, results=[result])
    tell(running, SUCCEEDED, results=[result])
    jobs.apply_update(stale, JobUpdate(running.reference, SUCCEEDED, results=[result]))
    assert running.status == JobStatus.COLLECTING
    assert [row.task["func"] for row in OrmQ.objects.all()] == ["studio.threads.tasks.collect_takes"]


@pytest.mark.parametrize("end", [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.ANSWERED])
@pytest.mark.parametrize("state", list(JobState))
def test_news_after_the_end_changes_nothing(running: Job, scripted: Scripted, end: str, state: JobState) -> None:
    before = Job.objects.get(pk=running.pk)
    Job.objects.filter(pk=running.pk).update(status=end)
    said = heard(running.turn.thread.stream)
    jobs.apply_update(before, JobUpdate(running.reference, state, progress=0.9, results=[scripted.result()]))
    running.refresh_from_db()
    assert (running.status, running.results, running.progress) == (end, [], 0)
    assert heard(running.turn.thread.stream) == said


def test_news_of_another_reference_is_not_believed(running: Job) -> None:
    jobs.apply_update(running, JobUpdate("somebody else", FAILED, error_code="engine"))
    running.refresh_from_db()
    assert running.status == JobStatus.RUNNING


def test_a_failure_without_results_fails_with_its_reason(running: Job) -> None:
    tell(running, FAILED, error_code="output_blocked", error_detail="Withheld.")
    assert (running.status, running.error_code, running.error_detail) == ("failed", "output_blocked", "Withheld.")


def test_a_success_without_results_is_an_unknown_outcome(running: Job) -> None:
    assert tell(running, SUCCEEDED).error_code == "outcome_unknown"


def test_a_failure_after_some_results_keeps_them(running: Job, scripted: Scripted) -> None:
    tell(running, RUNNING, results=[scripted.result(0)])
    tell(running, FAILED, error_code="engine")
    assert (running.status, len(running.results), running.error_code) == ("collecting", 1, "engine")


def test_results_arrive_one_by_one_and_are_collected_meanwhile(running: Job, scripted: Scripted) -> None:
    OrmQ.objects.all().delete()
    first, second = scripted.result(0), scripted.result(1)
    tell(running, RUNNING, results=[first])
    tell(running, RUNNING, results=[first, second])
    tell(running, RUNNING, results=[second])
    assert running.status == JobStatus.RUNNING
    assert [each["index"] for each in running.results] == [0, 1]
    assert OrmQ.objects.count() >= 1


def test_a_reference_that_its_provider_forgot_is_given_up_after_a_minute(running: Job) -> None:
    assert tell(running, JobState.UNKNOWN).status == JobStatus.RUNNING
    Job.objects.filter(pk=running.pk).update(started_at=timezone.now() - timedelta(seconds=61))
    running.refresh_from_db()
    assert tell(running, JobState.UNKNOWN).status == JobStatus.RUNNING
    Job.objects.filter(pk=running.pk).update(unknown_since=timezone.now() - timedelta(seconds=61))
    running.refresh_from_db()
    assert tell(running, JobState.UNKNOWN).error_code == "outcome_unknown"


def test_a_reference_that_is_known_again_is_not_given_up(running: Job) -> None:
    tell(running, JobState.UNKNOWN)
    Job.objects.filter(pk=running.pk).update(unknown_since=timezone.now() - timedelta(seconds=61))
    running.refresh_from_db()
    tell(running, RUNNING, progress=0.2)
    assert tell(running, JobState.UNKNOWN).status == JobStatus.RUNNING


def test_a_stop_at_the_provider_is_a_stop_here(running: Job) -> None:
    assert tell(running, JobState.CANCELLED).status == JobStatus.CANCELLED
