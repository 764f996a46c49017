"""The file host: uploads by multipart, base64 and address, and what one can do with them (EvoLink manual, file series).

In truth it lives under an address of its own (files-api); here under the same one.
"""

import base64
import binascii
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_string
from email.message import Message
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.servers.base import ranged
from tests.servers.evolink.films import fetched, is_mp4
from tests.servers.evolink.rules import is_web_address
from tests.servers.evolink.tasks import Account
from tests.servers.evolink.wire import Refusal, invalid, json_object, number

LIFETIME = 72 * 3600.0
MOST_BYTES = 100_000_000
MOST_FILES = 100
CHINA = timezone(timedelta(hours=8))
DATA_URL = re.compile(r"data:[a-z]+/[a-z0-9.+-]+;base64,")


@dataclass(frozen=True)
class File:
    id: str
    name: str
    original: str
    folder: str
    content: bytes
    mime: str
    base_url: str
    lifetime: float
    at: float = field(default_factory=time.time)

    @property
    def path(self) -> str:
        return quote(f"/files/{self.id}/{self.folder}/{self.name}".replace("//", "/"))

    @property
    def alive(self) -> bool:
        return time.time() < self.at + self.lifetime

    def shown(self) -> dict[str, Any]:
        return {
            "file_id": self.id,
            "file_name": self.name,
            "original_name": self.original,
            "file_size": len(self.content),
            "mime_type": self.mime,
            "upload_path": self.folder,
            "file_url": self.base_url + self.path,
            "download_url": f"{self.base_url}/api/v1/files/download/{self.id}",
            "upload_time": _iso(self.at),
            "expires_at": _iso(self.at + self.lifetime),
        }

    def listed(self) -> dict[str, Any]:
        shown = self.shown()
        return {name: shown[name] for name in ("file_id", "file_name", "file_size", "upload_time")}


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(CHINA).isoformat(timespec="seconds")


class FileHost:
    """`takes_video`: whether MP4 is accepted, as EvoLink's own client expects and its manual does not promise."""

    def __init__(self, accounts: dict[str, Account], takes_video: bool, lifetime: float) -> None:
        self.accounts = accounts
        self.takes_video = takes_video
        self.lifetime = lifetime
        self.most_bytes = MOST_BYTES
        self.most_files = MOST_FILES

    async def upload_stream(self, request: Request, account: Account) -> Response:
        parts = multipart(request.headers.get("content-type", ""), await request.body())
        if "file" not in parts:
            raise invalid("file", "required")
        original, content = parts["file"]
        folder = _field(parts, "uploadPath", "upload_path")
        return self._keep(request, account, content, original, folder, _field(parts, "fileName", "file_name"))

    async def upload_base64(self, request: Request, account: Account) -> Response:
        body = await json_object(request)
        try:
            content = base64.b64decode(DATA_URL.sub("", _text(body, "base64_data", True), count=1), validate=True)
        except binascii.Error as error:
            raise invalid("base64_data", "this is not base64") from error
        return self._keep(request, account, content, "", _text(body, "upload_path"), _text(body, "file_name"))

    async def upload_url(self, request: Request, account: Account) -> Response:
        body = await json_object(request)
        address = _text(body, "file_url", True)
        if not is_web_address(address):
            raise invalid("file_url", "an http(s) address")
        try:
            content = await fetched(address)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise invalid("file_url", f"cannot be fetched: {error}") from error
        original = urlsplit(address).path.rpartition("/")[2]
        return self._keep(request, account, content, original, _text(body, "upload_path"), _text(body, "file_name"))

    def _keep(
        self, request: Request, account: Account, content: bytes, original: str, folder: str, name: str
    ) -> Response:
        mime = self._mime(content)
        if len(content) > self.most_bytes:
            raise Refusal(413, "request_too_large", "request_too_large_error", "the file is too large")
        if len(_alive(account)) >= self.most_files:
            raise Refusal(403, "quota_exceeded", "permission_error", "no more files can be kept")
        if any(part in (".", "..") for part in f"{folder}/{name}".split("/")) or "/" in name:
            raise invalid("upload_path", "not a plain path")
        own = f"file_{secrets.token_hex(8)}"
        name = name or original or f"{own}.{mime.rpartition('/')[2]}"
        base_url = str(request.base_url).rstrip("/")
        file = File(own, name, original or name, folder.strip("/"), content, mime, base_url, self.lifetime)
        account.files[own] = file
        return _framed(file.shown())

    def _mime(self, content: bytes) -> str:
        """By the first bytes, whatever the name says."""
        starts = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
        for start, mime in starts.items():
            if content.startswith(start):
                return mime
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return "image/webp"
        if self.takes_video and is_mp4(content):
            return "video/mp4"
        raise invalid("file", "files of this type are not taken")

    async def list(self, request: Request, account: Account) -> Response:
        page, size = number(request, "page", 1, 10_000), number(request, "pageSize", 20, 100)
        files = _alive(account)[::-1]
        shown = [file.listed() for file in files[(page - 1) * size : page * size]]
        return _framed({"total": len(files), "files": shown})

    async def quota(self, request: Request, account: Account) -> Response:
        used = len(_alive(account))
        counts = {"used_files": used, "max_files": self.most_files, "remain_files": self.most_files - used}
        return _framed({"user_group": "default"} | counts)

    async def delete(self, request: Request, account: Account) -> Response:
        file = account.files.pop(request.path_params["file_id"], None)
        if file is None or not file.alive:
            raise Refusal(404, "file_not_found", "not_found_error", "there is no such file")
        return _framed()

    async def serve(self, request: Request) -> Response:
        """A file under its public address; 404 once it is deleted or too old."""
        own = request.path_params["file_id"]
        file = next((account.files[own] for account in self.accounts.values() if own in account.files), None)
        if file is None or not file.alive:
            return PlainTextResponse("gone", 404)
        return ranged(request, file.content, file.mime)


def _alive(account: Account) -> list[File]:
    return [file for file in account.files.values() if file.alive]


def _framed(data: dict[str, Any] | None = None) -> Response:
    return JSONResponse({"success": True, "code": 200, "msg": "ok"} | ({} if data is None else {"data": data}))


def _text(body: dict[str, Any], name: str, required: bool = False) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or (required and not value):
        raise invalid(name, "a text")
    return value


def _field(parts: dict[str, tuple[str, bytes]], *names: str) -> str:
    """Both spellings are taken."""
    return next((parts[name][1].decode(errors="replace") for name in names if name in parts), "")


def multipart(content_type: str, body: bytes) -> dict[str, tuple[str, bytes]]:
    """File name and content of each part, by field. Starlette would want another package for it."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise invalid("body", "send multipart/form-data")
    mark = f"\r\n--{boundary}".encode()
    *chunks, last = (b"\r\n" + body).split(mark)[1:] or [b""]
    if not last.startswith(b"--"):
        raise invalid("body", "the last part does not end")
    return dict(map(_part, chunks))


def _part(chunk: bytes) -> tuple[str, tuple[str, bytes]]:
    head, _, content = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    part = message_from_string(head.decode(errors="replace"))
    name = part.get_param("name", "", "content-disposition")
    return str(name), (part.get_filename() or "", content)
