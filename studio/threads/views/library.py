"""The library: every thread of a team as a card, the ways to start one, and the trash."""

import json
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from studio.accounts.access import can_edit, current_membership, current_team
from studio.accounts.models import EDITING_ROLES, Team, User
from studio.live.models import Stream
from studio.media.limits import upload_limits
from studio.media.models import Asset
from studio.threads import actions, shelf
from studio.threads.discarded import discarded
from studio.threads.forms import ComposerForm, TitleForm, attached
from studio.threads.models import Thread, Turn
from studio.threads.reading import one_line
from studio.threads.sample import make_sample
from studio.threads.views.access import Request, refusal, signed_in

TITLE_LENGTH = 60


@require_GET
@signed_in
@vary_on_headers("HX-Request", "HX-Target")
@cache_control(private=True, no_cache=True)
def library(request: Request) -> HttpResponse:
    return _shelf_page(request, shelf.Query.of(request.GET))


@require_GET
@signed_in
@vary_on_headers("HX-Request", "HX-Target")
@cache_control(private=True, no_cache=True)
def trash(request: Request) -> HttpResponse:
    if not may_edit(request):
        raise PermissionDenied
    return _shelf_page(request, shelf.Query.of(request.GET, show="trash"))


def may_edit(request: HttpRequest) -> bool:
    """In the current team. What is about one thread asks `can_edit` of that thread's team."""
    membership = current_membership(request)
    return membership is not None and membership.role in EDITING_ROLES


def _shelf_page(request: Request, query: shelf.Query, status: int = 200, **more: Any) -> HttpResponse:
    team = current_team(request)
    if team is None:
        return render(request, "threads/no_team.html", status=status)
    if query.show == "trash":
        query = shelf.Query.of({"q": query.text, "page": str(query.page)}, show="trash")
    context = _shelf_context(request, team, query)
    if request.htmx and request.htmx.target in ("shelf", "more"):
        part = "page" if request.htmx.target == "more" else "shelf"
        answer = render(request, f"threads/library.html#{part}", context)
        if request.htmx.trigger == "search":
            answer["HX-Replace-Url"] = query.url()
        return answer
    context |= {
        "place": "trash" if query.show == "trash" else "threads",
        "live_url": "/ws/me/",
        "live_since": _live_since(request.user, team),
        "limits": upload_limits(),
        "token": uuid.uuid4(),
        "start_prompt": "",
    }
    return render(request, "threads/library.html", context | more, status=status)


def _shelf_context(request: Request, team: Team, query: shelf.Query) -> dict[str, Any]:
    allowed = may_edit(request)
    segments = shelf.segments(team, query, with_trash=allowed)
    cards, follow = shelf.load(team, query, may_edit=allowed)
    return {
        "cards": cards,
        "discarded": discarded(team, query.text, timezone.now()) if query.show == "trash" and query.page == 1 else [],
        "query": query,
        "segments": segments,
        "sorts": [(label, query.url(sort=name), name == query.sort) for name, label in shelf.SORTS.items()],
        "sort_label": shelf.SORTS[query.sort],
        "more_url": query.url(page=query.page + 1) if follow else "",
        "clear_url": query.url(text=""),
        "may_edit": allowed,
        "is_first_run": not any(segment.count for segment in segments),
        "trash_days": settings.TRASH_DAYS,
    }


def _live_since(user: User, team: Team) -> str:
    """The numbers that this page is as new as, read before its rows are shown."""
    names = [f"team-{team.pk}", f"user-{user.pk}"]
    known = dict(Stream.objects.filter(name__in=names).values_list("name", "number"))
    return json.dumps({name: known.get(name, 0) for name in names})


@require_GET
@signed_in
def library_progress(request: Request) -> JsonResponse:
    """How far the running threads are, for the bars on their cards."""
    team = current_team(request)
    return JsonResponse({"running": shelf.progress_of(team) if team else []})


@require_GET
@signed_in
def thread_card(request: Request, thread_id: uuid.UUID) -> HttpResponse:
    """One card as it is now, with the counts; an empty answer takes a card away that no longer belongs to the list."""
    theirs = Thread.objects.filter(team__memberships__user=request.user)
    thread = get_object_or_404(theirs.select_related("team"), pk=thread_id)
    query = shelf.Query.of(request.GET)
    if query.show == "trash" and not can_edit(request.user, thread.team):
        raise PermissionDenied
    return _card_answer(request, thread, query)


def _card_answer(request: Request, thread: Thread, query: shelf.Query) -> HttpResponse:
    allowed = can_edit(request.user, thread.team)
    rows = shelf.shelf_of(thread.team, query.show)
    context = {
        "card": shelf.load_one(rows, thread.pk, may_edit=allowed),
        "segments": shelf.segments(thread.team, query, with_trash=allowed),
        "query": query,
        "out_of_band": True,
    }
    return render(request, "threads/_card_answer.html", context)


@require_POST
@signed_in
def thread_start(request: Request) -> HttpResponse:
    """A thread and, where nothing is missing, its first turn. What is not ready to be sent waits in its composer."""
    user, team = request.user, current_team(request)
    if team is None or not may_edit(request):
        raise PermissionDenied
    prompt = request.POST.get("prompt", "").strip()
    token = _token(request)
    known = Turn.objects.filter(client_token=token, author=user).first()
    if known:
        return redirect("threads:thread-detail", known.thread_id)
    data = {"prompt": prompt, "token": str(token), "inputs": request.POST.getlist("inputs")}
    form = ComposerForm(data, user=user, thread=Thread(team=team))
    if form.is_valid():
        try:
            turn = _start(user, team, form)
        except actions.ThreadsError as error:
            problem = str(error)
        else:
            if mind := actions.warning_of(turn):
                messages.warning(request, mind)
            return redirect("threads:thread-detail", turn.thread_id)
    elif assets := attached(data, user)[0]:
        return _wait_in_composer(user, team, prompt, assets)
    else:
        problem = str(next(iter(form.errors.values()))[0])
    return _shelf_page(request, shelf.Query(), status=422, start_problem=problem, start_prompt=prompt)


def _start(user: User, team: Team, form: ComposerForm) -> Turn:
    ready = form.cleaned_data
    actions.ensure_allowed(user, ready["prompt"], "team", team.pk)
    with transaction.atomic():
        thread = actions.start_thread(user, team, title=_title_of(ready["prompt"]))
        return actions.start_turn(
            user,
            thread,
            token=ready["token"],
            prompt=ready["prompt"],
            inputs=ready["inputs"],
            model=(form.spec.provider, form.spec.model),
            settings=ready["settings"],
        )


def _wait_in_composer(user: User, team: Team, prompt: str, assets: Sequence[Asset]) -> HttpResponse:
    """A new thread whose composer holds what was dropped and written, for what is still missing (words, a trim)."""
    thread = actions.start_thread(user, team, title=_title_of(prompt) or assets[0].title)
    query = [("inputs", str(asset.pk)) for asset in assets] + ([("prompt", prompt)] if prompt else [])
    return HttpResponseRedirect(f"{reverse('threads:thread-detail', args=[thread.pk])}?{urlencode(query)}")


def _token(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid.uuid4()


def _title_of(prompt: str) -> str:
    """The first words of a prompt, cut between words."""
    line = one_line(prompt)
    line = line[:1].upper() + line[1:]
    if len(line) <= TITLE_LENGTH:
        return line
    return f"{line[:TITLE_LENGTH].rsplit(' ', 1)[0].rstrip(',;:. ')} …"


@require_POST
@signed_in
def thread_sample(request: Request) -> HttpResponse:
    user, team = request.user, current_team(request)
    if team is None or not may_edit(request):
        raise PermissionDenied
    try:
        thread = make_sample(user, team)
    except actions.ActionRefused as error:
        messages.error(request, error.sentence)
        return redirect("threads:library")
    return redirect("threads:thread-detail", thread.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def thread_rename(request: Request, thread_id: uuid.UUID) -> HttpResponse:
    user = request.user
    thread = _editable(user, thread_id)
    query = shelf.Query.of(request.POST or request.GET)
    form = TitleForm(request.POST or None, initial={"title": thread.title})
    if request.method == "POST" and form.is_valid():
        actions.rename_thread(user, thread, form.cleaned_data["title"])
        if request.htmx:
            return _card_answer(request, thread, query)
        return redirect(query.url())
    context = {"thread": thread, "form": form, "query": query, "place": "threads"}
    name = "threads/rename.html#rename-form" if request.htmx else "threads/rename.html"
    return render(request, name, context, status=422 if request.method == "POST" else 200)


def _editable(user: User, thread_id: uuid.UUID, *, in_trash: bool = False) -> Thread:
    """A stranger gets 404, a member who may only look 403."""
    theirs = Thread.objects.filter(team__memberships__user=user, trashed_at__isnull=not in_trash)
    thread = get_object_or_404(theirs.select_related("team"), pk=thread_id)
    edited = Thread.objects.in_trash_of(user) if in_trash else Thread.objects.editable_by(user)
    if not edited.filter(pk=thread_id).exists():
        raise PermissionDenied
    return thread


@require_POST
@signed_in
def thread_archive(request: Request, thread_id: uuid.UUID) -> HttpResponse:
    user = request.user
    thread = _editable(user, thread_id)
    actions.archive_thread(user, thread)
    return _moved(request, thread, _("“%(thread)s” is archived.") % {"thread": thread}, undo=True)


@require_POST
@signed_in
def thread_restore(request: Request, thread_id: uuid.UUID) -> HttpResponse:
    """Back from the archive, or from the trash."""
    user = request.user
    in_trash = Thread.objects.filter(pk=thread_id, trashed_at__isnull=False).exists()
    thread = _editable(user, thread_id, in_trash=in_trash)
    actions.restore_thread(user, thread)
    return _moved(request, thread, _("“%(thread)s” is back among the threads.") % {"thread": thread})


@require_POST
@signed_in
def thread_delete(request: Request, thread_id: uuid.UUID) -> HttpResponse:
    """To the trash; from the trash for good."""
    user = request.user
    if request.POST.get("for_good"):
        thread = _editable(user, thread_id, in_trash=True)
        actions.delete_thread(user, thread)
        return _moved(request, thread, _("“%(thread)s” is deleted for good.") % {"thread": thread})
    thread = _editable(user, thread_id)
    try:
        actions.trash_thread(user, thread)
    except actions.ActionRefused as error:
        if request.htmx:
            return refusal(error.sentence, 409)
        messages.error(request, error.sentence)
        return redirect("threads:thread-detail", thread.pk)
    sentence = ngettext(
        "“%(thread)s” is in the trash for %(days)d day.",
        "“%(thread)s” is in the trash for %(days)d days.",
        settings.TRASH_DAYS,
    )
    return _moved(request, thread, sentence % {"thread": thread, "days": settings.TRASH_DAYS}, undo=True)


def _moved(request: Request, thread: Thread, sentence: str, *, undo: bool = False) -> HttpResponse:
    """The card leaves the list it was in; a toast says where it went and offers the way back."""
    query = shelf.Query.of(request.POST)
    if not request.htmx:
        messages.success(request, sentence)
        back_to_thread = "show" not in request.POST and thread.trashed_at is None and not undo
        return redirect("threads:thread-detail", thread.pk) if back_to_thread else redirect(query.url())
    if "show" in request.POST:
        answer = _card_answer(request, thread, query)
        events: dict[str, Any] = {}
    else:
        answer, events = HttpResponse(), {"library:changed": {}}
    news: dict[str, Any] = {"text": sentence, "state": "ok"}
    if undo:
        news["action"] = {"label": _("Undo"), "url": reverse("threads:thread-restore", args=[thread.pk])}
    answer["HX-Trigger"] = json.dumps(events | {"toast:show": news})
    return answer
