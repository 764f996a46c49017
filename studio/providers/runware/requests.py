"""What is sent: one `videoInference` task with the documented parameters and no others.

A key that the model does not know is accepted and billed, so nothing is passed through (Runware documentation,
videoInference, and the pages of Gemini Omni Flash for what excludes what).
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_noop as _

from studio.providers.base import Applied, InputFile, InputRole, JobRequest, Reply
from studio.providers.catalogue import ModelSpec
from studio.providers.errors import FailureCode, Refused

Namer = Callable[[InputFile], str]  # how Runware is told of a file: a UUID or an address
SHORTEST_TTL = 60  # s
NO_SOURCE = _("There is no clip to change. Attach one, or continue from a take.")
NO_PARENT = _("The take to continue from is no longer stored. Start from another take, or upload the clip again.")
TOO_MANY_REFERENCES = _("More references than this model takes together with the rest of the request. Take some out.")
FOLLOWS_SOURCE = _("Length and shape follow the clip that is changed.")
FROM_FILE = _(
    "Runware has no name for the take that this continues, so its file was sent as the source. "
    "Length and shape follow it."
)
SAFETY_WORDS = {"none": _("off"), "fast": _("first, middle and last frame"), "full": _("every frame")}


def task_of(request: JobRequest, spec: ModelSpec, name_of: Namer) -> dict[str, Any]:
    """The task as it goes over the wire. `name_of` may upload. Raises Refused, and what `name_of` raises."""
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
        **_owners(request),
        **({"webhookURL": request.webhook_url} if request.webhook_url else {}),
        **({"inputs": inputs} if inputs else {}),
    }


def reply_of(request: JobRequest, spec: ModelSpec, task: dict[str, Any]) -> Reply:
    """What was sent, to which model, with what."""
    applied = [Applied("model", _("Model"), spec.label, {"model": request.model})]
    if "duration" in task:
        applied.append(Applied("length", _("Length"), f"{task['duration']} s", {"seconds": task["duration"]}))
    if "width" in task:
        size = {"width": task["width"], "height": task["height"]}
        applied.append(Applied("shape", _("Shape"), f"{size['width']} × {size['height']}", size))
    applied.append(Applied("takes", _("Takes"), str(task["numberResults"]), {"results": task["numberResults"]}))
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
    return Reply(tuple(applied), note=_note(request, inputs))


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
    elif frame := request.file(InputRole.FIRST_FRAME):
        inputs["frameImages"] = [name_of(frame)]
    if references:
        inputs["referenceImages"] = [name_of(each) for each in references]
    return inputs


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


def _owners(request: JobRequest) -> dict[str, Any]:
    """Settings of whoever runs the studio. An upload address takes one file, so several results are only fetched."""
    given = request.settings
    sent: dict[str, Any] = {}
    if given.get("upload_endpoint") and int(given.get("results") or 1) == 1:
        sent["uploadEndpoint"] = given["upload_endpoint"]
    if int(given.get("ttl") or 0) >= SHORTEST_TTL:
        sent["ttl"] = int(given["ttl"])
    return sent
