"""The queue: one page, its list, and one case at a time."""

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from studio.live.models import Stream
from studio.moderation import actions, listing, wording
from studio.moderation.access import moderators_only
from studio.moderation.gathering import gather
from studio.moderation.item import open_case
from studio.moderation.models import OFFENCES, Case
from studio.moderation.news import STREAM
from studio.threads.forms import read_id, read_number
from studio.threads.views.access import Request


def tab_of(request: Request) -> str:
    tab = request.GET.get("tab", "") or request.POST.get("tab", "")
    return tab if tab in listing.TABS else ""


def list_context(request: Request) -> dict[str, Any]:
    tab = tab_of(request)
    shown = min(read_number(request.GET.get("shown"), listing.PAGE), 2_000)
    standing = listing.standing(request.user, tab)
    rows = listing.rows_of(tab, shown)
    count = next(each.count for each in standing.tabs if each.is_current)
    more = min(listing.PAGE, count - len(rows))
    current = read_id(request.GET.get("case", ""))
    context = {"tab": tab, "standing": standing, "rows": rows, "more": max(0, more), "shown": len(rows) + listing.PAGE}
    return context | {"current": current}


@require_GET
@moderators_only
def queue(request: Request) -> HttpResponse:
    number = Stream.objects.filter(name=STREAM).values_list("number", flat=True).first() or 0
    gather()
    context = list_context(request)
    asked: UUID | None = context["current"]
    current = asked or (context["rows"][0].case.pk if context["rows"] else None)
    item = item_context(request, asked) if asked else {"item": None}
    if current is None:
        item |= clear_context()
    return render(
        request,
        "moderation/queue.html",
        context
        | item
        | {
            "place": "moderation",
            "current": current,
            "first_url": reverse("moderation:case-detail", args=[current]) if current and not asked else "",
            "live_url": "/ws/moderation/",
            "live_since": json.dumps({STREAM: number}),
            "messages_by_ground": wording.by_ground(),
        },
    )


@require_GET
@moderators_only
def case_list(request: Request) -> HttpResponse:
    gather()
    return render(request, "moderation/_list.html", list_context(request))


@require_GET
@moderators_only
def case_detail(request: Request, case_id: UUID) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('moderation:queue')}?case={case_id}")
    return show(request, case_id)


@require_POST
@moderators_only
def case_claim(request: Request, case_id: UUID) -> HttpResponse:
    case = case_of(case_id)
    try:
        actions.claim(request.user, case)
    except actions.Outdated as error:
        response = outdated(request, case_id, error)
        response["HX-Retarget"], response["HX-Reswap"] = "#item", "innerHTML"
        return response
    item = item_context(request, case_id)
    return render(request, "moderation/_item.html#claim", item)


@require_POST
@moderators_only
def case_leave(request: Request, case_id: UUID) -> HttpResponse:
    actions.leave(request.user, case_of(case_id))
    return HttpResponse(status=204)


def case_of(case_id: UUID, rows: QuerySet[Case] | None = None) -> Case:
    found = (rows if rows is not None else Case.objects.all()).filter(pk=case_id).first()
    if found is None:
        raise Http404
    return found


def clear_context() -> dict[str, Any]:
    """For a tab that is empty: what was decided last, and how many cases the other tabs hold."""
    decided = Case.objects.exclude(outcome="").select_related("decided_by").order_by("-decided_at")
    return {"last": decided.first(), "elsewhere": Case.objects.open().count()}


def item_context(request: Request, case_id: UUID) -> dict[str, Any]:
    item = open_case(request.user, case_id)
    if item is None:
        raise Http404
    ground = item.main_ground
    return {
        "item": item,
        "grounds": [(value, label, number) for number, (value, label) in enumerate(OFFENCES, 1)],
        "ground": ground,
        "message": wording.by_ground().get(ground, ""),
        "problem": None,
        "tab": tab_of(request),
    }


def show(request: Request, case_id: UUID, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "moderation/_item.html", item_context(request, case_id) | more, status=status)


def show_next(request: Request, case: Case) -> HttpResponse:
    """After a decision the next case comes by itself."""
    following = listing.next_after(case, tab_of(request), request.user)
    if following is None:
        return render(request, "moderation/_clear.html", clear_context())
    return show(request, following.pk)


def outdated(request: Request, case_id: UUID, error: actions.ModerationError) -> HttpResponse:
    """What happened meanwhile; what was written is shown, so that nothing is lost."""
    following = listing.next_after(case_of(case_id), tab_of(request), request.user)
    context = {
        "sentence": error.sentence,
        "written": request.POST.get("message", ""),
        "following": following,
        "case_id": case_id,
        "tab": tab_of(request),
    }
    return render(request, "moderation/_outdated.html", context, status=409)
