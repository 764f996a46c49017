"""Sources that are really fetched and looked into, and the films that come of them."""

import io
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import av
import httpx
from PIL import Image
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tests.servers import base
from tests.servers.evolink import prices, rules

TLS = ssl.create_default_context()
"""Made once: it takes longer than a call."""
LEEWAY = 0.1
"""Seconds by which a clip may pass its limit: ten seconds at 29.97 pictures a second are a little more."""


class TaskFailed(Exception):
    """The task's end (EvoLink manual, error codes of tasks). `more` are further members of its error."""

    def __init__(self, code: str, text: str, **more: str) -> None:
        super().__init__(text)
        self.error = {"code": code, "message": text, **more}


@dataclass(frozen=True)
class Clip:
    seconds: float
    size: tuple[int, int]


class Results(base.Films):
    """Finished films. Fault `redirect_download`: 302 to the same place (ordered often enough, it never ends)."""

    async def serve(self, request: Request) -> Response:
        if self.faults.due("redirect_download"):
            return RedirectResponse(request.url.path, 302)
        return await super().serve(request)

    def peek(self, address: str) -> bytes | None:
        """A film of ours, for a task that edits it: not counted as fetched, and no fault spent on it."""
        content, _, ends = self._files.get(urlsplit(address).path, (b"", "", 0.0))
        return content if time.monotonic() <= ends else None


async def fetched(address: str) -> bytes:
    """Raises OSError or httpx.HTTPError; an answer that is not 2xx is one."""
    async with httpx.AsyncClient(timeout=10, follow_redirects=True, trust_env=False, verify=TLS) as client:
        answer = await client.get(address)
        answer.raise_for_status()
        return answer.content


async def source(address: str, results: Results) -> bytes:
    """The source film's bytes. An unreachable file fails the task, not the request."""
    try:
        return results.peek(address) or await fetched(address)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise _unprobed(f"{address} cannot be fetched: {error}") from error


async def image(address: str) -> bytes:
    try:
        return await fetched(address) if rules.is_web_address(address) else rules.decoded(address)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise TaskFailed("image_processing_error", f"{address} cannot be fetched: {error}") from error


def _unprobed(text: str) -> TaskFailed:
    return TaskFailed("video_probe_failed", text, type="task_error")


def look(content: bytes, longest: float) -> Clip:
    """Opens an MP4 and decodes its first picture. Raises TaskFailed."""
    if not is_mp4(content):
        raise _unprobed("the source is not an MP4 file")
    try:
        with av.open(io.BytesIO(content), "r", format="mp4") as container:
            video = container.streams.video[0]
            frame = next(container.decode(video))
            seconds = float((video.duration or 0) * (video.time_base or 0))
            upright = frame.rotation % 180 == 0
    except (av.FFmpegError, IndexError, StopIteration) as error:
        raise _unprobed("the source cannot be read") from error
    if seconds > longest + LEEWAY:
        raise TaskFailed("invalid_parameters", f"the source lasts {seconds:.2f} s, at most {longest:g} s are taken")
    return Clip(seconds, (frame.width, frame.height) if upright else (frame.height, frame.width))


def is_mp4(content: bytes) -> bool:
    """By its first box; QuickTime's own brand is MOV."""
    return content[4:8] == b"ftyp" and content[8:12] != b"qt  "


def measure(content: bytes) -> tuple[int, int]:
    """The size of a PNG, JPEG or WEBP. Raises TaskFailed."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
            picture.load()
            return picture.size
    except (OSError, ValueError, SyntaxError) as error:
        raise TaskFailed("image_processing_error", "an image cannot be read") from error


def frame_size(wanted: rules.Wanted, clips: list[Clip], images: list[tuple[int, int]]) -> tuple[int, int]:
    """Pixels of the film. Where the shape follows a source, the quality sets its shorter side."""
    if wanted.rules.follows:
        width, height = clips[0].size
        if wanted.quality == "auto":
            return even(width), even(height)
        shrink = rules.SIDES[wanted.quality][1] / min(width, height)
        return even(width * shrink), even(height * shrink)
    sides = rules.SIDES[wanted.quality]
    first = images[0] if images else sides
    upright = wanted.shape == "9:16" or (wanted.shape == "auto" and first[1] > first[0])
    return (sides[1], sides[0]) if upright else sides


def even(side: float) -> int:
    return max(2, round(side / 2) * 2)


def length(wanted: rules.Wanted, clips: list[Clip]) -> float:
    """Seconds of the film: an edit keeps the source's, an extension adds to it, "auto" is ten."""
    if wanted.rules.follows:
        return clips[0].seconds + ((wanted.seconds or 0) if wanted.extends else 0)
    return wanted.seconds or 10


def charge(wanted: rules.Wanted, clips: list[Clip], size: tuple[int, int]) -> float:
    """In credits. Where a film is edited or extended both ways count at the output's resolution, else input at 720p."""
    fed = sum(clip.seconds for clip in clips)
    out = prices.factor(size)
    factor_in = out if wanted.rules.follows else 1
    return prices.charge(wanted.prompt, len(wanted.images), fed, length(wanted, clips), factor_in, out)


def estimate(wanted: rules.Wanted) -> float:
    """What is reserved before any source has been seen: it is taken to be as long as it may be, at 720p."""
    clips = [Clip(wanted.rules.clip, rules.SIDES["720p"])] * len(wanted.videos)
    return charge(wanted, clips, frame_size(wanted, clips, []))


def make(seconds: float, size: tuple[int, int], pixels: float, label: str) -> bytes:
    """A real MP4 with sound; every task's has bytes of its own. `pixels` shrinks the sides, to make it sooner."""
    content = base.film(seconds, (even(size[0] * pixels), even(size[1] * pixels)))
    mark = label.encode()
    return content + (8 + len(mark)).to_bytes(4, "big") + b"free" + mark
