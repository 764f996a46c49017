"""run_render and the sweep: every process may die between any two lines; one video comes of it."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from django_q.models import OrmQ

from studio import engine
from studio.providers.base import Asked, JobRequest, JobState
from studio.providers.local import books, tasks
from studio.providers.local.models import Render, RenderStatus
from studio.providers.local.provider import LocalProvider

Ask = Callable[..., JobRequest]
WRITTEN = engine.Probe("video", "mp4", "h264", "yuv420p", 320, 180)


@pytest.fixture
def render(local: LocalProvider, ask: Ask) -> Render:
    local.submit(ask("make it warmer"))
    return Render.objects.get()


def age(render: Render, seconds: float) -> None:
    past = timezone.now() - timedelta(seconds=seconds)
    Render.objects.filter(pk=render.pk).update(enqueued_at=past, created_at=past)


def waiting() -> int:
    return OrmQ.objects.filter(key="render").count()


def test_a_render_makes_a_file_and_says_so(render: Render) -> None:
    tasks.run_render(str(render.pk))
    render.refresh_from_db()
    assert (render.status, render.progress, render.tries) == (RenderStatus.DONE, 1, 1)
    assert Path(render.output).stat().st_size > 1000
    assert Path(render.output).suffix == ".mp4"


def test_a_task_that_comes_twice_renders_once(render: Render) -> None:
    tasks.run_render(str(render.pk))
    before = Render.objects.get(pk=render.pk)
    tasks.run_render(str(render.pk))
    after = Render.objects.get(pk=render.pk)
    assert (before.output, before.tries) == (after.output, after.tries)


def test_a_running_render_belongs_to_one_process(render: Render) -> None:
    assert books.claim(str(render.pk))
    assert books.claim(str(render.pk)) is None


def test_a_render_without_a_sign_of_life_starts_again(render: Render) -> None:
    books.claim(str(render.pk))
    OrmQ.objects.all().delete()
    books.sweep(timezone.now() + timedelta(seconds=4))
    assert not waiting()
    books.sweep(timezone.now() + timedelta(seconds=6))
    books.sweep(timezone.now())
    render.refresh_from_db()
    assert (render.status, waiting()) == (RenderStatus.QUEUED, 1)
    tasks.run_render(str(render.pk))
    render.refresh_from_db()
    assert (render.status, render.tries) == (RenderStatus.DONE, 2)


def test_a_worker_that_was_taken_for_dead_leaves_no_second_file(render: Render) -> None:
    slow = books.claim(str(render.pk))
    assert slow
    books.sweep(timezone.now() + timedelta(seconds=6))
    tasks.run_render(str(render.pk))
    render.refresh_from_db()
    assert not books.beat(slow, 0.9)
    late = books.folder() / "late.mp4"
    assert not books.done(slow, late, WRITTEN)
    assert Render.objects.get(pk=render.pk).output == render.output


def test_after_three_interruptions_it_gives_up_with_a_sentence(local: LocalProvider, render: Render) -> None:
    for _ in range(3):
        assert books.claim(str(render.pk))
        books.sweep(timezone.now() + timedelta(seconds=6))
    update = local.fetch([Asked(str(render.reference))])[0]
    assert (update.state, update.error_code) == (JobState.FAILED, "engine")
    assert "three times" in update.error_detail


def test_a_render_whose_task_was_lost_is_called_again_but_ever_rarer(render: Render) -> None:
    OrmQ.objects.all().delete()
    age(render, 3)
    books.sweep(timezone.now())
    assert waiting() == 0
    age(render, 5)
    books.sweep(timezone.now())
    assert waiting() == 1
    books.sweep(timezone.now() + timedelta(seconds=4))
    assert waiting() == 1
    books.sweep(timezone.now() + timedelta(seconds=6))
    assert waiting() == 2


def test_a_file_that_is_no_video_fails_as_bad_media(local: LocalProvider, render: Render, stored: str) -> None:
    Path(default_storage.path(stored)).write_bytes(b"#EXTM3U\nhttp://127.0.0.1/" * 50)
    tasks.run_render(str(render.pk))
    update = local.fetch([Asked(str(render.reference))])[0]
    assert (update.state, update.error_code) == (JobState.FAILED, "bad_media")
    assert update.error_detail


def test_a_working_process_notices_a_stop_within_moments(local: LocalProvider, render: Render) -> None:
    claimed = books.claim(str(render.pk))
    assert claimed
    pulse = tasks.Pulse(claimed)
    local.cancel(str(render.reference))
    time.sleep(tasks.LOOK_EVERY)
    assert pulse.should_stop()


def test_what_nobody_collected_for_a_day_is_removed(tmp_path: Path) -> None:
    old, new = books.folder() / "old.mp4", books.folder() / "new.mp4"
    left = books.folder() / "inputs-left"
    left.mkdir(exist_ok=True)
    for path in (old, new):
        path.write_bytes(b"video")
    past = time.time() - 25 * 3600
    for path in (old, left):
        os.utime(path, (past, past))
    assert books.remove_orphans(timezone.now()) == 2
    assert new.exists() and not old.exists() and not left.exists()
    new.unlink()
