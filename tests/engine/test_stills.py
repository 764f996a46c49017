"""Posters, filmstrips and photos made upright."""

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio import engine
from tests.engine import media_files


def red_corner(image: Image.Image) -> str:
    """Where the test picture's red square is."""
    pixels = np.asarray(image.convert("RGB")).astype(int)
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 100) & (pixels[..., 2] < 100)
    rows, columns = np.nonzero(red)
    down = "lower" if rows.mean() > image.height / 2 else "upper"
    return f"{down} {'right' if columns.mean() > image.width / 2 else 'left'}"


def test_a_poster_is_a_jpeg_no_wider_than_asked(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 2, (1920, 1080), sound=False)
    made = engine.poster(clip, tmp_path / "poster")
    image = Image.open(tmp_path / "poster")
    assert image.format == "JPEG" and image.size == (1280, 720) == (made["width"], made["height"])
    assert red_corner(image) == "upper left"


def test_a_small_clips_poster_is_not_blown_up(tmp_path: Path) -> None:
    assert engine.poster(media_files.clip(tmp_path / "a.mp4", 1), tmp_path / "p.jpg")["width"] == 320


@pytest.mark.parametrize(
    ("degrees", "corner"), [(0, "upper left"), (90, "upper right"), (180, "lower right"), (270, "lower left")]
)
def test_pictures_of_a_turned_clip_stand_upright(tmp_path: Path, degrees: int, corner: str) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 1, rotation=degrees)
    engine.poster(clip, tmp_path / "p.jpg")
    poster = Image.open(tmp_path / "p.jpg")
    assert poster.size == ((180, 320) if degrees in (90, 270) else (320, 180))
    assert red_corner(poster) == corner
    strip = engine.filmstrip(clip, tmp_path / "s.jpg", frames=3)
    first = Image.open(tmp_path / "s.jpg").crop((0, 0, strip["width"], strip["height"]))
    assert red_corner(first) == corner


def test_a_poster_avoids_the_black_beginning(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 4, sound=False, black_until=1.0)
    engine.poster(clip, tmp_path / "p.jpg")
    assert np.asarray(Image.open(tmp_path / "p.jpg")).mean() > 30


def test_a_poster_can_be_asked_for_at_a_moment(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 4, (640, 360), sound=False)
    places = []
    for moment in (0.0, 2.0, 3.9, 99.0):
        engine.poster(clip, tmp_path / "p.jpg", at=moment)
        row = np.asarray(Image.open(tmp_path / "p.jpg").convert("L"))[200]
        places.append(float(np.nonzero(row > 215)[0].mean()))
    assert places[0] < 60 and 250 < places[1] < 390 and places[2] > 560
    assert places[3] == pytest.approx(places[2], abs=12)


def test_a_filmstrip_shows_the_clip_from_beginning_to_end_in_one_row(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 6, (640, 360), sound=False)
    strip = engine.filmstrip(clip, tmp_path / "s.jpg", frames=8, height=90)
    assert strip == {"frames": 8, "width": 160, "height": 90}
    image = Image.open(tmp_path / "s.jpg")
    assert image.size == (8 * 160, 90)
    pixels = np.asarray(image.convert("L"))
    places = [np.nonzero(pixels[50, at * 160 : (at + 1) * 160] > 200)[0].mean() for at in range(8)]
    assert all(later - earlier > 8 for earlier, later in pairwise(places))


@pytest.mark.parametrize("make", [media_files.phone_clip, media_files.prores_clip, media_files.hdr_clip])
def test_clips_that_browsers_do_not_play_have_pictures_too(tmp_path: Path, make: object) -> None:
    clip = make(tmp_path / "a.mov")  # type: ignore[operator]
    engine.poster(clip, tmp_path / "p.jpg")
    pixels = np.asarray(Image.open(tmp_path / "p.jpg")).astype(int)
    assert pixels.mean() > 40 and (pixels[..., 0] > 180).any()
    engine.filmstrip(clip, tmp_path / "s.jpg")


def test_a_waveform_stands_where_the_sound_is(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 4, click_at=3.0)
    peaks = engine.waveform(clip, parts=40)
    assert len(peaks) == 40 and peaks.index(max(peaks)) in {29, 30, 31} and max(peaks) > 0.2
    assert all(peak < 0.02 for place, peak in enumerate(peaks) if abs(place - 30) > 2)


def test_a_clip_without_sound_has_no_waveform(tmp_path: Path) -> None:
    assert engine.waveform(media_files.clip(tmp_path / "a.mp4", 1, sound=False)) == []


def test_poster_and_filmstrip_of_ten_seconds_come_quickly(tmp_path: Path) -> None:
    """Generous, for a busy machine: at rest it is under 0.8 seconds together."""
    clip = media_files.clip(tmp_path / "a.mp4", 10, (1280, 720), options={"g": "250"})
    engine.probe(clip)
    before = time.monotonic()
    engine.poster(clip, tmp_path / "p.jpg")
    engine.filmstrip(clip, tmp_path / "s.jpg")
    assert time.monotonic() - before < 6


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, "upper left"), (3, "lower right"), (6, "upper right"), (8, "lower left")]
)
def test_a_photo_is_turned_upright_and_loses_its_metadata(tmp_path: Path, orientation: int, corner: str) -> None:
    given = media_files.photo(tmp_path / "a.jpg", orientation=orientation)
    made = engine.photo(given, tmp_path / "out")
    image = Image.open(tmp_path / "out")
    assert red_corner(image) == corner and not image.getexif() and made["mime"] == "image/jpeg"
    assert image.size == (made["width"], made["height"])


def test_a_large_photo_is_brought_down_to_4096(tmp_path: Path) -> None:
    made = engine.photo(media_files.photo(tmp_path / "a.jpg", (5000, 1000)), tmp_path / "out")
    assert (made["width"], made["height"]) == (4096, 819)


def test_a_photo_one_can_see_through_stays_so(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (64, 64), (200, 40, 40, 128))
    picture.save(tmp_path / "a.png")
    assert engine.photo(tmp_path / "a.png", tmp_path / "out")["mime"] == "image/png"
    assert Image.open(tmp_path / "out").convert("RGBA").getpixel((5, 5)) == (200, 40, 40, 128)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "I;16", "RGBA", "LA"])
def test_photos_of_every_mode_become_ordinary_ones(tmp_path: Path, mode: str) -> None:
    name = "a.jpg" if mode == "CMYK" else "a.png"
    Image.new("RGB", (64, 48), (200, 120, 40)).convert("L" if mode == "I;16" else mode).save(tmp_path / name)
    if mode == "I;16":
        Image.fromarray(np.full((48, 64), 30_000, np.uint16)).save(tmp_path / name)
    engine.photo(tmp_path / name, tmp_path / "out")
    pixel = Image.open(tmp_path / "out").convert("RGB").getpixel((10, 10))
    assert isinstance(pixel, tuple) and (sum(pixel) > 150 or mode == "1")
    if mode == "I;16":
        assert abs(pixel[0] - 30_000 // 257) < 4
