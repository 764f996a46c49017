"""What rules find, what providers refuse, and what safety checks hold comes up once, by itself."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.live.models import Event
from studio.moderation.gathering import gather
from studio.moderation.marking import excerpt, marked
from studio.moderation.models import Case, CaseKind, Outcome
from studio.moderation.pruning import forget_findings
from studio.moderation.sweeping import sweep
from studio.operations.pruning import prune
from studio.screening.findings import keep
from studio.screening.models import Finding, Rule, Verdict
from studio.screening.ruling import Match, Screening
from studio.threads import actions as deeds
from studio.threads.holds import let_go
from studio.threads.models import Job, JobStatus, Take, Thread, Turn

pytestmark = pytest.mark.django_db
AddTurn = Callable[..., Turn]
Find = Callable[..., Finding]


def test_several_findings_of_one_turn_are_one_case(add_turn: AddTurn, find: Find, editor: User) -> None:
    turn = add_turn("A Kestrel cola advert", author=editor)
    find(turn, "Kestrel")
    find(turn, "cola", rule="drinks", verdict=Verdict.HOLD)
    assert gather() == 1
    case = Case.objects.get()
    assert (case.kind, case.turn, case.person, case.summary) == (CaseKind.RULE, turn, editor, "brands, drinks")
    assert case.case_findings.count() == 2
    assert gather() == 0


def test_what_is_found_later_joins_the_case_and_changes_it(add_turn: AddTurn, find: Find) -> None:
    turn = add_turn("A Kestrel cola advert")
    find(turn, "Kestrel")
    gather()
    find(turn, "cola")
    assert gather() == 0
    case = Case.objects.get()
    assert (case.case_findings.count(), case.version) == (2, 1)


def test_a_warning_is_between_the_rule_and_the_author(add_turn: AddTurn, find: Find) -> None:
    find(add_turn("A Kestrel"), "Kestrel", verdict=Verdict.WARN)
    assert gather() == 0


def test_words_that_were_refused_before_they_were_a_turn_come_up_as_one(thread: Thread, editor: User) -> None:
    for rule in ("weapons", "hate"):
        Finding.objects.create(
            rule_name=rule,
            verdict=Verdict.BLOCK,
            person=editor,
            object_kind="thread",
            object_id=str(thread.pk),
            text="a gun",
            matches=[[2, 5]],
        )
    assert gather() == 1
    case = Case.objects.get()
    assert (case.turn, case.thread, case.summary) == (None, thread, "weapons, hate")


def refuse(thread: Thread, person: User, rule: Rule, text: str) -> None:
    screening = Screening(text, (Match(rule.pk, rule.name, Verdict.BLOCK, "", ((0, len(text)),)),))
    keep(screening, person, "thread", thread.pk)


def test_who_tries_the_same_again_and_again_is_one_case_with_a_count(
    as_client: Callable[[User | None], Client], thread: Thread, editor: User, owner: User, moderator: User
) -> None:
    weapons, hate = (Rule.objects.create(name=name, text=name) for name in ("weapons", "hate"))
    for text in ("a gun", "a g u n", "a gnu"):
        refuse(thread, editor, weapons, text)
        gather()
    refuse(thread, editor, hate, "hate")
    refuse(thread, owner, weapons, "a gun")
    assert gather() == 2
    case = Case.objects.get(person=editor, summary="weapons")
    assert (case.case_findings.count(), case.version) == (3, 2)
    page = as_client(moderator).get(reverse("moderation:case-detail", args=[case.pk]), headers={"HX-Request": "true"})
    html = page.content.decode()
    assert "Rule: weapons, 3 times" in html
    now, _, before = html.partition("Refused before")
    assert "<mark>a gnu</mark>" in now
    assert before.index("<mark>a g u n</mark>") < before.index("<mark>a gun</mark>")
    Case.objects.update(outcome=Outcome.KEPT, applied_at=timezone.now())
    refuse(thread, editor, weapons, "a gun")
    assert gather() == 1


def test_a_turn_that_its_provider_refuses_at_each_try_is_one_case_with_a_count(
    as_client: Callable[[User | None], Client], block: Callable[..., Turn], moderator: User
) -> None:
    turn, now = block("input_blocked"), timezone.now()
    again = {"error_code": "input_blocked", "started_at": now, "finished_at": now, "status": JobStatus.FAILED}
    Job.objects.create(turn=turn, attempt=2, **again)
    assert gather() == 1
    Job.objects.create(turn=turn, attempt=3, **again)
    block("input_blocked")
    assert gather() == 1
    html = as_client(moderator).get(reverse("moderation:queue")).content.decode()
    assert html.count("Provider refused the words, 3 times") == 1
    assert html.count("Provider refused the words") == 2


def test_what_was_found_goes_with_what_it_was_found_in_unless_a_case_is_open(
    add_turn: AddTurn, find: Find, thread: Thread, owner: User, editor: User
) -> None:
    turn = add_turn("A Kestrel")
    find(turn, "Kestrel")
    rule = Rule.objects.create(name="weapons", text="gun")
    refuse(thread, editor, rule, "a gun")
    refuse(Thread.objects.create(team=thread.team, author=owner), editor, rule, "another gun")
    gather()
    assert forget_findings() == 0
    deeds.trash_thread(owner, thread)
    deeds.delete_thread(owner, thread)
    trail = AuditEntry.objects.count()
    assert forget_findings() == 0
    Case.objects.update(outcome=Outcome.KEPT, applied_at=timezone.now())
    assert prune(timezone.now())["findings"] == 2
    assert [each.text for each in Finding.objects.all()] == ["another gun"]
    assert (Case.objects.count(), AuditEntry.objects.count()) == (3, trail)


def test_what_a_provider_refused_comes_up_once_for_each_time(block: Callable[..., Turn]) -> None:
    turn = block("input_blocked")
    assert gather() == 1
    case = Case.objects.get()
    assert (case.kind, case.turn, case.summary) == (CaseKind.PROVIDER, turn, "input_blocked")
    assert gather() == 0


@pytest.mark.parametrize("code", ["busy", "timeout"])
def test_other_failures_do_not(block: Callable[..., Turn], code: str) -> None:
    block(code)
    assert gather() == 0


def test_a_rehearsed_refusal_does_not(block: Callable[..., Turn]) -> None:
    block("input_blocked").jobs.update(provider="rehearsal")
    assert gather() == 0


def test_a_turn_that_was_refused_here_and_never_sent_does_not(add_turn: AddTurn) -> None:
    add_turn(takes=0, status=JobStatus.FAILED, job={"error_code": "input_blocked"})
    assert gather() == 0


def test_a_take_that_a_safety_check_holds_comes_up_until_somebody_decides(held: Take, moderator: User) -> None:
    assert gather() == 1
    case = Case.objects.get()
    assert (case.kind, case.take, case.person) == (CaseKind.FLAGGED, held, held.turn.author)
    let_go(held)
    assert gather() == 0
    assert Event.objects.filter(stream="moderation", kind="case.changed").count() == 1


def test_the_sweep_brings_them_up_too(held: Take) -> None:
    sweep(held.turn.created_at)
    assert Case.objects.filter(take=held).exists()


def test_marks_stand_where_something_was_found_and_nothing_else_is_believed() -> None:
    assert marked("a <b> Kestrel", [[6, 13]]) == "a &lt;b&gt; <mark>Kestrel</mark>"
    assert marked("abcdef", [[1, 3], [2, 4], [9, 12], [5, 5]]) == "a<mark>bcd</mark>ef"
    assert marked("", [[0, 3]]) == ""
    line = excerpt("x" * 100 + "Kestrel" + "y" * 100, [[100, 107]])
    assert "<mark>Kestrel</mark>" in line
    assert line.startswith("…x")
    assert line.endswith("y…")
