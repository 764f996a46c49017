"""ADDING.md, followed to the letter: a toy vendor's module, the entry that stands there, and a turn made with it."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import User
from studio.providers import catalogue, registry
from studio.providers.base import Provider
from studio.providers.errors import FailureCode
from studio.spending.ledger import State, standing
from studio.threads import actions, hooks, jobs
from studio.threads.models import Delivery, Job, JobStatus, Take, Thread, Turn
from studio.threads.watching import Watcher
from tests.servers.toy import KEY, ToyServer
from tests.threads.conftest import job_of
from tests.threads.toy import ToyProvider

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = Path(registry.__file__).with_name("ADDING.md").read_text()
TOY = ("toy", "toy-1")


def entry() -> str:
    """The catalogue's entry that the page shows."""
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def toy(offer: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[ToyServer]:
    """What the page asks for: the module and its line, the entry, an address and a key."""
    offer(f"\n{entry()}")
    monkeypatch.setitem(registry.PROVIDERS, "toy", ToyProvider())
    with ToyServer() as server:
        settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "toy": server.url}
        settings.PROVIDER_KEYS = {**settings.PROVIDER_KEYS, "toy": KEY}
        settings.PRIVATE_ORIGINS = {urlsplit(server.url)[:2]}
        yield server


@pytest.fixture
def ask(toy: ToyServer, editor: User, thread: Thread) -> Callable[..., Turn]:
    def start(prompt: str = "A toy boat", **more: Any) -> Turn:
        turn = actions.start_turn(editor, thread, token=uuid.uuid4(), prompt=prompt, model=TOY, **more)
        jobs.submit(str(job_of(turn).pk))
        return turn

    return start


def end_of(turn: Turn) -> Job:
    """As the queue and the watcher work on it."""
    job, watcher = job_of(turn), Watcher()
    for _ in range(200):
        Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(due_at=timezone.now())
        watcher.turn()
        job.refresh_from_db()
        if job.status == JobStatus.COLLECTING:
            jobs.collect(str(job.pk))
            job.refresh_from_db()
        if job.is_final:
            return job
        time.sleep(0.05)
    raise AssertionError(f"it does not end: {job}")


def test_the_page_names_all_that_the_contract_asks_for() -> None:
    wanted = [name for name in vars(Provider) if not name.startswith("_")] + list(Provider.__annotations__)
    assert [name for name in wanted if not re.search(rf"- `{name}[(`]", PAGE)] == []
    assert set(wanted) <= set(dir(ToyProvider))


def test_its_entry_is_one(toy: ToyServer) -> None:
    spec = catalogue.spec(*TOY)
    assert (spec.label, spec.can_cancel, spec.idempotent) == ("Toy films", True, True) and spec.price


def test_a_turn_is_made_and_continued_and_paid_for(toy: ToyServer, ask: Callable[..., Turn]) -> None:
    first = ask(settings={"duration": 3})
    job = end_of(first)
    assert (job.status, job.error_detail) == (JobStatus.SUCCEEDED, "")
    take = Take.objects.get(turn=first)
    assert (take.provider, take.video_id, round(take.asset.duration)) == ("toy", "toy-1", 3)
    second = ask("and now with a sail", parent=take)
    assert end_of(second).status == JobStatus.SUCCEEDED
    assert [body["after"] for body in toy.bodies] == ["", "toy-1"] and toy.bodies[0]["seconds"] == 3
    found = standing([each.pk for each in Job.objects.all()])
    assert [each.state for each in found.values()] == [State.SETTLED] * 2
    assert found[job.pk].actual == found[job.pk].quoted_low == 150_000


def test_it_is_stopped(toy: ToyServer, ask: Callable[..., Turn], editor: User) -> None:
    toy.takes = 3600
    turn = ask()
    actions.stop_turn(editor, turn)
    assert end_of(turn).status == JobStatus.CANCELLED


def test_a_vendor_that_is_busy_is_tried_again_and_a_refusal_is_not(toy: ToyServer, ask: Callable[..., Turn]) -> None:
    toy.faults.order("busy", times=3)
    assert job_of(ask()).status == JobStatus.QUEUED
    toy.faults.order("refused")
    refused = job_of(ask())
    assert (refused.status, refused.error_code) == (JobStatus.FAILED, FailureCode.BAD_REQUEST)
    assert refused.error_detail == "The toy vendor said no."


def test_its_webhook_makes_it_due(toy: ToyServer, ask: Callable[..., Turn]) -> None:
    job = job_of(ask())
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() + timedelta(hours=1))
    address = reverse("threads:hook", args=["toy", hooks.secret("toy")])
    answer = Client().post(address, {"film": job.reference}, content_type="application/json")
    assert (answer.status_code, Delivery.objects.get().references) == (204, [job.reference])
    job.refresh_from_db()
    assert job.due_at and job.due_at <= timezone.now()


def test_its_key_is_tried(toy: ToyServer) -> None:
    assert registry.provider("toy").check_key(KEY) == "The toy vendor knows this key."
