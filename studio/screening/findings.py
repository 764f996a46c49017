"""Keeping what rules found, for moderators and for those who tune the rules."""

from collections.abc import Iterable

from studio.accounts.models import User
from studio.screening.models import Finding
from studio.screening.ruling import Match, Screening


def keep(screening: Screening, person: User | None, kind: str, id: object = "") -> list[Finding]:
    """One row for each rule. Call it in the transaction of the act; `kind` and `id` name whose text it is."""
    return Finding.objects.bulk_create(_row(each, screening.text, person, kind, str(id)) for each in screening.matches)


def _row(match: Match, text: str, person: User | None, kind: str, id: str) -> Finding:
    return Finding(
        rule_id=match.rule,
        rule_name=match.name,
        verdict=match.verdict,
        person=person,
        object_kind=kind,
        object_id=id,
        text=text,
        matches=[list(span) for span in match.spans],
        timed_out=match.timed_out,
    )


def marked(text: str, spans: Iterable[Iterable[int]]) -> list[tuple[str, bool]]:
    """The text in pieces; True for those that a rule found."""
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]
