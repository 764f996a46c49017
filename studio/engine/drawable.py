"""Which characters the caption font can draw, without loading it: one bit for each of the first 65,536."""

from functools import lru_cache
from pathlib import Path

COVERAGE = Path(__file__).parent / "fonts" / "noto-sans-sc-700.coverage"


@lru_cache(1)
def _bits() -> bytes:
    return COVERAGE.read_bytes()


def is_drawable(char: str) -> bool:
    code = ord(char)
    return char.isspace() or (code < 0x10000 and bool(_bits()[code >> 3] & 1 << (code & 7)))


def sorted_out(text: str) -> tuple[str, str]:
    """What of the text can be drawn, and what cannot, each with single spaces and its line breaks."""
    good = "".join(char if is_drawable(char) else " " for char in text)
    bad = "".join(" " if is_drawable(char) else char for char in text)
    return "\n".join(" ".join(line.split()) for line in good.splitlines()).strip(), " ".join(bad.split())
