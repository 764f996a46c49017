"""Who may work on the queue: whoever has the permission to change cases, and nobody else learns that it is there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.threads.views.access import Request, View, signed_in

Rest = ParamSpec("Rest")
PERMISSION = "moderation.change_case"


def may_moderate(user: User) -> bool:
    return user.has_perm(PERMISSION)


def stands_above(person: User, user: User) -> bool:
    """Whether measures against this person are not this user's to take: a superuser alone takes any against staff."""
    return not user.is_superuser and (person.is_staff or person.is_superuser)


def above() -> str:
    return _("This person looks after this studio: only somebody who looks after the whole of it can do that.")


def moderators_only(view: View[Rest]) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    @signed_in
    @wraps(view)
    def wrapper(request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if not may_moderate(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return wrapper
