"""What every page of the shell shows. Lazy: a page that asks for nothing costs no query."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from studio.accounts.access import current_membership, memberships_of


def shell(request: HttpRequest) -> dict[str, Any]:
    if not hasattr(request, "user"):  # a page answered before the authentication middleware ran
        return {"current_team": None, "my_teams": [], "my_role": ""}

    def team() -> Any:
        membership = current_membership(request)
        return membership.team if membership else None

    def role() -> str:
        membership = current_membership(request)
        return membership.role if membership else ""

    return {
        "current_team": SimpleLazyObject(team),
        "my_teams": SimpleLazyObject(lambda: [membership.team for membership in memberships_of(request)]),
        "my_role": SimpleLazyObject(role),
    }
