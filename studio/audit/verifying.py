"""Following the chain from its first entry to its end."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from studio.audit import chain
from studio.audit.models import AuditEntry
from studio.audit.records import locked_head


@dataclass(frozen=True)
class Broken:
    """The first entry at which the chain does not hold, and what is wrong there."""

    number: int
    sentence: str


@dataclass(frozen=True)
class Verified:
    """`number` and `hash` are where the chain ends; of a broken one, the last entry that held."""

    number: int
    hash: str
    broken: Broken | None = None


def verify(known: tuple[int, str] | None = None) -> Verified:
    """Checks every entry. `known` is a number and hash noted down earlier, which the trail must still contain.

    Most of it is read without a lock; then the end is held while the few that came meanwhile are read.
    """
    walk = _Walk(known)
    if walk.follow() is None:
        with transaction.atomic():
            head = locked_head()
            if walk.follow() is None:
                walk.check_end(head.number, head.hash)
    return Verified(walk.number, walk.hash, walk.broken)


class _Walk:
    def __init__(self, known: tuple[int, str] | None) -> None:
        self.number = 0
        self.hash = ""
        self.known = known
        self.broken: Broken | None = None

    def follow(self) -> Broken | None:
        """On from where it stands to the last entry there is."""
        for entry in self._entries():
            sentence = self._fault(entry)
            if sentence:
                missing = entry.number > self.number + 1
                self.broken = Broken(self.number + 1 if missing else entry.number, sentence)
                break
            self.number, self.hash = entry.number, entry.hash
        return self.broken

    def _entries(self) -> Iterator[AuditEntry]:
        rows = AuditEntry.objects.filter(number__gt=self.number) if self.number else AuditEntry.objects.all()
        return rows.order_by("number", "id").iterator(chunk_size=1000)

    def _fault(self, entry: AuditEntry) -> str:
        if entry.number > self.number + 1:
            return _("It is missing: the next entry there is has number %(number)d.") % {"number": entry.number}
        if entry.number <= self.number:
            return _("It was inserted: there is another entry with this number, or the number is none.")
        if chain.digest(entry) != entry.hash:
            return _("It was edited: what it says (%(entry)s) does not give its hash.") % {"entry": entry}
        if entry.previous != self.hash:
            return _("It was inserted, or the entry before it was replaced: it does not follow from that one.")
        if self.known and self.known[0] == entry.number and self.known[1] != entry.hash:
            return _("It was rewritten, and all that follow with it: its hash is not the one that was noted down.")
        return ""

    def check_end(self, number: int, hash: str) -> None:
        """That the last entry is the one that was written last."""
        if self.number < max(number, self.known[0] if self.known else 0):
            self.broken = Broken(self.number + 1, _("It is missing, at the end of the trail."))
        elif self.number > number:
            self.broken = Broken(number + 1, _("It was inserted: the trail ends before it."))
        elif self.hash != hash:
            self.broken = Broken(number, _("It was replaced: it is not the entry that was written last."))
