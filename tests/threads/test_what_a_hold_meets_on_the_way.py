"""What is still on its way when a take is held: nothing is sent that was not, and what was sent is born held."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from studio.accounts.models import User
from studio.live.models import Event
from studio.media import addresses
from studio.media.models import Asset
from studio.providers.errors import FailureCode
from studio.threads import actions, holds, jobs
from studio.threads.jobs import collecting
from studio.threads.jobs.sending import NOT_SENT
from studio.threads.loading import load_card
from studio.threads.models import HeldBy, Hold, Job, JobStatus, Take, Turn, TurnInput
from studio.threads.paths import tree_of
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted
from tests.threads.test_collecting_takes import collect, finish

WHY = "Somebody in it did not agree."
Send = Callable[..., Turn]


@pytest.fixture
def parent(running: Job, scripted: Scripted) -> Take:
    """A take of the first turn."""
    collect(finish(running, scripted.result()))
    return Take.objects.select_related("turn__thread__team", "asset").get()


def taken(turn: Turn) -> Job:
    job = job_of(turn)
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    return job


def test_what_was_not_sent_yet_is_not_sent(parent: Take, scripted: Scripted, send: Send, moderator: User) -> None:
    turn, calls = send(parent=parent), len(scripted.requests)
    actions.hold_take(moderator, parent, WHY)
    job = taken(turn)
    assert (job.status, job.error_code, job.error_detail) == (JobStatus.CANCELLED, "", NOT_SENT)
    assert len(scripted.requests) == calls
    card = load_card(turn, tree_of(turn.thread))
    assert card.kept_back.startswith("Not sent: what it was to be made from has been held back. Nothing was charged")


def test_nor_is_what_has_it_attached_elsewhere(
    parent: Take, scripted: Scripted, send: Send, moderator: User, editor: User
) -> None:
    other = actions.start_thread(editor, parent.turn.thread.team)
    given: dict[str, Any] = {"token": uuid.uuid4(), "model": ("scripted", "model-1"), "prompt": "make it cooler"}
    inputs = [(TurnInput.Role.SOURCE, parent.asset)]
    turn, calls = actions.start_turn(editor, other, inputs=inputs, **given), len(scripted.requests)
    actions.hold_take(moderator, parent, WHY)
    assert taken(turn).status == JobStatus.CANCELLED and len(scripted.requests) == calls


def test_it_can_be_run_once_that_is_released(parent: Take, send: Send, moderator: User, editor: User) -> None:
    turn = send(parent=parent)
    actions.hold_take(moderator, parent, WHY)
    taken(turn)
    with pytest.raises(actions.ActionRefused, match="is held back"):
        actions.retry_turn(editor, fresh(turn))
    actions.release_take(moderator, parent, "They agreed.")
    actions.retry_turn(editor, fresh(turn))
    assert taken(turn).status == JobStatus.RUNNING


def test_what_a_vendor_may_have_taken_is_not_called_free(parent: Take, send: Send, moderator: User) -> None:
    turn = send(parent=parent)
    Job.objects.filter(turn=turn).update(may_be_there=True)
    actions.hold_take(moderator, parent, WHY)
    assert (taken(turn).status, job_of(turn).error_code) == (JobStatus.FAILED, FailureCode.OUTCOME_UNKNOWN)


def test_what_was_sent_is_born_held_and_released_with_it(
    parent: Take, scripted: Scripted, send: Send, moderator: User
) -> None:
    job = taken(send(parent=parent))
    actions.hold_take(moderator, parent, WHY)
    collect(finish(job, scripted.result(1)))
    take = Take.objects.select_related("asset").get(job=job)
    assert (take.held_by, take.asset.held, addresses.url(take.asset)) == (HeldBy.ORIGIN, True, "")
    added = Event.objects.filter(kind="take.added").latest("id")
    assert (added.payload["take"], added.payload["src"]) == (str(take.pk), "")
    actions.release_take(moderator, parent, "They agreed.")
    assert addresses.url(Asset.objects.get(pk=take.asset_id))
    assert not Hold.objects.exists()


def test_what_the_safety_check_flags_as_well_stays_held(
    parent: Take, scripted: Scripted, send: Send, moderator: User
) -> None:
    job = taken(send(parent=parent))
    actions.hold_take(moderator, parent, WHY)
    collect(finish(job, replace(scripted.result(1), flagged=True)))
    assert Take.objects.get(job=job).held_by == HeldBy.ORIGIN
    actions.release_take(moderator, parent, "They agreed.")
    assert Take.objects.get(job=job).held_by == HeldBy.PROVIDER


def test_a_release_just_before_it_is_filed_leaves_nothing_held(
    parent: Take, scripted: Scripted, send: Send, moderator: User
) -> None:
    """Its file was stored while the hold was there."""
    job = taken(send(parent=parent))
    with transaction.atomic():
        holds.hold(parent, HeldBy.STAFF, WHY)
    result = {"index": 0, "url": "", "path": str(scripted.clip), "probe": None}
    job.turn = fresh(job.turn)
    stored = collecting._ingest(job, result, scripted.clip)
    assert stored.held
    with transaction.atomic():
        holds.let_go(parent)
        take = Take.objects.create(turn=job.turn, job=job, number=1, asset=stored, provider="scripted")
        holds.inherit(take)
    assert (take.held_at, Asset.objects.get(pk=stored.pk).held) == (None, False)


def fresh(turn: Turn) -> Turn:
    return Turn.objects.select_related("thread__team", "parent__turn", "parent__asset").get(pk=turn.pk)
