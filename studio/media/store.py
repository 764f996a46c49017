"""Files coming in: looked at in isolation, hashed, put into storage, written down.

Nothing from outside reaches the storage before the engine's isolated worker has called it a clip or a photo.
"""

import hashlib
import unicodedata
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from studio import engine, queue
from studio.accounts.models import Team, User
from studio.live.publishing import publish
from studio.media import storage
from studio.media.disk import ensure_room
from studio.media.models import UNDER_WAY, Asset, AssetStatus, Kind

MIMES = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mkv": "video/x-matroska"}
TAKE_LIMITS = engine.Limits(seconds=1800, bytes=4 * 1024**3)
PHOTO_MIMES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True)
class Prepared:
    """A file that has been looked at and may be stored: the columns of its row."""

    path: Path
    kind: str
    mime: str
    size: int
    sha256: str
    original_sha256: str
    width: int
    height: int
    duration: float
    fps: float
    has_sound: bool
    probe: dict[str, Any]

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "path"}


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def clean_title(name: str) -> str:
    """A file's name as a title: no path, no control characters, no suffix."""
    base = name.replace("\\", "/").rpartition("/")[2]
    stem = base.rpartition(".")[0] or base
    kept = "".join(" " if unicodedata.category(letter).startswith("C") else letter for letter in stem)
    return " ".join(kept.split())[:200]


def prepare(path: Path, folder: Path, *, sha256: str = "") -> Prepared:
    """Look at a file from outside. A photo is made anew in `folder`: upright, sRGB, without metadata.

    Raises engine.MediaRefused; `refusals.sentence` says it in words.
    """
    probe = engine.probe(path, limits=upload_allowance())
    original = sha256 or hash_file(path)
    if probe.kind == "video":
        return describe(path, probe, Kind.SOURCE, original)
    upright = folder / "photo"
    made = engine.photo(path, upright)
    name = made["mime"].removeprefix("image/")
    clean = replace(probe, container=name, codec=name, width=made["width"], height=made["height"], rotation=0)
    return replace(describe(upright, clean, Kind.REFERENCE, hash_file(upright)), original_sha256=original)


def upload_allowance() -> engine.Limits:
    """A clip of “60 s” is often a frame or two longer: the engine does not count half a second."""
    return engine.Limits(seconds=settings.UPLOAD_MAX_SECONDS, bytes=settings.UPLOAD_MAX_BYTES)


def describe(path: Path, probe: engine.Probe, kind: str, sha256: str) -> Prepared:
    mimes = MIMES if probe.kind == "video" else PHOTO_MIMES
    return Prepared(
        path=path,
        kind=kind,
        mime=mimes[probe.container],
        size=path.stat().st_size,
        sha256=sha256,
        original_sha256=sha256,
        width=probe.width,
        height=probe.height,
        duration=probe.duration,
        fps=probe.fps,
        has_sound=probe.has_sound,
        probe=asdict(probe),
    )


def ingest_file(
    path: Path, *, team: Team, owner: User | None, title: str = "", sha256: str = "", then: str = ""
) -> Asset:
    """Store an upload as a source clip or a reference photo, ready at once; its pictures follow by task.

    `path` stays where it is. `then` is the task that hears of the pictures. Raises MediaRefused or DiskFull.
    """
    ensure_room(path.stat().st_size)
    with storage.workspace() as folder:
        prepared = prepare(path, folder, sha256=sha256)
        asset = Asset(team=team, owner=owner, title=clean_title(title), status=AssetStatus.READY)
        return keep(asset, prepared, then)


def ingest_result(
    path: Path,
    *,
    team: Team,
    owner: User | None,
    title: str = "",
    id: uuid.UUID | None = None,
    then: str = "",
    probe: engine.Probe | None = None,
    held: bool = False,
) -> Asset:
    """Store a take that a provider handed over, playable at once; its pictures follow by task.

    Without the `probe` of a file that our own engine has just written it is looked at first. Raises MediaRefused.

    With an `id` that the caller derives from its job and index a second run finds the first one's asset. `path` stays
    where it is (the stored file is a hard link to it): whoever owns it deletes it once the row is committed.
    """
    known = Asset.objects.filter(id=id).first() if id else None
    if known:
        return known
    ensure_room(path.stat().st_size)
    prepared = describe(path, probe or engine.probe(path, limits=TAKE_LIMITS), Kind.TAKE, hash_file(path))
    asset = Asset(id=id or uuid.uuid4(), team=team, owner=owner, title=title[:200], status=AssetStatus.READY)
    asset.held = held  # from its first moment: no address is made of it in between
    try:
        return keep(asset, prepared, then)
    except IntegrityError:
        return Asset.objects.get(id=asset.id)


def keep(asset: Asset, prepared: Prepared, then: str = "") -> Asset:
    """Put the file into storage and write the row that names it, with the task for its pictures."""
    key = storage.new_key(asset.team_id, asset.id, prepared.kind)
    storage.put(prepared.path, key)
    try:
        with transaction.atomic():
            for name, value in {**prepared.columns(), "file": key}.items():
                setattr(asset, name, value)
            asset.save(force_insert=True)
            queue.enqueue("studio.media.tasks.make_derived", str(asset.id), then, later=True)
    except BaseException:
        storage.delete(key)
        raise
    return asset


def fill(asset: Asset, prepared: Prepared, **more: Any) -> bool:
    """Give an asset that was waiting for its file (a link, a cut) what came. False where another run was first."""
    key = storage.new_key(asset.team_id, asset.id, prepared.kind)
    storage.put(prepared.path, key)
    waiting = Asset.objects.filter(id=asset.id, status__in=UNDER_WAY, trashed_at=None)
    columns = {**prepared.columns(), **more, "file": key, "status": AssetStatus.READY, "progress": 1.0}
    try:
        with transaction.atomic():
            won = waiting.update(**columns) == 1
            if won:
                queue.enqueue("studio.media.tasks.make_derived", str(asset.id), "", later=True)
                announce(asset)
    except BaseException:
        storage.delete(key)
        raise
    if not won:
        storage.delete(key)
    return won


def refuse(asset: Asset, sentence: str) -> None:
    """Say why a link or a cut came to nothing. The row stays, so that its chip can show the sentence."""
    with transaction.atomic():
        changed = Asset.objects.filter(id=asset.id, status__in=UNDER_WAY).update(
            status=AssetStatus.REFUSED, refusal=sentence[:300]
        )
        if changed:
            announce(asset)


def announce(asset: Asset) -> None:
    """Tell the owner's pages that the asset changed. Last in a transaction."""
    if asset.owner_id:
        publish(f"user-{asset.owner_id}", "asset.changed", asset=str(asset.id))
