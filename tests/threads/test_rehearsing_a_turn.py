"""The rehearsal from the prompt to the card: the same way that a vendor's work takes."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.media import store
from studio.providers import registry
from studio.providers.errors import FailureCode
from studio.providers.rehearsal import RehearsalProvider
from studio.spending.models import LedgerEntry
from studio.threads import actions, choosing
from studio.threads.cards import TurnCard
from studio.threads.loading import load_card
from studio.threads.models import Job, JobStatus, Operation, Take, Thread, Turn
from studio.threads.paths import tree_of
from studio.threads.watching import Watcher
from tests.threads.conftest import heard, job_of

MODEL = ("rehearsal", "rehearsal-1")
BANNER = "Rehearsal: no money is spent, nothing is sent anywhere"
Pass = Callable[[float], None]


@pytest.fixture
def rehearsal(settings: Any) -> None:
    settings.REHEARSAL = True


@pytest.fixture
def passing(rehearsal: None, monkeypatch: pytest.MonkeyPatch, run_tasks: Callable[..., int]) -> Pass:
    """Lets so many seconds pass for the rehearsal, and queue and watcher do what is due then."""
    begin = timezone.now().timestamp()
    clock = [begin]
    monkeypatch.setitem(registry.PROVIDERS, "rehearsal", RehearsalProvider(lambda: clock[0]))

    def let(seconds: float) -> None:
        run_tasks()
        clock[0] += seconds
        Job.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))
        Watcher().turn()
        run_tasks()

    return let


@pytest.fixture
def rehearse(editor: User, team: Team, thread: Thread, clip_file: Path, rehearsal: None) -> Callable[..., Turn]:
    """Sends a turn about a clip, or about a take, to the rehearsal."""
    clip = store.ingest_file(clip_file, team=team, owner=editor, title="boat.mp4")

    def start(prompt: str, parent: Take | None = None, **settings: Any) -> Turn:
        inputs = [] if parent else [("source", clip)]
        return actions.start_turn(
            editor,
            thread,
            token=uuid.uuid4(),
            prompt=prompt,
            parent=parent,
            inputs=inputs,
            model=MODEL,
            settings=settings,
        )

    return start


def card_of(turn: Turn) -> TurnCard:
    turn.refresh_from_db()
    return load_card(turn, tree_of(turn.thread))


def test_a_slow_turn_moves_and_becomes_a_take(thread: Thread, rehearse: Callable[..., Turn], passing: Pass) -> None:
    turn = rehearse("make it warmer [slow]")
    passing(15)
    job = job_of(turn)
    assert (job.status, round(job.progress, 2), round(job.eta or 0)) == (JobStatus.RUNNING, 0.5, 15)
    passing(15)
    take = turn.takes.get()
    assert (take.asset.width, take.asset.height, take.asset.has_sound) == (320, 180, True)
    assert job_of(turn).status == JobStatus.SUCCEEDED and job_of(turn).cost_micros == 0
    assert not LedgerEntry.objects.exists()
    assert heard(thread.stream).count("take.added") == 1
    assert card_of(turn).note == BANNER and card_of(turn).money == ""
    below = rehearse("and cooler", parent=take)
    passing(3)
    assert below.takes.get().asset.width == 320


def test_mixed_and_flagged_results_are_one_held_take_and_a_reason(rehearse: Callable[..., Turn], passing: Pass) -> None:
    turn = rehearse("make it warmer [mixed] [flagged]", results=2)
    passing(3)
    take = turn.takes.get()
    assert take.asset.held
    card = card_of(turn)
    assert card.state == JobStatus.SUCCEEDED and len(card.held) == 1
    assert card.missing.startswith(
        "Fewer takes than asked for: Rehearsal withheld the result. This is a rehearsed failure"
    )


def test_a_silent_result_is_said_on_the_card(rehearse: Callable[..., Turn], passing: Pass) -> None:
    turn = rehearse("make it warmer [silent]")
    passing(3)
    assert card_of(turn).differs == ["The result has no sound, and what it was made from has."]


def test_a_lost_answer_is_sent_again_and_made_once(rehearse: Callable[..., Turn], passing: Pass) -> None:
    turn = rehearse("make it warmer [lost]")
    passing(0)
    job = job_of(turn)
    (event,) = job.events.filter(from_status=JobStatus.SUBMITTING, to_status=JobStatus.QUEUED)
    assert event.detail["code"] == FailureCode.NETWORK
    passing(5)
    passing(0)
    assert job_of(turn).status == JobStatus.SUCCEEDED and job_of(turn).attempt == 1
    assert turn.takes.count() == 1


def test_a_refusal_at_the_door_is_a_card_and_charges_nothing(rehearse: Callable[..., Turn], passing: Pass) -> None:
    turn = rehearse("make it warmer [fail out_of_credit]")
    passing(0)
    failure = card_of(turn).failure
    assert failure and failure.title == "The account with Rehearsal is out of credit"
    assert failure.charged == "Not charged." and "rehearsed failure" in failure.detail
    assert job_of(turn).tries == 1


def test_a_failure_while_it_runs_is_a_card(rehearse: Callable[..., Turn], passing: Pass) -> None:
    turn = rehearse("make it warmer [fail busy]")
    passing(1)
    assert job_of(turn).status == JobStatus.RUNNING
    passing(2)
    failure = card_of(turn).failure
    assert failure and failure.title == "Rehearsal is busy" and job_of(turn).status == JobStatus.FAILED


def test_after_an_expired_parent_our_copy_goes_on(editor: User, rehearse: Callable[..., Turn], passing: Pass) -> None:
    first = rehearse("make it warmer")
    passing(3)
    turn = rehearse("and slower [fail expired_parent]", parent=first.takes.get())
    passing(0)
    assert card_of(turn).lost_its_parent
    copy = actions.continue_from_copy(editor, turn)
    passing(3)
    assert job_of(copy).status == JobStatus.SUCCEEDED and copy.takes.count() == 1


def test_what_never_ends_is_stopped_by_a_person(editor: User, rehearse: Callable[..., Turn], passing: Pass) -> None:
    turn = rehearse("make it warmer [never]")
    passing(600)
    assert job_of(turn).status == JobStatus.RUNNING and job_of(turn).progress > 0.9
    actions.stop_turn(editor, turn)
    passing(0)
    assert job_of(turn).status == JobStatus.CANCELLED


# --- Who is offered it -----------------------------------------------------------------------------------------------


def keys_offered(team: Team) -> set[str]:
    return {spec.key for operation in Operation for spec in choosing.offered(team.pk, operation)}


def test_it_is_offered_where_it_is_switched_on(team: Team, rehearsal: None) -> None:
    assert "rehearsal/rehearsal-1" in keys_offered(team)
    assert choosing.chosen(team.pk, Operation.EDIT).provider != "rehearsal"


def test_it_is_not_offered_and_not_sent_otherwise(editor: User, team: Team, thread: Thread) -> None:
    assert "rehearsal/rehearsal-1" not in keys_offered(team)
    with pytest.raises(actions.ActionRefused, match="not set up here"):
        actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="the sea", model=MODEL)


@pytest.mark.parametrize(("model", "times"), [("rehearsal/rehearsal-1", 2), ("local/engine-1", 0)])
def test_the_banner_stands_over_send_while_it_is_chosen(
    as_client: Callable[[User], Client], editor: User, thread: Thread, rehearsal: None, model: str, times: int
) -> None:
    page = as_client(editor).get(f"/threads/{thread.pk}/composer/", {"model": model}).content.decode()
    assert page.count(BANNER) == times
    assert page.count('<p class="composer-rehearsal">') == bool(times)
