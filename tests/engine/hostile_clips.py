"""Makes broken and hostile clips by rewriting good ones: their boxes (MP4, MOV) and elements (MKV, WEBM)."""

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.engine import media_files

Change = Callable[[bytes], bytes]
TABLES = "moov/trak/mdia/minf/stbl"
SIZE = (64, 64)


def small(path: Path, *, sound: bool | str = False, seconds: float = 0.5, **more: Any) -> Path:
    return media_files.clip(path, seconds, SIZE, sound=sound, **more)


def box(name: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + name + body


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """The boxes in `data` by name, in order."""
    found = []
    while len(data) >= 8:
        size = int.from_bytes(data[:4], "big")
        found.append((data[4:8], data[8:size]))
        data = data[size:]
    return found


def rewritten(data: bytes, where: str, change: Change) -> bytes:
    """`data` with every box at `where` (names with slashes) changed; the sizes of those around it follow."""
    name, _, rest = where.partition("/")
    made = b""
    for found, body in boxes(data):
        if found == name.encode():
            body = rewritten(body, rest, change) if rest else change(body)
        made += box(found, body)
    return made


def rebuilt(path: Path, where: str, change: Change, **more: Any) -> Path:
    """A small good clip with one box changed. Its index comes last, so that no place in it moves."""
    small(path, **more)
    path.write_bytes(rewritten(path.read_bytes(), where, change))
    return path


def table(path: Path, name: str, *numbers: int, **more: Any) -> Path:
    """A small good clip one of whose tables holds `numbers` instead, after its version."""
    body = bytes(4) + b"".join(number.to_bytes(4, "big", signed=number < 0) for number in numbers)
    return rebuilt(path, f"{TABLES}/{name}", lambda _: body, **more)


def filled(path: Path, where: str, at: int, value: bytes, **more: Any) -> Path:
    """A small good clip with some bytes of one box overwritten."""
    return rebuilt(path, where, lambda body: body[:at] + value + body[at + len(value) :], **more)


def elsewhere(path: Path, kind: bytes, target: str) -> Path:
    """A clip that says its pictures lie in another file: `url ` (an address) or `alis` (a path)."""
    name = target.encode() + b"\0"
    if kind == b"alis":
        name = _alias(target)
    entry = bytes(4) + (1).to_bytes(4, "big") + box(kind, bytes(4) + name)
    return rebuilt(path, "moov/trak/mdia/minf/dinf/dref", lambda _: entry, fmt="mov")


def _alias(target: str) -> bytes:
    """An old Macintosh alias: a fixed part, then entries with the names of folder and file."""
    folder, name = target.rpartition("/")[::2]
    fixed = struct.pack(">4sHH", bytes(4), 150, 2) + bytes(2) + bytes([4]) + b"disk".ljust(27, b"\0") + bytes(12)
    fixed += bytes([len(name)]) + name.encode().ljust(63, b"\0") + bytes(16) + struct.pack(">HH", 0, 1) + bytes(16)
    entries = b""
    for kind, text in ((2, name), (18, target), (0, folder)):
        entries += struct.pack(">HH", kind, len(text)) + text.encode() + bytes(len(text) % 2)
    return fixed + entries + struct.pack(">HH", 0xFFFF, 0)


def nested(path: Path, depth: int) -> Path:
    """Boxes in boxes in boxes."""
    body = b""
    for _ in range(depth):
        body = box(b"moov", body)
    path.write_bytes(box(b"ftyp", b"isom\0\0\0\0isom") + body)
    return path


def huge_box(path: Path, name: bytes) -> Path:
    """A box that claims to hold more bytes than there are on Earth."""
    path.write_bytes(box(b"ftyp", b"isom\0\0\0\0isom") + b"\0\0\0\1" + name + b"\x7f" + b"\xff" * 7 + bytes(64))
    return path


def zero_boxes(path: Path) -> Path:
    """A thousand boxes that say they hold nothing, not even their own name."""
    path.write_bytes(box(b"ftyp", b"isom\0\0\0\0isom") + b"\0\0\0\0free" * 1000)
    return path


def without(path: Path, where: str, **more: Any) -> Path:
    """A small good clip with one kind of box turned into an empty space."""
    return rebuilt(path, where, lambda _: b"", **more)


def encrypted(path: Path) -> Path:
    """The sample entry of a protected film; its pictures are noise to whoever has no key."""
    small(path)
    original = b"avc1"
    scheme = box(b"schm", bytes(4) + b"cenc" + b"\0\1\0\0") + box(
        b"schi", box(b"tenc", bytes(6) + b"\1\x08" + b"k" * 16)
    )
    extra = box(b"sinf", box(b"frma", original) + scheme)

    def protect(body: bytes) -> bytes:
        entry = body[16:]
        return body[:8] + box(b"encv", entry + extra)

    data = rewritten(path.read_bytes(), f"{TABLES}/stsd", protect)
    path.write_bytes(_noisy(data))
    return path


def _noisy(data: bytes) -> bytes:
    """The media data replaced by noise, as it looks without its key."""
    return rewritten(data, "mdat", lambda body: np.random.default_rng(3).bytes(len(body)))


def fragments(path: Path, *, headless: bool = False) -> Path:
    """A clip in fragments, as it is streamed; `headless` loses the part that says what it is."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "frag_keyframe+empty_moov"}) as container:
        write_pictures(container, "libx264", 12)
    if headless:
        path.write_bytes(b"".join(box(name, body) for name, body in boxes(path.read_bytes()) if name != b"moov"))
    return path


def write_pictures(container: Any, codec: str, count: int, pix_fmt: str = "yuv420p") -> None:
    """A stream of some pictures, complete."""
    options = {"deadline": "realtime", "cpu-used": "8"} if codec.startswith("libvpx") else {}
    video = container.add_stream(codec, rate=24, options=options)
    video.width, video.height, video.pix_fmt = *SIZE, pix_fmt
    video.codec_context.time_base = Fraction(1, 24)
    video.codec_context.max_b_frames = 0
    for index in range(count):
        frame = av.VideoFrame.from_ndarray(media_files.picture(index / count, SIZE)).reformat(format=pix_fmt)
        frame.pts, frame.time_base = index, Fraction(1, 24)
        container.mux(video.encode(frame))
    container.mux(video.encode(None))


def backwards(path: Path) -> Path:
    """Each picture is to be shown before the one that lies ahead of it."""
    return table(path, "ctts", 12, *(number for index in range(12) for number in (1, (11 - index) * 3750)))


def pieces_of_sound(path: Path, count: int) -> Path:
    """A track of sound in `count` pieces of one byte, all in the same place of a small file."""
    data = small(path, sound=True).read_bytes()
    place = data.index(b"mdat") + 4
    chunks = count // 1000

    def shrink(body: bytes) -> bytes:
        if b"soun" not in body[:200]:
            return body
        tables = {
            b"stsz": bytes(4) + (1).to_bytes(4, "big") + count.to_bytes(4, "big"),
            b"stts": bytes(4) + (1).to_bytes(4, "big") + count.to_bytes(4, "big") + bytes(4),
            b"stsc": bytes(4) + (1).to_bytes(4, "big") + b"\0\0\0\1" + (1000).to_bytes(4, "big") + b"\0\0\0\1",
            b"stco": bytes(4) + chunks.to_bytes(4, "big") + place.to_bytes(4, "big") * chunks,
        }
        for name, made in tables.items():
            body = rewritten(body, f"minf/stbl/{name.decode()}", lambda _, made=made: made)  # type: ignore[misc]
        return body

    path.write_bytes(rewritten(data, "moov/trak/mdia", shrink))
    return path


def patched(path: Path, old: bytes, new: bytes, *, every: bool = False) -> Path:
    """A file with some of its bytes replaced by as many others."""
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new, -1 if every else 1))
    return path


def endless_element(path: Path) -> Path:
    """A Matroska file whose one great element has an unknown size, as streams have."""
    data = small(path).read_bytes()
    place = data.index(b"\x18\x53\x80\x67") + 4
    path.write_bytes(data[:place] + b"\x01" + b"\xff" * 7 + data[place + 8 :])
    return path


def nested_elements(path: Path, depth: int) -> Path:
    """Tags in tags in tags, each of unknown size, behind a good beginning."""
    data = small(path).read_bytes()
    place = data.index(b"\x1f\x43\xb6\x75")
    simple = b"\x67\xc8\x01" + b"\xff" * 7
    path.write_bytes(
        data[:place] + b"\x12\x54\xc3\x67\x01" + b"\xff" * 7 + b"\x73\x73\x01" + b"\xff" * 7 + simple * depth
    )
    return path


def linked(path: Path) -> Path:
    """A Matroska file that wants the file of another number to be played before it: its own number becomes that."""
    data = small(path).read_bytes()
    place = data.index(b"\x73\xa4\x90")
    path.write_bytes(data[:place] + b"\x3c\xb9\x23\x8f" + data[place + 4 :])
    return path


def attachments(path: Path, target: str) -> Path:
    """A film with a letter type and a playlist inside, and subtitles that ask for both."""
    with av.open(str(path), "w", format="matroska") as container:
        list_of_files = f"ffconcat version 1.0\nfile '{target}'\n".encode()
        container.add_attachment("type.ttf", "application/x-truetype-font", b"\0\1\0\0" + bytes(4096))
        container.add_attachment("list.ffconcat", "text/plain", list_of_files)
        write_pictures(container, "libx264", 12)
    return path


def chapters(path: Path, count: int) -> Path:
    """More chapters than pictures."""
    with av.open(str(path), "w", format="matroska") as container:
        marks = [
            {"id": n, "start": n, "end": n + 1, "time_base": Fraction(1, 1000), "metadata": {"title": "x" * 20}}
            for n in range(count)
        ]
        container.set_chapters(marks)
        write_pictures(container, "libx264", 12)
    return path


def subtitles_only(path: Path) -> Path:
    """Words without a picture: a Matroska file by hand."""
    words = _element(b"\xae", _element(b"\xd7", b"\1") + _element(b"\x73\xc5", b"\1") + _element(b"\x83", b"\x11")
                     + _element(b"\x86", b"S_TEXT/UTF8"))  # fmt: skip
    block = _element(b"\xa0", _element(b"\xa1", b"\x81\0\0\0Hello") + _element(b"\x9b", b"\x03\xe8"))
    cluster = _element(b"\x1f\x43\xb6\x75", _element(b"\xe7", b"\0") + block)
    info = _element(b"\x15\x49\xa9\x66", _element(b"\x2a\xd7\xb1", b"\x0f\x42\x40"))
    segment = _element(b"\x18\x53\x80\x67", info + _element(b"\x16\x54\xae\x6b", words) + cluster)
    path.write_bytes(_element(b"\x1a\x45\xdf\xa3", _element(b"\x42\x82", b"matroska")) + segment)
    return path


def _element(number: bytes, body: bytes) -> bytes:
    return number + (0x0100000000000000 | len(body)).to_bytes(8, "big") + body


def cover_only(path: Path) -> Path:
    """A song with a picture on its sleeve."""
    media_files.sound_only(path)
    jpeg = media_files.photo(path.with_suffix(".jpg"), SIZE).read_bytes()
    picture = box(b"data", (13).to_bytes(4, "big") + bytes(4) + jpeg)
    handler = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    sleeve = box(b"udta", box(b"meta", bytes(4) + handler + box(b"ilst", box(b"covr", picture))))
    path.write_bytes(rewritten(path.read_bytes(), "moov", lambda body: body + sleeve))
    return path


def see_through(path: Path) -> Path:
    """A WEBM with a second, hidden picture that says where the first is see-through."""
    return small(path, codec="libvpx-vp9", pix_fmt="yuva420p")


def sound_of(path: Path, rate: int, channels: str) -> Path:
    """A good picture with an unusual sound."""
    with av.open(str(path), "w", format="mov") as container:
        audio = container.add_stream("pcm_s16le", rate=rate)
        audio.layout = channels
        width = audio.codec_context.layout.nb_channels
        frame = av.AudioFrame.from_ndarray(np.zeros((1, rate // 2 * width), np.int16), format="s16", layout=channels)
        frame.sample_rate, frame.pts = rate, 0
        write_pictures(container, "libx264", 12)
        container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path


def joined(path: Path, *parts: bytes) -> Path:
    """One file behind the other."""
    path.write_bytes(b"".join(parts))
    return path


def good(folder: Path, name: str = "good.mp4") -> bytes:
    made = small(folder / name)
    data = made.read_bytes()
    made.unlink()
    return data


def stretched(path: Path) -> Path:
    """A clip whose pixels are said to be 65,535 times as high as wide."""
    small(path, aspect=Fraction(4, 3))
    data = path.read_bytes()
    place = data.index(b"pasp") + 4
    path.write_bytes(data[:place] + struct.pack(">II", 1, 65535) + data[place + 8 :])
    return path


def claims_many(path: Path, count: int) -> Path:
    """Pictures of one byte each, `count` of them, by three numbers in a small file."""
    table(path, "stsz", 1, count)
    one_chunk = bytes(4) + struct.pack(">4I", 1, 1, count, 1)
    path.write_bytes(rewritten(path.read_bytes(), f"{TABLES}/stsc", lambda _: one_chunk))
    return path


def edits(path: Path, count: int, *edit: int) -> Path:
    """A list that says in which order what is played: `edit` (length, start, rate) that many times."""
    body = bytes(4) + count.to_bytes(4, "big") + struct.pack(">Iii", *edit) * count
    return rebuilt(path, "moov/trak/edts/elst", lambda _: body)


def matrix(path: Path, *numbers: int) -> Path:
    """How the picture is to be turned and bent, by nine numbers."""
    return filled(path, "moov/trak/tkhd", 40, struct.pack(">9i", *numbers))


def cut_sample(path: Path) -> Path:
    """A clip that ends in the middle of its last picture."""
    data = small(path, faststart=True).read_bytes()
    path.write_bytes(data[:-3])
    return path


def foreign_title(path: Path) -> Path:
    """A clip whose title is written in letters of another century."""
    with av.open(str(path), "w", format="matroska") as container:
        container.metadata["title"] = "Fete d'ete"
        write_pictures(container, "libx264", 12)
    return patched(path, b"Fete d'ete", b"F\xeate d'\xe9t\xe9"[:10])


def link(path: Path, target: str | Path) -> Path:
    path.symlink_to(target)
    return path


def changing_sound(path: Path) -> Path:
    """A recording whose sound goes from two channels to one."""
    with av.open(str(path), "w", format="matroska") as container:
        audio = container.add_stream("libmp3lame", rate=48_000)
        audio.layout = "stereo"
        mono = av.CodecContext.create("libmp3lame", "w")
        mono.sample_rate, mono.layout, mono.format, mono.time_base = 48_000, "mono", "fltp", Fraction(1, 48_000)
        write_pictures(container, "libx264", 24)
        for index, encoder in enumerate([audio.codec_context, mono]):
            for packet in _silence(encoder, index * 36_000):
                packet.stream = audio
                container.mux(packet)
    return path


def _silence(encoder: Any, begin: int) -> list[Any]:
    """Half a second of it, whole."""
    made = []
    for start in range(0, 24_000, 1152):
        frame = av.AudioFrame(format="fltp", layout=encoder.layout.name, samples=1152)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, begin + start, Fraction(1, 48_000)
        made += encoder.encode(frame)
    return [*made, *encoder.encode(None)]
