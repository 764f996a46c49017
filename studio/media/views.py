"""Bringing files in, cutting them, handing them out. What scripts call answers with JSON: the asset, or {"error"}."""

import asyncio
import logging
import math
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from studio.accounts.access import can_edit, current_team, role_in
from studio.accounts.models import Team, User
from studio.media import addresses, asking, refusals, serving, storage, store, trash
from studio.media.disk import ensure_room
from studio.media.models import DERIVED, Asset, Kind
from studio.media.summaries import summary
from studio.media.uploads import StraightToDisk

log = logging.getLogger(__name__)
Rest = ParamSpec("Rest")

FORM_OVERHEAD = 64 * 1024


class Denied(Exception):
    """An answer with a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def problem(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


def for_scripts(
    view: Callable[Concatenate[HttpRequest, User, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Asks for a signed-in person, and says every refusal as {"error": sentence}."""

    @wraps(view)
    def wrapper(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return problem(401, _("You are signed out. Sign in again in another tab, then try once more."))
        try:
            return view(request, request.user, *args, **kwargs)
        except Denied as error:
            return problem(error.status, str(error))
        except asking.Unsuitable as error:
            return problem(422, str(error))
        except refusals.REFUSALS as error:
            if refusals.status(error) >= 500:
                log.warning("a file did not come in: %s %s", error, getattr(error, "trace", ""))
            return problem(refusals.status(error), refusals.sentence(error))

    return wrapper


def nothing_here() -> Denied:
    return Denied(404, _("There is nothing here, or it belongs to another team."))


def editing_team(request: HttpRequest, user: User) -> Team:
    """The team that the form names, else the current one, if the person may change things there."""
    named = request.POST.get("team", "")
    try:
        team = Team.objects.filter(id=named).first() if named else current_team(request)
    except ValidationError:
        team = None
    if team is None or role_in(user, team) is None:
        raise nothing_here()
    if not can_edit(user, team):
        raise Denied(403, _("In this team you may look, but not add or change. Ask an owner to make you an editor."))
    return team


def editable(user: User, asset_id: UUID) -> Asset:
    """What people brought. Takes are changed as takes, and what was derived goes with its original."""
    brought = Asset.objects.visible_to(user).filter(kind__in=(Kind.SOURCE, Kind.REFERENCE))
    asset = brought.filter(id=asset_id).select_related("team").first()
    if asset is None:
        raise nothing_here()
    if not can_edit(user, asset.team):
        raise Denied(403, _("In this team you may look, but not add or change. Ask an owner to make you an editor."))
    return asset


def number(text: str) -> float:
    """A number of seconds from a form; NaN for anything else, which no comparison accepts."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


@require_POST
@csrf_exempt  # the body is parsed by our own handler, so the token is checked in `receive`, once that is in place
@for_scripts
def asset_create(request: HttpRequest, user: User) -> HttpResponse:
    """One file per request: fields `file`, and if wanted `team` and `max_seconds`."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD:
        raise too_large()
    ensure_room(length)
    handler = StraightToDisk()
    request.upload_handlers = [handler]
    try:
        return receive(request, user, handler)
    finally:
        handler.discard()


@csrf_protect
def receive(request: HttpRequest, user: User, handler: StraightToDisk) -> HttpResponse:
    team = editing_team(request, user)
    file = handler.received
    if handler.too_large:
        raise too_large()
    if file is None:
        raise Denied(400, _("No file came with this upload. Choose one and try again."))
    asset = store.ingest_file(file.path, team=team, owner=user, title=file.name, sha256=file.sha256)
    seconds = number(request.POST.get("max_seconds", ""))
    return JsonResponse(summary(asset, 0 if math.isnan(seconds) else seconds), status=201)


def too_large() -> Denied:
    megabytes = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
    return Denied(413, _("This file is too large: up to %(megabytes)s MB are taken.") % {"megabytes": megabytes})


@require_POST
@for_scripts
def asset_from_link(request: HttpRequest, user: User) -> HttpResponse:
    """Have `url` fetched. Answers 202 with a waiting asset; its detail and the event asset.changed tell the rest."""
    asset = asking.ask_for_link(request.POST.get("url", ""), team=editing_team(request, user), owner=user)
    return JsonResponse(summary(asset), status=202)


@require_safe
@for_scripts
def asset_detail(request: HttpRequest, user: User, asset_id: UUID) -> HttpResponse:
    asset = Asset.objects.visible_to(user).filter(id=asset_id).prefetch_related("derived").first()
    if asset is None:
        raise nothing_here()
    seconds = number(request.GET.get("max_seconds", ""))
    return JsonResponse(summary(asset, 0 if math.isnan(seconds) else seconds))


@require_POST
@for_scripts
def asset_trim(request: HttpRequest, user: User, asset_id: UUID) -> HttpResponse:
    """Cut `start` to `end` seconds out. Answers 202 with the new, waiting clip."""
    asset = editable(user, asset_id)
    start, end = number(request.POST.get("start", "")), number(request.POST.get("end", ""))
    return JsonResponse(summary(asking.ask_for_trim(asset, start, end, owner=user)), status=202)


@require_POST
@for_scripts
def asset_delete(request: HttpRequest, user: User, asset_id: UUID) -> HttpResponse:
    asset = editable(user, asset_id)
    trash.trash(asset)
    if not request.headers.get("HX-Request"):
        return JsonResponse({"id": str(asset.id)})
    sentence = ngettext(
        "“%(name)s” is in the trash for %(days)d day. Turns that used it keep their takes.",
        "“%(name)s” is in the trash for %(days)d days. Turns that used it keep their takes.",
        settings.TRASH_DAYS,
    ) % {"name": asset, "days": settings.TRASH_DAYS}
    undo = {"label": _("Undo"), "url": reverse("media:asset-restore", args=[asset.id])}
    return trigger_client_event(HttpResponse(), "toast:show", {"text": sentence, "state": "ok", "action": undo})


@require_POST
@for_scripts
def asset_restore(request: HttpRequest, user: User, asset_id: UUID) -> HttpResponse:
    asset = editable(user, asset_id)
    if not trash.restore(asset):
        raise Denied(410, _("The files of this upload are deleted already."))
    return HttpResponse() if request.headers.get("HX-Request") else JsonResponse({"id": str(asset.id)})


@require_safe
async def asset(request: HttpRequest, token: str, asset_id: UUID, name: str) -> HttpResponseBase:
    """The bytes of a signed address. Who may see them was asked when the address was made; a hold is asked here."""
    grant = addresses.read_token(token, asset_id)
    if grant.seconds <= 0:
        return await sync_to_async(no_longer)(request, 404 if grant.seconds < 0 else 403)
    rows = Asset.objects.filter(id=asset_id, purged_at=None).exclude(file="")
    if grant.person is None:
        rows = rows.filter(Q(origin=None) | Q(origin__held=False), held=False)
    elif (await request.auser()).pk != grant.person:
        return await sync_to_async(no_longer)(request, 404)
    else:
        derived = Q(kind__in=DERIVED)
        rows = rows.filter((derived & Q(origin__holds=grant.holds)) | (~derived & Q(holds=grant.holds)))
    row = await rows.only("file", "size", "mime", "sha256", "kind", "title").afirst()
    if row is None or not await asyncio.to_thread(storage.is_there, row.file):
        return await sync_to_async(no_longer)(request, 404)
    file = serving.StoredFile(row.file, row.size, row.mime, f'"{row.sha256}"', addresses.file_name(row))
    seconds = grant.seconds if grant.person is None else 0
    return serving.answer(request, file, seconds_left=seconds, download=request.GET.get("download", ""))


def no_longer(request: HttpRequest, status: int) -> HttpResponse:
    response = render(request, "media/no_longer.html", {"expired": status == 403}, status=status)
    response["Cache-Control"] = "no-store"
    return response
