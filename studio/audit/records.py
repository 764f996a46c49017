"""Writing to the audit trail: call it in the transaction of the act, so that both happen or neither."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from studio.audit.models import AuditEntry

SYSTEM = "manage.py"


def record(actor: AbstractBaseUser | None, act: str, kind: str, id: object, **detail: Any) -> AuditEntry:
    """`act` is noun.past, such as `member.removed`; the object is named by its kind and id.

    Without an actor the act came from the command line. `detail` must be plain JSON.
    """
    return AuditEntry.objects.create(
        actor=actor,  # type: ignore[misc]  # the room that holds the class stands above this one
        actor_label=actor.get_username() if actor else SYSTEM,
        act=act,
        object_kind=kind,
        object_id=str(id),
        detail=detail,
    )
