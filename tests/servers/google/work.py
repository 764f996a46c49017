"""Interactions: how long they take, how they end, and what is said of them."""

import base64
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.base import film
from tests.servers.google.files import Files
from tests.servers.google.rules import MODELS, Wanted
from tests.servers.google.wire import refused

TOKENS = {"360p": 1931, "720p": 5792, "1080p": 8688, "4k": 17376}
"""Of film, for each second."""
TOKENS_PER_IMAGE = 258
THOUGHTS = 150
USUAL = 8.0
"""Seconds of a film whose length is left open; Google does not name its own choice."""
LANDSCAPE, PORTRAIT = (320, 180), (180, 320)

MADE = ("", "queued", "unknown_status", "inline", "film_processing", "film_broken")
"""Fates that end with a film."""
PAID = (*MADE, "withheld", "film_in_no_part")
"""Fates that end with a film's tokens."""
LAST_WORDS = {"failed_safety": "failed", "never_finishing": "in_progress"} | {
    word: word for word in ("failed", "incomplete", "requires_action", "budget_exceeded")
}


@dataclass
class Interaction:
    """`seconds` and `shape` are the film's, `ends` is a monotonic moment."""

    wanted: Wanted
    seconds: float
    shape: tuple[int, int]
    ends: float
    fate: str = ""
    previous: "Interaction | None" = None
    id: str = field(default_factory=lambda: f"v1_{secrets.token_urlsafe(18)}")
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=time.monotonic)
    is_cancelled: bool = False
    uri: str = ""

    @property
    def is_over(self) -> bool:
        return self.is_cancelled or time.monotonic() >= self.ends

    @property
    def status(self) -> str:
        if self.is_cancelled:
            return "cancelled"
        if self.is_over:
            return LAST_WORDS.get(self.fate, "completed")
        half = self.began + (self.ends - self.began) / 2
        if self.fate == "queued" and time.monotonic() < half:
            return "queued"
        return "reticulating" if self.fate == "unknown_status" else "in_progress"

    def film(self) -> bytes:
        return film(self.seconds, self.shape)


def begin(wanted: Wanted, previous: Interaction | None, fate: str, takes: float) -> Interaction:
    """`takes` is how many seconds it is under way. Raises Refusal."""
    seconds, shape = _measures(wanted, previous)
    if wanted.extends and seconds > MODELS[wanted.model].total:
        raise refused("the film would become too long")
    takes = {"never_finishing": float("inf"), "region_block": 0.0}.get(fate, takes)
    made = Interaction(wanted, seconds, shape, time.monotonic() + takes, fate, previous)
    if fate == "slow_and_empty":
        made.created -= timedelta(minutes=3)
    return made


def _measures(wanted: Wanted, previous: Interaction | None) -> tuple[float, tuple[int, int]]:
    """An edit keeps its source's length and shape; an extension adds to it."""
    shape = PORTRAIT if wanted.aspect == "9:16" else LANDSCAPE
    source, tall = 0.0, False
    if wanted.clips:
        source, size = wanted.clips[0].seconds, wanted.clips[0].size
        tall = size[1] > size[0]
    elif previous is not None:
        source, tall = previous.seconds, previous.shape == PORTRAIT
    if not source or wanted.task == "reference_to_video":
        return wanted.seconds or USUAL, shape
    shape = PORTRAIT if tall else LANDSCAPE
    return round(source + (wanted.seconds or USUAL), 2) if wanted.extends else round(source, 2), shape


def accepted(made: Interaction) -> dict[str, Any]:
    """What a background create answers."""
    answer = {
        "id": made.id,
        "object": "interaction",
        "model": made.wanted.model,
        "created": _stamp(made.created),
        "updated": _stamp(made.updated),
        "status": made.status,
    }
    return answer | ({"previous_interaction_id": made.wanted.previous} if made.wanted.previous else {})


def described(made: Interaction, files: Files) -> dict[str, Any]:
    """What reading an interaction answers."""
    if not made.is_over:
        return accepted(made) | {"steps": [_asked(made)]}
    made.updated = made.created + timedelta(minutes=3) if made.fate == "slow_and_empty" else made.updated
    answer = accepted(made) | {"steps": [], "usage": _usage(made)}
    if made.is_cancelled:
        return answer
    match made.fate:
        case "wrong_types":
            return answer | {"id": 7, "model": ["x"], "steps": {"type": 3}, "usage": "many", "errors": 5, "created": 1}
        case "missing_fields":
            return {"status": "completed"}
        case "failed":
            return answer | {"errors": [{"code": "internal", "message": "something broke"}]}
        case "failed_safety":
            return answer | {"steps": [_asked(made), _output([], error=_blocked())]}
        case "region_block" | "slow_and_empty" | "incomplete" | "requires_action" | "budget_exceeded":
            return answer
        case "withheld":
            return answer | {"finish_reason": "SAFETY", "steps": [_thought(), _output([])]}
    return answer | {"steps": [_asked(made), _thought(), _output([_content(made, files)])]}


def _content(made: Interaction, files: Files) -> dict[str, Any]:
    """The one part of the model's output."""
    if made.fate == "refused":
        return {"type": "text", "text": "I cannot make a film of that."}
    if made.fate == "film_in_no_part":
        return {"type": "moving_picture", "address": "here"}
    if made.fate == "inline" or made.wanted.delivery == "inline":
        return {"type": "video", "mime_type": "video/mp4", "data": base64.b64encode(made.film()).decode()}
    if not made.uri:
        state = "FAILED" if made.fate == "film_broken" else ""
        made.uri = files.keep_film(made.film(), state, early=made.fate == "film_processing")
    return {"type": "video", "mime_type": "video/mp4", "uri": made.uri}


def _asked(made: Interaction) -> dict[str, Any]:
    return {"type": "user_input", "content": made.wanted.input}


def _thought() -> dict[str, Any]:
    return {"type": "thought", "signature": "c2lnbmF0dXJl"}


def _output(content: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": "model_output", "content": content, **more}


def _blocked() -> dict[str, Any]:
    return {"code": "PROHIBITED_CONTENT", "message": "blocked by policy", "details": []}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _usage(made: Interaction) -> dict[str, Any]:
    rate = TOKENS[made.wanted.resolution]
    text = len(made.wanted.prompt) // 4 + 1
    images = (len(made.wanted.parts) - len(made.wanted.clips)) * TOKENS_PER_IMAGE
    earlier = made.previous.seconds if made.previous else 0.0
    fed = round((sum(clip.seconds for clip in made.wanted.clips) + earlier) * TOKENS["720p"])
    shot = round(made.seconds * rate) if made.fate in PAID and not made.is_cancelled else 0
    said = 40 if made.fate == "refused" else 0
    thoughts = THOUGHTS if shot or said else 0
    usage: dict[str, Any] = {
        "total_input_tokens": text + images + fed,
        "total_output_tokens": shot + said,
        "total_thought_tokens": thoughts,
        "total_cached_tokens": 0,
        "total_tool_use_tokens": 0,
        "total_tokens": text + images + fed + shot + said + thoughts,
        "input_tokens_by_modality": _by_modality(text=text, image=images, video=fed),
    }
    return usage | ({"output_tokens_by_modality": _by_modality(text=said, video=shot)} if shot or said else {})


def _by_modality(**tokens: int) -> list[dict[str, Any]]:
    return [{"modality": name, "tokens": count} for name, count in tokens.items() if count]
