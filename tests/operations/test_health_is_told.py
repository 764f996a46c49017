from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from studio.bell import Listener
from studio.operations import health
from studio.queue import enqueue

pytestmark = pytest.mark.django_db


def test_alive_is_told_without_the_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.status_code == 200


def test_it_is_ready_when_all_is_well(client: Client, settings: Any) -> None:
    settings.MIN_FREE_BYTES = 0
    with Listener("watch"):
        answer = client.get("/readyz")
    assert answer.json() == {"ready": True, "problems": {}}


def test_a_missing_watcher_is_told(client: Client, settings: Any) -> None:
    settings.REDIS_URL = ""
    settings.RUNTIME_DIR = settings.RUNTIME_DIR / "empty"
    answer = client.get("/readyz")
    assert answer.status_code == 503 and "watch" in answer.json()["problems"]


def test_a_task_that_nobody_takes_is_told() -> None:
    enqueue("tests.queue.tasks.note", 1)
    assert health.queue() is None
    OrmQ.objects.update(lock=timezone.now() - timedelta(minutes=5))
    assert "default" in str(health.queue())


def test_a_full_disk_is_told(settings: Any) -> None:
    settings.MIN_FREE_BYTES = 1 << 60
    assert health.disk()
