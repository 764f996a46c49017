"""The videos of a rehearsal: real ones, made small by the engine's own workers."""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studio import engine
from studio.providers.base import InputFile, InputRole, JobRequest
from studio.providers.errors import FailureCode, Refused, Unreachable
from studio.providers.rehearsal import books
from studio.providers.rehearsal.scripts import Script

NO_CLIP = _("The clip is no longer stored. Upload it again.")
NO_TAKE = _("The take to continue from is no longer stored. Start from another take, or upload the clip again.")
NO_PHOTO = _("The photo is no longer stored. Upload it again.")
TOO_LONG = _("Making the videos of this rehearsal took too long. Ask for a shorter clip, or for fewer results.")
BROKE_OFF = _("The video of the rehearsal could not be made. Nothing is lost.")

LONGEST_MAKING = 30.0  # s in which all results of a request must be made: less than a sender's lease
LONGEST_SIDE = 448  # pixels of what is drawn: a side of 16:9 in whole fours
BOX = (640, 360)  # what a clip is fitted into first
QUALITY = 40
GONE = {
    InputRole.PARENT: (NO_TAKE, FailureCode.EXPIRED_PARENT),
    InputRole.SOURCE: (NO_CLIP, FailureCode.BAD_MEDIA),
    InputRole.FIRST_FRAME: (NO_PHOTO, FailureCode.BAD_MEDIA),
    InputRole.REFERENCE: (NO_PHOTO, FailureCode.BAD_MEDIA),
}
READS = {
    "generate": None,
    "animate": InputRole.FIRST_FRAME,
    "reference": InputRole.REFERENCE,
    "edit": InputRole.SOURCE,
    "continue": InputRole.PARENT,
}
EDITS = ("edit", "continue")
CAPTION = 'add the caption "Rehearsal"'
SCENES = {
    # Half as many pictures to draw: the sea is the one scene that takes its time.
    "generate": "a calm ocean at sunset, slow it down to half speed",
    "animate": "push in slowly",
    "reference": "push in slowly",
}
# So that several results of one request can be told apart.
TOUCHES = ("", "make it warmer", "make it black and white", "make it cooler")


def make(request: JobRequest, script: Script, wanted: Sequence[int], seed: int) -> None:
    """The videos that the request will end with. What an interrupted sender made before is taken as it is.

    Raises Refused for files that are gone, no video, or too long; Unreachable where another try may help.
    """
    missing = [index for index in wanted if not books.film(request.key, index).exists()]
    if not missing:
        return
    over = time.monotonic() + LONGEST_MAKING

    def is_late() -> bool:
        return time.monotonic() > over

    try:
        with tempfile.TemporaryDirectory(prefix="inputs-", dir=books.folder()) as place:
            inputs = _inputs(request, Path(place), is_late)
            for index in missing:
                engine.render(_spec(request, script, index, inputs, seed), should_stop=is_late)
    except engine.MediaRefused as error:
        raise Refused(gettext(error.message) % error.values, FailureCode.BAD_MEDIA) from error
    except engine.EngineStopped as error:
        raise Refused(gettext(TOO_LONG), FailureCode.TIMEOUT) from error
    except engine.EngineError as error:
        raise Unreachable(gettext(BROKE_OFF), FailureCode.ENGINE) from error


def _spec(
    request: JobRequest, script: Script, index: int, inputs: Sequence[Mapping[str, Any]], seed: int
) -> engine.RenderSpec:
    operation = "edit" if request.operation in EDITS else request.operation
    wishes = [
        SCENES.get(operation, ""),
        TOUCHES[index % len(TOUCHES)],
        CAPTION,
        "mute it" if "silent" in script else "",
    ]
    return engine.RenderSpec(
        operation=operation,
        plans=[engine.parse(", ".join(filter(None, wishes)), operation=operation)],
        inputs=inputs,
        settings={"format": "mp4", "quality": QUALITY, **({} if operation == "edit" else _drawn(request))},
        seed=seed + index,
        output=books.film(request.key, index),
    )


def _drawn(request: JobRequest) -> dict[str, Any]:
    """Length and size of what is drawn: the shape that was asked for, small."""
    width, height = (float(request.settings.get(side, usual)) for side, usual in (("width", 1280), ("height", 720)))
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    seconds = float(request.settings.get("duration", 6))
    return {
        "duration": seconds / 2 if request.operation == "generate" else seconds,
        "width": round(width * scale),
        "height": round(height * scale),
    }


def _inputs(request: JobRequest, place: Path, is_late: Callable[[], bool]) -> list[dict[str, str]]:
    """What the engine reads: nothing, the photos, or the clip made small once for all results."""
    role = READS[request.operation]
    if role is None:
        return []
    files = request.files(role) or [InputFile(role, "", "")]
    found = [{"role": str(role), "path": str(_opened(file, place)), "mime": file.mime} for file in files]
    if request.operation not in EDITS:
        return found
    small = place / "small.mp4"
    engine.rendition(found[0]["path"], small, box=BOX, should_stop=is_late)
    return [{"role": str(InputRole.SOURCE), "path": str(small), "mime": "video/mp4"}]


def _opened(file: InputFile, place: Path) -> Path:
    """The stored file on this machine: itself where storage is a disk, else a copy in `place`. Raises Refused."""
    if not file.name or not default_storage.exists(file.name):
        sentence, code = GONE[file.role]
        raise Refused(gettext(sentence), code)
    try:
        return Path(default_storage.path(file.name))
    except NotImplementedError:
        target = place / file.name.replace("/", "-")
        with default_storage.open(file.name) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        return target
