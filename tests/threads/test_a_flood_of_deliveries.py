"""Whoever has the secret can send as much as they like: it is heard, bounded in what is kept, and answered quickly."""

import json
import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studio.threads import hooks, webhooks
from studio.threads.models import Delivery, Job

LATER = timedelta(minutes=10)


@pytest.fixture
def waiting(running: Job) -> Job:
    """Running, and not to be asked about for long."""
    Job.objects.filter(pk=running.pk).update(due_at=timezone.now() + LATER)
    running.refresh_from_db()
    return running


def deliver(reference: str, provider: str = "scripted", body: str = "") -> int:
    address = reverse("threads:hook", args=[provider, hooks.secret(provider)])
    told = body or json.dumps({"reference": reference})
    return Client().post(address, told, content_type="application/json").status_code


def kept(provider: str = "scripted") -> int:
    return Delivery.objects.filter(provider=provider).count()


def fill(provider: str, count: int, ago: timedelta = timedelta()) -> None:
    Delivery.objects.bulk_create(Delivery(provider=provider) for _ in range(count))
    Delivery.objects.filter(provider=provider).update(created_at=timezone.now() - ago)


def is_due(job: Job) -> bool:
    return Job.objects.due(timezone.now()).filter(pk=job.pk).exists()


def test_beyond_the_most_of_a_minute_they_are_heard_and_not_kept(waiting: Job) -> None:
    fill("scripted", webhooks.MOST_A_MINUTE - 1)
    assert [deliver(f"somebody-elses-{number}") for number in range(3)] == [204] * 3
    assert kept() == webhooks.MOST_A_MINUTE
    assert not is_due(waiting)
    assert deliver(waiting.reference) == 204
    assert kept() == webhooks.MOST_A_MINUTE
    assert is_due(waiting)


def test_when_the_minute_is_over_they_are_kept_again(waiting: Job) -> None:
    fill("scripted", webhooks.MOST_A_MINUTE, ago=timedelta(seconds=61))
    assert deliver(waiting.reference) == 204
    assert kept() == webhooks.MOST_A_MINUTE + 1


def test_one_providers_flood_is_not_anothers(waiting: Job) -> None:
    fill("runware", webhooks.MOST_A_MINUTE)
    assert deliver(waiting.reference) == 204
    assert (kept(), kept("runware")) == (1, webhooks.MOST_A_MINUTE)


def test_the_oldest_go_first(waiting: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_KEPT", 20)
    monkeypatch.setattr(webhooks, "FORGET_EVERY", 5)
    for number in range(60):
        assert deliver(f"job-{number}") == 204
        assert kept() < 20 + 5
    newest = Delivery.objects.order_by("-pk").values_list("references", flat=True)[:20]
    assert list(newest) == [[f"job-{number}"] for number in range(59, 39, -1)]


def test_nonsense_in_a_flood_does_not_fill_the_log(waiting: Job, caplog: pytest.LogCaptureFixture) -> None:
    fill("scripted", webhooks.MOST_A_MINUTE)
    assert deliver("", body="{") == 204
    assert "could not be read" not in caplog.text


def test_a_job_that_is_due_already_is_not_written_again(waiting: Job) -> None:
    deliver(waiting.reference)
    waiting.refresh_from_db()
    first = waiting.due_at
    deliver(waiting.reference)
    waiting.refresh_from_db()
    assert waiting.due_at == first


def test_however_many_came_before_it_costs_the_same(waiting: Job) -> None:
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            deliver("somebody-elses")
        costs.append(len(seen))
        fill("runware", webhooks.MOST_A_MINUTE)
        fill("scripted", webhooks.MOST_A_MINUTE - 10, ago=timedelta(minutes=2))
    assert costs[0] == costs[1]


def test_an_answer_takes_less_than_a_tenth_of_a_second(waiting: Job) -> None:
    """With everything that may be kept in the table."""
    fill("scripted", webhooks.MOST_KEPT, ago=timedelta(minutes=2))
    times: list[float] = []
    for _ in range(30):
        began = time.perf_counter()
        assert deliver(waiting.reference) == 204
        times.append(time.perf_counter() - began)
    assert statistics.median(times) < 0.1
