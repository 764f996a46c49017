"""What may be brought in, in one place for the pages, the browser's checks and the server's."""

from typing import TypedDict

from django.conf import settings
from django.utils.translation import gettext as _

SUFFIXES = ("mp4", "mov", "m4v", "webm", "mkv", "jpg", "jpeg", "png", "webp")
ACCEPT = "video/mp4,video/quicktime,video/webm,video/x-matroska,.mkv,.mov,image/jpeg,image/png,image/webp"


class UploadLimits(TypedDict):
    bytes: int
    megabytes: int
    seconds: int
    suffixes: list[str]
    accept: str
    sentence: str


def upload_limits() -> UploadLimits:
    megabytes = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
    return {
        "bytes": settings.UPLOAD_MAX_BYTES,
        "megabytes": megabytes,
        "seconds": settings.UPLOAD_MAX_SECONDS,
        "suffixes": list(SUFFIXES),
        "accept": ACCEPT,
        "sentence": _("MP4, MOV, WEBM, MKV up to %(megabytes)s MB and %(seconds)s s · JPEG, PNG, WEBP")
        % {"megabytes": megabytes, "seconds": settings.UPLOAD_MAX_SECONDS},
    }
