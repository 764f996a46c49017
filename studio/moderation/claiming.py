"""Who works on a case. A claim ends by itself ten minutes after the last activity, by a decision, or by leaving."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.moderation import news
from studio.moderation.errors import Outdated
from studio.moderation.models import Case

LASTS = timedelta(minutes=10)


def claim(user: User, case: Case) -> None:
    """Takes it, or keeps it for ten minutes more. Raises Outdated where somebody else has it, or it is closed."""
    now = timezone.now()
    with transaction.atomic():
        free = Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_until__lte=now)
        rows = Case.objects.open().filter(free, pk=case.pk)
        was_mine = case.claimed_by_id == user.pk and case.claimant(now) is not None
        if not rows.update(claimed_by=user, claimed_until=now + LASTS):
            present = Case.objects.select_related("claimed_by", "decided_by").get(pk=case.pk)
            raise Outdated(taken(present) if not present.outcome else closed(present))
        if not was_mine:
            news.tell(case, "claimed", user.pk)
    case.claimed_by, case.claimed_until = user, now + LASTS


def leave(user: User, case: Case) -> None:
    with transaction.atomic():
        rows = Case.objects.filter(pk=case.pk, claimed_by=user)
        if rows.update(claimed_by=None, claimed_until=None):
            news.tell(case, "left", user.pk)


def taken(case: Case) -> str:
    until = time_format(timezone.localtime(case.claimed_until), "H:i") if case.claimed_until else ""
    words = {"name": case.claimed_by, "until": until}
    return _("%(name)s works on this case, until %(until)s at most. You may look meanwhile.") % words


def closed(case: Case) -> str:
    """Who decided what, and when."""
    when = time_format(timezone.localtime(case.decided_at), "H:i") if case.decided_at else ""
    words = {"name": case.decided_by or _("Somebody"), "outcome": case.get_outcome_display().lower(), "when": when}
    return _("%(name)s has closed this case at %(when)s: %(outcome)s.") % words
