"""From a request to what the Interactions API takes (Gemini API, Omni guide), and what we say of it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_noop as _

from studio.providers.base import Applied, InputFile, InputRole, JobRequest, Reply
from studio.providers.catalogue import SIZE_CLASSES

TASKS = {
    "generate": "text_to_video",
    "animate": "image_to_video",
    "reference": "reference_to_video",
    "edit": "edit",
}
FROM_OUR_COPY = _("Google does not hold the conversation of this take, so the take itself was sent to it as a clip.")


def is_chained(request: JobRequest) -> bool:
    """Whether Google itself knows what came before."""
    return request.operation == "continue" and bool(request.parent_video_id)


def files(request: JobRequest) -> list[InputFile]:
    """What travels along, clips first. The parent take does only where Google does not know it."""
    source = request.files(InputRole.SOURCE)
    if not source and not is_chained(request):
        source = request.files(InputRole.PARENT)
    return [*source, *request.files(InputRole.FIRST_FRAME), *request.files(InputRole.REFERENCE)]


def body(request: JobRequest, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`parts` are the files in Google's words. The prompt goes as it was typed, after them."""
    text = {"type": "text", "text": request.prompt}
    made: dict[str, Any] = {
        "model": request.model,
        "input": [*parts, text] if parts else request.prompt,
        # In the background it answers at once; only what is stored can run there, or be continued.
        "background": True,
        "store": True,
        "response_format": {"type": "video", "delivery": "uri", **shape(request)},
    }
    if is_chained(request):
        made["previous_interaction_id"] = request.parent_video_id
    else:
        made["generation_config"] = {"video_config": {"task": TASKS.get(request.operation, "edit")}}
    if request.webhook_url:
        made["webhook_config"] = {"uris": [request.webhook_url]}
    return made


def shape(request: JobRequest) -> dict[str, str]:
    """Length, aspect and resolution. An edit keeps its source's; unless told, Google would make it 720p."""
    width, height = (int(request.settings.get(name) or 0) for name in ("width", "height"))
    made: dict[str, str] = {}
    if width and height:
        made = {"aspect_ratio": "9:16" if height > width else "16:9", "resolution": resolution(width, height)}
    elif source := request.file(InputRole.SOURCE) or request.file(InputRole.PARENT):
        made = {"resolution": resolution(source.width, source.height)} if source.width and source.height else {}
    if duration := request.settings.get("duration"):
        made["duration"] = f"{float(duration):g}s"
    return made


def resolution(width: int, height: int) -> str:
    """The least of Google's that loses no line, as the price is reckoned too."""
    lines = min(width, height)
    return next((name for name, most in SIZE_CLASSES.items() if lines <= most), "4k")


def reply(request: JobRequest, model_used: str) -> Reply:
    """What was sent, to which model, with what. `model_used` is the one that Google says it took."""
    asked, sent = shape(request), files(request)
    photos = sum(not file.mime.startswith("video/") for file in sent)
    said = [
        Applied("model", _("Model"), request.model),
        Applied("model_used", _("Model used instead"), model_used if model_used != request.model else ""),
        Applied("duration", _("Length"), f"{request.settings['duration']:g} s" if "duration" in asked else ""),
        Applied("size", _("Shape"), asked.get("aspect_ratio", "")),
        Applied("quality", _("Resolution"), asked.get("resolution", "")),
        Applied("pictures", _("Pictures sent along"), str(photos) if photos else ""),
    ]
    is_copy = request.operation == "continue" and not is_chained(request)
    return Reply([each for each in said if each.value], note=FROM_OUR_COPY if is_copy else "")
