"""What every model can do: the rows of catalogue.toml, read once, checked, typed.

The composer's fields, their limits and their defaults come from here; so do the checks on the server.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

OPERATIONS = ("generate", "animate", "reference", "edit", "continue")
FIELDS = ("duration", "size", "format", "quality", "results", "safety")
FORMATS = ("mp4", "webm", "mov")
SAFETY = ("none", "fast", "full")  # not checked; the first, middle and last frame; every frame
CHAINS = ("id", "file")
OWNERS = ("ttl", "upload_addresses")
# What vendors set prices by: the picture's shorter side, in lines.
SIZE_CLASSES = {"360p": 360, "720p": 720, "1080p": 1080, "4k": 2160}
MICROS = 1_000_000
CATALOGUE = Path(__file__).with_name("catalogue.toml")


class CatalogueError(Exception):
    """catalogue.toml is wrong: the sentence names the model, the key and what is expected."""


class UnknownModel(LookupError):
    """No such model in the catalogue (it may have been taken out since the turn was made)."""


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
class ModelSpec:
    """One model of one provider. Times in seconds, prompts in characters, `quality` 1 to 100. No `price`: it is free.

    `offered` names, for each operation, the fields that it takes; what is absent there is not offered and not sent.
    `safety`: how results can be checked for what not everybody may see, the default first; empty where they cannot.
    `references_with_video`: how many references may go with a source clip, or with the take that is continued.
    `source_formats`: what a source clip may come in. `chains`: a turn continues its take by the vendor's id of it, or
    its file is sent. `last_frame`: one may go with the first frame.
    `owners`: what a team's owner may set, of `ttl` (when the vendor deletes what it made) and `upload_addresses` (where
    the vendor puts it besides). `ended`: the vendor switched it off that day, and offers `successor` (a model of its
    own) instead.
    """

    provider: str
    model: str
    label: str
    note: str
    operations: tuple[str, ...]
    prompt: Limits
    duration: Limits
    sizes: tuple[Size, ...]
    formats: tuple[str, ...]
    quality: Limits
    results: Limits
    references: Limits
    source_seconds: Limits
    can_cancel: bool
    idempotent: bool
    offered: Mapping[str, tuple[str, ...]]
    price: Price | None = None
    safety: tuple[str, ...] = ()
    references_with_video: int = 0
    source_formats: tuple[str, ...] = FORMATS
    chains: str = "id"
    last_frame: bool = False
    owners: tuple[str, ...] = ()
    ended: date | None = None
    successor: str = ""

    @property
    def key(self) -> str:
        """How a form names it: `provider/model`."""
        return f"{self.provider}/{self.model}"

    def can(self, operation: str) -> bool:
        return operation in self.operations

    def fields(self, operation: str) -> tuple[str, ...]:
        """The settings that the operation takes, out of `duration size format quality results safety`."""
        return self.offered.get(operation, ())

    def defaults(self, operation: str) -> dict[str, Any]:
        """A turn's `settings` as they stand before anybody changes them; `size` appears as width and height."""
        every: dict[str, dict[str, Any]] = {
            "duration": {"duration": self.duration.default},
            "size": {"width": self.sizes[0].width, "height": self.sizes[0].height},
            "format": {"format": self.formats[0]},
            "quality": {"quality": self.quality.default},
            "results": {"results": self.results.default},
            "safety": {"safety": self.safety[0] if self.safety else "none"},
        }
        return {key: value for name in self.fields(operation) for key, value in every[name].items()}


def specs() -> tuple[ModelSpec, ...]:
    """Every model, in the file's order."""
    return tuple(_rows().values())


def spec(provider: str, model: str) -> ModelSpec:
    """Raises UnknownModel."""
    try:
        return _rows()[provider, model]
    except KeyError:
        raise UnknownModel(f"{provider}/{model}") from None


@cache
def _rows() -> dict[tuple[str, str], ModelSpec]:
    return {(row.provider, row.model): row for row in read(CATALOGUE.read_text("utf-8"))}


def read(text: str) -> list[ModelSpec]:
    """The rows of a catalogue's text. Raises CatalogueError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"catalogue.toml is not TOML: {error}") from error
    rows = []
    for provider, models in tables.items():
        if not isinstance(models, dict):
            raise CatalogueError(f'"{provider}" must be a table of models, like [{provider}."model-1"]')
        for model, row in models.items():
            if not isinstance(row, dict):
                raise CatalogueError(f'{provider}/{model} must be a table, like [{provider}."{model}"]')
            rows.append(_Row(provider, model, row).spec())
    _check_successors(rows)
    return rows


def _check_successors(rows: list[ModelSpec]) -> None:
    known = {row.key for row in rows}
    for row in rows:
        if row.successor and f"{row.provider}/{row.successor}" not in known:
            raise CatalogueError(f"catalogue.toml, {row.key}: `successor` names no model of {row.provider}")


class _Table:
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


class _Row(_Table):
    """A model."""

    def __init__(self, provider: str, model: str, row: dict[str, Any]) -> None:
        super().__init__(f"{provider}/{model}", row)
        self.provider, self.model = provider, model

    def spec(self) -> ModelSpec:
        sizes = self._sizes()
        row = ModelSpec(
            provider=self.provider,
            model=self.model,
            label=self._take("label", str),
            note=self._take("note", str, ""),
            operations=self._words("operations", OPERATIONS),
            prompt=self._limits("prompt"),
            duration=self._limits("duration", default=True),
            sizes=sizes,
            formats=self._words("formats", FORMATS),
            quality=self._limits("quality", default=True),
            results=self._limits("results", default=True),
            references=self._limits("references"),
            source_seconds=self._limits("source_seconds"),
            can_cancel=self._take("can_cancel", bool),
            idempotent=self._take("idempotent", bool),
            offered=self._offered(),
            price=self._price(sizes),
            safety=self._words("safety", SAFETY) if "safety" in self.row else (),
            references_with_video=self._count("references_with_video"),
            source_formats=self._words("source_formats", FORMATS, list(FORMATS)),
            chains=self._word("chains", CHAINS),
            last_frame=self._take("last_frame", bool, False),
            owners=self._words("owners", OWNERS) if "owners" in self.row else (),
            ended=self._take("ended", date) if "ended" in self.row else None,
            successor=self._take("successor", str, ""),
        )
        self._refuse_the_rest()
        if set(row.offered) != set(row.operations):
            raise self._wrong("`fields` must have one line for each of `operations`")
        if not row.safety and any("safety" in names for names in row.offered.values()):
            raise self._wrong("`fields` offers safety, and `safety` says nothing of it")
        return row

    def _word(self, key: str, known: tuple[str, ...]) -> str:
        """The first of them where nothing is said."""
        word: str = self._take(key, str, known[0])
        if word not in known:
            raise self._wrong(f"`{key}` must be one of {', '.join(known)}, not {word!r}")
        return word

    def _count(self, key: str) -> int:
        """0 where nothing is said."""
        count: int = self._take(key, int, 0)
        if count < 0 or isinstance(count, bool):
            raise self._wrong(f"`{key}` must be a whole number from 0, not {count!r}")
        return count

    def _words(self, key: str, known: tuple[str, ...], default: list[str] | None = None) -> tuple[str, ...]:
        words = tuple(self._take(key, list, default))
        strange = [word for word in words if word not in known]
        if strange or not words:
            raise self._wrong(f"`{key}` must name some of {', '.join(known)}, not {strange or 'nothing'}")
        return words

    def _limits(self, key: str, default: bool = False) -> Limits:
        table = self._take(key, dict)
        wanted = {"min", "max", "default"} if default else {"min", "max"}
        if set(table) != wanted or not all(isinstance(value, int | float) for value in table.values()):
            raise self._wrong(f"`{key}` must hold the numbers {', '.join(sorted(wanted))}")
        limits = Limits(**table)
        if limits.min > limits.max or (limits.default is not None and not limits.allow(limits.default)):
            raise self._wrong(f"`{key}` must have min <= default <= max")
        return limits

    def _sizes(self) -> tuple[Size, ...]:
        sizes = self._take("sizes", list)
        if not sizes or not all(isinstance(pair, list) and len(pair) == 2 for pair in sizes):
            raise self._wrong("`sizes` must be pairs of width and height")
        return tuple(Size(*pair) for pair in sizes)

    def _offered(self) -> dict[str, tuple[str, ...]]:
        offered = {}
        for operation, names in self._take("fields", dict).items():
            strange = [name for name in names if name not in FIELDS]
            if strange or operation not in OPERATIONS:
                raise self._wrong(f"`fields.{operation}` must name some of {', '.join(FIELDS)}, not {strange}")
            offered[operation] = tuple(names)
        return offered

    def _price(self, sizes: tuple[Size, ...]) -> Price | None:
        if "price" not in self.row:
            return None
        return _PriceTable(self.name, self._take("price", dict), "price.").price(sizes)


class _PriceTable(_Table):
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
