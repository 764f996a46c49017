"""What was taken: a file for each request, named by the job's key, so that a restart forgets nothing."""

import json
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from studio.providers.rehearsal.scripts import Script

KEPT = 24 * 3600.0  # s that files stay here


@dataclass(frozen=True)
class Taken:
    """A request that was taken, `at` seconds since 1970."""

    at: float
    words: list[str]
    results: int
    seed: int
    cancelled: bool = False

    @property
    def script(self) -> Script:
        return Script(tuple(self.words))

    def is_over(self, now: float) -> bool:
        return "never" not in self.script and now - self.at >= self.script.seconds


def folder() -> Path:
    path: Path = settings.DATA_DIR / "rehearsals"
    path.mkdir(parents=True, exist_ok=True)
    return path


def film(key: str, index: int) -> Path:
    return folder() / f"{key}-{index}.mp4"


def read(key: str) -> Taken | None:
    """None where nothing is known of it, or nothing that this release understands."""
    try:
        return Taken(**json.loads((folder() / f"{key}.json").read_text("utf-8")))
    except (FileNotFoundError, TypeError, ValueError):
        return None


def write(key: str, taken: Taken) -> None:
    """Whole or not at all: another process may be reading."""
    with tempfile.NamedTemporaryFile("w", dir=folder(), suffix=".part", delete=False) as part:
        json.dump(asdict(taken), part)
    Path(part.name).replace(folder() / f"{key}.json")


def tidy(now: float) -> None:
    """Takes out what nobody collected for a day."""
    for path in folder().iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime >= now - KEPT:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
