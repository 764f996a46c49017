"""How large a request may be, decided before Django spools it to disk."""

import asyncio
import json
import re
import tempfile
from collections import Counter
from http import HTTPStatus
from importlib import import_module
from io import BytesIO
from typing import IO, Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from studio.media.disk import DiskFull, ensure_room

UPLOAD_PATH = "/assets/"
MEGABYTE = 1024 * 1024
HOOK_BYTES = MEGABYTE
FORM_BYTES = 2 * MEGABYTE
NOTE_BYTES = 512 * 1024  # words and the largest drawing, as a form writes it
NOTE_PATH = re.compile(r"/(notes|review)/")
BODILESS_BYTES = 64 * 1024
ROOM_EVERY_BYTES = 16 * MEGABYTE
UPLOADS_AT_ONCE = 8
DRAIN_BYTES = 64 * MEGABYTE
DRAIN_SECONDS = 10


class TooLarge(Exception):
    """The body went past its cap, in bytes."""

    def __init__(self, cap: int) -> None:
        super().__init__(cap)
        self.cap = cap


class SignedOut(Exception):
    """An upload of nobody: nothing of it may reach the disk."""


class TooManyUploads(Exception):
    """One session sends more files at once than our pages ever do."""


Refusal = TooLarge | DiskFull | SignedOut | TooManyUploads


def is_upload(path: str, method: str) -> bool:
    return path == UPLOAD_PATH and method == "POST"


def cap_of(path: str, method: str = "POST") -> int:
    """The largest body in bytes that a path takes. Django spools one even where the method should carry none."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return BODILESS_BYTES
    if is_upload(path, method):
        return int(settings.UPLOAD_MAX_BYTES) + MEGABYTE
    if path.startswith("/hooks/"):
        return HOOK_BYTES
    return NOTE_BYTES if NOTE_PATH.search(path) else FORM_BYTES


class SpoolingHandler(ASGIHandler):
    """Django's handler, but large bodies lie on the data disk, which was asked for room: /tmp may be small."""

    async def read_body(self, receive: Any) -> IO[bytes]:
        body: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 Django closes it
            max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, dir=str(settings.FILE_UPLOAD_TEMP_DIR)
        )
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise RequestAborted
            body.write(message.get("body", b""))
            more = message.get("more_body", False)
        body.seek(0)
        return body


class CappedBodies:
    """ASGI middleware: 413 for what is too large, 507 for what the disk cannot hold, 401 for a stranger's upload."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self._uploads: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cap = cap_of(scope["path"], scope["method"])
        announced = _announced_length(scope)
        try:
            if announced > cap:
                raise TooLarge(cap)
            if is_upload(scope["path"], scope["method"]):
                await self._upload(scope, receive, send, cap, announced)
            else:
                await self.app(scope, _counting(receive, cap), send)
        except (TooLarge, DiskFull, SignedOut, TooManyUploads) as error:
            await _drain(receive, announced)
            with translation.override(translation.get_language_from_request(ASGIRequest(dict(scope), BytesIO()))):
                await _refuse(scope, send, error)

    async def _upload(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable, cap: int, announced: int
    ) -> None:
        key = ASGIRequest(dict(scope), BytesIO()).COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not key.isalnum() or not await database_sync_to_async(_is_signed_in)(key):
            raise SignedOut
        if self._uploads[key] >= UPLOADS_AT_ONCE:
            raise TooManyUploads
        self._uploads[key] += 1
        try:
            ensure_room(announced)
            await self.app(scope, _counting(receive, cap, asks_for_room=True), send)
        finally:
            self._uploads[key] -= 1
            if not self._uploads[key]:
                del self._uploads[key]


def _is_signed_in(session_key: str) -> bool:
    """Whether somebody's session has this key and has not expired; the view asks who it is and what they may do."""
    return SESSION_KEY in import_module(settings.SESSION_ENGINE).SessionStore(session_key)


def _announced_length(scope: HTTPScope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _counting(receive: ASGIReceiveCallable, cap: int, *, asks_for_room: bool = False) -> ASGIReceiveCallable:
    total = room_asked = 0

    async def counted() -> Any:
        nonlocal total, room_asked
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > cap:
                raise TooLarge(cap)
            if asks_for_room and total - room_asked >= ROOM_EVERY_BYTES:
                room_asked = total
                ensure_room()
        return message

    return counted


async def _drain(receive: ASGIReceiveCallable, announced: int) -> None:
    """Read on for a while: browsers show an answer only when their body has been taken."""
    left = DRAIN_BYTES if announced <= DRAIN_BYTES else 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while left > 0:
                message: Any = await receive()
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
                left -= len(message.get("body", b""))
    except TimeoutError:
        return


async def _refuse(scope: HTTPScope, send: ASGISendCallable, error: Refusal) -> None:
    status, sentence = _answer(error)
    wants_json = scope["path"] == UPLOAD_PATH or b"json" in dict(scope["headers"]).get(b"accept", b"")
    if wants_json:
        kind, body = b"application/json", json.dumps({"error": sentence}).encode()
    else:
        page = render_to_string("operations/refused.html", {"sentence": sentence})
        kind, body = b"text/html; charset=utf-8", page.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _answer(error: Refusal) -> tuple[int, str]:
    if isinstance(error, SignedOut):
        return HTTPStatus.UNAUTHORIZED, _("You are signed out. Sign in again in another tab, then try once more.")
    if isinstance(error, TooManyUploads):
        return HTTPStatus.TOO_MANY_REQUESTS, _("Too many files are on their way at once. Try again when some are here.")
    if isinstance(error, DiskFull):
        return HTTPStatus.INSUFFICIENT_STORAGE, str(error)
    if error.cap < MEGABYTE:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _(
            "This request carries more than is taken here. Nothing was saved."
        )
    limit = max(1, error.cap // MEGABYTE - 1)
    sentence = _("This is larger than the %(limit)s MB that are taken here. Nothing was saved; choose a smaller file.")
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence % {"limit": limit}
