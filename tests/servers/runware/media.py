"""What was uploaded or generated, by UUID, and the ways to name an input (Runware documentation, media storage)."""

import asyncio
import base64
import binascii
import io
import time
import uuid
from dataclasses import dataclass
from typing import Literal

import av
import httpx
from PIL import Image
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.servers.base import ranged
from tests.servers.runware.refusals import Refusal, unusable
from tests.servers.runware.validation import is_address, is_uuid

FETCH_TIMEOUT = httpx.Timeout(10, connect=3)
INPUT_IMAGES = ("image/png", "image/jpeg", "image/webp")
Kind = Literal["image", "video", "audio"]


@dataclass(frozen=True)
class Media:
    """A file of one key. `seconds` is 0 for an image, `size` 0 x 0 for sound; `ends` is a reading of time.monotonic."""

    uuid: str
    key: str
    content: bytes
    kind: Kind
    mime: str
    suffix: str
    seconds: float = 0
    size: tuple[int, int] = (0, 0)
    ends: float = float("inf")

    @property
    def path(self) -> str:
        return f"/media/{self.uuid}.{self.suffix}"


class MediaStore:
    def __init__(self) -> None:
        self._kept: dict[str, Media] = {}

    def keep(self, media: Media) -> None:
        self._kept[media.uuid] = media

    def find(self, name: str, key: str, parameter: str) -> Media:
        """Raises a Refusal: it never was, it is gone, or it is somebody else's."""
        media = self._kept.get(name.lower())
        if media is None or media.key != key or time.monotonic() > media.ends:
            raise Refusal(404, "mediaNotFound", f"There is no media {name}.", parameter=parameter)
        return media

    def delete(self, name: str, key: str) -> Media:
        media = self.find(name, key, "media")
        del self._kept[media.uuid]
        return media

    async def take(self, given: str, key: str, parameter: str) -> Media:
        """What an input names; what is no UUID is kept under a new one. Raises a Refusal."""
        if is_uuid(given):
            return self.find(given, key, parameter)
        content = await _fetch(given, parameter) if is_address(given) else _decode(given, parameter)
        media = await asyncio.to_thread(look_at, content, key, parameter)
        self.keep(media)
        return media

    async def take_kind(self, kind: Kind, given: str, key: str, parameter: str) -> Media:
        """As `take`, for an input that must be of that kind."""
        media = await self.take(given, key, parameter)
        if media.kind != kind:
            raise unusable(parameter, f"it is no {kind}")
        if kind == "image" and media.mime not in INPUT_IMAGES:
            raise unusable(parameter, f"{media.mime} is not among {', '.join(INPUT_IMAGES)}")
        return media

    async def serve(self, request: Request) -> Response:
        media = self._kept.get(request.path_params["name"].partition(".")[0])
        if media is None or time.monotonic() > media.ends:
            return PlainTextResponse("gone", 404)
        return ranged(request, media.content, media.mime)


async def _fetch(url: str, parameter: str) -> bytes:
    try:
        async with httpx.AsyncClient(follow_redirects=True, timeout=FETCH_TIMEOUT, trust_env=False) as client:
            answer = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unusable(parameter, f"it could not be fetched ({type(error).__name__})") from error
    if answer.status_code != 200:
        raise unusable(parameter, f"its address answered {answer.status_code}")
    return answer.content


def _decode(given: str, parameter: str) -> bytes:
    """A data URI, or base64 without its head."""
    head, comma, rest = given.partition(",")
    if given.startswith("data:") and not (comma and head.endswith(";base64")):
        raise unusable(parameter, "a data URI must be base64")
    try:
        return base64.b64decode(rest if given.startswith("data:") else given, validate=True)
    except (binascii.Error, ValueError) as error:
        raise unusable(parameter, "it is neither a UUID, an address, a data URI nor base64") from error


def look_at(content: bytes, key: str, parameter: str) -> Media:
    """Raises a Refusal where it is neither a picture nor anything that plays."""
    name = str(uuid.uuid4())
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            mime = Image.MIME[image.format or ""]
            return Media(name, key, content, "image", mime, mime.rpartition("/")[2], size=image.size)
    except (OSError, KeyError, ValueError, SyntaxError, Image.DecompressionBombError):
        pass
    try:
        with av.open(io.BytesIO(content), "r") as container:
            return _playable(container, Media(name, key, content, "audio", "audio/mpeg", "mp3"))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise unusable(parameter, "it is no media") from error


def _playable(container: av.container.InputContainer, sound: Media) -> Media:
    if not container.streams.video:
        return sound
    stream = container.streams.video[0]
    next(container.decode(stream))
    seconds = float((container.duration or 0) / av.time_base)
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    is_webm = "webm" in container.format.name
    mime, suffix = ("video/webm", "webm") if is_webm else ("video/mp4", "mp4")
    size = (stream.width, stream.height)
    return Media(sound.uuid, sound.key, sound.content, "video", mime, suffix, round(seconds, 3), size)
