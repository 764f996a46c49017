"""The engine's books: every change of a Render's state is one conditional UPDATE, believed only if it changed a row."""

import os
import shutil
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from studio import bell, engine, queue
from studio.providers.errors import FailureCode
from studio.providers.local.models import Render, RenderStatus

RUN = "studio.providers.local.tasks.run_render"
LEASE = timedelta(seconds=5)  # a render without a sign of life for so long is dead
FIRST_START = timedelta(seconds=4)  # a task that a dying worker took along is missed after this
MOST_TRIES = 3
LONGEST_CHAIN = 200
ORPHAN_AGE = timedelta(hours=24)
MEZZANINES_AT_MOST = 2 * 1024**3  # bytes of one node; ten seconds of 720p take some 50 MB
ACTIVE = (RenderStatus.QUEUED, RenderStatus.RUNNING)
GAVE_UP = _("The engine was interrupted three times. The clip is safe; try again.")


def folder() -> Path:
    """Where finished files wait to be collected."""
    path: Path = settings.DATA_DIR / "renders"
    path.mkdir(parents=True, exist_ok=True)
    return path


def chain(render: Render) -> list[Render]:
    """From the row that holds the original inputs down to this one, at most LONGEST_CHAIN rows."""
    line = [render]
    while line[-1].parent_id and not line[-1].inputs and len(line) < LONGEST_CHAIN:
        line.append(Render.objects.get(pk=line[-1].parent_id))
    return line[::-1]


def mezzanine(render: Render) -> Path:
    """Where this node keeps the render without loss for the turns after it, if it does. Another node has none."""
    return folder() / f"{render.pk}.mezzanine.mkv"


def shortened(line: Sequence[Render]) -> tuple[Path | None, Sequence[Render]]:
    """The newest mezzanine of the chain's earlier turns, and what is still to do after it: all, where there is none."""
    for place in range(len(line) - 1, 0, -1):
        kept = mezzanine(line[place - 1])
        with suppress(OSError):
            os.utime(kept)  # what is used stays: see remove_orphans
            return kept, line[place:]
    return None, line


def has_room_for_a_mezzanine() -> bool:
    """The oldest make room; on a nearly full disk none are kept at all."""
    kept = sorted(folder().glob("*.mezzanine.mkv"), key=lambda path: path.stat().st_mtime, reverse=True)
    total = 0
    for path in kept:
        total += path.stat().st_size
        if total > MEZZANINES_AT_MOST:
            path.unlink(missing_ok=True)
    return shutil.disk_usage(folder()).free > settings.MIN_FREE_BYTES + MEZZANINES_AT_MOST


def can_grow(line: Sequence[Render]) -> bool:
    """Whether the chain reaches its beginning, and one more turn leaves it short enough to be found whole."""
    return line[0].operation != "continue" and len(line) < LONGEST_CHAIN


def start(render: Render) -> None:
    """Asks a worker to run it. Call inside the transaction that made it runnable."""
    Render.objects.filter(pk=render.pk).update(enqueued_at=timezone.now())
    queue.enqueue(RUN, str(render.pk), lane="render")


def claim(render_id: str) -> Render | None:
    """Takes a waiting render for this process; None when somebody else has it or it is over."""
    now, token = timezone.now(), uuid.uuid4()
    render = Render.objects.filter(pk=render_id).first()
    if render is None:
        return None
    taken = Render.objects.filter(pk=render_id, status=RenderStatus.QUEUED, tries=render.tries).update(
        status=RenderStatus.RUNNING,
        lease_token=token,
        lease_until=now + LEASE,
        tries=render.tries + 1,
        started_at=render.started_at or now,
        progress=0,
    )
    return Render.objects.get(pk=render_id) if taken else None


def beat(render: Render, progress: float) -> bool:
    """Says that it lives and how far it is. False: stopped, or given to somebody else."""
    return bool(_mine(render).update(lease_until=timezone.now() + LEASE, progress=progress))


def is_mine(render: Render) -> bool:
    return _mine(render).exists()


def done(render: Render, output: Path, probe: engine.Probe) -> bool:
    """False: nobody wants the file any more."""
    finished = _mine(render).update(
        status=RenderStatus.DONE,
        progress=1,
        output=str(output),
        probe=probe.as_json(),
        finished_at=timezone.now(),
        lease_until=None,
    )
    bell.ring("watch")
    return bool(finished)


def fail(render: Render, code: FailureCode, detail: str) -> bool:
    failed = _mine(render).update(
        status=RenderStatus.FAILED,
        error_code=code,
        error_detail=detail[:500],
        finished_at=timezone.now(),
        lease_until=None,
    )
    bell.ring("watch")
    return bool(failed)


def put_back(render: Render) -> None:
    """Its run ended without a result through no fault of the plan: once more, but not for ever."""
    with transaction.atomic():
        if render.tries >= MOST_TRIES:
            fail(render, FailureCode.ENGINE, GAVE_UP)
        elif _mine(render).update(status=RenderStatus.QUEUED, lease_token=None, lease_until=None):
            start(render)


def stop(reference: str) -> bool:
    """Stops what still runs of one submit. The working process notices by its next beat."""
    return bool(
        Render.objects.filter(reference=reference, status__in=ACTIVE).update(
            status=RenderStatus.CANCELLED, finished_at=timezone.now(), lease_until=None
        )
    )


def sweep(now: datetime) -> None:
    """Renders that died, and renders whose task was lost, go back to work."""
    lost = Q(status=RenderStatus.QUEUED, enqueued_at__lt=now - FIRST_START)
    dead = Q(status=RenderStatus.RUNNING, lease_until__lt=now)
    for render in Render.objects.filter(lost | dead):
        if render.status == RenderStatus.RUNNING:
            put_back(render)
        elif _overdue(render, now):
            with transaction.atomic():
                still = Render.objects.filter(
                    pk=render.pk, status=RenderStatus.QUEUED, enqueued_at=render.enqueued_at
                ).update(enqueued_at=now)
                if still:
                    start(render)


def _overdue(render: Render, now: datetime) -> bool:
    """A waiting render may simply be one of many: the older it is, the rarer it is called again."""
    called = render.enqueued_at or render.created_at
    return now - called >= min(max(FIRST_START, called - render.created_at), timedelta(minutes=5))


def _mine(render: Render) -> models.QuerySet[Render]:
    return Render.objects.filter(pk=render.pk, status=RenderStatus.RUNNING, lease_token=render.lease_token)


def remove_orphans(now: datetime) -> int:
    """Deletes what nobody collected or used for a day: videos of stopped turns, copies of inputs, mezzanines."""
    removed = 0
    for path in folder().iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime >= (now - ORPHAN_AGE).timestamp():
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
            removed += 1
    return removed


def of(references: Sequence[str]) -> dict[str, list[Render]]:
    """The rows of many submits in one query."""
    rows: dict[str, list[Render]] = {reference: [] for reference in references}
    for render in Render.objects.filter(reference__in=list(references)).order_by("index"):
        rows[str(render.reference)].append(render)
    return rows
