"""What is sent: `videoInference` with the documented parameters and no others.

One task asks for all results; where each has an upload address of its own, each is a task of its own, for a task takes
one address and what becomes of several files at one is not documented.

A key that the model does not know is accepted and billed, so nothing is passed through (Runware documentation,
videoInference, and the pages of Gemini Omni Flash for what excludes what).
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_noop as _

from studio.providers.base import Applied, InputFile, InputRole, JobRequest, Reply
from studio.providers.catalogue import ModelSpec
from studio.providers.errors import FailureCode, Refused
from studio.providers.runware import naming

Namer = Callable[[InputFile], str]  # how Runware is told of a file: a UUID or an address
SHORTEST_TTL = 60  # s
NO_SOURCE = _("There is no clip to change. Attach one, or continue from a take.")
NO_PARENT = _("The take to continue from is no longer stored. Start from another take, or upload the clip again.")
TOO_MANY_REFERENCES = _("More references than this model takes together with the rest of the request. Take some out.")
NO_LAST_FRAME = _("This model takes a first frame and no last one. Take it out, or choose another model.")
SOME_NOT_TAKEN = _("Runware took on fewer takes than were asked for. What it did not take on is not charged.")
FOLLOWS_SOURCE = _("Length and shape follow the clip that is changed.")
FROM_FILE = _(
    "Runware has no name for the take that this continues, so its file was sent as the source. "
    "Length and shape follow it."
)
SAFETY_WORDS = {"none": _("off"), "fast": _("first, middle and last frame"), "full": _("every frame")}


def tasks_of(request: JobRequest, spec: ModelSpec, name_of: Namer) -> list[dict[str, Any]]:
    """As they go over the wire. `name_of` may upload. Raises Refused, and what `name_of` raises."""
    task, addresses = _task(request, spec, name_of), request.upload_addresses
    if len(addresses) != task["numberResults"]:
        return [task]
    names = naming.names_for(request.key, len(addresses))
    return [
        {**task, "taskUUID": name, "numberResults": 1, "uploadEndpoint": address, **_webhook(request, len(addresses))}
        for name, address in zip(names, addresses, strict=True)
    ]


def _task(request: JobRequest, spec: ModelSpec, name_of: Namer) -> dict[str, Any]:
    inputs = _inputs(request, spec, name_of)
    return {
        "taskType": "videoInference",
        "taskUUID": request.key,
        "model": request.model,
        "positivePrompt": request.prompt,
        "outputType": "URL",
        "deliveryMethod": "async",
        "includeCost": True,
        **_output(request),
        **_shape(request, spec),
        **({"ttl": request.ttl} if request.ttl >= SHORTEST_TTL else {}),
        **_webhook(request),
        **({"inputs": inputs} if inputs else {}),
    }


def reply_of(request: JobRequest, spec: ModelSpec, taken: Sequence[dict[str, Any]], asked: int) -> Reply:
    """What was sent, to which model, with what: `taken` are the tasks that were taken on, of `asked` that were sent."""
    task, takes = taken[0], sum(each["numberResults"] for each in taken)
    applied = [Applied("model", _("Model"), spec.label, {"model": request.model})]
    if "duration" in task:
        applied.append(Applied("length", _("Length"), f"{task['duration']} s", {"seconds": task["duration"]}))
    if "width" in task:
        size = {"width": task["width"], "height": task["height"]}
        applied.append(Applied("shape", _("Shape"), f"{size['width']} × {size['height']}", size))
    applied.append(Applied("takes", _("Takes"), str(takes), {"results": takes}))
    if "outputFormat" in task:
        applied.append(Applied("format", _("Format"), task["outputFormat"], {}))
    if "outputQuality" in task:
        applied.append(Applied("quality", _("Quality"), str(task["outputQuality"]), {}))
    inputs = task.get("inputs", {})
    if references := len(inputs.get("referenceImages", ())):
        applied.append(Applied("references", _("References"), str(references), {}))
    if "safety" in task:
        mode = task["safety"]["mode"]
        applied.append(Applied("safety", _("Safety check"), SAFETY_WORDS[mode], {"mode": mode}))
    if "uploadEndpoint" in task:
        applied.append(Applied("upload", _("Also put into"), _("the team's own storage")))
    return Reply(tuple(applied), note=_note(request, inputs) if len(taken) == asked else SOME_NOT_TAKEN)


def _note(request: JobRequest, inputs: dict[str, Any]) -> str:
    if request.operation == "continue" and "video" in inputs:
        return FROM_FILE
    return FOLLOWS_SOURCE if _has_source(request) else ""


def _has_source(request: JobRequest) -> bool:
    return request.operation in ("edit", "continue")


def _inputs(request: JobRequest, spec: ModelSpec, name_of: Namer) -> dict[str, Any]:
    """Counts first: what is refused anyway is not uploaded."""
    references = request.files(InputRole.REFERENCE)
    most = spec.references_with_video if _has_source(request) else int(spec.references.max)
    if len(references) > most:
        raise Refused(TOO_MANY_REFERENCES, FailureCode.UNSUPPORTED)
    inputs: dict[str, Any] = {}
    if _has_source(request):
        inputs |= _source(request, name_of)
    elif frames := _frames(request, spec, name_of):
        inputs["frameImages"] = frames
    if references:
        inputs["referenceImages"] = [name_of(each) for each in references]
    return inputs


def _frames(request: JobRequest, spec: ModelSpec, name_of: Namer) -> list[Any]:
    """Both documented forms: the name alone where a model has one place for it, else with its place."""
    roles = {"first": InputRole.FIRST_FRAME, "last": InputRole.LAST_FRAME}
    given = {place: file for place, role in roles.items() if (file := request.file(role))}
    if "last" in given and not spec.last_frame:
        raise Refused(NO_LAST_FRAME, FailureCode.UNSUPPORTED)
    if not spec.last_frame:
        return [name_of(file) for file in given.values()]
    return [{"image": name_of(file), "frame": place} for place, file in given.items()]


def _source(request: JobRequest, name_of: Namer) -> dict[str, str]:
    """A video, or the name that Runware gave the take that is continued; never both."""
    if request.operation == "edit":
        clip = request.file(InputRole.SOURCE)
        if clip is None:
            raise Refused(NO_SOURCE)
        return {"video": name_of(clip)}
    if request.parent_video_id:
        return {"videoId": request.parent_video_id}
    parent = request.file(InputRole.PARENT)
    if parent is None:
        raise Refused(NO_PARENT, FailureCode.EXPIRED_PARENT)
    return {"video": name_of(parent)}


def _shape(request: JobRequest, spec: ModelSpec) -> dict[str, int]:
    """Length and size, always said where they may be: what a turn was quoted for rests on them."""
    if _has_source(request):
        return {}
    size, given = spec.sizes[0], request.settings
    return {
        "duration": int(given.get("duration") or spec.duration.default or spec.duration.min),
        "width": int(given.get("width") or size.width),
        "height": int(given.get("height") or size.height),
    }


def _output(request: JobRequest) -> dict[str, Any]:
    given = request.settings
    sent: dict[str, Any] = {"numberResults": int(given.get("results") or 1)}
    if given.get("format"):
        sent["outputFormat"] = str(given["format"]).upper()
    if given.get("quality"):
        sent["outputQuality"] = int(given["quality"])
    if (mode := given.get("safety")) in SAFETY_WORDS:
        sent["safety"] = {"checkContent": mode != "none", "mode": mode}
    return sent


def _webhook(request: JobRequest, tasks: int = 1) -> dict[str, str]:
    """A webhook speaks of a task; where a job has several, its address says of which job."""
    if not request.webhook_url:
        return {}
    job = f"?{urlencode({'job': request.key})}" if tasks > 1 else ""
    return {"webhookURL": request.webhook_url + job}
