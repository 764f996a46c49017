"""Who may do what in a team."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from studio.accounts.models import EDITING_ROLES, Membership, Role, Team, User

TEAM_KEY = "team"


def role_in(user: User, team: Team) -> Role | None:
    membership = Membership.objects.filter(user=user, team=team).first()
    return Role(membership.role) if membership else None


def can_edit(user: User, team: Team) -> bool:
    return role_in(user, team) in EDITING_ROLES


def person(request: HttpRequest) -> User:
    """The signed-in person; for views that `login_required` guards."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def memberships_of(request: HttpRequest) -> list[Membership]:
    """The person's memberships with their teams, the first joined first. One query for a whole request."""
    kept: list[Membership] | None = vars(request).get("_memberships")
    if kept is None:
        kept = []
        if isinstance(request.user, User):
            kept = list(Membership.objects.filter(user=request.user).select_related("team").order_by("id"))
        vars(request)["_memberships"] = kept
    return kept


def current_membership(request: HttpRequest) -> Membership | None:
    memberships = memberships_of(request)
    if not memberships:
        return None
    chosen = request.session.get(TEAM_KEY, "")
    return next((m for m in memberships if str(m.team_id) == chosen), memberships[0])


def current_team(request: HttpRequest) -> Team | None:
    """The team that new threads belong to: the one chosen in this session, else the first joined."""
    membership = current_membership(request)
    return membership.team if membership else None


def owned_team(user: User, team_id: UUID) -> Team:
    """The team, for its owner. A stranger gets 404, a member of another role 403."""
    membership = Membership.objects.select_related("team").filter(user=user, team_id=team_id).first()
    if membership is None:
        raise Http404
    if membership.role != Role.OWNER:
        raise PermissionDenied
    return membership.team
