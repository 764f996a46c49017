"""Whether a task is written as documented (Runware documentation, videoInference and Gemini Omni Flash).

Everything here looks at one task alone; whether its media and video ids exist is asked elsewhere.
"""

import json
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.servers.runware import family
from tests.servers.runware.refusals import Refusal, incompatible, invalid, missing, unknown_parameter

Task = Mapping[str, Any]
Check = Callable[[Any], dict[str, Any] | None]
"""What is wrong with a value, as details of the refusal; None where nothing is."""


@dataclass(frozen=True)
class Inputs:
    """Media are as given: a UUID, an address, a data URI or base64."""

    frames: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    video: str = ""
    video_id: str = ""

    @property
    def has_source(self) -> bool:
        return bool(self.video or self.video_id)


@dataclass(frozen=True)
class Order:
    """A task that is well written, its defaults filled in. `ttl` is seconds."""

    task: Task
    uuid: str
    model: family.Model
    seconds: float
    size: tuple[int, int]
    suffix: str
    results: int
    inputs: Inputs
    checks_content: bool
    includes_cost: bool
    ttl: int | None
    webhook: str
    upload: str


def read_tasks(body: bytes | str) -> list[Task]:
    """Requests are an array of tasks, even where there is one. Raises a Refusal."""
    try:
        tasks = json.loads(body)
    except ValueError as error:
        raise Refusal(400, "invalidRequest", "The body must be JSON.") from error
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise Refusal(400, "invalidRequest", "The body must be an array of task objects.")
    if not tasks:
        raise Refusal(400, "arrayTooSmall", "The array must hold a task.", min=1)
    return tasks


# --- Checks of single values -----------------------------------------------------------------------------------------


def text(least: int = 1, code: str = "") -> Check:
    def check(value: Any) -> dict[str, Any] | None:
        if not isinstance(value, str):
            return {"type": "string"}
        short = {"min": least, "type": "string"} | ({"code": code} if code else {})
        return None if len(value) >= least else short

    return check


def one_of(*words: Any) -> Check:
    return lambda value: None if value in words and isinstance(value, str) else {"allowedValues": list(words)}


def whole(least: int, most: int | None = None) -> Check:
    bounds = {"type": "integer", "min": least} | ({} if most is None else {"max": most})

    def check(value: Any) -> dict[str, Any] | None:
        right = type(value) is int and least <= value and (most is None or value <= most)
        return None if right else dict(bounds)

    return check


def boolean(value: Any) -> dict[str, Any] | None:
    return None if isinstance(value, bool) else {"type": "boolean"}


def table(value: Any) -> dict[str, Any] | None:
    return None if isinstance(value, dict) else {"type": "object"}


def address(value: Any) -> dict[str, Any] | None:
    return None if isinstance(value, str) and is_address(value) else {"type": "uri"}


def uuid4(value: Any) -> dict[str, Any] | None:
    return None if isinstance(value, str) and is_uuid(value, 4) else {"type": "uuid-v4"}


def is_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def is_uuid(value: str, version: int | None = None) -> bool:
    try:
        read = uuid.UUID(value)
    except ValueError:
        return False
    return str(read) == value.lower() and version in (None, read.version)


# --- Parameters ------------------------------------------------------------------------------------------------------

VIDEO: dict[str, Check] = {
    "taskType": text(),
    "taskUUID": uuid4,
    "model": text(),
    "positivePrompt": text(2, "invalidPositivePromptLength"),
    "outputType": one_of("URL"),
    "outputFormat": one_of("MP4", "WEBM", "MOV"),
    "outputQuality": whole(20, 99),
    "deliveryMethod": one_of("async"),
    "webhookURL": address,
    "uploadEndpoint": address,
    "ttl": whole(60),
    "includeCost": boolean,
    "numberResults": whole(1, 4),
    "safety": table,
    "width": whole(1),
    "height": whole(1),
    "duration": whole(1),
    "inputs": table,
}
LATER: dict[str, Check] = {"resolution": one_of(*family.TIERS), "settings": table, "routing": table}
SAFETY: dict[str, Check] = {"checkContent": boolean, "mode": one_of("none", "fast", "full")}
INPUTS: dict[str, Check] = {
    "referenceImages": lambda value: None if isinstance(value, list) else {"type": "array"},
    "frameImages": lambda value: None if isinstance(value, list) else {"type": "array"},
    "video": text(),
    "videoId": text(),
}
REQUIRED = ("taskUUID", "model", "positivePrompt")
FOLLOWS_SOURCE = ("width", "height", "duration", "resolution")


def check_fields(given: Task, checks: Mapping[str, Check], strict: bool, prefix: str = "") -> None:
    """Raises a Refusal for the first unknown name (where `strict`) or wrong value."""
    for name, value in given.items():
        check = checks.get(name)
        if check is None:
            if strict:
                raise unknown_parameter(prefix + name, sorted(checks))
        elif (wrong := check(value)) is not None:
            raise invalid(prefix + name, **wrong)


def check_required(task: Task, names: Collection[str]) -> None:
    for name in names:
        if task.get(name) in (None, ""):
            raise missing(name)


def read_video_task(task: Task, strict: bool) -> Order:
    """Raises a Refusal for the first thing that is wrong."""
    check_required(task, REQUIRED)
    model = family.FAMILY.get(task["model"]) if isinstance(task["model"], str) else None
    if model is None:
        raise invalid("model", allowedValues=list(family.FAMILY))
    extra = {name: check for name, check in LATER.items() if name in model.extra}
    check_fields(task, VIDEO | extra, strict)
    check_fields(task.get("safety", {}), SAFETY, strict, "safety.")
    inputs = _inputs(task.get("inputs", {}), model, strict)
    _check_exclusions(task, inputs, extra)
    return Order(
        task=dict(task),
        uuid=task["taskUUID"],
        model=model,
        seconds=_seconds(task, model),
        size=_size(task, model),
        suffix=task.get("outputFormat", "MP4").lower(),
        results=task.get("numberResults", 1),
        inputs=inputs,
        checks_content=_checks_content(task.get("safety", {})),
        includes_cost=task.get("includeCost", False),
        ttl=task.get("ttl"),
        webhook=task.get("webhookURL", ""),
        upload=task.get("uploadEndpoint", ""),
    )


def _checks_content(safety: Task) -> bool:
    """`mode` wins over `checkContent`."""
    return bool(safety["mode"] != "none" if "mode" in safety else safety.get("checkContent", False))


def _seconds(task: Task, model: family.Model) -> int:
    seconds = int(task.get("duration", family.DEFAULT_SECONDS))
    if not family.SHORTEST <= seconds <= model.longest:
        allowed = list(range(family.SHORTEST, model.longest + 1))
        raise invalid("duration", code="unsupportedDuration", type="integer", allowedValues=allowed)
    return seconds


def _size(task: Task, model: family.Model) -> tuple[int, int]:
    for name, other in (("width", "height"), ("height", "width")):
        if name in task and other not in task:
            raise missing(other)
    if "resolution" in task and "resolution" in model.extra:
        return family.TIERS[task["resolution"]]
    size = (task.get("width", 1280), task.get("height", 720))
    if size not in model.sizes:
        pairs = [f"{width}x{height}" for width, height in model.sizes]
        message = f"{size[0]}x{size[1]} is not supported."
        detail = {"parameter": ["width", "height"], "allowedValues": pairs}
        raise Refusal(400, "unsupportedParameter", message, **detail)
    return size


# --- Inputs ----------------------------------------------------------------------------------------------------------


def _inputs(given: Task, model: family.Model, strict: bool) -> Inputs:
    check_fields(given, INPUTS, strict, "inputs.")
    video = given.get("video", "")
    if video and not (is_uuid(video) or is_address(video)):
        raise invalid("inputs.video", type="UUID or URL")
    has_source = bool(video or "videoId" in given)
    most = family.REFERENCES_WITH_SOURCE if has_source else family.REFERENCES
    return Inputs(
        frames=_frames(given["frameImages"], model, strict) if "frameImages" in given else (),
        references=_references(given["referenceImages"], most) if "referenceImages" in given else (),
        video=video,
        video_id=given.get("videoId", ""),
    )


def _references(given: list[Any], most: int) -> tuple[str, ...]:
    _check_count("inputs.referenceImages", given, most)
    for index, item in enumerate(given):
        if not isinstance(item, str) or not item:
            raise invalid(f"inputs.referenceImages[{index}]", type="string")
    return tuple(given)


def _frames(given: list[Any], model: family.Model, strict: bool) -> tuple[str, ...]:
    """All strings or all objects; without a `frame` they stand for the positions in order."""
    name = "inputs.frameImages"
    _check_count(name, given, len(model.frames))
    if any(isinstance(item, dict) for item in given) and not all(isinstance(item, dict) for item in given):
        raise invalid(name, type="array of strings or of objects")
    positions = {"image": text(), "frame": _position(model)}
    images = []
    for index, item in enumerate(given):
        if isinstance(item, dict):
            check_fields(item, positions, strict, f"{name}[{index}].")
            item = item.get("image")
        if not isinstance(item, str) or not item:
            raise invalid(f"{name}[{index}]", type="string")
        images.append(item)
    return tuple(images)


def _position(model: family.Model) -> Check:
    """A named position or an index; 0 is the first frame."""
    allowed = [*model.frames, 0]
    return lambda value: None if value in allowed and not isinstance(value, bool) else {"allowedValues": allowed}


def _check_count(name: str, given: list[Any], most: int) -> None:
    if not given:
        raise invalid(name, code="arrayTooSmall", min=1, max=most)
    if len(given) > most:
        raise invalid(name, code="arrayTooLarge", min=1, max=most)


def _check_exclusions(task: Task, inputs: Inputs, extra: Collection[str]) -> None:
    if inputs.video and inputs.video_id:
        raise incompatible("inputs.video", "inputs.videoId")
    if inputs.has_source:
        source = "inputs.video" if inputs.video else "inputs.videoId"
        if inputs.frames:
            raise incompatible(source, "inputs.frameImages")
        for name in FOLLOWS_SOURCE:
            if name in task and (name in VIDEO or name in extra):
                raise incompatible(source, name)
    if "resolution" in extra and "resolution" in task and ("width" in task or "height" in task):
        raise incompatible("resolution", "width")
