"""jobs.move: one conditional UPDATE, believed only if one row changed."""

import uuid

import pytest

from studio.threads import jobs
from studio.threads.jobs.moving import IllegalMove
from studio.threads.models import ACTIVE, FINAL, LEGAL_MOVES, Job, JobEvent, JobStatus
from tests.threads.conftest import heard


def test_a_move_writes_its_history_and_tells_the_thread(running: Job) -> None:
    before = heard(running.turn.thread.stream)
    assert jobs.move(running.pk, JobStatus.RUNNING, JobStatus.FAILED, detail={"why": "test"}, error_code="engine")
    running.refresh_from_db()
    assert (running.status, running.error_code) == ("failed", "engine")
    assert running.finished_at and running.lease_until is None and running.due_at is None
    last = JobEvent.objects.filter(job=running).last()
    assert last and (last.from_status, last.to_status, last.detail) == ("running", "failed", {"why": "test"})
    assert heard(running.turn.thread.stream) == [*before, "turn.changed"]


def test_the_second_of_two_moves_changes_nothing(running: Job) -> None:
    assert jobs.move(running.pk, JobStatus.RUNNING, JobStatus.CANCELLED)
    count, said = JobEvent.objects.count(), heard(running.turn.thread.stream)
    assert not jobs.move(running.pk, JobStatus.RUNNING, JobStatus.FAILED)
    running.refresh_from_db()
    assert running.status == JobStatus.CANCELLED
    assert (JobEvent.objects.count(), heard(running.turn.thread.stream)) == (count, said)


def test_a_move_under_a_lease_that_was_lost_changes_nothing(running: Job) -> None:
    Job.objects.filter(pk=running.pk).update(lease_token=uuid.uuid4())
    assert not jobs.move(running.pk, JobStatus.RUNNING, JobStatus.FAILED, token=uuid.uuid4())


@pytest.mark.parametrize("source", list(JobStatus))
@pytest.mark.parametrize("target", list(JobStatus))
def test_what_the_table_does_not_know_is_a_bug(running: Job, source: str, target: str) -> None:
    Job.objects.filter(pk=running.pk).update(status=source)
    if target in LEGAL_MOVES.get(source, ()):
        assert jobs.move(running.pk, source, target)
    else:
        with pytest.raises(IllegalMove):
            jobs.move(running.pk, source, target)


def test_every_state_is_final_or_leads_somewhere() -> None:
    assert set(LEGAL_MOVES) == ACTIVE
    assert set(JobStatus) == ACTIVE | FINAL
    for source in ACTIVE:
        assert JobStatus.FAILED in LEGAL_MOVES[source]
        assert JobStatus.CANCELLED in LEGAL_MOVES[source]
