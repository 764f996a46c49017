"""Files that travel along: small photos inside the request, all else through Google's Files API (48 hours, no charge).

Nothing has begun at Google while files are uploaded, so an answer that is lost here is no unknown outcome.
"""

import base64
import time
from collections.abc import Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from studio.providers import http
from studio.providers.base import InputFile
from studio.providers.errors import BadAnswer, FailureCode, NeverSent, RateLimited, Refused, Unreachable
from studio.providers.google.calling import ask, is_own, table, text
from studio.providers.google.refusals import refusal

INLINE = 512 * 1024  # bytes; what goes inside the request comes back in every answer about it
MIMES = {
    **{mime: mime for mime in ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")},
    **{mime: mime for mime in ("video/mp4", "video/webm", "video/mpeg", "video/3gpp")},
    "video/quicktime": "video/mov",
}
"""What Google takes, by its own spelling (its Python SDK, VideoContent and ImageContent)."""
FIRST_LOOK, LONGEST_LOOK = 0.25, 2.0  # s between two questions whether a file has been read, doubled by each


def parts(files: Sequence[InputFile], key: str, patience: float) -> list[dict[str, Any]]:
    """The files in the words of the Interactions API. Raises Refused, RateLimited, NeverSent.

    `patience`: how many seconds Google may take to read one of them.
    """
    try:
        return [_part(file, key, patience) for file in files]
    except (Unreachable, BadAnswer) as error:
        raise NeverSent(_("A file could not be handed to Google. Nothing was started.")) from error
    except FileNotFoundError as error:
        sentence = _("A file that belongs to this turn is no longer stored here. Attach it again.")
        raise Refused(sentence, FailureCode.BAD_MEDIA) from error


def _part(file: InputFile, key: str, patience: float) -> dict[str, Any]:
    if file.mime not in MIMES:
        raise Refused(_("Google does not take files of the type %s.") % file.mime, FailureCode.BAD_MEDIA)
    kind, mime = file.mime.partition("/")[0], MIMES[file.mime]
    size = default_storage.size(file.name)
    part = {"type": kind, "mime_type": mime}
    if kind == "image" and size <= INLINE:
        with default_storage.open(file.name) as content:
            return part | {"data": base64.b64encode(content.read()).decode()}
    return part | {"uri": _once_read(upload(file, size, key), key, patience)}


def upload(file: InputFile, size: int, key: str) -> dict[str, Any]:
    """What Google says of the file it got. A resumable upload in one piece (Gemini API, files)."""
    announced = {
        "X-Goog-Upload-Protocol": "resumable",
        "X-Goog-Upload-Command": "start",
        "X-Goog-Upload-Header-Content-Length": str(size),
        "X-Goog-Upload-Header-Content-Type": MIMES[file.mime],
    }
    named = {"file": {"display_name": str(file.role)}}
    begun = ask("POST", "upload/v1beta/files", key, headers=announced, json_body=named)
    if not begun.is_good:
        raise refusal(begun, FailureCode.BAD_MEDIA)
    address = begun.headers.get("x-goog-upload-url", "")
    if not is_own(address):
        raise BadAnswer(_("Google named no address for an upload."))
    whole = {"X-Goog-Upload-Offset": "0", "X-Goog-Upload-Command": "upload, finalize"}
    with default_storage.open(file.name) as content:
        done = http.call("POST", address, key="", headers=whole, content=content, repeatable=False)
    if not done.is_good:
        raise refusal(done, FailureCode.BAD_MEDIA)
    return table(done.object().get("file"))


def _once_read(file: dict[str, Any], key: str, patience: float) -> str:
    """Waits until a file is no longer PROCESSING; its uri."""
    wait, end = FIRST_LOOK, time.monotonic() + patience
    while file.get("state") == "PROCESSING":
        if time.monotonic() > end:
            raise RateLimited(_("Google takes long to read the clip. Nothing was started."))
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_LOOK)
        file = state_of(text(file.get("name")), key) or file
    if file.get("state") == "FAILED":
        raise Refused(_("Google could not read a file that was sent along."), FailureCode.BAD_MEDIA)
    if not text(file.get("uri")):
        raise BadAnswer(_("Google named no address of an uploaded file."))
    return text(file["uri"])


def state_of(name: str, key: str) -> dict[str, Any]:
    """What the Files API says of `files/…`; empty where it says nothing."""
    answer = ask("GET", f"v1beta/{name}", key)
    return table(answer.body) if answer.is_good else {}
