"""The writer: constant rate, true colours, an index at the front, quality that means something."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio.engine.encoding import Writer, prores_profile, vp9_crf, x264_crf
from tests.engine import media_files


def write(path: Path, fmt: str = "mp4", quality: int = 90, fps: Fraction = Fraction(24), count: int = 24) -> Path:
    with Writer(str(path), fmt, quality, 320, 180, fps, False) as writer:
        for index in range(count):
            picture = media_files.picture(index / count, (320, 180))
            picture[:90] = np.random.default_rng(index).integers(0, 255, (90, 320, 3), np.uint8) // 4 + 60
            writer.video(av.VideoFrame.from_ndarray(picture))
    return path


@pytest.mark.parametrize("fmt", ["mp4", "mov", "webm", "prores"])
@pytest.mark.parametrize("fps", [Fraction(24), Fraction(30000, 1001), Fraction(60)])
def test_pictures_come_at_a_constant_rate(tmp_path: Path, fmt: str, fps: Fraction) -> None:
    path = write(tmp_path / "out", fmt, fps=fps)
    with av.open(str(path)) as container:
        times = sorted(float(p.pts * p.time_base) for p in container.demux(video=0) if p.pts is not None)
    steps = np.diff(times)
    assert len(times) == 24 and times[0] == pytest.approx(0, abs=0.001)
    assert np.abs(steps - 1 / float(fps)).max() < (0.0011 if fmt == "webm" else 0.0001)


@pytest.mark.parametrize("fmt", ["mp4", "mov"])
def test_the_index_comes_before_the_pictures(tmp_path: Path, fmt: str) -> None:
    data = write(tmp_path / "out", fmt).read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("fmt", ["mp4", "mov", "webm", "prores"])
def test_colours_survive_and_are_labelled(tmp_path: Path, fmt: str) -> None:
    with Writer(str(tmp_path / "out"), fmt, 95, 320, 180, Fraction(24), False) as writer:
        for _ in range(8):
            writer.video(av.VideoFrame.from_ndarray(media_files.picture(0.5, (320, 180))))
    with av.open(str(tmp_path / "out")) as container:
        frame = next(container.decode(video=0))
    assert int(frame.colorspace) == 1 and int(frame.color_trc) == 1 and int(frame.color_range) == 1
    assert media_files.psnr(frame.to_ndarray(format="rgb24"), media_files.picture(0.5, (320, 180))) > 31
    red = frame.to_ndarray(format="rgb24")[20, 20].astype(int)
    assert np.abs(red - (230, 30, 30)).max() < 8


def test_better_quality_makes_a_larger_file_that_is_closer_to_the_original(tmp_path: Path) -> None:
    for fmt, times in (("mp4", 3), ("webm", 3), ("prores", 1.3)):
        sizes = [write(tmp_path / f"{q}.{fmt}", fmt, q).stat().st_size for q in (20, 50, 75, 95)]
        assert sizes == sorted(sizes) and sizes[-1] > times * sizes[0]


def test_qualities_map_to_the_encoders_numbers() -> None:
    assert [x264_crf(q) for q in (20, 50, 99)] == [35.0, 27.5, 15.25]
    assert vp9_crf(50) == 38 and vp9_crf(85) <= 21 and vp9_crf(99) >= 12
    assert all(vp9_crf(q) >= vp9_crf(q + 1) for q in range(20, 99))
    assert [prores_profile(q) for q in (20, 49, 50, 84, 85, 99)] == [1, 1, 2, 2, 3, 3]


def test_sound_of_any_kind_is_joined_without_gaps(tmp_path: Path) -> None:
    with Writer(str(tmp_path / "out.mp4"), "mp4", 80, 320, 180, Fraction(25), True) as writer:
        for index in range(50):
            frame = av.AudioFrame.from_ndarray(np.full((1, 882), 2000, np.int16), "s16", "mono")
            frame.sample_rate = 22_050
            writer.audio(frame)
            writer.video(av.VideoFrame.from_ndarray(media_files.picture(index / 50, (320, 180))))
    with av.open(str(tmp_path / "out.mp4")) as container:
        sound = container.streams.audio[0]
        assert (sound.rate, sound.layout.nb_channels) == (48_000, 2)
        assert float(sound.duration * sound.time_base) == pytest.approx(2.0, abs=0.03)


def test_pictures_of_another_size_or_format_are_fitted(tmp_path: Path) -> None:
    with Writer(str(tmp_path / "out.mp4"), "mp4", 90, 320, 180, Fraction(25), False) as writer:
        for size, fmt in (((640, 360), "rgb24"), ((320, 180), "yuv444p"), ((320, 180), "yuvj420p")):
            writer.video(av.VideoFrame.from_ndarray(media_files.picture(0.5, size)).reformat(format=fmt))
    pictures = media_files.frames(tmp_path / "out.mp4")
    assert len(pictures) == 3
    assert all(media_files.psnr(each, media_files.picture(0.5, (320, 180))) > 24 for each in pictures)
