"""What a turn will cost, and how the money of a job ends. Free models (the local engine) leave no line in the books."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from studio.media.models import Asset
from studio.providers import catalogue
from studio.providers.catalogue import ModelSpec, Size
from studio.providers.errors import FailureCode
from studio.spending import ledger
from studio.spending.quoting import FREE, Quote, quote
from studio.threads.models import Job, JobStatus, Turn, TurnInput

NEVER_SENT = frozenset({JobStatus.QUEUED, JobStatus.SUBMITTING})


def price_of(
    spec: ModelSpec, operation: str, settings: Mapping[str, Any], assets: Sequence[Asset], parent: Asset | None
) -> Quote:
    """`assets` are the inputs; `parent` is the file of the take that is continued."""
    clip = next((asset for asset in assets if asset.is_video), parent if operation == "continue" else None)
    return quote(
        spec,
        operation,
        settings,
        source_seconds=clip.duration if clip else 0.0,
        source_size=Size(clip.width, clip.height) if clip else None,
        images=sum(not asset.is_video for asset in assets),
    )


def price_of_turn(turn: Turn) -> Quote:
    try:
        spec = catalogue.spec(turn.provider, turn.model)
    except catalogue.UnknownModel:
        return FREE
    if spec.price is None:
        return FREE
    assets = [each.asset for each in TurnInput.objects.filter(turn=turn).select_related("asset")]
    return price_of(spec, turn.operation, turn.settings, assets, turn.parent.asset if turn.parent else None)


def reserve(job: Job, price: Quote) -> None:
    """Set the most that it may cost aside, in the transaction that makes the job. Raises OverBudget."""
    if not price.is_free:
        ledger.ensure_within_budget(job.turn.thread.team, price)
        ledger.reserve(job.turn.thread.team_id, job.pk, price, job.provider, job.model)


def close(job_id: UUID | str, source: str, target: str) -> None:
    """A job has come to its end: settle what it did cost, or give back what was set aside."""
    job = Job.objects.only("provider", "cost_micros", "error_code", "may_be_there").get(pk=job_id)
    if job.provider == "local" or not ledger.standing([job.pk]):
        return
    if target == JobStatus.ANSWERED:
        ledger.release(job.pk, "answered")
    elif source in NEVER_SENT and not job.may_be_there and job.error_code != FailureCode.OUTCOME_UNKNOWN:
        ledger.release(job.pk, job.error_code or target)
    else:
        ledger.settle(job.pk, job.cost_micros)


def write_off(jobs: Iterable[Job]) -> None:
    """Jobs that go away before they end: their cost stays unknown instead of set aside for ever."""
    for job in ledger.standing([job.pk for job in jobs]):
        ledger.settle(job, None)


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
