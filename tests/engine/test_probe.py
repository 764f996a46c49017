"""What a good file is found to be, decided by what is inside."""

from fractions import Fraction
from pathlib import Path

import pytest

from studio import engine
from studio.engine.limits import Limits
from tests.engine import media_files


def test_a_clip_is_measured(tmp_path: Path) -> None:
    probe = engine.probe(media_files.clip(tmp_path / "a.mp4", 2, (320, 180), 24))
    assert (probe.kind, probe.container, probe.codec, probe.pix_fmt) == ("video", "mp4", "h264", "yuv420p")
    assert (probe.width, probe.height, probe.rotation) == (320, 180, 0)
    assert (probe.duration, probe.fps, probe.variable_rate) == (2.0, 24.0, False)
    assert probe.has_sound and probe.audio_codec == "aac" and probe.browser_playable
    assert probe.size == (tmp_path / "a.mp4").stat().st_size


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_sizes_are_those_after_turning(tmp_path: Path, degrees: int) -> None:
    probe = engine.probe(media_files.clip(tmp_path / "a.mp4", 0.5, (320, 180), rotation=degrees))
    assert probe.rotation == degrees
    assert (probe.width, probe.height) == ((180, 320) if degrees in (90, 270) else (320, 180))


def test_a_phones_clip_is_upright_variable_and_not_for_browsers(tmp_path: Path) -> None:
    probe = engine.probe(media_files.phone_clip(tmp_path / "a.mov"))
    assert (probe.container, probe.codec, probe.rotation) == ("mov", "hevc", 90)
    assert (probe.width, probe.height) == (180, 320)
    assert probe.variable_rate and probe.fps == pytest.approx(30, abs=0.2)
    assert not probe.browser_playable


RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(60)]


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_a_constant_rate_is_seen_as_constant_in_every_container(tmp_path: Path, name: str, fps: Fraction) -> None:
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    probe = engine.probe(media_files.clip(tmp_path / name, 1, (160, 90), fps, codec))
    assert not probe.variable_rate
    assert probe.fps == pytest.approx(float(fps), abs=0.002)


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "sound", "container", "found", "playable"),
    [
        ("a.mp4", "libx264", "yuv420p", "aac", "mp4", "h264", True),
        ("a.mp4", "libx264", "yuv420p", "libmp3lame", "mp4", "h264", True),
        ("a.mp4", "libx264", "yuv420p", False, "mp4", "h264", True),
        ("a.mov", "libx264", "yuv420p", "aac", "mov", "h264", True),
        ("a.mov", "libx264", "yuv420p", "pcm_s16le", "mov", "h264", False),
        ("a.mp4", "libx264", "yuv420p10le", "aac", "mp4", "h264", False),
        ("a.mp4", "libx264", "yuv422p", "aac", "mp4", "h264", False),
        ("a.mkv", "libx264", "yuv420p", "aac", "mkv", "h264", False),
        ("a.webm", "libvpx", "yuv420p", "libopus", "webm", "vp8", True),
        ("a.webm", "libvpx-vp9", "yuv420p", "libopus", "webm", "vp9", True),
        ("a.mkv", "libvpx-vp9", "yuv420p", "libopus", "mkv", "vp9", False),
        ("a.mp4", "libx265", "yuv420p", "aac", "mp4", "hevc", False),
        ("a.mov", "prores_ks", "yuv422p10le", "pcm_s16le", "mov", "prores", False),
        ("a.mp4", "mpeg4", "yuv420p", "aac", "mp4", "mpeg4", False),
    ],
)
def test_what_browsers_play_is_told_from_what_they_do_not(
    tmp_path: Path,
    name: str,
    codec: str,
    pix_fmt: str,
    sound: str | bool,
    container: str,
    found: str,
    playable: bool,
) -> None:
    probe = engine.probe(media_files.clip(tmp_path / name, 0.5, codec=codec, pix_fmt=pix_fmt, sound=sound))
    assert (probe.container, probe.codec, probe.browser_playable) == (container, found, playable)


def test_the_name_of_a_file_means_nothing(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 0.5)
    photo = media_files.photo(tmp_path / "b.png")
    assert engine.probe(clip.rename(tmp_path / "holiday.jpg")).kind == "video"
    assert engine.probe(photo.rename(tmp_path / "film.mp4")).kind == "image"


@pytest.mark.parametrize("name", ["p.jpg", "p.png", "p.webp"])
def test_photos_are_measured(tmp_path: Path, name: str) -> None:
    probe = engine.probe(media_files.photo(tmp_path / name, (640, 360)))
    assert (probe.kind, probe.width, probe.height) == ("image", 640, 360)
    assert probe.container == {"p.jpg": "jpeg", "p.png": "png", "p.webp": "webp"}[name]
    assert probe.browser_playable and probe.duration == 0


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_taken_upright_is_measured_upright(tmp_path: Path, orientation: int) -> None:
    probe = engine.probe(media_files.photo(tmp_path / "p.jpg", (640, 360), orientation=orientation))
    assert (probe.width, probe.height) == ((360, 640) if orientation in (6, 8) else (640, 360))


def test_a_clip_without_a_length_in_its_header_is_measured_all_the_same(tmp_path: Path) -> None:
    """As browsers record them: written to a pipe, so that the header could not be filled in."""
    path = tmp_path / "recorded.webm"
    with path.open("wb") as file:
        media_files.streamed_webm(file)
    probe = engine.probe(path)
    assert probe.duration == pytest.approx(1.0, abs=0.06) and probe.container == "webm"


def test_longer_limits_can_be_asked_for(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 3, (64, 64), 5, sound=False)
    with pytest.raises(engine.MediaRefused) as refusal:
        engine.probe(clip, limits=Limits(seconds=2))
    assert refusal.value.code == "duration"
    assert refusal.value.detail == "This clip lasts 3 seconds; at most 2 can be used."
    assert engine.probe(clip, limits=Limits(seconds=4)).duration == 3
