"""Which models a team may choose from, and which one a turn starts with."""

import time
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from studio.providers import catalogue, keys, registry
from studio.providers.catalogue import ModelSpec
from studio.threads.models import Operation, Take, TeamProvider

LOOKED_UP_FOR = 15.0  # s: every page asks, and staff rarely change it

_looked_up: dict[UUID, tuple[float, frozenset[str], str]] = {}


def offered(team: UUID, operation: Operation) -> list[ModelSpec]:
    """Models that can do it, of providers that can be called and that the team may use, in the catalogue's order."""
    allowed = _lookup(team)[0]
    return [spec for spec in catalogue.specs() if spec.provider in allowed and spec.can(operation)]


def chosen(team: UUID, operation: Operation, named: object = "", parent: Take | None = None) -> ModelSpec:
    """The model that a form names, else that of the take it continues, else the team's own choice, else the first."""
    able = offered(team, operation)
    before = f"{parent.turn.provider}/{parent.turn.model}" if parent else ""
    for wanted in (named, before, _lookup(team)[1]):
        if found := next((spec for spec in able if spec.key == wanted), None):
            return found
    return able[0]


def may_use(team: UUID, spec: ModelSpec) -> bool:
    return spec.provider in _lookup(team)[0]


def _lookup(team: UUID) -> tuple[frozenset[str], str]:
    until, allowed, default = _looked_up.get(team, (0.0, frozenset(), ""))
    if time.monotonic() > until:
        allowed, default = _read(team)
        _looked_up[team] = (time.monotonic() + LOOKED_UP_FOR, allowed, default)
    return allowed, default


def _read(team: UUID) -> tuple[frozenset[str], str]:
    rows: Sequence[TeamProvider] = list(TeamProvider.objects.filter(team=team))
    off = {row.provider for row in rows if not row.allowed} | (set() if settings.REHEARSAL else {"rehearsal"})
    default = next((row.default_model for row in rows if row.default_model and row.allowed), "")
    # The local engine spends nothing and is always there, so that nobody stands before an empty list.
    return frozenset({"local", *(keys.ready() & registry.PROVIDERS.keys()) - off}), default
