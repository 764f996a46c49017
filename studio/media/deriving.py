"""Pictures and renditions made from an asset. Each is made once, however many tasks run at the same time."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from math import log10
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from studio import engine
from studio.media import storage
from studio.media.addresses import PRORES, SUFFIXES
from studio.media.disk import ensure_room
from studio.media.models import Asset, AssetStatus, Kind
from studio.media.store import MIMES, TAKE_LIMITS, hash_file

STRIP_FRAMES = 12
STRIP_HEIGHT = 90
WAVE_PARTS = 120
WAVE_RANGE = 48
POSTER_WIDTH = 1280
EXPORT_PROBLEM_SECONDS = 600
EXPORT_WANTED_SECONDS = 900
EXPORT_MIMES = {format: MIMES[format] for format in ("mp4", "webm", "mov")} | {"prores": PRORES}

log = logging.getLogger(__name__)

Make = Callable[[Path, Path], dict[str, Any]]


def derive(origin: Asset, kind: str, mime: str, suffix: str, make: Make) -> Asset:
    """The derived file of that kind, made now if there is none. `make(source, out)` returns facts of it."""
    known = origin.derived.filter(kind=kind, mime=mime).first()
    if known:
        return known
    ensure_room()
    child = Asset(team_id=origin.team_id, owner_id=origin.owner_id, origin=origin, kind=kind, mime=mime)
    with storage.workspace() as folder, storage.local_path(origin.file) as source:
        out = folder / f"out.{suffix}"
        facts = make(source, out)
        child.size, child.sha256, child.probe = out.stat().st_size, hash_file(out), facts
        child.width, child.height = int(facts.get("width", 0)), int(facts.get("height", 0))
        child.duration, child.fps = float(facts.get("duration", 0)), float(facts.get("fps", 0))
        child.has_sound = bool(facts.get("has_sound", False))
        child.file = storage.new_key(child.team_id, child.id, kind)
        storage.put(out, child.file)
    try:
        with transaction.atomic():
            child.save(force_insert=True)
    except IntegrityError:
        storage.delete(child.file)
        return origin.derived.get(kind=kind, mime=mime)
    return child


def derive_pictures(asset: Asset) -> None:
    """Poster and filmstrip of a clip. Only what is missing is made; a photo is its own poster."""
    Asset.objects.filter(id=asset.id).update(derive_tries=F("derive_tries") + 1)
    if asset.is_video:
        derive(asset, Kind.POSTER, "image/jpeg", "jpg", make_poster)
        derive(asset, Kind.FILMSTRIP, "image/jpeg", "jpg", make_filmstrip)
    Asset.objects.filter(id=asset.id).update(derived_at=timezone.now())


def make_poster(source: Path, out: Path) -> dict[str, Any]:
    return dict(engine.poster(source, out, width=POSTER_WIDTH))


def make_filmstrip(source: Path, out: Path) -> dict[str, Any]:
    """`width` and `height` of the probe are one frame's; the picture is `frames` of them side by side."""
    return {**engine.filmstrip(source, out, frames=STRIP_FRAMES, height=STRIP_HEIGHT), "wave": wave_of(source)}


def wave_of(source: Path) -> str:
    """The clip's sound in WAVE_PARTS hexadecimal digits, from 48 decibels below full scale (0) up to it (f)."""
    try:
        peaks = engine.waveform(source, parts=WAVE_PARTS)
    except engine.EngineError as error:
        log.warning("no line of the sound: %s", error)
        return ""  # pictures alone are better than none of both
    return "".join(f"{round(15 * min(1, max(0, 1 + 20 * log10(max(peak, 1e-6)) / WAVE_RANGE))):x}" for peak in peaks)


def derive_rendition(asset: Asset) -> Asset | None:
    """An H.264 clip in place of one that browsers cannot play."""
    if not asset.is_video or asset.browser_playable:
        return None

    def make(source: Path, out: Path) -> dict[str, Any]:
        engine.rendition(source, out)
        return asdict(engine.probe(out, limits=TAKE_LIMITS))

    return derive(asset, Kind.RENDITION, "video/mp4", "mp4", make)


def derive_export(asset: Asset, format: str, quality: int = 95) -> Asset:
    """The clip in one of EXPORT_MIMES: itself where it is that already, else made from the stored original and kept."""
    mime = EXPORT_MIMES[format]
    if asset.mime == mime and asset.browser_playable:
        return asset

    def make(source: Path, out: Path) -> dict[str, Any]:
        engine.transcode(source, out, format, quality)
        return asdict(engine.probe(out, limits=TAKE_LIMITS))

    return derive(asset, Kind.EXPORT, mime, SUFFIXES[mime], make)


def note_export_problem(asset_id: str, format: str, sentence: str) -> None:
    """Kept for a while, for whoever waits for the file."""
    cache.set(f"media.export-problem.{asset_id}.{format}", sentence, EXPORT_PROBLEM_SECONDS)


def export_problem(asset_id: str, format: str) -> str:
    """Why the last try to make that file failed; empty where none did."""
    return str(cache.get(f"media.export-problem.{asset_id}.{format}", ""))


def forget_export_problem(asset_id: str, format: str) -> None:
    cache.delete(f"media.export-problem.{asset_id}.{format}")


def want_export(asset_id: str, format: str) -> bool:
    """True for the first who asks for that file: the task is theirs to enqueue. Until it ran, others only wait."""
    return bool(cache.add(f"media.export-wanted.{asset_id}.{format}", 1, EXPORT_WANTED_SECONDS))


def forget_wanted_export(asset_id: str, format: str) -> None:
    cache.delete(f"media.export-wanted.{asset_id}.{format}")


def available(asset_id: str) -> Asset | None:
    """The asset if there is anything left to derive from."""
    return Asset.objects.filter(id=asset_id, status=AssetStatus.READY, purged_at=None).exclude(file="").first()
