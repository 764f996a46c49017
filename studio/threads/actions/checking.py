"""Whether a model can do what a turn asks, by its row of the catalogue. The form asks the same, for the page's sake."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.media.models import Asset, AssetStatus
from studio.providers import catalogue
from studio.providers.catalogue import Limits, ModelSpec, Size
from studio.threads.actions.refusals import ActionRefused
from studio.threads.choosing import may_use
from studio.threads.models import Operation, Take, Thread, TurnInput

ROUNDING = 0.05  # s: a clip of 60.02 s counts as one of 60


def model_spec(thread: Thread, provider: str, model: str, operation: Operation) -> ModelSpec:
    try:
        spec = catalogue.spec(provider, model)
    except catalogue.UnknownModel:
        raise ActionRefused(_("This model is no longer offered. Choose another one."), "model") from None
    if not may_use(thread.team_id, spec):
        raise ActionRefused(_("%(model)s is not set up here. Choose another model.") % {"model": spec.label}, "model")
    if not spec.can(operation):
        raise ActionRefused(_("%(model)s cannot do this. Choose another model.") % {"model": spec.label}, "model")
    return spec


def checked_prompt(spec: ModelSpec, prompt: str) -> str:
    prompt = prompt.strip()
    if len(prompt) < spec.prompt.min:
        least = int(spec.prompt.min)
        raise ActionRefused(
            ngettext(
                "Say in at least %(count)d character what you want.",
                "Say in at least %(count)d characters what you want.",
                least,
            )
            % {"count": least},
            "prompt",
        )
    if len(prompt) > spec.prompt.max:
        raise ActionRefused(
            _("That is %(have)d characters, and %(most)d fit. Nothing is lost: shorten it and send again.")
            % {"have": len(prompt), "most": int(spec.prompt.max)},
            "prompt",
        )
    return prompt


def check_parent(thread: Thread, parent: Take | None) -> None:
    if parent is None:
        return
    turn = parent.turn
    if turn.thread_id != thread.pk or parent.trashed_at or turn.trashed_at:
        raise ActionRefused(_("The take you were editing is in the trash. Choose another one."), "parent")
    if parent.asset.held:
        raise ActionRefused(_("The take you were editing is held back by a moderator. Choose another one."), "parent")


def check_inputs(spec: ModelSpec, thread: Thread, inputs: Sequence[tuple[str, Asset]]) -> None:
    roles = [role for role, _asset in inputs]
    clips, frames, references = (
        roles.count(role) for role in (TurnInput.Role.SOURCE, TurnInput.Role.FIRST_FRAME, TurnInput.Role.REFERENCE)
    )
    most = spec.references_with_video if clips else int(spec.references.max)
    if clips > 1:
        raise ActionRefused(_("One clip at a time can be edited. Take the others out."), "inputs")
    if frames > 1:
        raise ActionRefused(_("There can be one first frame. Use the photos as references instead."), "inputs")
    together = bool(clips) and bool(references) and not frames and spec.references_with_video > 0
    if bool(clips) + bool(frames) + bool(references) > 1 and not together:
        raise ActionRefused(_("Send a clip, or a first frame, or references: not several of these together."), "inputs")
    if references > most:
        raise ActionRefused(
            ngettext("At most %(most)d reference fits.", "At most %(most)d references fit.", most) % {"most": most},
            "inputs",
        )
    for role, asset in inputs:
        _check_asset(spec, thread, role, asset)


def _check_asset(spec: ModelSpec, thread: Thread, role: str, asset: Asset) -> None:
    words = {"name": asset.title or str(TurnInput.Role(role).label), "model": spec.label}
    limits = spec.source_seconds
    if asset.team_id != thread.team_id or asset.trashed_at or asset.purged_at:
        raise ActionRefused(_("“%(name)s” is gone. Take it out or attach it again.") % words, "inputs")
    if asset.status in (AssetStatus.RECEIVING, AssetStatus.READING):
        raise ActionRefused(_("“%(name)s” is still being read. Send again in a moment.") % words, "inputs")
    if asset.status != AssetStatus.READY or asset.held:
        raise ActionRefused(_("“%(name)s” cannot be used. Take it out.") % words, "inputs")
    if asset.is_video != (role == TurnInput.Role.SOURCE):
        raise ActionRefused(_("“%(name)s” cannot be used in this way. Attach it again.") % words, "inputs")
    if asset.is_video and not limits.min - ROUNDING <= asset.duration <= limits.max + ROUNDING:
        words |= {"have": f"{asset.duration:.1f}", "least": f"{limits.min:g}", "most": f"{limits.max:g}"}
        raise ActionRefused(
            _("“%(name)s” is %(have)s s long, and %(model)s takes %(least)s to %(most)s s. Trim it first.") % words,
            "inputs",
        )


def check_settings(spec: ModelSpec, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """What the operation takes, with the spec's defaults for what is left open; the rest is dropped."""
    settings = spec.defaults(operation)
    settings |= {key: value for key, value in given.items() if key in settings and value is not None}
    checks: dict[str, Callable[[], bool]] = {
        "duration": lambda: _within(spec.duration, settings["duration"]),
        "quality": lambda: _within(spec.quality, settings["quality"]),
        "results": lambda: _within(spec.results, settings["results"]) and settings["results"] % 1 == 0,
        "format": lambda: settings["format"] in spec.formats,
        "safety": lambda: settings["safety"] in spec.safety,
        "size": lambda: Size(settings["width"], settings["height"]) in spec.sizes,
    }
    for name in spec.fields(operation):
        if not checks[name]():
            raise ActionRefused(_not_offered(spec, name), name)
    return settings


def _within(limits: Limits, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and limits.allow(value)


def _not_offered(spec: ModelSpec, name: str) -> str:
    limits = {"duration": spec.duration, "quality": spec.quality, "results": spec.results}.get(name)
    if limits:
        return _("Choose from %(least)d to %(most)d.") % {"least": int(limits.min), "most": int(limits.max)}
    if name == "size":
        return _("%(model)s does not make this size.") % {"model": spec.label}
    return _("%(model)s does not make this format.") % {"model": spec.label}
