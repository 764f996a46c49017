"""The render lane's one task."""

import logging
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from studio import bell, engine
from studio.providers.errors import FailureCode
from studio.providers.local import books
from studio.providers.local.models import Render

logger = logging.getLogger(__name__)
WRITE_EVERY = 0.2  # s between two writes of a moving progress: also how soon a stop is noticed then
LOOK_EVERY = 0.2  # s between two looks at the row while nothing moves
BEAT_EVERY = 1.0  # s between two signs of life while nothing moves
RING_EVERY = 0.5  # s between two rings for the watcher
CHUNK = 1024 * 1024


class Stopped(Exception):
    """The row is no longer this process's: stopped by a person, or given to another worker."""


class Pulse:
    """Writes progress and signs of life, reads whether to stop, and rings the watcher; all of it seldom."""

    def __init__(self, render: Render) -> None:
        self.render = render
        self.progress = self.written = 0.0
        self.stopped = False
        self.last_write = self.last_look = time.monotonic()
        self.last_ring = 0.0

    def on_progress(self, progress: float) -> None:
        self.progress = max(self.progress, min(progress, 0.999))
        self.should_stop()

    def should_stop(self) -> bool:
        now = time.monotonic()
        moved = self.progress > self.written
        first = moved and not self.written
        if first or (moved and now - self.last_write >= WRITE_EVERY) or now - self.last_write >= BEAT_EVERY:
            self.stopped = self.stopped or not books.beat(self.render, self.progress)
            self.written, self.last_write, self.last_look = self.progress, now, now
            if moved and now - self.last_ring >= RING_EVERY:
                self.last_ring = now
                bell.ring("watch")
        elif now - self.last_look >= LOOK_EVERY:
            self.stopped = self.stopped or not books.is_mine(self.render)
            self.last_look = now
        return self.stopped


def run_render(render_id: str) -> None:
    """Renders the whole chain in one encode. Safe to run twice: only one process gets the row."""
    render = books.claim(render_id)
    if render is None:
        return
    pulse = Pulse(render)
    output = books.folder() / f"{render.pk}-{str(render.lease_token)[:8]}.{render.settings.get('format', 'mp4')}"
    try:
        with tempfile.TemporaryDirectory(prefix="inputs-", dir=books.folder()) as place:
            spec = _spec(render, output, Path(place), pulse)
            probe = engine.render(spec, on_progress=pulse.on_progress, should_stop=pulse.should_stop)
    except (Stopped, engine.EngineStopped):
        output.unlink(missing_ok=True)
    except engine.EngineError as error:
        if _leaves_out_a_mezzanine(render):
            books.put_back(render)
            return
        if isinstance(error, engine.MediaRefused):
            books.fail(render, FailureCode.BAD_MEDIA, error.detail)
            return
        logger.warning("The engine failed at render %s", render.pk, exc_info=True)
        books.put_back(render)
    else:
        if not books.done(render, output, probe):
            output.unlink(missing_ok=True)


def _spec(render: Render, output: Path, place: Path, pulse: Pulse) -> engine.RenderSpec:
    line = books.chain(render)
    root = line[0]
    kept, rest = books.shortened(line)
    inputs = [{"role": "source", "path": str(kept), "mime": "video/x-matroska"}]
    return engine.RenderSpec(
        operation="edit" if kept else root.operation,
        plans=[engine.Plan.from_json(each.plan) for each in rest],
        inputs=inputs if kept else [_opened(each, number, place, pulse) for number, each in enumerate(root.inputs)],
        settings={**root.settings, **render.settings},
        seed=render.seed,
        output=output,
        keep=_mezzanine(render, line, rest),
    )


def _mezzanine(render: Render, line: Sequence[Render], rest: Sequence[Render]) -> Path | None:
    """Where this render shall be kept for the turns after it; None where that is not worth it."""
    whole = [engine.Plan.from_json(each.plan) for each in line]
    is_drawn = rest[0] is line[0] and line[0].operation != "edit"
    worth = engine.can_stand_for(whole) and engine.is_worth_keeping(whole[-len(rest) :], is_drawn)
    return books.mezzanine(render) if worth and books.has_room_for_a_mezzanine() else None


def _leaves_out_a_mezzanine(render: Render) -> bool:
    """Whether there was one: damaged or gone, it costs nobody a turn. The next try begins at the original."""
    kept, _ = books.shortened(books.chain(render))
    if kept is None:
        return False
    kept.unlink(missing_ok=True)
    return True


def _opened(given: dict[str, Any], number: int, place: Path, pulse: Pulse) -> dict[str, str]:
    """The stored file as a path on this machine: itself where storage is a disk, else a copy in `place`."""
    try:
        path = Path(default_storage.path(given["name"]))
    except NotImplementedError:
        path = place / f"input-{number}"
        with default_storage.open(given["name"]) as source, path.open("wb") as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)
                if pulse.should_stop():
                    raise Stopped from None
    return {"role": given["role"], "path": str(path), "mime": given["mime"]}
