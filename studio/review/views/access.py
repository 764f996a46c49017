"""Which take or note somebody of a team may see, and as whom they look."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from studio.accounts.models import Membership
from studio.review.actions import ReviewError
from studio.review.models import Note
from studio.review.viewers import Viewer, viewer_of_member
from studio.threads.models import Take
from studio.threads.views.access import Request, Rest, View, refusal, signed_in

LOADED = "turn__thread__team"


def reviewed_take(request: Request, take_id: UUID, *, gone: bool = False) -> Take:
    """Not what is in the trash or held back, for there is nothing to see; `gone`: those too. A stranger gets 404."""
    takes = Take.objects.visible_to(request.user).filter(held_at=None)
    if gone:
        takes = Take.objects.filter(turn__thread__team__memberships__user=request.user)
    take = takes.filter(pk=take_id).select_related(LOADED, "asset").first()
    if take is None:
        raise Http404
    return take


def reviewed_note(request: Request, note_id: UUID) -> Note:
    note = (
        Note.objects.filter(
            pk=note_id,
            take__trashed_at=None,
            take__held_at=None,
            take__turn__trashed_at=None,
            take__turn__thread__trashed_at=None,
            take__turn__thread__team__memberships__user=request.user,
        )
        .select_related(f"take__{LOADED}", "take__asset", "author", "guest", "parent")
        .first()
    )
    if note is None:
        raise Http404
    return note


def viewer_of(request: Request, take: Take) -> Viewer:
    membership = Membership.objects.filter(team=take.turn.thread.team_id, user=request.user).first()
    if membership is None:
        raise Http404
    return viewer_of_member(request.user, membership)


def answering(view: View[Rest]) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """What the actions refuse becomes a sentence: as a toast, or as a page for those without scripts."""

    @signed_in
    @wraps(view)
    def wrapper(request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ReviewError as error:
            return refused(request, error)

    return wrapper


def refused(request: HttpRequest, error: ReviewError) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return refusal(error.sentence, error.status)
    return HttpResponse(
        f"{error.sentence}\n\n{_('Go back in your browser: what you wrote is still there.')}",
        status=error.status,
        content_type="text/plain; charset=utf-8",
    )


def done(request: HttpRequest, take: Take, sentence: str = "") -> HttpResponse:
    """Scripts hear the rest from the event; without them the page comes anew."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    if sentence:
        messages.success(request, sentence)
    return redirect("review:take-review", take.pk)
