"""A stop at a vendor: done where it can be, else people stop waiting, and what it makes is filed all the same."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from studio.accounts.models import User
from studio.providers.base import JobRequest, JobState, JobUpdate, Submission
from studio.providers.errors import FailureCode, ProviderError, Refused, Unreachable
from studio.threads import actions, jobs
from studio.threads.models import Job, JobStatus, Take, Turn
from studio.threads.watching import Watcher
from tests.threads.conftest import heard, job_of
from tests.threads.scripted import Scripted

CANNOT: list[bool | ProviderError] = [False, Refused("No.", FailureCode.UNAUTHORISED)]
cannot_stop = pytest.mark.parametrize("stops", CANNOT, ids=lambda stops: type(stops).__name__)


def look(job: Job, times: int = 1) -> Job:
    """As many looks of the watcher, at a moment when the job is due; sweeps included."""
    for _ in range(times):
        Job.objects.filter(pk=job.pk).exclude(due_at=None).update(due_at=timezone.now())
        Watcher().turn()
    job.refresh_from_db()
    return job


def make(job: Job, scripted: Scripted) -> Job:
    """The vendor is done with it, and its result is collected."""
    scripted.news[job.reference] = JobUpdate(job.reference, JobState.SUCCEEDED, results=[scripted.result()])
    look(job)
    jobs.collect(str(job.pk))
    job.refresh_from_db()
    return job


# --- It can be stopped -----------------------------------------------------------------------------------------------


def test_what_can_be_stopped_is_stopped_there_and_here(running: Job, scripted: Scripted, editor: User) -> None:
    actions.stop_turn(editor, running.turn)
    look(running, times=3)
    assert (running.status, running.left_at) == (JobStatus.CANCELLED, None)
    assert scripted.cancelled == [running.reference]


def test_what_was_never_sent_is_stopped_without_a_call(
    scripted: Scripted, send: Callable[..., Turn], editor: User
) -> None:
    scripted.stops = False
    turn = send()
    actions.stop_turn(editor, turn)
    assert job_of(turn).status == JobStatus.CANCELLED
    assert scripted.cancelled == scripted.requests == []


# --- It cannot -------------------------------------------------------------------------------------------------------


@cannot_stop
def test_what_cannot_be_stopped_goes_on_and_is_no_longer_waited_for(
    running: Job, scripted: Scripted, editor: User, stops: bool | ProviderError
) -> None:
    scripted.stops = stops
    actions.stop_turn(editor, running.turn)
    said = len(heard(running.turn.thread.stream))
    look(running)
    assert running.status == JobStatus.RUNNING
    assert running.left_at and running.stop_requested_at is None
    assert "turn.changed" in heard(running.turn.thread.stream)[said:]


@cannot_stop
def test_the_vendor_is_asked_to_stop_once_and_not_each_second(
    running: Job, scripted: Scripted, editor: User, stops: bool | ProviderError
) -> None:
    scripted.stops = stops
    actions.stop_turn(editor, running.turn)
    look(running, times=5)
    assert scripted.cancelled == [running.reference]
    assert len(scripted.asked) == 5


@cannot_stop
def test_its_take_is_filed_when_it_is_done(
    running: Job, scripted: Scripted, editor: User, stops: bool | ProviderError
) -> None:
    scripted.stops = stops
    actions.stop_turn(editor, running.turn)
    look(running)
    left_at = running.left_at
    assert make(running, scripted).status == JobStatus.SUCCEEDED
    assert Take.objects.get().turn == running.turn
    assert running.left_at == left_at


def test_without_a_key_it_cannot_be_stopped_either(
    running: Job, scripted: Scripted, editor: User, settings: object
) -> None:
    settings.PROVIDER_KEYS = {}  # type: ignore[attr-defined]
    actions.stop_turn(editor, running.turn)
    look(running, times=2)
    assert (running.status, scripted.cancelled) == (JobStatus.RUNNING, [])
    assert running.left_at


def test_a_second_press_asks_once_more_and_not_for_ever(running: Job, scripted: Scripted, editor: User) -> None:
    scripted.stops = False
    actions.stop_turn(editor, running.turn)
    left_at = look(running).left_at
    actions.stop_turn(editor, running.turn)
    look(running, times=4)
    assert scripted.cancelled == [running.reference] * 2
    assert (running.left_at, running.stop_requested_at) == (left_at, None)
    assert left_at


def test_a_vendor_that_changes_its_mind_stops_at_the_second_press(
    running: Job, scripted: Scripted, editor: User
) -> None:
    scripted.stops = False
    actions.stop_turn(editor, running.turn)
    look(running)
    scripted.stops = True
    actions.stop_turn(editor, running.turn)
    assert look(running).status == JobStatus.CANCELLED


def test_what_is_done_already_is_filed(running: Job, scripted: Scripted, editor: User) -> None:
    """Stopped between the last frame and the take."""
    scripted.stops = False
    update = JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()])
    jobs.apply_update(running, update)
    OrmQ.objects.all().delete()
    actions.stop_turn(editor, running.turn)
    look(running, times=2)
    assert running.status == JobStatus.COLLECTING and running.left_at
    jobs.collect(str(running.pk))
    running.refresh_from_db()
    assert (running.status, Take.objects.count()) == (JobStatus.SUCCEEDED, 1)


def test_a_vendor_that_fails_it_later_fails_it_here(running: Job, scripted: Scripted, editor: User) -> None:
    scripted.stops = False
    actions.stop_turn(editor, running.turn)
    look(running)
    scripted.news[running.reference] = JobUpdate(running.reference, JobState.FAILED, error_code="busy")
    assert look(running).status == JobStatus.FAILED


# --- While it is being sent ------------------------------------------------------------------------------------------


def press_while_sending(scripted: Scripted, editor: User, turn: Turn) -> None:
    submit = scripted.submit

    def interrupted(request: JobRequest, key: str) -> Submission:
        actions.stop_turn(editor, turn)
        jobs.sweep(timezone.now())
        return submit(request, key)

    scripted.submit = interrupted  # type: ignore[method-assign]
    jobs.submit(str(job_of(turn).pk))


@pytest.mark.parametrize(("stops", "status"), [(True, "cancelled"), (False, "running")])
def test_a_stop_while_it_is_sent_is_done_as_soon_as_the_vendor_has_it(
    scripted: Scripted, send: Callable[..., Turn], editor: User, stops: bool | ProviderError, status: str
) -> None:
    scripted.stops = stops
    turn = send()
    press_while_sending(scripted, editor, turn)
    job = job_of(turn)
    assert (job.status, job.left_at is not None) == (status, status == "running")
    look(job, times=2)
    assert (job.status, scripted.cancelled) == (status, [f"ref-{job.key}"])


def test_a_stop_that_the_sender_could_not_ask_for_is_asked_for_by_the_watcher(
    scripted: Scripted, send: Callable[..., Turn], editor: User
) -> None:
    scripted.stops = Unreachable("No answer.")
    turn = send()
    press_while_sending(scripted, editor, turn)
    scripted.stops = True
    Job.objects.update(stop_due_at=timezone.now())
    assert look(job_of(turn)).status == JobStatus.CANCELLED


@pytest.mark.parametrize("stops", [True, False, Unreachable("No answer.")])
def test_a_sender_that_finds_its_job_stopped_stops_it_at_the_vendor(
    scripted: Scripted, send: Callable[..., Turn], stops: bool | ProviderError
) -> None:
    """It was thought dead, the job went back to the queue, and somebody stopped it there."""
    scripted.stops = stops
    job = job_of(send())
    submit = scripted.submit

    def slow(request: JobRequest, key: str) -> Submission:
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(minutes=10))
        jobs.sweep(timezone.now())
        Job.objects.filter(pk=job.pk).update(stop_requested_at=timezone.now())
        jobs.stop(job.pk)
        return submit(request, key)

    scripted.submit = slow  # type: ignore[method-assign]
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.may_be_there) == (JobStatus.QUEUED, True)  # not “stopped, nothing charged”
    scripted.submit = submit  # type: ignore[method-assign]
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert job.status == (JobStatus.CANCELLED if stops is True else JobStatus.RUNNING)
    assert scripted.cancelled == [f"ref-{job.key}"]


def test_a_stop_while_nobody_knows_whether_it_was_taken_waits_for_the_next_try(
    scripted: Scripted, send: Callable[..., Turn]
) -> None:
    scripted.errors = [Unreachable("No answer.")]
    job = job_of(send())
    jobs.submit(str(job.pk))
    OrmQ.objects.all().delete()
    Job.objects.filter(pk=job.pk).update(stop_requested_at=timezone.now())
    jobs.sweep(timezone.now())
    assert not OrmQ.objects.exists()  # not before its time
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    jobs.sweep(timezone.now())
    assert OrmQ.objects.count() == 1
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, scripted.cancelled) == (JobStatus.CANCELLED, [job.reference])
