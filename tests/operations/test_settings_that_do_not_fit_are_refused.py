from pathlib import Path
from typing import Any

import pytest

from studio.operations import checks


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_split_processes_need_redis(settings: Any) -> None:
    settings.SPLIT, settings.REDIS_URL = True, ""
    assert ids(checks.split_processes_have_redis()) == ["studio.E001"]
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    assert not checks.split_processes_have_redis()


def test_split_processes_need_a_shared_database(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SPLIT = True
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert ids(checks.split_processes_have_a_shared_database()) == ["studio.E002"]
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    assert not checks.split_processes_have_a_shared_database()


def test_one_machine_needs_neither(settings: Any) -> None:
    settings.SPLIT, settings.REDIS_URL = False, ""
    assert not checks.split_processes_have_redis() and not checks.split_processes_have_a_shared_database()


def test_a_runtime_folder_too_deep_for_sockets_is_refused(settings: Any) -> None:
    settings.RUNTIME_DIR = Path("/run") / ("x" * 90)
    assert ids(checks.runtime_dir_is_short()) == ["studio.E003"]


def test_the_public_address_must_be_whole(settings: Any) -> None:
    for bad in ("retake.example.com", "https://", "https://retake.example.com/studio"):
        settings.PUBLIC_URL = bad
        assert ids(checks.public_url_is_whole()) == ["studio.E004"], bad
    for good in ("", "https://retake.example.com", "http://192.168.1.7:8000"):
        settings.PUBLIC_URL = good
        assert not checks.public_url_is_whole()


def test_a_secret_that_others_can_read_is_warned_about(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret-key").write_text("x")
    (tmp_path / "secret-key").chmod(0o644)
    assert ids(checks.secrets_are_kept_safe()) == ["studio.W001"]
