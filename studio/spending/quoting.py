"""What a turn will cost, before anything is sent: the catalogue's prices times seconds times results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.providers.catalogue import SIZE_CLASSES, ModelSpec, Price, Size
from studio.spending.money import format_money


@dataclass(frozen=True)
class Quote:
    """Micro-dollars: at least, at most. They are the same where everything that is charged is known beforehand."""

    low_micros: int
    high_micros: int

    @property
    def is_free(self) -> bool:
        return self.high_micros == 0

    def __str__(self) -> str:
        return format_money(self.low_micros, self.high_micros)


FREE = Quote(0, 0)
READ = Size(1280, 720)  # a clip that is only referred to is not read at the size of what is made; vendors list 720p


def quote(
    spec: ModelSpec,
    operation: str,
    settings: Mapping[str, Any],
    *,
    source_seconds: float = 0.0,
    source_size: Size | None = None,
    images: int = 0,
) -> Quote:
    """The price of a turn with these settings (as in JobRequest), a source so long and large, and so many photos.

    A result whose length or size the settings leave open follows its source; if that is not known either, the quote
    spans all that the model makes. Vendors bill each result by itself, so `results` multiplies all of it.
    """
    if spec.price is None:
        return FREE
    size = _size(settings) or source_size
    shortest, longest = _seconds_made(spec, operation, settings, source_seconds)
    made_low, made_high = spec.price.output_second.span(size)
    read_low, read_high = _source(spec.price, operation, source_seconds, READ if operation == "reference" else size)
    photos = spec.price.image * images
    results = int(settings.get("results") or 1)
    low = (made_low * shortest + read_low + photos) * results * spec.price.spread.min
    high = (made_high * longest + read_high + photos) * results * spec.price.spread.max
    return Quote(round(low), round(high))


def _size(settings: Mapping[str, Any]) -> Size | None:
    """Of a resolution, which says nothing of the shape, only the lines count."""
    if lines := SIZE_CLASSES.get(settings.get("resolution") or ""):
        return Size(lines, lines)
    width, height = settings.get("width"), settings.get("height")
    return Size(width, height) if width and height else None


def _seconds_made(
    spec: ModelSpec, operation: str, settings: Mapping[str, Any], source_seconds: float
) -> tuple[float, float]:
    """At least, at most. `duration` may also be a word by which the vendor chooses the length.

    What is added to a clip is made; whether the clip itself counts as made once more, vendors leave open.
    """
    duration = settings.get("duration")
    known = duration if isinstance(duration, int | float) else source_seconds
    if operation == "extend":
        return known, known + source_seconds
    return (known, known) if known else (spec.duration.min, spec.duration.max)


def _source(price: Price, operation: str, seconds: float, size: Size | None) -> tuple[float, float]:
    low, high = price.source_second.span(size)
    return (0 if operation in price.source_unsure else low * seconds), high * seconds
