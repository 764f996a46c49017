"""What the engine does for the rooms above: plain functions that start a worker each and wait for it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import client
from .limits import STORED, Limits, Probe
from .plan import Plan

Progress = Callable[[float], None] | None
Stop = Callable[[], bool] | None
AnyPath = str | os.PathLike[str]
RENDITION_BOX = (1280, 720)


@dataclass(frozen=True)
class RenderSpec:
    """One take to make. `plans` run from the first turn to this one; `inputs` are {"role", "path", "mime"}.

    `settings` may hold duration (s), width, height (px), format (mp4, mov, webm) and quality (20 to 99).
    The file is written beside `output` and gets that name when it is whole; so is a mezzanine, where `keep` names one
    in the same folder (see mezzanine.py).
    """

    operation: str
    plans: Sequence[Plan]
    output: AnyPath
    inputs: Sequence[Mapping[str, Any]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    keep: AnyPath | None = None


def probe(path: AnyPath, *, limits: Limits | None = None) -> Probe:
    """What the file is. Raises MediaRefused for what is broken, hostile, of an unknown kind or beyond the limits."""
    job = {"operation": "probe", "path": os.fspath(path), "limits": (limits or Limits()).as_json()}
    return Probe(**client.run(job))


def render(spec: RenderSpec, *, on_progress: Progress = None, should_stop: Stop = None) -> Probe:
    """Make a take; what was written needs no second look.

    Raises MediaRefused, EngineFailed, EngineStopped (soon after `should_stop` says so).
    """
    job = {
        "operation": spec.operation,
        "plans": [plan.to_json() for plan in spec.plans],
        "inputs": [{**given, "path": os.fspath(given["path"])} for given in spec.inputs],
        "settings": {**spec.settings, "keep": os.path.abspath(spec.keep) if spec.keep else ""},
        "seed": spec.seed,
        "output": os.fspath(spec.output),
    }
    return _film(job, on_progress, should_stop)


def poster(
    path: AnyPath, out: AnyPath, *, at: float | None = None, width: int = 1280, limits: Limits = STORED
) -> dict[str, Any]:
    """A telling picture of a clip, or the one at `at` seconds, as JPEG at most `width` wide: {width, height}."""
    job = {"operation": "poster", "path": os.fspath(path), "output": os.fspath(out), "limits": limits.as_json()}
    return _still({**job, "at": at, "width": width})


def filmstrip(
    path: AnyPath, out: AnyPath, *, frames: int = 12, height: int = 90, limits: Limits = STORED
) -> dict[str, Any]:
    """`frames` pictures of a clip side by side in one JPEG: {frames, width, height}, width being that of one."""
    job = {"operation": "filmstrip", "path": os.fspath(path), "output": os.fspath(out), "limits": limits.as_json()}
    return _still({**job, "frames": frames, "height": height})


def waveform(path: AnyPath, *, parts: int = 120, limits: Limits = STORED) -> list[float]:
    """The loudest sample in each of `parts` equal parts of a clip, 0 to 1 of full scale; empty without sound."""
    job = {"operation": "waveform", "path": os.fspath(path), "parts": parts, "limits": limits.as_json()}
    return list(client.run(job)["peaks"])


def effects_sheet(path: AnyPath, out: AnyPath, *, limits: Limits = STORED) -> dict[str, Any]:
    """Every effect on the clip in one PNG or JPEG, by the name of `out`: {effects, width, height}."""
    job = {"operation": "effects_sheet", "path": os.fspath(path), "output": os.fspath(out), "limits": limits.as_json()}
    return _still({**job, "format": "png" if Path(out).suffix.lower() == ".png" else "jpeg"})


def photo(path: AnyPath, out: AnyPath, *, limits: Limits = STORED) -> dict[str, Any]:
    """A photo upright, in sRGB, at most 4096 on a side, without metadata; JPEG, or PNG where it is see-through.

    Answers {width, height, mime, size}.
    """
    job = {"operation": "photo", "path": os.fspath(path), "output": os.fspath(out)}
    return _still({**job, "limits": limits.as_json()})


def rendition(
    path: AnyPath,
    out: AnyPath,
    *,
    start: float | None = None,
    end: float | None = None,
    box: tuple[int, int] | None = RENDITION_BOX,
    limits: Limits = STORED,
    on_progress: Progress = None,
    should_stop: Stop = None,
) -> Probe:
    """The clip, or a part of it, as MP4 that every browser plays: upright, constant rate, inside `box` (None: full)."""
    job: dict[str, Any] = {
        "operation": "rendition",
        "path": os.fspath(path),
        "output": os.fspath(out),
        "start": start,
        "end": end,
    }
    job |= {"box": box, "limits": limits.as_json()}
    return _film(job, on_progress, should_stop)


def transcode(
    path: AnyPath,
    out: AnyPath,
    format: str,
    quality: int = 92,
    *,
    limits: Limits = STORED,
    on_progress: Progress = None,
    should_stop: Stop = None,
) -> Probe:
    """The same film as MP4, MOV or WEBM."""
    job: dict[str, Any] = {"operation": "transcode", "path": os.fspath(path), "output": os.fspath(out)}
    job |= {"format": format, "quality": quality, "limits": limits.as_json()}
    return _film(job, on_progress, should_stop)


def _film(job: dict[str, Any], on_progress: Progress, should_stop: Stop) -> Probe:
    Path(job["output"]).parent.mkdir(parents=True, exist_ok=True)
    return Probe(**client.run(job, on_progress=on_progress, should_stop=should_stop))


def _still(job: dict[str, Any]) -> dict[str, Any]:
    Path(job["output"]).parent.mkdir(parents=True, exist_ok=True)
    return client.run(job)
