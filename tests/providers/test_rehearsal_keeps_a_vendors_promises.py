"""The rehearsal as a vendor: one job for a key, many asked at once, stops, files that are gone, and what is cleared."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage

from studio import engine
from studio.providers import keys, registry
from studio.providers.base import Asked, InputFile, InputRole, JobRequest, JobState
from studio.providers.errors import FailureCode, ProviderError, Refused
from studio.providers.rehearsal import RehearsalProvider, books
from tests.providers.rehearsal_desk import Desk

Ask = Callable[..., JobRequest]


class Elsewhere(Storage):
    """Keeps files where no path leads, as a bucket does."""

    files: dict[str, bytes] = {}

    def _open(self, name: str, mode: str = "rb") -> Any:
        return ContentFile(self.files[name])

    def _save(self, name: str, content: Any) -> str:
        self.files[name] = content.read()
        return name

    def exists(self, name: str) -> bool:
        return name in self.files


def test_the_same_key_twice_is_one_job(desk: Desk, rehearse: Ask) -> None:
    request = rehearse("")
    first = desk.sent(request)
    desk.clock.time += 2
    assert desk.sent(request) == first
    assert desk.after(1, first).state == JobState.SUCCEEDED


def test_a_sender_that_died_leaves_what_it_made(desk: Desk, rehearse: Ask) -> None:
    request = rehearse("", results=2)
    desk.sent(request)
    first, second = (books.film(request.key, index) for index in range(2))
    (books.folder() / f"{request.key}.json").unlink()
    second.unlink()
    os.utime(first, (1, 1e9 * 2))
    desk.sent(request)
    assert first.stat().st_mtime == 2e9 and second.exists()


def test_many_are_asked_at_once_and_strangers_are_unknown(desk: Desk, rehearse: Ask) -> None:
    known, stranger = desk.sent(rehearse("[never]")), str(uuid.uuid4())
    updates = desk.provider.fetch([Asked(known), Asked(stranger)], "")
    assert [(each.reference, each.state) for each in updates] == [
        (known, JobState.RUNNING),
        (stranger, JobState.UNKNOWN),
    ]


def test_what_cannot_be_read_is_unknown_and_disturbs_nobody(desk: Desk, rehearse: Ask) -> None:
    torn, strange, good = (desk.sent(rehearse("[never]")) for _ in range(3))
    (books.folder() / f"{torn}.json").write_text('{"at": 1')
    (books.folder() / f"{strange}.json").write_text('{"of": "another release"}')
    updates = desk.provider.fetch([Asked(torn), Asked(strange), Asked(good)], "")
    assert [each.state for each in updates] == [JobState.UNKNOWN, JobState.UNKNOWN, JobState.RUNNING]


def test_it_can_be_stopped_until_it_is_over(desk: Desk, rehearse: Ask) -> None:
    running, over = desk.sent(rehearse("[never]")), desk.sent(rehearse(""))
    desk.clock.time += 3
    assert desk.provider.cancel(running, "") and not desk.provider.cancel(over, "")
    assert not desk.provider.cancel("a stranger", "")
    assert desk.after(0, running).state == JobState.CANCELLED
    assert desk.after(0, over).state == JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("operation", "role", "code"),
    [
        ("edit", InputRole.SOURCE, FailureCode.BAD_MEDIA),
        ("continue", InputRole.PARENT, FailureCode.EXPIRED_PARENT),
        ("animate", InputRole.FIRST_FRAME, FailureCode.BAD_MEDIA),
    ],
)
@pytest.mark.parametrize("given", [True, False])
def test_a_file_that_is_gone_is_said(
    desk: Desk, ask: Ask, operation: str, role: InputRole, code: FailureCode, given: bool
) -> None:
    inputs = [InputFile(role, "tests/never-stored", "")] if given else []
    with pytest.raises(Refused) as refused:
        desk.provider.submit(ask(operation=operation, settings={}, inputs=inputs), "")
    assert refused.value.code == code and "no longer stored" in refused.value.detail


def test_a_file_that_is_no_clip_is_said(desk: Desk, ask: Ask, db: None) -> None:
    name = default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(b"no clip at all " * 100))
    request = ask(settings={}, inputs=[InputFile(InputRole.SOURCE, name, "video/mp4")])
    with pytest.raises(ProviderError) as refused:
        desk.provider.submit(request, "")
    assert refused.value.code == FailureCode.BAD_MEDIA
    assert desk.after(0, request.key).state == JobState.UNKNOWN


def test_what_is_a_day_old_is_cleared_away(desk: Desk, rehearse: Ask) -> None:
    old, young = books.folder() / "old-0.mp4", books.folder() / "young-0.mp4"
    left = books.folder() / "inputs-of-a-killed-sender"
    left.mkdir()
    for path in (old, young, left / "small.mp4"):
        path.write_bytes(b"x")
    desk.clock.time = young.stat().st_mtime + 24 * 3600 - 60
    for path in (old, left):
        os.utime(path, (1, desk.clock.time - 24 * 3600 - 1))
    desk.sent(rehearse("[never]"))
    assert young.exists() and not old.exists() and not left.exists()
    young.unlink()


def test_a_store_that_is_no_disk_is_read_through(desk: Desk, ask: Ask, settings: Any, clip_file: Path) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.Elsewhere"}}
    name = default_storage.save("tests/a/clip", ContentFile(clip_file.read_bytes()))
    reference = desk.sent(ask(settings={}, inputs=[InputFile(InputRole.SOURCE, name, "video/mp4")]))
    (result,) = desk.after(3, reference).results
    assert engine.probe(result.path).width == 320


def test_it_needs_no_key_and_is_in_the_registry() -> None:
    assert keys.key_of("rehearsal") == ""
    provider = registry.provider("rehearsal")
    assert isinstance(provider, RehearsalProvider) and not provider.rings
    assert provider.check_key("") and provider.parse_delivery({}, b"{}") == []
