from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django_q.models import OrmQ

from studio.accounts.models import Team
from studio.bell import Listener
from studio.queue import enqueue, run_pending
from tests.queue.tasks import ran


@pytest.fixture(autouse=True)
def nothing_has_run() -> Iterator[None]:
    ran.clear()
    yield


class Undone(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_row_and_its_task() -> None:
    with pytest.raises(Undone), transaction.atomic():
        Team.objects.create(name="never")
        enqueue("tests.queue.tasks.note", 1)
        raise Undone
    assert not Team.objects.exists()
    assert not OrmQ.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_commit_keeps_the_row_and_its_task() -> None:
    with transaction.atomic():
        Team.objects.create(name="kept")
        enqueue("tests.queue.tasks.note", 1)
    assert Team.objects.count() == OrmQ.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit_and_not_before() -> None:
    with Listener("queue-render") as bell:
        bell.wait(0.05)
        with transaction.atomic():
            enqueue("tests.queue.tasks.note", 1, lane="render")
            assert not bell.wait(0.1)
        assert bell.wait(2)


@pytest.mark.django_db(transaction=True)
def test_a_rollback_rings_nothing() -> None:
    with Listener("queue-default") as bell:
        bell.wait(0.05)
        with pytest.raises(Undone), transaction.atomic():
            enqueue("tests.queue.tasks.note", 1)
            raise Undone
        assert not bell.wait(0.1)


@pytest.mark.django_db
def test_waiting_tasks_run_here_with_what_they_enqueue(run_tasks: Any) -> None:
    enqueue("tests.queue.tasks.count_down", 3)
    assert run_tasks() == 4
    assert ran == [3, 2, 1, 0]
    assert not OrmQ.objects.exists()


@pytest.mark.django_db
def test_a_lane_runs_only_its_own_tasks() -> None:
    enqueue("tests.queue.tasks.note", "short")
    enqueue("tests.queue.tasks.note", "long", lane="render")
    assert run_pending("render") == 1
    assert ran == ["long"]


@pytest.mark.django_db
def test_a_limit_holds() -> None:
    enqueue("tests.queue.tasks.count_down", 50)
    assert run_pending(limit=5) == 5


@pytest.mark.django_db
def test_a_task_that_fails_is_gone_and_raises() -> None:
    enqueue("tests.queue.tasks.break_down")
    with pytest.raises(RuntimeError):
        run_pending()
    assert run_pending() == 0


@pytest.mark.django_db
def test_it_refuses_a_lane_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="fast"):
        enqueue("tests.queue.tasks.note", 1, lane="fast")


@pytest.mark.django_db
def test_it_refuses_objects_as_arguments() -> None:
    with pytest.raises(TypeError, match="UUID"):
        enqueue("tests.queue.tasks.note", uuid4())  # type: ignore[arg-type]
