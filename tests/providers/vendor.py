"""A server that answers what a test tells it, for calls that are nobody's in particular."""

import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.base import VendorApp

Answering = Callable[[Request], Response]


class Vendor:
    """Answers as told, one after the other, then with {"good": true}; keeps what it heard."""

    def __init__(self) -> None:
        self.answers: list[Answering] = []
        self.heard: list[Request] = []
        self.bodies: list[bytes] = []
        self.times: list[float] = []
        self.app = VendorApp(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST", "PUT"])])

    async def answer(self, request: Request) -> Response:
        self.times.append(time.monotonic())
        self.heard.append(request)
        self.bodies.append(await request.body())
        return self.answers.pop(0)(request) if self.answers else JSONResponse({"good": True})

    def say(self, *answers: Response) -> None:
        self.answers += [lambda request, answer=answer: answer for answer in answers]
