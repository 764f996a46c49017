"""From a prompt to a chain of two takes at each vendor's stand-in: sent, asked after, fetched, paid for once."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from studio.accounts.models import User
from studio.spending.ledger import State, standing
from studio.threads import actions, jobs
from studio.threads.models import Job, JobStatus, Take, Thread, Turn
from studio.threads.watching import Watcher
from tests.servers.evolink import EvoLinkServer
from tests.servers.google import GoogleServer
from tests.servers.google.wire import KEY as GOOGLE_KEY
from tests.servers.runware import RunwareServer
from tests.threads.conftest import job_of

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60  # s
SERVERS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "runware": (lambda: RunwareServer(seconds=0.2), "/v1", "google:gemini@omni-flash-1.1"),
    "evolink": (lambda: EvoLinkServer(seconds=0.2), "", "gemini-omni-1.1-flash"),
    "google": (lambda: GoogleServer(seconds=0.2), "", "gemini-omni-1.1-flash"),
}


@pytest.fixture(params=SERVERS)
def vendor(request: pytest.FixtureRequest, settings: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, model and stand-in."""
    name: str = request.param
    make, path, model = SERVERS[name]
    with make() as server:
        settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, name: server.url + path, f"{name}_files": server.url}
        settings.PROVIDER_KEYS = {**settings.PROVIDER_KEYS, name: getattr(server, "key", GOOGLE_KEY)}
        settings.PRIVATE_ORIGINS = {urlsplit(server.url)[:2]}
        yield name, model, server


def made(turn: Turn) -> Take:
    """Works on the turn as the queue and the watcher do, until it is over."""
    job = job_of(turn)
    jobs.submit(str(job.pk))
    watcher, ends = Watcher(), time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(due_at=timezone.now())
        watcher.turn()
        job.refresh_from_db()
        if job.status == JobStatus.COLLECTING:
            jobs.collect(str(job.pk))
        job.refresh_from_db()
        if job.is_final:
            break
        time.sleep(0.1)
    assert job.status == JobStatus.SUCCEEDED, (job.status, job.error_code, job.error_detail)
    return Take.objects.get(turn=turn)


def test_a_clip_is_made_and_made_warmer(vendor: tuple[str, str, Any], editor: User, thread: Thread) -> None:
    name, model, server = vendor
    parent: Take | None = None
    for prompt in ("A calm sea at dusk", "把光线调暖"):
        turn = actions.start_turn(
            editor,
            thread,
            token=uuid.uuid4(),
            prompt=prompt,
            parent=parent,
            model=(name, model),
            settings={} if parent else {"duration": 3, "width": 640, "height": 360},
        )
        parent = made(turn)
        assert (parent.asset.width * 9, round(parent.asset.duration)) == (parent.asset.height * 16, 3)
        assert parent.asset.has_sound
    found = standing([job.pk for job in Job.objects.all()])
    assert [each.state for each in found.values()] == [State.SETTLED] * 2
    for each in found.values():
        # Words and reasoning are charged by tokens that nobody knows beforehand: a few per cent of a short clip.
        assert each.actual and each.quoted_low * 0.8 < each.actual <= each.quoted_high * 1.1
    assert max(Counter(server.billed).values()) == 1


@pytest.mark.parametrize("vendor", ["evolink"], indirect=True)
def test_a_take_is_extended(vendor: tuple[str, str, Any], editor: User, thread: Thread) -> None:
    """Twice: three seconds, and what was asked for each time."""
    name, model, server = vendor
    parent: Take | None = None
    for seconds, settings in ((3, {"duration": 3, "width": 640, "height": 360}), (7, {"duration": 4}), (10, {})):
        turn = actions.start_turn(
            editor,
            thread,
            token=uuid.uuid4(),
            prompt="A calm sea, without a cut",
            parent=parent,
            model=(name, model),
            settings=settings,
            extend=parent is not None,
        )
        parent = made(turn)
        assert (parent.asset.height, round(parent.asset.duration)) == (360, seconds)
    found = standing([job.pk for job in Job.objects.all()])
    for each in found.values():
        assert each.actual and each.quoted_low * 0.8 < each.actual <= each.quoted_high * 1.1
    assert max(Counter(server.billed).values()) == 1
