"""Tasks that were accepted: they take their time, then give results one after the other.

A result is billed, then put to the uploadEndpoint, then seen by polls, then told to the webhook.
"""

import asyncio
import secrets
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.servers.base import Films, film
from tests.servers.runware.faults import FAILING
from tests.servers.runware.media import Media, MediaStore
from tests.servers.runware.refusals import MODERATED, Refusal
from tests.servers.runware.validation import Order

FIRST_WAIT = 0.25  # s before a webhook is tried again, doubled by each try
LONGEST_WAIT = 8.0
TRIES = 8  # how often is not documented
DELIVERY_TIMEOUT = httpx.Timeout(5)

Item = dict[str, Any]
_rendering = threading.Lock()


@dataclass
class Result:
    """One of a job's videos: nothing yet, an `item` of data, or a `failure`.

    `due` is a reading of time.monotonic, `done_at` (when polls could first see how it ended) one of time.time.
    """

    due: float
    seed: int
    item: Item | None = None
    failure: Refusal | None = None
    done_at: float = 0.0


@dataclass
class Job:
    """`price` is dollars for each result; `faults` are those that fell on it; `origin` is where links shall point."""

    order: Order
    key: str
    origin: str
    price: float
    faults: frozenset[str]
    started: float
    results: list[Result]

    @property
    def name(self) -> Item:
        """What stands in every item that speaks of it."""
        return {"taskType": "videoInference", "taskUUID": self.order.uuid}

    @property
    def is_finished(self) -> bool:
        return all(result.item or result.failure for result in self.results)

    def failed(self, refusal: Refusal) -> Item:
        return {**refusal.entry(self.order.task), "status": "error"}

    def items(self) -> tuple[list[Item], list[Item]]:
        """`data` and `errors` of a poll; what was told once is told again."""
        data, errors = [], []
        for result in self.results:
            if result.failure and "moderation_in_data" in self.faults:
                error = {"code": result.failure.code, "message": result.failure.message}
                data.append({**self.name, "status": "error", "error": error})
            elif result.failure:
                errors.append(self.failed(result.failure))
            else:
                data.append(result.item or self._processing(result))
        return data, errors

    def _processing(self, result: Result) -> Item:
        done = (time.monotonic() - self.started) / max(0.001, result.due - self.started)
        return {**self.name, "status": "processing", "progress": max(0, min(99, int(done * 100)))}


@dataclass(frozen=True)
class Clip:
    """What a video id stands for."""

    key: str
    seconds: float
    size: tuple[int, int]


@dataclass
class Works:
    """Where jobs run. `seconds` is what a job takes, or says it of an order; `ttl_second` is how long a second of `ttl`
    lasts here.
    """

    films: Films
    media: MediaStore
    seconds: float | Callable[[Order], float]
    ttl_second: float
    wrapped_webhooks: bool
    jobs: dict[str, Job] = field(default_factory=dict)
    clips: dict[str, Clip] = field(default_factory=dict)
    billed: Counter[str] = field(default_factory=Counter)
    spent: dict[str, float] = field(default_factory=dict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _client: httpx.AsyncClient | None = None

    def accept(self, order: Order, key: str, origin: str, price: float, faults: frozenset[str]) -> Job:
        started = time.monotonic()
        seed = secrets.randbelow(2**31)
        lasts = self.seconds(order) if callable(self.seconds) else self.seconds
        results = [Result(started + lasts * (n + 1) / order.results, seed + n) for n in range(order.results)]
        job = self.jobs[order.uuid] = Job(order, key, origin, price, faults, started, results)
        self.billed[order.uuid] += 1
        if "never_finishing" not in faults:
            self._start(self._run(job))
        return job

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, job: Job) -> None:
        content = await asyncio.to_thread(rendered, job.order)
        for index, result in enumerate(job.results):
            await asyncio.sleep(result.due - time.monotonic())
            failure = _failure(job, index)
            if failure is None:
                await self._succeed(job, result, marked(content, job.order.suffix, result.seed))
            else:
                result.failure = failure
            result.done_at = time.time()
            if job.order.webhook and "webhook_never" not in job.faults:
                for _ in range(2 if "webhook_twice" in job.faults else 1):
                    self._start(self._tell(job.order.webhook, self._told(job, result)))

    async def _succeed(self, job: Job, result: Result, content: bytes) -> None:
        order = job.order
        self.spent[order.uuid] = round(self.spent.get(order.uuid, 0) + job.price, 6)
        lifetime = None if order.ttl is None else order.ttl * self.ttl_second
        name, video_id = str(uuid.uuid4()), secrets.token_urlsafe(60)
        path = self.films.keep(content, order.suffix, lifetime)
        ends = time.monotonic() + (self.films.lifetime if lifetime is None else lifetime)
        mime = "video/quicktime" if order.suffix == "mov" else f"video/{order.suffix}"
        self.media.keep(Media(name, job.key, content, "video", mime, order.suffix, order.seconds, order.size, ends))
        self.clips[video_id] = Clip(job.key, order.seconds, order.size)
        if order.upload:
            await _put(order.upload, content)
        item = {**job.name, "status": "success", "videoUUID": name, "videoURL": job.origin + path, "seed": result.seed}
        if order.includes_cost:
            item["cost"] = job.price
        if order.checks_content:
            item["NSFWContent"] = "nsfw" in job.faults
        result.item = _spoilt({**item, "outputs": {"videoId": video_id}}, job.faults)

    def _told(self, job: Job, result: Result) -> Item:
        """What a webhook is sent: a bare result or one in `data`, as both were seen; a failure in `errors`."""
        if result.failure:
            return {"errors": [job.failed(result.failure)]}
        return {"data": [result.item]} if self.wrapped_webhooks else dict(result.item or {})

    async def _tell(self, url: str, body: Item) -> None:
        """Until any 2xx comes, or it was tried often enough."""
        wait = FIRST_WAIT
        for _ in range(TRIES):
            try:
                answer = await self._caller().post(url, json=body)
                if answer.is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(wait * (1 + secrets.randbelow(100) / 1000))
            wait = min(wait * 2, LONGEST_WAIT)

    def _caller(self) -> httpx.AsyncClient:
        """One for all webhooks, as a vendor has: to make one takes longer than many calls."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=DELIVERY_TIMEOUT, trust_env=False)
        return self._client


async def _put(url: str, content: bytes) -> None:
    """The raw bytes and no Content-Type. What happens when it fails is not documented: here, nothing."""
    async with httpx.AsyncClient(timeout=DELIVERY_TIMEOUT, trust_env=False) as client:
        try:
            await client.put(url, content=content)
        except httpx.HTTPError:
            return


def _failure(job: Job, index: int) -> Refusal | None:
    for name, refusal in FAILING.items():
        if name in job.faults:
            return refusal
    return MODERATED if "mixed" in job.faults and index % 2 else None


def _spoilt(item: Item, faults: frozenset[str]) -> Item:
    if "missing_fields" in faults:
        return {name: item[name] for name in ("taskType", "taskUUID", "status")}
    if "wrong_types" in faults:
        return item | {"videoUUID": 17, "videoURL": [item["videoURL"]], "seed": "7", "cost": "a lot", "outputs": "none"}
    return item


def rendered(order: Order) -> bytes:
    """A film of the ordered length, shape and format; one at a time, so that none is made twice."""
    even = (max(2, order.size[0] // 2 * 2), max(2, order.size[1] // 2 * 2))
    with _rendering:
        return film(order.seconds, even, True, order.suffix)


def marked(content: bytes, suffix: str, seed: int) -> bytes:
    """The same film with other bytes: an empty element at its end carries the seed, and players pass over it."""
    payload = seed.to_bytes(8, "big")
    if suffix == "webm":
        return content + b"\xec\x88" + payload
    return content + (8 + len(payload)).to_bytes(4, "big") + b"free" + payload
