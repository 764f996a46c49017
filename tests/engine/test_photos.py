"""Photos that move: the first frame is the photo, nothing jitters, the order is kept."""

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio import engine
from studio.engine.plan import Plan, Step
from tests.engine import media_files

SIZE = (640, 360)


def animate(out: Path, *photos: Path, role: str = "first_frame", move: str = "", **more: object) -> Path:
    steps = more.pop("steps", ())
    plan = Plan(scene={"name": "photo", "move": move}, steps=steps)  # type: ignore[arg-type]
    asked = {"duration": 3, "width": SIZE[0], "height": SIZE[1], "format": "mp4", "quality": 95, **more}
    inputs = [{"role": role, "path": photo, "mime": "image/jpeg"} for photo in photos]
    operation = "animate" if role == "first_frame" else "reference"
    engine.render(engine.RenderSpec(operation, [plan], out, inputs, asked, seed=3))
    return out


def likeness(picture: np.ndarray, photo: Path) -> float:
    size = (picture.shape[1], picture.shape[0])
    given = Image.open(photo).convert("RGB").resize(size, Image.Resampling.LANCZOS)
    return media_files.psnr(picture, np.asarray(given))


@pytest.mark.parametrize("move", ["", "in", "out", "left", "right", "up", "down"])
def test_the_first_frame_is_the_photo_whatever_the_camera_does_then(tmp_path: Path, move: str) -> None:
    photo = media_files.photo(tmp_path / "a.jpg", SIZE)
    pictures = media_files.frames(animate(tmp_path / "out.mp4", photo, move=move))
    assert len(pictures) == 72
    assert likeness(pictures[0], photo) >= 38
    assert likeness(pictures[-1], photo) < 26


@pytest.mark.parametrize("size", [(1280, 720), (320, 180), (2560, 1440)])
def test_that_holds_for_larger_and_smaller_photos(tmp_path: Path, size: tuple[int, int]) -> None:
    photo = media_files.photo(tmp_path / "a.png", size)
    assert likeness(media_files.frames(animate(tmp_path / "out.mp4", photo))[0], photo) >= 38


def test_a_photo_of_another_shape_is_shown_whole_on_a_blurred_ground(tmp_path: Path) -> None:
    photo = media_files.photo(tmp_path / "a.jpg", (360, 360))
    picture = media_files.frames(animate(tmp_path / "out.mp4", photo))[0]
    middle = picture[:, (SIZE[0] - 360) // 2 : (SIZE[0] + 360) // 2]
    assert likeness(middle, photo) >= 36
    ground = picture[:, :100]
    assert 8 < ground.mean() < middle.mean()
    assert np.abs(np.diff(ground.astype(int), axis=1)).mean() < 2


def test_the_camera_moves_evenly_between_pixels(tmp_path: Path) -> None:
    """The middle of a soft light travels without steps: its speed hardly changes from one picture to the next."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    light = 235 * np.exp(-((x - 480) ** 2 + (y - 120) ** 2) / (2 * 28**2))
    Image.fromarray(light.astype(np.uint8)).convert("RGB").save(tmp_path / "a.png")
    places = []
    for picture in media_files.frames(animate(tmp_path / "out.mp4", tmp_path / "a.png", move="in", duration=4)):
        weight = np.clip(picture[..., 1].astype(float) - 20, 0, None)
        places.append((weight * x).sum() / weight.sum())
    speeds = np.diff(places)
    assert abs(places[-1] - places[0]) > 5 and np.abs(speeds).max() < 1
    assert np.abs(np.diff(speeds)).max() < 0.35


def test_several_photos_follow_one_another_and_fade(tmp_path: Path) -> None:
    photos = []
    for place, colour in enumerate([(220, 40, 40), (40, 200, 40), (40, 40, 220)]):
        photos.append(tmp_path / f"{place}.png")
        Image.new("RGB", SIZE, colour).save(photos[-1])
    pictures = media_files.frames(animate(tmp_path / "out.mp4", *photos, role="reference", duration=6))
    means = [picture.mean(axis=(0, 1)) for picture in pictures]
    strongest = [int(mean.argmax()) for mean in means]
    assert strongest == sorted(strongest) and set(strongest) == {0, 1, 2}
    steps = [np.abs(later - earlier).max() for earlier, later in pairwise(means)]
    assert max(steps) < 20
    mixed = [mean for mean in means if 60 < sorted(mean)[1] < 180]
    assert 30 <= len(mixed) <= 50


@pytest.mark.parametrize("count", [1, 7])
def test_one_photo_or_seven_fill_the_time(tmp_path: Path, count: int) -> None:
    photos = [media_files.photo(tmp_path / f"{place}.jpg", (400, 300 + place)) for place in range(count)]
    out = animate(tmp_path / "out.mp4", *photos, role="reference", duration=3)
    probe = engine.probe(out)
    assert probe.duration == pytest.approx(3, abs=0.02) and probe.has_sound
    assert all(picture.mean() > 30 for picture in media_files.frames(out))


def test_a_photo_taken_upright_is_not_laid_down(tmp_path: Path) -> None:
    photo = media_files.photo(tmp_path / "a.jpg", (640, 360), orientation=6)
    out = animate(tmp_path / "out.mp4", photo, width=360, height=640)
    upright = np.asarray(Image.open(photo).transpose(Image.Transpose.ROTATE_270).resize((360, 640)))
    assert media_files.psnr(media_files.frames(out)[0], upright) > 30


def test_there_is_a_soft_sound_that_fades_at_both_ends(tmp_path: Path) -> None:
    out = animate(tmp_path / "out.mp4", media_files.photo(tmp_path / "a.jpg", SIZE))
    with av.open(str(out)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert 0.01 < np.sqrt((sound[48_000:96_000] ** 2).mean()) < 0.15
    assert np.abs(sound[:400]).max() < 0.01


def test_a_sound_that_is_asked_for_stands_in_place_of_the_usual_one(tmp_path: Path) -> None:
    """The usual one is a chord, whose tones stand out of the spectrum; rain has none."""
    photo = media_files.photo(tmp_path / "a.jpg", SIZE)
    tones = []
    for steps in ((), (Step("rain-sound", {"k": 1.0}),)):
        with av.open(str(animate(tmp_path / "out.mp4", photo, steps=steps))) as container:
            sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])[:96_000]
        low = np.abs(np.fft.rfft(sound))[80 * 2 : 500 * 2]
        tones.append(low.max() / np.median(low))
    assert tones[0] > 30 and tones[1] < 8


@pytest.mark.parametrize(
    ("prompt", "scene", "steps"),
    [
        ("a slow film of these photos with crossfades and soft music", {"move": ""}, ["music"]),
        ("slowly zoom in on these, calm music", {"move": "in"}, ["music"]),
        ("2 seconds per photo, in this order, black and white", {"move": "", "each": 2.0}, ["bw"]),
        ("show each photo for three seconds and fade between them", {"move": "", "each": 3.0}, []),
        ("a slideshow, gentle pan left", {"move": "left"}, []),
        ("Ken Burns style, warmer", {"move": ""}, ["warmer"]),
        ("幻灯片，每张停留两秒，慢慢推近，叠化", {"move": "in", "each": 2.0}, []),
    ],
)
def test_what_is_said_of_a_film_of_photos_is_understood(
    prompt: str, scene: dict[str, object], steps: list[str]
) -> None:
    plan = engine.parse(prompt, operation="reference")
    assert plan.scene == {"name": "photo", **scene}
    assert ([step.id for step in plan.steps], plan.not_done) == (steps, ())


@pytest.mark.parametrize(
    "prompt",
    [
        "glitch every 3 seconds",
        "0,5 seconds each",
        "1/2 second per photo",
        "twenty two seconds each",
        "each photo 90 seconds",
        "2 seconds for each photo, 3 seconds for each picture",
        "hard cuts instead of crossfades",
        "without crossfades",
        "每张十秒",
    ],
)
def test_what_is_not_understood_of_it_is_reported(prompt: str) -> None:
    plan = engine.parse(prompt, operation="reference")
    assert plan.scene == {"name": "photo", "move": ""} and plan.steps == () and plan.not_done


@pytest.mark.parametrize(
    ("operation", "prompt", "beyond"),
    [
        ("generate", "a city at night in rain and fog", ("fog",)),
        ("generate", "mountains at sunrise, pan left then zoom in", ("zoom in",)),
        ("generate", "a snowy mountain in winter at night", ()),
        ("reference", "zoom in and pan right", ("pan right",)),
        ("reference", "slowly zoom in, push in", ()),
    ],
)
def test_what_is_asked_beyond_the_first_of_a_kind_is_reported(
    operation: str, prompt: str, beyond: tuple[str, ...]
) -> None:
    assert engine.parse(prompt, operation=operation).not_done == beyond


def test_each_photo_is_shown_as_long_as_was_said(tmp_path: Path) -> None:
    photos = [media_files.photo(tmp_path / f"{place}.jpg", SIZE) for place in range(3)]
    plan = engine.parse("1.5 seconds each", operation="reference")
    inputs = [{"role": "reference", "path": photo, "mime": "image/jpeg"} for photo in photos]
    asked = {"duration": 10, "width": SIZE[0], "height": SIZE[1]}
    made = engine.render(engine.RenderSpec("reference", [plan], tmp_path / "out.mp4", inputs, asked))
    assert made.duration == pytest.approx(4.5, abs=0.05)
    assert engine.describe_scene(plan.scene or {})[1] == ("each", "Each photo", "1.5 s")


def test_effects_apply_to_photos_too(tmp_path: Path) -> None:
    photo = media_files.photo(tmp_path / "a.jpg", SIZE)
    grey = media_files.frames(animate(tmp_path / "out.mp4", photo, steps=(Step("bw", {"k": 1.0}),)))[0]
    assert np.ptp(grey.astype(int), axis=2).mean() < 6


def test_a_photo_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(engine.MediaRefused):
        animate(tmp_path / "out.mp4", media_files.text(tmp_path / "a.jpg"))
