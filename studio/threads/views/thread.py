"""The editor: one path through a thread's turns beside the stage, and the composer at its foot."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods

from studio.accounts.models import Membership
from studio.threads import actions
from studio.threads.cards import TakeCard, TurnCard, stage_of
from studio.threads.composing import FORMAT_WORDS, Composer, composer_like, fresh_composer, parent_card
from studio.threads.forms import TitleForm, read_id
from studio.threads.loading import load_cards
from studio.threads.models import Thread, Turn
from studio.threads.paths import Node, Tree, tree_of
from studio.threads.pricing import ThreadTotal, total_of
from studio.threads.views.access import (
    Request,
    ensure_editor,
    may_edit,
    members_of,
    refusal,
    signed_in,
    thread_of,
)

PAGE = 12
REMEMBERED = 40
AT_KEY = "at"
PEOPLE_SHOWN = 5


def remembered_at(request: Request, thread: Thread) -> UUID | None:
    """The branch that the person last chose here."""
    return read_id(request.session.get(AT_KEY, {}).get(str(thread.id)))


def remember_at(request: Request, thread: Thread, turn: UUID) -> None:
    """Keeps the choice of the latest threads in the session, so that a reload shows the same branch."""
    kept: dict[str, str] = dict(request.session.get(AT_KEY, {}))
    if kept.get(str(thread.id)) == str(turn):
        return
    kept.pop(str(thread.id), None)
    kept[str(thread.id)] = str(turn)
    request.session[AT_KEY] = dict(list(kept.items())[-REMEMBERED:])


@dataclass
class Shown:
    """The part of a path that a page holds. `earlier` is the turn before which older ones wait."""

    tree: Tree
    path: list[Node]
    cards: list[TurnCard]
    earlier: UUID | None

    @property
    def leaf(self) -> UUID | None:
        return self.path[-1].id if self.path else None

    def take(self, wanted: UUID | None, at: UUID | None = None) -> TakeCard | None:
        """The wanted take, else the one that the turn `at` stands for, else that of the newest finished turn."""
        if wanted:
            for card in self.cards:
                if chosen := next((take for take in card.takes if take.id == wanted and not take.is_held), None):
                    return chosen
        if named := next((card.picked for card in self.cards if card.id == at and card.picked), None):
            return named
        return next((card.picked for card in reversed(self.cards) if card.picked), None)


def show_path(
    request: Request,
    thread: Thread,
    tree: Tree,
    at: UUID | None,
    members: Sequence[Membership],
    *,
    everything: bool = False,
) -> Shown:
    path = tree.path(at)
    kept = path if everything else path[-PAGE:]
    wanted = next((place for place, node in enumerate(path) if node.id == at), len(path))
    if wanted < len(path) - len(kept):
        kept = path[wanted:]
    return Shown(
        tree=tree,
        path=path,
        cards=load_cards(thread, kept, tree, [each.user for each in members], request.user),
        earlier=kept[0].id if len(kept) < len(path) else None,
    )


def turns_context(thread: Thread, shown: Shown, editing: bool) -> dict[str, Any]:
    return {
        "thread": thread,
        "cards": shown.cards,
        "earlier": shown.earlier,
        "leaf": shown.leaf,
        "editing": editing and thread.archived_at is None,
    }


def page_context(
    request: Request, thread: Thread, shown: Shown, members: Sequence[Membership], composer: Composer | None
) -> dict[str, Any]:
    take = shown.take(read_id(request.GET.get("take")), read_id(request.GET.get("at")))
    editor = may_edit(request, list(members))
    return turns_context(thread, shown, editor) | {
        "composer": composer,
        "may_edit": editor,
        "take": take,
        "stage": look_for(read_id(request.GET.get("held")), shown.cards) or stage_for(take, shown.cards),
        "people": members[:PEOPLE_SHOWN],
        "more_people": max(0, len(members) - PEOPLE_SHOWN),
        "running": sum(card.is_active and not card.is_on_hold for card in shown.cards),
        "total": ThreadTotal() if getattr(thread, "is_free", False) else total_of(thread),
        "formats": FORMAT_WORDS,
        "live_url": f"/ws/threads/{thread.id}/",
        "live_since": json.dumps({thread.stream: getattr(thread, "live_number", None) or 0}),
    }


def stage_for(take: TakeCard | None, cards: Sequence[TurnCard]) -> dict[str, Any] | None:
    """The chosen take, else the clip that the newest turn works on."""
    for card in reversed(cards):
        if take in card.takes:
            return card.for_stage(take)
        for each in card.inputs:
            if take is None and each.media.is_video:
                return stage_of(each.media, "", each.media.title or each.word)
    return None


def look_for(wanted: UUID | None, cards: Sequence[TurnCard]) -> dict[str, Any] | None:
    """A held take whose author has asked to see it."""
    for card in cards:
        for take in card.takes:
            if take.id == wanted and take.look:
                return card.look_for_stage(take)
    return None


def composer_for(request: Request, thread: Thread, shown: Shown) -> Composer:
    """Continues from the take that the address names, else from the newest; "new" starts fresh.

    The library hands over what was dropped there as `inputs`, and the words as `prompt`. `again` names a turn to ask
    for once more, as it was; `model` is what to start with. Nothing is sent before the person does.
    """
    model = request.GET.get("model", "")
    if repeated := _turn_again(request, thread):
        return composer_like(request.user, thread, repeated, model)
    wanted, brought = request.GET.get("parent", ""), request.GET.getlist("inputs")
    parent = None
    if wanted != "new" and not brought:
        parent = parent_card(request.user, thread, wanted) or shown.take(read_id(request.GET.get("take")))
    made = fresh_composer(request.user, thread, parent, {"inputs": brought, "model": model})
    made.prompt = request.GET.get("prompt", "")
    return made


def _turn_again(request: Request, thread: Thread) -> Turn | None:
    wanted = read_id(request.GET.get("again"))
    return Turn.objects.visible_to(request.user).filter(pk=wanted, thread=thread).first() if wanted else None


@require_GET
@gzip_page
@signed_in
def thread_detail(request: Request, thread_id: UUID) -> HttpResponse:
    """The page; for htmx its list of turns alone (another branch, or everything anew after a lost connection)."""
    thread = thread_of(request, thread_id)
    asked = read_id(request.GET.get("at"))
    tree = tree_of(thread)
    if asked in tree.nodes:
        remember_at(request, thread, asked)
    members = members_of(thread)
    at = asked or remembered_at(request, thread)
    shown = show_path(request, thread, tree, at, members, everything="all" in request.GET)
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        response = render(request, "threads/_turns.html", turns_context(thread, shown, may_edit(request, members)))
    else:
        editing = may_edit(request, members) and thread.archived_at is None
        composer = composer_for(request, thread, shown) if editing else None
        response = render(request, "threads/thread.html", page_context(request, thread, shown, members, composer))
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_GET
@gzip_page
@signed_in
def turns_before(request: Request, thread_id: UUID, turn_id: UUID) -> HttpResponse:
    """The cards just above a turn of the path that the page shows."""
    thread = thread_of(request, thread_id)
    tree = tree_of(thread)
    path = tree.path(turn_id if turn_id in tree.nodes else None)
    end = next((place for place, node in enumerate(path) if node.id == turn_id), 0)
    start = max(0, end - PAGE)
    members = members_of(thread)
    context = {
        "thread": thread,
        "cards": load_cards(thread, path[start:end], tree, [each.user for each in members], request.user),
        "earlier": path[start].id if start else None,
        "editing": may_edit(request, members) and thread.archived_at is None,
    }
    return render(request, "threads/_turns_before.html", context)


@require_GET
@signed_in
def composer(request: Request, thread_id: UUID) -> HttpResponse:
    """The composer's head and fields for another parent or other attachments; what is typed stays on the page."""
    thread = thread_of(request, thread_id)
    parent = parent_card(request.user, thread, request.GET.get("parent", ""))
    made = fresh_composer(request.user, thread, parent, request.GET)
    return render(request, "threads/_composer_parts.html", {"composer": made, "thread": thread})


@require_GET
@never_cache
@signed_in
def thread_total(request: Request, thread_id: UUID) -> HttpResponse:
    """What the thread has cost by now, for open pages."""
    thread = thread_of(request, thread_id)
    if not request.headers.get("HX-Request"):
        return redirect("threads:thread-detail", thread.id)
    return render(request, "threads/_total.html", {"total": total_of(thread)})


@require_http_methods(["GET", "POST"])
@signed_in
def thread_title(request: Request, thread_id: UUID) -> HttpResponse:
    """The name as it is now, for open pages; posted, a new one from the editor's bar."""
    thread = thread_of(request, thread_id)
    if request.method == "GET":
        review = {"state": thread.review_state, "word": thread.get_review_state_display()}
        known = {"title": thread.title, "shown": str(thread), "archived": thread.archived_at is not None}
        return JsonResponse(known | {"review": review})
    ensure_editor(request, thread)
    form = TitleForm(request.POST)
    scripted = bool(request.headers.get("HX-Request"))
    if form.is_valid():
        actions.rename_thread(request.user, thread, form.cleaned_data["title"])
        return HttpResponse(status=204) if scripted else redirect("threads:thread-detail", thread.id)
    sentence = str(form.errors["title"][0])
    if scripted:
        return refusal(sentence, 422)
    messages.error(request, sentence)
    return redirect("threads:thread-detail", thread.id)


def page_of_turn(thread: Thread, turn: UUID, **query: str) -> str:
    """The address of a turn inside its thread."""
    address = reverse("threads:thread-detail", args=[thread.id], query={"at": str(turn), **query})
    return f"{address}#turn-{turn}"


def to_turn(thread: Thread, turn: UUID, **query: str) -> HttpResponseRedirect:
    response = HttpResponseRedirect(page_of_turn(thread, turn, **query))
    response.status_code = 303
    return response
