"""Broken and hostile files: each refused within seconds with a sentence, and nothing else read or asked."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio import engine
from studio.engine.limits import Limits
from tests.engine import media_files as files
from tests.engine.watching import Listener

QUICK = 5.0


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


Make = Callable[[Path, Listener], Path]

CASES: dict[str, tuple[Make, str, str]] = {
    "an empty file": (lambda at, _: files.empty(at / "a.mp4"), "empty", "This file is empty."),
    "text named .mp4": (lambda at, _: files.text(at / "a.mp4"), "unreadable", "not a clip"),
    "a web page named .mp4": (lambda at, _: files.text(at / "a.mp4", "<html><body>hi"), "unreadable", "not a clip"),
    "random bytes": (lambda at, _: files.noise(at / "a.mp4"), "unreadable", "not a clip"),
    "a playlist of the neighbour's file": (
        lambda at, _: files.concat_list(at / "a.mp4", "secret.mp4"), "unreadable", "not a clip"),
    "a playlist of a file by its whole path": (
        lambda at, _: files.concat_list(at / "a.mp4", str(at / "secret.mp4")), "unreadable", "not a clip"),
    "a playlist of an address": (
        lambda at, listener: files.concat_list(at / "a.mp4", listener.address), "unreadable", "not a clip"),
    "a streaming playlist of the neighbour's file": (
        lambda at, _: files.hls_playlist(at / "a.m3u8", "secret.mp4"), "unreadable", "not a clip"),
    "a streaming playlist of an address": (
        lambda at, listener: files.hls_playlist(at / "a.m3u8", listener.address), "unreadable", "not a clip"),
    "a streaming playlist named .mp4": (
        lambda at, listener: files.hls_playlist(at / "a.mp4", listener.address), "unreadable", "not a clip"),
    "a streaming playlist of joined files": (
        lambda at, _: files.hls_playlist(at / "a.m3u8", f"concat:{at / 'secret.mp4'}"), "unreadable", "not a clip"),
    "a session description": (
        lambda at, listener: files.sdp(at / "a.mp4", listener.port), "unreadable", "not a clip"),
    "a drawing that loads an address": (
        lambda at, listener: files.svg(at / "a.svg", listener.address), "format", "JPEG, PNG or WEBP"),
    "a streaming manifest": (
        lambda at, listener: files.dash_manifest(at / "a.mp4", listener.address), "unreadable", "not a clip"),
    "a movie that points elsewhere": (
        lambda at, listener: files.reference_movie(at / "a.mov", listener.address), "tracks", "no moving picture"),
    "sound alone": (lambda at, _: files.sound_only(at / "a.m4a"), "tracks", "no moving picture"),
    "a clip cut short, its index first": (
        lambda at, _: files.truncated(at / "a.mp4"), "truncated", "This file is cut short: only"),
    "a clip cut short, its index lost": (
        lambda at, _: files.truncated(at / "a.mp4", faststart=False), "unreadable", "its index is missing"),
    "a Matroska file cut short": (lambda at, _: files.truncated_mkv(at / "a.mkv"), "truncated", "cut short"),
    "a picture of 8192 by 8192": (lambda at, _: files.huge_picture(at / "a.mp4"), "size", "8192 × 8192"),
    "a header of eleven hours": (lambda at, _: files.endless(at / "a.mkv"), "duration", "at most 60"),
    "forty tracks": (lambda at, _: files.many_tracks(at / "a.mkv"), "tracks", "more than 16 tracks"),
    "two pictures": (lambda at, _: files.many_tracks(at / "a.mkv", 2), "tracks", "several pictures"),
    "a picture of 8 by 8": (
        lambda at, _: files.clip(at / "a.mkv", 0.5, (8, 8), codec="ffv1", sound=False), "size", "at least 16"),
    "500 pictures a second": (
        lambda at, _: files.clip(at / "a.mp4", 0.5, (64, 64), 500, sound=False), "rate", "500 frames"),
    "a codec that is not read here": (
        lambda at, _: files.clip(at / "a.mkv", 0.5, codec="msmpeg4", sound=False), "codec", "coded"),
    "a decompression bomb": (lambda at, _: files.huge_photo(at / "a.png"), "size", "megapixels"),
    "a photo cut short": (lambda at, _: files.cut(files.photo(at / "a.jpg"), 0.5), "unreadable", "damaged"),
    "a PNG cut short": (lambda at, _: files.cut(files.photo(at / "a.png"), 0.5), "unreadable", "damaged"),
    "a GIF": (lambda at, _: files.gif(at / "a.gif"), "format", "JPEG, PNG or WEBP"),
    "a tiny photo": (lambda at, _: files.photo(at / "a.png", (4, 4)), "size", "at least 16"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_a_sentence_and_nothing_else_is_touched(
    tmp_path: Path, listener: Listener, case: str
) -> None:
    files.clip(tmp_path / "secret.mp4", 0.5)
    make, code, words = CASES[case]
    path = make(tmp_path, listener)
    started = time.monotonic()
    with pytest.raises(engine.MediaRefused) as refusal:
        engine.probe(path)
    assert time.monotonic() - started < QUICK
    assert refusal.value.code == code
    assert words in refusal.value.detail
    assert refusal.value.detail[0].isupper() and refusal.value.detail.endswith(".")
    assert str(tmp_path) not in refusal.value.detail
    assert not listener.heard


@pytest.mark.parametrize("operation", ["poster", "filmstrip", "rendition", "transcode", "photo", "waveform"])
@pytest.mark.parametrize("case", ["a playlist of the neighbour's file", "a header of eleven hours", "an empty file"])
def test_no_other_operation_is_more_trusting(tmp_path: Path, listener: Listener, case: str, operation: str) -> None:
    files.clip(tmp_path / "secret.mp4", 0.5)
    path = CASES[case][0](tmp_path, listener)
    act = getattr(engine, operation)
    more = {"transcode": (tmp_path / "out", "mp4"), "waveform": ()}.get(operation, (tmp_path / "out",))
    with pytest.raises(engine.MediaRefused):
        act(path, *more)
    assert not list(tmp_path.glob("out*")) and not listener.heard


def test_a_clip_damaged_in_the_middle_is_taken_and_can_be_worked_with(tmp_path: Path) -> None:
    clip = files.corrupted(tmp_path / "a.mp4")
    probe = engine.probe(clip)
    made = engine.rendition(clip, tmp_path / "out.mp4")
    assert made.duration == pytest.approx(probe.duration, abs=0.1)
    engine.filmstrip(clip, tmp_path / "strip.jpg")


def test_a_file_larger_than_allowed_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    clip = files.clip(tmp_path / "a.mp4", 0.5)
    with pytest.raises(engine.MediaRefused, match="at most 0 MB") as refusal:
        engine.probe(clip, limits=Limits(bytes=1000))
    assert refusal.value.code == "size"


def test_a_sentence_can_be_translated_and_filled_in_afterwards(tmp_path: Path) -> None:
    with pytest.raises(engine.MediaRefused) as refusal:
        engine.probe(files.truncated(tmp_path / "a.mp4", 0.4))
    error = refusal.value
    assert error.message == "This file is cut short: only %(read).1f of %(said).1f seconds can be read."
    assert error.message % error.values == error.detail
    assert error.values["said"] == pytest.approx(6.0, abs=0.1) and 1 < error.values["read"] < 4


def test_a_missing_file_is_our_fault_and_not_the_files(tmp_path: Path) -> None:
    with pytest.raises(engine.EngineFailed, match="FileNotFoundError"):
        engine.probe(tmp_path / "nothing")
