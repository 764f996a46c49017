"""Where tasks are answered, whichever way they came."""

import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.servers.base import Faults
from tests.servers.runware import family, refusals, validation
from tests.servers.runware.faults import OF_JOBS, ONLY_SUBMITS, REFUSING, REFUSING_A_TASK
from tests.servers.runware.jobs import Clip, Item, Job, Works
from tests.servers.runware.media import MediaStore
from tests.servers.runware.refusals import Refusal
from tests.servers.runware.validation import Order, Task

BALANCE = 100.0
"""Dollars that an account has before it spends any."""


@dataclass(frozen=True)
class Caller:
    """Who asks: the key, the address at which they reached us, and whether they only want to know the price."""

    key: str
    origin: str
    dry_run: bool = False


@dataclass(frozen=True)
class Answer:
    """A socket leaves the status out."""

    status: int
    body: Item


Handler = Callable[[Task, Caller], Awaitable[Item]]


class Desk:
    def __init__(
        self, works: Works, media: MediaStore, faults: Faults, keys: Collection[str], strict: bool, failure_status: int
    ) -> None:
        self.works, self.media, self.faults = works, media, faults
        self.keys, self.strict, self.failure_status = list(keys), strict, failure_status
        self.drip_seconds = 1.0
        self.requests: Counter[str] = Counter()
        self.posts: Counter[str] = Counter()
        self.received: list[Task] = []
        self._arriving: set[str] = set()
        self._handlers: dict[str, Handler] = {
            "authentication": self._authenticate,
            "ping": self._ping,
            "videoInference": self._submit,
            "mediaStorage": self._store,
            "imageUpload": self._upload_image,
            "accountManagement": self._account,
            "getTaskDetails": self._details,
        }

    def note(self, tasks: list[Task]) -> None:
        """Keep what came, answered or not."""
        types = [str(task.get("taskType")) for task in tasks]
        self.requests.update(types)
        self.posts.update(set(types))
        self.received += tasks

    def check_key(self, key: Any) -> None:
        """Raises a Refusal."""
        if key not in self.keys:
            raise refusals.INVALID_KEY

    def due(self, fault: str, tasks: list[Task]) -> bool:
        """Whether a fault of whole requests falls on this one: on any, or only on such as its order names."""
        types = {str(task.get("taskType")) for task in tasks}
        if any(self.faults.due(f"{fault}:{each}") for each in types):
            return True
        return (fault not in ONLY_SUBMITS or "videoInference" in types) and self.faults.due(fault)

    async def answer(self, tasks: list[Task], caller: Caller) -> Answer:
        """Task by task: one may fail while the others go on. The status is 200 as soon as one succeeded."""
        for fault, refusal in REFUSING.items():
            if self.due(fault, tasks):
                return refused(refusal, tasks)
        data, errors, status = [], [], 0
        for task in tasks:
            try:
                told, failed = await self._handle(task, caller)
            except Refusal as refusal:
                told, failed, status = [], [refusal.entry(task)], status or refusal.status
            data += told
            errors += failed
        body = {"data": data} if data or not errors else {}
        return Answer(200 if body else status or self.failure_status, body | ({"errors": errors} if errors else {}))

    async def _handle(self, task: Task, caller: Caller) -> tuple[list[Item], list[Item]]:
        """Items for `data` and `errors`. Raises a Refusal."""
        kind = task.get("taskType")
        if kind == "getResponse":
            job = self._job(task, caller)
            # Integrators saw a task that is not known answered as one that has nothing to tell yet.
            return ([], []) if job is None else job.items()
        handler = self._handlers.get(kind) if isinstance(kind, str) else None
        if handler is None:
            raise Refusal(400, "unsupportedTaskType", f"There is no taskType {kind!r}.", parameter="taskType")
        return [await handler(task, caller)], []

    # --- videoInference ----------------------------------------------------------------------------------------------

    async def _submit(self, task: Task, caller: Caller) -> Item:
        validation.check_required(task, ["taskUUID"])
        name = task["taskUUID"]
        if (wrong := validation.uuid4(name)) is not None:
            raise refusals.invalid("taskUUID", **wrong)
        if name in self.works.jobs or name in self._arriving:
            raise refusals.CONFLICT
        self._arriving.add(name)
        try:
            return await self._accept(task, caller)
        finally:
            self._arriving.discard(name)

    async def _accept(self, task: Task, caller: Caller) -> Item:
        order = validation.read_video_task(task, self.strict)
        for fault, refusal in REFUSING_A_TASK.items():
            if self.faults.due(fault):
                raise refusal
        order, price = await self._with_inputs(order, caller.key)
        acknowledged = {"taskType": "videoInference", "taskUUID": order.uuid}
        if caller.dry_run:
            return acknowledged | {"cost": round(price * order.results, 6)}
        self.works.accept(order, caller.key, caller.origin, price, self._faults_of(order))
        return acknowledged

    async def _with_inputs(self, order: Order, key: str) -> tuple[Order, float]:
        """The order with the length and shape of its source, and what one result costs in dollars. Raises a Refusal.

        Whether a continuation pays for the clip it reads again is not documented; here it does not.
        """
        inputs = order.inputs
        for given, name in ((inputs.frames, "inputs.frameImages"), (inputs.references, "inputs.referenceImages")):
            for each in given:
                await self.media.take_kind("image", each, key, name)
        extra = family.INPUT_IMAGE * len(inputs.frames + inputs.references)
        if inputs.video:
            source = await self.media.take_kind("video", inputs.video, key, "inputs.video")
            if source.seconds > order.model.longest + 0.1:
                raise refusals.unusable("inputs.video", f"it is longer than {order.model.longest} seconds")
            order = replace(order, seconds=source.seconds, size=source.size)
            extra += source.seconds * family.INPUT_SECOND
        elif inputs.video_id:
            clip = self._clip(inputs.video_id, key)
            order = replace(order, seconds=clip.seconds, size=clip.size)
        second = order.model.second[order.model.tier(order.size)]
        return order, round(order.seconds * second + extra, 6)

    def _clip(self, video_id: str, key: str) -> Clip:
        clip = self.works.clips.get(video_id)
        if clip is None or clip.key != key or self.faults.due("expired_video_id"):
            raise refusals.EXPIRED_VIDEO_ID
        return clip

    def _faults_of(self, order: Order) -> frozenset[str]:
        can_fall = {
            "mixed": order.results > 1,
            "nsfw": order.checks_content,
            "webhook_twice": bool(order.webhook),
            "webhook_never": bool(order.webhook),
        }
        return frozenset(name for name in OF_JOBS if can_fall.get(name, True) and self.faults.due(name))

    # --- The smaller tasks -------------------------------------------------------------------------------------------

    def _check(self, task: Task, **checks: validation.Check) -> None:
        """All of `checks` are required, and there is nothing beside them. Raises a Refusal."""
        validation.check_required(task, checks)
        validation.check_fields(task, {"taskType": validation.text(), **checks}, self.strict)

    def _job(self, task: Task, caller: Caller) -> Job | None:
        self._check(task, taskUUID=validation.uuid4)
        job = self.works.jobs.get(task["taskUUID"])
        return job if job and job.key == caller.key else None

    async def _authenticate(self, task: Task, caller: Caller) -> Item:
        self.check_key(task.get("apiKey"))
        return {"taskType": "authentication", "connectionSessionUUID": str(uuid.uuid4())}

    async def _ping(self, task: Task, caller: Caller) -> Item:
        self._check(task, ping=validation.boolean)
        return {"taskType": "ping", "pong": True}

    async def _store(self, task: Task, caller: Caller) -> Item:
        operation = validation.one_of("upload", "delete")
        self._check(task, taskUUID=validation.uuid4, operation=operation, media=validation.text())
        named = _named(task) | {"operation": task["operation"]}
        if task["operation"] == "delete":
            return named | {"mediaUUID": self.media.delete(task["media"], caller.key).uuid}
        media = await self.media.take(task["media"], caller.key, "media")
        return named | {"mediaUUID": media.uuid, "mediaURL": caller.origin + media.path}

    async def _upload_image(self, task: Task, caller: Caller) -> Item:
        self._check(task, taskUUID=validation.uuid4, image=validation.text())
        media = await self.media.take_kind("image", task["image"], caller.key, "image")
        return _named(task) | {"imageUUID": media.uuid, "imageURL": caller.origin + media.path}

    async def _account(self, task: Task, caller: Caller) -> Item:
        self._check(task, taskUUID=validation.uuid4, operation=validation.one_of("getDetails"))
        owner = {"organizationUUID": str(uuid.uuid5(uuid.NAMESPACE_OID, caller.key)), "organizationName": "Example"}
        balance = round(BALANCE - sum(self.works.spent.values()), 6)
        return _named(task) | {"operation": "getDetails", **owner, "balance": balance, "team": [], "apiKeys": []}

    async def _details(self, task: Task, caller: Caller) -> Item:
        job = self._job(task, caller)
        if job is None:
            raise Refusal(404, "taskNotFound", "There is no such task.", parameter="taskUUID")
        data, errors = job.items()
        return _named(task) | {"request": [job.order.task], "response": {"data": data, "errors": errors}}


def refused(refusal: Refusal, tasks: list[Task]) -> Answer:
    """The whole request. An inner fault is told by a single `error`, as the client's parser expects to meet it."""
    if refusal is refusals.INVALID_KEY:
        return Answer(refusal.status, {"errors": [refusal.entry({})]})
    entries = [refusal.entry(task) for task in tasks if task.get("taskType") != "authentication"]
    if refusal is refusals.SERVER_ERROR and entries:
        return Answer(500, {"error": {"code": refusal.code, "message": refusal.message}, **_named(tasks[-1])})
    return Answer(refusal.status, {"errors": entries})


def _named(task: Mapping[str, Any]) -> Item:
    return {name: task[name] for name in ("taskType", "taskUUID") if name in task}
