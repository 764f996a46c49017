"""The outermost layer: refusals in their two envelopes, who may come in, and what is written down of a request."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

KEY = "test-key"
KEY_HEADER = "x-goog-api-key"

NEXT_REQUEST = (
    "rate_limited", "no_credit", "server_error", "unavailable", "bad_key", "forbidden", "two_credentials",
    "wrong_country", "html_answer",
)  # fmt: skip
NEXT_CREATE = (
    "lost_answer", "error_after_accept", "answer_without_id", "answer_with_long_id", "safety", "model_gone",
    "expired_parent",
)  # fmt: skip
FATES = (
    "queued", "never_finishing", "unknown_status", "region_block", "slow_and_empty", "refused", "withheld",
    "film_in_no_part", "inline", "failed", "failed_safety", "incomplete", "requires_action", "budget_exceeded",
    "wrong_types", "missing_fields", "film_processing", "film_broken",
)  # fmt: skip
OTHERS = (
    "webhook_twice", "webhook_never", "upload_lost", "upload_broken", "upload_stuck", "truncated_download",
    "html_download", "redirect_download", "expired_link",
)  # fmt: skip


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status, self.body = status, body

    def answer(self) -> Response:
        return JSONResponse(self.body, self.status)


def refused(message: str, http: int = 400, **more: Any) -> Refusal:
    """In the envelope of the Interactions API, whose `code` is a word. The texts are ours; `more` joins the error."""
    return Refusal(http, {"error": {"code": "invalid_request", "message": message, **more}})


def unknown_interaction(name: str) -> Refusal:
    return refused(f"Invalid interaction name: interactions/{name}")


def turned_away(status: int, word: str, message: str, reason: str = "") -> Refusal:
    """In the envelope of Google's front end, whose `code` is the HTTP number."""
    error: dict[str, Any] = {"code": status, "message": message, "status": word}
    if reason:
        error["details"] = [{"reason": reason}]
    return Refusal(status, {"error": error})


def ordered(name: str) -> Refusal:
    """The refusal that a fault of NEXT_REQUEST stands for."""
    match name:
        case "rate_limited":
            return turned_away(429, "RESOURCE_EXHAUSTED", "too many requests")
        case "no_credit":
            return turned_away(429, "RESOURCE_EXHAUSTED", "the prepayment credits are depleted")
        case "server_error":
            return turned_away(500, "INTERNAL", "something broke")
        case "unavailable":
            return turned_away(503, "UNAVAILABLE", "overloaded")
        case "bad_key":
            return turned_away(400, "INVALID_ARGUMENT", "API key not valid", "API_KEY_INVALID")
        case "two_credentials":
            return turned_away(400, "INVALID_ARGUMENT", "Multiple authentication credentials received")
        case "wrong_country":
            return turned_away(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")
        case "forbidden":
            refusal = turned_away(403, "PERMISSION_DENIED", "requests are blocked", "API_KEY_SERVICE_BLOCKED")
            return Refusal(403, [refusal.body])
    raise LookupError(name)


def admit(request: Request, keys: Collection[str]) -> None:
    """By the key in its header and nothing else: an address that holds one would end up in logs."""
    key = request.headers.get(KEY_HEADER)
    if "authorization" in request.headers and key is not None:
        raise ordered("two_credentials")
    if "key" in request.query_params:
        raise turned_away(400, "INVALID_ARGUMENT", f"this server wants the key in {KEY_HEADER}, not in the address")
    if key is None:
        raise Refusal(403, [turned_away(403, "PERMISSION_DENIED", "unregistered callers may not do this").body])
    if key not in keys:
        raise ordered("bad_key")


@dataclass(frozen=True)
class Seen:
    """A request that came in. `json` is its body where that is JSON; `size` is the body's length in bytes."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    json: Any
    size: int


async def seen(request: Request) -> Seen:
    body = await request.body()
    is_json = body and request.headers.get("content-type", "").startswith("application/json")
    return Seen(
        request.method,
        request.url.path,
        request.url.query,
        dict(request.headers),
        _parsed(body) if is_json else None,
        len(body),
    )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
