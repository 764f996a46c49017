"""Writing to the audit trail: call it in the transaction of the act, so that both happen or neither.

Call it before anything is published: it holds the end of the chain until the commit, and whoever already held a stream
while waiting for that could wait for somebody who waits for the stream.
"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from studio.audit import chain
from studio.audit.models import AuditEntry, ChainHead

SYSTEM = "manage.py"
HEAD = 1


def record(actor: AbstractBaseUser | None, act: str, kind: str, id: object, **detail: Any) -> AuditEntry:
    """`act` is noun.past, such as `member.removed`; the object is named by its kind and id.

    Without an actor the act came from the command line. `detail` is kept as plain JSON; what changed goes into
    `before` and `after`, and why into `reason`. No secret may be in it.
    """
    entry = AuditEntry(
        at=timezone.now(),
        actor=actor,  # type: ignore[misc]  # the room that holds the class stands above this one
        actor_label=actor.get_username() if actor else SYSTEM,
        act=act,
        object_kind=kind,
        object_id=str(id),
        detail=chain.plain(detail),
    )
    with transaction.atomic(savepoint=False):
        head = locked_head()
        entry.number, entry.previous = head.number + 1, head.hash
        entry.hash = chain.digest(entry)
        entry.save(force_insert=True)
        ChainHead.objects.filter(pk=head.pk).update(number=entry.number, hash=entry.hash)
    return entry


def locked_head() -> ChainHead:
    """The end of the chain, ours alone until the commit. SQLite's transactions have one writer as it is."""
    head = ChainHead.objects.select_for_update().filter(pk=HEAD).first()
    return head or ChainHead.objects.select_for_update().get_or_create(pk=HEAD)[0]
