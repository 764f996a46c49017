"""Answering with bytes: ranges, validators and safe headers. Nothing here asks who may see what."""

import asyncio
import os
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from studio.media import storage

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
POLICY = "default-src 'none'; media-src 'self'; img-src 'self'; sandbox"
# QuickTime with codecs that browsers play is played under MP4's name by all of them, under its own by some.
SHOWN_AS = {"video/quicktime": "video/mp4", "video/x-matroska": "video/webm"}


@dataclass(frozen=True)
class StoredFile:
    """What the answer needs to know of an asset, so that no row is touched while bytes flow."""

    key: str
    size: int
    mime: str
    etag: str
    name: str


@dataclass(frozen=True)
class Span:
    start: int
    length: int


def read_range(header: str, size: int) -> Span | None:
    """The one range that `header` asks for; None where it asks for none or in a way that we may ignore (several).

    Raises ValueError where it lies outside the file.
    """
    match = RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", "") or any(len(number) > 18 for number in match.groups()):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        if not length:
            raise ValueError("an empty suffix")
        return Span(size - length, length)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise ValueError("past the end")
    return Span(start, end - start + 1)


def disposition(name: str, suffix: str) -> str:
    """Content-Disposition for saving under `name`, whatever characters a title may hold."""
    cleaned = "".join(
        "_" if character in '/\\:*?"<>|' or unicodedata.category(character).startswith("C") else character
        for character in unicodedata.normalize("NFC", name)
    )
    stem = cleaned.strip(" .").removesuffix(f".{suffix}")[:120] or "retake"
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().strip(" .") or "retake"
    return f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(stem)}.{suffix}"


async def file_chunks(path: Path, span: Span) -> AsyncIterator[bytes]:
    """Chunks read in threads, so that one slow disk does not hold up everybody. Closed however the answer ends."""
    file, chunk = await asyncio.to_thread(open_at, path, span)
    try:
        position, left = span.start, span.length
        while chunk:
            yield chunk
            position += len(chunk)
            left -= len(chunk)
            chunk = await asyncio.to_thread(os.pread, file, min(storage.CHUNK, left), position) if left else b""
    finally:
        os.close(file)


def open_at(path: Path, span: Span) -> tuple[int, bytes]:
    """The open file and its first chunk in one visit to a thread: for a poster that is all of it."""
    file = os.open(path, os.O_RDONLY)
    try:
        return file, os.pread(file, min(storage.CHUNK, span.length), span.start)
    except OSError:
        os.close(file)
        raise


async def bucket_chunks(key: str, span: Span) -> AsyncIterator[bytes]:
    chunks: Iterator[bytes] = storage.read_range(key, span.start, span.length)
    try:
        while chunk := await asyncio.to_thread(next, chunks, b""):
            yield chunk
    finally:
        close = getattr(chunks, "close", None)
        if close:
            await asyncio.to_thread(close)


def body(file: StoredFile, span: Span) -> AsyncIterator[bytes]:
    path = storage.local_file(file.key)
    return file_chunks(path, span) if path else bucket_chunks(file.key, span)


def unchanged(request: HttpRequest, etag: str) -> bool:
    asked = request.headers.get("If-None-Match", "")
    return asked.strip() == "*" or etag in [part.strip().removeprefix("W/") for part in asked.split(",")]


def wanted_span(request: HttpRequest, file: StoredFile) -> Span | None:
    """The range to answer with, or None for the whole file. If-Range with another validator asks for the whole."""
    header = request.headers.get("Range", "")
    if not header or request.headers.get("If-Range", file.etag).strip() != file.etag:
        return None
    return read_range(header, file.size)


def answer(request: HttpRequest, file: StoredFile, *, seconds_left: int, download: str = "") -> HttpResponseBase:
    """200, 206, 304 or 416 for a file, with or without its body. `download` is the name to save it under.

    It may be kept for `seconds_left`; with 0, nowhere.
    """
    response: HttpResponseBase
    if unchanged(request, file.etag):
        response = HttpResponse(status=304)
    else:
        try:
            span = wanted_span(request, file)
        except ValueError:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{file.size}"
            span = Span(0, 0)
        else:
            whole = Span(0, file.size)
            status = 206 if span else 200
            if request.method == "HEAD":
                response = HttpResponse(status=status)
            else:
                response = StreamingHttpResponse(body(file, span or whole), status=status)
            if span:
                response["Content-Range"] = f"bytes {span.start}-{span.start + span.length - 1}/{file.size}"
            response["Content-Length"] = str((span or whole).length)
        response["Content-Type"] = file.mime if download else SHOWN_AS.get(file.mime, file.mime)
    add_headers(response, file, seconds_left=seconds_left, download=download)
    return response


def add_headers(response: HttpResponseBase, file: StoredFile, *, seconds_left: int, download: str) -> None:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = file.etag
    kept = f"private, max-age={seconds_left}, immutable"
    response["Cache-Control"] = kept if seconds_left else "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if download:
        response["Content-Disposition"] = disposition(download, file.name.rpartition(".")[2])
