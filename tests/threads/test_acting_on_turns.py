"""Stop, retry and pick: by whom, when, and pressed twice."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from studio.accounts.models import User
from studio.providers.base import JobState, JobUpdate
from studio.threads import actions, jobs
from studio.threads.models import Job, JobStatus, Take, Turn
from studio.threads.watching import Watcher
from tests.threads.conftest import heard, job_of
from tests.threads.scripted import Scripted


@pytest.fixture
def failed(running: Job) -> Job:
    jobs.fail(running, "engine", "It broke.")
    running.refresh_from_db()
    return running


def test_stopping_a_running_turn_asks_at_once_and_the_watcher_does_it(
    running: Job, scripted: Scripted, editor: User
) -> None:
    said = len(heard(running.turn.thread.stream))
    actions.stop_turn(editor, running.turn)
    actions.stop_turn(editor, running.turn)
    running.refresh_from_db()
    assert running.status == JobStatus.RUNNING and running.stop_requested_at
    assert heard(running.turn.thread.stream)[said:] == ["turn.changed"]
    Watcher().turn()
    Watcher().turn()
    running.refresh_from_db()
    assert running.status == JobStatus.CANCELLED
    assert scripted.cancelled == [running.reference]


def test_a_turn_that_waits_is_stopped_at_once(scripted: Scripted, send: Callable[..., Turn], editor: User) -> None:
    turn = send()
    actions.stop_turn(editor, turn)
    assert job_of(turn).status == JobStatus.CANCELLED
    jobs.submit(str(job_of(turn).pk))
    assert not scripted.requests


def test_a_stop_while_the_provider_is_called_is_done_right_after(
    scripted: Scripted, send: Callable[..., Turn], editor: User
) -> None:
    turn = send()
    taken = scripted.submit

    def stopped_meanwhile(request: object, key: str) -> object:
        actions.stop_turn(editor, turn)
        jobs.sweep(timezone.now())
        return taken(request, key)  # type: ignore[arg-type]

    scripted.submit = stopped_meanwhile  # type: ignore[assignment, method-assign]
    jobs.submit(str(job_of(turn).pk))
    job = job_of(turn)
    assert job.status == JobStatus.CANCELLED
    assert scripted.cancelled == [job.reference]


def test_stopping_what_is_over_changes_nothing(failed: Job, editor: User) -> None:
    said = heard(failed.turn.thread.stream)
    actions.stop_turn(editor, failed.turn)
    failed.refresh_from_db()
    assert (failed.status, failed.stop_requested_at) == (JobStatus.FAILED, None)
    assert heard(failed.turn.thread.stream) == said


def test_a_retry_is_a_new_job_with_a_new_key(failed: Job, editor: User) -> None:
    again = actions.retry_turn(editor, failed.turn)
    assert (again.attempt, again.status) == (2, JobStatus.QUEUED)
    assert again.key != failed.key
    assert actions.retry_turn(editor, failed.turn) == again
    assert Job.objects.count() == 2


def test_a_turn_that_is_done_is_not_retried(running: Job, scripted: Scripted, editor: User) -> None:
    jobs.apply_update(running, JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()]))
    jobs.collect(str(running.pk))
    with pytest.raises(actions.ActionRefused, match="done already"):
        actions.retry_turn(editor, running.turn)


def test_one_take_of_a_turn_is_picked(running: Job, scripted: Scripted, editor: User) -> None:
    results = [scripted.result(0), scripted.result(1)]
    jobs.apply_update(running, JobUpdate(running.reference, JobState.SUCCEEDED, results=results))
    jobs.collect(str(running.pk))
    first, second = Take.objects.select_related("turn__thread__team")
    actions.pick_take(editor, first)
    actions.pick_take(editor, second)
    assert list(Take.objects.exclude(picked_at=None)) == [second]
    assert heard(running.turn.thread.stream)[-2:] == ["take.changed", "take.changed"]


def test_only_owners_and_editors_act(running: Job, owner: User, viewer: User, reviewer: User, stranger: User) -> None:
    for person in (viewer, reviewer, stranger):
        for act in (actions.stop_turn, actions.retry_turn, actions.trash_turn):
            with pytest.raises(PermissionDenied):
                act(person, running.turn)
    actions.stop_turn(owner, running.turn)


def test_trashing_a_turn_stops_what_runs_in_it(running: Job, editor: User) -> None:
    actions.trash_turn(editor, running.turn)
    Watcher().turn()
    running.refresh_from_db()
    assert running.status == JobStatus.CANCELLED
    assert not Turn.objects.visible_to(editor).exists()
    actions.restore_turn(editor, running.turn)
    assert Turn.objects.visible_to(editor).exists()
