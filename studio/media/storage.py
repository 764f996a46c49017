"""Files behind the storage door: on this disk or in a bucket, under names that the server alone makes."""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

CHUNK = 256 * 1024
BUCKET_CHUNK = 1024 * 1024


def new_key(team_id: UUID, asset_id: UUID, kind: str) -> str:
    """`<team>/<asset>/<kind>-<random>`: each asset has a folder of its own, and no name that came from outside.

    The random part lets two runs of one task write without touching each other's file.
    """
    return f"{team_id}/{asset_id}/{kind}-{secrets.token_hex(4)}"


def local_file(key: str) -> Path | None:
    """Where the file lies on this machine, or None where the storage is remote."""
    try:
        return Path(default_storage.path(key))
    except NotImplementedError:
        return None


def is_there(key: str) -> bool:
    """Whether a file of the disk still exists. A remote storage is believed: asking it would cost a request."""
    path = local_file(key)
    return path is None or path.is_file()


def put(path: Path, key: str) -> None:
    """Store a copy of `path`. On one file system it is a hard link: no bytes are moved, and `path` stays as it was."""
    target = local_file(key)
    if target is None:
        with path.open("rb") as file:
            default_storage.save(key, File(file))
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        part = target.with_suffix(".part")
        shutil.copyfile(path, part)
        part.replace(target)


@contextmanager
def local_path(key: str) -> Iterator[Path]:
    """A path that the engine can open: the stored file itself, or a copy of it that goes away afterwards."""
    path = local_file(key)
    if path is not None:
        yield path
        return
    with workspace() as folder:
        copy = folder / "source"
        with default_storage.open(key) as remote, copy.open("wb") as file:
            shutil.copyfileobj(remote, file, BUCKET_CHUNK)
        yield copy


def read_range(key: str, start: int, length: int) -> Iterator[bytes]:
    """The bytes from `start` on. From a bucket only the range is fetched, never the whole file first."""
    if length <= 0:
        return
    bucket = getattr(default_storage, "bucket", None)
    if bucket is not None:
        body = bucket.Object(key).get(Range=f"bytes={start}-{start + length - 1}")["Body"]
        try:
            yield from body.iter_chunks(BUCKET_CHUNK)
        finally:
            body.close()
        return
    with default_storage.open(key) as file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def delete(key: str) -> None:
    """Delete one file and its folder when that is empty. A file that is gone already is no error."""
    if not key:
        return
    path = local_file(key)
    if path is None:
        default_storage.delete(key)
        return
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def delete_folder(team_id: UUID, asset_id: UUID) -> None:
    """Delete all that an asset ever stored, with what an interrupted task left beside it."""
    prefix = f"{team_id}/{asset_id}"
    folder = local_file(prefix)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
        return
    bucket = getattr(default_storage, "bucket", None)
    if bucket is not None:
        bucket.objects.filter(Prefix=f"{prefix}/").delete()


def incoming_folder() -> Path:
    """A new folder for one file from outside, on the file system of the local storage: it is moved by a link."""
    root = Path(settings.FILE_UPLOAD_TEMP_DIR)
    root.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="in-", dir=root))


@contextmanager
def workspace() -> Iterator[Path]:
    """A folder of our own for as long as the block runs."""
    folder = incoming_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_incoming(older_than: float) -> int:
    """Remove what interrupted uploads and tasks left in the incoming folder more than `older_than` seconds ago."""
    swept = 0
    edge = time.time() - older_than
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*"):
        with suppress(OSError):
            if path.stat().st_mtime >= edge:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
            swept += 1
    return swept
