"""Everything that is known of one turn, for its details panel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.media.models import Kind
from studio.spending import ledger
from studio.spending.money import format_money
from studio.spending.quoting import Quote
from studio.threads.cards import InputCard, TakeCard, model_label
from studio.threads.loading import load_card
from studio.threads.models import Job, JobStatus, Operation, Turn, TurnInput
from studio.threads.paths import tree_of

SETTING_ORDER = ("duration", "size", "format", "quality", "results")


@dataclass(frozen=True)
class Move:
    """`after` is seconds since the job was made."""

    word: str
    at: datetime
    after: float


@dataclass(frozen=True)
class Attempt:
    """One job with its moves; `money` is what was said it would cost, what is set aside, and what it did cost."""

    number: int
    word: str
    state: str
    model: str
    seconds: float | None
    reference: str
    said: str
    terms: str
    money: tuple["Fact", ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Fact:
    word: str
    value: str
    is_code: bool = False


@dataclass(frozen=True)
class Details:
    """`uploads` are those of the inputs that people brought and have not thrown away yet."""

    turn: Turn
    author: User | None
    model: str
    operation: str
    origin: str
    settings: tuple[Fact, ...]
    takes: tuple[TakeCard, ...]
    inputs: tuple[InputCard, ...]
    attempts: tuple[Attempt, ...]
    can_delete: bool
    uploads: frozenset[UUID]


def details_of(turn: Turn) -> Details:
    tree = tree_of(turn.thread)
    card = load_card(turn, tree)
    jobs = list(Job.objects.filter(turn=turn).defer("raw", "results").prefetch_related("events").order_by("attempt"))
    standings = ledger.standing(job.pk for job in jobs)
    attempts = tuple(attempt_of(job, standings.get(job.pk)) for job in jobs)
    return Details(
        turn=card.turn,
        model=card.model_label,
        operation=str(card.turn.get_operation_display()),
        author=card.author,
        origin=card.parent_name,
        settings=tuple(facts_of(card.turn.settings, card.turn.operation)),
        takes=tuple(card.takes),
        inputs=tuple(card.inputs),
        attempts=tuple(reversed(attempts)),
        uploads=uploads_of(turn),
        can_delete=not card.is_active and not card.takes and not tree.has_below(turn.id),
    )


def uploads_of(turn: Turn) -> frozenset[UUID]:
    brought = TurnInput.objects.filter(turn=turn, asset__kind__in=(Kind.SOURCE, Kind.REFERENCE))
    return frozenset(brought.filter(asset__trashed_at=None, asset__purged_at=None).values_list("asset", flat=True))


def attempt_of(job: Job, standing: ledger.Standing | None) -> Attempt:
    moves = tuple(
        Move(
            word=str(JobStatus(event.to_status).label) if event.to_status in JobStatus.values else event.to_status,
            at=event.at,
            after=max(0.0, (event.at - job.created_at).total_seconds()),
        )
        for event in job.events.all()
    )
    return Attempt(
        number=job.attempt,
        word=str(JobStatus(job.status).label),
        state=job.status,
        model=model_label(job.provider, job.model_used or job.model),
        seconds=(job.finished_at - job.created_at).total_seconds() if job.finished_at else None,
        reference=job.reference,
        said=job.error_detail,
        terms=terms_of(job),
        money=tuple(money_of(standing)) if standing else (),
        moves=moves,
    )


def money_of(standing: ledger.Standing) -> Iterator[Fact]:
    yield Fact(_("Price shown"), str(Quote(standing.quoted_low, standing.quoted_high)))
    if standing.reserved:
        yield Fact(_("Set aside"), format_money(standing.reserved))
    costs = {
        ledger.State.RESERVED: _("not known yet"),
        ledger.State.UNKNOWN: _("the provider did not say"),
        ledger.State.RELEASED: _("not charged"),
        ledger.State.SETTLED: format_money(standing.actual or 0),
    }
    yield Fact(_("Cost"), costs[standing.state])


def terms_of(job: Job) -> str:
    if ttl := job.terms.get("ttl"):
        return _("The provider deletes its copies after %(hours)d hours.") % {"hours": ttl // 3600}
    return ""


def facts_of(settings: dict[str, Any], operation: str) -> Iterator[Fact]:
    if "duration" in settings:
        word = _("Length added") if operation == Operation.EXTEND else _("Length")
        yield Fact(word, _("%(seconds)s s") % {"seconds": settings["duration"]})
    if settings.get("width"):
        yield Fact(_("Shape"), f"{settings['width']} × {settings['height']}")
    if settings.get("resolution", "auto") != "auto":
        yield Fact(_("Resolution"), str(settings["resolution"]))
    if "format" in settings:
        yield Fact(_("Format"), str(settings["format"]).upper())
    if "quality" in settings:
        yield Fact(_("Quality"), str(settings["quality"]))
    if "results" in settings:
        yield Fact(_("Takes"), str(settings["results"]))
