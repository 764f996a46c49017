"""Notes by people of the team. What a form holds is read here; guests' pages use the same readers."""

from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from studio.review import actions
from studio.review.actions import ReviewRefused, Words
from studio.review.cards import card_of, cards_of, rendered
from studio.review.drawings import read_drawing
from studio.review.models import Note
from studio.review.page import notes_context
from studio.review.views.access import answering, done, reviewed_note, reviewed_take, viewer_of
from studio.threads.forms import read_id
from studio.threads.models import Take
from studio.threads.views.access import Request

ACTS = {
    "delete": actions.delete_note,
    "resolve": actions.resolve_note,
    "reopen": actions.reopen_note,
}


def read_words(form: QueryDict) -> Words:
    """Raises ReviewRefused."""
    return Words(
        text=form.get("text", ""),
        start=read_seconds(form.get("start", "")),
        end=read_seconds(form.get("end", "")),
        drawing=read_drawing(form.get("drawing", "")),
        is_internal=form.get("internal") == "1",
    )


def read_seconds(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError as error:
        raise ReviewRefused(_("The time of this note cannot be read. Nothing was saved; choose it again.")) from error


def parent_of(form: QueryDict, take: Take) -> Note | None:
    """The note that is replied to."""
    if not form.get("parent"):
        return None
    wanted = read_id(form["parent"])
    found = Note.objects.filter(pk=wanted, take=take).select_related("parent").first() if wanted else None
    if found is None or (found.deleted_at and found.parent_id):
        raise ReviewRefused(_("The note you reply to is no longer there. Your words were not saved; write a new note."))
    return found


def card_answer(note: Note) -> HttpResponse:
    """The card as it is now, which the script puts in its place; empty where nothing of it is left."""
    card = card_of(note)
    response = HttpResponse(rendered(card) if card else "")
    response["X-Note"] = str(note.parent_id or note.pk)
    return response


@require_GET
@answering
def take_notes(request: Request, take_id: UUID) -> HttpResponse:
    """The column anew: after a lost connection, and while there is none."""
    take = reviewed_take(request, take_id)
    viewer = viewer_of(request, take)
    notes = cards_of(take, internal=viewer.sees_internal)
    return render(request, "review/_notes.html", notes_context(viewer, take, notes))


@require_POST
@answering
def note_create(request: Request, take_id: UUID) -> HttpResponse:
    take = reviewed_take(request, take_id, gone=True)
    viewer = viewer_of(request, take)
    words, parent = read_words(request.POST), parent_of(request.POST, take)
    note = actions.add_note(viewer, take, words, token=read_id(request.POST.get("token")), parent=parent)
    if not request.headers.get("HX-Request"):
        return done(request, take, _("Your note is posted."))
    return card_answer(note)


@require_GET
@answering
def note_detail(request: Request, note_id: UUID) -> HttpResponse:
    note = reviewed_note(request, note_id)
    if card_of(note) is None:
        raise Http404
    return card_answer(note)


@require_POST
@answering
def note_edit(request: Request, note_id: UUID) -> HttpResponse:
    note = reviewed_note(request, note_id)
    actions.edit_note(viewer_of(request, note.take), note, request.POST.get("text", ""))
    return card_answer(note)


@require_POST
@answering
def note_act(request: Request, note_id: UUID, act: str) -> HttpResponse:
    """Delete, resolve or reopen."""
    note = reviewed_note(request, note_id)
    ACTS[act](viewer_of(request, note.take), note)
    return card_answer(note)
