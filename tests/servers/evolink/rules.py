"""What a create request may hold, model by model (EvoLink manual, Gemini Omni Flash 1.0 and 1.1 video series).

The manual does not say what happens to fields that a model has no use for: here they are refused, so that a client
which sends them is found out.
"""

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.servers.evolink.wire import invalid

SIDES = {"360p": (640, 360), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
"""Pixels of a landscape film at each quality."""

DATA_URL = re.compile(r"data:image/(?:png|jpeg|webp);base64,")
KEY = re.compile(r"[A-Za-z0-9._-]{16,96}")
SECONDS = range(3, 11)
LONGEST_CALLBACK = 2048


@dataclass(frozen=True)
class Model:
    """`images`, `videos`: fewest and most. An empty tuple of choices: the field is not accepted.

    `inline`: images may come as data URLs or bare base64. `clip` is the longest source in seconds.
    """

    images: tuple[int, int] = (0, 0)
    videos: tuple[int, int] = (0, 0)
    durations: tuple[int | str, ...] = (*SECONDS,)
    usual: int | str = 3
    shapes: tuple[str, ...] = ("16:9", "9:16", "auto")
    shape: str = "auto"
    qualities: tuple[str, ...] = ()
    quality: str = "720p"
    inline: bool = False
    clip: float = 10

    @property
    def follows(self) -> bool:
        """Whether the film takes its shape from a source film."""
        return not self.shapes or self.shapes == ("auto",)


def _first(images: tuple[int, int] = (0, 0)) -> Model:
    return Model(images, durations=(*SECONDS, "auto"), usual=10, shape="16:9", inline=True)


def _next(images: tuple[int, int] = (0, 0), videos: tuple[int, int] = (0, 0), **fields: Any) -> Model:
    return Model(images, videos, **{"qualities": (*SIDES,)} | fields)


_FOLLOWING: dict[str, Any] = {"shapes": ("auto",), "qualities": (*SIDES, "auto"), "quality": "auto"}

MODELS = {
    "gemini-omni-flash-text-to-video": _first(),
    "gemini-omni-flash-image-to-video": _first((1, 1)),
    "gemini-omni-flash-reference-to-video": _first((1, 6)),
    "gemini-omni-flash-video-edit": Model(videos=(1, 1), durations=(), usual="auto", shapes=()),
    "gemini-omni-1.1-flash-text-to-video": _next(),
    "gemini-omni-1.1-flash-image-to-video": _next((1, 2)),
    "gemini-omni-1.1-flash-reference-to-video": _next((1, 10), (0, 3)),
    "gemini-omni-1.1-flash-video-edit": _next((0, 10), (1, 1), durations=("auto",), usual="auto", **_FOLLOWING),
    "gemini-omni-1.1-flash-video-extend": _next((0, 10), (1, 1), clip=30, **_FOLLOWING),
}


@dataclass(frozen=True)
class Wanted:
    """A create request that keeps the rules. `seconds` is None for "auto"."""

    model: str
    prompt: str
    images: tuple[str, ...]
    videos: tuple[str, ...]
    seconds: int | None
    shape: str
    quality: str
    callback_url: str

    @property
    def rules(self) -> Model:
        return MODELS[self.model]

    @property
    def extends(self) -> bool:
        return self.model.endswith("-extend")


def read(body: dict[str, Any], loopback_callbacks: bool = False) -> Wanted:
    """Raises Refusal (400 invalid_parameter, `param` names the field)."""
    model = _text(body, "model")
    if model not in MODELS:
        raise invalid("model", f"there is no model {model}")
    rules = MODELS[model]
    _refuse_strangers(body, rules)
    prompt = _text(body, "prompt")
    images = _addresses(body, "image_urls", rules.images)
    videos = _addresses(body, "video_urls", rules.videos)
    for address in images:
        _check_image(address, rules.inline)
    for address in videos:
        _check_web_address("video_urls", address)
    seconds = _choice(body, "duration", rules.durations, rules.usual)
    shape = _choice(body, "aspect_ratio", rules.shapes, rules.shape)
    quality = _choice(body, "quality", rules.qualities, rules.quality)
    callback = _callback(body, loopback_callbacks)
    return Wanted(model, prompt, images, videos, None if seconds == "auto" else seconds, shape, quality, callback)


def _refuse_strangers(body: dict[str, Any], rules: Model) -> None:
    known = {"model", "prompt", "callback_url"}
    fields = {
        "image_urls": rules.images[1],
        "video_urls": rules.videos[1],
        "duration": rules.durations,
        "aspect_ratio": rules.shapes,
        "quality": rules.qualities,
    }
    for name in body:
        if name not in known and not fields.get(name):
            raise invalid(name, "this model does not take it")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise invalid(name, "required, a text that is not blank")
    return value


def _addresses(body: dict[str, Any], name: str, counts: tuple[int, int]) -> tuple[str, ...]:
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid(name, "an array of strings")
    fewest, most = max(counts[0], 1 if name in body else 0), counts[1]
    if not fewest <= len(value) <= most:
        raise invalid(name, f"from {fewest} to {most} items")
    return tuple(value)


def _check_image(address: str, inline: bool) -> None:
    if address.startswith(("http://", "https://")) or not inline:
        _check_web_address("image_urls", address)
        return
    try:
        decoded(address)
    except ValueError as error:
        raise invalid("image_urls", "an http(s) address, a data URL of an image, or base64") from error


def decoded(image: str) -> bytes:
    """The bytes of an image that came in the request. ValueError where it is neither data URL nor base64."""
    try:
        content = base64.b64decode(DATA_URL.sub("", image, count=1), validate=True)
    except binascii.Error as error:
        raise ValueError(image) from error
    if not content:
        raise ValueError(image)
    return content


def _check_web_address(name: str, address: str) -> None:
    if not is_web_address(address):
        raise invalid(name, "an http(s) address")


def is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _choice(body: dict[str, Any], name: str, choices: tuple[Any, ...], usual: Any) -> Any:
    """A value of exactly the type of a choice: neither 5.0 nor "5" nor true passes for a number."""
    if name not in body:
        return usual
    value = body[name]
    if not any(value == choice and type(value) is type(choice) for choice in choices):
        raise invalid(name, f"one of {', '.join(map(str, choices))}")
    return value


def _callback(body: dict[str, Any], loopback: bool) -> str:
    """HTTPS to a public host, at most 2048 characters; with `loopback` also http to this machine."""
    if "callback_url" not in body:
        return ""
    address = body["callback_url"]
    if not isinstance(address, str) or len(address) > LONGEST_CALLBACK or not is_web_address(address):
        raise invalid("callback_url", f"an https address of at most {LONGEST_CALLBACK} characters")
    parts = urlsplit(address)
    local = _is_private(parts.hostname or "")
    if local and not (loopback and _is_loopback(parts.hostname or "")):
        raise invalid("callback_url", "private targets are forbidden")
    if parts.scheme != "https" and not local:
        raise invalid("callback_url", "https only")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_private(host: str) -> bool:
    """By what the name says: a name that resolves to a private address is not noticed."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        numeric = host.replace(".", "").isdecimal()
        return numeric or "." not in host or host.endswith((".localhost", ".local", ".internal"))
