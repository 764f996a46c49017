"""What a turn asks for, and whether a model can do it, by its row of the catalogue.

The one place where this stands: the form asks here too, so that the page says all of it before anything is sent.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.media.models import Asset, AssetStatus
from studio.providers import catalogue
from studio.providers.catalogue import Limits, ModelSpec, Size
from studio.threads.actions.refusals import ActionRefused
from studio.threads.choosing import defaults, may_use
from studio.threads.models import Operation, Take, Thread, TurnInput

Inputs = Sequence[tuple[str, Asset]]
ROUNDING = 0.05  # s: a clip of 60.02 s counts as one of 60


def operation_of(spec: ModelSpec, roles: Sequence[str], parent: object, extend: bool = False) -> Operation:
    """Words only generate; a photo is a first frame or a reference; a clip is edited; a take is continued.

    Photos beside a take continue it after them, where the model takes both; else they put it aside.
    `extend`: what would be changed is extended instead.
    """
    found = _usual_operation(spec, roles, parent)
    return Operation.EXTEND if extend and found in (Operation.EDIT, Operation.CONTINUE) else found


def _usual_operation(spec: ModelSpec, roles: Sequence[str], parent: object) -> Operation:
    if TurnInput.Role.SOURCE in roles:
        return Operation.EDIT
    if TurnInput.Role.FIRST_FRAME in roles and TurnInput.Role.REFERENCE not in roles:
        return Operation.ANIMATE
    if roles and not (parent and spec.references_with_video):
        return Operation.REFERENCE
    return Operation.CONTINUE if parent else Operation.GENERATE


def model_spec(thread: Thread, provider: str, model: str) -> ModelSpec:
    """Raises ActionRefused."""
    try:
        spec = catalogue.spec(provider, model)
    except catalogue.UnknownModel:
        raise ActionRefused(_("This model is no longer offered. Choose another one."), "model") from None
    if not may_use(thread.team_id, spec):
        raise ActionRefused(_("%(model)s is not set up here. Choose another model.") % {"model": spec.label}, "model")
    return spec


def check_operation(spec: ModelSpec, operation: Operation) -> None:
    if not spec.can(operation):
        raise ActionRefused(_("%(model)s cannot do this. Choose another model.") % {"model": spec.label}, "model")


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
        raise ActionRefused(_("The take you were editing is held back. Choose another one."), "parent")


def check_inputs(
    spec: ModelSpec, thread: Thread, operation: Operation, inputs: Inputs, parent: Take | None = None
) -> None:
    """Raises ActionRefused for the first thing that is wrong."""
    for sentence in input_problems(spec, thread, operation, inputs):
        raise ActionRefused(sentence, "inputs")
    if problem := _extension_problem(spec, operation, inputs, parent):
        raise ActionRefused(problem, "parent")


def input_problems(spec: ModelSpec, thread: Thread, operation: Operation, inputs: Inputs) -> Iterator[str]:
    """Every reason why these cannot be sent together, in sentences for people."""
    if together := problem_together(spec, operation, inputs):
        yield together
    for role, asset in inputs:
        if alone := _alone(spec, thread, operation, role, asset):
            yield alone


def _extension_problem(spec: ModelSpec, operation: Operation, inputs: Inputs, parent: Take | None) -> str:
    """A take that is extended is handed over whole, and so only up to a length."""
    if operation != Operation.EXTEND or any(role == TurnInput.Role.SOURCE for role, _asset in inputs):
        return ""
    if parent is None:
        return _("There is nothing to extend. Attach a clip, or choose a take.")
    most = spec.source(operation).max
    if spec.chains == "file" and parent.asset.duration > most + ROUNDING:
        words = {"model": spec.label, "have": f"{parent.asset.duration:.1f}", "most": f"{most:g}"}
        return _("The take is %(have)s s long, and %(model)s extends up to %(most)s s. Attach a part of it.") % words
    return ""


def problem_together(spec: ModelSpec, operation: Operation, inputs: Inputs) -> str:
    """What is wrong with their number and kinds; empty where nothing is."""
    roles = [role for role, _asset in inputs]
    clips, frames, references = (
        roles.count(role) for role in (TurnInput.Role.SOURCE, TurnInput.Role.FIRST_FRAME, TurnInput.Role.REFERENCE)
    )
    beside = sum(asset.is_video for role, asset in inputs if role == TurnInput.Role.REFERENCE)
    last = roles.count(TurnInput.Role.LAST_FRAME)
    if problem := _last_frame_problem(spec, frames, last) or _clips_problem(spec, beside, references - beside):
        return problem
    if beside and operation in (Operation.CONTINUE, Operation.EXTEND):
        return _("A clip can be a reference for a new clip alone. Leave the take out.")
    is_beside = clips or operation in (Operation.CONTINUE, Operation.EXTEND)
    most = spec.beside_clip(operation) if is_beside else int(spec.references.max)
    if operation == Operation.EXTEND and (frames or last):
        return _("A clip is extended from its own end. Take the photo out.")
    if clips > 1:
        return _("One clip at a time can be edited. Take the others out.")
    if frames > 1:
        return _("There can be one first frame. Use the photos as references instead.")
    if clips and references and not frames and not spec.beside_clip(operation):
        return _("A clip and photos cannot be sent together. Take one or the other out.")
    if frames and (clips or references):
        return _("Send a clip, or a first frame, or references: not several of these together.")
    if references - beside > most:
        return ngettext("At most %(most)d photo fits.", "At most %(most)d photos fit.", most) % {"most": most}
    return ""


def _last_frame_problem(spec: ModelSpec, first: int, last: int) -> str:
    words = {"model": spec.label}
    if last and not spec.last_frame:
        return _("%(model)s takes no last frame. Use the photos as references, or choose another model.") % words
    if last > 1 or (last and not first):
        return _("A last frame goes with a first one: attach one photo for each.")
    return ""


def _clips_problem(spec: ModelSpec, clips: int, photos: int) -> str:
    """About clips that are references."""
    if clips > spec.reference_clips > 0:
        sentence = ngettext("At most %(most)d clip fits.", "At most %(most)d clips fit.", spec.reference_clips)
        return sentence % {"most": spec.reference_clips}
    if clips and not photos and spec.reference_clips:
        return _("A clip can be a reference beside a photo alone. Attach a photo, too.")
    return ""


def _alone(spec: ModelSpec, thread: Thread, operation: Operation, role: str, asset: Asset) -> str:
    """What is wrong with one of them; empty where nothing is."""
    words = {"name": asset.title or str(TurnInput.Role(role).label), "model": spec.label}
    limits = spec.source(operation)
    if asset.team_id != thread.team_id or asset.trashed_at or asset.purged_at:
        return _("“%(name)s” is gone. Take it out or attach it again.") % words
    if asset.status in (AssetStatus.RECEIVING, AssetStatus.READING):
        return _("“%(name)s” is still being read. Send again in a moment.") % words
    if asset.status != AssetStatus.READY or asset.held:
        return _("“%(name)s” cannot be used. Take it out.") % words
    is_reference = role == TurnInput.Role.REFERENCE and spec.reference_clips > 0
    if asset.is_video != (role == TurnInput.Role.SOURCE) and not is_reference:
        return _("“%(name)s” cannot be used in this way. Attach it again.") % words
    if asset.is_video and not limits.min - ROUNDING <= asset.duration <= limits.max + ROUNDING:
        words |= {"have": f"{asset.duration:.1f}", "least": f"{limits.min:g}", "most": f"{limits.max:g}"}
        return _("“%(name)s” is %(have)s s long, and %(model)s takes %(least)s to %(most)s s. Trim it first.") % words
    return ""


def check_settings(spec: ModelSpec, thread: Thread, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """What the operation takes, with the team's and the spec's defaults for what is left open; the rest is dropped."""
    settings = defaults(thread.team_id, spec, operation)
    settings |= {key: value for key, value in given.items() if key in settings and value is not None}
    checks: dict[str, Callable[[], bool]] = {
        "duration": lambda: _within(spec.length(operation), settings["duration"]),
        "resolution": lambda: settings["resolution"] in spec.resolutions,
        "quality": lambda: _within(spec.quality, settings["quality"]),
        "results": lambda: _within(spec.results, settings["results"]) and settings["results"] % 1 == 0,
        "format": lambda: settings["format"] in spec.formats,
        "safety": lambda: settings["safety"] in spec.safety,
        "size": lambda: Size(settings["width"], settings["height"]) in spec.sizes,
    }
    for name in spec.fields(operation):
        if not checks[name]():
            raise ActionRefused(_not_offered(spec, name, operation), name)
    return settings


def _within(limits: Limits, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and limits.allow(value)


def _not_offered(spec: ModelSpec, name: str, operation: str) -> str:
    limits = {"duration": spec.length(operation), "quality": spec.quality, "results": spec.results}.get(name)
    if limits:
        return _("Choose from %(least)d to %(most)d.") % {"least": int(limits.min), "most": int(limits.max)}
    if name in ("size", "resolution"):
        return _("%(model)s does not make this size.") % {"model": spec.label}
    return _("%(model)s does not make this format.") % {"model": spec.label}
