"""What can go wrong in the engine, in words for people. The rooms above catch these three and nothing else."""

from typing import Any


def gettext_noop(message: str) -> str:
    """Marks a sentence for translation. The engine has no Django: whoever shows the sentence translates it."""
    return message


class EngineError(Exception):
    """The root: `detail` is a sentence for people, already filled in, in English."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class MediaRefused(EngineError):
    """A file that the engine does not take, and why.

    `code` is one word: empty, unreadable, format, codec, size, duration, rate, tracks, truncated, heavy, slow.
    `message` % `values` is the sentence; translate `message`, then fill it in. `detail` is the English result.
    """

    def __init__(self, code: str, message: str, **values: Any) -> None:
        super().__init__(message % values if values else message)
        self.code = code
        self.message = message
        self.values = values

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "detail": self.detail, "message": self.message, "values": self.values}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "MediaRefused":
        return cls(data["code"], data["message"], **data["values"])


class EngineFailed(EngineError):
    """The engine itself failed: `detail` is for the log and for staff, `trace` too."""

    def __init__(self, detail: str, trace: str = "") -> None:
        super().__init__(detail)
        self.trace = trace


class EngineStopped(EngineError):
    """The caller asked to stop; the worker is gone and its unfinished file with it."""

    def __init__(self) -> None:
        super().__init__("stopped")
