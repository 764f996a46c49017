"""How the tasks of a job are called at Runware, and how one reference stands for them all.

A reference is the UUID of the one task that makes all results, or the UUIDs of tasks that make one result each, every
one followed by a plus.
"""

import hashlib
import uuid
from collections.abc import Sequence

EACH = "+"


def names_for(key: str, count: int) -> list[str]:
    """The same for the same key, so that what is sent twice is taken once; the first is the key itself."""
    digests = (hashlib.sha256(f"{key} {number}".encode()).digest() for number in range(1, count))
    return [key, *(str(uuid.UUID(bytes=digest[:16], version=4)) for digest in digests)]


def reference_of(taken: Sequence[str], asked: int) -> str:
    """For the tasks that were taken on, of so many that were sent."""
    return taken[0] if asked == 1 else "".join(name + EACH for name in taken)


def names_in(reference: str) -> list[str]:
    return [name for name in reference.split(EACH) if name]


def has_one_each(reference: str) -> bool:
    return EACH in reference
