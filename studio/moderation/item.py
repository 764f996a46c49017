"""One case as a moderator looks at it: what there is to see, the words, what goes with it, and who made it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.audit.records import record
from studio.media import addresses
from studio.media.models import Asset
from studio.moderation.deciding import no_strike
from studio.moderation.listing import Headline, with_all
from studio.moderation.marking import marked
from studio.moderation.models import Case, Report, Strike
from studio.review.drawings import Stroke
from studio.review.models import Note
from studio.threads.cards import model_label
from studio.threads.models import Take, Turn, TurnInput

FRAMES = 8  # of a take, side by side
WIDE = 160
LOOKS_LAST = timedelta(minutes=10)  # who opens the same case again within them has opened it once
DECISIONS = 5
CHILDREN = 12
MOST_TRIED = 20


@dataclass(frozen=True)
class Frame:
    """A part of a strip, as the view box of a drawing."""

    box: str


@dataclass(frozen=True)
class Evidence:
    """What there is to see of one file. Its addresses open for the moderator who looks alone."""

    label: str
    src: str
    poster: str
    strip: str
    wide: int
    high: int
    frames: list[Frame]

    @classmethod
    def of(cls, label: str, asset: Asset, user: User) -> "Evidence":
        found, count = addresses.urls(asset, user.pk), 0
        high = round(WIDE * asset.height / asset.width) if asset.width and asset.height else 90
        count = found["strip_frames"]
        picked = sorted({min(count - 1, round((each + 0.5) * count / FRAMES - 0.5)) for each in range(FRAMES)})
        frames = [Frame(f"{each * WIDE} 0 {WIDE} {high}") for each in picked if count]
        src = found["src"] if asset.is_video else ""
        return cls(label, src, found["poster"], found["strip"], WIDE * count, high, frames)


@dataclass(frozen=True)
class Reported:
    """A note as it was when it was reported: its words where they are others now, and its strokes as lines."""

    text: str
    lines: list[str]

    @classmethod
    def of(cls, report: Report, now: str) -> "Reported":
        return cls("" if report.text == now else report.text, [_line(each) for each in report.drawing])


def _line(stroke: Stroke) -> str:
    """Its points for a polyline in a box of 0 to 1; a box goes all the way round."""
    points = stroke["points"]
    if stroke["kind"] == "box":
        (left, top), (right, bottom) = points
        points = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return " ".join(f"{x},{y}" for x, y in points)


@dataclass(frozen=True)
class Relative:
    """A turn or take that the case's own was made from, or that was made from it."""

    word: str
    state: str


@dataclass(frozen=True)
class Person:
    """Who made it, and what has been decided about them before."""

    user: User
    turns: int
    strikes: list[Strike]
    decisions: list[Case]

    @classmethod
    def of(cls, user: User) -> "Person":
        past = Case.objects.filter(person=user, applied_at__isnull=False).order_by("-decided_at")
        return cls(
            user=user,
            turns=Turn.objects.filter(author=user).count(),
            strikes=list(Strike.objects.filter(person=user, expires_at__gt=timezone.now()).order_by("expires_at")),
            decisions=list(past[:DECISIONS]),
        )


class Item(Headline):
    """Everything about one case, for one moderator."""

    def __init__(self, case: Case, user: User) -> None:
        super().__init__(case)
        self.user = user
        self.claimant = case.claimant(timezone.now())

    @property
    def is_mine(self) -> bool:
        return self.claimant == self.user

    @property
    def no_strike(self) -> str:
        return no_strike(self.user, self.case.person)

    @property
    def is_taken(self) -> bool:
        return self.claimant is not None and not self.is_mine

    @property
    def minutes_left(self) -> int:
        until: datetime | None = self.case.claimed_until
        return max(1, round((until - timezone.now()).total_seconds() / 60)) if until else 0

    @property
    def facts(self) -> list[str]:
        """Where it is, for the line under the title."""
        case = self.case
        found = [str(case.thread)] if case.thread else []
        if case.turn:
            found.append(_("turn %(number)d") % {"number": case.turn.number} + self._take_word())
            found.append(model_label(case.turn.provider, case.turn.model))
        return found

    def _take_word(self) -> str:
        return _(", take %(number)d") % {"number": self.case.take.number} if self.case.take else ""

    @cached_property
    def words(self) -> SafeString:
        return marked(self.text, self.places)

    @property
    def tried_before(self) -> list[SafeString]:
        """Other words of theirs that were refused here, the newest first, each once."""
        if self.case.turn is not None:
            return []
        found: dict[str, list[Sequence[int]]] = {}
        for row in self.case.case_findings.all():
            found.setdefault(row.finding.text, []).extend(row.finding.matches)
        others = [marked(text, places) for text, places in reversed(found.items()) if text != self.text]
        return others[:MOST_TRIED]

    @cached_property
    def note(self) -> Note | None:
        if self.case.note_id is None:
            return None
        return Note.objects.select_related("author", "guest").filter(pk=self.case.note_id).first()

    @cached_property
    def as_reported(self) -> list[Reported]:
        """What the note was when it was reported, where it has changed since, or was drawn."""
        now = self.note.text if self.note else ""
        held = {(each.text, json.dumps(each.drawing)): each for each in self.reports if each.text or each.drawing}
        return [Reported.of(each, now) for each in held.values() if each.drawing or each.text != now]

    @cached_property
    def evidence(self) -> list[Evidence]:
        """The take, or all of the turn's takes; where there are none, what was attached."""
        case = self.case
        if case.turn is None:
            return []
        rows = Take.objects.filter(pk=case.take_id) if case.take_id else Take.objects.filter(turn=case.turn)
        takes = rows.select_related("asset").prefetch_related("asset__derived").order_by("number")
        found = [Evidence.of(_("Take %(number)d") % {"number": each.number}, each.asset, self.user) for each in takes]
        return found or self._attached(case.turn)

    def _attached(self, turn: Turn) -> list[Evidence]:
        rows = TurnInput.objects.filter(turn=turn).select_related("asset").prefetch_related("asset__derived")
        return [Evidence.of(str(each.get_role_display()).capitalize(), each.asset, self.user) for each in rows]

    @cached_property
    def plays(self) -> bool:
        return any(each.src for each in self.evidence)

    @cached_property
    def parent(self) -> Relative | None:
        take = self.case.turn.parent if self.case.turn else None
        return _relative(take.turn, take) if take else None

    @cached_property
    def children(self) -> list[Relative]:
        """Turns that go on from it."""
        case = self.case
        if case.turn is None:
            return []
        start = Q(parent=case.take_id) if case.take_id else Q(parent__turn=case.turn)
        rows = Turn.objects.filter(start, trashed_at=None).prefetch_related("takes").order_by("number")
        return [_relative(turn, next(iter(turn.takes.all()), None)) for turn in rows[:CHILDREN]]

    @cached_property
    def person(self) -> Person | None:
        return Person.of(self.case.person) if self.case.person else None


def _relative(turn: Turn, take: Take | None) -> Relative:
    return Relative(_("turn %(number)d") % {"number": turn.number}, "hold" if take and take.held_at else "")


def open_case(user: User, case_id: UUID) -> Item | None:
    """The case with all that belongs to it. That somebody looked into another team's thread is written down."""
    rows = with_all(Case.objects.filter(pk=case_id)).select_related("decided_by", "turn__parent__turn", "turn__author")
    case = rows.first()
    if case is None:
        return None
    since = timezone.now() - LOOKS_LAST
    looked = AuditEntry.objects.filter(actor=user, act="case.opened", object_id=str(case.pk), at__gte=since)
    if not looked.exists():
        thread = {"thread": str(case.thread_id)} if case.thread_id else {}
        record(user, "case.opened", "case", case.pk, **thread)
    return Item(case, user)
