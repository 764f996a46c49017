"""Claims, decisions with a delay that can be undone, what they do, and what happens when two decide."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.live.models import Event
from studio.moderation import actions, applying, wording
from studio.moderation.deciding import UNDO
from studio.moderation.gathering import gather
from studio.moderation.models import Case, Ground, Outcome, Strike
from studio.moderation.reporting import Reporter, report
from studio.moderation.sweeping import sweep
from studio.queue import run_pending
from studio.review.models import Note
from studio.screening.models import Finding
from studio.threads import actions as deeds
from studio.threads.models import HeldBy, Take, Turn

pytestmark = pytest.mark.django_db
AsClient = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def other(moderator: User) -> User:
    """Another moderator."""
    return User.objects.create_superuser("milo@example.com", "correct horse battery", name="Milo")


def decide(user: User, case: Case, outcome: str, ground: str = "violence", message: str = "") -> Case:
    return actions.decide(user, case.pk, actions.Wish(outcome, ground, message, case.version))


def settle() -> None:
    """The ten seconds pass."""
    Case.objects.exclude(outcome="").update(effective_at=timezone.now() - timedelta(seconds=1))
    OrmQ.objects.update(lock=timezone.now())
    run_pending()


def fresh(take: Take) -> Take:
    return Take.objects.select_related("asset", "turn__thread__team").get(pk=take.pk)


def test_nothing_happens_before_ten_seconds_have_passed(case: Case, held: Take, moderator: User) -> None:
    decide(moderator, case, Outcome.RELEASED)
    assert run_pending() == 0
    applying.apply(str(case.pk))
    sweep(timezone.now())
    assert fresh(held).held_at
    row = OrmQ.objects.get()
    assert row.lock is not None
    assert UNDO - timedelta(seconds=1) < row.lock - timezone.now() < UNDO + timedelta(seconds=1)


def test_a_release_shows_the_take_again(case: Case, held: Take, moderator: User) -> None:
    decided = decide(moderator, case, Outcome.RELEASED)
    settle()
    assert fresh(held).held_at is None
    assert (decided.ground, decided.message) == (Ground.FINE, wording.suggested(Outcome.RELEASED, ""))


def test_a_take_that_stays_hidden_is_held_by_staff(case: Case, held: Take, moderator: User) -> None:
    decide(moderator, case, Outcome.KEPT, message="A person in it did not agree.")
    settle()
    take = fresh(held)
    assert take.held_by == HeldBy.STAFF
    assert "A person in it did not agree." in take.held_reason
    assert not Strike.objects.exists()


@pytest.mark.parametrize("is_held", [True, False])
def test_a_deleted_take_is_in_the_trash_and_held_there(made: Take, moderator: User, owner: User, is_held: bool) -> None:
    if is_held:
        deeds.hold_take(moderator, made, "First look.")
    case = report(Reporter(owner), made, "violence").case
    case.refresh_from_db()
    decide(moderator, case, Outcome.DELETED)
    settle()
    take = fresh(made)
    assert take.trashed_at
    assert take.held_at
    deeds.restore_take(owner, take)
    assert fresh(made).held_at


def test_a_strike_counts_for_ninety_days(case: Case, held: Take, moderator: User, editor: User) -> None:
    decide(moderator, case, Outcome.STRUCK, "sexual")
    settle()
    strike = Strike.objects.get()
    assert (strike.person, strike.given_by, strike.ground, strike.case) == (editor, moderator, "sexual", case)
    assert timedelta(days=89) < strike.expires_at - timezone.now() < timedelta(days=91)
    assert fresh(held).held_by == HeldBy.STAFF
    settle()
    sweep(timezone.now())
    assert Strike.objects.count() == 1


def test_all_takes_of_a_turn_go_with_its_words(
    add_turn: Callable[..., Turn], find: Callable[..., Finding], moderator: User
) -> None:
    turn = add_turn("A Kestrel", takes=2)
    find(turn, "Kestrel")
    gather()
    decide(moderator, Case.objects.get(), Outcome.KEPT)
    settle()
    assert set(turn.takes.values_list("held_by", flat=True)) == {HeldBy.STAFF}


@pytest.mark.parametrize(("outcome", "is_gone"), [("released", False), ("kept", True), ("deleted", True)])
def test_a_note_goes_off_its_page(made: Take, reviewer: User, moderator: User, outcome: str, is_gone: bool) -> None:
    note = Note.objects.create(take=made, author=reviewer, text="Fools.")
    case = report(Reporter(made.turn.author), note, "hate").case
    case.refresh_from_db()
    decide(moderator, case, outcome)
    settle()
    note.refresh_from_db()
    assert bool(note.deleted_at) == is_gone
    assert fresh(made).held_at is None


def test_a_turn_that_waits_is_sent_or_refused(
    add_turn: Callable[..., Turn], find: Callable[..., Finding], moderator: User
) -> None:
    for outcome in (Outcome.RELEASED, Outcome.KEPT):
        turn = add_turn("A Kestrel", takes=0, status="queued", held_at=timezone.now(), held_reason="brands")
        find(turn, "Kestrel", verdict="hold")
        gather()
        decide(moderator, Case.objects.get(turn=turn), outcome, message="No brands, please.")
        settle()
        turn.refresh_from_db()
        job = turn.jobs.get()
        gather()
        assert Case.objects.filter(turn=turn).count() == 1
        if outcome == Outcome.RELEASED:
            assert (turn.held_at, job.status) == (None, "answered")  # it was sent, and asks for nothing
        else:
            assert (job.status, job.error_detail) == ("failed", "No brands, please.")


def test_an_undo_leaves_everything_as_it_was(case: Case, held: Take, moderator: User, other: User) -> None:
    decide(moderator, case, Outcome.DELETED)
    with pytest.raises(actions.Outdated, match="Only they can undo it"):
        actions.undo(other, case.pk)
    undone = actions.undo(moderator, case.pk)
    assert (undone.outcome, undone.claimed_by, undone.version) == ("", moderator, 2)
    settle()
    assert fresh(held).trashed_at is None
    with pytest.raises(actions.Outdated, match="was undone already"):
        actions.undo(moderator, case.pk)


def test_what_has_taken_effect_is_not_undone(case: Case, moderator: User) -> None:
    decide(moderator, case, Outcome.KEPT)
    settle()
    with pytest.raises(actions.Outdated, match="It has taken effect by now"):
        actions.undo(moderator, case.pk)


def test_a_lost_task_is_made_up_for_by_the_sweep(case: Case, held: Take, moderator: User) -> None:
    decide(moderator, case, Outcome.RELEASED)
    OrmQ.objects.all().delete()
    sweep(timezone.now() + UNDO * 2)
    assert fresh(held).held_at  # due by this clock, but not by the one that the effect itself looks at
    settle()
    sweep(timezone.now())
    assert fresh(held).held_at is None


def test_what_cannot_take_effect_opens_the_case_again_and_says_why(case: Case, held: Take, moderator: User) -> None:
    decide(moderator, case, Outcome.KEPT)
    User.objects.filter(pk=moderator.pk).update(is_superuser=False)
    settle()
    case.refresh_from_db()
    assert (case.outcome, case.applied_at) == ("", None)
    assert case.trouble
    assert fresh(held).held_by == HeldBy.PROVIDER
    assert AuditEntry.objects.filter(act="case.reopened", object_id=str(case.pk)).exists()


def test_the_second_who_decides_is_told_by_whom_and_when(
    as_client: AsClient, case: Case, moderator: User, other: User
) -> None:
    decide(other, case, Outcome.RELEASED)
    wish = {"outcome": "kept", "ground": "violence", "message": "My own words", "version": "0"}
    url = reverse("moderation:case-decide", args=[case.pk])
    answer = as_client(moderator).post(url, wish, headers=HTMX)
    assert answer.status_code == 409
    assert "Milo has closed this case at" in answer.content.decode()
    assert "released" in answer.content.decode()
    assert "My own words" in answer.content.decode()
    assert "nothing is lost" in answer.content.decode()
    case.refresh_from_db()
    assert (case.decided_by, case.outcome) == (other, Outcome.RELEASED)


def test_what_came_in_meanwhile_has_to_be_looked_at_first(
    as_client: AsClient, case: Case, held: Take, moderator: User, owner: User
) -> None:
    report(Reporter(owner), held, "minors")
    wish = {"outcome": "released", "version": "0"}
    answer = as_client(moderator).post(reverse("moderation:case-decide", args=[case.pk]), wish, headers=HTMX)
    assert answer.status_code == 409
    assert b"Something has come in about this case since you opened it" in answer.content


def test_a_claim_keeps_others_from_deciding_until_it_ends(case: Case, moderator: User, other: User) -> None:
    actions.claim(moderator, case)
    with pytest.raises(actions.Outdated, match="Mona works on this case"):
        actions.claim(other, Case.objects.get())
    with pytest.raises(actions.Outdated, match="Mona works on this case"):
        decide(other, case, Outcome.RELEASED)
    Case.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    actions.claim(other, Case.objects.get())
    actions.leave(moderator, Case.objects.get())
    assert Case.objects.get().claimed_by == other
    actions.leave(other, Case.objects.get())
    decide(moderator, case, Outcome.RELEASED)
    said = Event.objects.filter(stream="moderation").order_by("number").values_list("payload", flat=True)
    assert [each["what"] for each in said] == ["opened", "claimed", "claimed", "left", "decided"]


def test_a_reason_is_required_to_hide_and_none_to_release(as_client: AsClient, case: Case, moderator: User) -> None:
    url, client = reverse("moderation:case-decide", args=[case.pk]), as_client(moderator)
    wish = {"outcome": "kept", "ground": "", "message": "My own words", "version": "0"}
    answer = client.post(url, wish, headers=HTMX)
    assert answer.status_code == 422
    assert b"Choose the reason first." in answer.content
    assert b"My own words" in answer.content
    assert client.post(url, {**wish, "outcome": "burnt"}, headers=HTMX).status_code == 422
    assert client.post(url, {**wish, "ground": "hate", "message": "x" * 501}, headers=HTMX).status_code == 422
    assert client.post(url, {**wish, "outcome": "released"}, headers=HTMX).status_code == 200


@pytest.mark.parametrize("digits", [12, 30, 5000])
def test_a_version_that_no_case_has_is_an_old_page(
    as_client: AsClient, case: Case, moderator: User, digits: int
) -> None:
    wish = {"outcome": "kept", "ground": "violence", "message": "My own words", "version": "9" * digits}
    answer = as_client(moderator).post(reverse("moderation:case-decide", args=[case.pk]), wish, headers=HTMX)
    assert answer.status_code == 409
    assert "My own words" in answer.content.decode()
    assert as_client(moderator).get(reverse("moderation:queue"), {"shown": "9" * digits}).status_code == 200


@pytest.mark.parametrize("rank", ["is_staff", "is_superuser"])
def test_moderators_give_no_strike_to_themselves_nor_to_whoever_looks_after_the_studio(
    as_client: AsClient, case: Case, moderator: User, other: User, rank: str
) -> None:
    User.objects.filter(pk=moderator.pk).update(is_superuser=False)
    moderator.user_permissions.set(Permission.objects.filter(codename__in=["change_case", "change_take"]))
    weaker, url = User.objects.get(pk=moderator.pk), reverse("moderation:case-detail", args=[case.pk])
    assert 'id="do-struck">' in as_client(weaker).get(url, headers=HTMX).content.decode()
    User.objects.filter(cases=case).update(**{rank: True})
    with pytest.raises(actions.Refused, match="looks after this studio"):
        decide(weaker, case, Outcome.STRUCK)
    assert 'id="do-struck" disabled' in as_client(weaker).get(url, headers=HTMX).content.decode()
    Case.objects.filter(pk=case.pk).update(person=moderator)
    with pytest.raises(actions.Refused, match="themselves"):
        decide(weaker, case, Outcome.STRUCK)
    Case.objects.filter(pk=case.pk).update(person=case.person)
    assert decide(other, case, Outcome.STRUCK).outcome == Outcome.STRUCK


def test_nobody_gets_a_strike_for_what_a_guest_wrote(made: Take, owner: User, moderator: User) -> None:
    note = Note.objects.create(take=made, text="Fools.")
    case = report(Reporter(owner), note, "hate").case
    case.refresh_from_db()
    with pytest.raises(actions.Refused, match="nobody to give a strike to"):
        decide(moderator, case, Outcome.STRUCK)


def test_who_may_not_change_takes_may_not_decide_about_them(case: Case, moderator: User) -> None:
    moderator.is_superuser = False
    with pytest.raises(PermissionDenied):
        decide(moderator, case, Outcome.KEPT)


def test_each_decision_is_written_down_once(case: Case, moderator: User) -> None:
    decide(moderator, case, Outcome.KEPT, "minors", "No.")
    entry = AuditEntry.objects.get(act="case.decided")
    assert (entry.actor, entry.object_id, entry.detail["reason"]) == (moderator, str(case.pk), "minors")
    assert entry.detail["before"]["outcome"] == "open"
    assert entry.detail["after"] == {"outcome": "kept", "ground": "minors", "message": "No."}
    assert entry.detail["take"] == str(case.take_id)


def test_a_suggestion_that_nobody_changed_follows_the_outcome() -> None:
    shown = wording.by_ground()["hate"]
    assert wording.suited("deleted", "hate", shown) == "It is deleted: it insults or threatens people."
    assert wording.suited("struck", "hate", "Please be kind.") == "Please be kind."
    assert wording.suited("released", "fine", shown) == wording.suggested("released", "")


def test_its_author_is_told(as_client: AsClient, case: Case, moderator: User, editor: User, owner: User) -> None:
    decide(moderator, case, Outcome.STRUCK, "rights", "That is somebody's work.")
    settle()
    assert Event.objects.filter(stream=editor.stream, kind="notice.added").count() == 1
    page = as_client(editor).get(reverse("moderation:notices")).content.decode()
    assert "That is somebody&#x27;s work." in page
    assert "You have 1 strike." in page
    mine = as_client(editor).get(reverse("moderation:turn-notice", args=[case.turn_id])).content.decode()
    assert "A moderator says: “That is somebody&#x27;s work.”" in mine
    others = as_client(owner)
    assert others.get(reverse("moderation:turn-notice", args=[case.turn_id])).content.strip() == b""
    assert "Nothing yet" in others.get(reverse("moderation:notices")).content.decode()


def test_what_was_thrown_away_meanwhile_is_held_too(made: Take, moderator: User, owner: User) -> None:
    case = report(Reporter(owner), made, "violence").case
    case.refresh_from_db()
    deeds.trash_take(owner, made)
    decide(moderator, case, Outcome.KEPT)
    settle()
    deeds.restore_take(owner, made)
    assert fresh(made).held_by == HeldBy.STAFF


def test_nobody_decides_about_themselves(made: Take, moderator: User, owner: User) -> None:
    case = report(Reporter(owner), made, "violence").case
    Case.objects.filter(pk=case.pk).update(person=moderator)
    case.refresh_from_db()
    User.objects.filter(pk=moderator.pk).update(is_superuser=False)
    with pytest.raises(PermissionDenied, match="about you"):
        decide(User.objects.get(pk=moderator.pk), case, Outcome.RELEASED)
