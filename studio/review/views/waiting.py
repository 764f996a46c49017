"""What waits for the person: a strip on the first page, and a count in the bar of every page."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from studio.media.addresses import urls
from studio.review.cards import NoteCard
from studio.review.waiting import MOST, notes_of, requests_for, shown_notes, shown_requests
from studio.threads.cards.parts import label_of
from studio.threads.views.access import Request, signed_in


@require_GET
@never_cache
@signed_in
def waiting(request: Request) -> HttpResponse:
    """Takes to review and open notes; their numbers are right also where not all are listed."""
    if not request.headers.get("HX-Request"):
        return redirect("threads:library")
    requests, notes = shown_requests(request.user), shown_notes(request.user)
    context = {
        "requests": [
            {
                "url": reverse("review:take-review", args=[each.take_id]),
                "title": str(each.take.turn.thread),
                "take": label_of(each.take.turn.number, each.take.number),
                "who": each.asked_by,
                "at": each.asked_at,
                "poster": urls(each.take.asset)["poster"],
            }
            for each in requests
        ],
        "notes": [
            {
                "url": f"{reverse('review:take-review', args=[each.take_id])}#note-{each.pk}",
                "title": str(each.take.turn.thread),
                "card": NoteCard(each, (), each.take.asset.fps),
            }
            for each in notes
        ],
        "request_count": len(requests) if len(requests) < MOST else requests_for(request.user).count(),
        "note_count": len(notes) if len(notes) < MOST else notes_of(request.user).count(),
    }
    return render(request, "review/_waiting.html", context)


@require_GET
@never_cache
@signed_in
def waiting_count(request: Request) -> HttpResponse:
    return render(request, "review/_waiting_count.html", {"count": requests_for(request.user).count()})
