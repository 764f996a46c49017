"""A task: what was asked, how far it is, how it ended, and how it reads on the wire."""

import asyncio
import math
import secrets
import string
import time
from dataclasses import dataclass, field
from typing import Any

from tests.servers.evolink import prices
from tests.servers.evolink.rules import Wanted

PREFIX = "task-unified-"
ALPHABET = string.ascii_lowercase + string.digits
QUEUED = 0.2
"""The part of its time that a task waits before anything happens."""

FAILURES = {
    "content_policy_violation": "the content policy forbids it",
    "invalid_parameters": "the parameters do not fit each other",
    "image_processing_error": "an image could not be processed",
    "image_dimension_mismatch": "an image has the wrong size",
    "request_cancelled": "the request was cancelled",
    "generation_failed_no_content": "the model gave nothing back",
    "service_error": "the service failed",
    "generation_timeout": "it took too long",
    "resource_exhausted": "no capacity",
    "quota_exceeded": "too fast",
    "service_unavailable": "not available now",
    "resource_not_found": "something it needs is gone",
    "unknown_error": "nobody knows",
}
"""Codes with which a task may fail (EvoLink manual, error codes of tasks)."""


@dataclass
class Account:
    """What belongs to one key: credits, files, and tasks by idempotency key."""

    balance: float
    used: float = 0.0
    reserved: float = 0.0
    files: dict[str, Any] = field(default_factory=dict)
    keyed: dict[str, "Task"] = field(default_factory=dict)

    @property
    def remaining(self) -> float:
        return self.balance - self.used - self.reserved


@dataclass
class Task:
    """`seconds` is how long it takes; `fate` the code it fails with, "cancelled", "never_finishing", or empty."""

    wanted: Wanted
    account: Account
    body: bytes
    base_url: str
    seconds: float
    reserved: float
    fate: str = ""
    id: str = ""
    created: int = field(default_factory=lambda: int(time.time()))
    began: float = field(default_factory=time.monotonic)
    status: str = ""
    results: list[str] = field(default_factory=list)
    error: dict[str, str] = field(default_factory=dict)
    used: float | None = None
    took: float = 0.0

    def __post_init__(self) -> None:
        self.id = f"{PREFIX}{self.created}-{''.join(secrets.choice(ALPHABET) for _ in range(8))}"

    @property
    def left(self) -> float:
        """Seconds until it should be done."""
        return max(0.0, self.began + self.seconds - time.monotonic())

    @property
    def state(self) -> str:
        if self.status:
            return self.status
        return "pending" if self.left > self.seconds * (1 - QUEUED) else "processing"

    @property
    def progress(self) -> int:
        if self.status:
            return 100 if self.status == "completed" else 0
        if self.state == "pending":
            return 0
        done = 1 - self.left / self.seconds if self.seconds else 1
        return min(99, max(1, int(100 * done)))

    def end(self, status: str) -> None:
        self.took = time.monotonic() - self.began
        self.status = status

    def shown(self) -> dict[str, Any]:
        """As create, query, batch and callback show it (EvoLink manual, get task detail)."""
        shown: dict[str, Any] = {
            "created": self.created,
            "id": self.id,
            "model": self.wanted.model,
            "object": "video.generation.task",
            "progress": self.progress,
            "status": self.state,
            "task_info": {"can_cancel": False, "estimated_time": 0 if self.status else max(1, math.ceil(self.left))},
            "type": "video",
            "usage": {"billing_rule": "per_token", "credits_reserved": self.reserved, "user_group": "default"},
        }
        if self.used is not None:
            shown["usage"] |= {"credits_used": self.used, "cost": prices.cost(self.used)}
        if self.results:
            shown["results"] = list(self.results)
        if self.error:
            shown["error"] = dict(self.error)
        if self.status:
            shown["duration"] = round(self.took)
        return shown

    def listed(self) -> dict[str, Any]:
        """As the list of tasks shows it: without links."""
        item: dict[str, Any] = {
            "id": self.id,
            "model": self.wanted.model,
            "type": "video",
            "status": self.state,
            "progress": self.progress,
            "created_at": self.created,
        }
        if self.status:
            item["duration"] = round(self.took)
        if self.results:
            item |= {"has_results": True, "result_count": len(self.results)}
        if self.error:
            item["has_error"] = True
        if self.used is not None:
            item["credits_used"] = self.used
        return item


def wrongly_typed(shown: dict[str, Any]) -> dict[str, Any]:
    """The same with members of the wrong JSON type."""
    wrong: dict[str, Any] = {
        "created": str(shown["created"]),
        "progress": f"{shown['progress']}%",
        "task_info": [],
        "usage": None,
    }
    if "results" in shown:
        wrong["results"] = {"url": shown["results"][0]}
    if "error" in shown:
        wrong["error"] = shown["error"]["message"]
    return shown | wrong


async def sleep_until_due(task: Task) -> None:
    """A task that never finishes waits for ever."""
    await (asyncio.Event().wait() if task.fate == "never_finishing" else asyncio.sleep(task.left))
