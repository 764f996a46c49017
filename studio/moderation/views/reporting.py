"""The small dialog in which somebody says that something should not be there: of the team, or a guest by a link."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from studio.moderation import actions
from studio.moderation.models import OFFENCES
from studio.moderation.reporting import LONGEST_WORDS
from studio.review.guests import Pass, viewer_of_guest
from studio.review.models import Note
from studio.review.views.guest import TooFast, frame_of, let_in, note_of_link, take_of_link
from studio.threads.forms import read_id
from studio.threads.models import Take, Turn
from studio.threads.views.access import Request, found, signed_in, take_of, turn_of


@dataclass(frozen=True)
class Dialog:
    """Who reports, where they come back to, what they are told happens next, and the page for those without scripts."""

    reporter: actions.Reporter
    back: str
    hint: str
    thanks: str
    page: dict[str, Any] = field(default_factory=dict)


def _for_member(request: Request, turn: Turn) -> Dialog:
    return Dialog(
        reporter=actions.Reporter(request.user),
        back=f"{reverse('threads:thread-detail', args=[turn.thread_id])}?at={turn.pk}",
        hint=_(
            "A moderator of this studio looks at it. Nothing is hidden before they have decided, and its author is not "
            "told who reported it."
        ),
        thanks=_("Thank you. A moderator will look at it; who reported it is not told."),
    )


def _for_guest(held: Pass, take: Take) -> Dialog:
    viewer = viewer_of_guest(held)
    return Dialog(
        reporter=actions.Reporter(guest=viewer.name),
        back=viewer.links.to("take-review", take.pk),
        hint=_(
            "A moderator of this studio looks at it, not the team that sent you the link. They see your name and your "
            "words; the team is not told who reported it. Nothing is hidden before they have decided. If they decide "
            "against it, it goes from this page; you get no message, for the studio has no address of yours."
        ),
        thanks=_("Thank you. A moderator will look at it. If they decide against it, it goes from this page."),
        page={"shell": "review/share_base.html", **frame_of(held, viewer)},
    )


@require_http_methods(["GET", "POST"])
@signed_in
def report_take(request: Request, take_id: UUID) -> HttpResponse:
    take = take_of(request, take_id)
    return _report(request, _for_member(request, take.turn), take, _name_of(take), [])


@require_http_methods(["GET", "POST"])
@signed_in
def report_turn(request: Request, turn_id: UUID) -> HttpResponse:
    """From a turn's menu: its take, or whichever of several is chosen; where there are none, its words."""
    turn = turn_of(request, turn_id)
    takes = list(Take.objects.visible_to(request.user).filter(turn=turn).order_by("number"))
    chosen = next((each for each in takes if each.pk == read_id(request.POST.get("take", ""))), None)
    thing = chosen or (takes[0] if takes else turn)
    name = _("Turn %(turn)d") % {"turn": turn.number}
    return _report(request, _for_member(request, turn), thing, name, takes if len(takes) > 1 else [])


@require_http_methods(["GET", "POST"])
@signed_in
def report_note(request: Request, note_id: UUID) -> HttpResponse:
    takes = Take.objects.visible_to(request.user)
    rows = Note.objects.filter(pk=note_id, deleted_at=None, take__in=takes)
    note = found(rows.select_related("take__turn__thread", "author").first())
    return _report(request, _for_member(request, note.take.turn), note, _name_of(note), [])


@require_http_methods(["GET", "POST"])
@let_in
def share_report_take(request: HttpRequest, held: Pass, take_id: UUID) -> HttpResponse:
    take = take_of_link(held, take_id)
    _ensure_calm(request, held)
    return _report(request, _for_guest(held, take), take, _name_of(take), [])


@require_http_methods(["GET", "POST"])
@let_in
def share_report_note(request: HttpRequest, held: Pass, note_id: UUID) -> HttpResponse:
    note = note_of_link(held, note_id)
    if note.deleted_at:
        raise Http404
    _ensure_calm(request, held)
    return _report(request, _for_guest(held, note.take), note, _name_of(note), [])


def _ensure_calm(request: HttpRequest, held: Pass) -> None:
    """Names are free, and each counts: so what is sent is counted by address and by link. Raises TooFast."""
    if request.method == "POST" and not ratelimit.consume(request, action="share_report", key=str(held.link.pk)):
        raise TooFast(_("A lot was reported by this link in a short time. This was not sent: wait some minutes."))


def _name_of(thing: Take | Note) -> str:
    if isinstance(thing, Note):
        return _("A note on turn %(turn)d") % {"turn": thing.take.turn.number}
    return _("Turn %(turn)d, take %(take)d") % {"turn": thing.turn.number, "take": thing.number}


def _report(
    request: HttpRequest, dialog: Dialog, thing: Take | Turn | Note, name: str, takes: list[Take]
) -> HttpResponse:
    context: dict[str, Any] = {
        "shell": "base.html",
        "name": name,
        "takes": takes,
        "grounds": OFFENCES,
        "most": LONGEST_WORDS,
        "ground": request.POST.get("ground", ""),
        "words": request.POST.get("words", ""),
        "chosen": request.POST.get("take", "") or (str(takes[0].pk) if takes else ""),
        "address": request.path,
        "problem": None,
        "back": dialog.back,
        "hint": dialog.hint,
    } | dialog.page
    if request.method != "POST":
        return _answer(request, context)
    try:
        actions.report(dialog.reporter, thing, context["ground"], context["words"])
    except actions.AlreadyReported as error:
        return _thanks(request, error.sentence, dialog.back)
    except actions.Refused as error:
        return _answer(request, context | {"problem": error}, 422)
    return _thanks(request, dialog.thanks, dialog.back)


def _answer(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    part = "#report-form" if request.headers.get("HX-Request") else ""
    return render(request, f"moderation/report.html{part}", context, status=status)


def _thanks(request: HttpRequest, sentence: str, back: str) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        messages.success(request, sentence)
        return redirect(back)
    response = HttpResponse(status=204)
    trigger_client_event(response, "report:done", {})
    return trigger_client_event(response, "toast:show", {"text": sentence, "state": "ok"})
