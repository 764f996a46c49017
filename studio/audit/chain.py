"""The chain that the trail hangs on: each entry's hash covers all its fields and the hash of the entry before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any


def digest(entry: Any) -> str:
    """SHA-256 over canonical JSON. Takes a migration's model too."""
    fields = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "actor_label": entry.actor_label,
        "act": entry.act,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "detail": entry.detail,
        "previous": entry.previous,
    }
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def plain(value: Any) -> Any:
    """As every database gives it back: fractions become words, for PostgreSQL writes large ones in another way."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return str(value).replace("\x00", "")
