"""Broken, hostile and unusual photos. What is refused says why; what is taken is made into a photo to work with."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio import engine
from tests.engine import hostile_clips as clips
from tests.engine import hostile_photos as photos
from tests.engine import media_files as files
from tests.engine.fortress import Make, place, refused, watched

NOT_A_CLIP, DAMAGED, OTHER = "not a clip that can be read here", "damaged or cut short", "JPEG, PNG or WEBP"
TOO_MANY = "more parts than can be read"
MOST = 0x7FFFFFFF
JUNK = b"junk" * 100

REFUSED: dict[str, tuple[Make, str, str]] = {
    "one pixel wide and 60,000 high": (
        lambda at: photos.saved(at / "a.png", "PNG", size=(1, 60_000)), "size", "12000 can be used on a side"),
    "a colour profile that unfolds to 500 MB": (
        lambda at: photos.with_chunks(at / "a.png", b"iCCP", b"x\0\0" + photos.bomb(500)), "unreadable", DAMAGED),
    "a text that unfolds to 500 MB": (
        lambda at: photos.with_chunks(at / "a.png", b"zTXt", b"x\0\0" + photos.bomb(500)), "unreadable", DAMAGED),
    "an international text that unfolds to 500 MB": (
        lambda at: photos.with_chunks(at / "a.png", b"iTXt", b"x\0\1\0\0\0" + photos.bomb(500)), "unreadable", DAMAGED),
    "a hundred texts that unfold": (
        lambda at: photos.with_chunks(at / "a.png", b"zTXt", b"x\0\0" + photos.bomb(1), 100), "unreadable", DAMAGED),
    "two million empty chunks": (
        lambda at: photos.with_chunks(at / "a.png", b"teSt", b"", 2_000_000), "slow", TOO_MANY),
    "a PNG of too few rows": (
        lambda at: photos.png_of(at / "a.png", (64, 64), bytes(30)), "unreadable", DAMAGED),
    "a PNG with a wrong sum": (lambda at: photos.wrong_sum(at / "a.png"), "unreadable", DAMAGED),
    "a PNG as large as a number can be": (
        lambda at: photos.png_of(at / "a.png", (MOST, MOST), b""), "size", "megapixels"),
    "a PNG of no size": (lambda at: photos.png_of(at / "a.png", (0, 0), b""), "unreadable", DAMAGED),
    "a JPEG that claims 60,000 by 60,000": (
        lambda at: photos.lying_jpeg(at / "a.jpg", (60_000, 60_000)), "size", "megapixels"),
    "a small JPEG of 5,000 scans": (lambda at: photos.many_scans(at / "a.jpg", 5000, (64, 64)), "slow", TOO_MANY),
    "a large JPEG of 1,000 scans": (lambda at: photos.many_scans(at / "a.jpg", 1000, (2000, 2000)), "slow", TOO_MANY),
    "a JPEG of nothing": (lambda at: clips.joined(at / "a.jpg", b"\xff\xd8\xff\xd9"), "unreadable", DAMAGED),
    "a WEBP as large as a number can be": (
        lambda at: clips.joined(at / "a.webp", b"RIFF\xff\xff\xff\xffWEBPVP8X\n\0\0\0" + b"\xff" * 10),
        "size", "megapixels"),
    "a WEBP cut short": (lambda at: files.cut(files.photo(at / "a.webp"), 0.5), "unreadable", DAMAGED),
    "TIFF named .jpg": (lambda at: photos.saved(at / "a.jpg", "TIFF"), "format", OTHER),
    "BMP named .jpg": (lambda at: photos.saved(at / "a.jpg", "BMP"), "format", OTHER),
    "JPEG 2000 named .jpg": (lambda at: photos.saved(at / "a.jpg", "JPEG2000"), "format", OTHER),
    "HEIC named .jpg": (
        lambda at: clips.joined(at / "a.jpg", clips.box(b"ftyp", b"heic\0\0\0\0mif1") + bytes(99)), "format", OTHER),
    "a JPEG behind an archive": (
        lambda at: clips.joined(at / "a.jpg", b"PK\3\4" + bytes(99), photos.good(at.folder)), "unreadable", NOT_A_CLIP),
    "a JPEG in a document": (
        lambda at: clips.joined(at / "a.jpg", b"%PDF-1.4\n", photos.good(at.folder)), "unreadable", NOT_A_CLIP),
}  # fmt: skip

TAKEN: dict[str, Make] = {
    "rows that unfold to 300 MB": lambda at: photos.png_of(at / "a.png", (64, 64), bytes(300 << 20)),
    "a JPEG that claims 49 megapixels": lambda at: photos.lying_jpeg(at / "a.jpg", (7000, 7000)),
    "four inks": lambda at: photos.saved(at / "a.jpg", "JPEG", "CMYK"),
    "grey": lambda at: photos.saved(at / "a.jpg", "JPEG", "L"),
    "black or white": lambda at: photos.saved(at / "a.png", "PNG", "1"),
    "grey and see-through": lambda at: photos.saved(at / "a.png", "PNG", "LA"),
    "a palette, see-through": lambda at: photos.palette(at / "a.png"),
    "sixteen bits a pixel": lambda at: photos.deep(at / "a.png"),
    "a progressive JPEG": lambda at: photos.saved(at / "a.jpg", "JPEG", progressive=True),
    "held as nobody can": lambda at: photos.exif(at / "a.jpg", photos.entries((0x112, 3, 1, 9))),
    "held in words": lambda at: photos.exif(at / "a.jpg", photos.entries((0x112, 2, 4, 0x41414141))),
    "held in a fraction": lambda at: photos.exif(at / "a.jpg", photos.entries((0x112, 5, 1, 8))),
    "notes that claim gigabytes": lambda at: photos.exif(at / "a.jpg", photos.entries(*[(0x112, 3, MOST, 8)] * 4000)),
    "notes that run in a circle": lambda at: photos.exif(at / "a.jpg", photos.circle()),
    "notes of junk": lambda at: photos.exif(at / "a.jpg", JUNK),
    "a colour profile of junk": lambda at: photos.saved(at / "a.jpg", "JPEG", icc_profile=JUNK),
    "two photos in one": lambda at: photos.many_in_one(at / "a.jpg"),
    "a PNG that moves": lambda at: photos.moving(at / "a.png", "PNG"),
    "a WEBP that moves": lambda at: photos.moving(at / "a.webp", "WEBP"),
    "an archive behind a JPEG": lambda at: clips.joined(at / "a.jpg", photos.good(at.folder), b"PK\3\4" + bytes(99)),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_a_sentence(tmp_path: Path, case: str) -> None:
    make, code, words = REFUSED[case]
    with place(tmp_path) as spot:
        path = make(spot)
        refusal = refused(path, spot)
        with watched(spot, path), pytest.raises(engine.MediaRefused):
            engine.photo(path, tmp_path / "out" / "made")
    assert refusal.code == code
    assert words in refusal.detail


@pytest.mark.parametrize("case", TAKEN)
def test_it_is_taken_and_becomes_a_photo_to_work_with(tmp_path: Path, case: str) -> None:
    out = tmp_path / "out" / "made"
    with place(tmp_path) as spot:
        path = TAKEN[case](spot)
        with watched(spot, path):
            probe = engine.probe(path)
        with watched(spot, path):
            made = engine.photo(path, out)
    assert probe.kind == "image" and probe.rotation == 0
    again = engine.probe(out)
    assert (again.width, again.height) == (made["width"], made["height"])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_put_upright_however_it_was_held(tmp_path: Path, orientation: int) -> None:
    """Its red corner is where Pillow, too, would put it."""
    path = files.photo(tmp_path / "a.jpg", (320, 180), orientation=orientation)
    engine.photo(path, tmp_path / "out.jpg")
    with Image.open(path) as given, Image.open(tmp_path / "out.jpg") as made:
        wanted = photos.transposed(given)
        assert made.size == wanted.size
        assert files.psnr(np.asarray(made.convert("RGB")), np.asarray(wanted.convert("RGB"))) > 30


def test_the_colours_of_four_inks_are_those_of_the_screen(tmp_path: Path) -> None:
    path = photos.saved(tmp_path / "a.jpg", "JPEG", "CMYK")
    engine.photo(path, tmp_path / "out.jpg")
    with Image.open(tmp_path / "out.jpg") as made:
        assert files.psnr(np.asarray(made.convert("RGB")), np.asarray(photos.image())) > 25
