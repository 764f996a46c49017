"""The ocean: the same seed, the same film; other seeds, other films; a sound to it."""

import hashlib
from pathlib import Path

import av
import numpy as np
import pytest

from studio import engine
from studio.engine.plan import Plan, Step
from studio.engine.scenes.ocean import Ocean
from studio.engine.sound import waves
from tests.engine import media_files

SMALL = (640, 360)


def ocean(path: Path, palette: str = "sunset", seed: int = 1, steps: tuple[Step, ...] = (), **settings: object) -> Path:
    plan = Plan(scene={"name": "ocean", "palette": palette}, steps=steps)
    asked = {"duration": 1, "width": SMALL[0], "height": SMALL[1], "format": "mp4", "quality": 85, **settings}
    engine.render(engine.RenderSpec("generate", [plan], path, settings=asked, seed=seed))
    return path


def digest(path: Path) -> str:
    return hashlib.md5(b"".join(picture.tobytes() for picture in media_files.frames(path))).hexdigest()


def test_the_same_seed_draws_the_same_film_to_the_last_pixel(tmp_path: Path) -> None:
    first, again = ocean(tmp_path / "a.mp4", seed=5), ocean(tmp_path / "b.mp4", seed=5)
    other = ocean(tmp_path / "c.mp4", seed=6)
    assert digest(first) == digest(again) != digest(other)


def test_it_has_the_length_shape_and_sound_that_were_asked_for(tmp_path: Path) -> None:
    for fmt, size in (("mp4", (640, 360)), ("webm", (360, 640)), ("mov", (640, 360))):
        path = ocean(tmp_path / f"a.{fmt}", width=size[0], height=size[1], format=fmt, duration=1.5)
        probe = engine.probe(path)
        assert (probe.width, probe.height, probe.container) == (*size, fmt)
        assert probe.duration == pytest.approx(1.5, abs=0.03) and probe.has_sound and probe.browser_playable


@pytest.mark.parametrize("palette", ["sunset", "dawn", "day", "night", "", "purple"])
@pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
def test_each_palette_fills_the_picture_in_both_shapes(palette: str, size: tuple[int, int]) -> None:
    picture = Ocean(3, *size, palette).frame(0.5)
    assert picture.shape == (size[1], size[0], 3)
    assert picture.std() > 15
    lowest, highest = {"night": (12, 90), "day": (100, 215), "dawn": (90, 215)}.get(palette, (60, 190))
    assert lowest < picture.mean() < highest


def test_the_palettes_are_told_apart_by_their_colours() -> None:
    means = {name: Ocean(3, *SMALL, name).frame(0).mean(axis=(0, 1)) for name in ("sunset", "dawn", "day", "night")}
    assert means["sunset"][0] > means["sunset"][2]
    assert means["day"][2] > means["day"][0] + 40
    assert means["night"].max() < means["dawn"].min()


def test_it_moves_everywhere_on_the_water_and_slowly_in_the_sky() -> None:
    scene = Ocean(3, *SMALL, "sunset")
    now, soon = scene.frame(1.0).astype(int), scene.frame(1.25).astype(int)
    changed = np.abs(now - soon).mean(axis=2)
    row = scene.view.horizon
    assert (changed[row + 40 :] > 3).mean() > 0.5
    assert changed[: row // 2].mean() < 3


def test_frames_do_not_depend_on_the_order_in_which_they_are_asked_for() -> None:
    scene = Ocean(9, *SMALL, "dawn")
    later = scene.frame(2.0)
    scene.frame(0.0)
    assert (scene.frame(2.0) == later).all()


def test_the_sea_is_heard_in_stereo_without_a_click_at_either_end() -> None:
    sound = waves(4, 5.0)
    assert sound.shape == (2, 5 * 48_000) and np.abs(sound).max() < 0.95
    assert np.abs(sound[:, :20]).max() < 0.002 and np.abs(sound[:, -20:]).max() < 0.002
    assert 0.02 < np.sqrt((sound[:, 48_000:-48_000] ** 2).mean()) < 0.3
    assert np.corrcoef(sound)[0, 1] < 0.95
    assert (waves(4, 5.0) == sound).all() and not (waves(5, 5.0) == sound).all()


def test_sound_and_picture_are_equally_long(tmp_path: Path) -> None:
    with av.open(str(ocean(tmp_path / "a.mp4", duration=2))) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert float(picture.duration * picture.time_base) == pytest.approx(2, abs=0.01)
        assert float(sound.duration * sound.time_base) == pytest.approx(2, abs=0.03)


def test_effects_of_the_plan_and_of_later_turns_apply_to_it(tmp_path: Path) -> None:
    plain = ocean(tmp_path / "a.mp4")
    plans = [Plan(scene={"name": "ocean", "palette": "sunset"}), Plan(steps=(Step("bw", {"k": 1.0}),))]
    settings = {"duration": 1, "width": SMALL[0], "height": SMALL[1], "format": "mp4", "quality": 85}
    engine.render(engine.RenderSpec("generate", plans, tmp_path / "b.mp4", settings=settings, seed=1))
    picture, grey = media_files.frames(plain)[3], media_files.frames(tmp_path / "b.mp4")[3].astype(int)
    assert np.ptp(picture.astype(int), axis=2).mean() > 40
    assert np.ptp(grey, axis=2).mean() < 6
