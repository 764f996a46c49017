"""The server as a whole, and its REST side (Runware documentation, authentication and errors)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection
from typing import Self

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from tests.servers.base import Faults, Films, HangUp, Running, VendorApp
from tests.servers.runware import refusals
from tests.servers.runware.desk import Answer, Caller, Desk, refused
from tests.servers.runware.faults import KNOWN, OF_TRANSPORT
from tests.servers.runware.jobs import Works
from tests.servers.runware.media import MediaStore
from tests.servers.runware.refusals import Refusal
from tests.servers.runware.socket import Sockets
from tests.servers.runware.validation import Order, Task, read_tasks

KEY = "runware-test-key"
PRIVATE = "http://169.254.169.254/latest/meta-data/"
PAGE = "<html><body>Bad gateway</body></html>"


class RunwareServer:
    """`with RunwareServer() as server:` answers at `server.url + "/v1"`. What tests look at:

    `requests` counts the tasks that came, by taskType, `posts` the requests that held such tasks, and `received` holds
    the tasks as they came; `tasks` are the accepted jobs by taskUUID; `billed` counts how often each taskUUID was
    accepted to be paid for; `spent` is the dollars that its finished results cost.

    `seconds` is what a job takes (or says it of its order), `failure_status` the HTTP status of a poll that has nothing
    but failures to tell (not documented), `ttl_second` how long a second of `ttl` lasts, and `wrapped_webhooks` puts
    what webhooks tell into `data`. `strict` refuses unknown parameters; otherwise they are ignored, and the task is
    billed.
    """

    def __init__(
        self,
        seconds: float | Callable[[Order], float] = 0.3,
        keys: Collection[str] = (KEY,),
        strict: bool = True,
        port: int = 0,
        *,
        failure_status: int = 200,
        ttl_second: float = 1.0,
        wrapped_webhooks: bool = False,
    ) -> None:
        self.key = next(iter(keys))
        self.faults = Faults(KNOWN)
        self.films = Films(self.faults)
        self.media = MediaStore()
        self.works = Works(self.films, self.media, seconds, ttl_second, wrapped_webhooks)
        self.tasks, self.billed, self.spent = self.works.jobs, self.works.billed, self.works.spent
        self.desk = Desk(self.works, self.media, self.faults, keys, strict, failure_status)
        self.requests, self.posts, self.received = self.desk.requests, self.desk.posts, self.desk.received
        self.sockets = Sockets(self.desk)
        self.app = VendorApp(
            routes=[
                Route("/v1", self.post, methods=["POST"]),
                WebSocketRoute("/v1", self.sockets.talk),
                Route("/films/{name}", self._film),
                Route("/media/{name}", self.media.serve),
            ]
        )
        self._running = Running(self.app, port)
        self.url = self._running.url
        self.socket_url = self.url.replace("http", "ws", 1) + "/v1"

    def __enter__(self) -> Self:
        self._running.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._running.__exit__(*error)

    async def post(self, request: Request) -> Response:
        try:
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                raise Refusal(400, "invalidRequest", "The Content-Type must be application/json.")
            tasks = read_tasks(await request.body())
            self.desk.note(tasks)
            caller = self._caller(request, tasks)
        except Refusal as refusal:
            return _as_json(Answer(refusal.status, {"errors": [refusal.entry({})]}))
        faults = {name for name in OF_TRANSPORT if self.desk.due(name, tasks)}
        if faults & {"html_answer", "bad_gateway"}:
            return HTMLResponse(PAGE, 502 if "bad_gateway" in faults else 200)
        answer = await self.desk.answer(tasks, caller)
        if "lost_answer" in faults:
            return HangUp()
        if "error_after_accept" in faults:
            answer = refused(refusals.UNAVAILABLE, tasks)
        return self._dripping(answer) if "slow" in faults else _as_json(answer)

    def _caller(self, request: Request, tasks: list[Task]) -> Caller:
        """By the header, by a first task of authentication, or by both. Raises a Refusal."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        keys = [key] if scheme.lower() == "bearer" else []
        if tasks[0].get("taskType") == "authentication":
            keys.append(tasks[0].get("apiKey", ""))
        if not keys:
            raise refusals.MISSING_KEY
        for each in keys:
            self.desk.check_key(each)
        dry_run = request.headers.get("x-runware-dry-run") == "1"
        return Caller(keys[-1], f"{request.url.scheme}://{request.url.netloc}", dry_run)

    def _dripping(self, answer: Answer) -> Response:
        body = json.dumps(answer.body).encode()
        step = max(1, len(body) // 20)

        async def drops() -> AsyncIterator[bytes]:
            for start in range(0, len(body), step):
                yield body[start : start + step]
                await asyncio.sleep(self.desk.drip_seconds / 20)

        return StreamingResponse(drops(), answer.status, media_type="application/json")

    async def _film(self, request: Request) -> Response:
        if self.faults.due("redirect_download"):
            return RedirectResponse(PRIVATE, 302)
        return await self.films.serve(request)


def _as_json(answer: Answer) -> Response:
    return Response(json.dumps(answer.body), answer.status, media_type="application/json")
