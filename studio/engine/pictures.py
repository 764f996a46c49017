"""Photos from outside: what they are, and how they are opened without trusting them. Runs only inside a worker."""

import io
import mmap
import os
import re
import stat
import struct
import warnings
import zlib
from typing import BinaryIO

from PIL import Image, ImageCms, UnidentifiedImageError

from .errors import MediaRefused, gettext_noop
from .limits import Limits, Probe

FORMATS = ("JPEG", "PNG", "WEBP")
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
OTHER_PICTURES = (
    b"GIF8", b"BM", b"II*\0", b"MM\0*", b"<svg", b"8BPS", b"\xff\x0a", b"\0\0\0\x0cjP  ", b"\0\0\0\x0cJXL ",
)  # fmt: skip
OTHER_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
SAVE_AS = gettext_noop("This kind of picture cannot be read here. Save it as JPEG, PNG or WEBP.")
NOT_A_FILE = gettext_noop("This is not a file, but a folder, a device or a connection.")
TOO_LONG_A_SIDE = gettext_noop(
    "This picture has %(width)d × %(height)d pixels; at most %(limit)d can be used on a side."
)
TOO_MANY_PARTS = gettext_noop("This picture is cut into more parts than can be read.")
MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")  # those of a JPEG that a length follows, and the end
START_OF_SCAN, END_OF_PICTURE = 0xDA, 0xD9
MOST_SCANS, MOST_CHUNKS = 100, 100_000
"""Scans of a JPEG, each of which goes over the whole picture, and chunks of a PNG. Programs write some ten scans."""
TOO_LARGE = gettext_noop("This picture has %(width)d × %(height)d pixels; at most %(limit)d megapixels can be used.")
DAMAGED = gettext_noop("This picture is damaged or cut short.")
ORIENTATION, TURN = 0x0112, "retake_orientation"
ROTATIONS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's readers stumble with over bytes that make no sense, besides what they say on purpose.
BROKEN = (
    UnidentifiedImageError, OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError,
    struct.error, zlib.error,
)  # fmt: skip


def check_file(path: str) -> None:
    """A folder cannot be read, and whoever opens a pipe waits for as long as nobody writes to it."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise MediaRefused("unreadable", NOT_A_FILE)


def is_photo(path: str) -> bool:
    """By the first bytes. Raises MediaRefused for pictures of kinds that are not read here."""
    with open(path, "rb") as file:
        head = file.read(16)
    if head.startswith(OTHER_PICTURES) or (head[4:8] == b"ftyp" and head[8:12] in OTHER_BRANDS):
        raise MediaRefused("format", SAVE_AS)
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head[:3] == JPEG or head[:8] == PNG or webp


def open_photo(path: str, limits: Limits) -> Image.Image:
    """The picture as it lies in the file, decoded, its header within the limits."""
    check_file(path)
    if os.path.getsize(path) > limits.bytes:
        message = gettext_noop("This file has %(have)d MB; at most %(limit)d MB can be used.")
        raise MediaRefused("size", message, have=os.path.getsize(path) >> 20, limit=limits.bytes >> 20)
    Image.MAX_IMAGE_PIXELS = limits.photo_pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged EXIF there may be hundreds, and the log is for people
            _check_parts(path)
            image = Image.open(path, formats=FORMATS)
            _check_size(image.size, limits)
            image.load()
            image.info[TURN] = _orientation(image)
    except Image.DecompressionBombError as error:
        raise MediaRefused("size", TOO_LARGE_ALTOGETHER, limit=limits.photo_pixels // 1_000_000) from error
    except BROKEN as error:
        raise MediaRefused("unreadable", DAMAGED) from error
    return image


TOO_LARGE_ALTOGETHER = gettext_noop("This picture has too many pixels; at most %(limit)d megapixels can be used.")


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    if max(size) > limits.photo_side and width * height <= limits.photo_pixels:
        raise MediaRefused("size", TOO_LONG_A_SIDE, width=width, height=height, limit=limits.photo_side)
    if width * height > limits.photo_pixels:
        limit = limits.photo_pixels // 1_000_000
        raise MediaRefused("size", TOO_LARGE, width=width, height=height, limit=limit)
    if min(size) < limits.smallest_side:
        message = gettext_noop("This picture has only %(width)d × %(height)d pixels; at least 16 × 16 are needed.")
        raise MediaRefused("size", message, width=width, height=height)


def _check_parts(path: str) -> None:
    """A small file of very many parts takes minutes to read: they are counted first."""
    with open(path, "rb") as file:
        head = file.read(len(PNG))
        many = _chunks(file) > MOST_CHUNKS if head == PNG else head[:3] == JPEG and _scans(file) > MOST_SCANS
    if many:
        raise MediaRefused("slow", TOO_MANY_PARTS)


def _chunks(file: BinaryIO) -> int:
    """How many chunks a PNG has, or just more than allowed."""
    file.seek(len(PNG))
    for count in range(MOST_CHUNKS + 1):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return count
        file.seek(int.from_bytes(head[:4], "big") + 4, os.SEEK_CUR)
    return MOST_CHUNKS + 1


def _scans(file: BinaryIO) -> int:
    """How many scans the first picture of a JPEG has. What lies between them is passed over: it may hold anything."""
    data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    count, place = 0, 2
    while found := MARKER.search(data, place):
        marker, place = data[found.end() - 1], found.end()
        if marker == END_OF_PICTURE or count > MOST_SCANS:
            break
        count += marker == START_OF_SCAN
        place += int.from_bytes(data[place : place + 2], "big")
    return count


def _orientation(image: Image.Image) -> int:
    """How the camera was held, 1 to 8. Nonsense counts as upright: it is no reason to lose the photo."""
    try:
        said = image.getexif().get(ORIENTATION, 1)
    except BROKEN:
        return 1
    return said if isinstance(said, int) and said in range(1, 9) else 1


def examine_photo(path: str, limits: Limits) -> Probe:
    """Size after turning, and that every row of it can be decoded."""
    image = open_photo(path, limits)
    turn = ROTATIONS.get(image.info[TURN], 0)
    width, height = reversed(image.size) if turn in {90, 270} else image.size
    name = {"MPO": "jpeg"}.get(image.format or "", (image.format or "").lower())
    return Probe(
        kind="image",
        container=name,
        codec=name,
        pix_fmt=image.mode,
        width=width,
        height=height,
        rotation=turn,
        size=os.path.getsize(path),
        browser_playable=True,
    )


def upright(image: Image.Image) -> Image.Image:
    """Turned as its orientation says, in sRGB, as RGB or RGBA, without metadata."""
    turn = TURNS.get(image.info[TURN])
    profile = image.info.get("icc_profile")
    has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    wanted = "RGBA" if has_alpha else "RGB"
    image = image if turn is None else image.transpose(turn)
    if profile and image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        image = _to_srgb(image, profile)
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 257).convert("L")
    clean = image.convert(wanted)
    clean.info.clear()
    return clean


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Wide-gamut photos of phones look dull when their profile is dropped. A broken profile is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGB" if image.mode in {"CMYK", "L"} else image.mode
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
