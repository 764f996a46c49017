"""What every model can do: the rows of catalogue.toml, read once, checked, typed.

The composer's fields, their limits and their defaults come from here; so do the checks on the server.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from studio.providers.tables import (
    OPERATIONS,
    SIZE_CLASSES,
    CatalogueError,
    Extend,
    ExtendTable,
    Limits,
    Price,
    PriceTable,
    Size,
    Table,
)

__all__ = [
    "CATALOGUE",
    "OPERATIONS",
    "SIZE_CLASSES",
    "CatalogueError",
    "Extend",
    "Limits",
    "ModelSpec",
    "Price",
    "Size",
    "UnknownModel",
    "read",
    "spec",
    "specs",
]

FIELDS = ("duration", "size", "resolution", "format", "quality", "results", "safety")
FORMATS = ("mp4", "webm", "mov")
SAFETY = ("none", "fast", "full")  # not checked; the first, middle and last frame; every frame
CHAINS = ("id", "file")
OWNERS = ("ttl", "upload_addresses")
RESOLUTIONS = ("auto", *SIZE_CLASSES)  # where the shape follows a clip; auto: so does the number of lines
FETCHED = ("clips", "photos")
CATALOGUE = Path(__file__).with_name("catalogue.toml")


class UnknownModel(LookupError):
    """No such model in the catalogue (it may have been taken out since the turn was made)."""


@dataclass(frozen=True)
class ModelSpec:
    """One model of one provider. Times in seconds, prompts in characters, `quality` 1 to 100. No `price`: it is free.

    `offered` names, for each operation, the fields that it takes; what is absent there is not offered and not sent.
    `safety`: how results can be checked for what not everybody may see, the default first; empty where they cannot.
    `references_with_video`: how many references may go with a source clip, or with the take that is continued.
    `reference_clips`: how many clips may be references beside photos. `last_frame`: one may go with the first frame.
    `source_formats`: what a source clip may come in. `chains`: a turn continues its take by the vendor's id of it, or
    its file is sent. `owners`: what a team's owner may set, of `ttl` (when the vendor deletes what it made) and
    `upload_addresses` (where the vendor puts it besides). `ended`: the vendor switched it off that day, and offers
    `successor` (a model of its own) instead.
    `without_address`: what is said of clips and of photos that the vendor would fetch from us, and cannot.
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
    resolutions: tuple[str, ...] = ()
    references_with_video: int = 0
    reference_clips: int = 0
    last_frame: bool = False
    extend: Extend | None = None
    source_formats: tuple[str, ...] = FORMATS
    chains: str = "id"
    owners: tuple[str, ...] = ()
    ended: date | None = None
    successor: str = ""
    without_address: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """How a form names it: `provider/model`."""
        return f"{self.provider}/{self.model}"

    def can(self, operation: str) -> bool:
        return operation in self.operations

    def fields(self, operation: str) -> tuple[str, ...]:
        """The settings that the operation takes, some of FIELDS."""
        return self.offered.get(operation, ())

    def source(self, operation: str) -> Limits:
        """How long (s) a clip may be that goes with it."""
        return self.extend.source_seconds if self.extend and operation == "extend" else self.source_seconds

    def length(self, operation: str) -> Limits:
        """What `duration` may be: the length of what is made, or of what is added."""
        return self.extend.duration if self.extend and operation == "extend" else self.duration

    def beside_clip(self, operation: str) -> int:
        """How many photos may go with a clip, or with a take."""
        return self.extend.references if self.extend and operation == "extend" else self.references_with_video

    def defaults(self, operation: str) -> dict[str, Any]:
        """A turn's `settings` as they stand before anybody changes them; `size` appears as width and height."""
        every: dict[str, dict[str, Any]] = {
            "duration": {"duration": self.length(operation).default},
            "size": {"width": self.sizes[0].width, "height": self.sizes[0].height},
            "resolution": {"resolution": self.resolutions[0] if self.resolutions else "auto"},
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


class _Row(Table):
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
            resolutions=self._words("resolutions", RESOLUTIONS) if "resolutions" in self.row else (),
            references_with_video=self._count("references_with_video"),
            reference_clips=self._count("reference_clips"),
            last_frame=self._take("last_frame", bool, False),
            extend=self._extend(),
            source_formats=self._words("source_formats", FORMATS, list(FORMATS)),
            chains=self._word("chains", CHAINS),
            owners=self._words("owners", OWNERS) if "owners" in self.row else (),
            ended=self._take("ended", date) if "ended" in self.row else None,
            successor=self._take("successor", str, ""),
            without_address=self._without_address(),
        )
        self._refuse_the_rest()
        self._check(row)
        return row

    def _check(self, row: ModelSpec) -> None:
        """Whether its parts fit each other."""
        if set(row.offered) != set(row.operations):
            raise self._wrong("`fields` must have one line for each of `operations`")
        if (row.extend is None) == row.can("extend"):
            raise self._wrong("`extend` must be there where `operations` has it, and only there")
        for name, choices in (("safety", row.safety), ("resolution", row.resolutions)):
            if not choices and any(name in names for names in row.offered.values()):
                key = "resolutions" if name == "resolution" else name
                raise self._wrong(f"`fields` offers {name}, and `{key}` says nothing of it")

    def _extend(self) -> Extend | None:
        if "extend" not in self.row:
            return None
        return ExtendTable(self.name, self._take("extend", dict), "extend.").extend()

    def _without_address(self) -> dict[str, str]:
        table: dict[str, Any] = self._take("without_address", dict, {})
        if any(name not in FETCHED or not isinstance(words, str) for name, words in table.items()):
            raise self._wrong(f"`without_address` must say something of {' or '.join(FETCHED)}")
        return table

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
        return PriceTable(self.name, self._take("price", dict), "price.").price(sizes)
