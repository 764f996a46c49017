"""The watcher: many references in one question, leases, pauses, and a database that goes away."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from studio.providers.base import Asked, JobState, JobUpdate
from studio.threads import jobs, watching
from studio.threads.models import Job, JobStatus, Turn
from studio.threads.watching import Watcher, lease_due, pace
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted


def test_many_running_jobs_are_asked_in_one_question(scripted: Scripted, send: Callable[..., Turn]) -> None:
    turns = [send() for _ in range(5)]
    for turn in turns:
        jobs.submit(str(job_of(turn).pk))
    Watcher().turn()
    assert [len(asked) for asked in scripted.asked] == [5]
    assert set(Job.objects.values_list("progress", flat=True)) == {0.1}


def test_a_job_is_asked_again_only_when_it_is_due(scripted: Scripted, running: Job) -> None:
    watcher = Watcher()
    pause = watcher.turn()
    watcher.turn()
    assert len(scripted.asked) == 1
    assert pause <= 1.0
    running.refresh_from_db()
    assert running.due_at and 1.5 < (running.due_at - timezone.now()).total_seconds() <= 2.0


def test_the_older_a_job_the_rarer_it_is_asked() -> None:
    now = timezone.now()
    ages = [1, 60, 600]
    assert [pace(Job(started_at=now - timedelta(seconds=age)), now).total_seconds() for age in ages] == [2, 3, 15]


def test_a_finished_job_is_on_its_way_after_one_turn(scripted: Scripted, running: Job) -> None:
    update = JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()])
    scripted.news[running.reference] = update
    Watcher().turn()
    running.refresh_from_db()
    assert running.status == JobStatus.COLLECTING


def test_what_one_watcher_leased_another_leaves_alone(running: Job) -> None:
    assert [job.pk for job in lease_due(timezone.now())] == [running.pk]
    assert lease_due(timezone.now()) == []


def test_a_provider_that_cannot_be_asked_does_not_stop_the_watcher(
    scripted: Scripted, running: Job, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(references: Any, key: str) -> Any:
        raise RuntimeError("no answer")

    scripted.fetch = broken  # type: ignore[method-assign]
    Watcher().turn()
    assert "could not be asked" in caplog.text
    caplog.clear()


def test_a_database_that_is_away_is_waited_for(
    scripted: Scripted, running: Job, caplog: pytest.LogCaptureFixture, transactional_db: None
) -> None:
    def away(references: Any, key: str) -> Any:
        raise DatabaseError("the server closed the connection")

    works, scripted.fetch = scripted.fetch, away  # type: ignore[method-assign]
    watcher = Watcher()
    assert watcher.turn_safely(rang=True) == watching.AFTER_TROUBLE
    caplog.clear()
    scripted.fetch = works  # type: ignore[method-assign]
    Job.objects.update(due_at=timezone.now())
    assert watcher.turn_safely(rang=True) <= 1.0
    assert scripted.asked


@pytest.mark.django_db
def test_with_nothing_under_way_it_sleeps_long() -> None:
    assert Watcher().turn() == watching.IDLE_LOOK


def test_it_does_not_load_the_media_libraries() -> None:
    code = (
        "import sys, django; django.setup(); import studio.threads.watching; "
        "print([name for name in ('av', 'numpy', 'PIL', 'pydantic') if name in sys.modules])"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "studio.settings", "STUDIO_DATA_DIR": str(settings.DATA_DIR)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_vendor_that_hangs_holds_up_nobody(scripted: Scripted, running: Job) -> None:
    """It is not asked a second time meanwhile, and its answer counts when it comes."""
    asks, answers = scripted.fetch, threading.Event()

    def hang(asked: Sequence[Asked], key: str) -> list[JobUpdate]:
        answers.wait(30)
        return asks(asked, key)

    scripted.fetch = hang  # type: ignore[assignment, method-assign]
    scripted.news[running.reference] = JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()])
    watcher = Watcher()
    watcher.turn()
    Job.objects.filter(pk=running.pk).update(due_at=timezone.now())
    watcher.turn()
    running.refresh_from_db()
    assert running.status == JobStatus.RUNNING and scripted.asked == []
    answers.set()
    watcher.questions.open["scripted"].answer.result(10)
    watcher.turn()
    running.refresh_from_db()
    assert running.status == JobStatus.COLLECTING and len(scripted.asked) == 1


def test_told_to_end_it_ends_at_once(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))}
    sockets = Path(f"/tmp/watch-{uuid.uuid4().hex[:8]}")
    environment |= {"STUDIO_DATA_DIR": str(tmp_path), "STUDIO_RUNTIME_DIR": str(sockets)}
    manage = [sys.executable, "manage.py"]
    for command in (["migrate", "-v0"], ["createcachetable"]):
        subprocess.run(manage + command, cwd=settings.BASE_DIR, env=environment, check=True)
    process = subprocess.Popen([*manage, "watch"], cwd=settings.BASE_DIR, env=environment)
    began = time.monotonic()
    while not list(sockets.glob("watch.*")) and time.monotonic() - began < 60:
        time.sleep(0.05)
    time.sleep(0.5)
    assert process.poll() is None
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - began < 3
    shutil.rmtree(sockets)
