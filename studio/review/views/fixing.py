"""What stands below the notes, and "Fixed in turn 7?": the same for people of the team and for guests."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from studio.review import fixing
from studio.review.fixing import Question
from studio.review.models import NoteTurn
from studio.review.page import foot_take
from studio.review.viewers import Viewer
from studio.threads.actions import ActionRefused
from studio.threads.forms import read_id
from studio.threads.models import Take
from studio.threads.views.access import found, refusal


def below_context(viewer: Viewer, take: Take, foot: Sequence[Take], questions: list[Question]) -> dict[str, Any]:
    """The context of review/_next_below.html, which brings the takes along the foot up to date as well."""
    shown = [foot_take(viewer, each, take) for each in foot]
    return {"take": take, "viewer": viewer, "foot": shown, "questions": questions, "anew": True}


def link_of(note: UUID, form: QueryDict, shown: QuerySet[Take]) -> NoteTurn:
    """The note and the turn that is asked about. `shown`: the takes whose notes may be answered; else it is 404."""
    links = NoteTurn.objects.filter(note=note, turn=read_id(form.get("turn")), note__deleted_at=None)
    theirs = links.filter(note__take__in=shown).select_related("turn", "note__take__turn__thread__team")
    return found(theirs.first())


def answered(request: HttpRequest, viewer: Viewer, link: NoteTurn, back: str) -> HttpResponse:
    """Fixed, or not yet. `back` is where those without scripts come out."""
    said = request.POST.get("answer", "")
    if said not in (NoteTurn.Answer.FIXED, NoteTurn.Answer.NOT_YET):
        return refusal(_("Say whether it is fixed: yes or not yet. Nothing was saved."), 422)
    try:
        fixing.answer(viewer, link, NoteTurn.Answer(said))
    except ActionRefused as error:
        return refusal(error.sentence, 409)
    if not request.headers.get("HX-Request"):
        return redirect(back)
    return trigger_client_event(HttpResponse(status=204), "next:answered", {"note": str(link.note_id), "answer": said})
