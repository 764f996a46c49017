"""Suspending a person: from the commit on they are signed in nowhere, and what they have running is stopped.

Nothing of their work is deleted, and their team goes on with it. Ending it lets them sign in again.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.accounts.sessions import end_sessions
from studio.audit.records import record
from studio.live.publishing import publish_many
from studio.moderation.access import above, stands_above
from studio.threads.actions import ActionRefused, stop_all_of
from studio.threads.actions.holding import checked_reason

MAY_SUSPEND = "accounts.suspend_user"


def suspend_person(staff: User, person: User, reason: str) -> None:
    """Sessions and sockets end within a second. Raises PermissionDenied or ActionRefused, each with a sentence."""
    why = checked_reason(reason)
    with transaction.atomic():
        present = _decidable(staff, person)
        if not present.is_active:
            raise ActionRefused(_("This account is switched off already. Reload the page to see how."))
        _write(person, is_active=False, suspended_at=timezone.now(), suspended_reason=why)
        stopped = stop_all_of(person)  # jobs are locked before the trail's end, as everywhere: see threads.locking
        words = {"before": "active", "after": "suspended", "reason": why, "stopped": len(stopped)}
        record(staff, "person.suspended", "user", person.pk, **words)
        publish_many([*stopped, (person.stream, "access.changed", {})])
    end_sessions(person)


def end_suspension(staff: User, person: User, reason: str) -> None:
    """They may sign in again. Raises PermissionDenied or ActionRefused, each with a sentence."""
    why = checked_reason(reason)
    end_sessions(person)
    with transaction.atomic():
        present = _decidable(staff, person)
        if not present.is_suspended:
            raise ActionRefused(_("This account is not suspended. Reload the page to see how it stands."))
        _write(person, is_active=True, suspended_at=None, suspended_reason="")
        words = {"before": "suspended", "after": "active", "reason": why}
        record(staff, "person.restored", "user", person.pk, **words)


def _decidable(staff: User, person: User) -> User:
    """The row as it is now, locked. Raises PermissionDenied."""
    present = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not staff.is_staff or not staff.has_perm(MAY_SUSPEND):
        raise PermissionDenied(_("Only whoever looks after this studio can suspend people."))
    if present.pk == staff.pk:
        raise PermissionDenied(_("Nobody suspends themselves. Ask somebody else who looks after this studio."))
    if stands_above(present, staff):
        raise PermissionDenied(above())
    return present


def _write(person: User, **fields: object) -> None:
    User.objects.filter(pk=person.pk).update(**fields)
    for name, value in fields.items():
        setattr(person, name, value)
