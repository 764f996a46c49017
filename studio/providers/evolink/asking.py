"""What is sent: which of EvoLink's models serves an operation, and the fields that this very model documents.

EvoLink documentation, video series, Gemini Omni Flash 1.0 and 1.1. A field that is not in a model's row is not sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studio.providers.base import Applied, InputFile, InputRole, JobRequest, Reply
from studio.providers.catalogue import SIZE_CLASSES
from studio.providers.errors import FailureCode, Refused
from studio.providers.evolink import hosting

QUALITIES = {lines: name for name, lines in SIZE_CLASSES.items()}

UNKNOWN_MODEL = _("EvoLink does not offer this model.")
CANNOT = _("This model of EvoLink's cannot do that.")
NO_CLIP = _("There is no clip to edit. Attach one.")
NO_PARENT = _("The take to continue from is no longer stored. Start from another take, or upload the clip again.")
NO_PICTURE = _("There is no picture to start from. Attach one.")
TOO_LONG_TO_EXTEND = _("EvoLink extends clips of up to thirty seconds, and this one is longer. Trim it first.")
NO_PICTURES_WITH_CLIP = _("This model of EvoLink's edits a clip without pictures. Take them out.")


@dataclass(frozen=True)
class Mode:
    """One of EvoLink's models. `sizes` means that it takes aspect_ratio, `qualities` quality as well.

    `videos`: it works on one clip of at most `longest` seconds; `clips`: it takes some as references beside pictures.
    """

    id: str
    images: bool = False
    videos: bool = False
    clips: bool = False
    longest: float = 10.0
    duration: bool = False
    sizes: bool = False
    qualities: bool = False
    inline: bool = False


def _first(kind: str, images: bool = True) -> Mode:
    return Mode(f"gemini-omni-flash-{kind}", images, duration=True, sizes=True, inline=True)


def _next(kind: str, images: bool = True, clips: bool = False) -> Mode:
    return Mode(f"gemini-omni-1.1-flash-{kind}", images, clips=clips, duration=True, sizes=True, qualities=True)


_FIRST_EDIT = Mode("gemini-omni-flash-video-edit", videos=True)
_NEXT_EDIT = Mode("gemini-omni-1.1-flash-video-edit", images=True, videos=True, qualities=True)
_NEXT_EXTEND = Mode(
    "gemini-omni-1.1-flash-video-extend", images=True, videos=True, longest=30.0, duration=True, qualities=True
)

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
        "reference": _next("reference-to-video", clips=True),
        "edit": _NEXT_EDIT,
        "continue": _NEXT_EDIT,
        "extend": _NEXT_EXTEND,
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
        _add_clip(made, request, mode, key)
    _add_pictures(made, request, mode, key)
    if mode.clips:
        _add_reference_clips(made, request, mode, key)
    if mode.duration and request.settings.get("duration"):
        made.body["duration"] = int(request.settings["duration"])
        made.say("duration", _("Added") if request.operation == "extend" else _("Length"), f"{made.body['duration']} s")
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


def _add_clip(made: Draft, request: JobRequest, mode: Mode, key: str) -> None:
    """What is edited or extended: the clip that was attached, else the take before."""
    extends = request.operation == "extend"
    goes_on = request.operation == "continue" or (extends and request.file(InputRole.SOURCE) is None)
    file = request.file(InputRole.PARENT if goes_on else InputRole.SOURCE)
    if file is None:
        lost = FailureCode.EXPIRED_PARENT if goes_on else FailureCode.BAD_REQUEST
        raise Refused(gettext(NO_PARENT if goes_on else NO_CLIP), lost)
    if extends and file.duration > mode.longest + hosting.ROUNDING:
        # Cut, it would go on from its middle.
        raise Refused(gettext(TOO_LONG_TO_EXTEND), FailureCode.BAD_MEDIA)
    clip = hosting.video(file, request.key, key, mode.longest)
    made.body["video_urls"] = [clip.url]
    made.say("source", _("The take before, as source") if goes_on else _("Source clip"), clip.how)
    made.note = clip.note


def _add_reference_clips(made: Draft, request: JobRequest, mode: Mode, key: str) -> None:
    clips = [each for each in request.files(InputRole.REFERENCE) if _is_clip(each)]
    if not clips:
        return
    hosted = [hosting.video(each, request.key, key, mode.longest) for each in clips]
    made.body["video_urls"] = [each.url for each in hosted]
    made.say("clips", _("Clips sent along"), str(len(clips)))
    made.note = next((each.note for each in hosted if each.note), "")


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
    """Of two frames the first one comes first: that is all by which they are told apart."""
    if request.operation == "animate":
        return [*request.files(InputRole.FIRST_FRAME), *request.files(InputRole.LAST_FRAME)]
    return [each for each in request.files(InputRole.REFERENCE) if not _is_clip(each)]


def _is_clip(file: InputFile) -> bool:
    return file.mime.startswith("video/")


def _add_size(made: Draft, request: JobRequest, mode: Mode) -> None:
    """EvoLink names a size by its shape and the lines of its shorter side. With a clip the shape follows that, and so
    do the lines unless others are asked for; of shapes it documents only "auto" there, its default."""
    width, height = request.settings.get("width"), request.settings.get("height")
    quality = request.settings.get("resolution", "")
    if mode.sizes and width and height:
        made.body["aspect_ratio"] = "16:9" if width >= height else "9:16"
        made.say("size", _("Shape"), made.body["aspect_ratio"])
        quality = QUALITIES.get(min(width, height), "")
    if mode.qualities and quality in SIZE_CLASSES:
        made.body["quality"] = quality
        made.say("quality", _("Resolution"), quality)
