"""Notes become the next turn, and their authors say whether it fixed them. For people of the team."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from studio.review import fixing
from studio.review.drafting import Draft, Said, draft_of, notes_of, plain, send
from studio.review.models import NoteTurn
from studio.review.page import foot_of
from studio.review.views.access import viewer_of
from studio.review.views.fixing import answered, below_context, link_of
from studio.threads.actions import ActionRefused, warning_of
from studio.threads.forms import read_id
from studio.threads.models import Take
from studio.threads.views.access import (
    Request,
    ensure_editor,
    found,
    may_edit,
    members_of,
    refusal,
    signed_in,
    take_of,
    thread_of,
    turn_of,
)
from studio.threads.views.thread import page_of_turn, to_turn


@require_http_methods(["GET", "POST"])
@never_cache
@signed_in
def next_turn(request: Request, take_id: UUID) -> HttpResponse:
    """The turn that the chosen notes would make, whole and with its price; posted, it is sent.

    Posted with `look` nothing is sent: the same again for another model.
    """
    take = shown_take(request, take_id)
    ensure_editor(request, take.turn.thread)
    form = request.POST if request.method == "POST" else request.GET
    wanted = {each for word in form.getlist("note") if (each := read_id(word))}
    notes = notes_of(take, wanted)
    if not notes:
        return _none_left(request, take)
    draft = draft_of(take, notes, form)
    if request.method == "GET" or "look" in form:
        return _shown(request, draft)
    if len(notes) < len(wanted):
        return _fewer_left(request, draft, form)
    return _sent(request, draft, form)


def _fewer_left(request: Request, draft: Draft, form: QueryDict) -> HttpResponse:
    """What was going to be sent stays as it was typed; whose words are in it is for its sender to see first."""
    draft.prompt = plain(form.get("prompt", ""))
    draft.error = _("A chosen note was deleted meanwhile, and is listed no more. Nothing was sent: read it, then send.")
    return _shown(request, draft, 409)


def _sent(request: Request, draft: Draft, form: QueryDict) -> HttpResponse:
    token = read_id(form.get("token"))
    if token is None:
        return _shown(request, draft)
    draft.token, draft.prompt = token, plain(form.get("prompt", ""))
    try:
        turn = send(request.user, draft, token)
    except ActionRefused as error:
        draft.error = error.sentence
        return _shown(request, draft, 422)
    if not request.headers.get("HX-Request"):
        return to_turn(turn.thread, turn.pk)
    told = {
        "turn": str(turn.pk),
        "url": page_of_turn(turn.thread, turn.pk),
        "notes": [str(each.pk) for each in draft.notes],
    }
    told["text"] = f"{_('Turn %(number)d is on its way.') % {'number': turn.number}} {warning_of(turn)}".strip()
    return trigger_client_event(HttpResponse(status=204), "next:sent", told)


def _shown(request: Request, draft: Draft, status: int = 200) -> HttpResponse:
    part = "_next_turn.html" if request.headers.get("HX-Request") else "next_turn.html"
    return render(request, f"review/{part}", {"draft": draft, "thread": draft.take.turn.thread}, status=status)


def _none_left(request: Request, take: Take) -> HttpResponse:
    sentence = _("Choose notes that are still there: those that were chosen are gone. Nothing was sent.")
    if request.headers.get("HX-Request"):
        return refusal(sentence, 409)
    messages.error(request, sentence)
    return to_turn(take.turn.thread, take.turn_id, take=str(take.pk))


def shown_take(request: Request, take_id: UUID) -> Take:
    """Not what is held back: nobody has seen it, so there is nothing to say about it."""
    take = take_of(request, take_id)
    return found(None if take.held_at else take)


@require_GET
@never_cache
@signed_in
def take_next(request: Request, take_id: UUID) -> HttpResponse:
    """What stands below the notes of a take: the way to the next turn, and what this person is asked."""
    take = shown_take(request, take_id)
    thread = take.turn.thread
    editing = may_edit(request, members_of(thread)) and thread.archived_at is None
    price = draft_of(take, [], {}).price if editing else ""
    viewer = viewer_of(request, take)
    context = below_context(viewer, take, foot_of(take), fixing.questions_for(viewer, take))
    return render(request, "review/_next_below.html", context | {"editing": editing, "price": price})


@require_POST
@signed_in
def note_fixed(request: Request, note_id: UUID) -> HttpResponse:
    """Fixed, or not yet."""
    shown = Take.objects.visible_to(request.user).filter(held_at=None)
    link = link_of(note_id, request.POST, shown)
    return answered(
        request, viewer_of(request, link.note.take), link, reverse("review:turn-notes", args=[link.turn_id])
    )


@require_GET
@signed_in
def turn_notes(request: Request, turn_id: UUID) -> HttpResponse:
    """The notes that a turn came from."""
    turn = turn_of(request, turn_id)
    links = NoteTurn.objects.filter(turn=turn).select_related("note__author", "note__guest", "note__take__turn")
    asked = _asked_about(request, take) if (take := _made(turn.pk)) else set()
    living = [link for link in links.order_by("note__start", "pk") if link.note.deleted_at is None]
    rows = [(link, Said.of(link.note), link.pk in asked) for link in living]
    return render(request, "review/turn_notes.html", {"turn": turn, "thread": turn.thread, "rows": rows})


def _asked_about(request: Request, take: Take) -> set[int]:
    return {each.link.pk for each in fixing.questions_for(viewer_of(request, take), take)}


def _made(turn: UUID) -> Take | None:
    takes = Take.objects.filter(turn=turn, trashed_at=None, held_at=None)
    return takes.select_related("turn__thread", "asset").first()


@require_GET
@never_cache
@signed_in
def thread_origins(request: Request, thread_id: UUID) -> HttpResponse:
    """For the cards of a thread: which turns came from notes, in words, and where those are."""
    thread = thread_of(request, thread_id)
    said: dict[str, Any] = {}
    for turn, count in fixing.counts_of(thread.pk).items():
        words = ngettext("from %(count)d note", "from %(count)d notes", count) % {"count": count}
        said[str(turn)] = {"words": words, "url": reverse("review:turn-notes", args=[turn])}
    return JsonResponse(said)


urlpatterns = [
    path("takes/<uuid:take_id>/review/next/", take_next, name="take-next"),
    path("takes/<uuid:take_id>/review/next-turn/", next_turn, name="next-turn"),
    path("notes/<uuid:note_id>/fixed/", note_fixed, name="note-fixed"),
    path("turns/<uuid:turn_id>/notes/", turn_notes, name="turn-notes"),
    path("threads/<uuid:thread_id>/origins/", thread_origins, name="thread-origins"),
]
