"""The magic words of a prompt, and what they make happen."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from studio.providers.base import JobRequest
from studio.providers.errors import FailureCode

QUICK, SLOW = 3.0, 30.0  # s from taking a request to its end
# What a vendor says no to before it begins.
AT_THE_DOOR = frozenset(
    {
        FailureCode.INPUT_BLOCKED,
        FailureCode.BAD_REQUEST,
        FailureCode.UNAUTHORISED,
        FailureCode.OUT_OF_CREDIT,
        FailureCode.EXPIRED_PARENT,
        FailureCode.MODEL_GONE,
        FailureCode.REGION_BLOCKED,
        FailureCode.UNSUPPORTED,
    }
)
LABELS = {
    "slow": _("Takes half a minute"),
    "mixed": _("Every second result fails"),
    "silent": _("No sound"),
    "flagged": _("The safety check objects"),
    "never": _("Never ends"),
    "lost": _("The first answer was lost"),
}

_CODES = "|".join(code.replace("_", "[ _-]") for code in FailureCode)
_WORD = re.compile(rf"{'|'.join(LABELS)}|fail (?:{_CODES})")
_ONLY_WORDS = re.compile(rf"(?:{_WORD.pattern})(?:[ ,;+]+(?:{_WORD.pattern}))*")
_BRACKETS = re.compile(r"[\[【]([^\[\]【】]{1,200})[\]】]")


@dataclass(frozen=True)
class Script:
    """What shall happen: magic words in small letters, a failure as "fail busy". `idle` is what was in brackets and has
    no meaning, or none for this request."""

    words: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()

    def __contains__(self, word: str) -> bool:
        return word in self.words

    @property
    def seconds(self) -> float:
        return SLOW if "slow" in self else QUICK

    @property
    def failure(self) -> FailureCode | None:
        """The first one that is asked for."""
        return next((FailureCode(word.removeprefix("fail ")) for word in self.words if word.startswith("fail ")), None)

    def good(self, results: int) -> list[int]:
        """The indexes of the results that will come."""
        if "never" in self:
            return []
        if "mixed" in self:
            return list(range(0, results, 2))
        return [] if self.failure else list(range(results))


def read_script(prompt: str) -> Script:
    """The magic words of a prompt: in brackets, or all of it."""
    pieces = [_plain(prompt)] if _ONLY_WORDS.fullmatch(_plain(prompt)) else _BRACKETS.findall(prompt)
    words: list[str] = []
    idle: list[str] = []
    for piece in pieces:
        if _ONLY_WORDS.fullmatch(_plain(piece)):
            words += (_spelled(word) for word in _WORD.findall(_plain(piece)))
        else:
            idle.append(f"[{piece.strip()}]")
    return Script(tuple(dict.fromkeys(words)), tuple(idle))


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _spelled(word: str) -> str:
    """ "fail out-of-credit" and "fail out of credit" as the code has it."""
    kind, _space, code = word.partition(" ")
    return f"{kind} {code.replace(' ', '_').replace('-', '_')}" if code else kind


def script_of(request: JobRequest) -> Script:
    """The script without what cannot happen here: one result is never mixed, and only a parent can expire."""
    script = read_script(request.prompt)
    expired = f"fail {FailureCode.EXPIRED_PARENT}"
    idle = {
        "mixed": int(request.settings.get("results", 1)) == 1,
        expired: request.operation != "continue",
    }
    return Script(
        tuple(word for word in script.words if not idle.get(word)),
        (*script.idle, *(f"[{word}]" for word in script.words if idle.get(word))),
    )
