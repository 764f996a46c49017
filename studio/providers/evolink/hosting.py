"""How EvoLink gets at our files: by this studio's public address, or through a copy in EvoLink's file service.

`video_urls` takes web addresses of MP4 files of at most ten seconds (EvoLink documentation, Gemini Omni Flash video
edit); whatever is longer or of another format is made so first. Pictures of the 1.0 models may travel in the request.
"""

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urldefrag

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studio import engine
from studio.providers import http
from studio.providers.base import InputFile, InputRole
from studio.providers.errors import BadAnswer, FailureCode, NeverSent, RateLimited, Refused, Unreachable
from studio.providers.evolink.failures import error_of
from studio.providers.models import HandedOver

CLIP = "video/mp4"
LONGEST_CLIP = 10.0  # s, but where it is extended
ROUNDING = 0.05  # s: a clip of 10.03 s counts as one of 10
INLINE_MOST = 4 * 1024 * 1024  # bytes of a picture; how large a request may be is not documented
UPLOAD_MOST = 100 * 1000 * 1000  # bytes, as EvoLink's own client has it
NOT_TAKEN = (400, 403, 413, 415, 422)  # the file itself, or one more of them: which is not said
JOB_MEMORY = 24 * 3600  # s: a request that is repeated under its key must be the same to the byte
UPLOAD_MEMORY = 24 * 3600  # s; uploads live for 72 hours
LINK_LIFETIME = 23 * 3600  # s from a task's creation; EvoLink promises 24 hours
LINK_MOST = 200  # characters that a take can remember
SUFFIXES = {CLIP: "mp4", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}

BY_ADDRESS = _("by this studio's own address of it")
BY_COPY = _("as a copy in EvoLink's file service, which keeps it for three days")
BY_OWN_LINK = _("by EvoLink's own link to it")
NOTES = {
    (False, False): "",
    (True, False): _("The clip is longer than the ten seconds that EvoLink takes: its first ten seconds were sent."),
    (False, True): _("EvoLink takes MP4 alone: the clip was converted before it was sent. Its length is unchanged."),
    (True, True): _(
        "EvoLink takes MP4 of at most ten seconds: the first ten seconds of the clip were converted and sent."
    ),
}
NEEDS_ADDRESS = _(
    "EvoLink's file service did not take the file (it may take pictures only, or be full), and this studio has no "
    "public address that EvoLink could fetch it from: whoever runs the studio must set STUDIO_PUBLIC_URL. Nothing was "
    "charged."
)
NEEDS_FITTING = _(
    "EvoLink's file service did not take the clip that was made ready for it (it may take pictures only, or be full). "
    "Trim the clip to ten seconds, as MP4, and EvoLink can fetch it from this studio itself. Nothing was charged."
)
TOO_LARGE = _("The clip is larger than the 100 MB that EvoLink's file service takes. Make it shorter or smaller.")
GONE = _("The file is no longer stored. Upload it again, or start from another take.")
NOT_PREPARED = _("The clip could not be made ready for EvoLink. Nothing was sent and nothing was charged.")
NOT_UPLOADED = _(
    "The file could not be handed to EvoLink's file service. Nothing was generated and nothing was charged."
)


@dataclass(frozen=True)
class Hosted:
    """The address that EvoLink is given, how it got one, and what was done to the file. Both texts are message ids."""

    url: str
    how: str
    note: str = ""


def video(file: InputFile, job: str, key: str, longest: float = LONGEST_CLIP) -> Hosted:
    """A clip where EvoLink can fetch it, the same for every try of a job. Raises ProviderError."""
    return Hosted(*_remembered(f"{job} {file.name}", JOB_MEMORY, lambda: astuple(_hosted_clip(file, key, longest))))


def image(file: InputFile, job: str, key: str, inline: bool) -> str:
    """A picture's address; where `inline` and it is not too large, the picture itself as a data URL."""
    if inline and (data := _data_url(file)):
        return data
    return str(_remembered(f"{job} {file.name}", JOB_MEMORY, lambda: _hosted_picture(file, key)))


def own_link(link: str, created: Any) -> str:
    """A result's link with the moment until which it lives, for Result.vendor_file; empty where that is not known."""
    if not isinstance(created, int) or isinstance(created, bool):
        return ""
    dated = f"{urldefrag(link).url}#{created + LINK_LIFETIME}"
    return dated if len(dated) <= LINK_MOST else ""


def _living_link(file: InputFile) -> str:
    link, end = urldefrag(file.vendor_file)
    return link if end.isdecimal() and int(end) > time() else ""


def _hosted_clip(file: InputFile, key: str, longest: float) -> Hosted:
    """Where all else fails, EvoLink's own link to what it made is better than nothing: it lives a day at most."""
    cut, foreign = file.duration > longest + ROUNDING, file.mime != CLIP
    note = NOTES[cut, foreign]
    if file.url and not note:
        return Hosted(file.url, BY_ADDRESS)
    shape = "cut" if cut else ""
    copy = _uploaded(file, key, lambda place: _fitted(file, place, cut) if note else _opened(file, place), shape)
    if copy:
        return Hosted(copy, BY_COPY, note)
    if not note and (link := _living_link(file)):
        return Hosted(link, BY_OWN_LINK)
    raise Refused(gettext(NEEDS_FITTING if file.url else NEEDS_ADDRESS), FailureCode.UNSUPPORTED)


def _hosted_picture(file: InputFile, key: str) -> str:
    copy = file.url or _uploaded(file, key, lambda place: _opened(file, place))
    if not copy:
        raise Refused(gettext(NEEDS_ADDRESS), FailureCode.UNSUPPORTED)
    return copy


def _data_url(file: InputFile) -> str:
    """Empty for one that is too large."""
    with _workspace() as place:
        path = _opened(file, place)
        if path.stat().st_size > INLINE_MOST:
            return ""
        return f"data:{file.mime};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _uploaded(file: InputFile, key: str, opened: Callable[[Path], Path], shape: str = "") -> str:
    """The address of a copy in the file service, made once a day for each file; empty where it is not taken.

    `shape` tells copies of one file apart: a clip that is cut for an edit is sent whole to be extended.
    """

    def upload() -> str:
        with _workspace() as place:
            return _upload(opened(place), CLIP if file.mime.startswith("video/") else file.mime, key)

    return str(_remembered(f"{key} {file.sha256 or file.name} {shape}", UPLOAD_MEMORY, upload))


def _upload(path: Path, mime: str, key: str) -> str:
    """Sent once, as EvoLink's own client does it. Empty where the service does not take the file."""
    if path.stat().st_size > UPLOAD_MOST:
        raise Refused(gettext(TOO_LARGE), FailureCode.BAD_MEDIA)
    name = f"retake.{SUFFIXES.get(mime, 'bin')}"
    try:
        with path.open("rb") as file:
            answer = http.call(
                "POST",
                f"{settings.PROVIDER_URLS['evolink_files']}/api/v1/files/upload/stream",
                key=key,
                files={"file": (name, file, mime)},
                data={"fileName": name},
                repeatable=False,
            )
    except (Unreachable, BadAnswer) as error:
        raise NeverSent(gettext(NOT_UPLOADED)) from error
    return _address(answer)


def _address(answer: http.Answer) -> str:
    body = answer.body if isinstance(answer.body, dict) else {}
    if answer.status in NOT_TAKEN or (answer.is_good and body.get("success") is False):
        return ""
    data = body.get("data")
    url = data.get("file_url") if isinstance(data, dict) else None
    if answer.is_good and isinstance(url, str) and url.startswith(("https://", "http://")):
        return url
    error = NeverSent() if answer.is_good else error_of(answer)
    raise error if isinstance(error, Refused | RateLimited) else NeverSent(gettext(NOT_UPLOADED))


def _fitted(file: InputFile, place: Path, cut: bool) -> Path:
    """The clip, or its first ten seconds, as MP4 in its full size."""
    clip = place / "clip.mp4"
    try:
        engine.rendition(_opened(file, place), clip, end=LONGEST_CLIP if cut else None, box=None)
    except engine.MediaRefused as error:
        raise Refused(gettext(error.message) % error.values, FailureCode.BAD_MEDIA) from error
    except engine.EngineError as error:
        raise NeverSent(gettext(NOT_PREPARED), FailureCode.ENGINE) from error
    return clip


def _opened(file: InputFile, place: Path) -> Path:
    """The stored file as a path on this machine: itself where storage is a disk, else a copy in `place`."""
    try:
        path = Path(default_storage.path(file.name))
        if path.is_file():
            return path
    except NotImplementedError:
        path = place / "source"
        try:
            with default_storage.open(file.name) as stored, path.open("wb") as copy:
                shutil.copyfileobj(stored, copy)
            return path
        except FileNotFoundError:
            pass
    lost = FailureCode.EXPIRED_PARENT if file.role == InputRole.PARENT else FailureCode.BAD_MEDIA
    raise Refused(gettext(GONE), lost)


@contextmanager
def _workspace() -> Iterator[Path]:
    """A folder for as long as the block runs; what a crash leaves there is swept with unfinished uploads."""
    with tempfile.TemporaryDirectory(prefix="in-", dir=settings.FILE_UPLOAD_TEMP_DIR) as place:
        yield Path(place)


def _remembered(about: str, seconds: int, make: Callable[[], Any]) -> Any:
    """What was made the first time, by whichever process was first. Nothing is remembered of an empty value."""
    slot = hashlib.sha256(f"evolink {about}".encode()).hexdigest()
    now = timezone.now()
    HandedOver.objects.filter(slot=slot, until__lte=now).delete()
    row = HandedOver.objects.filter(slot=slot).first()
    if row is None and (made := make()):
        fresh = {"value": made, "until": timezone.now() + timedelta(seconds=seconds)}
        row = HandedOver.objects.get_or_create(slot=slot, defaults=fresh)[0]
    return row.value if row else ""
