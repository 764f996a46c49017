"""What people are told about decisions that concern them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from studio.moderation.models import Case, Outcome, Strike
from studio.threads.views.access import Request, signed_in, turn_of

SHOWN = 50


@require_GET
@signed_in
def notices(request: Request) -> HttpResponse:
    """Decisions about what the person made, the newest first, and strikes that still count."""
    rows = Case.objects.filter(person=request.user, applied_at__isnull=False)
    decided = rows.select_related("thread", "turn", "take").order_by("-decided_at")[:SHOWN]
    strikes = Strike.objects.filter(person=request.user, expires_at__gt=timezone.now()).order_by("expires_at")
    return render(request, "moderation/notices.html", {"cases": decided, "strikes": strikes, "place": "notices"})


@require_GET
@signed_in
def turn_notice(request: Request, turn_id: UUID) -> HttpResponse:
    """What a moderator says about the author's own turn, for its card. Empty for everybody else."""
    turn = turn_of(request, turn_id)
    case = None
    if turn.author_id == request.user.pk:
        rows = Case.objects.filter(turn=turn, applied_at__isnull=False, note_id=None).exclude(outcome=Outcome.RELEASED)
        case = rows.order_by("-applied_at").first()
    return render(request, "moderation/_notice.html", {"case": case})
