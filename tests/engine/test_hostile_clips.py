"""More broken and hostile clips. What is refused says why; what is taken can really be worked with."""

import os
import struct
from pathlib import Path

import pytest

from studio import engine
from studio.engine import client
from studio.engine.limits import Allowance, Limits
from tests.engine import hostile_clips as clips
from tests.engine import hostile_photos as photos
from tests.engine import media_files as files
from tests.engine.fortress import Make, place, refused, watched

NOT_A_CLIP = "not a clip that can be read here"
NO_PICTURE, NO_INDEX, DAMAGED = "no moving picture", "its index is missing", "cannot be decoded"
MOST = 0x7FFFFFFF
TILTED = (46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30)

REFUSED: dict[str, tuple[Make, str, str]] = {
    "pictures in a file by its whole path": (
        lambda at: clips.elsewhere(at / "a.mov", b"alis", str(at.neighbour)), "unreadable", NO_PICTURE),
    "pictures in the neighbour's file": (
        lambda at: clips.elsewhere(at / "a.mov", b"alis", "secret.mp4"), "unreadable", NO_PICTURE),
    "a table that points behind the file": (
        lambda at: clips.table(at / "a.mp4", "stco", 1, MOST), "unreadable", NO_PICTURE),
    "a table that points before the file": (
        lambda at: clips.table(at / "a.mp4", "stco", 1, -1), "unreadable", NO_PICTURE),
    "boxes of no size": (lambda at: clips.zero_boxes(at / "a.mp4"), "unreadable", NO_INDEX),
    "an endless box of pictures": (lambda at: clips.huge_box(at / "a.mp4", b"mdat"), "unreadable", NO_INDEX),
    "an endless index": (lambda at: clips.huge_box(at / "a.mp4", b"moov"), "tracks", NO_PICTURE),
    "boxes in boxes, twenty thousand deep": (
        lambda at: clips.nested(at / "a.mp4", 20_000), "unreadable", NO_INDEX),
    "an edit from before the beginning": (
        lambda at: clips.edits(at / "a.mp4", 1, 500, -MOST, 65536), "unreadable", DAMAGED),
    "a hundred thousand edits": (
        lambda at: clips.edits(at / "a.mp4", 100_000, 500, 0, 65536), "rate", "more pictures than"),
    "no time base": (
        lambda at: clips.filled(at / "a.mp4", "moov/trak/mdia/mdhd", 12, bytes(4)), "duration", "at most 60"),
    "pictures that last for hours": (lambda at: clips.table(at / "a.mp4", "stts", 1, 12, MOST), "duration", "lasts"),
    "two thousand million pictures without data": (
        lambda at: clips.table(at / "a.mp4", "stsz", 1, 0x80000000), "unreadable", NO_PICTURE),
    "twenty million pictures of one byte": (
        lambda at: clips.claims_many(at / "a.mp4", 20_000_000), "duration", "at most 60"),
    "as many sizes, and none of them there": (
        lambda at: clips.table(at / "a.mp4", "stsz", 0, 0x80000000), "unreadable", NO_INDEX),
    "pictures of two gigabytes each": (
        lambda at: clips.table(at / "a.mp4", "stsz", MOST, 12), "unreadable", NO_PICTURE),
    "four million pieces of sound": (
        lambda at: clips.pieces_of_sound(at / "a.mp4", 4_000_000), "rate", "more pieces than"),
    "an index without pictures": (lambda at: clips.table(at / "a.mp4", "stsz", 0, 0), "unreadable", NO_PICTURE),
    "an index without tables": (lambda at: clips.without(at / "a.mp4", clips.TABLES), "codec", "in a way that"),
    "no word about the codec": (
        lambda at: clips.without(at / "a.mp4", f"{clips.TABLES}/stsd"), "unreadable", NO_INDEX),
    "a protected film": (lambda at: clips.encrypted(at / "a.mp4"), "codec", "protected against copying"),
    "fragments without their beginning": (
        lambda at: clips.fragments(at / "a.mp4", headless=True), "unreadable", NO_INDEX),
    "elements in elements, a hundred thousand deep": (
        lambda at: clips.nested_elements(at / "a.mkv", 100_000), "unreadable", NO_INDEX),
    "subtitles alone": (lambda at: clips.subtitles_only(at / "a.mkv"), "tracks", NO_PICTURE),
    "a song and its sleeve": (lambda at: clips.cover_only(at / "a.m4a"), "tracks", NO_PICTURE),
    "AVI named .mp4": (lambda at: clips.small(at / "a.mp4", fmt="avi", codec="mpeg4"), "unreadable", NOT_A_CLIP),
    "FLV named .mp4": (lambda at: clips.small(at / "a.mp4", fmt="flv", codec="flv"), "unreadable", NOT_A_CLIP),
    "a transport stream named .mp4": (lambda at: clips.small(at / "a.mp4", fmt="mpegts"), "unreadable", NOT_A_CLIP),
    "OGG named .mp4": (lambda at: clips.small(at / "a.mp4", fmt="ogg", codec="libvpx"), "unreadable", NOT_A_CLIP),
    "pictures without a container": (
        lambda at: files.text(at / "a.mp4", "YUV4MPEG2 W64 H64 F24:1\nFRAME\n" + "a" * 6144), "unreadable", NOT_A_CLIP),
    "a playlist behind an invisible mark": (
        lambda at: files.text(at / "a.mp4", "\ufeffffconcat version 1.0\nfile secret.mp4\n"), "unreadable", NOT_A_CLIP),
    "a playlist behind spaces": (
        lambda at: files.text(at / "a.mp4", "  \nffconcat version 1.0\nfile secret.mp4\n"), "unreadable", NOT_A_CLIP),
    "a playlist of a part of a file": (
        lambda at: files.hls_playlist(at / "a.m3u8", f"subfile,,start,0,end,999,,:{at.neighbour}"),
        "unreadable", NOT_A_CLIP),
    "a playlist that holds its data": (
        lambda at: files.hls_playlist(at / "a.m3u8", "data:text/plain;base64,AAAA"), "unreadable", NOT_A_CLIP),
    "a playlist of an encrypted file": (
        lambda at: files.hls_playlist(at / "a.mp4", f"crypto:{at.neighbour}"), "unreadable", NOT_A_CLIP),
    "a folder": (lambda at: _folder(at / "a.mp4"), "unreadable", "This is not a file"),
    "a pipe on which nobody writes": (lambda at: _pipe(at / "a.mp4"), "unreadable", "This is not a file"),
    "a link to a device that never ends": (
        lambda at: clips.link(at / "a.mp4", "/dev/zero"), "unreadable", "This is not a file"),
}  # fmt: skip

TAKEN: dict[str, Make] = {
    "pictures at an address, but here too": (
        lambda at: clips.elsewhere(at / "a.mov", b"url ", at.listener.address)),
    "pictures shown in reverse": lambda at: clips.backwards(at / "a.mp4"),
    "no time base of the whole": lambda at: clips.filled(at / "a.mp4", "moov/mvhd", 12, bytes(4)),
    "pictures that take no time": lambda at: clips.table(at / "a.mp4", "stts", 1, 12, 0),
    "time that runs backwards": lambda at: clips.table(at / "a.mp4", "stts", 2, 6, 3750, 6, -3750),
    "a chunk of two thousand million": lambda at: clips.table(at / "a.mp4", "stsc", 1, 1, MOST, 1),
    "a turn by the largest numbers": lambda at: clips.matrix(at / "a.mp4", *[MOST] * 9),
    "a turn by half a right angle": lambda at: clips.matrix(at / "a.mp4", *TILTED),
    "a header with another size": (
        lambda at: clips.filled(at / "a.mp4", f"{clips.TABLES}/stsd", 40, struct.pack(">HH", 4000, 2000))),
    "a header without a size": lambda at: clips.filled(at / "a.mp4", f"{clips.TABLES}/stsd", 40, bytes(4)),
    "fragments": lambda at: clips.fragments(at / "a.mp4"),
    "pixels higher than a house": lambda at: clips.stretched(at / "a.mp4"),
    "an element without an end": lambda at: clips.endless_element(at / "a.mkv"),
    "a part of a longer film": lambda at: clips.linked(at / "a.mkv"),
    "a letter type and a playlist inside": lambda at: clips.attachments(at / "a.mkv", str(at.neighbour)),
    "five thousand chapters": lambda at: clips.chapters(at / "a.mkv", 5000),
    "a title in old letters": lambda at: clips.foreign_title(at / "a.mkv"),
    "see-through pictures": lambda at: clips.see_through(at / "a.webm"),
    "pictures that grow": lambda at: files.resizing_clip(at / "a.webm", 0.5),
    "the end of the last picture missing": lambda at: clips.cut_sample(at / "a.mp4"),
    "sixty-four channels": lambda at: clips.sound_of(at / "a.mov", 48_000, "64 channels"),
    "sound at 384 kHz": lambda at: clips.sound_of(at / "a.mov", 384_000, "stereo"),
    "sound at no rate": (
        lambda at: clips.patched(clips.sound_of(at / "a.mov", 48_000, "stereo"), b"\0\0\xbb\x80\0\0", bytes(6))),
    "a clip behind a clip": lambda at: clips.joined(at / "a.mp4", clips.good(at.folder), clips.good(at.folder)),
    "a link": lambda at: clips.link(at / "a.mp4", clips.small(at / "b.mp4")),
}  # fmt: skip


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_a_sentence(tmp_path: Path, case: str) -> None:
    make, code, words = REFUSED[case]
    with place(tmp_path) as spot:
        refusal = refused(make(spot), spot)
    assert refusal.code == code
    assert words in refusal.detail


@pytest.mark.parametrize("case", TAKEN)
def test_it_is_taken_and_can_be_worked_with(tmp_path: Path, case: str) -> None:
    out = tmp_path / "out"
    with place(tmp_path) as spot:
        path = TAKEN[case](spot)
        with watched(spot, path.resolve()):
            probe = engine.probe(path)
        with watched(spot, path.resolve()):
            engine.poster(path, out / "poster.jpg")
            engine.filmstrip(path, out / "strip.jpg")
            engine.waveform(path)
            made = engine.rendition(path, out / "made.mp4")
    assert probe.kind == "video"
    assert made.duration == pytest.approx(probe.duration, abs=0.1)
    assert made.has_sound == probe.has_sound
    again = engine.probe(out / "made.mp4")
    assert (again.width, again.height) == (made.width, made.height)


@pytest.mark.parametrize("case", ["a folder", "a pipe on which nobody writes", "a link to a device that never ends"])
@pytest.mark.parametrize("operation", ["poster", "filmstrip", "rendition", "photo"])
def test_no_operation_waits_for_what_is_not_a_file(tmp_path: Path, case: str, operation: str) -> None:
    with place(tmp_path) as spot:
        path = REFUSED[case][0](spot)
        with watched(spot, path), pytest.raises(engine.MediaRefused, match="not a file"):
            getattr(engine, operation)(path, tmp_path / "out.bin")


def test_what_takes_too_long_is_said_to(tmp_path: Path) -> None:
    """Where the pieces of sound are not limited, the processor's time is."""
    path = clips.pieces_of_sound(tmp_path / "a.mp4", 10_000_000)
    job = {"operation": "probe", "path": str(path), "limits": Limits(seconds=1e6).as_json()}
    with pytest.raises(engine.MediaRefused, match="took too long") as refusal:
        client.run(job, limits=Allowance(cpu=1))
    assert refusal.value.code == "slow"


def test_a_turn_that_means_nothing_leaves_the_picture_upright(tmp_path: Path) -> None:
    """All its numbers are zero: FFmpeg answers with no number at all, which had become a right angle."""
    path = clips.filled(tmp_path / "a.mp4", "moov/trak/tkhd", 40, bytes(36))
    assert engine.probe(path).rotation == 0


def test_sound_that_changes_on_the_way_is_kept(tmp_path: Path) -> None:
    path = clips.changing_sound(tmp_path / "a.mkv")
    made = engine.rendition(path, tmp_path / "out.mp4")
    assert made.has_sound and made.duration == pytest.approx(engine.probe(path).duration, abs=0.1)


def test_more_channels_than_can_be_taken_apart_are_silence(tmp_path: Path) -> None:
    path = clips.small(tmp_path / "a.mov", sound="pcm_s16le")
    path = clips.patched(path, b"\0\x02\0\x10\0\0\0\0\xbb\x80", b"\0\x89\0\x10\0\0\0\0\xbb\x80")
    assert not engine.probe(path).has_sound
    assert not engine.rendition(path, tmp_path / "out.mp4").has_sound


def test_a_photo_with_a_clip_behind_it_is_a_photo(tmp_path: Path) -> None:
    picture = photos.saved(tmp_path / "x.png", "PNG").read_bytes()
    path = clips.joined(tmp_path / "a.mp4", picture, clips.good(tmp_path))
    assert engine.probe(path).kind == "image"
    assert engine.photo(path, tmp_path / "out.jpg")["mime"] == "image/jpeg"
