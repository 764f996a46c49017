"""Two people act at once: the second waits, and never so that both wait for one another (see threads.locking)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from studio.accounts.models import User
from studio.audit.models import ChainHead
from studio.audit.records import locked_head
from studio.live.models import Event, Stream
from studio.review import actions as review
from studio.review.actions import Seen, Words
from studio.review.actions.notes import guests_of
from studio.review.models import Choice, Note
from studio.review.viewers import Viewer
from studio.threads import actions
from studio.threads.models import Job, JobStatus, Take, Thread, Turn, TurnInput
from tests.threads_pages.conftest import AddTurn, add_turn, take_of, thread  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
WHY = "Somebody in it did not agree."
LOADED = "turn__thread__team"


class Beside:
    """`act`, begun in a connection of its own, up to the moment in which it waits for a lock of ours."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act
        self.refused: Exception | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        while self.thread.is_alive() and not somebody_waits():
            pass

    def _run(self) -> None:
        try:
            self.act()
        except Exception as error:  # looked at by the test
            self.refused = error
        finally:
            connection.close()

    def end(self) -> Exception | None:
        """Once our transaction is over: what it was refused with."""
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.refused


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone() is not None


def fresh(take: Take) -> Take:
    return Take.objects.select_related(LOADED, "asset").get(pk=take.pk)


def test_what_is_approved_at_that_moment_is_not_thrown_away(
    add_turn: AddTurn,  # noqa: F811
    owner: User,
) -> None:
    take = fresh(take_of(add_turn("A calm sea")))
    acts: list[Callable[[], Any]] = [
        lambda: actions.trash_take(owner, fresh(take)),
        lambda: actions.trash_turn(owner, fresh(take).turn),
        lambda: actions.trash_thread(owner, fresh(take).turn.thread),
    ]
    for act in acts:
        with transaction.atomic():
            Thread.objects.select_for_update().get(pk=take.turn.thread_id)  # as who decides about it does first
            actions.approve_take(owner, take)
            second = Beside(act)
        assert "is approved and stays as it is" in str(second.end())
        assert not Take.objects.exclude(trashed_at=None, turn__trashed_at=None, turn__thread__trashed_at=None).exists()
        actions.withdraw_approval(owner, take)


def test_what_is_held_back_at_that_moment_is_not_thrown_away_without_a_reason(
    add_turn: AddTurn,  # noqa: F811
    owner: User,
    moderator: User,
) -> None:
    take = fresh(take_of(add_turn("A calm sea")))
    with transaction.atomic():
        actions.hold_take(moderator, fresh(take), WHY)
        second = Beside(lambda: actions.trash_take(owner, take))
    assert "is held back meanwhile" in str(second.end())
    assert fresh(take).trashed_at is None


def test_threads_are_locked_by_their_ids_whichever_is_found_first(
    add_turn: AddTurn,  # noqa: F811
    owner: User,
    moderator: User,
) -> None:
    here = take_of(add_turn("A calm sea"))
    child = take_of(add_turn("and boats", parent=here))  # so that the other thread is found after this one
    for _attempt in range(50):  # until one has the smaller id
        other = Thread.objects.create(team=here.turn.thread.team, author=owner)
        if other.pk < here.turn.thread_id:
            break
    there = Turn.objects.create(thread=other, number=1, author=owner, operation="edit", prompt="x", provider="local")
    TurnInput.objects.create(turn=there, asset=child.asset, role=TurnInput.Role.SOURCE)
    with transaction.atomic():
        Thread.objects.select_for_update().get(pk=other.pk)
        second = Beside(lambda: actions.hold_take(moderator, fresh(here), WHY))
        Thread.objects.select_for_update(nowait=True).get(pk=here.turn.thread_id)
    assert second.end() is None
    assert fresh(here).held_at


def test_guests_are_told_of_a_decision_once_it_is_in_the_trail(
    add_turn: AddTurn,  # noqa: F811
    owner: User,
) -> None:
    take = fresh(take_of(add_turn("A calm sea")))
    viewer = Viewer(name="Olga", user=owner, may_note=True)
    review.add_note(viewer, take, Words("warmer"))  # which makes the stream, too
    seen = Seen.of(take, 1)
    with transaction.atomic():
        locked_head()
        second = Beside(lambda: review.decide(owner, fresh(take), Choice.APPROVE, seen, resolves=True))
        Stream.objects.select_for_update(nowait=True).get(name=guests_of(take.turn.thread_id))
    assert second.end() is None
    assert fresh(take).approved_at
    assert Event.objects.filter(stream=guests_of(take.turn.thread_id), kind="note.changed").count() == 2


def test_a_held_turn_is_decided_about_while_its_author_is_suspended(
    add_turn: AddTurn,  # noqa: F811
    moderator: User,
) -> None:
    turn = add_turn("A Kestrel", takes=0, status=JobStatus.QUEUED, held_at=timezone.now(), held_reason="brands")
    ChainHead.objects.get_or_create(pk=1)
    with transaction.atomic():
        Job.objects.filter(turn=turn).update(stop_requested_at=timezone.now())
        second = Beside(lambda: actions.refuse_turn(moderator, turn, "a brand", "No brands."))
        locked_head()  # would never come back, if the other had it already
    assert "decided about this turn already" in str(second.end())


def test_a_reply_does_not_publish_words_that_are_just_being_deleted(
    add_turn: AddTurn,  # noqa: F811
    owner: User,
) -> None:
    take = fresh(take_of(add_turn("A calm sea")))
    viewer = Viewer(name="Olga", user=owner, may_note=True, sees_internal=True)
    note = review.add_note(viewer, take, Words("the secret word"))
    with transaction.atomic():
        review.delete_note(viewer, note)
        parent = Note.objects.get(pk=note.pk)
        second = Beside(lambda: review.add_note(viewer, fresh(take), Words("Really?"), parent=parent))
    assert second.end() is None
    said = Event.objects.filter(stream=take.turn.thread.stream, kind="note.changed").order_by("number")
    assert ["the secret word" in each.payload.get("html", "") for each in said] == [False, False, False]
    assert "Really?" in said.last().payload["html"]  # type: ignore[union-attr]
