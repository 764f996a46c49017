"""A thread, its people, and a provider that does what the test says."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.accounts.models import Team, User
from studio.live.models import Event
from studio.providers import catalogue, registry
from studio.threads import actions, jobs
from studio.threads.models import Job, Thread, Turn
from tests.engine.media_files import clip
from tests.threads.scripted import ROW, Scripted


@pytest.fixture(scope="session")
def clip_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team)


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Adds a row to the catalogue for this test."""

    def add(row: str) -> None:
        path = tmp_path / "catalogue.toml"
        path.write_text(catalogue.CATALOGUE.read_text() + row)
        monkeypatch.setattr(catalogue, "CATALOGUE", path)
        catalogue._rows.cache_clear()

    yield add
    monkeypatch.undo()
    catalogue._rows.cache_clear()


@pytest.fixture
def scripted(
    request: pytest.FixtureRequest,
    offer: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    clip_file: Path,
    tmp_path: Path,
    settings: Any,
) -> Scripted:
    """Mark with `@pytest.mark.parametrize("scripted", [False], indirect=True)` for a model without idempotency."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(clip_file.read_bytes())
    offer(ROW.replace("IDEMPOTENT", str(getattr(request, "param", True)).lower()))
    provider = Scripted(clip)
    settings.PROVIDER_KEYS = {**settings.PROVIDER_KEYS, "scripted": "a key for tests"}
    monkeypatch.setitem(registry.PROVIDERS, "scripted", provider)
    return provider


@pytest.fixture
def send(editor: User, thread: Thread) -> Callable[..., Turn]:
    """Sends a turn to the scripted provider, as a person would."""

    def start(prompt: str = "make it warmer", **more: Any) -> Turn:
        given = {"token": uuid.uuid4(), "model": ("scripted", "model-1"), **more}
        return actions.start_turn(editor, thread, prompt=prompt, **given)

    return start


@pytest.fixture
def running(scripted: Scripted, send: Callable[..., Turn]) -> Job:
    """A job that the scripted provider has taken."""
    job = job_of(send())
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    return job


def job_of(turn: Turn) -> Job:
    return Job.objects.filter(turn=turn).order_by("-attempt")[0]


def heard(stream: str) -> list[str]:
    """The kinds of what was said on a stream, in order."""
    return list(Event.objects.filter(stream=stream).order_by("number").values_list("kind", flat=True))
