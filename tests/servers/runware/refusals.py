"""How the API says no: an HTTP status and an entry of `errors` (Runware documentation, errors)."""

from collections.abc import Mapping
from typing import Any

DOCUMENTATION = "https://runware.ai/docs/platform/errors"


class Refusal(Exception):
    """One task is refused. `detail` may hold parameter, type, min, max and allowedValues."""

    def __init__(self, status: int, code: str, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.detail = status, code, message, detail

    def entry(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """As it stands in `errors`, naming the task as far as the task names itself."""
        named = {key: task[key] for key in ("taskType", "taskUUID") if isinstance(task.get(key), str)}
        return {"code": self.code, "message": self.message, **named, "documentation": DOCUMENTATION, **self.detail}


def missing(name: str) -> Refusal:
    return Refusal(400, f"missing{_capital(name)}", f"The parameter '{name}' is required.", parameter=name)


def invalid(name: str, **detail: Any) -> Refusal:
    """`detail` may also hold a `code` in place of the usual one."""
    code = detail.pop("code", f"invalid{_capital(name)}")
    bounds = ", ".join(f"{key} {value}" for key, value in detail.items())
    return Refusal(400, code, f"The value of '{name}' is not accepted ({bounds}).", parameter=name, **detail)


def incompatible(*names: str) -> Refusal:
    message = f"{' and '.join(names)} cannot be combined."
    return Refusal(400, "incompatibleParameters", message, parameter=list(names))


def unknown_parameter(name: str, allowed: list[str]) -> Refusal:
    message = f"The parameter '{name}' is not supported. Allowed are: {', '.join(allowed)}."
    return Refusal(400, "unsupportedParameter", message, parameter=name)


def unusable(name: str, why: str) -> Refusal:
    return Refusal(400, "invalidValueUploadFailed", f"The input of '{name}' could not be used: {why}.", parameter=name)


def _capital(name: str) -> str:
    last = name.rpartition(".")[2].partition("[")[0]
    return last[:1].upper() + last[1:]


INVALID_KEY = Refusal(401, "invalidApiKey", "The API key is not valid.", parameter="apiKey", taskType="authentication")
MISSING_KEY = Refusal(401, "missingApiKey", "An API key is required.", parameter="apiKey", taskType="authentication")
NO_CREDIT = Refusal(402, "insufficientCredits", "The balance is too low for this request.")
FORBIDDEN = Refusal(403, "insufficientPermissions", "This key may not do that.")
RATE_LIMITED = Refusal(429, "rateLimitExceeded", "The queue is full. Try again later.")
SERVER_ERROR = Refusal(500, "internalServerError", "Something went wrong here.")
UNAVAILABLE = Refusal(503, "serviceUnavailable", "Temporarily unavailable. Try again later.")
MODEL_GONE = Refusal(400, "modelDisabled", "This model is no longer available.", parameter="model")
EXPIRED_VIDEO_ID = Refusal(400, "invalidVideoId", "Unknown or expired video id.", parameter="inputs.videoId")
CONFLICT = Refusal(400, "conflictTaskUUID", "A task with this taskUUID exists already.", parameter="taskUUID")
MODERATED = Refusal(200, "invalidProviderContent", "The provider's content filter blocked this request.")
PROVIDER_TIMEOUT = Refusal(200, "timeoutProvider", "The provider did not answer in time; the task was ended.")
