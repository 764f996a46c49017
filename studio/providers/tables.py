"""What the rows of catalogue.toml are made of: limits, sizes and prices, and how a table is read and checked."""

import math
from dataclasses import dataclass
from typing import Any

OPERATIONS = ("generate", "animate", "reference", "edit", "continue", "extend")
# What vendors set prices by: the picture's shorter side, in lines.
SIZE_CLASSES = {"360p": 360, "720p": 720, "1080p": 1080, "4k": 2160}
MICROS = 1_000_000


class CatalogueError(Exception):
    """catalogue.toml is wrong: the sentence names the model, the key and what is expected."""


@dataclass(frozen=True)
class Limits:
    """From `min` to `max`, both allowed; `default` is what a form starts with."""

    min: float
    max: float
    default: float | None = None

    def allow(self, value: float) -> bool:
        return self.min <= value <= self.max


@dataclass(frozen=True)
class Size:
    """Pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True)
class Rate:
    """Micro-dollars for one second. `steps` are (up to so many lines, price), rising; one where size is no matter."""

    steps: tuple[tuple[int, int], ...]

    def span(self, size: Size | None) -> tuple[int, int]:
        """The least and the most it may be: the same twice, unless it depends on a size that is not known."""
        if size is None:
            prices = [price for _lines, price in self.steps]
            return min(prices), max(prices)
        fitting = [price for lines, price in self.steps if lines >= min(size.width, size.height)]
        price = fitting[0] if fitting else self.steps[-1][1]
        return price, price


@dataclass(frozen=True)
class Price:
    """What one result costs: so much for each second made, each second of source read (both by the size of what is
    made), and each picture read (micro-dollars).

    `spread`: where the vendor counts tokens, the bill is between min times and max times what the rates say.
    `source_unsure`: the operations where the vendor does not say whether it charges for reading the source again.
    """

    output_second: Rate
    source_second: Rate
    image: int
    spread: Limits
    source_unsure: tuple[str, ...]


@dataclass(frozen=True)
class Extend:
    """What can be added to a clip or a take: so long a clip, so many seconds at once, and so many photos beside it."""

    source_seconds: Limits
    duration: Limits
    references: int


class Table:
    """Reads one table and says exactly what is wrong with it. `name` is the model's; `within` leads to the table."""

    def __init__(self, name: str, row: dict[str, Any], within: str = "") -> None:
        self.name, self.row, self.within = name, dict(row), within

    def _wrong(self, what: str) -> CatalogueError:
        return CatalogueError(f"catalogue.toml, {self.name}: {what}")

    def _refuse_the_rest(self) -> None:
        if self.row:
            raise self._wrong(f"unknown key {self.within + sorted(self.row)[0]!r}")

    def _take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self.row.pop(key, default)
        if value is None:
            raise self._wrong(f"`{self.within}{key}` is missing")
        if not isinstance(value, kind):
            raise self._wrong(f"`{self.within}{key}` must be {kind.__name__}, not {value!r}")
        return value

    def _word(self, key: str, known: tuple[str, ...]) -> str:
        """The first of them where nothing is said."""
        word: str = self._take(key, str, known[0])
        if word not in known:
            raise self._wrong(f"`{self.within}{key}` must be one of {', '.join(known)}, not {word!r}")
        return word

    def _count(self, key: str) -> int:
        """0 where nothing is said."""
        count: int = self._take(key, int, 0)
        if count < 0 or isinstance(count, bool):
            raise self._wrong(f"`{self.within}{key}` must be a whole number from 0, not {count!r}")
        return count

    def _words(self, key: str, known: tuple[str, ...], default: list[str] | None = None) -> tuple[str, ...]:
        words = tuple(self._take(key, list, default))
        strange = [word for word in words if word not in known]
        if strange or not words:
            raise self._wrong(f"`{self.within}{key}` must name some of {', '.join(known)}, not {strange or 'nothing'}")
        return words

    def _limits(self, key: str, default: bool = False) -> Limits:
        table = self._take(key, dict)
        wanted = {"min", "max", "default"} if default else {"min", "max"}
        if set(table) != wanted or not all(isinstance(value, int | float) for value in table.values()):
            raise self._wrong(f"`{self.within}{key}` must hold the numbers {', '.join(sorted(wanted))}")
        limits = Limits(**table)
        if limits.min > limits.max or (limits.default is not None and not limits.allow(limits.default)):
            raise self._wrong(f"`{self.within}{key}` must have min <= default <= max")
        return limits


class ExtendTable(Table):
    """What can be added to a clip."""

    def extend(self) -> Extend:
        found = Extend(
            source_seconds=self._limits("source_seconds"),
            duration=self._limits("duration", default=True),
            references=self._count("references"),
        )
        self._refuse_the_rest()
        return found


class PriceTable(Table):
    """What a model costs: dollars there, micro-dollars here."""

    def price(self, sizes: tuple[Size, ...]) -> Price:
        price = Price(
            output_second=self._rate("output_second", sizes, self._take("output_second", object)),
            source_second=self._rate("source_second", sizes, self.row.pop("source_second", None)),
            image=self._micros("image", self.row.pop("image", None)),
            spread=self._spread(),
            source_unsure=self._operations("source_unsure"),
        )
        self._refuse_the_rest()
        return price

    def _rate(self, key: str, sizes: tuple[Size, ...], value: Any) -> Rate:
        if not isinstance(value, dict):
            return Rate(((0, self._micros(key, value)),))
        strange = [name for name in value if name not in SIZE_CLASSES]
        if strange or not value:
            raise self._wrong(f"`price.{key}` must name some of {', '.join(SIZE_CLASSES)}, not {strange or 'nothing'}")
        steps = sorted((SIZE_CLASSES[name], self._micros(f"{key}.{name}", each)) for name, each in value.items())
        dear = [str(size) for size in sizes if min(size.width, size.height) > steps[-1][0]]
        if dear:
            raise self._wrong(f"`price.{key}` says nothing of {dear[0]}")
        return Rate(tuple(steps))

    def _micros(self, key: str, dollars: Any) -> int:
        """0 for None. A price so small that it would round to nothing is a mistake in the file, not a gift."""
        if dollars is None:
            return 0
        micros = round(dollars * MICROS) if _is_number(dollars) else 0
        if micros < 1:
            raise self._wrong(f"`price.{key}` must be dollars above 0, not {dollars!r}")
        return micros

    def _spread(self) -> Limits:
        table = self._take("spread", dict, {"min": 1, "max": 1})
        if set(table) != {"min", "max"} or not all(_is_number(value) for value in table.values()):
            raise self._wrong("`price.spread` must hold the numbers max, min")
        if not 0 < table["min"] <= 1 <= table["max"]:
            raise self._wrong("`price.spread` must have 0 < min <= 1 <= max")
        return Limits(**table)

    def _operations(self, key: str) -> tuple[str, ...]:
        words = tuple(self._take(key, list, []))
        strange = [word for word in words if word not in OPERATIONS]
        if strange:
            raise self._wrong(f"`price.{key}` must name some of {', '.join(OPERATIONS)}, not {strange}")
        return words


def _is_number(value: Any) -> bool:
    """TOML also knows true, inf and nan."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
