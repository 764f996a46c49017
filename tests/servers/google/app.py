"""The server itself: its routes, and which fault happens where."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.servers.base import Faults, Films, HangUp, Running, VendorApp
from tests.servers.google import callbacks
from tests.servers.google.files import Files
from tests.servers.google.rules import MODELS, Wanted, read
from tests.servers.google.wire import (
    FATES,
    KEY,
    NEXT_CREATE,
    NEXT_REQUEST,
    OTHERS,
    Refusal,
    Seen,
    admit,
    ordered,
    refused,
    seen,
    turned_away,
    unknown_interaction,
)
from tests.servers.google.work import Interaction, accepted, begin, described

Handler = Callable[[Request], Awaitable[Response]]


class GoogleServer:
    """`seconds` is how long an interaction takes, `reading` how long an uploaded clip is PROCESSING."""

    def __init__(
        self,
        seconds: float = 0.05,
        reading: float = 0.05,
        keys: Collection[str] = (KEY,),
        lifetime: float = 48 * 3600,
        port: int = 0,
    ) -> None:
        self.seconds, self.keys = seconds, keys
        self.faults = Faults((*NEXT_REQUEST, *NEXT_CREATE, *FATES, *OTHERS))
        self.films = Films(self.faults, lifetime)
        self.files = Files(self.faults, self.films, reading)
        self.interactions: dict[str, Interaction] = {}
        self.billed: list[str] = []
        self.requests: list[Seen] = []
        self.running = Running(VendorApp(routes=self._routes()), port)
        self.url = self.files.base = self.running.url

    def __enter__(self) -> "GoogleServer":
        self.running.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.running.__exit__(*error)

    def _routes(self) -> list[Route]:
        told = self._told
        return [
            Route("/v1beta/interactions", told(self.create), methods=["POST"]),
            Route("/v1beta/interactions/{id}", told(self.read), methods=["GET"]),
            Route("/v1beta/interactions/{id}", told(self.delete), methods=["DELETE"]),
            Route("/v1beta/interactions/{id}/cancel", told(self.cancel), methods=["POST"]),
            Route("/v1beta/models", told(self.models), methods=["GET"]),
            Route("/v1beta/files/{name}", told(self.file), methods=["GET"]),
            Route("/upload/v1beta/files", told(self.files.start), methods=["POST"]),
            Route("/films/{name}", self.film, methods=["GET"]),
        ]

    def _told(self, handler: Handler) -> Handler:
        """Writes the request down, lets nobody in without a key, and answers refusals."""

        async def handle(request: Request) -> Response:
            request.state.seen = await seen(request)
            self.requests.append(request.state.seen)
            try:
                # The address that an upload was given is a secret of its own.
                if "upload_id" not in request.query_params:
                    admit(request, self.keys)
                for name in NEXT_REQUEST:
                    if self.faults.due(name):
                        return HTMLResponse("<html>busy</html>") if name == "html_answer" else ordered(name).answer()
                return await handler(request)
            except Refusal as refusal:
                return refusal.answer()

        return handle

    async def create(self, request: Request) -> Response:
        wanted = read(request.state.seen.json, self.files.look_at)
        previous = self._previous(wanted)
        self._refuse_to_order(wanted)
        made = begin(wanted, previous, self._fate(wanted), self.seconds)
        self._accept(made)
        if self.faults.due("lost_answer"):
            return HangUp()
        if self.faults.due("error_after_accept"):
            return ordered("unavailable").answer()
        if not wanted.background:
            while not made.is_over:
                await asyncio.sleep(0.01)
            return JSONResponse(described(made, self.files))
        answer = accepted(made)
        if self.faults.due("answer_without_id"):
            del answer["id"]
        if self.faults.due("answer_with_long_id"):
            answer["id"] = f"v1_{'x' * 297}"
        return JSONResponse(answer)

    def _previous(self, wanted: Wanted) -> Interaction | None:
        if not wanted.previous:
            return None
        if self.faults.due("expired_parent"):
            raise unknown_interaction(wanted.previous)
        previous = self._find(wanted.previous)
        if previous.status != "completed":
            raise refused("the previous interaction is not completed")
        return previous

    def _refuse_to_order(self, wanted: Wanted) -> None:
        if self.faults.due("safety"):
            raise refused("the prompt was blocked by policy", status="PROHIBITED_CONTENT")
        if self.faults.due("model_gone"):
            raise turned_away(404, "NOT_FOUND", f"models/{wanted.model} is not found")

    def _fate(self, wanted: Wanted) -> str:
        uploaded = any(clip.uploaded for clip in wanted.clips)
        fitting = (name for name in FATES if name != "region_block" or uploaded)
        return next((name for name in fitting if self.faults.due(name)), "")

    def _accept(self, made: Interaction) -> None:
        self.billed.append(made.id)
        if made.wanted.store:
            self.interactions[made.id] = made
        if made.wanted.webhooks and not self.faults.due("webhook_never"):
            callbacks.promise(made, 2 if self.faults.due("webhook_twice") else 1)

    def _find(self, id: str) -> Interaction:
        if id not in self.interactions:
            raise unknown_interaction(id)
        return self.interactions[id]

    async def read(self, request: Request) -> Response:
        if request.query_params.get("stream", "false") != "false":
            raise refused("this server has no streams")
        return JSONResponse(described(self._find(request.path_params["id"]), self.files))

    async def cancel(self, request: Request) -> Response:
        made = self._find(request.path_params["id"])
        if made.is_over:
            raise refused("the interaction is over already")
        made.is_cancelled = True
        return JSONResponse(accepted(made))

    async def delete(self, request: Request) -> Response:
        del self.interactions[self._find(request.path_params["id"]).id]
        return JSONResponse({})

    async def models(self, request: Request) -> Response:
        count = request.query_params.get("pageSize", "50")
        if not count.isdigit():
            raise refused("pageSize must be a number")
        return JSONResponse({"models": [{"name": f"models/{name}"} for name in MODELS][: int(count)]})

    async def file(self, request: Request) -> Response:
        name, _, verb = request.path_params["name"].partition(":")
        return await self.files.download(request, name) if verb == "download" else self.files.read(name)

    async def film(self, request: Request) -> Response:
        """Where a redirected download leads: no key is asked for, and none should come."""
        self.requests.append(await seen(request))
        return await self.films.serve(request)
