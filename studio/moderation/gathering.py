"""Cases come up here: from what rules found, what providers refused, and what their safety checks held back.

Cheap and idempotent: three questions for what no case knows yet. `Case.source` is unique, so two who gather at once
make one case.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from studio.moderation import news
from studio.moderation.models import Case, CaseFinding, CaseKind
from studio.providers.errors import FailureCode
from studio.review.models import Note
from studio.screening.models import Finding, Verdict
from studio.threads.models import HeldBy, Job, Take, Thread, Turn

LOOK_BACK = timedelta(days=14)  # how old a provider's refusal may be: longer than the studio is ever off
AT_ONCE = 500
VERDICTS = (Verdict.FLAG, Verdict.HOLD, Verdict.BLOCK)
REFUSALS = (FailureCode.INPUT_BLOCKED, FailureCode.OUTPUT_BLOCKED)


def gather() -> int:
    """Answers how many cases came up."""
    return _from_findings() + _from_jobs() + _from_takes()


def _open_or_later(moment: str, **same: object) -> QuerySet[Case]:
    """Cases about the same thing that are open, or came up after that moment."""
    return Case.objects.filter(Q(outcome="") | Q(opened_at__gte=OuterRef(moment)), **same)


def _from_findings() -> int:
    known = CaseFinding.objects.filter(finding=OuterRef("pk"))
    rows = list(Finding.objects.filter(~Exists(known), verdict__in=VERDICTS).order_by("id")[:AT_ONCE])
    if not rows:
        return 0
    groups: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for row in rows:
        is_own = row.object_kind in ("turn", "note") and row.object_id
        said = () if is_own else (row.person_id, row.text)
        groups[row.object_kind, row.object_id, *said].append(row)
    things = _things_named(rows)
    return sum(_case_of_findings(group, things.get(group[0].object_id)) for group in groups.values())


def _things_named(rows: Iterable[Finding]) -> dict[str, Turn | Note | Thread]:
    """By their ids, which no two of them share."""
    turns = Turn.objects.filter(pk__in=_ids(rows, "turn"))
    notes = Note.objects.filter(pk__in=_ids(rows, "note")).select_related("take__turn")
    threads = Thread.objects.filter(pk__in=_ids(rows, "thread"))
    return {str(each.pk): each for each in (*turns, *notes, *threads)}


def _ids(rows: Iterable[Finding], kind: str) -> list[UUID]:
    found = []
    for row in rows:
        with suppress(ValueError):
            if row.object_kind == kind:
                found.append(UUID(row.object_id))
    return found


def _case_of_findings(group: list[Finding], thing: Turn | Note | Thread | None) -> bool:
    """Several findings of one turn are one case. So is what one person tries again and again that a rule refuses."""
    first = group[0]
    name = f"{first.object_kind}:{first.object_id}"
    if not isinstance(thing, Turn | Note):
        name = f"{name}:{first.person_id or 0}:{first.rule_id or 0}"
    names = ", ".join(dict.fromkeys(row.rule_name for row in group))
    with transaction.atomic():
        case, is_new = Case.objects.get_or_create(
            source=_open_source(name),
            defaults={"kind": CaseKind.RULE, "person": first.person, "summary": names[:300], **_about(thing)},
        )
        CaseFinding.objects.bulk_create([CaseFinding(case=case, finding=row) for row in group], ignore_conflicts=True)
        if not is_new:
            Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
        news.tell(case, "opened")
    return is_new


def _open_source(name: str) -> str:
    """Where the case about the same thing is closed already, what is found since is another one."""
    past = list(Case.objects.filter(Q(source=name) | Q(source__startswith=f"{name}:")).order_by("opened_at"))
    still = next((case.source for case in past if not case.outcome), "")
    return still or (f"{name}:{len(past)}" if past else name)


def _about(thing: Turn | Note | Thread | None) -> dict[str, object]:
    if isinstance(thing, Note):
        turn = thing.take.turn
        return {"turn": turn, "take": thing.take, "note_id": thing.pk, "thread_id": turn.thread_id}
    if isinstance(thing, Turn):
        return {"turn": thing, "thread_id": thing.thread_id}
    return {"thread": thing}


def _from_jobs() -> int:
    rows = Job.objects.filter(
        ~Exists(_open_or_later("finished_at", kind=CaseKind.PROVIDER, turn=OuterRef("turn"))),
        created_at__gte=timezone.now() - LOOK_BACK,
        error_code__in=REFUSALS,
        finished_at__isnull=False,
        started_at__isnull=False,  # what moderators refuse here is never sent
    )
    rows = rows.exclude(provider="rehearsal")  # a refusal that its prompt asked for
    jobs = rows.select_related("turn").defer("raw", "results").order_by("created_at")[:AT_ONCE]
    return sum(_case_of_job(job) for job in {job.turn_id: job for job in jobs}.values())  # one turn, tried again


def _case_of_job(job: Job) -> bool:
    return _bring_up(
        source=f"job:{job.pk}",
        kind=CaseKind.PROVIDER,
        thread_id=job.turn.thread_id,
        turn=job.turn,
        person_id=job.turn.author_id,
        summary=job.error_code,
    )


def _from_takes() -> int:
    rows = Take.objects.filter(
        ~Exists(_open_or_later("held_at", take=OuterRef("pk"))), held_by=HeldBy.PROVIDER, trashed_at=None
    )
    takes = rows.select_related("turn").order_by("held_at")[:AT_ONCE]
    return sum(_case_of_take(take) for take in takes)


def _case_of_take(take: Take) -> bool:
    since = int(take.held_at.timestamp()) if take.held_at else 0
    return _bring_up(
        source=f"take:{take.pk}:{since}",
        kind=CaseKind.FLAGGED,
        thread_id=take.turn.thread_id,
        turn=take.turn,
        take=take,
        person_id=take.turn.author_id,
        summary=take.held_reason,
    )


def _bring_up(source: str, **fields: object) -> bool:
    with transaction.atomic():
        case, is_new = Case.objects.get_or_create(source=source, defaults=fields)
        if is_new:
            news.tell(case, "opened")
    return is_new
