import os
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signals import post_execute_in_worker, pre_execute

from studio.queue import Lane, ListeningBroker, enqueue

pytestmark = pytest.mark.django_db
PATIENCE = timedelta(seconds=15)


@pytest.fixture(autouse=True)
def no_marks_of_others() -> None:
    for kind in ("taken", "executing", "moved"):
        for path in settings.RUNTIME_DIR.glob(f"{kind}-*"):
            path.unlink()


def grown_old(seconds: float = 60) -> None:
    """As if all that happened had happened earlier."""
    for row in OrmQ.objects.all():
        assert row.lock
        OrmQ.objects.filter(pk=row.pk).update(lock=row.lock - timedelta(seconds=seconds))
    moved = settings.RUNTIME_DIR / "moved-default"
    if moved.exists():
        os.utime(moved, (time.time() - seconds, time.time() - seconds))


def take() -> OrmQ:
    return next(iter(ListeningBroker(list_key="default").claim(1)))


def start(row: OrmQ) -> None:
    pre_execute.send("test", func=None, task={"ack_id": row.pk})


def end(row: OrmQ) -> None:
    post_execute_in_worker.send("test", func=None, task={"ack_id": row.pk})
    ListeningBroker(list_key="default").acknowledge(row.pk)


def test_an_idle_lane_is_not_stuck() -> None:
    assert not Lane("default").is_stuck(PATIENCE)


def test_a_task_that_nobody_takes_is_stuck() -> None:
    enqueue("tests.queue.tasks.note", 1)
    assert not Lane("default").is_stuck(PATIENCE)
    grown_old()
    assert Lane("default").is_stuck(PATIENCE)


def test_a_task_that_was_taken_and_not_started_is_stuck() -> None:
    enqueue("tests.queue.tasks.note", 1)
    take()
    assert not Lane("default").is_stuck(PATIENCE)
    grown_old()
    assert Lane("default").is_stuck(PATIENCE)


def test_a_long_task_is_not_stuck() -> None:
    enqueue("tests.queue.tasks.note", 1)
    start(take())
    grown_old()
    assert not Lane("default").is_stuck(PATIENCE)


def test_a_lane_whose_workers_are_all_busy_is_not_stuck() -> None:
    for number in range(2):
        enqueue("tests.queue.tasks.note", number)
    start(take())
    for pid in (1, 2):
        (settings.RUNTIME_DIR / f"executing-default-{pid}").write_text("0")
    grown_old()
    assert not Lane("default").is_stuck(PATIENCE)


def test_a_lane_that_has_just_moved_is_not_stuck() -> None:
    for number in range(2):
        enqueue("tests.queue.tasks.note", number)
    grown_old()
    end(take())
    assert not Lane("default").is_stuck(PATIENCE)


def test_what_a_dead_cluster_had_taken_is_given_back() -> None:
    for number in range(3):
        enqueue("tests.queue.tasks.note", number)
    started = take()
    start(started)
    take()
    assert Lane("default").recover() == [started.pk]
    assert OrmQ.objects.filter(lock__lte=timezone.now()).count() == 3
    assert Lane("default").recover() == []


def test_what_another_machine_has_taken_is_left_alone() -> None:
    enqueue("tests.queue.tasks.note", 1)
    row = take()
    (settings.RUNTIME_DIR / f"taken-default-{row.pk}").unlink()
    Lane("default").recover()
    grown_old()
    assert OrmQ.objects.filter(lock__gt=timezone.now()).count() == 1
    assert not Lane("default").is_stuck(PATIENCE)


def test_a_dropped_task_is_named() -> None:
    enqueue("tests.queue.tasks.note", 7)
    row = OrmQ.objects.get()
    assert Lane("default").drop(row.pk) == "tests.queue.tasks.note(7,)"
    assert not OrmQ.objects.exists()
