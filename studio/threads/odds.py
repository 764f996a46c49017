"""How often the same try has worked here, for the card of a turn that failed."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

from studio.threads.models import Job, JobStatus

LOOK_BACK = 300  # jobs, of all the models that are asked about together
TURNS = 40
ENDS = (JobStatus.SUCCEEDED, JobStatus.FAILED)  # what people stopped says nothing of the provider
KNOWN_FOR = 20.0  # s
Model = tuple[str, str]  # provider, model


@dataclass(frozen=True)
class Tally:
    """How many there were, and how many of them came through."""

    count: int = 0
    through: int = 0


@dataclass(frozen=True)
class Odds:
    """`turns`: the newest ones with the model, by their last attempt. `retries`: by the failure that they followed."""

    turns: Tally = Tally()
    retries: Mapping[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True)
class _Attempt:
    turn: UUID
    number: int
    came_through: bool
    code: str


_known: dict[Model, tuple[float, Odds]] = {}


def odds_of(models: Iterable[Model]) -> dict[Model, Odds]:
    """One query for all those that nobody has asked about for a while, and none for the others."""
    wanted, now = set(models), time.monotonic()
    stale = {model for model in wanted if model not in _known or now > _known[model][0]}
    if stale:
        _known.update({model: (now + KNOWN_FOR, odds) for model, odds in _read(stale).items()})
    return {model: _known[model][1] for model in wanted}


def _read(models: set[Model]) -> dict[Model, Odds]:
    """Lists of names instead of pairs, and what ended told apart here: else SQLite reads every job of these models."""
    jobs = Job.objects.filter(
        provider__in={provider for provider, _name in models}, model__in={name for _provider, name in models}
    ).order_by("-created_at")
    attempts: dict[Model, list[_Attempt]] = defaultdict(list)
    columns = ("provider", "model", "turn_id", "attempt", "status", "error_code", "turn__held_reason")
    for provider, name, turn, number, status, code, refused in jobs.values_list(*columns)[:LOOK_BACK]:
        if status in ENDS and not refused:  # what this studio refused was never sent
            attempts[provider, name].append(_Attempt(turn, number, status == JobStatus.SUCCEEDED, code))
    return {model: _counted(attempts[model]) for model in models}


def _counted(attempts: Sequence[_Attempt]) -> Odds:
    """`attempts` come newest first."""
    turns: dict[UUID, list[_Attempt]] = defaultdict(list)
    for attempt in attempts:
        turns[attempt.turn].append(attempt)
    retries: dict[str, list[bool]] = defaultdict(list)
    for tried in turns.values():
        for before, after in pairwise(sorted(tried, key=lambda each: each.number)):
            if not before.came_through:
                retries[before.code].append(after.came_through)
    lasts = [max(tried, key=lambda each: each.number).came_through for tried in list(turns.values())[:TURNS]]
    return Odds(
        turns=Tally(len(lasts), sum(lasts)),
        retries={code: Tally(len(ends), sum(ends)) for code, ends in retries.items()},
    )
