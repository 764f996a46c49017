"""The files of guests. Each request asks whether the link is still open, and so does each second of one that runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studio.media import addresses, serving, storage
from studio.media.models import Asset, Kind
from studio.review import guests, shares

LOOK_EVERY = 0.4


@require_safe
async def share_media(request: HttpRequest, token: str, asset_id: UUID, name: str) -> HttpResponseBase:
    """The bytes of a file that the link shows; `?download=1` saves it, where the link lets guests download."""
    saves = "download" in request.GET
    row = await sync_to_async(_file)(token, request.COOKIES, asset_id, saves)
    if row is None or not await asyncio.to_thread(storage.is_there, row.file):
        return await sync_to_async(_nothing)(request)
    file = serving.StoredFile(row.file, row.size, row.mime, f'"{row.sha256}"', addresses.file_name(row))
    named = _("take") if saves else ""  # a file's own name may be the beginning of a prompt
    response = serving.answer(request, file, seconds_left=0, download=named)
    if isinstance(response, StreamingHttpResponse):
        chunks = cast(AsyncIterator[bytes], response.streaming_content)
        response.streaming_content = _while_open(chunks, token, request.COOKIES, asset_id, saves)
    return response


async def _while_open(
    chunks: AsyncIterator[bytes], token: str, cookies: Mapping[str, str], asset_id: UUID, saves: bool
) -> AsyncIterator[bytes]:
    """Breaks off, which the browser sees as such, once the link opens the file no more."""
    looked = time.monotonic()
    async with aclosing(cast(Any, chunks)):
        async for chunk in chunks:
            if time.monotonic() - looked > LOOK_EVERY:
                if await sync_to_async(_file)(token, cookies, asset_id, saves) is None:
                    raise asyncio.CancelledError  # Django ends the answer where it is; the server closes the connection
                looked = time.monotonic()
            yield chunk


def _file(token: str, cookies: Mapping[str, str], asset_id: UUID, saves: bool) -> Asset | None:
    try:
        link = shares.find(token)
    except shares.ShareClosed:
        return None
    if guests.pass_of(link, cookies).missing or (saves and not link.may_download):
        return None
    row = shares.file_of(link, asset_id)
    return None if row is None or (saves and row.kind != Kind.TAKE) else row


def _nothing(request: HttpRequest) -> HttpResponse:
    response = render(request, "media/no_longer.html", {"expired": False}, status=404)
    response["Cache-Control"] = "no-store"
    return response
