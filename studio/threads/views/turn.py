"""Sending a turn and looking after it: every answer is the card that the page already knows how to show."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from studio.accounts.models import User
from studio.threads import actions
from studio.threads.composing import composer_of, fresh_composer
from studio.threads.forms import ComposerForm, read_id
from studio.threads.loading import load_card
from studio.threads.models import Operation, Thread, Turn
from studio.threads.paths import tree_of
from studio.threads.views.access import (
    Request,
    ensure_editor,
    may_edit,
    members_of,
    refusal,
    signed_in,
    thread_of,
    turn_of,
)
from studio.threads.views.thread import (
    page_context,
    remember_at,
    remembered_at,
    show_path,
    to_turn,
    turns_context,
)


@require_POST
@signed_in
def turn_create(request: Request, thread_id: UUID) -> HttpResponse:
    """Send. Answers with a fresh composer and the new card; 422 with the same form and sentences where it cannot be."""
    thread = thread_of(request, thread_id)
    ensure_editor(request, thread)
    form = ComposerForm(request.POST, user=request.user, thread=thread)
    if not form.is_valid():
        return refused_form(request, thread, form, 422)
    ready = form.cleaned_data
    try:
        turn = actions.start_turn(
            request.user,
            thread,
            token=ready["token"],
            prompt=ready["prompt"],
            parent=ready["parent_take"],
            inputs=ready["inputs"],
            model=(form.spec.provider, form.spec.model),
            settings=ready["settings"],
            extend=form.operation == Operation.EXTEND,
        )
    except actions.ActionRefused as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return refused_form(request, thread, form, 422)
    remember_at(request, thread, turn.id)
    mind = actions.warning_of(turn)
    if not request.headers.get("HX-Request"):
        if mind:
            messages.warning(request, mind)
        return to_turn(thread, turn.id)
    response = sent(request, thread, turn, form)
    return trigger_client_event(response, "toast:show", {"text": mind, "state": "warn"}) if mind else response


def refused_form(request: Request, thread: Thread, form: ComposerForm, status: int) -> HttpResponse:
    composer = composer_of(form)
    if request.headers.get("HX-Request"):
        return render(request, "threads/_composer_parts.html", {"composer": composer, "thread": thread}, status=status)
    members = members_of(thread)
    shown = show_path(request, thread, tree_of(thread), remembered_at(request, thread), members)
    context = page_context(request, thread, shown, members, composer)
    return render(request, "threads/thread.html", context, status=status)


def sent(request: Request, thread: Thread, turn: Turn, form: ComposerForm) -> HttpResponse:
    """The new card goes to the end of the path on the page; where it starts another branch, the whole path is new."""
    tree = tree_of(thread)
    leaf = read_id(request.POST.get("leaf"))
    parent = None
    context: dict[str, Any] = {"thread": thread, "editing": True}
    if turn.id in tree.nodes:
        new = load_card(turn, tree, [request.user], request.user)
        parent = new.parent_card
        if leaf is not None and leaf == tree.nodes[turn.id].parent_turn:
            context["card"] = new
    if "card" not in context:
        context |= turns_context(thread, show_path(request, thread, tree, turn.id, members_of(thread)), editing=True)
    kept = {name: request.POST.get(name, "") for name in (*form.offered, "model")}
    context["composer"] = fresh_composer(request.user, thread, parent, kept)
    response = render(request, "threads/_sent.html", context)
    return trigger_client_event(response, "composer:sent", {"turn": str(turn.id)})


@require_GET
@signed_in
def turn_detail(request: Request, turn_id: UUID) -> HttpResponse:
    """The card as it is now; as a page of its own it is a place inside its thread."""
    turn = turn_of(request, turn_id)
    if not request.headers.get("HX-Request"):
        return to_turn(turn.thread, turn.id)
    return card(request, turn)


def card(request: Request, turn: Turn) -> HttpResponse:
    members = members_of(turn.thread)
    editing = may_edit(request, members) and turn.thread.archived_at is None
    people = [each.user for each in members]
    shown = load_card(turn, tree_of(turn.thread), people, request.user)
    context = {"card": shown, "thread": turn.thread, "editing": editing}
    response = render(request, "threads/_turn.html", context)
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["HX-Request"])
    return response


def acted(request: Request, turn: Turn, act: Callable[[User, Turn], object]) -> HttpResponse:
    """Do it, and show the card as it is afterwards."""
    ensure_editor(request, turn.thread)
    try:
        act(request.user, turn)
    except actions.ActionRefused as error:
        return _refused(request, turn, error)
    if not request.headers.get("HX-Request"):
        return to_turn(turn.thread, turn.id)
    return card(request, turn_of(request, turn.id))


def _refused(request: Request, turn: Turn, error: actions.ActionRefused) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return refusal(str(error), 409)
    messages.error(request, str(error))
    return to_turn(turn.thread, turn.id)


@require_POST
@signed_in
def turn_stop(request: Request, turn_id: UUID) -> HttpResponse:
    return acted(request, turn_of(request, turn_id), actions.stop_turn)


@require_POST
@signed_in
def turn_retry(request: Request, turn_id: UUID) -> HttpResponse:
    return acted(request, turn_of(request, turn_id), actions.retry_turn)


@require_POST
@signed_in
def turn_copy(request: Request, turn_id: UUID) -> HttpResponse:
    """Continue from our copy; the new turn's card comes with its event."""
    return acted(request, turn_of(request, turn_id), actions.continue_from_copy)


@require_POST
@signed_in
def turn_delete(request: Request, turn_id: UUID) -> HttpResponse:
    """To the trash with its takes; the event that follows brings every open page up to date."""
    turn = turn_of(request, turn_id)
    ensure_editor(request, turn.thread)
    try:
        actions.trash_turn(request.user, turn)
    except actions.ActionRefused as error:
        return _refused(request, turn, error)
    words = {"number": turn.number, "days": settings.TRASH_DAYS}
    sentence = _("Turn %(number)d is in the trash for %(days)d days.") % words
    if not request.headers.get("HX-Request"):
        messages.success(request, sentence)
        return redirect("threads:thread-detail", turn.thread_id)
    undo = {"label": _("Undo"), "url": reverse("threads:turn-restore", args=[turn.id])}
    response = HttpResponse(status=200)
    trigger_client_event(response, "turns:stale", {})
    return trigger_client_event(response, "toast:show", {"text": sentence, "state": "ok", "action": undo})


@require_POST
@signed_in
def turn_restore(request: Request, turn_id: UUID) -> HttpResponse:
    theirs = Turn.objects.filter(thread__team__memberships__user=request.user)
    turn = theirs.filter(pk=turn_id).select_related("thread__team").first()
    if turn is None:
        return refusal(_("This turn is gone: it was deleted for good."), 404)
    ensure_editor(request, turn.thread)
    actions.restore_turn(request.user, turn)
    if not request.headers.get("HX-Request"):
        return to_turn(turn.thread, turn.id)
    return trigger_client_event(HttpResponse(status=200), "turns:stale", {})
