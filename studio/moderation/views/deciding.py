"""Deciding about a case, and taking that back."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from studio.moderation import actions
from studio.moderation.access import moderators_only
from studio.moderation.deciding import UNDO
from studio.moderation.views.queue import case_of, outdated, show, show_next
from studio.threads.forms import read_number
from studio.threads.views.access import Request


@require_POST
@moderators_only
def case_decide(request: Request, case_id: UUID) -> HttpResponse:
    case_of(case_id)
    wish = actions.Wish(
        outcome=request.POST.get("outcome", ""),
        ground=request.POST.get("ground", ""),
        message=request.POST.get("message", ""),
        version=read_number(request.POST.get("version"), -1),
    )
    try:
        case = actions.decide(request.user, case_id, wish)
    except actions.Outdated as error:
        return outdated(request, case_id, error)
    except actions.Refused as error:
        return show(request, case_id, 422, problem=error, ground=wish.ground, message=wish.message)
    if not request.headers.get("HX-Request"):
        return redirect("moderation:queue")
    sentence = _("%(outcome)s. It takes effect in %(seconds)d seconds.") % {
        "outcome": case.get_outcome_display(),
        "seconds": UNDO.total_seconds(),
    }
    undo = {"label": _("Undo (U)"), "event": "queue:undo", "detail": {}}
    response = show_next(request, case)
    trigger_client_event(response, "toast:show", {"text": sentence, "state": "ok", "action": undo})
    return trigger_client_event(response, "queue:decided", {"undo": reverse("moderation:case-undo", args=[case_id])})


@require_POST
@moderators_only
def case_undo(request: Request, case_id: UUID) -> HttpResponse:
    case_of(case_id)
    try:
        actions.undo(request.user, case_id)
    except actions.Outdated as error:
        return outdated(request, case_id, error)
    response = show(request, case_id)
    sentence = _("Undone. The case is open, and yours.")
    return trigger_client_event(response, "toast:show", {"text": sentence, "state": "ok"})
