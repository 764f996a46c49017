"""What the pages of moderators, and of the people concerned, are told. Ids and facts; each page fetches the rest."""

from studio.live.publishing import publish_many
from studio.moderation.models import Case

STREAM = "moderation"


def tell(case: Case, what: str, by: int | None = None) -> None:
    """`what` is opened, claimed, left, decided, undone, applied or troubled. Last in the transaction."""
    publish_many([(STREAM, "case.changed", {"case": str(case.pk), "what": what, "by": by})])


def tell_person(case: Case) -> None:
    """Something of theirs has been decided about: their own pages say so."""
    if case.person_id is not None:
        publish_many([(f"user-{case.person_id}", "notice.added", {"case": str(case.pk), "outcome": case.outcome})])
