"""From a provider's results to takes. Each is computed only where it is missing, so running twice is harmless."""

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from studio import engine, queue
from studio.live.publishing import publish_many
from studio.media import addresses, links, storage, store, trash
from studio.media.disk import DiskFull
from studio.media.models import Asset
from studio.providers import keys, registry
from studio.providers.errors import FailureCode
from studio.threads import holds
from studio.threads.jobs.holding import Heartbeat
from studio.threads.jobs.moving import Change, change, changes_of
from studio.threads.jobs.news import COLLECT
from studio.threads.models import HeldBy, Job, JobStatus, Take
from studio.threads.patience import FIRST_WAIT, LONGEST_ROUND, MOST_TRIES, NEXT_CALL

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=5)
OPEN = (JobStatus.RUNNING, JobStatus.COLLECTING)
PICTURES = "studio.threads.tasks.derived_ready"
AFTER_A_SAMPLE = "studio.threads.tasks.continue_sample"
LOST = _("The finished video is gone from the disk of the render worker. Try again to render it once more.")
NOT_FETCHED = _(
    "The finished video could not be fetched from the provider's link. Whoever runs this studio sees the link in the "
    "admin, as long as it lives."
)
NOT_STORED = _("The finished video could not be stored. Try again; if it fails again, ask whoever runs this studio.")


@dataclass(frozen=True)
class Unfit:
    """A result that cannot become a take, and why."""

    code: str
    sentence: str


def collect(job_id: str) -> None:
    """Makes takes of what has arrived, and ends the job after the last one. Only one process does so at a time."""
    job, this = _claim(job_id), Round()
    if job is None:
        return
    with Heartbeat(job, LEASE):
        while job is not None:
            job = _step(job, this)


def collect_again(job: Job) -> None:
    """A collector died, or its task was lost: once more, but not for ever."""
    with transaction.atomic():
        present = _locked(job)
        if present is None or present.lease_until != job.lease_until:
            return
        if present.tries < MOST_TRIES:
            until = timezone.now() + NEXT_CALL
            Job.objects.filter(pk=job.pk).update(lease_token=None, lease_until=until)
            queue.enqueue(COLLECT, str(job.pk))
            return
        for result in _missing(present):
            _write_unfit(present, result, Unfit(FailureCode.ENGINE, NOT_STORED))
        publish_many(_settle(present))


def take_id(job: Job, index: int) -> uuid.UUID:
    """The same for every run, so that a second run finds what the first one made."""
    return uuid.uuid5(job.pk, f"take {index}")


def asset_id(job: Job, index: int) -> uuid.UUID:
    return uuid.uuid5(job.pk, f"asset {index}")


@dataclass
class Round:
    """One run of a collector: the places of what it could not fetch this time, and when (monotonic) it has to end."""

    late: set[int] = field(default_factory=set)
    ends: float = field(default_factory=lambda: time.monotonic() + LONGEST_ROUND)


def _claim(job_id: str) -> Job | None:
    now, token = timezone.now(), uuid.uuid4()
    free = Q(lease_token=None) | Q(lease_until__lt=now)
    rows = Job.objects.filter(free, pk=job_id, status__in=OPEN)
    if not rows.update(lease_token=token, lease_until=now + LEASE, tries=F("tries") + 1):
        return None
    return Job.objects.select_related("turn__thread__team", "turn__author").get(pk=job_id)


def _locked(job: Job) -> Job | None:
    """The row as it is now, until the end of the transaction; None when it is another's by now, or over."""
    return (
        Job.objects.select_for_update(of=("self",))
        .select_related("turn__thread__team", "turn__author")
        .filter(pk=job.pk, lease_token=job.lease_token, status__in=OPEN)
        .first()
    )


def _step(job: Job, this: Round | None = None) -> Job | None:
    """Stores one result and writes it down; None when nothing is left to do here, or the job is another's now.

    What cannot be fetched now holds nothing else up: links do not last.
    """
    this = this or Round()
    result = next((each for each in _missing(job) if each["index"] not in this.late), None)
    made = _try(job, result, this) if result else None
    with transaction.atomic():
        present = _locked(job)
        changes: list[Change] = []
        if present is None:
            _clear_away(job, made)
            return None
        if result and isinstance(made, Asset):
            changes += _add_take(present, result, made)
        elif result and isinstance(made, Unfit):
            _write_unfit(present, result, made)
        missing = {each["index"] for each in _missing(present)}
        if not missing:
            changes += _settle(present)
        elif missing <= this.late:
            _put_off(present)
        publish_many(changes)
    return present if missing - this.late else None


def _missing(job: Job) -> list[dict[str, Any]]:
    made = set(Take.objects.filter(job=job).values_list("id", flat=True))
    return [result for result in job.results if not result.get("unfit") and take_id(job, result["index"]) not in made]


def _try(job: Job, result: dict[str, Any], this: Round) -> Asset | Unfit | None:
    """None: it could not be fetched, and is tried again in a later round."""
    try:
        waiting = sum(each["index"] not in this.late for each in _missing(job))
        return _store(job, result, max(this.ends - time.monotonic(), 0.0) / max(waiting, 1))
    except links.LinkRefused as error:
        logger.warning("Result %d of job %s could not be fetched: %s", result["index"], job.pk, error)
        if job.tries >= MOST_TRIES:
            return Unfit(FailureCode.NETWORK, NOT_FETCHED)
        this.late.add(result["index"])
        return None


def _store(job: Job, result: dict[str, Any], seconds: float = LONGEST_ROUND) -> Asset | Unfit:
    """Raises LinkRefused where another try may help."""
    try:
        with _on_this_machine(job, result, seconds) as path:
            return _ingest(job, result, path)
    except engine.MediaRefused as error:
        return Unfit(FailureCode.ENGINE, error.detail)  # what came back is no video: nothing of what was sent
    except FileNotFoundError:
        return Unfit(FailureCode.ENGINE, LOST)
    except DiskFull as error:
        if job.tries < MOST_TRIES:
            raise
        return Unfit(FailureCode.ENGINE, str(error))


def _ingest(job: Job, result: dict[str, Any], path: Path) -> Asset:
    turn = job.turn
    return store.ingest_result(
        path,
        team=turn.thread.team,
        owner=turn.author,
        title=f"{turn.thread.title} {turn.number}",
        id=asset_id(job, result["index"]),
        then=PICTURES,
        probe=engine.Probe(**result["probe"]) if result.get("probe") else None,
        held=bool(result.get("flagged")) or holds.builds_on_held(turn),
    )


@contextmanager
def _on_this_machine(job: Job, result: dict[str, Any], seconds: float) -> Iterator[Path]:
    """The file of a result: where the local engine left it, or fetched from a vendor's link, which will not last."""
    if result["path"]:
        yield Path(result["path"])
        return
    with storage.workspace() as folder:
        target = folder / "result"
        links.download(
            result["url"],
            target,
            max_bytes=store.TAKE_LIMITS.bytes,
            max_seconds=max(seconds, 1.0),
            private=settings.PRIVATE_ORIGINS,
            headers=registry.provider(job.provider).download_headers(result["url"], keys.find(job.provider)),
        )
        yield target


def _put_off(job: Job) -> None:
    """The sweep calls a collector again when the lease has run out: the links may answer by then."""
    wait = FIRST_WAIT * 3 ** (job.tries - 1)
    logger.info("Results of job %s are fetched again in %d s", job.pk, wait.total_seconds())
    Job.objects.filter(pk=job.pk).update(lease_token=None, lease_until=timezone.now() + wait)


def _clear_away(job: Job, made: Asset | Unfit | None) -> None:
    """Stored for a job that ended meanwhile. While the job goes on, its next collector takes the file over."""
    if not isinstance(made, Asset) or Job.objects.filter(pk=job.pk, status__in=OPEN).exists():
        return
    if not Take.objects.filter(asset=made).exists():
        trash.purge(made)


def _add_take(job: Job, result: dict[str, Any], asset: Asset) -> list[Change]:
    turn = job.turn
    earlier = Take.objects.filter(turn=turn).exclude(job=job).aggregate(last=Max("number"))["last"] or 0
    take = Take.objects.create(
        id=take_id(job, result["index"]),
        turn=turn,
        job=job,
        number=earlier + result["index"] + 1,
        asset=asset,
        provider=job.provider,
        video_id=_unique(job.provider, result["video_id"]),
        seed=result["seed"],
        vendor_file=result.get("vendor_file", ""),
    )
    holds.inherit(take)
    if result.get("flagged"):
        holds.hold(take, HeldBy.PROVIDER, holds.OBJECTED)
    if result["path"]:
        transaction.on_commit(partial(Path(result["path"]).unlink, missing_ok=True), robust=True)
    src = addresses.url(asset) if asset.browser_playable and not asset.held else ""
    alone = int(turn.settings.get("results", 1)) == 1
    news = {"turn": str(turn.pk), "take": str(take.pk), "src": src, "alone": alone}
    return [(turn.thread.stream, "take.added", news)]


def _unique(provider: str, video_id: str) -> str | None:
    """A name that the vendor gave twice can be passed on from the first take alone; the other is sent as a file."""
    taken = bool(video_id) and Take.objects.filter(provider=provider, video_id=video_id).exists()
    return None if taken else video_id or None


def _write_unfit(job: Job, result: dict[str, Any], unfit: Unfit) -> None:
    job.results = [
        {**each, "unfit": [unfit.code, unfit.sentence]} if each["index"] == result["index"] else each
        for each in job.results
    ]
    Job.objects.filter(pk=job.pk).update(results=job.results)


def _settle(job: Job) -> list[Change]:
    """Everything that arrived is stored: let go of the row, or end the job where nothing more will come."""
    if job.status == JobStatus.RUNNING:
        Job.objects.filter(pk=job.pk).update(lease_token=None, lease_until=None, tries=0)
        return []
    unfit = next((Unfit(*result["unfit"]) for result in job.results if result.get("unfit")), None)
    return _end(job, unfit)


def _end(job: Job, unfit: Unfit | None) -> list[Change]:
    """Some takes and one reason, all takes, or only the reason."""
    fields: dict[str, Any] = {"progress": 1.0}
    if unfit and not job.error_code:
        fields |= {"error_code": unfit.code, "error_detail": unfit.sentence[:500]}
    if Take.objects.filter(job=job).exists():
        target = JobStatus.SUCCEEDED
        if job.turn.thread.is_sample:
            queue.enqueue(AFTER_A_SAMPLE, str(job.turn.thread_id))
    else:
        target = JobStatus.FAILED
        fields.setdefault("error_code", job.error_code or FailureCode.ENGINE)
    moved = change(job.pk, job.status, target, token=job.lease_token, **fields)
    return changes_of(job.pk, target) if moved else []
