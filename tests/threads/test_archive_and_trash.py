"""Names, archive and trash; and what is deleted in the end, with its files."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.media import trash
from studio.media.models import Asset
from studio.providers.base import JobState, JobUpdate
from studio.providers.local import books
from studio.threads import actions, jobs, pruning
from studio.threads.models import Delivery, Job, JobEvent, Take, Thread, Turn
from tests.threads.conftest import heard
from tests.threads.scripted import Scripted

LONG_AFTER = timedelta(days=settings.TRASH_DAYS, hours=1)


@pytest.fixture
def done(running: Job, scripted: Scripted) -> Take:
    jobs.apply_update(running, JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()]))
    jobs.collect(str(running.pk))
    return Take.objects.select_related("asset", "turn__thread__team").get(turn=running.turn)


def file_of(asset: Asset) -> Path:
    return Path(settings.MEDIA_ROOT) / asset.file


def test_renaming_archiving_and_trashing_are_told_and_can_be_taken_back(
    editor: User, thread: Thread, team: Team
) -> None:
    actions.rename_thread(editor, thread, "  Harbour   at night ")
    actions.archive_thread(editor, thread)
    actions.trash_thread(editor, thread)
    assert not Thread.objects.visible_to(editor).exists()
    assert list(Thread.objects.in_trash_of(editor)) == [thread]
    actions.restore_thread(editor, thread)
    kept = Thread.objects.visible_to(editor).get()
    assert (kept.title, kept.archived_at, kept.trashed_at) == ("Harbour at night", None, None)
    assert heard(thread.stream) == ["thread.changed"] * 4
    assert heard(f"team-{team.pk}") == ["thread.changed"] * 5


def test_a_thread_needs_a_title(editor: User, thread: Thread) -> None:
    with pytest.raises(actions.ActionRefused):
        actions.rename_thread(editor, thread, "   ")


def test_who_may_only_look_may_not_shelve(viewer: User, stranger: User, thread: Thread) -> None:
    for person in (viewer, stranger):
        for act in (actions.archive_thread, actions.trash_thread, actions.delete_thread):
            with pytest.raises(PermissionDenied):
                act(person, thread)
    assert not Thread.objects.in_trash_of(viewer).exists()


def test_a_trashed_take_is_hidden_and_comes_back(editor: User, done: Take) -> None:
    actions.trash_take(editor, done)
    assert not Take.objects.visible_to(editor).exists()
    actions.restore_take(editor, done)
    assert Take.objects.visible_to(editor).get() == done


def test_after_its_days_a_trashed_thread_is_gone_with_its_files(editor: User, done: Take) -> None:
    thread, path = done.turn.thread, file_of(done.asset)
    assert path.exists()
    actions.trash_thread(editor, thread)
    assert pruning.purge_due(timezone.now()) == 0
    assert pruning.purge_due(timezone.now() + LONG_AFTER) == 1
    assert pruning.purge_due(timezone.now() + LONG_AFTER) == 0
    assert not Thread.objects.exists() and not Take.objects.exists() and not Job.objects.exists()
    assert not path.exists()


def test_a_thread_of_many_branches_can_be_deleted_for_good(editor: User, done: Take, send: Callable[..., Turn]) -> None:
    send(parent=done)
    send(parent=done)
    with pytest.raises(actions.ActionRefused):
        actions.delete_thread(editor, done.turn.thread)
    actions.trash_thread(editor, done.turn.thread)
    actions.delete_thread(editor, done.turn.thread)
    assert not Thread.objects.exists()
    assert not file_of(done.asset).exists()


def test_a_take_that_another_thread_attached_keeps_its_file(editor: User, team: Team, done: Take) -> None:
    other = actions.start_thread(editor, team)
    inputs = [("source", done.asset)]
    actions.start_turn(editor, other, token=done.pk, prompt="make it warmer", inputs=inputs)
    actions.trash_thread(editor, done.turn.thread)
    actions.delete_thread(editor, done.turn.thread)
    assert file_of(done.asset).exists()
    assert done.asset in pruning.assets_in_use()


def test_the_files_of_living_takes_are_in_use_until_they_are_trashed(editor: User, done: Take) -> None:
    assert done.asset in pruning.assets_in_use()
    Asset.objects.filter(pk=done.asset_id).update(trashed_at=timezone.now())
    assert trash.purge_due(timezone.now() + LONG_AFTER, keep=pruning.assets_in_use()) == 0
    assert file_of(done.asset).exists()
    actions.trash_take(editor, done)
    assert done.asset not in pruning.assets_in_use()


def test_a_trashed_takes_file_goes_unless_a_living_turn_continues_from_it(
    editor: User, done: Take, send: Callable[..., Turn]
) -> None:
    child = send(parent=done)
    actions.trash_take(editor, done)
    pruning.purge_due(timezone.now() + LONG_AFTER)
    assert file_of(done.asset).exists()
    actions.trash_turn(editor, child)
    pruning.purge_due(timezone.now() + LONG_AFTER)
    assert not file_of(done.asset).exists()


def test_old_history_is_forgotten(running: Job) -> None:
    Delivery.objects.create(provider="scripted")
    count = JobEvent.objects.count()
    assert pruning.forget_history(timezone.now()) == 0
    for path in books.folder().iterdir():
        path.unlink()
    assert pruning.forget_history(timezone.now() + timedelta(days=100)) == count + 1


def test_in_trash_of_lists_only_what_one_may_restore(editor: User, viewer: User, thread: Thread, stranger: Any) -> None:
    actions.trash_thread(editor, thread)
    assert [Thread.objects.in_trash_of(person).count() for person in (editor, viewer, stranger)] == [1, 0, 0]
