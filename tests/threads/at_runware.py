"""Turns at Runware's stand-in, which puts takes where it is told to, and the storage of a team beside it."""

import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from studio.accounts.models import User
from studio.threads import actions, jobs
from studio.threads.models import Job, JobStatus, Take, Thread, Turn
from studio.threads.watching import Watcher
from tests.providers.vendor import Vendor as Bucket
from tests.servers.base import running
from tests.servers.runware import RunwareServer
from tests.threads.conftest import job_of

MODEL = ("runware", "google:gemini@omni-flash-1.1")
SMALL = {"duration": 3, "width": 640, "height": 360}


@pytest.fixture
def bucket() -> Iterator[tuple[Bucket, str]]:
    bucket = Bucket()
    with running(bucket.app) as url:
        yield bucket, url


@pytest.fixture
def runware(settings: Any, bucket: tuple[Bucket, str]) -> Iterator[RunwareServer]:
    with RunwareServer(seconds=0.1) as server:
        settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "runware": f"{server.url}/v1"}
        settings.PROVIDER_KEYS = {**settings.PROVIDER_KEYS, "runware": server.key}
        settings.PRIVATE_ORIGINS = {urlsplit(server.url)[:2], urlsplit(bucket[1])[:2]}
        yield server


def start(editor: User, thread: Thread, **more: Any) -> Turn:
    settings = {**SMALL, **more.pop("settings", {})}
    given = {"model": MODEL, "prompt": "A calm sea", **more}
    return actions.start_turn(editor, thread, token=uuid.uuid4(), settings=settings, **given)


def finish(turn: Turn) -> Job:
    """Works on the turn as the queue and the watcher do, until it is over."""
    job = job_of(turn)
    jobs.submit(str(job.pk))
    watcher, ends = Watcher(), time.monotonic() + 60
    while time.monotonic() < ends and not job.is_final:
        Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(due_at=timezone.now())
        watcher.turn()
        job.refresh_from_db()
        if job.status == JobStatus.COLLECTING:
            jobs.collect(str(job.pk))
        job.refresh_from_db()
        time.sleep(0.02)
    return job


def made(editor: User, thread: Thread) -> Take:
    """A take, by a turn of its own."""
    turn = start(editor, thread)
    assert finish(turn).status == JobStatus.SUCCEEDED
    return Take.objects.get(turn=turn)
