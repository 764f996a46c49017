"""What every hostile file must bear out: an answer in time, in a sentence, and nothing else opened or asked."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from studio import engine
from tests.engine import hostile_clips
from tests.engine.watching import Folders, Listener

QUICK = 5.0
Make = Callable[["Place"], Path]


@dataclass(frozen=True)
class Place:
    """Where a hostile file lies, what lies beside it, and who listens."""

    folder: Path
    secret: Path
    neighbour: Path
    listener: Listener

    def __truediv__(self, name: str) -> Path:
        return self.folder / name


@contextmanager
def place(root: Path) -> Iterator[Place]:
    """A folder for the hostile file with a secret beside it, and another folder with one."""
    folders = [root / "given", root / "neighbour"]
    for folder in folders:
        folder.mkdir()
        hostile_clips.small(folder / "secret.mp4")
    with Listener() as listener:
        yield Place(folders[0], folders[0] / "secret.mp4", folders[1] / "secret.mp4", listener)


@contextmanager
def watched(spot: Place, path: Path) -> Iterator[None]:
    """What is done within is quick, opens nothing but `path`, and calls nobody."""
    watch = Folders(spot.folder, spot.neighbour.parent)
    began = time.monotonic()
    yield
    assert time.monotonic() - began < QUICK
    opened = {name for name in watch.touched() if name.is_file()}
    watch.close()
    assert opened <= {path}, "another file was read"
    assert not spot.listener.heard


def refused(path: Path, spot: Place) -> engine.MediaRefused:
    """The refusal of a file that must not be taken, with a sentence for people."""
    with watched(spot, path), pytest.raises(engine.MediaRefused) as refusal:
        engine.probe(path)
    detail = refusal.value.detail
    assert detail[0].isupper() and detail.endswith(".")
    assert str(spot.folder.parent) not in detail and "?" not in detail
    return refusal.value
