"""How Runware is told of a file: by its own name of it, by our public address, or by the name of an upload.

An upload is a task `mediaStorage` that carries the file as a data URI (Runware documentation, media storage); a source
video may not be sent in any other way than by UUID or address.
"""

import base64
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext_noop as _

from studio.providers.base import InputFile
from studio.providers.errors import BadAnswer, FailureCode, NeverSent, ProviderError, Refused, Unreachable
from studio.providers.runware.answers import Item, code_of, read, text
from studio.providers.runware.refusals import CONFLICT, refusal
from studio.providers.runware.wire import post

# A file is in memory about four times while it is sent as JSON. Runware documents no limit of its own.
LARGEST = 32 * 1024 * 1024
TOO_LARGE = _(
    "A file is larger than can be sent to Runware from here. Trim it, or have whoever runs this studio set its public "
    "https address, so that Runware fetches it."
)
GONE = _("A file of this request is no longer stored here. Upload it again.")
UNREADABLE = _("Runware could not read a file of this request. Upload it again in another format.")
NO_NAME = _("Runware took a file and gave it no name.")
TRIES = 2


def name_of(file: InputFile, key: str) -> str:
    """A UUID or an address. Raises ProviderError."""
    if file.vendor_file:
        return file.vendor_file
    return file.url if _is_reachable(file.url) else _upload(_data_uri(file), key)


def _is_reachable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme, parts.netloc) in settings.PRIVATE_ORIGINS


def _upload(media: str, key: str) -> str:
    """Nothing that is paid for has begun: whatever goes wrong here, the same may be tried again."""
    try:
        return _uploaded(media, key)
    except (Unreachable, BadAnswer) as error:
        raise NeverSent(error.detail) from error


def _uploaded(media: str, key: str) -> str:
    """Each try has a name of its own: one that is taken says that an answer was lost, and with it what to call it."""
    for _try in range(TRIES):
        task = {"taskType": "mediaStorage", "taskUUID": str(uuid.uuid4()), "operation": "upload", "media": media}
        answer = post([task], key)
        said = read(answer.body)
        if any(code_of(error) == CONFLICT for error in said.errors):
            continue
        if said.errors or not answer.is_good:
            raise _refused(next(iter(said.errors), {}), answer.status)
        answer.object()
        for item in said.items:
            if name := text(item.get("mediaUUID")) or text(item.get("mediaURL")):
                return name
        break
    raise BadAnswer(NO_NAME)


def _refused(error: Item, status: int) -> ProviderError:
    """There is nothing in an upload but the file, so a wrong request is a wrong file."""
    found = refusal(error, status)
    if found.code == FailureCode.BAD_REQUEST:
        return type(found)(UNREADABLE, FailureCode.BAD_MEDIA)
    return found


def _data_uri(file: InputFile) -> str:
    """Raises Refused."""
    try:
        if default_storage.size(file.name) > LARGEST:
            raise Refused(TOO_LARGE, FailureCode.BAD_MEDIA)
        with default_storage.open(file.name) as stored:
            content = base64.b64encode(stored.read()).decode()
    except FileNotFoundError as error:
        raise Refused(GONE, FailureCode.BAD_MEDIA) from error
    return f"data:{file.mime};base64,{content}"
