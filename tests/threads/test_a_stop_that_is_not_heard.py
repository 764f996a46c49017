"""A stop that a vendor does not answer: asked for again, for a while, and never in the watcher's own time."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from studio.accounts.models import User
from studio.providers.base import JobState, JobUpdate
from studio.providers.errors import BadAnswer, NeverSent, ProviderError, RateLimited, Unreachable
from studio.threads import actions, jobs
from studio.threads.jobs.stopping import WANTED_FOR
from studio.threads.models import Job, JobEvent, JobStatus, Turn
from studio.threads.watching import Watcher
from tests.threads.conftest import heard, job_of
from tests.threads.scripted import Scripted

PASSING = [Unreachable("No answer."), NeverSent("No way there."), RateLimited("Busy."), BadAnswer("What?")]
passing = pytest.mark.parametrize("trouble", PASSING, ids=lambda trouble: type(trouble).__name__)


def look(job: Job) -> Job:
    Watcher().turn()
    job.refresh_from_db()
    return job


def stopped(job: Job, editor: User, ago: timedelta = timedelta()) -> Job:
    """Somebody pressed stop, so long ago."""
    actions.stop_turn(editor, job.turn)
    Job.objects.filter(pk=job.pk).update(stop_requested_at=timezone.now() - ago)
    job.refresh_from_db()
    return job


@passing
def test_it_stays_wanted_and_is_not_given_up(
    running: Job, scripted: Scripted, editor: User, trouble: ProviderError
) -> None:
    scripted.stops = trouble
    look(stopped(running, editor))
    assert (running.status, running.left_at) == (JobStatus.RUNNING, None)
    assert running.stop_requested_at and running.stop_due_at
    assert 3 < (running.stop_due_at - timezone.now()).total_seconds() <= 5
    look(running)
    assert scripted.cancelled == [running.reference]  # and not again before its time


@passing
def test_it_is_done_as_soon_as_the_vendor_answers(
    running: Job, scripted: Scripted, editor: User, trouble: ProviderError
) -> None:
    scripted.stops = trouble
    look(stopped(running, editor))
    scripted.stops = True
    Job.objects.update(stop_due_at=timezone.now())
    assert look(running).status == JobStatus.CANCELLED
    assert len(scripted.cancelled) == 2


def test_a_clear_no_comes_late_and_counts_all_the_same(running: Job, scripted: Scripted, editor: User) -> None:
    scripted.stops = Unreachable("No answer.")
    look(stopped(running, editor))
    scripted.stops = False
    Job.objects.update(stop_due_at=timezone.now())
    look(running)
    assert running.left_at and (running.stop_requested_at, running.stop_due_at) == (None, None)


def test_the_longer_it_lasts_the_rarer_it_is_asked(running: Job, scripted: Scripted, editor: User) -> None:
    scripted.stops = Unreachable("No answer.")
    look(stopped(running, editor, ago=timedelta(minutes=4)))
    assert running.stop_due_at
    assert 100 < (running.stop_due_at - timezone.now()).total_seconds() <= 121


def test_after_a_while_the_button_is_given_back(running: Job, scripted: Scripted, editor: User) -> None:
    scripted.stops = Unreachable("No answer.")
    stopped(running, editor, ago=WANTED_FOR)
    said = len(heard(running.turn.thread.stream))
    look(running)
    assert (running.stop_requested_at, running.stop_due_at, running.left_at) == (None, None, None)
    assert "turn.changed" in heard(running.turn.thread.stream)[said:]
    assert JobEvent.objects.filter(job=running, detail={"reason": "the provider could not be asked to stop it"})
    scripted.stops = True
    actions.stop_turn(editor, running.turn)
    assert look(running).status == JobStatus.CANCELLED


def test_what_was_sent_meanwhile_is_not_called_stopped(running: Job, editor: User) -> None:
    """A stop that was decided before the vendor had it has asked nobody."""
    before = Job.objects.get(pk=running.pk)
    before.reference = ""
    jobs.note_stop(before, jobs.Heard.STOPPED)
    running.refresh_from_db()
    assert running.status == JobStatus.RUNNING


def test_what_ends_meanwhile_is_over(running: Job, scripted: Scripted, editor: User) -> None:
    scripted.stops = Unreachable("No answer.")
    scripted.news[running.reference] = JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()])
    look(stopped(running, editor))
    assert running.status == JobStatus.COLLECTING
    jobs.collect(str(running.pk))
    Job.objects.update(stop_due_at=timezone.now())
    assert look(running).status == JobStatus.SUCCEEDED
    assert len(scripted.cancelled) == 1


def test_a_provider_that_is_gone_cannot_stop_anything(
    running: Job, editor: User, caplog: pytest.LogCaptureFixture
) -> None:
    Job.objects.update(provider="yesterday")
    running.refresh_from_db()
    assert look(stopped(running, editor)).left_at
    assert "Provider yesterday could not be asked" in caplog.text  # for news of the job, that is
    caplog.clear()


class TestAVendorThatHangs:
    """It is asked beside the watcher's own work."""

    @pytest.fixture
    def hangs(self, scripted: Scripted) -> threading.Event:
        """Set it, and the vendor answers."""
        answers, cancels = threading.Event(), scripted.cancel

        def hang(reference: str, key: str) -> bool:
            cancelled = cancels(reference, key)
            answers.wait(30)
            return cancelled

        scripted.cancel = hang  # type: ignore[method-assign]
        return answers

    def test_holds_up_no_news_of_others(
        self, running: Job, scripted: Scripted, send: Callable[..., Turn], editor: User, hangs: threading.Event
    ) -> None:
        other = job_of(send())
        jobs.submit(str(other.pk))
        other.refresh_from_db()
        scripted.news[other.reference] = JobUpdate(other.reference, JobState.SUCCEEDED, results=[scripted.result()])
        watcher = Watcher()
        stopped(running, editor)
        watcher.turn()
        other.refresh_from_db()
        assert other.status == JobStatus.COLLECTING and not hangs.is_set()
        hangs.set()
        watcher.stops.open[0][1].result(10)
        watcher.turn()
        running.refresh_from_db()
        assert running.status == JobStatus.CANCELLED

    def test_is_asked_once_by_whatever_watcher(
        self, running: Job, scripted: Scripted, editor: User, hangs: threading.Event
    ) -> None:
        watcher = Watcher()
        stopped(running, editor)
        watcher.turn()
        watcher.turn()
        look(running)
        assert scripted.cancelled == [running.reference] and running.status == JobStatus.RUNNING
        hangs.set()

    def test_and_then_breaks_is_asked_again(
        self, running: Job, scripted: Scripted, editor: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(reference: str, key: str) -> bool:
            raise RuntimeError("what is this")

        scripted.cancel = broken  # type: ignore[method-assign]
        look(stopped(running, editor))
        assert "could not be asked to stop" in caplog.text
        caplog.clear()
        assert running.stop_requested_at and running.stop_due_at
