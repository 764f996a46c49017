"""The pages of guests, under /s/<token>/: the password, the name, and the takes with their notes.

Each request asks anew whether the link opens what is asked for. Nothing here needs an account.
"""

import json
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate
from uuid import UUID, uuid4

from allauth.core import ratelimit
from django.contrib.auth.hashers import check_password
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from studio.live.models import Stream
from studio.review import actions, fixing, guests, shares
from studio.review.actions import ReviewError
from studio.review.cards import cards_of
from studio.review.guests import Pass
from studio.review.models import Note
from studio.review.page import foot_take, notes_context, page_of, stage_of
from studio.review.share_forms import NameForm, PasswordForm
from studio.review.viewers import ANY, Viewer
from studio.review.views.fixing import answered, below_context, link_of
from studio.review.views.notes import card_answer, parent_of, read_words
from studio.threads.cards.parts import label_of
from studio.threads.forms import read_id
from studio.threads.models import Take
from studio.threads.views.access import found, refusal

View = Callable[..., HttpResponse]
GuestView = Callable[Concatenate[HttpRequest, Pass, ...], HttpResponse]


def by_link(view: GuestView) -> View:
    """Asks whether the link opens anything, and says why not: as a page, or as a toast to scripts."""

    @wraps(view)
    @never_cache
    def wrapper(request: HttpRequest, token: str, **ids: UUID) -> HttpResponse:
        try:
            return view(request, guests.pass_of(shares.find(token), request.COOKIES), **ids)
        except shares.ShareClosed as error:
            return _closed(request, error)

    return wrapper


def let_in(view: GuestView) -> View:
    """Only with password and name, where the link wants them; what the actions refuse becomes a sentence."""

    @by_link
    @wraps(view)
    def wrapper(request: HttpRequest, held: Pass, **ids: UUID) -> HttpResponse:
        if held.missing:
            return _ask(request, held)
        try:
            return view(request, held, **ids)
        except ReviewError as error:
            return _refused(request, held, error.sentence, error.status)
        except PermissionDenied as error:
            return _refused(request, held, str(error), 403)

    return wrapper


def _closed(request: HttpRequest, error: shares.ShareClosed) -> HttpResponse:
    if request.headers.get("HX-Request") and request.method == "POST":
        return refusal(f"{error} {_('What you wrote is still in the box: copy it.')}", error.status)
    heading = _("This link opens nothing")
    context = {"heading": heading, "sentence": str(error), "written": request.POST.get("text", "")[:5000]}
    return render(request, "review/share_closed.html", context, status=error.status)


def _ask(
    request: HttpRequest, held: Pass, form: PasswordForm | NameForm | None = None, status: int = 0
) -> HttpResponse:
    """The page that asks for what is still missing. A script that came too early is told to show it."""
    if request.headers.get("HX-Request"):
        response = refusal(_("Open the link again first. Nothing is lost."), 401)
        response["HX-Redirect"] = shares.path_of(held.link)
        return response
    blank: PasswordForm | NameForm = PasswordForm() if held.missing == "password" else NameForm()
    context = {
        "link": held.link,
        "token": shares.token_of(held.link),
        "form": form or blank,
        "from_another": held.from_another,
        "written": request.POST.get("text", "")[:5000],
    }
    status = status or (200 if request.method == "GET" else 401)
    return render(request, f"review/share_{held.missing}.html", context, status=status)


def _refused(request: HttpRequest, held: Pass, sentence: str, status: int) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return refusal(sentence, status)
    context = {
        "sentence": sentence,
        "written": (request.POST.get("text") or request.POST.get("words", ""))[:5000],
        "back": shares.path_of(held.link),
    }
    return render(request, "review/share_refused.html", context, status=status)


@require_GET
@let_in
def share_open(request: HttpRequest, held: Pass) -> HttpResponse:
    """The newest take that the link shows."""
    newest = shares.takes_of(held.link).order_by("-turn__number", "-picked_at", "number").first()
    if newest is None:
        context = frame_of(held, guests.viewer_of_guest(held))
        return render(request, "review/share_empty.html", context)
    return _review(request, held, newest.pk)


@require_GET
@let_in
def take_review(request: HttpRequest, held: Pass, take_id: UUID) -> HttpResponse:
    return _review(request, held, take_id)


def _review(request: HttpRequest, held: Pass, take_id: UUID) -> HttpResponse:
    guests.was_here(held)
    viewer = guests.viewer_of_guest(held)
    rows = shares.takes_of(held.link).select_related("turn__thread__team", "asset").prefetch_related("asset__derived")
    takes = list(rows)
    take = next((each for each in takes if each.pk == take_id), None)
    if take is None:
        return _not_here(request, shares.path_of(held.link) if takes else "")
    context = frame_of(held, viewer) | page_of(viewer, take, only=[each.pk for each in takes])
    context |= {
        "label": label_of(take.turn.number, take.number),
        "prompt": take.turn.prompt if viewer.sees_prompts else "",
        "foot": [foot_take(viewer, each, take) for each in takes],
        "people_data": [],
        "own_address": viewer.links.to("take-review", take.pk),
        "report_take": _report_url(held, "take", take.pk),
        "report_note": _report_url(held, "note", ANY),
        "note_create_url": viewer.links.to("note-create", take.pk),
        "token": uuid4(),
    }
    if viewer.may_download:
        context["download"] = f"{guests.media_path(shares.token_of(held.link), take.asset)}?download=1"
    return render(request, "review/share_take.html", context)


def _not_here(request: HttpRequest, back: str) -> HttpResponse:
    heading, sentence = _("This take is not here now"), _("It was deleted or is held back for a check.")
    context = {"heading": heading, "sentence": sentence, "back": back}
    return render(request, "review/share_closed.html", context, status=410)


def _report_url(held: Pass, kind: str, row: UUID) -> str:
    """By name alone: moderation is above."""
    return reverse(f"moderation:share-report-{kind}", args=[shares.token_of(held.link), row])


def frame_of(held: Pass, viewer: Viewer) -> dict[str, Any]:
    """What every page with a live socket has."""
    link, token = held.link, shares.token_of(held.link)
    stream = f"guests-{link.thread_id}"
    number = Stream.objects.filter(name=stream).values_list("number", flat=True).first()
    return {
        "viewer": viewer,
        "link": link,
        "thread": link.thread,
        "shown_title": shares.title_of(link),
        "live_url": f"/ws/share/{token}/",
        "live_since": json.dumps({stream: number or 0}),
    }


@require_GET
@let_in
def take_address(request: HttpRequest, held: Pass, take_id: UUID) -> HttpResponse:
    """What the player needs, anew: pictures may have been made meanwhile."""
    return JsonResponse(stage_of(guests.viewer_of_guest(held), take_of_link(held, take_id)))


@require_GET
@let_in
def take_notes(request: HttpRequest, held: Pass, take_id: UUID) -> HttpResponse:
    viewer, take = guests.viewer_of_guest(held), take_of_link(held, take_id)
    return render(request, "review/_notes.html", notes_context(viewer, take, cards_of(take, internal=False)))


@sensitive_post_parameters("password")
@require_POST
@by_link
def share_password(request: HttpRequest, held: Pass) -> HttpResponse:
    """Wrong tries are counted per address and per link, so that nobody can guess for long. Right ones are not."""
    if held.missing != "password":
        return redirect(shares.path_of(held.link))
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _ask(request, held, form, 422)
    tries = partial(ratelimit.consume, request, action="share_password", key=str(held.link.pk))
    if not tries(dry_run=True):
        form.add_error("password", _("Too many tries. For safety, wait ten minutes and try again; nothing is lost."))
        return _ask(request, held, form, 429)
    if not check_password(form.cleaned_data["password"], held.link.password):
        tries()
        form.add_error("password", _("That is not the password. Ask whoever sent you the link."))
        return _ask(request, held, form, 422)
    response = redirect(shares.path_of(held.link))
    guests.let_in(response, held.link)
    return response


@require_POST
@by_link
def share_name(request: HttpRequest, held: Pass) -> HttpResponse:
    if held.missing != "name":
        return redirect(shares.path_of(held.link))
    form = NameForm(request.POST)
    if not form.is_valid():
        return _ask(request, held, form, 422)
    if not ratelimit.consume(request, action="share_name", key=str(held.link.pk)):
        form.add_error("name", _("Too many guests came at once. Wait a minute and try again; nothing is lost."))
        return _ask(request, held, form, 429)
    response = redirect(shares.path_of(held.link))
    guests.let_in(response, held.link, guests.welcome(held.link, form.cleaned_data["name"]))
    return response


@require_POST
@let_in
def note_create(request: HttpRequest, held: Pass, take_id: UUID) -> HttpResponse:
    viewer, take = guests.viewer_of_guest(held), take_of_link(held, take_id)
    words, parent = read_words(request.POST), parent_of(request.POST, take)
    if parent is not None and parent.is_internal:
        raise Http404
    _ensure_calm(request, held)
    note = actions.add_note(viewer, take, words, token=read_id(request.POST.get("token")), parent=parent)
    return _note_answer(request, viewer, note)


@require_GET
@let_in
def note_detail(request: HttpRequest, held: Pass, note_id: UUID) -> HttpResponse:
    return card_answer(note_of_link(held, note_id))


@require_POST
@let_in
def note_edit(request: HttpRequest, held: Pass, note_id: UUID) -> HttpResponse:
    note, viewer = note_of_link(held, note_id), guests.viewer_of_guest(held)
    _ensure_may_note(viewer)
    _ensure_calm(request, held)
    actions.edit_note(viewer, note, request.POST.get("text", ""))
    return _note_answer(request, viewer, note)


@require_POST
@let_in
def note_delete(request: HttpRequest, held: Pass, note_id: UUID) -> HttpResponse:
    note, viewer = note_of_link(held, note_id), guests.viewer_of_guest(held)
    _ensure_may_note(viewer)
    actions.delete_note(viewer, note)
    return _note_answer(request, viewer, note)


@require_GET
@let_in
def take_next(request: HttpRequest, held: Pass, take_id: UUID) -> HttpResponse:
    """What this guest is asked about their notes, and the takes along the foot."""
    viewer, take, shown = guests.viewer_of_guest(held), take_of_link(held, take_id), shares.takes_of(held.link)
    takes = list(shown.select_related("turn", "asset").prefetch_related("asset__derived"))
    context = below_context(viewer, take, takes, fixing.questions_for(viewer, take, shown))
    return render(request, "review/_next_below.html", context)


@require_POST
@let_in
def note_fixed(request: HttpRequest, held: Pass, note_id: UUID) -> HttpResponse:
    viewer, note = guests.viewer_of_guest(held), note_of_link(held, note_id)
    _ensure_may_note(viewer)
    link = link_of(note.pk, request.POST, shares.takes_of(held.link).order_by())
    return answered(request, viewer, link, viewer.links.to("take-review", note.take_id))


@require_POST
@let_in
def note_settle(request: HttpRequest, held: Pass, note_id: UUID) -> HttpResponse:
    """Resolving and reopening is the team's."""
    note_of_link(held, note_id)
    raise PermissionDenied(_("Only the team resolves and reopens notes. You can reply to this one."))


def _note_answer(request: HttpRequest, viewer: Viewer, note: Note) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return card_answer(note)
    return redirect(viewer.links.to("take-review", note.take_id))


def take_of_link(held: Pass, take_id: UUID) -> Take:
    rows = shares.takes_of(held.link).select_related("turn__thread__team", "asset").prefetch_related("asset__derived")
    return found(rows.filter(pk=take_id).first())


def note_of_link(held: Pass, note_id: UUID) -> Note:
    rows = Note.objects.filter(pk=note_id, is_internal=False, take__in=shares.takes_of(held.link).order_by())
    return found(rows.select_related("take__turn__thread__team", "take__asset", "author", "guest", "parent").first())


def _ensure_may_note(viewer: Viewer) -> None:
    if not viewer.may_note:
        raise PermissionDenied(_("This link lets you look, but not write notes. Ask whoever sent it to you."))


def _ensure_calm(request: HttpRequest, held: Pass) -> None:
    """Raises ReviewError where one guest writes more than people do, or all of a link together: names cost nothing."""
    link = str(held.link.pk)
    if not ratelimit.consume(request, action="share_note", key=str(held.guest.pk) if held.guest else link):
        raise TooFast(
            _("That is a lot of notes at once. This one was not saved and is still in the box: wait some minutes.")
        )
    if not ratelimit.consume(request, action="share_link_note", key=link):
        raise TooFast(
            _("The guests of this link write a lot at once. This note was not saved and is still in the box: wait.")
        )


class TooFast(ReviewError):
    status = 429
