"""Files damaged byte by byte, each the same for its number ever again, and what the engine makes of them.

`python -m tests.engine.fuzzing 1234 FOLDER` writes the file of that number, to look at what a bench has named.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import av
from PIL import Image

from studio import engine
from studio.engine import client
from tests.engine import hostile_clips, media_files
from tests.engine.test_host import host_at
from tests.engine.watching import Folders, Listener, Workers

QUICK = 5.0
EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1", b"\0\0\xff\xff")
NAMES = (
    b"moov", b"trak", b"mdhd", b"mvhd", b"tkhd", b"stsd", b"stts", b"ctts", b"stsc", b"stsz", b"stco", b"elst", b"avcC",
    b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\x1f\x43\xb6\x75", b"\x1c\x53\xbb\x6b",
    b"IHDR", b"IDAT", b"iCCP", b"tEXt", b"VP8X", b"VP8 ", b"VP8L", b"EXIF", b"ICCP",
    b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xda", b"\xff\xdb", b"\xff\xe1", b"\xff\xe2",
)  # fmt: skip


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """Good files of each kind, made without anything random: (kind: contents)."""
    made = {
        "mp4": [_clip(folder, "mp4", "libx264", "aac"), _clip(folder, "mp4", "libx264", "", "frag_keyframe")],
        "mov": [_clip(folder, "mov", "libx264", "pcm_s16le"), _clip(folder, "mov", "prores_ks", "aac")],
        "webm": [_clip(folder, "webm", "libvpx", "libopus"), _clip(folder, "webm", "libvpx-vp9", "")],
        "mkv": [_clip(folder, "matroska", "libx264", "libopus"), _clip(folder, "matroska", "mpeg4", "flac")],
    }
    for kind, fmt, ways in (
        ("png", "PNG", [{"icc_profile": b"p" * 200}, {"mode": "P"}]),
        ("jpeg", "JPEG", [{"progressive": True}, {"icc_profile": b"p" * 200}]),
        ("webp", "WEBP", [{"quality": 80}, {"lossless": True}]),
    ):
        made[kind] = [_photo(folder, fmt, **way) for way in ways]
    return made


def _clip(folder: Path, fmt: str, codec: str, sound: str, flags: str = "faststart") -> bytes:
    path = folder / "seed"
    options = {"fflags": "+bitexact"} | ({"movflags": flags} if fmt in {"mp4", "mov"} else {})
    with av.open(str(path), "w", format=fmt, options=options) as container:
        audio = container.add_stream(sound, rate=48_000) if sound else None
        if audio is not None:
            audio.layout = "stereo"
        pix_fmt = "yuv422p10le" if codec == "prores_ks" else "yuv420p"
        hostile_clips.write_pictures(container, codec, 12, pix_fmt=pix_fmt)
        if audio is not None:
            media_files.write_tone(container, audio, 0.5)
    return path.read_bytes()


def _photo(folder: Path, fmt: str, mode: str = "RGB", **more: object) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    path = folder / "seed"
    Image.fromarray(media_files.picture(0.5, (96, 64))).convert(mode).save(path, fmt, exif=exif, **more)
    return path.read_bytes()


# --- Ways to damage a file ------------------------------------------------------------------------------------------


def flipped(data: bytearray, rng: random.Random, other: bytes) -> bytearray:
    for _ in range(rng.choice((1, 3, 10, 100))):
        data[_place(data, rng)] ^= 1 << rng.randrange(8)
    return data


def overwritten(data: bytearray, rng: random.Random, other: bytes) -> bytearray:
    place, length = _place(data, rng), rng.choice((1, 4, 16, 200))
    data[place : place + length] = rng.randbytes(min(length, len(data) - place))
    return data


def missing(data: bytearray, rng: random.Random, other: bytes) -> bytearray:
    place = _place(data, rng)
    del data[place : place + rng.choice((1, 4, 64, 1000))]
    return data


def doubled(data: bytearray, rng: random.Random, other: bytes) -> bytearray:
    place = _place(data, rng)
    piece = data[place : place + rng.choice((4, 64, 1000))]
    data[place:place] = piece * rng.choice((1, 2, 50))
    return data


def extreme(data: bytearray, rng: random.Random, other: bytes) -> bytearray:
    """Numbers near the names of boxes, elements and chunks: their sizes, counts and tables."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        named = [place for name in NAMES if (place := data.find(name)) >= 0]
        place = max(0, rng.choice(named or [0]) + rng.choice((-4, 2, 3, 4, 4, 8, 12, 16, 20, 24)))
        data[place : place + 4] = rng.choice(EXTREMES)
    return data


def cut_off(data: bytearray, rng: random.Random, other: bytes) -> bytearray:
    return data[: _place(data, rng)]


def spliced(data: bytearray, rng: random.Random, other: bytes) -> bytearray:
    """The first part of one file and the last part of another."""
    return data[: _place(data, rng)] + bytearray(other[rng.randrange(len(other)) :])


WAYS: tuple[Callable[[bytearray, random.Random, bytes], bytearray], ...] = (
    flipped, overwritten, missing, doubled, extreme, extreme, cut_off, spliced,
)  # fmt: skip


def _place(data: bytearray, rng: random.Random) -> int:
    """Anywhere, but more often near the beginning, where files say what they are."""
    return rng.randrange(min(len(data), rng.choice((64, 600, 4000, len(data)))) or 1)


def kind_of(number: int, made: dict[str, list[bytes]]) -> str:
    return list(made)[number % len(made)]


def damaged(number: int, made: dict[str, list[bytes]]) -> bytes:
    """The file of this number."""
    rng = random.Random(number)
    data = bytearray(rng.choice(made[kind_of(number, made)]))
    other = rng.choice(rng.choice(list(made.values())))
    for _ in range(rng.choice((1, 1, 2))):
        data = rng.choice(WAYS)(data or bytearray(1), rng, other)
    return bytes(data)


# --- What comes of it -----------------------------------------------------------------------------------------------


@dataclass
class Verdict:
    """What came of one file: its number, whether it was taken, its slowest answer, and what was wrong with it."""

    number: int
    taken: bool = False
    slowest: float = 0.0
    wrong: str = ""


class Fortress:
    """An engine of its own with everything around it watched."""

    def __init__(self, folder: Path, host: int) -> None:
        self.made = seeds(folder)
        self.given, self.neighbour, self.out = (folder / name for name in ("given", "neighbour", "out"))
        for place in (self.given, self.neighbour, self.out):
            place.mkdir()
        for place in (self.given, self.neighbour):
            (place / "secret.mp4").write_bytes(self.made["mp4"][0])
        self.path = self.given / "file"
        self.watch = Folders(self.given, self.neighbour)
        self.listener = Listener()
        self.workers = Workers(host)

    def judge(self, number: int, *, render: bool) -> Verdict:
        self.path.write_bytes(damaged(number, self.made))
        self.watch.touched()
        verdict = Verdict(number)
        probe = self._do(verdict, partial(engine.probe, self.path))
        verdict.taken = isinstance(probe, engine.Probe)
        if isinstance(probe, engine.Probe):
            for step in self._what_follows(probe, render):
                self._do(verdict, step)
        if opened := {path for path in self.watch.touched() if path.is_file()} - {self.path}:
            verdict.wrong = f"opened {', '.join(path.name for path in opened)}"
        if self.listener.heard:
            verdict.wrong = "somebody was called"
        return verdict

    def _what_follows(self, probe: engine.Probe, render: bool) -> list[Callable[[], object]]:
        if probe.kind == "image":
            return [partial(engine.photo, self.path, self.out / "photo")]
        steps: list[Callable[[], object]] = [partial(engine.poster, self.path, self.out / "poster.jpg")]
        if render:
            steps.append(partial(engine.filmstrip, self.path, self.out / "strip.jpg"))
            steps.append(partial(engine.waveform, self.path))
            steps.append(partial(engine.rendition, self.path, self.out / "made.mp4", box=(64, 64)))
        return steps

    def _do(self, verdict: Verdict, act: Callable[[], object]) -> object:
        began = time.monotonic()
        answer: object = None
        try:
            answer = act()
        except engine.MediaRefused as refusal:
            verdict.wrong = verdict.wrong or _unclear(refusal, str(self.given))
        except engine.EngineFailed as failure:
            verdict.wrong = verdict.wrong or f"{act.func.__name__} failed: {failure.detail}"  # type: ignore[attr-defined]
        verdict.slowest = max(verdict.slowest, time.monotonic() - began)
        if verdict.slowest > QUICK and not _is_rendition(act):
            verdict.wrong = verdict.wrong or f"took {verdict.slowest:.1f} s"
        return answer

    def close(self) -> None:
        self.watch.close()
        self.listener.close()
        self.workers.close()


def _is_rendition(act: Callable[[], object]) -> bool:
    return getattr(act, "func", None) is engine.rendition


def _unclear(refusal: engine.MediaRefused, folder: str) -> str:
    """What is wrong with the sentence of a refusal."""
    detail = refusal.detail
    if not (detail[:1].isupper() and detail.endswith(".")) or folder in detail:
        return f"says {detail}"
    return f"says {detail}" if detail == client.CRASHED else ""


@contextmanager
def fortress(folder: Path) -> Iterator[Fortress]:
    """Everything goes to this host for as long as it is used, and to the usual one afterwards."""
    with host_at(folder / "engine") as process:
        client.configure(folder / "engine")
        standing = Fortress(folder, process.pid)
        try:
            yield standing
        finally:
            client.configure(None)
            standing.close()


if __name__ == "__main__":
    wanted, target = int(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    good = seeds(target)
    os.unlink(target / "seed")
    (target / f"{wanted}.{kind_of(wanted, good)}").write_bytes(damaged(wanted, good))
