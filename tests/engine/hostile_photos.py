"""Makes broken, hostile and merely unusual photos."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from tests.engine import media_files

SIZE = (64, 48)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def image(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    return Image.fromarray(media_files.picture(0.5, size)).convert(mode)


def saved(path: Path, fmt: str, mode: str = "RGB", size: tuple[int, int] = SIZE, **more: Any) -> Path:
    image(size, mode).save(path, fmt, **more)
    return path


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunks(path: Path, name: bytes, body: bytes, count: int = 1) -> Path:
    """A good PNG with more chunks behind its header."""
    data = saved(path, "PNG").read_bytes()
    path.write_bytes(data[:33] + chunk(name, body) * count + data[33:])
    return path


def bomb(megabytes: int) -> bytes:
    """Zeros that unfold to a thousand times their size."""
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    return b"".join([*(packer.compress(piece) for _ in range(megabytes)), packer.flush()])


def wrong_sum(path: Path) -> Path:
    """A PNG one of whose checksums is wrong: it was changed on its way."""
    data = bytearray(saved(path, "PNG").read_bytes())
    data[29:33] = b"\0\0\0\0"
    path.write_bytes(bytes(data))
    return path


def png_of(path: Path, size: tuple[int, int], rows: bytes) -> Path:
    """A PNG whose header says `size`, whatever its rows hold."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    path.write_bytes(SIGNATURE + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


def lying_jpeg(path: Path, size: tuple[int, int]) -> Path:
    """A JPEG whose header says another size than its picture has."""
    data = bytearray(saved(path, "JPEG").read_bytes())
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", size[1], size[0])
    path.write_bytes(bytes(data))
    return path


def many_scans(path: Path, scans: int, size: tuple[int, int]) -> Path:
    """A small JPEG that wants its whole picture gone over `scans` times: the last scan is repeated."""
    data = saved(path, "JPEG", size=size, progressive=True, quality=10).read_bytes()
    last = data.rindex(b"\xff\xda")
    scan = data[last:-2]
    path.write_bytes(data[:last] + scan * scans + data[-2:])
    return path


def exif(path: Path, body: bytes) -> Path:
    """A JPEG with these bytes as what the camera says about it."""
    return saved(path, "JPEG", exif=b"Exif\0\0" + body)


def entries(*rows: tuple[int, int, int, int]) -> bytes:
    """A camera's notes: (tag, type, count, value) each."""
    body = b"II*\0\x08\0\0\0" + struct.pack("<H", len(rows))
    return body + b"".join(struct.pack("<HHII", *row) for row in rows) + bytes(4)


def circle() -> bytes:
    """Notes that go on at their own beginning."""
    return b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x8769, 4, 1, 8) + struct.pack("<I", 8)


def many_in_one(path: Path) -> Path:
    """Two photos in one file, as cameras with two eyes write them."""
    image().save(path, "MPO", save_all=True, append_images=[image()])
    return path


def moving(path: Path, fmt: str) -> Path:
    """A photo that moves."""
    image().save(path, fmt, save_all=True, append_images=[image(mode="RGB").rotate(90) for _ in range(3)])
    return path


def deep(path: Path) -> Path:
    """Sixteen bits a pixel."""
    Image.fromarray((np.arange(64 * 48, dtype=np.uint16) * 21).reshape(48, 64)).save(path, "PNG")
    return path


def palette(path: Path) -> Path:
    made = image(mode="P")
    made.save(path, "PNG", transparency=bytes(range(256)))
    return path


def good(folder: Path) -> bytes:
    made = saved(folder / "good.jpg", "JPEG")
    data = made.read_bytes()
    made.unlink()
    return data


def transposed(given: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(given)
