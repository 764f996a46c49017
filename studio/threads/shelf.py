"""The library's rows: which threads a person sees and what each card says, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, UUIDField
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from studio.accounts.models import Team
from studio.media.models import Asset
from studio.providers.errors import FailureCode
from studio.threads.cards import Media, percent_of
from studio.threads.forms import read_number
from studio.threads.models import ACTIVE, Job, JobStatus, ReviewState, Take, Thread, ThreadQuerySet, Turn, TurnInput
from studio.threads.reading import storable

PAGE = 40
SHOWS = ("all", "running", "archived", "trash")
SORTS = {
    "active": gettext_lazy("Last activity"),
    "new": gettext_lazy("Newest first"),
    "name": gettext_lazy("Name"),
    "turns": gettext_lazy("Most turns"),
}
REVIEW_LOOKS = {
    ReviewState.IN_REVIEW: "review",
    ReviewState.NEEDS_CHANGES: "changes",
    ReviewState.APPROVED: "approved",
}
_REASONS = {
    FailureCode.INPUT_BLOCKED: gettext_lazy("request refused"),
    FailureCode.OUTPUT_BLOCKED: gettext_lazy("result withheld"),
    FailureCode.BUSY: gettext_lazy("provider busy"),
    FailureCode.BAD_MEDIA: gettext_lazy("clip unreadable"),
    FailureCode.TIMEOUT: gettext_lazy("took too long"),
    FailureCode.NETWORK: gettext_lazy("no connection"),
    FailureCode.OUT_OF_CREDIT: gettext_lazy("out of credit"),
}


@dataclass(frozen=True)
class Query:
    """What the page was asked for. Anything unknown falls back to the default."""

    show: str = "all"
    text: str = ""
    sort: str = "active"
    page: int = 1

    @classmethod
    def of(cls, data: Mapping[str, str], show: str = "") -> "Query":
        wanted = show or data.get("show", "")
        return cls(
            show=wanted if wanted in SHOWS else "all",
            text=storable(data.get("q", "")).strip()[:200],
            sort=data.get("sort", "") if data.get("sort") in SORTS else "active",
            page=max(1, read_number(data.get("page"), 1)),
        )

    def url(self, **changes: str | int) -> str:
        """The address of this page with something changed; a change other than of the page starts at page 1."""
        query = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        words = {"q": query.text}
        if query.show not in ("all", "trash"):
            words["show"] = query.show
        if query.sort != "active" and query.show != "trash":
            words["sort"] = query.sort
        if query.page > 1:
            words["page"] = str(query.page)
        path = reverse("threads:trash" if query.show == "trash" else "threads:library")
        text = urlencode({name: value for name, value in words.items() if value})
        return f"{path}?{text}" if text else path


@dataclass(frozen=True)
class Segment:
    show: str
    label: str
    count: int
    current: bool
    url: str


@dataclass(frozen=True)
class ThreadCard:
    """`job` is the attempt that the state speaks of: the newest that is active, else the newest turn's last."""

    thread: Thread
    turns: int
    job: Job | None
    media: Media | None
    may_edit: bool
    now: datetime

    @property
    def state(self) -> str:
        if self.job is None:
            return "draft"
        if is_on_hold(self.job):
            return "hold"
        if self.job.status in ACTIVE:
            return "running"
        return {JobStatus.SUCCEEDED: "done", JobStatus.CANCELLED: "stopped"}.get(
            JobStatus(self.job.status), self.job.status
        )

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def percent(self) -> int:
        return percent_of(self.job) if self.job else 0

    @property
    def word(self) -> str:
        return word_of(self.job) if self.job else _("Draft")

    @property
    def shape(self) -> str:
        return self.media.shape if self.media else "none"

    @property
    def review(self) -> str:
        """How a chip looks that says where the review stands; empty while there is none."""
        return REVIEW_LOOKS.get(ReviewState(self.thread.review_state), "")

    @property
    def review_icon(self) -> str:
        return {"review": "eye", "changes": "pen", "approved": "check"}[self.review]

    @property
    def turns_word(self) -> str:
        if not self.turns:
            return _("no turns yet")
        return ngettext("%(count)d turn", "%(count)d turns", self.turns) % {"count": self.turns}

    @property
    def at(self) -> datetime:
        return self.thread.trashed_at or self.thread.active_at

    @property
    def ago(self) -> str:
        when = ago(self.at, self.now)
        return _("deleted %(when)s") % {"when": when} if self.thread.trashed_at else when


def is_on_hold(job: Job) -> bool:
    """The studio's own rules hold its turn; load it with the job."""
    return job.status == JobStatus.QUEUED and job.turn.held_at is not None


def word_of(job: Job) -> str:
    """The state of a thread whose newest attempt this is, in a word or three."""
    if job.status in ACTIVE and job.stop_requested_at:
        return _("Stopping")
    if is_on_hold(job):
        return _("Held for a check")
    if job.status == JobStatus.RUNNING:
        return _("Rendering %(percent)d %%") % {"percent": percent_of(job)}
    reason = _REASONS.get(job.error_code) if job.status == JobStatus.FAILED else None  # type: ignore[call-overload]
    return _("Failed: %(reason)s") % {"reason": reason} if reason else str(JobStatus(job.status).label)


def progress_of(team: Team) -> list[dict[str, str | int]]:
    """One query: each running thread once, by its newest active attempt."""
    jobs = Job.objects.active().filter(turn__thread__team=team, turn__thread__trashed_at=None, turn__trashed_at=None)
    newest = {job.turn.thread_id: job for job in jobs.select_related("turn").order_by("turn__number", "attempt")}
    return [{"thread": str(thread), "percent": percent_of(job), "word": word_of(job)} for thread, job in newest.items()]


def ago(moment: datetime, now: datetime) -> str:
    """4 min ago, 3 h ago, Tue, 12 Nov, 12 Nov 2024."""
    passed = now - moment
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(hours=1):
        return _("%(count)d min ago") % {"count": passed.seconds // 60}
    if passed < timedelta(days=1):
        return _("%(count)d h ago") % {"count": passed.seconds // 3600}
    local = timezone.localtime(moment)
    if passed < timedelta(days=7):
        return date_format(local, "D")
    return date_format(local, "j M" if local.year == timezone.localtime(now).year else "j M Y")


def shelf_of(team: Team, show: str) -> ThreadQuerySet:
    threads = Thread.objects.filter(team=team)
    if show == "trash":
        return threads.filter(trashed_at__isnull=False)
    threads = threads.filter(trashed_at=None)
    if show == "archived":
        return threads.filter(archived_at__isnull=False)
    threads = threads.filter(archived_at=None)
    return threads.filter(_is_running()) if show == "running" else threads


def segments(team: Team, query: Query, *, with_trash: bool) -> list[Segment]:
    """One query for all the numbers."""
    kept = Q(trashed_at=None)
    shelf = Q(trashed_at=None, archived_at=None)
    counts = Thread.objects.filter(team=team).aggregate(
        all=Count("pk", filter=shelf),
        running=Count("pk", filter=shelf & Q(_is_running())),
        archived=Count("pk", filter=kept & Q(archived_at__isnull=False)),
        trash=Count("pk", filter=Q(trashed_at__isnull=False)),
    )
    labels = {"all": _("All"), "running": _("Running"), "archived": _("Archived"), "trash": _("Trash")}
    return [
        Segment(name, labels[name], counts[name], name == query.show, query.url(show=name))
        for name in SHOWS
        if with_trash or name != "trash"
    ]


def find(threads: ThreadQuerySet, text: str) -> ThreadQuerySet:
    """Every word must occur in the title, in a prompt, or in the name of someone who wrote."""
    for word in text.split():
        writes = Q(prompt__icontains=word) | Q(author__name__icontains=word) | Q(author__email__icontains=word)
        mine = Turn.objects.filter(writes, thread=OuterRef("pk"), trashed_at=None)
        threads = threads.filter(
            Q(title__icontains=word) | Q(author__name__icontains=word) | Q(author__email__icontains=word) | Exists(mine)
        )
    return threads


def ordered(threads: ThreadQuerySet, query: Query) -> ThreadQuerySet:
    if query.show == "trash":
        return threads.order_by("-trashed_at", "pk")
    keys: dict[str, str | Lower] = {
        "active": "-active_at",
        "new": "-created_at",
        "name": Lower("title"),
        "turns": "-turn_count",
    }
    return threads.order_by(keys[query.sort], "-active_at", "pk")


def load(team: Team, query: Query, *, may_edit: bool) -> tuple[list[ThreadCard], bool]:
    """One page of cards, and whether more follow. Four queries, whatever the number of cards."""
    threads = ordered(find(annotated(shelf_of(team, query.show)), query.text), query)
    start = (query.page - 1) * PAGE
    rows = list(threads[start : start + PAGE + 1])
    return cards_of(rows[:PAGE], may_edit=may_edit), len(rows) > PAGE


def load_one(threads: ThreadQuerySet, thread_id: UUID, *, may_edit: bool) -> ThreadCard | None:
    return next(iter(cards_of(list(annotated(threads).filter(pk=thread_id)), may_edit=may_edit)), None)


def annotated(threads: ThreadQuerySet) -> ThreadQuerySet:
    """Adds turn_count, shown_job and shown_asset (ids) to each row."""
    turns = Turn.objects.filter(thread=OuterRef("pk"), trashed_at=None)
    jobs = Job.objects.filter(turn__thread=OuterRef("pk"), turn__trashed_at=None)
    newest = ("-turn__number", "-attempt")
    takes = Take.objects.filter(turn__thread=OuterRef("pk"), turn__trashed_at=None, trashed_at=None, asset__held=False)
    best = takes.order_by("-turn__number", F("picked_at").desc(nulls_last=True), "number")
    inputs = TurnInput.objects.filter(
        turn__thread=OuterRef("pk"), turn__trashed_at=None, asset__trashed_at=None, asset__held=False
    )
    return threads.select_related("author").annotate(
        turn_count=Coalesce(Subquery(turns.order_by().values("thread").annotate(count=Count("pk")).values("count")), 0),
        shown_job=Coalesce(
            Subquery(jobs.active().order_by(*newest).values("pk")[:1]),
            Subquery(jobs.order_by(*newest).values("pk")[:1]),
        ),
        shown_asset=Coalesce(
            Subquery(best.values("asset")[:1]),
            Subquery(inputs.order_by("-turn__number", "position").values("asset")[:1]),
            F("poster"),
            output_field=UUIDField(),
        ),
    )


def cards_of(rows: Sequence[Thread], *, may_edit: bool) -> list[ThreadCard]:
    """`rows` come from `annotated`. Three queries: jobs, assets, derived files."""
    now = timezone.now()
    wanted = [vars(row) for row in rows]
    shown = [row["shown_job"] for row in wanted if row["shown_job"]]
    jobs = Job.objects.select_related("turn").defer("raw", "results").in_bulk(shown)
    assets = Asset.objects.prefetch_related("derived").in_bulk(
        [row["shown_asset"] for row in wanted if row["shown_asset"]]
    )
    return [
        ThreadCard(
            thread=thread,
            turns=row["turn_count"],
            job=jobs.get(row["shown_job"]),
            media=Media.of(assets[row["shown_asset"]]) if row["shown_asset"] in assets else None,
            may_edit=may_edit,
            now=now,
        )
        for thread, row in zip(rows, wanted, strict=True)
    ]


def _is_running() -> Exists:
    return Exists(Job.objects.active().filter(turn__thread=OuterRef("pk"), turn__trashed_at=None))
