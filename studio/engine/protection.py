"""Films that are protected against copying: told by their index, before anything is decoded to noise."""

import os

from .errors import MediaRefused, gettext_noop

PROTECTED = gettext_noop("This file is protected against copying, so its pictures cannot be read.")
MOST_BOXES, LARGEST_BOX, MOST_OF_AN_INDEX = 1000, 1 << 40, 16 << 20


def check_protection(path: str) -> None:
    """Raises MediaRefused where an MP4 or MOV has an entry `encv` (pictures under a key) and a `sinf` (whose)."""
    index = _index(path)
    if b"encv" in index and b"sinf" in index:
        raise MediaRefused("codec", PROTECTED)


def _index(path: str) -> bytes:
    """What the box `moov` of an MP4 or MOV holds, or its first megabytes."""
    with open(path, "rb") as file:
        for _ in range(MOST_BOXES):
            head, long = file.read(8), 8
            size = int.from_bytes(head[:4], "big")
            if size == 1:
                size, long = int.from_bytes(file.read(8), "big"), 16
            if head[4:] == b"moov":
                return file.read(min(max(0, size - long), MOST_OF_AN_INDEX))
            if size < long or size > LARGEST_BOX:
                break
            file.seek(size - long, os.SEEK_CUR)
    return b""
