"""What is sent: which of EvoLink's models serves an operation, and the fields that this very model documents.

EvoLink documentation, video series, Gemini Omni Flash 1.0 and 1.1. A field that is not in a model's row is not sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studio.providers.base import Applied, InputFile, InputRole, JobRequest, Reply
from studio.providers.errors import FailureCode, Refused
from studio.providers.evolink import hosting

QUALITIES = {360: "360p", 720: "720p", 1080: "1080p", 2160: "4k"}

UNKNOWN_MODEL = _("EvoLink does not offer this model.")
CANNOT = _("This model of EvoLink's cannot do that.")
NO_CLIP = _("There is no clip to edit. Attach one.")
NO_PARENT = _("The take to continue from is no longer stored. Start from another take, or upload the clip again.")
NO_PICTURE = _("There is no picture to start from. Attach one.")
NO_PICTURES_WITH_CLIP = _("This model of EvoLink's edits a clip without pictures. Take them out.")


@dataclass(frozen=True)
class Mode:
    """One of EvoLink's models. `sizes` means that it takes aspect_ratio, `qualities` quality as well."""

    id: str
    images: bool = False
    videos: bool = False
    duration: bool = False
    sizes: bool = False
    qualities: bool = False
    inline: bool = False


def _first(kind: str, images: bool = True) -> Mode:
    return Mode(f"gemini-omni-flash-{kind}", images, duration=True, sizes=True, inline=True)


def _next(kind: str, images: bool = True) -> Mode:
    return Mode(f"gemini-omni-1.1-flash-{kind}", images, duration=True, sizes=True, qualities=True)


_FIRST_EDIT = Mode("gemini-omni-flash-video-edit", videos=True)
_NEXT_EDIT = Mode("gemini-omni-1.1-flash-video-edit", images=True, videos=True)

MODES: dict[str, dict[str, Mode]] = {
    "gemini-omni-flash": {
        "generate": _first("text-to-video", images=False),
        "animate": _first("image-to-video"),
        "reference": _first("reference-to-video"),
        "edit": _FIRST_EDIT,
        "continue": _FIRST_EDIT,
    },
    "gemini-omni-1.1-flash": {
        "generate": _next("text-to-video", images=False),
        "animate": _next("image-to-video"),
        "reference": _next("reference-to-video"),
        "edit": _NEXT_EDIT,
        "continue": _NEXT_EDIT,
    },
}
"""Our models are EvoLink's families; within one, the operation names the model that is asked."""


@dataclass
class Draft:
    """A create request and, beside it, what the reply will say of it."""

    body: dict[str, Any]
    applied: list[Applied] = field(default_factory=list)
    note: str = ""

    def say(self, id: str, label: str, value: str) -> None:
        self.applied.append(Applied(id, label, value))

    def reply(self, model_used: str) -> Reply:
        """`model_used` is the model that EvoLink says it took."""
        asked = self.body["model"]
        models = [Applied("model", _("Model"), asked)]
        if model_used and model_used != asked:
            models.append(Applied("model_used", _("Model used instead"), model_used))
        return Reply((*models, *self.applied), note=self.note)


def draft(request: JobRequest, key: str) -> Draft:
    """Hands the files over, if need be, and writes the request. Raises ProviderError."""
    mode = _mode(request)
    made = Draft({"model": mode.id, "prompt": request.prompt})
    if mode.videos:
        _add_clip(made, request, key)
    _add_pictures(made, request, mode, key)
    if mode.duration and request.settings.get("duration"):
        made.body["duration"] = int(request.settings["duration"])
        made.say("duration", _("Length"), f"{made.body['duration']} s")
    _add_size(made, request, mode)
    if request.webhook_url:
        made.body["callback_url"] = request.webhook_url
    return made


def _mode(request: JobRequest) -> Mode:
    if request.model not in MODES:
        raise Refused(gettext(UNKNOWN_MODEL), FailureCode.MODEL_GONE)
    if request.operation not in MODES[request.model]:
        raise Refused(gettext(CANNOT), FailureCode.UNSUPPORTED)
    return MODES[request.model][request.operation]


def _add_clip(made: Draft, request: JobRequest, key: str) -> None:
    goes_on = request.operation == "continue"
    file = request.file(InputRole.PARENT if goes_on else InputRole.SOURCE)
    if file is None:
        lost = FailureCode.EXPIRED_PARENT if goes_on else FailureCode.BAD_REQUEST
        raise Refused(gettext(NO_PARENT if goes_on else NO_CLIP), lost)
    clip = hosting.video(file, request.key, key)
    made.body["video_urls"] = [clip.url]
    made.say("source", _("The take before, as source") if goes_on else _("Source clip"), clip.how)
    made.note = clip.note


def _add_pictures(made: Draft, request: JobRequest, mode: Mode, key: str) -> None:
    pictures = _pictures(request)
    if not mode.images:
        if pictures:
            raise Refused(gettext(NO_PICTURES_WITH_CLIP if mode.videos else CANNOT), FailureCode.UNSUPPORTED)
        return
    if not pictures:
        if not mode.videos:
            raise Refused(gettext(NO_PICTURE))
        return
    made.body["image_urls"] = [hosting.image(each, request.key, key, mode.inline) for each in pictures]
    made.say("pictures", _("Pictures sent along"), str(len(pictures)))


def _pictures(request: JobRequest) -> Sequence[InputFile]:
    wanted = InputRole.FIRST_FRAME if request.operation == "animate" else InputRole.REFERENCE
    return request.files(wanted)


def _add_size(made: Draft, request: JobRequest, mode: Mode) -> None:
    """EvoLink names a size by its shape and the lines of its shorter side."""
    width, height = request.settings.get("width"), request.settings.get("height")
    if not mode.sizes or not width or not height:
        return
    made.body["aspect_ratio"] = "16:9" if width >= height else "9:16"
    made.say("size", _("Shape"), made.body["aspect_ratio"])
    if mode.qualities and (quality := QUALITIES.get(min(width, height))):
        made.body["quality"] = quality
        made.say("quality", _("Resolution"), quality)
