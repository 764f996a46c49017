"""What a turn will cost, and how the money of a job ends. Free models (the local engine) leave no line in the books."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.providers import catalogue
from studio.providers.catalogue import ModelSpec, Size
from studio.providers.errors import FailureCode
from studio.spending import ledger
from studio.spending.money import format_money
from studio.spending.quoting import FREE, Quote, quote
from studio.threads.models import Job, JobStatus, Take, Thread, Turn, TurnInput

NEVER_SENT = frozenset({JobStatus.QUEUED, JobStatus.SUBMITTING})


class Priced(Protocol):
    """What a price depends on: of an asset, or of what a card shows of one. Seconds and pixels."""

    @property
    def is_video(self) -> bool: ...
    @property
    def duration(self) -> float: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


def price_of(
    spec: ModelSpec, operation: str, settings: Mapping[str, Any], assets: Sequence[Priced], parent: Priced | None
) -> Quote:
    """`assets` are the inputs; `parent` is the file of the take that is continued or extended."""
    clips = [asset for asset in assets if asset.is_video]
    if not clips and parent and operation in ("continue", "extend"):
        clips = [parent]
    return quote(
        spec,
        operation,
        settings,
        source_seconds=sum(_seconds_read(spec, operation, clip) for clip in clips),
        source_size=Size(clips[0].width, clips[0].height) if clips else None,
        images=sum(not asset.is_video for asset in assets),
    )


def _seconds_read(spec: ModelSpec, operation: str, clip: Priced) -> float:
    """Where a take's file is sent, no more of it goes than the model takes."""
    return min(clip.duration, spec.source(operation).max) if spec.chains == "file" else clip.duration


def price_of_turn(turn: Turn) -> Quote:
    try:
        spec = catalogue.spec(turn.provider, turn.model)
    except catalogue.UnknownModel:
        return FREE
    if spec.price is None:
        return FREE
    assets = [each.asset for each in TurnInput.objects.filter(turn=turn).select_related("asset")]
    return price_of(spec, turn.operation, turn.settings, assets, turn.parent.asset if turn.parent else None)


def price_again(turn: Turn, assets: Sequence[Priced], parent: Take | None) -> str:
    """What sending the turn once more costs, in words; empty where it is free. Nothing is looked up for it."""
    try:
        spec = catalogue.spec(turn.provider, turn.model)
    except catalogue.UnknownModel:
        return ""
    price = price_of(spec, turn.operation, turn.settings, assets, parent.asset if parent else None)
    return "" if price.is_free else str(price)


def reserve(job: Job, price: Quote) -> None:
    """Set the most that it may cost aside, in the transaction that makes the job. Raises OverBudget."""
    if not price.is_free:
        ledger.ensure_within_budget(job.turn.thread.team, price)
        ledger.reserve(job.turn.thread.team_id, job.pk, price, job.provider, job.model)


def close(job: Job, source: str, target: str) -> None:
    """A job has come to its end: settle what it did cost, or give back what was set aside."""
    if job.provider == "local" or not ledger.standing([job.pk]):
        return
    if target == JobStatus.ANSWERED:
        ledger.release(job.pk, "answered")
    elif was_never_taken(job, source):
        ledger.release(job.pk, job.error_code or target)
    else:
        ledger.settle(job.pk, job.cost_micros)


def was_never_taken(job: Job, source: str) -> bool:
    """Of a job that ended: no vendor has begun with it, nor may have."""
    return source in NEVER_SENT and not job.may_be_there and job.error_code != FailureCode.OUTCOME_UNKNOWN


def write_off(jobs: Iterable[Job]) -> None:
    """Jobs that go away before they end: their cost stays unknown instead of set aside for ever."""
    for job in ledger.standing([job.pk for job in jobs]):
        ledger.settle(job, None)


@dataclass(frozen=True)
class ThreadTotal:
    """In words: short for the bar, and what it means. Both empty for a thread that has cost nothing."""

    short: str = ""
    long: str = ""


def total_of(thread: Thread) -> ThreadTotal:
    """What a thread has cost so far, as far as vendors have said; what is still under way is not in it."""
    jobs = Job.objects.filter(turn__thread=thread).exclude(provider="local").values_list("pk", flat=True)
    total = ledger.total_of(jobs)
    known, unknown = format_money(total.known_micros) if total.known_micros else "", total.unknown_count
    if not known and not unknown:
        return ThreadTotal()
    words = {"known": known, "count": unknown}
    long = [_("What this thread has cost so far.")]
    if not unknown:
        return ThreadTotal(known, long[0])
    long.append(
        ngettext(
            "Of %(count)d attempt the provider has not said what it cost.",
            "Of %(count)d attempts the provider has not said what they cost.",
            unknown,
        )
        % words
    )
    short = _("%(known)s + %(count)d unknown") if known else _("%(count)d of unknown cost")
    return ThreadTotal(short % words, " ".join(long))


def said_of(standing: ledger.Standing) -> str:
    """How a job's money stands, in a few words."""
    words = {
        ledger.State.RESERVED: _("%(quote)s set aside"),
        ledger.State.SETTLED: _("%(actual)s"),
        ledger.State.UNKNOWN: _("cost unknown, %(quote)s expected"),
        ledger.State.RELEASED: _("not charged"),
    }
    return words[standing.state] % {
        "quote": str(Quote(standing.quoted_low, standing.quoted_high)),
        "actual": str(Quote(standing.actual or 0, standing.actual or 0)),
    }
