"""Within a lane some tasks wait until nothing else does: pictures, behind what people and dying links wait for."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ

from studio.bell import Listener
from studio.queue import Lane, ListeningBroker, enqueue, run_pending
from tests.queue.tasks import ran


@pytest.fixture(autouse=True)
def nothing_has_run() -> None:
    ran.clear()
    for kind in ("taken", "executing", "moved"):
        for path in settings.RUNTIME_DIR.glob(f"{kind}-*"):
            path.unlink()


@pytest.mark.django_db
def test_what_can_wait_runs_after_all_that_came_behind_it() -> None:
    enqueue("tests.queue.tasks.note", "a picture", later=True)
    enqueue("tests.queue.tasks.count_down", 2)
    assert run_pending("default") == 4
    assert ran == [2, 1, 0, "a picture"]


@pytest.mark.django_db
def test_several_are_claimed_in_the_same_order() -> None:
    enqueue("tests.queue.tasks.note", "a picture", later=True)
    enqueue("tests.queue.tasks.note", "a turn")
    rows = ListeningBroker(list_key="default").claim(5)
    assert [row.task["args"] for row in rows] == [("a turn",), ("a picture",)]


@pytest.mark.django_db
def test_it_stays_in_its_lane() -> None:
    enqueue("tests.queue.tasks.note", "a picture", later=True)
    assert run_pending("render") == 0
    assert run_pending("default") == 1


@pytest.mark.django_db(transaction=True)
def test_it_rings_the_lane_awake() -> None:
    with Listener("queue-default") as bell:
        bell.wait(0.05)
        enqueue("tests.queue.tasks.note", "a picture", later=True)
        assert bell.wait(2)


@pytest.mark.django_db
def test_what_a_dead_cluster_had_taken_of_it_is_given_back() -> None:
    enqueue("tests.queue.tasks.note", "a picture", later=True)
    assert len(list(ListeningBroker(list_key="default").claim(1))) == 1
    Lane("default").recover()
    assert run_pending("default") == 1


@pytest.mark.django_db
def test_a_lane_in_which_nothing_else_waits_is_stuck_all_the_same() -> None:
    enqueue("tests.queue.tasks.note", "a picture", later=True)
    OrmQ.objects.update(lock=timezone.now() - timedelta(minutes=1))
    lane = Lane("default")
    assert lane.is_stuck(timedelta(seconds=15))
    assert lane.oldest_waiting() == timedelta()
