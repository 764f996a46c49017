"""Photos beside a take: a model that takes both continues the take after them."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from studio.accounts.models import Team, User
from studio.media.models import Asset, Kind
from studio.threads import actions
from studio.threads.loading import load_card
from studio.threads.models import JobStatus, Thread, TurnInput
from studio.threads.paths import tree_of
from tests.engine.media_files import photo
from tests.servers.runware import RunwareServer
from tests.threads.at_runware import bucket, finish, made, runware, start
from tests.threads.conftest import job_of

__all__ = ["bucket", "runware"]
pytestmark = pytest.mark.django_db(transaction=True)
Photos = Callable[[int], list[tuple[str, Asset]]]


@pytest.fixture
def photos(team: Team, editor: User, tmp_path: Path) -> Photos:
    """So many references."""
    content = photo(tmp_path / "photo.png").read_bytes()

    def one() -> Asset:
        name = default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(content))
        return Asset.objects.create(
            team=team, owner=editor, kind=Kind.REFERENCE, file=name, mime="image/png", width=160, height=90
        )

    return lambda count: [(TurnInput.Role.REFERENCE, one()) for _ in range(count)]


def test_the_take_is_named_and_the_photos_go_along(
    runware: RunwareServer, editor: User, thread: Thread, photos: Photos
) -> None:
    take = made(editor, thread)
    turn = start(editor, thread, parent=take, inputs=photos(5))
    assert turn.operation == "continue"
    assert finish(turn).status == JobStatus.SUCCEEDED
    task = runware.tasks[job_of(turn).reference].order.task
    assert task["inputs"]["videoId"] == take.video_id
    assert len(task["inputs"]["referenceImages"]) == 5
    assert not {"duration", "width", "height"} & task.keys()


def test_more_photos_than_go_beside_a_take_are_refused(
    runware: RunwareServer, editor: User, thread: Thread, photos: Photos
) -> None:
    take = made(editor, thread)
    with pytest.raises(actions.ActionRefused, match="At most 5 photos fit"):
        start(editor, thread, parent=take, inputs=photos(6))


def test_without_the_take_more_of_them_make_a_new_clip(
    runware: RunwareServer, editor: User, thread: Thread, photos: Photos
) -> None:
    turn = start(editor, thread, inputs=photos(6))
    assert turn.operation == "reference"
    assert finish(turn).status == JobStatus.SUCCEEDED


def test_a_model_that_does_not_take_both_makes_a_new_clip(
    runware: RunwareServer, editor: User, thread: Thread, photos: Photos
) -> None:
    given = {"model": ("local", "engine-1"), "settings": {"width": 1280, "height": 720}}
    turn = start(editor, thread, parent=made(editor, thread), inputs=photos(2), **given)
    assert turn.operation == "reference"


def test_our_copy_of_a_lost_take_goes_with_the_same_photos(
    runware: RunwareServer, editor: User, thread: Thread, photos: Photos
) -> None:
    take = made(editor, thread)
    runware.faults.order("expired_video_id")
    turn = start(editor, thread, parent=take, inputs=photos(2))
    assert finish(turn).error_code == "expired_parent"
    price = load_card(turn, tree_of(thread)).copy_price
    again = actions.continue_from_copy(editor, turn)
    assert again.operation == "edit"
    assert finish(again).status == JobStatus.SUCCEEDED
    task = runware.tasks[job_of(again).reference].order.task
    assert "video" in task["inputs"] and len(task["inputs"]["referenceImages"]) == 2
    assert price.startswith("$")
