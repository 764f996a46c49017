"""What a turn will cost, before anything is sent: the catalogue's prices times seconds times results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.providers.catalogue import ModelSpec, Price, Size
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
    shortest, longest = _seconds_made(spec, settings, source_seconds)
    made_low, made_high = spec.price.output_second.span(size)
    read_low, read_high = _source(spec.price, operation, source_seconds, size)
    photos = spec.price.image * images
    results = int(settings.get("results") or 1)
    low = (made_low * shortest + read_low + photos) * results * spec.price.spread.min
    high = (made_high * longest + read_high + photos) * results * spec.price.spread.max
    return Quote(round(low), round(high))


def _size(settings: Mapping[str, Any]) -> Size | None:
    width, height = settings.get("width"), settings.get("height")
    return Size(width, height) if width and height else None


def _seconds_made(spec: ModelSpec, settings: Mapping[str, Any], source_seconds: float) -> tuple[float, float]:
    """At least, at most. `duration` may also be a word by which the vendor chooses the length."""
    duration = settings.get("duration")
    known = duration if isinstance(duration, int | float) else source_seconds
    return (known, known) if known else (spec.duration.min, spec.duration.max)


def _source(price: Price, operation: str, seconds: float, size: Size | None) -> tuple[float, float]:
    low, high = price.source_second.span(size)
    return (0 if operation in price.source_unsure else low * seconds), high * seconds
