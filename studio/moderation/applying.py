"""A decision takes effect, once. What comes in between opens the case again and says so; nothing is half done."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.audit.records import record
from studio.moderation import effects, news
from studio.moderation.deciding import reopen
from studio.moderation.models import Case, Outcome, Strike
from studio.threads.actions import ThreadsError

STRIKE_LASTS = timedelta(days=90)


def apply(case_id: str) -> None:
    """Does nothing where it was undone, is not due yet, or has been done."""
    with transaction.atomic():
        now = timezone.now()
        rows = Case.objects.select_for_update(of=("self",), no_key=True).select_related("decided_by").due(now)
        case = rows.filter(pk=case_id).first()
        if case is None:
            return
        if case.decided_by is None:
            _open_again(case, _("Whoever decided has no account any more."))
            return
        try:
            with transaction.atomic():
                _take_effect(case.decided_by, case)
        except ThreadsError as error:
            _open_again(case, error.sentence)
        except PermissionDenied as error:
            _open_again(case, str(error) or _("Whoever decided may not do that."))


def _take_effect(user: User, case: Case) -> None:
    effects.lock(case)
    record(user, "case.applied", "case", case.pk, outcome=case.outcome)
    case.applied_at = timezone.now()
    case.save(update_fields=["applied_at"])
    effects.take_effect(user, case)
    if case.outcome == Outcome.STRUCK and case.person_id:
        Strike.objects.create(
            person_id=case.person_id,
            case=case,
            given_by=user,
            ground=case.ground,
            expires_at=case.applied_at + STRIKE_LASTS,
        )
        record(user, "strike.given", "person", case.person_id, case=str(case.pk), reason=case.ground)
    news.tell_person(case)
    news.tell(case, "applied", user.pk)


def _open_again(case: Case, why: str) -> None:
    decided_by = case.decided_by
    reopen(case)
    case.applied_at = None
    case.trouble = why[:300]
    case.save()
    record(decided_by, "case.reopened", "case", case.pk, reason=why)
    news.tell(case, "troubled", decided_by.pk if decided_by else None)
