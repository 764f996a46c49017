"""start_turn: what is attached decides, the same token is the same turn, and everything is written at once."""

import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import override_settings
from django_q.models import OrmQ

from studio.accounts.models import Team, User
from studio.media.models import Asset, AssetStatus, Kind
from studio.threads import actions
from studio.threads.models import Job, JobStatus, Take, Thread, Turn, TurnInput
from tests.threads.conftest import heard, job_of

SEND = {"prompt": "a calm ocean at sunset"}


def asset_of(team: Team, **fields: object) -> Asset:
    given = {"kind": Kind.SOURCE, "mime": "video/mp4", "file": "x", "duration": 5.0, "title": "IMG 0412", **fields}
    return Asset.objects.create(team=team, **given)


def take_of(turn: Turn, asset: Asset) -> Take:
    job = job_of(turn)
    return Take.objects.create(turn=turn, job=job, number=1, asset=asset, provider="local", video_id=str(uuid.uuid4()))


def test_words_alone_generate_with_the_models_defaults(editor: User, thread: Thread) -> None:
    turn = actions.start_turn(editor, thread, token=uuid.uuid4(), **SEND)
    assert (turn.number, turn.operation, turn.author) == (1, "generate", editor)
    assert turn.settings == {
        "duration": 6, "width": 1280, "height": 720, "format": "mp4", "quality": 95, "results": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("roles", "mime", "operation"),
    [
        (["source"], "video/mp4", "edit"),
        (["first_frame"], "image/jpeg", "animate"),
        (["reference"] * 7, "image/jpeg", "reference"),
    ],
)
def test_what_is_attached_decides_the_operation(
    editor: User, thread: Thread, team: Team, roles: list[str], mime: str, operation: str
) -> None:
    inputs = [(role, asset_of(team, mime=mime)) for role in roles]
    turn = actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="make it warmer", inputs=inputs)
    assert turn.operation == operation
    assert [(each.role, each.position) for each in turn.inputs.all()] == [(role, n) for n, role in enumerate(roles)]


def test_a_take_is_continued_and_only_quality_and_format_are_kept(editor: User, thread: Thread, team: Team) -> None:
    first = actions.start_turn(editor, thread, token=uuid.uuid4(), **SEND)
    take = take_of(first, asset_of(team, kind=Kind.TAKE))
    turn = actions.start_turn(
        editor, thread, token=uuid.uuid4(), prompt="warmer", parent=take, settings={"quality": 60, "duration": 9}
    )
    assert (turn.operation, turn.number, turn.settings) == ("continue", 2, {"format": "mp4", "quality": 60})


def test_sending_again_from_the_same_take_makes_a_sibling(editor: User, thread: Thread, team: Team) -> None:
    take = take_of(actions.start_turn(editor, thread, token=uuid.uuid4(), **SEND), asset_of(team, kind=Kind.TAKE))
    for _ in range(2):
        actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="warmer", parent=take)
    assert [turn.number for turn in take.children.all()] == [2, 3]


def test_the_same_token_is_the_same_turn(editor: User, thread: Thread) -> None:
    token = uuid.uuid4()
    turns = {actions.start_turn(editor, thread, token=token, **SEND).pk for _ in range(3)}
    assert len(turns) == 1
    assert Job.objects.count() == OrmQ.objects.count() == 1


def test_a_token_of_another_thread_says_which_turn_it_made(editor: User, thread: Thread, team: Team) -> None:
    token = uuid.uuid4()
    turn = actions.start_turn(editor, thread, token=token, **SEND)
    with pytest.raises(actions.AlreadySent) as refused:
        actions.start_turn(editor, actions.start_thread(editor, team), token=token, **SEND)
    assert refused.value.turn == turn


def test_turn_job_task_and_events_are_written_together_or_not_at_all(editor: User, thread: Thread, team: Team) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.start_turn(editor, thread, token=uuid.uuid4(), **SEND)
        raise RuntimeError
    assert not Turn.objects.exists()
    assert not OrmQ.objects.exists()
    actions.start_turn(editor, thread, token=uuid.uuid4(), **SEND)
    assert job_of(Turn.objects.get()).status == JobStatus.QUEUED
    assert [row.task["func"] for row in OrmQ.objects.all()] == ["studio.threads.tasks.submit_job"]
    assert heard(thread.stream) == ["turn.changed"]
    assert heard(f"team-{team.pk}") == ["thread.changed", "thread.changed"]


def test_a_thread_is_named_after_the_clip_or_the_first_words(editor: User, team: Team) -> None:
    words, clip = (actions.start_thread(editor, team) for _ in range(2))
    actions.start_turn(editor, words, token=uuid.uuid4(), prompt="a calm ocean " * 10)
    source = [(TurnInput.Role.SOURCE, asset_of(team))]
    actions.start_turn(editor, clip, token=uuid.uuid4(), prompt="make it warmer", inputs=source)
    assert (words.title, clip.title) == ("a calm ocean a calm ocean a calm ocean a calm ocean a calm …", "IMG 0412")


@pytest.mark.parametrize("prompt", ["", "x", " x ", "x" * 4001])
def test_a_prompt_too_short_or_too_long_is_refused(editor: User, thread: Thread, prompt: str) -> None:
    with pytest.raises(actions.ActionRefused) as refused:
        actions.start_turn(editor, thread, token=uuid.uuid4(), prompt=prompt)
    assert refused.value.field == "prompt"
    assert not Turn.objects.exists()


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"duration": 21}, "duration"),
        ({"duration": "long"}, "duration"),
        ({"width": 640, "height": 360}, "size"),
        ({"format": "avi"}, "format"),
        ({"quality": 100}, "quality"),
        ({"results": 5}, "results"),
        ({"results": 1.5}, "results"),
    ],
)
def test_settings_beyond_the_model_are_refused_by_field(
    editor: User, thread: Thread, settings: dict[str, object], field: str
) -> None:
    with pytest.raises(actions.ActionRefused) as refused:
        actions.start_turn(editor, thread, token=uuid.uuid4(), settings=settings, **SEND)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("source", {"duration": 61.0}),
        ("source", {"duration": 0.2}),
        ("source", {"status": AssetStatus.READING}),
        ("source", {"status": AssetStatus.REFUSED}),
        ("source", {"held": True}),
        ("source", {"mime": "image/jpeg"}),
        ("reference", {}),
    ],
)
def test_an_attachment_that_does_not_fit_is_refused_with_a_sentence(
    editor: User, thread: Thread, team: Team, role: str, fields: dict[str, object]
) -> None:
    with pytest.raises(actions.ActionRefused, match="IMG 0412"):
        actions.start_turn(
            editor, thread, token=uuid.uuid4(), prompt="warmer", inputs=[(role, asset_of(team, **fields))]
        )


def test_attachments_that_exclude_each_other_are_refused(editor: User, thread: Thread, team: Team) -> None:
    photo = asset_of(team, mime="image/jpeg")
    wrong = [
        [("source", asset_of(team)), ("source", asset_of(team))],
        [("source", asset_of(team)), ("reference", photo)],
        [("first_frame", photo), ("reference", photo)],
        [("reference", photo)] * 8,
    ]
    for inputs in wrong:
        with pytest.raises(actions.ActionRefused):
            actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="warmer", inputs=inputs)


def test_another_teams_clip_is_gone_for_us(editor: User, thread: Thread, other_team: Team) -> None:
    with pytest.raises(actions.ActionRefused, match="is gone"):
        inputs = [("source", asset_of(other_team))]
        actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="warmer", inputs=inputs)


def test_another_threads_take_cannot_be_the_parent(editor: User, thread: Thread, team: Team) -> None:
    other = actions.start_thread(editor, team)
    take = take_of(actions.start_turn(editor, other, token=uuid.uuid4(), **SEND), asset_of(team, kind=Kind.TAKE))
    with pytest.raises(actions.ActionRefused):
        actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="warmer", parent=take)


def test_only_owners_and_editors_send(
    owner: User, reviewer: User, viewer: User, stranger: User, thread: Thread
) -> None:
    actions.start_turn(owner, thread, token=uuid.uuid4(), **SEND)
    for person in (reviewer, viewer, stranger):
        with pytest.raises(PermissionDenied):
            actions.start_turn(person, thread, token=uuid.uuid4(), **SEND)


def test_an_archived_or_trashed_thread_takes_nothing_new(editor: User, thread: Thread) -> None:
    for act in (actions.archive_thread, actions.trash_thread):
        act(editor, thread)
        with pytest.raises(actions.ActionRefused, match="Restore it"):
            actions.start_turn(editor, thread, token=uuid.uuid4(), **SEND)
        actions.restore_thread(editor, thread)


def test_a_nearly_full_disk_refuses_before_anything_is_lost(editor: User, thread: Thread) -> None:
    with override_settings(MIN_FREE_BYTES=10**18), pytest.raises(actions.NoRoom, match="nothing was lost"):
        actions.start_turn(editor, thread, token=uuid.uuid4(), **SEND)
    assert not Turn.objects.exists()


def test_a_model_that_is_gone_is_refused(editor: User, thread: Thread) -> None:
    with pytest.raises(actions.ActionRefused) as refused:
        actions.start_turn(editor, thread, token=uuid.uuid4(), model=("local", "engine-0"), **SEND)
    assert refused.value.field == "model"


def test_two_people_sending_at_once_get_two_numbers(
    editor: User, owner: User, thread: Thread, send: Callable[..., Turn]
) -> None:
    actions.start_turn(editor, thread, token=uuid.uuid4(), **SEND)
    stale = Thread.objects.get(pk=thread.pk)
    actions.start_turn(owner, thread, token=uuid.uuid4(), **SEND)
    actions.start_turn(editor, stale, token=uuid.uuid4(), **SEND)
    assert list(Turn.objects.values_list("number", flat=True)) == [1, 2, 3]
