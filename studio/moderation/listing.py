"""The list of open cases, the oldest first, as the queue shows it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from studio.accounts.models import User
from studio.moderation.gathering import REFUSALS
from studio.moderation.marking import excerpt
from studio.moderation.models import Case, CaseFinding, CaseKind, Ground, Report
from studio.providers.errors import FailureCode
from studio.threads.models import Job

PAGE = 40
TABS = {
    "": gettext_noop("All"),
    CaseKind.RULE.value: gettext_noop("Rules"),
    CaseKind.REPORT.value: gettext_noop("Reports"),
    CaseKind.PROVIDER.value: gettext_noop("Provider"),
    CaseKind.FLAGGED.value: gettext_noop("Flagged"),
}
LONGEST_WORDS = 160


@dataclass(frozen=True)
class Tab:
    key: str
    word: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Standing:
    """What the head of the queue says."""

    tabs: list[Tab]
    count: int
    oldest: datetime | None
    mine: int


class Headline:
    """What a case is about, in words, for the list and for the item."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def reports(self) -> list[Report]:
        return list(self.case.reports.all())

    @cached_property
    def places(self) -> list[Sequence[int]]:
        """Where rules found something in the words."""
        rows = self.case.case_findings.all()
        return [place for row in rows for place in row.finding.matches if row.finding.text == self.text]

    @cached_property
    def text(self) -> str:
        rows = list(self.case.case_findings.all())
        if rows and (self.case.turn is None or self.case.note_id):
            return rows[-1].finding.text
        return self.case.turn.prompt if self.case.turn else ""

    @cached_property
    def title(self) -> str:
        case = self.case
        if self.reports:
            words = {"count": len(self.reports), "ground": Ground(self.main_ground).label.lower()}
            return ngettext("%(count)d report: %(ground)s", "%(count)d reports: %(ground)s", len(self.reports)) % words
        if case.kind == CaseKind.RULE:
            said = _("Rule: %(names)s") % {"names": case.summary}
        elif case.kind == CaseKind.PROVIDER:
            withheld = case.summary == FailureCode.OUTPUT_BLOCKED
            said = _("Provider withheld the result") if withheld else _("Provider refused the words")
        else:
            said = _("Flagged result")
        if self.tries > 1:
            return _("%(what)s, %(count)d times") % {"what": said, "count": self.tries}
        return said

    @cached_property
    def tries(self) -> int:
        """How often the same was refused: a turn by its provider, or words that became no turn by one of the rules."""
        if self.case.kind == CaseKind.PROVIDER:
            return int(self.case.refused or 0)  # type: ignore[attr-defined]
        if self.case.turn is not None:
            return 1
        names = Counter(row.finding.rule_name for row in self.case.case_findings.all())
        return max(names.values(), default=1)

    @property
    def main_ground(self) -> str:
        """The reason that most people gave."""
        given = [each.ground for each in self.reports]
        return max(sorted(set(given)), key=given.count) if given else ""

    @property
    def state(self) -> tuple[str, str]:
        """Of the thing itself: what a chip's dot and its word say."""
        take, turn = self.case.take, self.case.turn
        if (take and take.held_at) or (take is None and turn and turn.held_at):
            return "hold", _("Held")
        if self.case.kind == CaseKind.PROVIDER or turn is None:
            return "failed", _("Refused")
        return "", _("Shown")


class Row(Headline):
    """One line of the list."""

    def __init__(self, case: Case, now: datetime) -> None:
        super().__init__(case)
        self.claimant: User | None = case.claimant(now)
        self.age = age_of(now - case.opened_at)

    @property
    def line(self) -> SafeString | str:
        said = next((each.words for each in self.reports if each.words), "")
        if said:
            return f"“{said[:LONGEST_WORDS]}”"
        return excerpt(self.text, self.places)


def age_of(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(count)d h") % {"count": minutes // 60}
    return _("%(count)d d") % {"count": minutes // (24 * 60)}


def standing(user: User, tab: str) -> Standing:
    now = timezone.now()
    mine = Count("pk", filter=Q(claimed_by=user, claimed_until__gt=now))
    rows = Case.objects.open().order_by().values("kind").annotate(count=Count("pk"), oldest=Min("opened_at"), mine=mine)
    found = {row["kind"]: row for row in rows}
    count = sum(row["count"] for row in found.values())
    tabs = [
        Tab(key, _(word), found[key]["count"] if key in found else 0 if key else count, key == tab)
        for key, word in TABS.items()
    ]
    oldest = min((row["oldest"] for row in found.values()), default=None)
    return Standing(tabs, count, oldest, sum(row["mine"] for row in found.values()))


def cases_of(tab: str) -> QuerySet[Case]:
    rows = Case.objects.open().filter(kind=tab) if tab else Case.objects.open()
    return rows.order_by("opened_at", "pk")


def rows_of(tab: str, shown: int = PAGE) -> list[Row]:
    now = timezone.now()
    return [Row(case, now) for case in with_all(cases_of(tab))[:shown]]


def with_all(rows: QuerySet[Case]) -> QuerySet[Case]:
    """What a headline needs, in three questions."""
    findings = CaseFinding.objects.select_related("finding")
    tried = Job.objects.filter(turn=OuterRef("turn"), error_code__in=REFUSALS, started_at__isnull=False)
    refused = tried.order_by().values("turn")
    rows = rows.annotate(refused=Subquery(refused.values(number=Count("pk"))))
    rows = rows.select_related("turn", "take", "thread", "person", "claimed_by").defer("turn__reply", "turn__settings")
    return rows.prefetch_related("reports", Prefetch("case_findings", queryset=findings))


def next_after(case: Case, tab: str, user: User) -> Case | None:
    """The one below it in the list that nobody else works on; from the bottom on to the top."""
    free = Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_until__lte=timezone.now())
    rows = cases_of(tab).filter(free).exclude(pk=case.pk)
    later = Q(opened_at__gt=case.opened_at) | Q(opened_at=case.opened_at, pk__gt=case.pk)
    return rows.filter(later).first() or rows.first()
