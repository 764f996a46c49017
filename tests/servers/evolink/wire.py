"""The outermost layer of both hosts: refusals in their two envelopes, request ids, JSON bodies, and hanging up."""

import json
import secrets
from typing import Any, NoReturn

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Refusal(Exception):
    """An answer other than 200. `more` are further members of the error object, `headers` of the response.

    `code` and `type` are EvoLink's words (task management manual, error codes); the texts are ours.
    """

    def __init__(self, status: int, code: str, kind: str, text: str, param: str = "", **more: Any) -> None:
        super().__init__(text)
        self.status, self.code, self.kind, self.text, self.param = status, code, kind, text, param
        self.more = more
        self.headers: dict[str, str] = {}

    def answer(self, numeric: bool = False) -> Response:
        """The API's envelope. `numeric` is the older one, whose code is the HTTP number."""
        error: dict[str, Any] = {"code": self.code, "message": self.text}
        error |= {name: value for name, value in (("type", self.kind), ("param", self.param)) if value}
        if numeric:
            error |= {"code": self.status, "fallback_suggestion": "see the documentation"}
        return JSONResponse({"error": error | self.more}, self.status, self.headers)

    def frame(self) -> Response:
        """The file host's envelope."""
        return JSONResponse({"success": False, "code": self.status, "msg": self.text}, self.status, self.headers)


def invalid(param: str, text: str) -> Refusal:
    return Refusal(400, "invalid_parameter", "invalid_request_error", f"{param}: {text}", param)


ORDERED: dict[str, tuple[int, str, str, str]] = {
    "bad_key": (401, "invalid_api_key", "authentication_error", "this key is not valid"),
    "no_credit": (402, "insufficient_quota", "insufficient_quota", "the balance does not suffice"),
    "model_gone": (400, "no_available_channel", "invalid_request_error", "no channel serves this model"),
    "model_not_allowed": (403, "KEY_MODEL_NOT_ALLOWED", "permission_error", "this key may not use the model"),
    "blocked_prompt": (400, "content_policy_violation", "invalid_request_error", "the prompt was blocked"),
    "rate_limited": (429, "rate_limit_exceeded", "rate_limit_error", "too many requests"),
    "server_error": (500, "internal_error", "internal_server_error", "something broke"),
    "upstream_down": (502, "upstream_error", "upstream_error", "the provider behind did not answer"),
    "overloaded": (503, "service_unavailable", "service_unavailable_error", "too much to do"),
    "outcome_unknown": (409, "paid_outcome_unknown", "", "an earlier request with this key is still under way"),
}
"""Refusals that can be ordered by name."""


def ordered(name: str, **more: Any) -> Refusal:
    return Refusal(*ORDERED[name], **more)


class RequestIds:
    """Puts `x-request-id` on every answer, and the same id where handlers find it: `request.scope["request_id"]`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["request_id"] = f"req-{secrets.token_hex(6)}"

        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = own
            await send(message)

        await self.app(scope, receive, labelled)


async def json_object(request: Request) -> dict[str, Any]:
    """The body as an object; anything else is refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise invalid("body", "send application/json")
    try:
        value = json.loads(await request.body(), parse_constant=_not_json)
    except ValueError as error:
        raise invalid("body", "this is not JSON") from error
    if not isinstance(value, dict):
        raise invalid("body", "send one JSON object")
    return value


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def number(request: Request, name: str, usual: int, most: int) -> int:
    """A whole number of the query string, from 1."""
    text = request.query_params.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
        raise invalid(name, f"a whole number from 1 to {most}")
    return int(text)
