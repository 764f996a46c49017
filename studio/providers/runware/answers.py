"""Answers as they come, brought into one form. Every field may be missing or of another type than documented.

Runware documentation (authentication, task polling, errors): an object with `data` and/or `errors`, whose items name
their task. Also seen: one object in place of a list, a single `error` beside the task's name, failures in `data`.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from studio.providers.sealing import BLOT, unsigned

Item = Mapping[str, Any]
LONGEST_TEXT = 4000
DEEPEST = 8
LINKS = ("videoURL", "mediaURL")
UPLOAD = "uploadEndpoint"
MOST_REFERENCES = 50  # of one delivery: a task has four results at most


@dataclass(frozen=True)
class Said:
    """`items` are what runs or is made, `errors` what is refused or failed; both as objects."""

    items: tuple[Item, ...] = ()
    errors: tuple[Item, ...] = ()

    def of(self, task: str) -> "Said":
        """What it says of one task."""
        return Said(
            tuple(item for item in self.items if task_of(item) == task),
            tuple(error for error in self.errors if task_of(error) == task),
        )

    def by_task(self) -> dict[str, "Said"]:
        """What it says of each task that it names."""
        items, errors = _grouped(self.items), _grouped(self.errors)
        return {task: Said(tuple(items[task]), tuple(errors[task])) for task in {*items, *errors} - {""}}

    @property
    def stray(self) -> tuple[Item, ...]:
        """Errors that name no task."""
        return tuple(error for error in self.errors if not task_of(error))


def _grouped(items: Iterable[Item]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[task_of(item)].append(item)
    return groups


def read(body: Any) -> Said:
    """The body of an answer, or of a delivery, which may also be a bare item."""
    if not isinstance(body, dict):
        return Said()
    items, errors = [], [*_objects(body.get("errors")), *_envelope(body)]
    bare = [body] if not {"data", "errors", "error"} & body.keys() else []
    for item in [*_objects(body.get("data")), *bare]:
        if item.get("status") == "error" or isinstance(item.get("error"), dict):
            errors.append({**item, **_object(item.get("error")), "status": "error"})
        else:
            items.append(item)
    return Said(tuple(items), tuple(errors))


def task_of(item: Item) -> str:
    """The task that it speaks of, as we write UUIDs; empty where it names none."""
    value = item.get("taskUUID")
    try:
        return str(UUID(value)) if isinstance(value, str) and len(value) == 36 else ""
    except ValueError:
        return ""


def code_of(error: Item) -> str:
    return text(error.get("code"), 200)


def references(body: bytes) -> list[str]:
    """The tasks that a delivery names, each once: bare, in `data` or in `errors`."""
    try:
        said = read(json.loads(body))
    except (ValueError, RecursionError):
        return []
    named = dict.fromkeys(task_of(each) for each in (*said.items, *said.errors))
    return [task for task in named if task][:MOST_REFERENCES]


def text(value: Any, most: int = LONGEST_TEXT) -> str:
    """A string that can be stored; empty where it is none."""
    return value if isinstance(value, str) and len(value) <= most and "\0" not in value else ""


def number(value: Any) -> float | None:
    """A finite number; JSON's true, and Python's NaN, are none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < 2**63 and math.isfinite(value) else None


def whole(value: Any) -> int | None:
    found = number(value)
    return found if isinstance(found, int) else None


def plain(value: Any, depth: int = 0, name: str = "") -> Any:
    """The same in what every database keeps as JSON: no NaN, no zero bytes, nothing endless.

    Upload addresses are secret, and a complaint may quote them. Where a result lies stays readable.
    """
    if depth > DEEPEST:
        return "…"
    if name == UPLOAD and value is not None:
        return BLOT
    if isinstance(value, dict):
        return {(key := str(plain(name))): plain(each, depth + 1, key) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, depth + 1, name) for each in value[:100]]
    if isinstance(value, str):
        kept = value.replace("\0", "")[:LONGEST_TEXT]
        return kept if name in LINKS else unsigned(kept)
    return value if value is None or isinstance(value, bool) else number(value)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _envelope(body: dict[str, Any]) -> list[dict[str, Any]]:
    """A single `error`, which may be an object, a code, or `true` in old answers."""
    error = body.get("error")
    if not error:
        return []
    beside: dict[str, Any] = {name: body[name] for name in ("taskUUID", "taskType") if name in body}
    return [{**beside, **error} if isinstance(error, dict) else {**beside, "code": error}]
