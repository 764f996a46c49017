"""Clips made into others: what browsers play, parts, downloads."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio import engine
from tests.engine import media_files
from tests.engine.test_stills import red_corner


def lengths(path: Path) -> dict[str, float]:
    """Seconds of picture and of sound."""
    with av.open(str(path)) as container:
        found = {}
        for stream in container.streams:
            last = 0.0
            for packet in container.demux(stream):
                if packet.pts is not None:
                    last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            found[stream.type] = last
            container.seek(0)
        return found


def bar_place(picture: np.ndarray) -> float:
    """How far the white bar has come, 0 to 1."""
    height, width = picture.shape[:2]
    row = picture[int(height * 0.55)].min(axis=1)
    return float(np.nonzero(row > 190)[0].mean() / width)


@pytest.mark.parametrize(
    "make",
    [media_files.phone_clip, media_files.prores_clip, media_files.hdr_clip, media_files.clip],
    ids=["phone", "prores", "hdr", "mkv"],
)
def test_what_browsers_cannot_play_gets_a_rendition_that_they_can(tmp_path: Path, make: object) -> None:
    name = "a.mkv" if make is media_files.clip else "a.mov"
    clip = make(tmp_path / name)  # type: ignore[operator]
    before = engine.probe(clip)
    made = engine.rendition(clip, tmp_path / "out")
    after = engine.probe(tmp_path / "out")
    assert not before.browser_playable and after.browser_playable
    assert (after.container, after.codec, after.pix_fmt, after.rotation) == ("mp4", "h264", "yuv420p", 0)
    assert (after.width, after.height) == (before.width, before.height) == (made.width, made.height)
    assert not after.variable_rate and after.has_sound
    assert after.duration == pytest.approx(before.duration, abs=0.05)


def test_a_phones_clip_comes_out_upright_at_a_constant_rate(tmp_path: Path) -> None:
    engine.rendition(media_files.phone_clip(tmp_path / "a.mov"), tmp_path / "out.mp4")
    probe = engine.probe(tmp_path / "out.mp4")
    assert (probe.width, probe.height, probe.fps) == (180, 320, 30.0)
    with av.open(str(tmp_path / "out.mp4")) as container:
        image = next(container.decode(video=0)).to_image()
    assert red_corner(image) == "upper right"


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_every_turn_is_obeyed(tmp_path: Path, degrees: int) -> None:
    engine.rendition(media_files.clip(tmp_path / "a.mov", 0.5, rotation=degrees), tmp_path / "out.mp4")
    image = next(av.open(str(tmp_path / "out.mp4")).decode(video=0)).to_image()
    assert red_corner(image) == {90: "upper right", 180: "lower right", 270: "lower left"}[degrees]


def test_a_rendition_fits_into_1280_by_720_and_keeps_its_shape(tmp_path: Path) -> None:
    wide = engine.rendition(media_files.clip(tmp_path / "a.mp4", 0.5, (1920, 800)), tmp_path / "a")
    assert (wide.width, wide.height) == (1280, 534)
    tall = engine.rendition(media_files.clip(tmp_path / "b.mp4", 0.5, (1080, 1920)), tmp_path / "b")
    assert (tall.width, tall.height) == (720, 1280)
    small = engine.rendition(media_files.clip(tmp_path / "c.mp4", 0.5), tmp_path / "c")
    assert (small.width, small.height) == (320, 180)


@pytest.mark.parametrize(("start", "end"), [(1.0, 3.0), (2.5, 4.0), (None, 1.5), (4.0, None), (0.0, 99.0)])
def test_a_part_has_exactly_its_length_and_its_pictures(tmp_path: Path, start: float | None, end: float | None) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 5, fps=24)
    made = engine.rendition(clip, tmp_path / "out.mp4", start=start, end=end, box=None)
    first, last = start or 0.0, min(end or 5.0, 5.0)
    assert made.duration == pytest.approx(last - first, abs=0.03)
    found = lengths(tmp_path / "out.mp4")
    assert found["video"] == pytest.approx(last - first, abs=0.03)
    assert found["audio"] == pytest.approx(last - first, abs=0.05)
    pictures = media_files.frames(tmp_path / "out.mp4")
    assert len(pictures) == round((last - first) * 24)
    expected = media_files.picture(round(first * 24) / 119, (320, 180))
    assert bar_place(pictures[0]) == pytest.approx(bar_place(expected), abs=0.012)


def test_sound_stays_in_step_with_the_picture_of_a_part(tmp_path: Path) -> None:
    """A click at 2 seconds is at 0.5 seconds of the part that begins at 1.5."""
    clip = media_files.clip(tmp_path / "a.mp4", 4, click_at=2.0)
    engine.rendition(clip, tmp_path / "out.mp4", start=1.5, end=3.5)
    with av.open(str(tmp_path / "out.mp4")) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    loud = np.nonzero(np.abs(sound) > 0.3)[0]
    assert loud[0] / 48_000 == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("fmt", "container", "video", "audio"),
    [
        ("mp4", "mp4", "h264", "aac"),
        ("mov", "mov", "h264", "aac"),
        ("webm", "webm", "vp9", "opus"),
        ("prores", "mov", "prores", "pcm_s16le"),
    ],
)
def test_a_film_is_to_be_had_in_each_format(tmp_path: Path, fmt: str, container: str, video: str, audio: str) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 1, fps=Fraction(30000, 1001))
    said = engine.transcode(clip, tmp_path / "out", fmt, 90)
    probe = engine.probe(tmp_path / "out")
    assert (probe.container, probe.codec, probe.audio_codec) == (container, video, audio)
    assert probe.fps == pytest.approx(29.97, abs=0.01) and probe.browser_playable == (fmt != "prores")
    assert said == probe
    assert media_files.psnr(media_files.frames(clip)[10], media_files.frames(tmp_path / "out")[10]) > 33


def test_a_silent_clip_stays_silent(tmp_path: Path) -> None:
    made = engine.rendition(media_files.clip(tmp_path / "a.mp4", 0.5, sound=False), tmp_path / "out")
    assert not made.has_sound and "audio" not in lengths(tmp_path / "out")


def test_a_clip_recorded_in_a_call_may_change_its_size_on_the_way(tmp_path: Path) -> None:
    made = engine.rendition(media_files.resizing_clip(tmp_path / "a.webm"), tmp_path / "out")
    assert (made.width, made.height) == (320, 180) and made.duration == pytest.approx(2, abs=0.1)


def test_odd_sizes_become_even(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mov", 0.5, (321, 181), codec="prores_ks", pix_fmt="yuv422p10le", sound=False)
    made = engine.rendition(clip, tmp_path / "out")
    assert (made.width % 2, made.height % 2) == (0, 0)


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "a.mp4", 0.5, (360, 288), aspect=Fraction(16, 9))
    assert engine.probe(clip).width == 512
    assert engine.rendition(clip, tmp_path / "out").width == 512


def test_high_dynamic_range_becomes_ordinary_colours(tmp_path: Path) -> None:
    clip = media_files.hdr_clip(tmp_path / "a.mov")
    engine.rendition(clip, tmp_path / "out.mp4")
    assert engine.probe(clip).hdr and not engine.probe(tmp_path / "out.mp4").hdr
    with av.open(str(tmp_path / "out.mp4")) as container:
        frame = next(container.decode(video=0))
    assert (int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc)) == (1, 1, 1)
    red = frame.to_ndarray(format="rgb24")[10, 10].astype(int)
    assert red[0] > 200 and red[1] < 80 and red[2] < 80
