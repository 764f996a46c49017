"""The whole way with the real engine: send, render, watch, collect; then go on from the take."""

import uuid
from collections.abc import Callable

import pytest

from studio.accounts.models import Team, User
from studio.media import store
from studio.media.models import Asset
from studio.providers.local.models import Render
from studio.threads import actions
from studio.threads.models import Job, JobStatus, Take, Thread, Turn
from studio.threads.sample import STEPS, make_sample
from studio.threads.watching import Watcher
from tests.threads.conftest import heard, job_of

SMALL = {"duration": 3, "quality": 20}
Until = Callable[[], None]


@pytest.fixture
def until_quiet(run_tasks: Callable[..., int]) -> Until:
    """Lets queue and watcher do all that is to be done."""

    def run() -> None:
        watcher = Watcher()
        for _ in range(20):
            ran = run_tasks()
            watcher.turn()
            if not ran and not Job.objects.active().exists():
                return
        pytest.fail("it never became quiet")

    return run


@pytest.fixture
def clip(editor: User, team: Team, clip_file: object) -> Asset:
    return store.ingest_file(clip_file, team=team, owner=editor, title="boat.mp4")  # type: ignore[arg-type]


def test_a_clip_becomes_warmer_and_then_slower_from_the_original(
    editor: User, thread: Thread, clip: Asset, until_quiet: Until
) -> None:
    first = actions.start_turn(
        editor, thread, token=uuid.uuid4(), prompt="make it warmer", inputs=[("source", clip)], settings=SMALL
    )
    until_quiet()
    take = first.takes.get()
    assert job_of(first).status == JobStatus.SUCCEEDED
    assert (take.asset.width, take.asset.height, round(take.asset.duration, 1)) == (320, 180, 1.0)
    assert take.video_id == str(Render.objects.get().pk)
    assert heard(thread.stream).count("take.added") == 1 and "take.changed" in heard(thread.stream)
    second = actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="slow it down to half speed", parent=take)
    until_quiet()
    slow = second.takes.get()
    assert 1.8 < slow.asset.duration < 2.2
    render = Render.objects.get(pk=slow.video_id)
    assert render.parent_id == uuid.UUID(str(take.video_id)) and not render.inputs
    second.refresh_from_db()
    assert [each["id"] for each in second.reply["applied"]] == ["slow"]
    thread.refresh_from_db()
    assert (thread.title, thread.poster) == ("boat", slow.asset)


def test_two_results_are_two_takes_with_two_seeds(editor: User, thread: Thread, until_quiet: Until) -> None:
    turn = actions.start_turn(
        editor, thread, token=uuid.uuid4(), prompt="a calm ocean at sunset", settings={**SMALL, "results": 2}
    )
    until_quiet()
    first, second = turn.takes.all()
    assert first.seed is not None and second.seed == first.seed + 1
    assert first.asset.sha256 != second.asset.sha256


def test_when_nothing_can_be_done_it_is_answered_and_costs_nothing(
    editor: User, thread: Thread, clip: Asset, until_quiet: Until
) -> None:
    inputs = [("source", clip)]
    turn = actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="replace the dog by a cat", inputs=inputs)
    until_quiet()
    turn.refresh_from_db()
    assert job_of(turn).status == JobStatus.ANSWERED
    assert turn.reply["not_done"] and len(turn.reply["examples"]) == 3
    assert not Render.objects.exists() and not Take.objects.exists()


def test_a_stopped_local_turn_ends_without_a_take(editor: User, thread: Thread, run_tasks: Callable[..., int]) -> None:
    turn = actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="a calm ocean", settings=SMALL)
    run_tasks(lane="default")
    actions.stop_turn(editor, turn)
    Watcher().turn()
    run_tasks()
    assert job_of(turn).status == JobStatus.CANCELLED
    assert not Take.objects.exists()
    again = actions.retry_turn(editor, turn)
    assert again.key != job_of(turn).key or again.attempt == 2


def test_the_sample_is_made_by_itself_once(editor: User, team: Team, until_quiet: Until) -> None:
    thread = make_sample(editor, team)
    assert make_sample(editor, team) == thread
    until_quiet()
    turns = list(Turn.objects.filter(thread=thread).select_related("parent__turn"))
    assert [turn.prompt for turn in turns] == [step.prompt for step in STEPS]
    assert [turn.parent.turn.number if turn.parent else None for turn in turns] == [None, 1, 1]
    assert {job.status for job in Job.objects.all()} == {JobStatus.SUCCEEDED}
    assert all(turn.reply["applied"] for turn in turns[1:])
    assert make_sample(editor, team) == thread
    assert Turn.objects.count() == 3


def test_a_sample_in_the_trash_comes_back(editor: User, team: Team) -> None:
    thread = make_sample(editor, team)
    actions.trash_thread(editor, thread)
    assert make_sample(editor, team).trashed_at is None
    assert Thread.objects.count() == 1
