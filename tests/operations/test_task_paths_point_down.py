"""Tasks are named by strings, which import-linter cannot see: each must exist, at or below the layer that names it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

STUDIO = settings.BASE_DIR / "studio"
LAYERS = ["operations", "moderation", "review", "threads", "spending", "screening", "media", "accounts", "audit"]
LAYERS += ["providers", "engine"]
PATH = re.compile(r'"(studio\.[a-z_.]+\.tasks\.[a-z_]+)"')


def named() -> list[tuple[str, str]]:
    """(the file that names it, the task) of all task paths in the code."""
    files = [path for path in STUDIO.rglob("*.py") if "migrations" not in path.parts]
    return [(path.relative_to(STUDIO).as_posix(), task) for path in files for task in PATH.findall(path.read_text())]


def layer(module: str) -> int:
    return LAYERS.index(module)


@pytest.mark.parametrize(("file", "task"), named(), ids=lambda value: str(value))
def test_it_exists_and_lies_no_higher_than_its_caller(file: str, task: str) -> None:
    assert callable(import_string(task))
    assert layer(task.split(".")[1]) >= layer(Path(file).parts[0])


def test_there_are_some() -> None:
    assert len(named()) > 5
