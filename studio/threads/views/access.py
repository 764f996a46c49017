"""Who is asking, and which thread, turn or take they may see. Strangers get 404; those who may only look get 403."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from studio.accounts.models import EDITING_ROLES, Membership, User
from studio.live.models import Stream
from studio.threads.models import Job, Take, Thread, Turn

Rest = ParamSpec("Rest")
Row = TypeVar("Row")


class Request(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[Request, Rest], HttpResponse]


def signed_in(view: View[Rest]) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Send everybody else to sign in, and back afterwards. A script's request moves the page there."""

    @wraps(view)
    def wrapper(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if isinstance(request.user, User):
            try:
                return view(request, *args, **kwargs)  # type: ignore[arg-type]
            except PermissionDenied as error:
                if not request.headers.get("HX-Request"):
                    raise
                return refusal(str(error) or _("You may look at this, but not change it."), 403)
        if not request.headers.get("HX-Request"):
            return redirect_to_login(request.get_full_path())
        page = request.headers.get("HX-Current-URL", "/")
        path = page.partition("://")[2].partition("/")[2]
        response = HttpResponse(_("You are signed out. Nothing is lost: sign in and go on."), status=401)
        response["HX-Redirect"] = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': f'/{path}'})}"
        return response

    return wrapper


def refusal(sentence: str, status: int) -> HttpResponse:
    """A sentence as a toast; nothing on the page is replaced."""
    response = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    response["HX-Reswap"] = "none"
    return trigger_client_event(response, "toast:show", {"text": sentence, "state": "err"})


def thread_of(request: Request, thread_id: UUID) -> Thread:
    """With `live_number`, the last number of the thread's stream, and `is_free`: all in it was made here."""
    number = Stream.objects.filter(name=f"thread-{thread_id}").values("number")[:1]
    elsewhere = Job.objects.filter(turn__thread=OuterRef("pk")).exclude(provider="local")
    thread = (
        Thread.objects.visible_to(request.user)
        .filter(pk=thread_id)
        .select_related("team")
        .annotate(live_number=Subquery(number), is_free=~Exists(elsewhere))
        .first()
    )
    return found(thread)


def turn_of(request: Request, turn_id: UUID) -> Turn:
    return found(Turn.objects.visible_to(request.user).filter(pk=turn_id).select_related("thread__team").first())


def take_of(request: Request, take_id: UUID) -> Take:
    takes: QuerySet[Take] = Take.objects.visible_to(request.user).filter(pk=take_id)
    return found(takes.select_related("turn__thread__team", "asset").first())


def found(row: Row | None) -> Row:
    if row is None:
        raise Http404
    return row


def members_of(thread: Thread) -> list[Membership]:
    return list(Membership.objects.filter(team=thread.team_id).select_related("user").order_by("id"))


def may_edit(request: Request, members: list[Membership]) -> bool:
    return any(each.user_id == request.user.pk and each.role in EDITING_ROLES for each in members)


def ensure_editor(request: Request, thread: Thread) -> None:
    """Raises PermissionDenied with a sentence for those who may only look."""
    if not Membership.objects.filter(team=thread.team_id, user=request.user, role__in=EDITING_ROLES).exists():
        raise PermissionDenied(_("You may look at this thread, but not change it. Ask its team for the editor role."))
