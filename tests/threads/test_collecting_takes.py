"""jobs.collect: each result once, only what is missing, whatever was interrupted and however often it runs."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from django_q.models import OrmQ

from studio.live.models import Event
from studio.media import addresses
from studio.media.models import Asset
from studio.providers.base import JobState, JobUpdate, Result
from studio.threads import actions, holds, jobs
from studio.threads.jobs import collecting
from studio.threads.jobs.moving import hold
from studio.threads.models import HeldBy, Job, JobStatus, Take
from tests.threads.conftest import heard
from tests.threads.scripted import Scripted


def finish(job: Job, *results: Result, **more: Any) -> Job:
    jobs.apply_update(job, JobUpdate(job.reference, JobState.SUCCEEDED, results=results, **more))
    job.refresh_from_db()
    return job


def collect(job: Job) -> Job:
    jobs.collect(str(job.pk))
    job.refresh_from_db()
    return job


@pytest.fixture
def finished(running: Job, scripted: Scripted) -> Job:
    return finish(running, scripted.result())


def lease_over(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(minutes=10))


def test_a_result_becomes_a_take_with_the_providers_id_and_seed(finished: Job) -> None:
    result = finished.results[0]
    assert collect(finished).status == JobStatus.SUCCEEDED
    take = Take.objects.get()
    assert (take.number, take.provider, take.video_id, take.seed) == (1, "scripted", result["video_id"], 7)
    assert (take.asset.kind, take.asset.width, take.asset.team) == ("take", 320, finished.turn.thread.team)
    assert finished.finished_at and finished.progress == 1


def test_what_a_safety_check_flags_is_held_from_its_first_moment(running: Job, scripted: Scripted) -> None:
    """Between the file and its take a collector may die: nobody can see it then either."""
    finish(running, replace(scripted.result(), flagged=True), scripted.result(1))
    file = store_first(running)
    assert file.held and addresses.url(file) == ""
    collect(running)
    flagged, good = Take.objects.order_by("number")
    assert (flagged.asset_id, flagged.asset.held, flagged.held_by) == (file.pk, True, HeldBy.PROVIDER)
    assert flagged.held_at and flagged.held_reason == holds.OBJECTED
    assert (good.asset.held, good.held_at, good.held_by) == (False, None, "")
    told = Event.objects.filter(kind="take.added").order_by("number").values_list("payload", flat=True)
    assert [bool(each["src"]) for each in told] == [False, True]


def store_first(job: Job) -> Asset:
    """What a collector does before it writes the take down."""
    rows = Job.objects.select_related("turn__thread__team", "turn__author")
    stored = collecting._store(rows.get(pk=job.pk), job.results[0])
    assert isinstance(stored, Asset)
    return stored


def test_the_last_take_and_the_end_are_told_together(finished: Job) -> None:
    before = heard(finished.turn.thread.stream)
    collect(finished)
    assert heard(finished.turn.thread.stream)[len(before) :] == ["take.added", "turn.changed"]


def test_running_twice_makes_one_take(finished: Job) -> None:
    collect(finished)
    collect(finished)
    assert Take.objects.count() == Asset.objects.count() == 1


def test_while_one_collects_another_does_nothing(finished: Job) -> None:
    Job.objects.filter(pk=finished.pk).update(
        lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(seconds=5)
    )
    collect(finished)
    assert not Take.objects.exists()


def test_a_collector_that_died_before_storing_is_replaced(finished: Job) -> None:
    Job.objects.filter(pk=finished.pk).update(lease_token=uuid.uuid4())
    lease_over(finished)
    OrmQ.objects.all().delete()
    jobs.sweep(timezone.now())
    assert [row.task["func"] for row in OrmQ.objects.all()] == ["studio.threads.tasks.collect_takes"]
    assert collect(finished).status == JobStatus.SUCCEEDED


def test_a_collector_that_died_after_storing_leaves_one_file(finished: Job) -> None:
    job = collecting._claim(str(finished.pk))
    assert job
    collecting._store(job, job.results[0])
    lease_over(finished)
    jobs.sweep(timezone.now())
    assert collect(finished).status == JobStatus.SUCCEEDED
    assert Take.objects.count() == Asset.objects.count() == 1


def test_a_collector_that_died_before_the_last_move_is_finished_by_the_next(finished: Job) -> None:
    collect(finished)
    Job.objects.filter(pk=finished.pk).update(
        status=JobStatus.COLLECTING, finished_at=None, lease_token=uuid.uuid4(), lease_until=timezone.now()
    )
    lease_over(finished)
    jobs.sweep(timezone.now())
    assert collect(finished).status == JobStatus.SUCCEEDED
    assert Take.objects.count() == 1


def test_a_slow_collector_whose_lease_was_taken_writes_nothing_more(finished: Job) -> None:
    slow = collecting._claim(str(finished.pk))
    assert slow
    lease_over(finished)
    jobs.sweep(timezone.now())
    assert collect(finished).status == JobStatus.SUCCEEDED
    assert collecting._step(slow) is None
    assert Take.objects.count() == Asset.objects.count() == 1


def test_the_providers_file_goes_away_once_the_take_is_committed(
    finished: Job, django_capture_on_commit_callbacks: Any
) -> None:
    path = Path(finished.results[0]["path"])
    with django_capture_on_commit_callbacks(execute=True):
        collect(finished)
    assert not path.exists()


def test_takes_are_numbered_by_their_place_whatever_arrives_first(running: Job, scripted: Scripted) -> None:
    update = JobUpdate(running.reference, JobState.RUNNING, results=[scripted.result(2)])
    jobs.apply_update(running, update)
    assert collect(running).status == JobStatus.RUNNING
    assert running.lease_token is None and running.lease_until is None
    assert [take.number for take in Take.objects.all()] == [3]
    finish(running, *(scripted.result(index) for index in range(4)))
    assert collect(running).status == JobStatus.SUCCEEDED
    assert [take.number for take in Take.objects.all()] == [1, 2, 3, 4]


def test_a_retry_numbers_its_takes_after_those_that_exist(running: Job, scripted: Scripted, editor: Any) -> None:
    jobs.apply_update(running, JobUpdate(running.reference, JobState.RUNNING, results=[scripted.result(0)]))
    collect(running)
    jobs.stop(running.pk)
    again = actions.retry_turn(editor, running.turn)
    jobs.submit(str(again.pk))
    again.refresh_from_db()
    finish(again, scripted.result(0))
    collect(again)
    assert [(take.number, take.job_id) for take in Take.objects.all()] == [(1, running.pk), (2, again.pk)]


def test_three_good_of_four_are_three_takes_and_one_reason(running: Job, scripted: Scripted, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a video at all" * 100)
    good = [scripted.result(index) for index in (0, 1, 3)]
    finish(running, *good, scripted.result(2, broken))
    assert collect(running).status == JobStatus.SUCCEEDED
    assert running.error_code == "engine" and running.error_detail
    assert [take.number for take in Take.objects.all()] == [1, 2, 4]


def test_nothing_good_is_a_failure_with_the_reason(running: Job, scripted: Scripted, tmp_path: Path) -> None:
    finish(running, scripted.result(0, tmp_path / "gone.mp4"))
    assert collect(running).status == JobStatus.FAILED
    assert running.error_code == "engine" and "gone" in running.error_detail


def test_a_full_disk_is_waited_for_and_then_said(finished: Job) -> None:
    with override_settings(MIN_FREE_BYTES=10**18):
        for _ in range(collecting.MOST_TRIES - 1):
            with pytest.raises(Exception, match="nothing was lost"):
                collect(finished)
            lease_over(finished)
        assert collect(finished).status == JobStatus.FAILED
    assert "disk" in finished.error_detail


def test_a_collector_that_always_dies_is_not_tried_for_ever(finished: Job) -> None:
    Job.objects.filter(pk=finished.pk).update(tries=collecting.MOST_TRIES)
    lease_over(finished)
    jobs.sweep(timezone.now())
    finished.refresh_from_db()
    assert (finished.status, finished.error_code) == ("failed", "engine")


def test_a_stop_while_collecting_keeps_what_is_there_and_adds_nothing(running: Job, scripted: Scripted) -> None:
    jobs.apply_update(running, JobUpdate(running.reference, JobState.RUNNING, results=[scripted.result(0)]))
    collect(running)
    finish(running, scripted.result(0), scripted.result(1))
    slow = collecting._claim(str(running.pk))
    assert slow
    jobs.stop(running.pk)
    assert collecting._step(slow) is None
    assert collect(running).status == JobStatus.CANCELLED
    assert Take.objects.count() == 1


def test_what_was_stored_for_a_job_that_was_stopped_meanwhile_is_deleted(finished: Job) -> None:
    slow = collecting._claim(str(finished.pk))
    assert slow
    jobs.stop(finished.pk)
    assert collecting._step(slow) is None
    asset = Asset.objects.get(kind="take")
    assert not Take.objects.exists()
    assert asset.purged_at and not asset.file


def test_what_was_stored_stays_for_the_collector_that_took_over(finished: Job) -> None:
    slow = collecting._claim(str(finished.pk))
    assert slow
    Job.objects.filter(pk=finished.pk).update(lease_token=uuid.uuid4())
    assert collecting._step(slow) is None
    lease_over(finished)
    jobs.sweep(timezone.now())
    assert collect(finished).status == JobStatus.SUCCEEDED
    assert Take.objects.get().asset.file


@pytest.mark.django_db(transaction=True)
def test_two_collectors_at_once_make_one_take(finished: Job) -> None:
    def run() -> None:
        try:
            jobs.collect(str(finished.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert Take.objects.count() == Asset.objects.count() == 1
    finished.refresh_from_db()
    assert finished.status == JobStatus.SUCCEEDED


def test_the_heartbeat_renews_only_what_is_still_its_own(finished: Job) -> None:
    job = collecting._claim(str(finished.pk))
    assert job
    lease_over(finished)
    assert hold(job, timezone.now() + collecting.LEASE)
    finished.refresh_from_db()
    assert finished.lease_until and finished.lease_until > timezone.now()
    Job.objects.filter(pk=job.pk).update(lease_token=uuid.uuid4())
    assert not hold(job, timezone.now())
