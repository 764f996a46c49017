"""Photos from outside: what they are, and how they are opened without trusting them. Runs only inside a worker."""

import io
import os
import warnings

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from .errors import MediaRefused, gettext_noop
from .limits import Limits, Probe

FORMATS = ("JPEG", "PNG", "WEBP")
OTHER_PICTURES = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"<svg")
OTHER_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
SAVE_AS = gettext_noop("This kind of picture cannot be read here. Save it as JPEG, PNG or WEBP.")
TOO_LARGE = gettext_noop("This picture has %(width)d × %(height)d pixels; at most %(limit)d megapixels can be used.")
DAMAGED = gettext_noop("This picture is damaged or cut short.")
ORIENTATION = 0x0112


def is_photo(path: str) -> bool:
    """By the first bytes. Raises MediaRefused for pictures of kinds that are not read here."""
    with open(path, "rb") as file:
        head = file.read(16)
    if head.startswith(OTHER_PICTURES) or (head[4:8] == b"ftyp" and head[8:12] in OTHER_BRANDS):
        raise MediaRefused("format", SAVE_AS)
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head[:3] == b"\xff\xd8\xff" or head[:8] == b"\x89PNG\r\n\x1a\n" or webp


def open_photo(path: str, limits: Limits) -> Image.Image:
    """The picture as it lies in the file, decoded, its header within the limits."""
    if os.path.getsize(path) > limits.bytes:
        message = gettext_noop("This file has %(have)d MB; at most %(limit)d MB can be used.")
        raise MediaRefused("size", message, have=os.path.getsize(path) >> 20, limit=limits.bytes >> 20)
    Image.MAX_IMAGE_PIXELS = limits.photo_pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=FORMATS)
            _check_size(image.size, limits)
            image.load()
    except Image.DecompressionBombError as error:
        raise MediaRefused("size", TOO_LARGE_ALTOGETHER, limit=limits.photo_pixels // 1_000_000) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise MediaRefused("unreadable", DAMAGED) from error
    return image


TOO_LARGE_ALTOGETHER = gettext_noop("This picture has too many pixels; at most %(limit)d megapixels can be used.")


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    if width * height > limits.photo_pixels or max(size) > limits.photo_side:
        limit = limits.photo_pixels // 1_000_000
        raise MediaRefused("size", TOO_LARGE, width=width, height=height, limit=limit)
    if min(size) < limits.smallest_side:
        message = gettext_noop("This picture has only %(width)d × %(height)d pixels; at least 16 × 16 are needed.")
        raise MediaRefused("size", message, width=width, height=height)


def examine_photo(path: str, limits: Limits) -> Probe:
    """Size after turning, and that every row of it can be decoded."""
    image = open_photo(path, limits)
    turn = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}.get(int(image.getexif().get(ORIENTATION, 1)), 0)
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
    image = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    wanted = "RGBA" if has_alpha else "RGB"
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
