"""Room on the disk, asked for before anything is written: a full disk refuses, it never loses."""

import shutil

from django.conf import settings
from django.utils.translation import gettext as _


class DiskFull(Exception):
    """There is no room. `str()` is a sentence for people."""


def free_bytes() -> int:
    return shutil.disk_usage(settings.DATA_DIR).free


def ensure_room(size: int = 0) -> None:
    """Raises DiskFull where writing `size` bytes would leave less than settings.MIN_FREE_BYTES."""
    if free_bytes() - size < settings.MIN_FREE_BYTES:
        raise DiskFull(
            _(
                "The studio’s disk is nearly full, so nothing was saved and nothing was lost. "
                "Empty the trash or ask whoever runs this studio for more room, then try again."
            )
        )
