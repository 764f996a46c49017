"""The app: its doors, what happens at each before and after its work, and the handle that tests hold."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.servers.base import HangUp, Running, VendorApp
from tests.servers.evolink import films, hosted, orders, rules
from tests.servers.evolink.callbacks import Callbacks
from tests.servers.evolink.tasks import FAILURES, PREFIX, Account, Task, sleep_until_due, wrongly_typed
from tests.servers.evolink.wire import Refusal, RequestIds, invalid, json_object, number, ordered

KEY = "sk-test-0001"
DAY = 24 * 3600.0
MOST_BODY_BYTES = 100_000_000
MOST_AT_ONCE = 50

Handler = Callable[[Request, Account], Awaitable[Response]]


class Door(NamedTuple):
    """`name` is what an order may name after a colon; `framed`: it answers in the file host's envelope."""

    method: str
    path: str
    name: str
    handler: Handler
    framed: bool = False


class EvoLinkServer:
    """See the package's docstring for the orders that `faults` understands. Everything else is a constructor option.

    `keys`: each has an account of its own with `balance` credits. `seconds`: how long a task takes. `lifetime` and
    `file_lifetime`: seconds until result links and uploads are gone. `pace` multiplies the waits between callbacks;
    `pixels` the sides of films that are made. `batch=False`: the batch query does not exist.

    Filled while it runs: `tasks` by id; `billed`, how often each task was charged; `requests`, arrivals by
    "METHOD /path"; `bodies`, the raw body of every create that arrived, refused or not; `callbacks.made`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        keys: Sequence[str] = (KEY,),
        seconds: float = 0.2,
        balance: float = 5000,
        batch: bool = True,
        takes_video: bool = True,
        loopback_callbacks: bool = False,
        lifetime: float = DAY,
        file_lifetime: float = hosted.LIFETIME,
        pace: float = 1,
        pixels: float = 1,
    ) -> None:
        self.port = port
        self.key = keys[0]
        self.accounts = {key: Account(balance) for key in keys}
        self.seconds = seconds
        self.batch = batch
        self.loopback_callbacks = loopback_callbacks
        self.pixels = pixels
        self.retry_after = "1"
        self.most_body_bytes = MOST_BODY_BYTES
        self.faults = orders.Orders()
        self.films = films.Results(self.faults, lifetime)
        self.files = hosted.FileHost(self.accounts, takes_video, file_lifetime)
        self.callbacks = Callbacks(self.faults, pace)
        self.tasks: dict[str, Task] = {}
        self.billed: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.bodies: list[bytes] = []
        self.url = ""
        self._running: set[asyncio.Task[None]] = set()
        self.app = self._app()

    def __enter__(self) -> "EvoLinkServer":
        self._server = Running(self.app, self.port).__enter__()
        self.url = self._server.url
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(*error)

    def _doors(self) -> list[Door]:
        files, host = "/api/v1/files", self.files
        batch = [Door("POST", "/v1/tasks/batch", "batch", self._batch)] if self.batch else []
        return [
            Door("POST", "/v1/videos/generations", "create", self._create),
            *batch,
            Door("GET", "/v1/tasks/{task_id}", "read", self._read),
            Door("GET", "/v1/tasks", "list", self._list),
            Door("GET", "/v1/credits", "credits", self._credits),
            Door("POST", f"{files}/upload/stream", "upload", host.upload_stream, True),
            Door("POST", f"{files}/upload/base64", "upload", host.upload_base64, True),
            Door("POST", f"{files}/upload/url", "upload", host.upload_url, True),
            Door("GET", f"{files}/list", "files", host.list, True),
            Door("GET", f"{files}/quota", "files", host.quota, True),
            Door("DELETE", f"{files}/{{file_id}}", "files", host.delete, True),
        ]

    def _app(self) -> VendorApp:
        routes = [Route(door.path, self._behind(door), methods=[door.method]) for door in self._doors()]
        open_to_all = [
            Route("/api/v1/files/download/{file_id}", self.files.serve),
            Route("/files/{file_id}/{name:path}", self.files.serve),
            Route("/films/{name}", self.films.serve),
        ]
        handlers: dict[Any, Any] = {404: _no_such_door, 405: _no_such_door}
        return VendorApp(routes=routes + open_to_all, middleware=[Middleware(RequestIds)], exception_handlers=handlers)

    # --- What happens at every door -------------------------------------------------------------------------------

    def _behind(self, door: Door) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            self.requests[f"{door.method} {door.path}"] += 1
            if door.name == "create":
                self.bodies.append(await request.body())
            if self._due("lost_request", door):
                return HangUp()
            try:
                account = self._account(request)
                self._refuse_as_ordered(door)
                if self._due("html_answer", door):
                    return HTMLResponse("<!doctype html><title>Just a moment</title><p>Checking your browser")
                return await door.handler(request, account)
            except Refusal as refusal:
                return refusal.frame() if door.framed else refusal.answer(self._due("numeric_code", door))

        return answer

    def _due(self, name: str, door: Door) -> bool:
        return self.faults.due(f"{name}:{door.name}") or self.faults.due(name)

    def _account(self, request: Request) -> Account:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key not in self.accounts:
            raise ordered("bad_key")
        if int(request.headers.get("content-length", 0)) > self.most_body_bytes:
            raise Refusal(413, "request_too_large", "request_too_large_error", "the body is too large")
        return self.accounts[key]

    def _refuse_as_ordered(self, door: Door) -> None:
        for name in orders.REFUSALS_ANYWHERE:
            if self._due(name, door):
                refusal = ordered(name)
                if name == "rate_limited":
                    refusal.headers["Retry-After"] = self.retry_after
                raise refusal

    # --- Creating -------------------------------------------------------------------------------------------------

    async def _create(self, request: Request, account: Account) -> Response:
        """Accepts or replays; then the answer may still get lost on its way."""
        task, replayed = self._accept(request, account, await json_object(request), await request.body())
        if self.faults.due("lost_answer"):
            return HangUp()
        if self.faults.due("outcome_unknown"):
            raise ordered("outcome_unknown")
        headers = {"idempotency-replayed": "true"} if replayed else {}
        return JSONResponse(self._shown(task), headers=headers)

    def _accept(self, request: Request, account: Account, body: dict[str, Any], raw: bytes) -> tuple[Task, bool]:
        """The task and whether its key was known. A key stays with its first accepted body, byte for byte."""
        key = request.headers.get("idempotency-key", "")
        if key and not rules.KEY.fullmatch(key):
            raise invalid("Idempotency-Key", "16 to 96 characters of A-Z a-z 0-9 . _ -")
        known = account.keyed.get(key)
        if known and known.body != raw:
            raise Refusal(409, "idempotency_conflict", "", "this key belongs to another request")
        if known:
            return known, True
        wanted = rules.read(body, self.loopback_callbacks)
        task = self._begin(request, account, wanted, raw)
        if key:
            account.keyed[key] = task
        return task, False

    def _begin(self, request: Request, account: Account, wanted: rules.Wanted, raw: bytes) -> Task:
        reserved = films.estimate(wanted)
        for name in orders.REFUSALS_AT_CREATE:
            if self.faults.due(name) or (name == "no_credit" and reserved > account.remaining):
                raise ordered(name, **self._details(name, request, account, reserved))
        base_url = str(request.base_url).rstrip("/")
        task = Task(wanted, account, raw, base_url, self.seconds, reserved, self._fate())
        account.reserved += reserved
        self.tasks[task.id] = task
        running = asyncio.create_task(self._run(task))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return task

    def _details(self, name: str, request: Request, account: Account, reserved: float) -> dict[str, Any]:
        if name == "no_credit":
            return {
                "action_url": "/dashboard/credits",
                "request_id": request.scope["request_id"],
                "account_balance_credits": account.remaining,
                "estimated_credits": reserved,
            }
        return {"allowed_models": ["gemini-omni-flash-text-to-video"]} if name == "model_not_allowed" else {}

    def _fate(self) -> str:
        for name, fate in orders.FATES.items():
            if self.faults.due(name):
                return fate
        return ""

    # --- Working --------------------------------------------------------------------------------------------------

    async def _run(self, task: Task) -> None:
        try:
            content, used = await self._made(task)
            await sleep_until_due(task)
            self._complete(task, content, used)
        except films.TaskFailed as failure:
            await sleep_until_due(task)
            task.error = failure.error
            task.account.reserved -= task.reserved
            task.end("cancelled" if task.fate == "cancelled" else "failed")
        await self.callbacks.tell(task)

    async def _made(self, task: Task) -> tuple[bytes, float]:
        """The film and its charge, or TaskFailed."""
        code = "request_cancelled" if task.fate == "cancelled" else task.fate
        if code in FAILURES:
            raise films.TaskFailed(code, FAILURES[code])
        wanted = task.wanted
        try:
            sources = [await films.source(address, self.films) for address in wanted.videos]
            images = [films.measure(await films.image(address)) for address in wanted.images]
            clips = [await asyncio.to_thread(films.look, content, wanted.rules.clip) for content in sources]
            size = films.frame_size(wanted, clips, images)
            used = films.charge(wanted, clips, size)
            seconds = films.length(wanted, clips)
            return await asyncio.to_thread(films.make, seconds, size, self.pixels, task.id), used
        except films.TaskFailed:
            raise
        except Exception as error:
            raise films.TaskFailed("unknown_error", repr(error)) from error

    def _complete(self, task: Task, content: bytes, used: float) -> None:
        self.billed[task.id] += 1
        task.used = used
        task.account.reserved -= task.reserved
        task.account.used += used
        if task.fate != "no_results":
            task.results = [task.base_url + self.films.keep(content)]
        task.end("completed")

    # --- Asking ---------------------------------------------------------------------------------------------------

    async def _read(self, request: Request, account: Account) -> Response:
        own = request.path_params["task_id"]
        if not own.startswith(PREFIX):
            raise Refusal(400, "invalid_task_id", "invalid_request_error", "not the id of a task", "task_id")
        task = self.tasks.get(own)
        if task is None or task.account is not account:
            raise Refusal(404, "task_not_found", "not_found_error", "there is no such task")
        return JSONResponse(self._shown(task))

    async def _batch(self, request: Request, account: Account) -> Response:
        ids = (await json_object(request)).get("task_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_AT_ONCE or not all(isinstance(i, str) for i in ids):
            raise invalid("task_ids", f"from 1 to {MOST_AT_ONCE} ids")
        found = [self.tasks[own] for own in dict.fromkeys(ids) if own in self.tasks]
        return JSONResponse({"code": 200, "data": [self._shown(task) for task in found if task.account is account]})

    async def _list(self, request: Request, account: Account) -> Response:
        page, size = number(request, "page", 1, 10_000), number(request, "page_size", 20, 100)
        items = [task.listed() for task in reversed(self.tasks.values()) if task.account is account]
        items = [item for item in items if _fits(item, request.query_params)]
        shown = items[(page - 1) * size : page * size]
        return JSONResponse({"object": "list", "total": len(items), "page": page, "page_size": size, "data": shown})

    async def _credits(self, request: Request, account: Account) -> Response:
        counts = {"remaining_credits": round(account.remaining, 4), "used_credits": round(account.used, 4)}
        return JSONResponse({"success": True, "data": {"user": counts, "token": counts | {"unlimited_credits": False}}})

    def _shown(self, task: Task) -> dict[str, Any]:
        shown = task.shown()
        if self.faults.due("wrong_type"):
            shown["type"] = "image"
        return wrongly_typed(shown) if self.faults.due("wrong_types") else shown


def _fits(item: dict[str, Any], asked: Any) -> bool:
    """Whether the filters let it through; asked for "processing", what still waits is meant too."""
    status = {"pending": "processing"}.get(item["status"], item["status"])
    return (
        asked.get("status", item["status"]) in (item["status"], status)
        and asked.get("type", "video") == "video"
        and asked.get("model", item["model"]) == item["model"]
    )


async def _no_such_door(request: Request, error: HTTPException) -> Response:
    text = f"Invalid URL ({request.method} {request.url.path})"
    return Refusal(404, "", "invalid_request_error", text).answer()
