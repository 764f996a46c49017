"""How the providers are doing, for staff: what came through lately, how long it took, and what went wrong last."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from studio.providers.errors import FailureCode
from studio.threads.cards import model_label
from studio.threads.models import Job, JobEvent, JobQuerySet, JobStatus
from studio.threads.sentences import failure_of

# Ends that say nothing of how well a provider works: its safety check objects, or it could not be done as it was asked.
BLOCKED = frozenset({FailureCode.INPUT_BLOCKED, FailureCode.OUTPUT_BLOCKED})
UNFIT = frozenset({FailureCode.BAD_REQUEST, FailureCode.UNSUPPORTED, FailureCode.BAD_MEDIA, FailureCode.EXPIRED_PARENT})
# Refused by a moderator while the studio's own rules held it: no provider has heard of it.
REFUSED_HERE = Q(status=JobStatus.FAILED, error_code=FailureCode.INPUT_BLOCKED, started_at__isnull=True)
NEWEST = 1000  # results of each model whose times are looked at
Model = tuple[str, str]  # provider, model
Result = tuple[UUID, datetime, datetime]  # a job, when it was sent, when all of it was here


@dataclass(frozen=True)
class LastError:
    code: str
    at: datetime
    sentence: str


@dataclass(frozen=True)
class Times:
    """Seconds from sending to playable, of what came through; `collecting` is the newest one's last step alone."""

    median: float
    ninetieth: float
    collecting: float | None


@dataclass(frozen=True)
class Health:
    """One model of one provider. `begun` counts every job of the days looked at that was not refused by the studio's
    own rules, stopped and answered ones too.

    `failed` are the failures of the provider, or of what leads there; apart from them `blocked` are what a safety check
    stopped, and `unfit` the requests that could not be done as they were. `running` are those under way now, however
    old.
    """

    provider: str
    model: str
    label: str
    begun: int
    succeeded: int
    failed: int
    blocked: int
    unfit: int
    running: int
    times: Times | None
    last_error: LastError | None

    @property
    def rate(self) -> float | None:
        """Of those that it was the provider's to bring to an end, the part that came through: 0 to 1."""
        ended = self.succeeded + self.failed
        return self.succeeded / ended if ended else None


def health_of(days: int = 7) -> list[Health]:
    """Of each model with jobs in these days, or with some under way, by provider and label.

    Three or four queries, and two small ones for each model.
    """
    since = timezone.now() - timedelta(days=days)
    ends, running = _ends(since), _running()
    results = {model: _newest_results(model, since) for model in ends if ends[model].succeeded}
    collecting = _collecting([rows[0][0] for rows in results.values() if rows])
    found = [
        Health(
            provider=model[0],
            model=model[1],
            label=model_label(*model),
            begun=ends[model].begun,
            succeeded=ends[model].succeeded,
            failed=ends[model].failed,
            blocked=ends[model].blocked,
            unfit=ends[model].unfit,
            running=running.get(model, 0),
            times=_times(results.get(model, []), collecting),
            last_error=_last_error(model, since) if ends[model].failed else None,
        )
        for model in {**ends, **running}
    ]
    return sorted(found, key=lambda each: (each.provider, each.label))


@dataclass
class _Ends:
    """How many jobs of a model there were, and what became of them."""

    begun: int = 0
    succeeded: int = 0
    failed: int = 0
    blocked: int = 0
    unfit: int = 0

    def add(self, status: str, code: str, number: int) -> None:
        self.begun += number
        if status == JobStatus.SUCCEEDED:
            self.succeeded += number
        elif status == JobStatus.FAILED:
            kind = "blocked" if code in BLOCKED else "unfit" if code in UNFIT else "failed"
            setattr(self, kind, getattr(self, kind) + number)


def _ends(since: datetime) -> dict[Model, _Ends]:
    jobs = Job.objects.filter(created_at__gte=since).order_by()
    rows = jobs.values_list("provider", "model", "status", "error_code")
    ends: dict[Model, _Ends] = defaultdict(_Ends)
    for provider, model, status, code, number in rows.annotate(number=Count("*")):
        ends[provider, model].add(status, code, number)
    if any(each.blocked for each in ends.values()):  # what tells them apart is not in the index, and they are few
        here = jobs.filter(REFUSED_HERE).values_list("provider", "model")
        for provider, model, number in here.annotate(number=Count("*")):
            ends[provider, model].begun -= number
            ends[provider, model].blocked -= number
    return defaultdict(_Ends, {model: each for model, each in ends.items() if each.begun})


def _running() -> dict[Model, int]:
    rows = Job.objects.active().order_by().values_list("provider", "model")
    return {(provider, model): number for provider, model, number in rows.annotate(number=Count("*"))}


def _newest_results(model: Model, since: datetime) -> list[Result]:
    done = _ended(model, since, JobStatus.SUCCEEDED).filter(started_at__isnull=False, finished_at__isnull=False)
    return list(done.values_list("pk", "started_at", "finished_at")[:NEWEST])  # type: ignore[arg-type]


def _ended(model: Model, since: datetime, status: str) -> JobQuerySet:
    """The newest first."""
    provider, name = model
    jobs = Job.objects.filter(provider=provider, model=name, status=status, created_at__gte=since)
    return jobs.order_by("-created_at")


def _times(results: Sequence[Result], collecting: dict[UUID, float]) -> Times | None:
    if not results:
        return None
    spans = [(finished - started).total_seconds() for _job, started, finished in results]
    return Times(median(spans), _ninetieth(spans), collecting.get(results[0][0]))


def _ninetieth(spans: list[float]) -> float:
    """The 90th percentile: nine of ten were faster."""
    return quantiles(spans, n=10, method="inclusive")[-1] if len(spans) > 1 else spans[0]


def _collecting(jobs: Sequence[UUID]) -> dict[UUID, float]:
    """Seconds from the provider's end to the last file stored."""
    events = JobEvent.objects.filter(job__in=jobs, to_status__in=(JobStatus.COLLECTING, JobStatus.SUCCEEDED))
    at: dict[UUID, dict[str, datetime]] = defaultdict(dict)
    for job, status, moment in events.values_list("job_id", "to_status", "at"):
        at[job][status] = moment
    return {
        job: (moves[JobStatus.SUCCEEDED] - moves[JobStatus.COLLECTING]).total_seconds()
        for job, moves in at.items()
        if len(moves) == 2
    }


def _last_error(model: Model, since: datetime) -> LastError | None:
    """Of the provider's own."""
    columns = ("error_code", "error_detail", "finished_at", "created_at")
    found = _ended(model, since, JobStatus.FAILED).exclude(error_code__in=BLOCKED | UNFIT).values_list(*columns)[:1]
    for code, detail, finished, created in found:
        failure = failure_of(code, detail, model[0], model_label(*model))
        return LastError(code, finished or created, f"{failure.title}. {failure.detail}".strip())
    return None
