"""Other models for a turn that its own has no time for, or cannot do: offered with their price, never taken."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.providers import catalogue
from studio.providers.catalogue import ModelSpec
from studio.providers.errors import FailureCode
from studio.threads.actions.checking import Inputs, check_inputs, check_parent, checked_prompt
from studio.threads.actions.refusals import ActionRefused
from studio.threads.cards import Alternative
from studio.threads.choosing import offered
from studio.threads.composing import price_with, settings_as_fields
from studio.threads.models import Operation, Take, Thread, Turn

MOST = 5
ELSEWHERE = frozenset(  # its provider is no help
    {
        FailureCode.BUSY,
        FailureCode.TIMEOUT,
        FailureCode.REGION_BLOCKED,
        FailureCode.UNAUTHORISED,
        FailureCode.OUT_OF_CREDIT,
    }
)
CODES = ELSEWHERE | {FailureCode.MODEL_GONE, FailureCode.UNSUPPORTED}


def alternatives_to(thread: Thread, turn: Turn, code: str, inputs: Inputs, parent: Take | None) -> list[Alternative]:
    """Models that the team may use and that would take this turn as it is, the local engine last.

    `parent` with its turn, and `inputs` in their order, are loaded. Where the provider itself is busy, or not to be had
    here, none of its own.
    """
    if code not in CODES:
        return []
    able = [
        spec
        for spec in offered(thread.team_id, Operation(turn.operation))
        if _is_another(spec, turn, code) and _would_take(spec, thread, turn, inputs, parent)
    ]
    successor = _successor_of(turn)
    able.sort(key=lambda spec: (spec.provider == "local", spec.key != successor))
    return [_offer(spec, thread, turn, inputs, parent) for spec in able[:MOST]]


def _is_another(spec: ModelSpec, turn: Turn, code: str) -> bool:
    """A rehearsal is no help with real work, and a model that was switched off helps nobody."""
    if spec.provider == "rehearsal" or (spec.ended and spec.ended <= timezone.localdate()):
        return False
    if code in ELSEWHERE:
        return spec.provider != turn.provider
    return (spec.provider, spec.model) != (turn.provider, turn.model)


def _would_take(spec: ModelSpec, thread: Thread, turn: Turn, inputs: Inputs, parent: Take | None) -> bool:
    try:
        checked_prompt(spec, turn.prompt)
        check_parent(thread, parent)
        check_inputs(spec, thread, Operation(turn.operation), inputs, parent)
    except ActionRefused:
        return False
    return True


def _successor_of(turn: Turn) -> str:
    try:
        successor = catalogue.spec(turn.provider, turn.model).successor
    except catalogue.UnknownModel:
        return ""
    return f"{turn.provider}/{successor}" if successor else ""


def _offer(spec: ModelSpec, thread: Thread, turn: Turn, inputs: Inputs, parent: Take | None) -> Alternative:
    fields, assets = settings_as_fields(turn.settings), [asset for _role, asset in inputs]
    price = price_with(spec, Operation(turn.operation), fields, assets, parent.asset if parent else None)
    said = _("free") if price.is_free else str(price)
    if (takes := _takes(spec, turn)) < int(turn.settings.get("results") or 1):
        said += ngettext(", %(count)d take", ", %(count)d takes", takes) % {"count": takes}
    query = {"at": str(turn.id), "again": str(turn.id), "model": spec.key}
    address = reverse("threads:thread-detail", args=[thread.id], query=query)
    return Alternative(spec.label, said, f"{address}#turn-{turn.id}")


def _takes(spec: ModelSpec, turn: Turn) -> int:
    """How many the composer will ask for: as many as before, where the model makes so many at once."""
    asked = int(turn.settings.get("results") or 1)
    fits = "results" in spec.fields(turn.operation) and spec.results.allow(asked)
    return asked if fits else int(spec.results.default or 1)
