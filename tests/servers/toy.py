"""A vendor that nobody has: the smallest that a provider can be written for (see studio/providers/ADDING.md).

POST /films {"key", "prompt", "seconds", "after"} makes one, GET /films?names=a,b tells of several, DELETE /films/{name}
stops one. The key goes as a bearer.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.base import Faults, Films, Running, VendorApp, film

KEY = "toy-key"
DOLLARS = 0.05  # for each second


@dataclass
class Order:
    name: str
    seconds: float
    began: float = field(default_factory=time.monotonic)
    link: str = ""
    is_stopped: bool = False


class ToyServer:
    """`takes` is how many seconds a film is under way. Faults: `busy`, `refused`, `truncated_download`."""

    def __init__(self, takes: float = 0.1) -> None:
        self.takes = takes
        self.faults = Faults(("busy", "refused", "truncated_download", "html_download"))
        self.films = Films(self.faults)
        self.orders: dict[str, Order] = {}
        self.bodies: list[dict[str, Any]] = []
        self.running = Running(
            VendorApp(
                routes=[
                    Route("/films", self.make, methods=["POST"]),
                    Route("/films", self.tell, methods=["GET"]),
                    Route("/films/{name}", self.stop, methods=["DELETE"]),
                    Route("/films/{name}", self.films.serve, methods=["GET"]),
                ]
            )
        )
        self.url = self.running.url

    def __enter__(self) -> "ToyServer":
        self.running.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.running.__exit__(*error)

    async def make(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"error": "key"}, 401)
        for fault, status in (("busy", 429), ("refused", 422)):
            if self.faults.due(fault):
                return JSONResponse({"error": fault}, status)
        body = await request.json()
        self.bodies.append(body)
        order = self.orders.setdefault(body["key"], Order(f"toy-{len(self.orders) + 1}", body.get("seconds") or 2))
        return JSONResponse({"film": order.name})

    async def tell(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"error": "key"}, 401)
        wanted = request.query_params.get("names", "").split(",")
        return JSONResponse({each.name: self.told(each) for each in self.orders.values() if each.name in wanted})

    def told(self, order: Order) -> dict[str, Any]:
        if order.is_stopped:
            return {"is": "stopped"}
        if time.monotonic() < order.began + self.takes:
            return {"is": "turning", "done": 0.5}
        order.link = order.link or self.url + self.films.keep(film(order.seconds, (160, 90)))
        return {"is": "ready", "link": order.link, "dollars": order.seconds * DOLLARS}

    async def stop(self, request: Request) -> Response:
        order = next(each for each in self.orders.values() if each.name == request.path_params["name"])
        order.is_stopped = time.monotonic() < order.began + self.takes
        return JSONResponse({"stopped": order.is_stopped})
