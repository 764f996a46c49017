"""The inside of a worker: one job, in a process of its own that has given everything else up.

A job is one JSON object: {"operation", "allowance": {...}} and what the operation asks for. The worker answers in
JSON lines: {"worker": pid}, {"progress": 0.42} at most twenty times a second, and one of {"done": {...}},
{"refused": {...}} and {"error": {...}} at the end. An operation that makes a file writes to `job["output"]`, which
is here a name ending in `.part`; it gets its true name when the operation is done.
"""

import contextlib
import glob
import json
import os
import socket
import time
import traceback
from collections.abc import Callable
from typing import Any

from . import editing, generating, peaks, photos, probing, sandbox, sheet, stills, transcoding
from .errors import EngineFailed, MediaRefused, gettext_noop
from .limits import Allowance

Job = dict[str, Any]
Report = Callable[[float], None]
Operation = Callable[[Job, Report], dict[str, Any]]

OPERATIONS: dict[str, Operation] = {
    "probe": probing.probe,
    "poster": stills.poster,
    "filmstrip": stills.filmstrip,
    "waveform": peaks.waveform,
    "photo": stills.photo,
    "effects_sheet": sheet.effects_sheet,
    "rendition": transcoding.rendition,
    "transcode": transcoding.transcode,
    "edit": editing.edit,
    "continue": editing.edit,
    "generate": generating.generate,
    "animate": photos.animate,
    "reference": photos.animate,
}
PACE = 0.05
TOO_HEAVY = gettext_noop("This file needs more memory to read than is allowed.")


class Channel:
    """The way back to the caller."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._next = 0.0
        self._best = 0.0

    def say(self, **message: Any) -> None:
        self._connection.sendall(json.dumps(message).encode() + b"\n")

    def report(self, fraction: float) -> None:
        """How much is done, 0 to 1. Called as often as one likes; never goes back."""
        now = time.monotonic()
        if now < self._next or fraction <= self._best:
            return
        self._best, self._next = min(1.0, fraction), now + PACE
        self.say(progress=round(self._best, 4))


def part_of(output: str, pid: int) -> str:
    """Where a worker writes: no two share it, and what is left of it names who left it."""
    return f"{output}.{pid}.part"


def outputs_of(job: Job) -> list[str]:
    """What the job makes: its file, and a mezzanine where it shall keep one."""
    settings = job.get("settings") or {}
    return [str(name) for name in (job.get("output"), settings.get("keep")) if name]


def _writing(job: Job, parts: list[str]) -> Job:
    """The same job with the names that its files have until they are whole."""
    if not parts:
        return job
    changed = {**job, "output": parts[0]}
    return {**changed, "settings": {**job["settings"], "keep": parts[1]}} if len(parts) > 1 else changed


def run(connection: socket.socket, job: Job) -> None:
    """Do the job and tell the caller. Returns when the last line is sent; whatever fails is that line."""
    channel = Channel(connection)
    channel.say(worker=os.getpid())
    written = {name: part_of(name, os.getpid()) for name in outputs_of(job)}
    for name in written:
        _sweep(name)
    job = _writing(job, list(written.values()))
    last = _attempt(job, written, channel)
    if "done" not in last:
        for part in written.values():
            with contextlib.suppress(OSError):
                os.unlink(part)
    channel.say(**last)


def _attempt(job: Job, written: dict[str, str], channel: Channel) -> Job:
    """Do it, and put what came of it into the last line. `written`: true names, and what they are until then."""
    try:
        sandbox.enter(Allowance(**job.get("allowance", {})), job)
        done = OPERATIONS[job["operation"]](job, channel.report)
        for name, part in reversed(written.items()):  # the one that is waited for comes last
            os.replace(part, name)
    except MediaRefused as refusal:
        return {"refused": refusal.as_json()}
    except MemoryError:
        return {"refused": MediaRefused("heavy", TOO_HEAVY).as_json()}
    except (BrokenPipeError, ConnectionResetError):
        raise
    except EngineFailed as failure:
        return {"error": {"detail": failure.detail, "trace": traceback.format_exc()}}
    except Exception as error:
        return {"error": {"detail": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}}
    return {"done": done}


def _sweep(output: str) -> None:
    """Unfinished files of workers that are no more: a power cut leaves them."""
    for path in glob.glob(f"{glob.escape(output)}.*.part"):
        pid = path.rsplit(".", 2)[1]
        if not os.path.exists(f"/proc/{pid}"):
            with contextlib.suppress(OSError):
                os.unlink(path)
