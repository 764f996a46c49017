"""The Files API: resumable uploads, states, and generated films that only a key fetches."""

import base64
import hashlib
import io
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import av
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.servers.base import Faults, Films, HangUp
from tests.servers.google.rules import Part, look_at_picture
from tests.servers.google.wire import Refusal, refused

KEPT = timedelta(hours=48)  # so long Google keeps an uploaded file


@dataclass
class Upload:
    """Announced bytes that have not come yet."""

    mime: str
    length: int


@dataclass
class Stored:
    """`link` is a generated film's path at Films; `ready` the moment (monotonic) from which it may be used."""

    name: str
    mime: str
    content: bytes
    part: Part | None
    ready: float = 0.0
    state: str = ""
    link: str = ""
    early: int = 0
    """How many times it still says PROCESSING, whatever the time."""


class Files:
    """`reading` is how many seconds an uploaded clip is PROCESSING."""

    def __init__(self, faults: Faults, films: Films, reading: float) -> None:
        self.faults, self.films, self.reading = faults, films, reading
        self.base = ""
        self.uploads: dict[str, Upload] = {}
        self.stored: dict[str, Stored] = {}

    def look_at(self, uri: str) -> Part:
        """An uploaded file as an input. Raises Refusal."""
        file = self.stored.get(uri.removeprefix(f"{self.base}/v1beta/files/"))
        if file is None or file.link or not uri.startswith(self.base):
            raise refused("the file does not exist, or it is none that was uploaded")
        if self._state(file) != "ACTIVE" or file.part is None:
            raise refused("the file is not in the state ACTIVE")
        return file.part

    def keep_film(self, film: bytes, state: str = "", early: int = 0) -> str:
        """A generated film; answers the uri that the interaction names."""
        name = secrets.token_hex(6)
        link = self.films.keep(film)
        self.stored[name] = Stored(name, "video/mp4", film, look_at_clip(film), state=state, link=link, early=early)
        return f"{self.base}/v1beta/files/{name}:download?alt=media"

    async def start(self, request: Request) -> Response:
        """POST /upload/v1beta/files: an announcement, or with an upload_id the bytes themselves."""
        if "upload_id" in request.query_params:
            return await self._finish(request)
        given = request.headers
        if (given.get("x-goog-upload-protocol"), given.get("x-goog-upload-command")) != ("resumable", "start"):
            raise refused("this server knows resumable uploads")
        length, mime = given.get("x-goog-upload-header-content-length", ""), given.get("content-type", "")
        announced = given.get("x-goog-upload-header-content-type", "")
        if not length.isdigit() or not announced or not mime.startswith("application/json"):
            raise refused("an upload announces its length and its type")
        name = secrets.token_hex(8)
        self.uploads[name] = Upload(announced, int(length))
        address = f"{self.base}/upload/v1beta/files?upload_id={name}&upload_protocol=resumable"
        return Response(headers={"X-Goog-Upload-URL": address, "X-Goog-Upload-Status": "active"})

    async def _finish(self, request: Request) -> Response:
        upload = self.uploads.pop(request.query_params["upload_id"], None)
        if upload is None:
            raise refused("no such upload", 404)
        command, offset = (request.headers.get(f"x-goog-upload-{word}") for word in ("command", "offset"))
        content = await request.body()
        if (command, offset) != ("upload, finalize", "0") or len(content) != upload.length:
            raise refused("the bytes come whole, from 0, and as many as announced")
        if self.faults.due("upload_lost"):
            return HangUp()
        file = self._take_in(upload.mime, content)
        return JSONResponse({"file": self._described(file)}, headers={"X-Goog-Upload-Status": "final"})

    def _take_in(self, mime: str, content: bytes) -> Stored:
        try:
            part = look_at_clip(content) if mime.startswith("video/") else look_at_picture(content)
        except (Refusal, av.FFmpegError, IndexError):
            part = None
        name = f"up{secrets.token_hex(5)}"
        is_clip = mime.startswith("video/")
        file = Stored(name, mime, content, part, ready=time.monotonic() + (self.reading if is_clip else 0))
        if part is None or self.faults.due("upload_broken"):
            file.state = "FAILED"
        elif self.faults.due("upload_stuck"):
            file.state = "PROCESSING"
        self.stored[name] = file
        return file

    def read(self, name: str) -> Response:
        """GET /v1beta/files/{name}."""
        return JSONResponse(self._described(self._find(name)))

    async def download(self, request: Request, name: str) -> Response:
        """GET /v1beta/files/{name}:download?alt=media. What was uploaded cannot be fetched again."""
        file = self._find(name)
        if not file.link or request.query_params.get("alt") != "media":
            raise refused("only generated files, and only with alt=media")
        if self._state(file) != "ACTIVE":
            raise refused("the file is not in the state ACTIVE")
        if self.faults.due("expired_link"):
            raise refused("the file is gone", 404)
        if self.faults.due("redirect_download"):
            return RedirectResponse(f"{self.base}{file.link}", 302)
        return await self.films.serve(Request({**request.scope, "path": file.link, "raw_path": file.link.encode()}))

    def _find(self, name: str) -> Stored:
        if name not in self.stored:
            raise refused(f"files/{name} does not exist, or it is another's", 403, status="PERMISSION_DENIED")
        return self.stored[name]

    def _state(self, file: Stored) -> str:
        if file.early:
            file.early -= 1
            return "PROCESSING"
        return file.state or ("ACTIVE" if time.monotonic() >= file.ready else "PROCESSING")

    def _described(self, file: Stored) -> dict[str, Any]:
        described: dict[str, Any] = {
            "name": f"files/{file.name}",
            "uri": f"{self.base}/v1beta/files/{file.name}",
            "mimeType": file.mime,
            "sizeBytes": str(len(file.content)),
            "sha256Hash": base64.b64encode(hashlib.sha256(file.content).digest()).decode(),
            "expirationTime": (datetime.now(UTC) + KEPT).isoformat(),
            "state": self._state(file),
            "source": "GENERATED" if file.link else "UPLOADED",
        }
        if file.link:
            described["downloadUri"] = f"{self.base}/v1beta/files/{file.name}:download?alt=media"
        if file.part is not None and file.part.kind == "video":
            described["videoMetadata"] = {"videoDuration": f"{file.part.seconds:.3f}s"}
        return described


def look_at_clip(content: bytes) -> Part:
    """Raises av.FFmpegError for what is no film, IndexError for one without pictures."""
    with av.open(io.BytesIO(content)) as container:
        video = container.streams.video[0]
        seconds = float(container.duration or 0) / av.time_base
        return Part("video", seconds, (video.width, video.height), uploaded=True)
