"""What rules found goes with what they found it in, once that is deleted for good. The audit trail stays."""

from django.db.models import Exists, OuterRef

from studio.moderation.models import CaseFinding
from studio.review.models import Note
from studio.screening.models import Finding
from studio.threads.forms import read_id
from studio.threads.models import Thread, Turn

AT_ONCE = 500
OWNERS = {"turn": Turn, "note": Note, "thread": Thread}


def forget_findings() -> int:
    """Answers how many rows went. A case keeps its own until it is decided, or who deletes the thread would decide."""
    return sum(_forget(kind) for kind in OWNERS)


def _forget(kind: str) -> int:
    undecided = CaseFinding.objects.filter(finding=OuterRef("pk"), case__applied_at=None)
    rows = Finding.objects.filter(~Exists(undecided), object_kind=kind)
    ids = list(rows.order_by().values_list("object_id", flat=True).distinct())
    gone = 0
    for start in range(0, len(ids), AT_ONCE):
        named = {text: pk for text in ids[start : start + AT_ONCE] if (pk := read_id(text))}
        there = set(OWNERS[kind]._default_manager.filter(pk__in=named.values()).values_list("pk", flat=True))
        lost = [text for text, pk in named.items() if pk not in there]
        gone += rows.filter(object_id__in=lost).delete()[1].get(Finding._meta.label, 0)
    return gone
