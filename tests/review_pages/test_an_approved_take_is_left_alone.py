"""An approved take is immutable, and going on from it makes a branch: what each act on it does, and what people see."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.live.models import Event
from studio.review import actions as review
from studio.review.actions import ReviewChanged, Seen
from studio.review.models import Choice, Note
from studio.threads import actions
from studio.threads.models import JobStatus, Take, Thread, Turn
from studio.threads.paths import tree_of
from tests.threads_pages.conftest import AddTurn, add_turn, take_of, thread

__all__ = ["add_turn", "thread"]
pytestmark = pytest.mark.django_db
AsClient = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
SAID = "branch from the approved take"


@pytest.fixture
def take(add_turn: AddTurn, editor: User) -> Take:
    return loaded(take_of(add_turn("A calm sea", author=editor)))


def loaded(take: Take) -> Take:
    return Take.objects.select_related("turn__thread__team", "asset").get(pk=take.pk)


def approve(user: User, take: Take, *, resolves: bool = False) -> None:
    review.decide(user, take, Choice.APPROVE, Seen.of(take, review.count_notes(take)), resolves=resolves)
    take.refresh_from_db()


def go_on(user: User, take: Take) -> Turn:
    return actions.start_turn(
        user, loaded(take).turn.thread, token=uuid.uuid4(), prompt="make it warmer", parent=loaded(take)
    )


def kept(take: Take) -> tuple[object, ...]:
    row = Take.objects.get(pk=take.pk)
    return row.asset_id, row.video_id, row.trashed_at, row.approved_at, row.approved_by_id


class TestGoingOn:
    def test_it_is_a_branch_on_its_card_and_in_the_map(
        self, as_client: AsClient, owner: User, editor: User, take: Take, thread: Thread
    ) -> None:
        approve(owner, take)
        before = kept(take)
        turn = go_on(editor, take)
        card = as_client(editor).get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX).content.decode()
        assert SAID in card
        page = as_client(editor).get(reverse("threads:thread-map", args=[thread.pk]), headers=HTMX).content.decode()
        assert page.count(SAID) == 1
        assert 'data-depth="1"' in page
        assert kept(take) == before

    def test_what_was_there_before_the_approval_is_no_branch(self, owner: User, editor: User, take: Take) -> None:
        turn = go_on(editor, take)
        approve(owner, take)
        tree = tree_of(turn.thread)
        assert [(node.id, depth) for node, depth in tree.branches()] == [(take.turn_id, 0), (turn.pk, 0)]
        assert not tree.nodes[turn.pk].leaves_approved

    def test_once_the_approval_is_withdrawn_it_is_the_next_turn(
        self, as_client: AsClient, owner: User, editor: User, take: Take
    ) -> None:
        approve(owner, take)
        turn = go_on(editor, take)
        review.decide(owner, loaded(take), Choice.NONE, Seen.of(take, 0))
        card = as_client(editor).get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX).content.decode()
        assert SAID not in card
        assert [depth for _node, depth in tree_of(turn.thread).branches()] == [0, 0]

    def test_the_sheet_that_makes_a_turn_of_notes_says_it(
        self, as_client: AsClient, owner: User, editor: User, take: Take
    ) -> None:
        note = Note.objects.create(take=take, author=editor, text="Warmer")
        url = f"{reverse('review:next-turn', args=[take.pk])}?note={note.pk}"
        assert "going on starts a branch" not in as_client(editor).get(url).content.decode()
        approve(owner, take)
        assert "going on starts a branch" in as_client(editor).get(url).content.decode()


class TestActsOnIt:
    def test_running_its_turn_again_makes_nothing_and_says_how(
        self, as_client: AsClient, owner: User, editor: User, take: Take
    ) -> None:
        approve(owner, take)
        before = kept(take)
        answer = as_client(editor).post(reverse("threads:turn-retry", args=[take.turn_id]), headers=HTMX)
        assert answer.status_code == 409
        assert "done already. Send it again from the composer to make a sibling" in answer.content.decode()
        assert (take.turn.jobs.count(), kept(take)) == (1, before)

    def test_what_a_stopped_turn_had_made_stays_when_it_runs_again(
        self, owner: User, editor: User, add_turn: AddTurn
    ) -> None:
        """Two of three were there when it was stopped, and one is approved: a new attempt makes takes of its own."""
        turn = add_turn(author=editor, takes=2, status=JobStatus.CANCELLED)
        take = loaded(take_of(turn))
        approve(owner, take)
        before = kept(take)
        actions.retry_turn(editor, loaded(take).turn)
        assert (turn.jobs.count(), kept(take)) == (2, before)

    def test_restoring_it_changes_nothing(self, as_client: AsClient, owner: User, editor: User, take: Take) -> None:
        approve(owner, take)
        before = kept(take)
        for name, row in (("take", take.pk), ("turn", take.turn_id)):
            assert (
                as_client(editor).post(reverse(f"threads:{name}-restore", args=[row]), headers=HTMX).status_code < 300
            )
        assert kept(take) == before

    def test_another_take_of_its_turn_may_be_picked_or_thrown_away(
        self, owner: User, editor: User, add_turn: AddTurn
    ) -> None:
        turn = add_turn(author=editor, takes=3)
        take = loaded(take_of(turn))
        approve(owner, take)
        before = kept(take)
        actions.pick_take(editor, loaded(take_of(turn, 2)))
        actions.trash_take(editor, loaded(take_of(turn, 3)))
        assert kept(take) == before
        assert take_of(turn, 3).trashed_at is not None

    def test_it_is_thrown_away_once_the_approval_is_withdrawn(self, owner: User, editor: User, take: Take) -> None:
        approve(owner, take)
        with pytest.raises(actions.ActionRefused, match="withdraw the approval first"):
            actions.trash_take(editor, loaded(take))
        review.decide(owner, loaded(take), Choice.NEEDS_CHANGES, Seen.of(take, 0))
        actions.trash_take(editor, loaded(take))
        assert Take.objects.get(pk=take.pk).trashed_at is not None


class TestOpenNotes:
    @pytest.fixture
    def notes(self, take: Take, reviewer: User, editor: User) -> list[Note]:
        texts = {"Too dark": False, "Too long": False, "Between us": True}
        made = [Note.objects.create(take=take, author=reviewer, text=t, is_internal=i) for t, i in texts.items()]
        Note.objects.create(take=take, author=editor, text="Yes", parent=made[0])
        return made

    def test_all_are_resolved_with_the_approval_and_everybody_hears_of_it(
        self, as_client: AsClient, owner: User, take: Take, thread: Thread, notes: list[Note]
    ) -> None:
        form = {"choice": "approve", "seen": str(Seen.of(take, 3)), "resolve": "1"}
        answer = as_client(owner).post(reverse("review:take-decide", args=[take.pk]), form, headers=HTMX)
        assert answer.status_code == 204
        assert loaded(take).approved_by == owner
        assert not review.open_notes(take).exists()
        assert {note.resolved_by for note in Note.objects.filter(parent=None)} == {owner}
        heard = Event.objects.filter(kind="note.changed").values_list("stream", "payload__note")
        assert {note for stream, note in heard if stream == thread.stream} == {str(each.pk) for each in notes}
        assert {note for stream, note in heard if stream == review.guests_of(thread.pk)} == {
            str(each.pk) for each in notes[:2]
        }

    def test_they_stay_open_where_nobody_wants_that(
        self, as_client: AsClient, owner: User, take: Take, notes: list[Note]
    ) -> None:
        form = {"choice": "approve", "seen": str(Seen.of(take, 3)), "resolve": ""}
        page = as_client(owner).post(reverse("review:take-decide", args=[take.pk]), form, follow=True).content.decode()
        assert "Your decision is kept. 3 notes are still open." in page
        assert review.open_notes(take).count() == 3

    def test_a_note_that_nobody_has_read_is_not_resolved_with_them(
        self, owner: User, take: Take, notes: list[Note]
    ) -> None:
        with pytest.raises(ReviewChanged, match="1 note has come in"):
            review.decide(owner, take, Choice.APPROVE, Seen.of(take, 2), resolves=True)
        assert review.open_notes(take).count() == 3

    @pytest.mark.parametrize("choice", [Choice.NEEDS_CHANGES, Choice.NONE])
    def test_only_an_approval_resolves(self, owner: User, take: Take, notes: list[Note], choice: Choice) -> None:
        review.decide(owner, take, choice, Seen.of(take, 3), resolves=True)
        assert review.open_notes(take).count() == 3
