"""What a create request may hold (Gemini API, Interactions reference; Omni guide; its notebook for 1.1).

Where Google does not say what happens to a wrong value, it is refused here, so that a client which sends it is found
out.
"""

import base64
import binascii
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.servers.google.wire import refused

TOP = frozenset(
    {"model", "input", "previous_interaction_id", "response_format", "generation_config", "background", "store"}
    | {"stream", "webhook_config", "labels", "service_tier", "response_modalities"}
)
IMAGES = frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"})
CLIPS = frozenset(
    {"video/mp4", "video/mpeg", "video/mpg", "video/mov", "video/quicktime", "video/avi", "video/x-flv"}
    | {"video/flv", "video/webm", "video/wmv", "video/3gpp"}
)
TASKS = ("text_to_video", "image_to_video", "reference_to_video", "edit", "extend")
RESOLUTIONS = ("360p", "720p", "1080p", "4k")
ASPECTS = ("16:9", "9:16")
DURATION = re.compile(r"\d+(\.\d{1,9})?s")
MOST_CLIPS = 3


@dataclass(frozen=True)
class Model:
    """Seconds of a film, of an uploaded clip, and of all that extending makes; how many images fit."""

    film: tuple[float, float]
    clip: float
    total: float
    images: int


MODELS = {
    "gemini-omni-1.1-flash": Model((3, 10), 10, 40, 10),
    "gemini-omni-1.2-flash": Model((3, 15), 15, 30, 6),
}
"""Where pages disagree on images, those of the Gemini API count before those of resellers."""


@dataclass(frozen=True)
class Part:
    """A picture or a clip of the input. `seconds` is a clip's; `uploaded`: it came through the Files API."""

    kind: str
    seconds: float = 0.0
    size: tuple[int, int] = (0, 0)
    uploaded: bool = False


@dataclass(frozen=True)
class Wanted:
    """A create request that keeps the rules."""

    model: str
    prompt: str
    parts: tuple[Part, ...]
    task: str
    previous: str
    aspect: str
    resolution: str
    seconds: float | None
    delivery: str
    background: bool
    store: bool
    webhooks: tuple[str, ...]
    input: list[dict[str, Any]] = field(default_factory=list)

    @property
    def clips(self) -> list[Part]:
        return [part for part in self.parts if part.kind == "video"]

    @property
    def extends(self) -> bool:
        """By the task, or by the prompt, which the model goes by otherwise."""
        return self.task == "extend" or (not self.task and self.prompt.lower().startswith("extend"))


def read(body: Any, look_at: Callable[[str], Part]) -> Wanted:
    """`look_at` answers what an uploaded file is, by its uri. Raises Refusal."""
    if not isinstance(body, dict):
        raise refused("the body is no JSON object")
    _only(body, TOP, "the request")
    name = _text(body, "model")
    model = MODELS.get(name)
    if model is None:
        raise refused(f"models/{name} is not found, or not served here", 404, status="NOT_FOUND")
    content = _content(body)
    parts, texts = _parts(content, look_at)
    shape = _format(body.get("response_format", {"type": "video"}), model)
    background, store = _flag(body, "background", False), _flag(body, "store", True)
    if background and not store:
        raise refused("background needs store")
    if _flag(body, "stream", False):
        raise refused("this server has no streams")
    wanted = Wanted(
        model=name, prompt="\n".join(texts), parts=tuple(parts), task=_task(body), previous=_previous(body),
        background=background, store=store, webhooks=_webhooks(body), input=content, **shape,
    )  # fmt: skip
    _check_media(wanted, model)
    return wanted


def _only(table: dict[str, Any], known: frozenset[str], where: str) -> None:
    strange = sorted(set(table) - known)
    if strange:
        raise refused(f"unknown parameter {strange[0]!r} in {where}")


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise refused(f"{key} must be text")
    return value


def _flag(body: dict[str, Any], key: str, default: bool) -> bool:
    value = body.get(key, default)
    if not isinstance(value, bool):
        raise refused(f"{key} must be true or false")
    return value


def _previous(body: dict[str, Any]) -> str:
    return _text(body, "previous_interaction_id") if "previous_interaction_id" in body else ""


def _task(body: dict[str, Any]) -> str:
    config = body.get("generation_config", {})
    if not isinstance(config, dict):
        raise refused("generation_config must be an object")
    _only(config, frozenset({"video_config", "thinking_level", "thinking_summaries"}), "generation_config")
    if config.get("thinking_level", "low") not in ("low", "high"):
        raise refused("thinking_level must be low or high")
    video = config.get("video_config", {})
    if not isinstance(video, dict):
        raise refused("video_config must be an object")
    _only(video, frozenset({"task"}), "video_config")
    task = video.get("task", "")
    if task and task not in TASKS:
        raise refused(f"video_config.task must be one of {', '.join(TASKS)}")
    return str(task)


def _webhooks(body: dict[str, Any]) -> tuple[str, ...]:
    config = body.get("webhook_config", {})
    if not isinstance(config, dict):
        raise refused("webhook_config must be an object")
    _only(config, frozenset({"uris", "user_metadata"}), "webhook_config")
    uris = config.get("uris", [])
    if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise refused("webhook_config.uris must be a list of addresses")
    return tuple(uris)


def _format(given: Any, model: Model) -> dict[str, Any]:
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, dict) or given.get("type") != "video":
        raise refused("response_format must be an object of the type video")
    _only(given, frozenset({"type", "aspect_ratio", "resolution", "duration", "delivery"}), "response_format")
    return {
        "aspect": _choice(given, "aspect_ratio", ASPECTS, ""),
        "resolution": _choice(given, "resolution", RESOLUTIONS, "720p"),
        "delivery": _choice(given, "delivery", ("inline", "uri"), "inline"),
        "seconds": _seconds(given["duration"], model) if "duration" in given else None,
    }


def _choice(given: dict[str, Any], key: str, known: tuple[str, ...], default: str) -> str:
    value = given.get(key, default)
    if value != default and value not in known:
        raise refused(f"{key} must be one of {', '.join(known)}")
    return str(value)


def _seconds(value: Any, model: Model) -> float:
    if not isinstance(value, str) or not DURATION.fullmatch(value):
        raise refused('invalid duration: it is written like "6s"')
    seconds = float(value[:-1])
    if not model.film[0] <= seconds <= model.film[1]:
        raise refused(f"duration must be from {model.film[0]}s to {model.film[1]}s")
    return seconds


def _content(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The input's parts, whichever of its forms it has: text, one part, parts, or steps of the person's."""
    given = body.get("input")
    if isinstance(given, str):
        return [{"type": "text", "text": given}]
    listed = [given] if isinstance(given, dict) else given
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise refused("input must be text, a part, or a list of parts")
    if any(each.get("type") == "user_input" for each in listed):
        if not all(isinstance(each.get("content"), list) for each in listed):
            raise refused("steps must have a list as their content")
        return [part for each in listed for part in each["content"]]
    return listed


def _parts(content: list[dict[str, Any]], look_at: Callable[[str], Part]) -> tuple[list[Part], list[str]]:
    parts, texts = [], []
    for each in content:
        match each.get("type"):
            case "text":
                _only(each, frozenset({"type", "text"}), "a text")
                texts.append(each["text"] if each.get("text") == "" else _text(each, "text"))
            case "image" | "video" | "document" as kind:
                parts.append(_media(each, kind, look_at))
            case other:
                raise refused(f"unknown kind of part: {other!r}")
    return parts, texts


def _media(part: dict[str, Any], kind: str, look_at: Callable[[str], Part]) -> Part:
    _only(part, frozenset({"type", "mime_type", "data", "uri"}), f"a part of the kind {kind}")
    if ("data" in part) == ("uri" in part):
        raise refused(f"a part of the kind {kind} has either data or a uri")
    mime = part.get("mime_type", "")
    if kind != "document" and mime not in (IMAGES if kind == "image" else CLIPS):
        raise refused(f"mime_type {mime!r} is not supported for a part of the kind {kind}")
    if "data" in part:
        return _inline(part["data"], kind)
    found = look_at(_text(part, "uri"))
    if kind not in ("document", found.kind):
        raise refused(f"the file is no {kind}")
    return found


def _inline(data: Any, kind: str) -> Part:
    try:
        content = base64.b64decode(data, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise refused("data must be base64") from None
    if kind != "image":
        raise refused("this server takes clips by uri")
    return look_at_picture(content)


def look_at_picture(content: bytes) -> Part:
    """Raises Refusal."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            return Part("image", size=image.size)
    except Exception:
        raise refused("unable to process the image") from None


def _check_media(wanted: Wanted, model: Model) -> None:
    clips, images = len(wanted.clips), len(wanted.parts) - len(wanted.clips)
    if images > model.images or clips > MOST_CLIPS:
        raise refused(f"at most {model.images} images and {MOST_CLIPS} videos")
    if any(clip.seconds > model.clip + 0.1 for clip in wanted.clips):
        raise refused(f"an uploaded video may have {model.clip}s")
    if wrong := _misfit(wanted.task, clips, images, wanted.previous):
        raise refused(f"{wanted.task} {wrong}")


def _misfit(task: str, clips: int, images: int, previous: str) -> str:
    if task == "text_to_video" and (clips or images):
        return "takes no media"
    if task == "image_to_video" and (clips or not 1 <= images <= 2):
        return "takes a first image, and perhaps a last one"
    if task == "reference_to_video" and not (clips or images):
        return "needs references"
    if task in ("edit", "extend") and not (clips or previous):
        return "needs a video, or an interaction to go on from"
    if task == "extend" and images:
        return "takes no references"
    return ""
