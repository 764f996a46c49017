"""Requests to the local engine and to the rehearsal, and clips in the storage."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from studio.providers.base import InputFile, InputRole, JobRequest
from studio.providers.local.provider import LocalProvider
from tests.engine.media_files import clip
from tests.providers.rehearsal_desk import Desk


@pytest.fixture(scope="session")
def clip_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1)


@pytest.fixture
def stored(clip_file: Path, db: None) -> str:
    """The storage key of a clip."""
    return default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(clip_file.read_bytes()))


@pytest.fixture
def local() -> LocalProvider:
    return LocalProvider()


@pytest.fixture
def ask(stored: str) -> Callable[..., JobRequest]:
    def make(prompt: str = "make it warmer", operation: str = "edit", **more: Any) -> JobRequest:
        given: dict[str, Any] = {"settings": {"format": "mp4", "quality": 80}, "inputs": ()}
        if operation == "edit":
            given["inputs"] = [InputFile(InputRole.SOURCE, stored, "video/mp4")]
        if operation == "generate":
            given["settings"] = {
                "duration": 3, "width": 320, "height": 180, "format": "mp4", "quality": 60, "results": 1,
            }  # fmt: skip
        return JobRequest(
            **{"key": str(uuid.uuid4()), "operation": operation, "model": "engine-1", "prompt": prompt, **given, **more}
        )

    return make


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def rehearse(ask: Callable[..., JobRequest]) -> Callable[..., JobRequest]:
    """A request with a script, about the stored clip unless it says otherwise."""

    def make(prompt: str, operation: str = "edit", **settings: Any) -> JobRequest:
        return ask(f"Make it warmer {prompt}", operation, model="rehearsal-1", settings=settings)

    return make
