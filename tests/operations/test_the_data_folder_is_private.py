import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from studio.settings import keep_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize("exists", [False, True])
def test_nobody_else_reads_the_data_folder(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "data"
    if exists:
        folder.mkdir()
        folder.chmod(0o755)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "sessions", "--skip-checks"],
        env={**kept, "STUDIO_DATA_DIR": str(folder), "STUDIO_RUNTIME_DIR": str(tmp_path / "run")},
        umask=0o022,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert mode(folder) == 0o700
    assert mode(folder / "studio.sqlite3") == 0o600


def test_a_folder_shared_on_purpose_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    keep_private(tmp_path)
    assert mode(tmp_path) == 0o1777
    root = mode(Path("/"))
    keep_private(Path("/"))
    assert mode(Path("/")) == root
