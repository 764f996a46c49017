"""Telling the client's own address that a task has ended (EvoLink manual, callback_url)."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from tests.servers.base import Faults
from tests.servers.evolink.films import TLS
from tests.servers.evolink.tasks import Task

TIMEOUT = 10.0
WAITS = (1.0, 2.0, 4.0)
"""Seconds before the first, second and third repetition."""

PLAIN: dict[str, Any] = {"timeout": None, "trust_env": False, "verify": TLS}


@dataclass(frozen=True)
class Delivery:
    """One attempt. `status` is 0 where no answer came."""

    task: str
    status: int


class Callbacks:
    """`pace` multiplies the waits, not the timeout: a busy client is not a deaf one. `made` lists every attempt."""

    def __init__(self, faults: Faults, pace: float) -> None:
        self.faults = faults
        self.pace = pace
        self.timeout = TIMEOUT
        self.made: list[Delivery] = []

    async def tell(self, task: Task) -> None:
        if not task.wanted.callback_url or self.faults.due("callback_never"):
            return
        await self._deliver(task)
        if self.faults.due("callback_twice"):
            await self._deliver(task)

    async def _deliver(self, task: Task) -> None:
        for wait in (0.0, *WAITS):
            await asyncio.sleep(wait * self.pace)
            delivery = Delivery(task.id, await self._attempt(task))
            self.made.append(delivery)
            if 200 <= delivery.status < 300:
                return

    async def _attempt(self, task: Task) -> int:
        """Redirects are not followed; the time covers the whole attempt, however slowly an answer drips in."""
        try:
            async with asyncio.timeout(self.timeout), httpx.AsyncClient(**PLAIN) as client:
                return (await client.post(task.wanted.callback_url, json=task.shown())).status_code
        except (httpx.HTTPError, OSError):
            return 0
