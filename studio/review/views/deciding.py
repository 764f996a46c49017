"""Approving, asking for changes, finishing, and asking people to review."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from studio.accounts.models import User
from studio.review import actions
from studio.review.actions import Seen
from studio.review.models import Choice
from studio.review.views.access import answering, done, reviewed_take
from studio.threads.forms import read_number
from studio.threads.models import Take
from studio.threads.views.access import Request


@require_POST
@answering
def take_decide(request: Request, take_id: UUID) -> HttpResponse:
    take = reviewed_take(request, take_id, gone=True)
    try:
        choice = Choice(request.POST.get("choice", ""))
    except ValueError as error:
        raise Http404 from error
    resolves = request.POST.get("resolve", "") == "1"
    actions.decide(request.user, take, choice, Seen.read(request.POST.get("seen", "")), resolves=resolves)
    return done(request, take, _kept(take, choice))


def _kept(take: Take, choice: Choice) -> str:
    still = actions.open_notes(take).count() if choice == Choice.APPROVE else 0
    if not still:
        return _("Your decision is kept.")
    return ngettext(
        "Your decision is kept. %(count)d note is still open.",
        "Your decision is kept. %(count)d notes are still open.",
        still,
    ) % {"count": still}


@require_POST
@answering
def take_finish(request: Request, take_id: UUID) -> HttpResponse:
    take = reviewed_take(request, take_id, gone=True)
    actions.finish_review(request.user, take, request.POST.get("finished", "1") == "1")
    return done(request, take, _("You have finished reviewing this take. You can still come back to it."))


@require_POST
@answering
def take_ask(request: Request, take_id: UUID) -> HttpResponse:
    take = reviewed_take(request, take_id, gone=True)
    wanted = [read_number(each, 0) for each in request.POST.getlist("reviewer")]  # 0 is nobody
    people = list(User.objects.filter(pk__in=wanted, memberships__team=take.turn.thread.team_id))
    actions.ask_for_review(request.user, take, people)
    return done(request, take, _("They have been asked, and find it on their first page."))
