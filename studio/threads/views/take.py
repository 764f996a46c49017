"""What people do with a take: watch it, pick it, fetch it, continue from it, put it into the trash."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from studio import queue
from studio.media import addresses, deriving
from studio.media.deriving import EXPORT_MIMES
from studio.media.models import Asset, Kind
from studio.threads import actions
from studio.threads.cards import Media, TakeCard, stage_of, take_card
from studio.threads.composing import FORMAT_WORDS
from studio.threads.models import Take, Thread
from studio.threads.reading import storable
from studio.threads.views.access import Request, ensure_editor, refusal, signed_in, take_of, thread_of, turn_of
from studio.threads.views.thread import to_turn
from studio.threads.views.turn import card

PICKER_PAGE = 48
DOWNLOAD_QUALITY = 95


@require_GET
@signed_in
def take_detail(request: Request, take_id: UUID) -> HttpResponse:
    """A take's own address leads into its thread, with the take on the stage."""
    take = take_of(request, take_id)
    return to_turn(take.turn.thread, take.turn_id, take=str(take.id))


@require_GET
@signed_in
def take_address(request: Request, take_id: UUID) -> HttpResponse:
    """Fresh signed addresses, for a player whose own have run out or whose pictures were not made yet."""
    response = JsonResponse(take_card(take_of(request, take_id)).for_stage())
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@signed_in
def take_pick(request: Request, take_id: UUID) -> HttpResponse:
    take = take_of(request, take_id)
    ensure_editor(request, take.turn.thread)
    try:
        actions.pick_take(request.user, take)
    except actions.ActionRefused as error:
        return answer_no(request, take, error)
    if not request.headers.get("HX-Request"):
        return to_turn(take.turn.thread, take.turn_id, take=str(take.id))
    return card(request, turn_of(request, take.turn_id))


@require_POST
@signed_in
def take_delete(request: Request, take_id: UUID) -> HttpResponse:
    take = take_of(request, take_id)
    ensure_editor(request, take.turn.thread)
    try:
        actions.trash_take(request.user, take, request.POST.get("reason", ""))
    except actions.ActionRefused as error:
        return answer_no(request, take, error)
    words = {"take": take_card(take).label, "days": settings.TRASH_DAYS}
    sentence = ngettext(
        "%(take)s is in the trash for %(days)d day.", "%(take)s is in the trash for %(days)d days.", settings.TRASH_DAYS
    )
    if not request.headers.get("HX-Request"):
        messages.success(request, sentence % words)
        return to_turn(take.turn.thread, take.turn_id)
    undo = {"label": _("Undo"), "url": reverse("threads:take-restore", args=[take.id])}
    response = card(request, turn_of(request, take.turn_id))
    return trigger_client_event(response, "toast:show", {"text": sentence % words, "state": "ok", "action": undo})


@require_POST
@signed_in
def take_release(request: Request, take_id: UUID) -> HttpResponse:
    """A take that was held back is shown to everybody of its team again."""
    take = take_of(request, take_id)
    try:
        actions.release_take(request.user, take, request.POST.get("reason", ""))
    except actions.ActionRefused as error:
        return answer_no(request, take, error)
    sentence = _("%(take)s is released: everybody in the team sees it now.") % {"take": take_card(take).label}
    if not request.headers.get("HX-Request"):
        messages.success(request, sentence)
        return to_turn(take.turn.thread, take.turn_id, take=str(take.id))
    response = card(request, turn_of(request, take.turn_id))
    return trigger_client_event(response, "toast:show", {"text": sentence, "state": "ok"})


@require_POST
@signed_in
def take_restore(request: Request, take_id: UUID) -> HttpResponse:
    """Out of the trash again; the event that follows brings the card up to date."""
    take = (
        Take.objects.filter(pk=take_id, turn__thread__team__memberships__user=request.user)
        .select_related("turn__thread__team", "asset")
        .first()
    )
    if take is None:
        return refusal(_("This take is gone: its file was deleted for good."), 404)
    ensure_editor(request, take.turn.thread)
    try:
        actions.restore_take(request.user, take)
    except actions.ActionRefused as error:
        return answer_no(request, take, error)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return to_turn(take.turn.thread, take.turn_id, take=str(take.id))


def answer_no(request: Request, take: Take, error: Exception) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return refusal(str(error), 409)
    messages.error(request, str(error))
    return to_turn(take.turn.thread, take.turn_id)


@require_GET
@signed_in
def take_download(request: Request, take_id: UUID, format: str) -> HttpResponse:
    """The file in one of EXPORT_MIMES. What has to be converted first is made once and kept; until then: "preparing".

    Scripts ask with `Accept: application/json` and get {"state", "url"}.
    """
    take = take_of(request, take_id)
    wants_json = "application/json" in request.headers.get("Accept", "")
    if take.asset.held:
        return held_back(request, take, wants_json)
    file = exported(take.asset, format)
    if file:
        url = f"{addresses.url(file)}?{urlencode({'download': download_name(take)})}"
        if wants_json:
            return JsonResponse({"state": "ready", "url": url})
        return HttpResponseRedirect(url)
    problem = deriving.export_problem(str(take.asset_id), format)
    if problem and "waiting" in request.GET:
        if wants_json:
            return JsonResponse({"state": "failed", "error": problem}, status=422)
        messages.error(request, problem)
        return to_turn(take.turn.thread, take.turn_id, take=str(take.id))
    if "waiting" not in request.GET:
        ask_for_export(str(take.asset_id), format)
    if wants_json:
        return JsonResponse({"state": "preparing"}, status=202)
    context = {"take": take_card(take), "thread": take.turn.thread, "format": FORMAT_WORDS[format]}
    response = render(request, "threads/preparing.html", context, status=202)
    response["Refresh"] = f"2; url={reverse('threads:take-download', args=[take.id, format])}?waiting=1"
    return response


def held_back(request: Request, take: Take, wants_json: bool) -> HttpResponse:
    sentence = _("%(take)s is held back, so nobody can download it.") % {"take": take_card(take).label}
    if wants_json:
        return JsonResponse({"state": "failed", "error": sentence}, status=409)
    messages.error(request, sentence)
    return to_turn(take.turn.thread, take.turn_id)


def ask_for_export(asset_id: str, format: str) -> None:
    """However often it is asked for, one task waits in the lane."""
    if not deriving.want_export(asset_id, format):
        return
    deriving.forget_export_problem(asset_id, format)
    try:
        queue.enqueue("studio.media.tasks.make_export", asset_id, format, DOWNLOAD_QUALITY, lane="render")
    except BaseException:
        deriving.forget_wanted_export(asset_id, format)
        raise


def exported(asset: Asset, format: str) -> Asset | None:
    """The file in that format, where there is one already."""
    mime = EXPORT_MIMES[format]
    if asset.mime == mime and asset.browser_playable:
        return asset
    return asset.derived.filter(kind=Kind.EXPORT, mime=mime).exclude(file="").first()


def download_name(take: Take) -> str:
    """Harbour at dusk, turn 5 take 2"""
    return _("%(thread)s, turn %(turn)d take %(take)d") % {
        "thread": take.turn.thread,
        "turn": take.turn.number,
        "take": take.number,
    }


@require_GET
@signed_in
def take_picker(request: Request, thread_id: UUID) -> HttpResponse:
    """Takes to choose from: of this thread to continue from, or of any thread of its team as a source clip."""
    thread = thread_of(request, thread_id)
    purpose = "source" if request.GET.get("for") == "source" else "parent"
    words = storable(request.GET.get("q", "")).strip()[:200]
    takes = Take.objects.visible_to(request.user).filter(asset__held=False).select_related("turn__thread", "asset")
    takes = takes.filter(turn__thread=thread) if purpose == "parent" else takes.filter(turn__thread__team=thread.team)
    for word in words.split():
        takes = takes.filter(Q(turn__prompt__icontains=word) | Q(turn__thread__title__icontains=word))
    rows = takes.prefetch_related("asset__derived").order_by("-created_at", "number")[:PICKER_PAGE]
    context = {
        "thread": thread,
        "purpose": purpose,
        "words": words,
        "choices": [choice(take, thread) for take in rows],
        "current": request.GET.get("parent", ""),
    }
    part = "#choices" if request.headers.get("HX-Target") == "picker-choices" else ""
    return render(request, f"threads/_picker.html{part}", context)


def choice(take: Take, here: Thread) -> dict[str, Any]:
    shown: TakeCard = take_card(take)
    return {
        "take": shown,
        "prompt": take.turn.prompt,
        "thread": "" if take.turn.thread_id == here.id else str(take.turn.thread),
        "media": stage_of(Media.of(take.asset), str(take.id), shown.label),
    }
