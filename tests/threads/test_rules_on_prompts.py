"""The studio's rules stand before every provider: what they refuse, hold, flag and warn about."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from studio.accounts.models import Team, User
from studio.audit.models import AuditEntry
from studio.screening.models import Finding, Rule, RuleKind, Verdict
from studio.threads import actions, jobs, sample
from studio.threads.models import Job, JobStatus, Thread, Turn
from tests.threads.conftest import heard, job_of
from tests.threads.scripted import Scripted

AsClient = Callable[[User], Client]
Send = Callable[..., Turn]


@pytest.fixture
def rule(db: None) -> Callable[..., Rule]:
    def make(verdict: Verdict, text: str = "gun 炸弹", **fields: object) -> Rule:
        given = {"name": "weapons", "message": "No weapons here.", "kind": RuleKind.WORDS, **fields}
        return Rule.objects.create(text=text, verdict=verdict, **given)

    return make


@pytest.fixture
def held(editor: User, thread: Thread, rule: Callable[..., Rule]) -> Turn:
    rule(Verdict.HOLD)
    return actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="a calm sea and a ＧＵＮ")


def page_of(client: Client, turn: Turn) -> str:
    return client.get(f"/turns/{turn.pk}/", headers={"HX-Request": "true"}).content.decode()


def test_what_is_refused_makes_no_turn_and_says_which_words_and_why(
    editor: User, thread: Thread, rule: Callable[..., Rule]
) -> None:
    rule(Verdict.BLOCK)
    token = uuid.uuid4()
    with pytest.raises(actions.ActionRefused) as refused:
        actions.start_turn(editor, thread, token=token, prompt="give him a G\u200bun, 一个炸 弹")
    assert refused.value.field == "prompt"
    for part in ("“G\u200bun”", "“炸 弹”", "No weapons here.", "Nothing was sent"):
        assert part in refused.value.sentence
    assert (Turn.objects.count(), Job.objects.count(), OrmQ.objects.count()) == (0, 0, 0)
    finding = Finding.objects.get()
    assert (finding.object_kind, finding.object_id, finding.person) == ("thread", str(thread.pk), editor)
    assert [finding.text[start:end] for start, end in finding.matches] == ["G\u200bun", "炸 弹"]
    turn = actions.start_turn(editor, thread, token=token, prompt="give him a flower")
    assert job_of(turn).status == JobStatus.QUEUED


def test_the_page_keeps_what_was_written_and_shows_the_sentence(
    editor: User, thread: Thread, rule: Callable[..., Rule], as_client: AsClient
) -> None:
    rule(Verdict.BLOCK)
    client = as_client(editor)
    data = {"prompt": "a gun at sunset", "token": str(uuid.uuid4()), "model": "local/engine-1"}
    answer = client.post(f"/threads/{thread.pk}/turns/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This studio&#x27;s rules refuse “gun”. No weapons here." in page and "a gun at sunset</textarea>" in page


def test_in_the_library_too_and_no_empty_thread_is_left(
    editor: User, team: Team, rule: Callable[..., Rule], as_client: AsClient
) -> None:
    rule(Verdict.BLOCK)
    answer = as_client(editor).post("/threads/start/", {"prompt": "a gun at sunset", "token": str(uuid.uuid4())})
    assert answer.status_code == 422 and "rules refuse “gun”" in answer.content.decode()
    assert not Thread.objects.exists()
    assert Finding.objects.get().object_kind == "team"


def test_a_held_turn_waits_and_nothing_sends_it(held: Turn) -> None:
    job = job_of(held)
    assert (held.held_at is not None, held.held_reason) == (True, "It says “ＧＵＮ”. No weapons here.")
    assert (job.status, OrmQ.objects.count()) == (JobStatus.QUEUED, 0)
    finding = Finding.objects.get()
    assert (finding.object_kind, finding.object_id, finding.verdict) == ("turn", str(held.pk), "hold")
    jobs.submit(str(job.pk))
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=2))
    jobs.sweep(timezone.now() + timedelta(days=1))
    assert (job_of(held).status, job_of(held).tries, OrmQ.objects.count()) == (JobStatus.QUEUED, 0, 0)


def test_author_and_team_see_a_held_card_and_strangers_nothing(
    held: Turn, editor: User, viewer: User, stranger: User, as_client: AsClient
) -> None:
    for member, may_take_back in ((editor, True), (viewer, False)):
        card = page_of(as_client(member), held)
        assert "This studio's rules hold this turn until a moderator has looked." in card
        assert "Nothing was sent, nothing is charged." in card and "It says “ＧＵＮ”" in card
        assert ("Take it back" in card) is may_take_back
        assert 'data-state="held"' in card
    assert as_client(stranger).get(f"/turns/{held.pk}/").status_code == 404


def test_its_author_can_take_it_back_and_send_it_again(held: Turn, editor: User) -> None:
    actions.stop_turn(editor, held)
    held.refresh_from_db()
    assert (job_of(held).status, held.held_at) == (JobStatus.CANCELLED, None)
    actions.retry_turn(editor, held)
    held.refresh_from_db()
    assert (job_of(held).attempt, job_of(held).status, OrmQ.objects.count()) == (2, JobStatus.QUEUED, 0)
    assert held.held_at is not None


def test_a_released_turn_is_sent_and_the_rules_are_not_asked_again(
    scripted: Scripted, send: Send, editor: User, moderator: User, rule: Callable[..., Rule]
) -> None:
    weapons = rule(Verdict.HOLD)
    turn = send("a gun at dawn")
    stream = turn.thread.stream
    before = len(heard(stream))
    actions.release_turn(moderator, turn, "a toy, says the caption")
    turn.refresh_from_db()
    job = job_of(turn)
    assert (turn.held_at, turn.held_reason, OrmQ.objects.count()) == (None, "", 1)
    assert heard(stream)[before:] == ["turn.changed"]
    entry = AuditEntry.objects.get(act="turn.released")
    assert (entry.actor, entry.object_id, entry.detail["reason"]) == (
        moderator, str(turn.pk), "a toy, says the caption",
    )  # fmt: skip
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING
    jobs.fail(job, "busy")
    assert actions.retry_turn(editor, turn).due_at is not None
    jobs.submit(str(job_of(turn).pk))
    jobs.fail(job_of(turn), "busy")
    weapons.message = "Changed."
    weapons.save()
    actions.retry_turn(editor, turn)
    turn.refresh_from_db()
    assert turn.held_at is not None


def test_a_refused_turn_is_a_card_with_the_moderators_words(
    held: Turn, editor: User, moderator: User, as_client: AsClient
) -> None:
    actions.refuse_turn(moderator, held, "a weapon", "Real weapons are not shown in this studio.")
    job = job_of(held)
    held.refresh_from_db()
    assert (job.status, job.error_code, held.held_at) == (JobStatus.FAILED, "input_blocked", None)
    assert AuditEntry.objects.get(act="turn.refused").detail["reason"] == "a weapon"
    card = page_of(as_client(editor), held)
    assert "This studio refused the request" in card and "Real weapons are not shown in this studio." in card
    assert "Nothing was charged" in card and "Change it" in card and "Retry" not in card
    with pytest.raises(actions.ActionRefused, match="This studio refused this turn"):
        actions.retry_turn(editor, held)


@pytest.mark.parametrize("decide", ["release", "refuse"])
def test_only_staff_decide_and_once_and_with_a_reason(
    held: Turn, editor: User, owner: User, moderator: User, decide: str
) -> None:
    def act(user: User, reason: str) -> None:
        if decide == "release":
            actions.release_turn(user, held, reason)
        else:
            actions.refuse_turn(user, held, reason, "No.")

    for user in (editor, owner):
        with pytest.raises(PermissionDenied):
            act(user, "because")
    with pytest.raises(actions.ActionRefused, match="in a few words why"):
        act(moderator, " ")
    act(moderator, "because")
    with pytest.raises(actions.ActionRefused, match="decided about this turn already"):
        act(moderator, "because")


def test_what_its_author_took_back_cannot_be_released(held: Turn, editor: User, moderator: User) -> None:
    actions.stop_turn(editor, held)
    with pytest.raises(actions.ActionRefused, match="took it back"):
        actions.release_turn(moderator, held, "because")


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (Verdict.WARN, "It was sent. Mind “gun”. No weapons here."),
        (Verdict.FLAG, "It was sent. Moderators of this studio will see that it says “gun”. No weapons here."),
    ],
)
def test_flags_and_warnings_let_it_pass_and_tell_the_author(
    editor: User, thread: Thread, rule: Callable[..., Rule], as_client: AsClient, verdict: Verdict, sentence: str
) -> None:
    rule(verdict)
    client = as_client(editor)
    data = {"prompt": "a gun at sunset", "token": str(uuid.uuid4()), "model": "local/engine-1"}
    answer = client.post(f"/threads/{thread.pk}/turns/", data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "toast:show" in answer.headers["HX-Trigger"] and "gun" in answer.headers["HX-Trigger"]
    turn = Turn.objects.get()
    assert actions.warning_of(turn) == sentence
    assert (turn.held_at, OrmQ.objects.count()) == (None, 1)
    data = {"prompt": "another gun", "token": str(uuid.uuid4()), "model": "local/engine-1"}
    page = client.post(f"/threads/{thread.pk}/turns/", data, follow=True).content.decode()
    assert "“gun”" in page and "No weapons here." in page


def test_a_rule_that_is_off_or_gone_finds_nothing_from_then_on(
    send: Send, scripted: Scripted, rule: Callable[..., Rule]
) -> None:
    weapons = rule(Verdict.BLOCK)
    with pytest.raises(actions.ActionRefused):
        send("a gun")
    weapons.is_on = False
    weapons.save()
    send("a gun")
    rule(Verdict.BLOCK).delete()
    send("a gun")
    assert Turn.objects.count() == 2


def test_a_runaway_expression_holds_the_turn_and_loses_nothing(
    editor: User, thread: Thread, rule: Callable[..., Rule], moderator: User
) -> None:
    rule(Verdict.BLOCK, r"(a|aa)+$", kind=RuleKind.REGEX, message="")
    turn = actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="s" + "a" * 80 + "d sea")
    assert turn.held_reason == "A rule could not read it in time, so a person does."
    finding = Finding.objects.get()
    assert (finding.timed_out, finding.matches, finding.verdict) == (True, [], "hold")
    actions.release_turn(moderator, turn, "only a long word")
    assert OrmQ.objects.count() == 1


def test_the_sample_is_the_programs_own_words(editor: User, team: Team, rule: Callable[..., Rule]) -> None:
    rule(Verdict.BLOCK, "ocean")
    thread = sample.make_sample(editor, team)
    assert Turn.objects.get(thread=thread).held_at is None
    assert not Finding.objects.exists()
