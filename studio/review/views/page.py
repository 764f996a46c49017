"""The review page of a take, and the fragments of it that change while it is open."""

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_safe

from studio.accounts.models import Membership
from studio.live.models import Stream
from studio.review.actions import Seen, count_notes
from studio.review.models import Decision
from studio.review.page import STATE_LOOKS, able_reviewers, page_of, reviewers_of, stage_of, thread_take
from studio.review.viewers import Viewer, viewer_of_member
from studio.review.views.access import reviewed_take, viewer_of
from studio.threads.cards.parts import label_of
from studio.threads.forms import read_id
from studio.threads.models import Take
from studio.threads.views.access import Request, members_of, signed_in, thread_of


@require_safe
@gzip_page
@signed_in
def take_review(request: Request, take_id: UUID) -> HttpResponse:
    take = reviewed_take(request, take_id, gone=True)
    if not Take.objects.visible_to(request.user).filter(pk=take.pk, held_at=None).exists():
        return _gone(request, take)
    members = members_of(take.turn.thread)
    viewer = _viewer(request, members)
    number = Stream.objects.filter(name=take.turn.thread.stream).values_list("number", flat=True).first()
    context = bar_context(request, viewer, take, members) | page_of(viewer, take)
    context |= {
        "people_data": [{"name": each.user.display_name, "initials": each.user.initials} for each in members],
        "live_url": f"/ws/threads/{take.turn.thread_id}/",
        "live_since": json.dumps({take.turn.thread.stream: number or 0}),
    }
    response = render(request, "review/take.html", context)
    response["Cache-Control"] = "private, no-cache"
    return response


def _gone(request: Request, take: Take) -> HttpResponse:
    """A page that was open shows nothing of it any more, and waits in case it comes back."""
    thread = take.turn.thread
    number = Stream.objects.filter(name=thread.stream).values_list("number", flat=True).first()
    context = {
        "take": take,
        "label": label_of(take.turn.number, take.number),
        "thread": None if thread.trashed_at else thread,
        "live_url": f"/ws/threads/{thread.pk}/",
        "live_since": json.dumps({thread.stream: number or 0}),
    }
    response = render(request, "review/gone.html", context, status=410)
    response["Cache-Control"] = "no-store"
    return response


def bar_context(request: Request, viewer: Viewer, take: Take, members: list[Membership]) -> dict[str, Any]:
    """Who has said what, and what the person can do about it: the context of review/_verdicts.html."""
    reviewers = reviewers_of(take, members)
    waited_for = {each.user.pk for each in reviewers if each.state == "asked"}
    decision = Decision.objects.filter(take=take, reviewer=request.user).first()
    return {
        "viewer": viewer,
        "take": take,
        "thread": take.turn.thread,
        "state": STATE_LOOKS[take.turn.thread.review_state],
        "reviewers": reviewers,
        "askable": [(user, user.pk in waited_for) for user in able_reviewers(members)] if viewer.may_ask else [],
        "choice": decision.choice if decision else "",
        "has_finished": bool(decision and decision.finished_at),
    }


def _viewer(request: Request, members: list[Membership]) -> Viewer:
    membership = next((each for each in members if each.user_id == request.user.pk), None)
    if membership is None:
        raise Http404
    return viewer_of_member(request.user, membership)


@require_GET
@signed_in
def take_verdicts(request: Request, take_id: UUID) -> HttpResponse:
    """State, reviewers and buttons as they are now."""
    take = reviewed_take(request, take_id)
    members = members_of(take.turn.thread)
    viewer = _viewer(request, members)
    context = bar_context(request, viewer, take, members) | {"seen": Seen.of(take, count_notes(take))}
    return render(request, "review/_bar_parts.html", context)


@require_GET
@signed_in
def take_address(request: Request, take_id: UUID) -> HttpResponse:
    """Fresh signed addresses, for a player whose own have run out."""
    take = reviewed_take(request, take_id)
    response = JsonResponse(stage_of(viewer_of(request, take), take))
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@signed_in
def thread_review(request: Request, thread_id: UUID) -> HttpResponse:
    """The review of the named take, else of the one that comes first; where there is none yet, the thread itself."""
    take = thread_take(thread_of(request, thread_id), read_id(request.GET.get("take")))
    if take is None:
        return redirect("threads:thread-detail", thread_id)
    return redirect("review:take-review", take.pk)
