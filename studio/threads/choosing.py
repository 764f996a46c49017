"""Which models a team may choose from, and which one a turn starts with."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from studio.providers import catalogue, keys, registry
from studio.providers.catalogue import ModelSpec
from studio.threads.models import Operation, Take, TeamProvider

LOOKED_UP_FOR = 15.0  # s: every page asks, and staff rarely change it


@dataclass(frozen=True)
class Choices:
    """What a team may use, the model it starts with, and by provider the safety check it starts with."""

    allowed: frozenset[str]
    model: str = ""
    safety: Mapping[str, str] = field(default_factory=dict)


_looked_up: dict[UUID, tuple[float, Choices]] = {}


def offered(team: UUID, operation: Operation) -> list[ModelSpec]:
    """Models that can do it, of providers that can be called and that the team may use, in the catalogue's order."""
    allowed = _lookup(team).allowed
    return [spec for spec in catalogue.specs() if spec.provider in allowed and spec.can(operation)]


def chosen(team: UUID, operation: Operation, named: object = "", parent: Take | None = None) -> ModelSpec:
    """The model that a form names, else that of the take it continues, else the team's own choice, else the first."""
    able = offered(team, operation)
    before = f"{parent.turn.provider}/{parent.turn.model}" if parent else ""
    for wanted in (named, before, _lookup(team).model):
        if found := next((spec for spec in able if spec.key == wanted), None):
            return found
    return able[0]


def named(team: UUID, key: object) -> ModelSpec | None:
    """The model that a form names, where the team may use it."""
    return next((spec for spec in catalogue.specs() if spec.key == key and may_use(team, spec)), None)


def may_use(team: UUID, spec: ModelSpec) -> bool:
    return spec.provider in _lookup(team).allowed


def defaults(team: UUID, spec: ModelSpec, operation: str) -> dict[str, Any]:
    """A turn's `settings` before anybody changes them: the model's, and what the team starts with."""
    settings = spec.defaults(operation)
    if "safety" in settings and (mode := _lookup(team).safety.get(spec.provider)) in spec.safety:
        settings["safety"] = mode
    return settings


def forget(team: UUID) -> None:
    """Look it up again: it was changed. Other processes do so within LOOKED_UP_FOR."""
    _looked_up.pop(team, None)


def _lookup(team: UUID) -> Choices:
    until, choices = _looked_up.get(team, (0.0, None))
    if choices is None or time.monotonic() > until:
        choices = _read(team)
        _looked_up[team] = (time.monotonic() + LOOKED_UP_FOR, choices)
    return choices


def _read(team: UUID) -> Choices:
    rows: Sequence[TeamProvider] = list(TeamProvider.objects.filter(team=team))
    off = {row.provider for row in rows if not row.allowed} | (set() if settings.REHEARSAL else {"rehearsal"})
    default = next((row.default_model for row in rows if row.default_model and row.allowed), "")
    safety = {row.provider: row.safety for row in rows if row.safety}
    # The local engine spends nothing and is always there, so that nobody stands before an empty list.
    return Choices(frozenset({"local", *(keys.ready() & registry.PROVIDERS.keys()) - off}), default, safety)
