"""Turn after turn on one clip: no picture is lost over a chain, and a long one begins at what was kept of it."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from studio import engine
from studio.providers.base import JobRequest
from studio.providers.local import books, tasks
from studio.providers.local.models import Render, RenderStatus
from studio.providers.local.provider import LocalProvider
from tests.engine import media_files

Ask = Callable[..., JobRequest]
TEN = (
    "warmer", "more contrast", "denoise it", "tilt-shift it", "more saturated",
    "brighter", "cooler", "add film grain", "sharpen it", "black and white",
)  # fmt: skip
SLOW = ("denoise it", "give it a neon look")


@pytest.fixture
def talk(local: LocalProvider, ask: Ask) -> Callable[[Sequence[str]], list[Render]]:
    """Turn after turn, each made before the next is asked for."""

    def turns(prompts: Sequence[str], operation: str = "edit") -> list[Render]:
        made: list[Render] = []
        for prompt in prompts:
            more = {"parent_video_id": str(made[-1].pk)} if made else {}
            request = ask(prompt, "continue" if made else operation, **more)
            local.submit(request)
            render = Render.objects.get(reference=request.key)
            tasks.run_render(str(render.pk))
            render.refresh_from_db()
            assert render.status == RenderStatus.DONE, render.error_detail
            made.append(render)
        return made

    return turns


def kept(renders: Sequence[Render]) -> list[int]:
    """The places of those that a mezzanine was kept of."""
    return [place for place, render in enumerate(renders) if books.mezzanine(render).exists()]


def decibels(first: list[np.ndarray], second: list[np.ndarray]) -> float:
    assert len(first) == len(second)
    return media_files.psnr(np.stack(first), np.stack(second))


def test_after_ten_turns_it_is_as_good_as_after_one_encode(
    talk: Callable[[Sequence[str]], list[Render]], clip_file: Path, tmp_path: Path
) -> None:
    made = talk(TEN)
    assert kept(made) == [3]
    plans = [engine.parse(prompt) for prompt in TEN]
    source = {"role": "source", "path": str(clip_file), "mime": "video/mp4"}

    def whole(name: str, keep: Path | None = None) -> Path:
        settings = {"format": "mp4", "quality": 80}
        spec = engine.RenderSpec("edit", plans, tmp_path / name, [source], settings, made[0].seed, keep)
        engine.render(spec)
        return tmp_path / name

    single = media_files.frames(whole("single.mp4", tmp_path / "lossless.mkv"))
    lossless = media_files.frames(tmp_path / "lossless.mkv")
    tenth = media_files.frames(made[-1].output)
    assert decibels(tenth, lossless) > decibels(single, lossless) - 0.5


def test_a_film_that_was_drawn_is_not_drawn_anew_each_time(talk: Callable[..., list[Render]]) -> None:
    made = talk(("a calm ocean", "warmer", "brighter"), "generate")
    assert kept(made) == [1]
    third = media_files.frames(made[2].output)
    books.mezzanine(made[1]).unlink()
    Render.objects.filter(pk=made[2].pk).update(status=RenderStatus.QUEUED, tries=0)
    tasks.run_render(str(made[2].pk))
    anew = media_files.frames(Render.objects.get(pk=made[2].pk).output)
    assert decibels(third, anew) > 33


@pytest.mark.parametrize(
    "undone", ["cut off the first 0.3 seconds", 'add the caption "Sea"', "crop it to a square", "mirror it", "louder"]
)
def test_what_later_turns_may_fold_is_never_kept(talk: Callable[..., list[Render]], undone: str) -> None:
    assert kept(talk((undone, *SLOW))) == []
    assert kept(talk((*SLOW, undone, *SLOW))) == [1]


def test_what_is_quickly_done_anew_is_not_kept(talk: Callable[..., list[Render]]) -> None:
    assert kept(talk((*TEN[:2], *TEN[4:8]))) == []


def test_a_damaged_one_costs_no_turn(talk: Callable[..., list[Render]], local: LocalProvider, ask: Ask) -> None:
    made = talk(SLOW)
    books.mezzanine(made[1]).write_bytes(b"no film")
    request = ask("warmer", "continue", parent_video_id=str(made[1].pk))
    local.submit(request)
    third = Render.objects.get(reference=request.key)
    for _ in range(2):
        tasks.run_render(str(third.pk))
    third.refresh_from_db()
    assert (third.status, third.tries) == (RenderStatus.DONE, 2)
    assert not books.mezzanine(made[1]).exists()


def test_what_is_not_used_makes_room_and_goes_after_a_day(
    talk: Callable[..., list[Render]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (books.mezzanine(talk(SLOW)[1]) for _ in range(2))
    os.utime(first, (time.time() - 60, time.time() - 60))
    monkeypatch.setattr(books, "MEZZANINES_AT_MOST", second.stat().st_size)
    books.has_room_for_a_mezzanine()
    assert not first.exists() and second.exists()
    os.utime(second, (0, 0))
    books.remove_orphans(timezone.now())
    assert not second.exists()


def test_on_a_nearly_full_disk_none_are_kept(talk: Callable[..., list[Render]], settings: Any) -> None:
    settings.MIN_FREE_BYTES = 1 << 60
    assert kept(talk(SLOW)) == []


def test_nothing_is_left_of_one_whose_worker_is_stopped(clip_file: Path, tmp_path: Path) -> None:
    source = {"role": "source", "path": str(clip_file), "mime": "video/mp4"}
    plans = [engine.parse("slow it down to a tenth"), engine.parse("make it painted")]
    spec = engine.RenderSpec("edit", plans, tmp_path / "out.mp4", [source], keep=tmp_path / "kept.mkv")
    begun: list[float] = []
    with pytest.raises(engine.EngineStopped):
        engine.render(spec, on_progress=begun.append, should_stop=lambda: any(each > 0.01 for each in begun))
    for _ in range(100):
        if not list(tmp_path.iterdir()):
            break
        time.sleep(0.05)
    assert not list(tmp_path.iterdir())
