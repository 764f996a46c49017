"""catalogue.toml: typed, complete, and a wrong entry is a sentence."""

from datetime import date

import pytest

from studio.providers import catalogue, registry
from studio.providers.catalogue import CATALOGUE, CatalogueError, Limits, Price, Size, UnknownModel, read, specs

GOOD = CATALOGUE.read_text()
FREE = {"local", "rehearsal"}
PRICE = """
[local."engine-1".price]
output_second = { 1080p = 0.15, 720p = 0.1, 360p = 0.034 }
source_second = 0.008688
image = 0.00306
spread = { min = 0.95, max = 1.2 }
source_unsure = ["continue"]
"""


def test_every_model_belongs_to_a_provider_that_exists() -> None:
    assert {spec.provider for spec in specs()} == set(registry.PROVIDERS)
    assert all(registry.provider(name).name == name for name in registry.PROVIDERS)


def test_the_local_engine_is_described_in_full() -> None:
    spec = catalogue.spec("local", "engine-1")
    assert spec.key == "local/engine-1"
    assert spec.note == "Local engine: built-in effects, not a generative model"
    assert spec.sizes == (Size(1280, 720), Size(720, 1280)) and str(spec.sizes[0]) == "1280x720"
    assert (spec.duration.min, spec.duration.max, spec.quality.default) == (3, 20, 95)
    assert not spec.duration.allow(20.1)


def test_what_an_operation_excludes_has_no_default() -> None:
    spec = catalogue.spec("local", "engine-1")
    assert spec.defaults("edit") == {"format": "mp4", "quality": 95}
    assert spec.defaults("generate")["results"] == 1
    assert [operation for operation in spec.operations if "results" in spec.fields(operation)] == ["generate"]


def test_a_model_that_ended_names_its_successor() -> None:
    ended = catalogue.spec("runware", "google:gemini@omni-flash")
    assert (ended.ended, ended.successor) == (date(2026, 9, 30), "google:gemini@omni-flash-1.1")
    successor = catalogue.spec(ended.provider, ended.successor)
    assert (successor.ended, successor.successor) == (None, "")


def test_runware_starts_with_the_model_that_is_released_and_not_ended() -> None:
    rows = [spec for spec in specs() if spec.provider == "runware"]
    assert [spec.model.rpartition("@")[2] for spec in rows] == ["omni-flash-1.1", "omni-flash-1.2", "omni-flash"]
    assert all(set(spec.operations) == set(catalogue.OPERATIONS) - {"extend"} for spec in rows)
    assert all((spec.references.max, spec.references_with_video) == (7, 5) for spec in rows)
    assert all("duration" not in spec.fields("edit") and "size" not in spec.fields("continue") for spec in rows)
    assert [spec.last_frame for spec in rows] == [True, False, False]
    assert all(spec.owners == ("ttl", "upload_addresses") for spec in rows)
    assert [str(size) for size in rows[2].sizes] == ["1280x720", "720x1280"]


def test_the_safety_check_is_off_unless_somebody_wants_it() -> None:
    assert catalogue.spec("runware", "google:gemini@omni-flash-1.1").defaults("edit")["safety"] == "none"
    assert "safety" not in catalogue.spec("local", "engine-1").defaults("edit")


def test_what_a_row_leaves_open_has_a_meaning() -> None:
    spec = catalogue.spec("local", "engine-1")
    assert (spec.safety, spec.references_with_video, spec.chains, spec.successor) == ((), 0, "id", "")
    assert spec.source_formats == ("mp4", "webm", "mov")
    assert (spec.last_frame, spec.owners) == (False, ())


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('safety = ["slow"]', r"`safety` must name some of none, fast, full, not \['slow'\]"),
        ("safety = []", "`safety` must name some of none, fast, full, not nothing"),
        ('references_with_video = "5"', "`references_with_video` must be int, not '5'"),
        ("references_with_video = -1", "`references_with_video` must be a whole number from 0, not -1"),
        ("references_with_video = true", "`references_with_video` must be a whole number from 0, not True"),
        ('source_formats = ["avi"]', "`source_formats` must name some of mp4, webm, mov"),
        ('last_frame = "yes"', "`last_frame` must be bool, not 'yes'"),
        ('owners = ["colour"]', r"`owners` must name some of ttl, upload_addresses, not \['colour'\]"),
        ('chains = "name"', "`chains` must be one of id, file, not 'name'"),
        ('ended = "2026-09-30"', "`ended` must be date, not '2026-09-30'"),
        ('successor = "engine-9"', "local/engine-1: `successor` names no model of local"),
    ],
)
def test_what_a_row_may_say_besides_is_checked_too(line: str, sentence: str) -> None:
    with pytest.raises(CatalogueError, match=sentence):
        read(GOOD.replace("can_cancel = true", f"can_cancel = true\n{line}", 1))


EXTEND = """
[evolink."gemini-omni-1.1-flash".extend]
source_seconds = { min = 1, max = 30 }
duration = { min = 3, max = 10, default = 3 }
references = 10
"""


def test_a_model_that_extends_says_what_and_by_how_much() -> None:
    spec = catalogue.spec("evolink", "gemini-omni-1.1-flash")
    assert (spec.source("extend").max, spec.source("edit").max) == (30, 10)
    assert spec.length("extend") == Limits(3, 10, 3) and spec.length("generate") == Limits(3, 10, 6)
    assert spec.defaults("extend") == {"duration": 3, "resolution": "auto"}
    assert (spec.beside_clip("extend"), spec.beside_clip("edit")) == (10, 10)
    assert [each.key for each in specs() if each.can("extend")] == [spec.key]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (EXTEND, "\n", "`extend` must be there where `operations` has it, and only there"),
        (', "extend"]', "]", "`fields` must have one line for each of `operations`"),
        ("max = 30 }", "max = 0 }", "`extend.source_seconds` must have min <= default <= max"),
        ("max = 10, default = 3 }", "max = 10 }", "`extend.duration` must hold the numbers default, max, min"),
        ("references = 10\n[", "references = -1\n[", "`extend.references` must be a whole number from 0, not -1"),
        ("references = 10\n[", "photos = 10\n[", "unknown key 'extend.photos'"),
        ('resolutions = ["auto", ', 'resolutions = ["8k", ', "`resolutions` must name some of auto, 360p"),
        (
            'resolutions = ["auto", "360p", "720p", "1080p", "4k"]\n',
            "",
            "`fields` offers resolution, and `resolutions` says",
        ),
        ("last_frame = true", 'last_frame = "yes"', "`last_frame` must be bool, not 'yes'"),
        ("\nphotos = ", "\nsounds = ", "`without_address` must say something of clips or photos"),
    ],
)
def test_what_is_wrong_with_an_extension_is_a_sentence(old: str, new: str, sentence: str) -> None:
    others, name, row = GOOD.partition('[evolink."gemini-omni-1.1-flash"]')
    assert old in row
    with pytest.raises(CatalogueError, match=sentence):
        read(others + name + row.replace(old, new, 1))


def test_an_extension_of_a_model_that_does_not_extend_is_wrong() -> None:
    with pytest.raises(CatalogueError, match="`extend` must be there where `operations` has it, and only there"):
        read(GOOD + EXTEND.replace("gemini-omni-1.1-flash", "gemini-omni-flash"))


def test_a_safety_check_is_not_offered_by_a_row_that_has_none() -> None:
    with pytest.raises(CatalogueError, match="`fields` offers safety, and `safety` says nothing of it"):
        read(GOOD.replace('edit = ["format", "quality"]', 'edit = ["format", "safety"]', 1))


def test_a_model_that_is_gone_is_unknown() -> None:
    with pytest.raises(UnknownModel, match="local/engine-0"):
        catalogue.spec("local", "engine-0")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("label = ", "name = ", "local/engine-1: `label` is missing"),
        ("can_cancel = true", 'can_cancel = "yes"', "`can_cancel` must be bool"),
        ('"mp4", "webm"', '"mp4", "avi"', r"`formats` must name some of .* not \['avi'\]"),
        ("max = 10, default = 6", "max = 10", "`duration` must hold the numbers default, max, min"),
        ("max = 10, default = 6", "max = 10, default = 60", "`duration` must have min <= default <= max"),
        ("[[1280, 720], [720, 1280]]", "[1280, 720]", "`sizes` must be pairs"),
        ('edit = ["format", "quality"]\n', "", "`fields` must have one line for each"),
        ('edit = ["format", "quality"]', 'edit = ["colour"]', "`fields.edit` must name some of"),
        ("can_cancel = true", "can_cancel = true\ncolour = 3", "unknown key 'colour'"),
        ("label = ", "label ", "is not TOML"),
    ],
)
def test_a_wrong_entry_is_a_sentence_that_names_the_model_and_the_key(old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    with pytest.raises(CatalogueError, match=sentence):
        read(GOOD.replace(old, new, 1))


def price_of(table: str) -> Price:
    price = next(spec.price for spec in read(GOOD + table) if spec.key == "local/engine-1")
    assert price is not None
    return price


def test_only_what_runs_here_is_free() -> None:
    assert [spec.key for spec in specs() if (spec.price is None) != (spec.provider in FREE)] == []


def test_dollars_become_micro_dollars() -> None:
    price = price_of(PRICE)
    assert price.output_second.steps == ((360, 34_000), (720, 100_000), (1080, 150_000))
    assert price.source_second.span(None) == (8_688, 8_688)
    assert (price.image, price.spread, price.source_unsure) == (3_060, Limits(0.95, 1.2), ("continue",))


def test_a_price_may_be_one_number() -> None:
    price = price_of('\n[local."engine-1".price]\noutput_second = 0.10136')
    assert price.output_second.span(Size(3840, 2160)) == (101_360, 101_360)
    assert price.source_second.span(Size(1280, 720)) == (0, 0)
    assert (price.image, price.spread, price.source_unsure) == (0, Limits(1, 1), ())


@pytest.mark.parametrize(
    ("size", "micros"),
    [
        (Size(640, 360), 34_000),
        (Size(360, 640), 34_000),
        (Size(640, 480), 100_000),
        (Size(720, 1280), 100_000),
        (Size(1920, 800), 150_000),
        (Size(3840, 2160), 150_000),
    ],
)
def test_the_shorter_side_decides_the_class_of_a_price(size: Size, micros: int) -> None:
    assert price_of(PRICE).output_second.span(size) == (micros, micros)


def test_without_a_size_a_price_spans_all_classes() -> None:
    assert price_of(PRICE).output_second.span(None) == (34_000, 150_000)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("output_second = {", "made_second = {", "local/engine-1: `price.output_second` is missing"),
        ("output_second = { 1080p", "output_second = { 8k", r"`price.output_second` must name some of .* not \['8k'\]"),
        ("{ 1080p = 0.15, 720p = 0.1, 360p = 0.034 }", "{}", "`price.output_second` must name some of .* not nothing"),
        ("{ 1080p = 0.15, 720p = 0.1, 360p", "{ 360p", "`price.output_second` says nothing of 1280x720"),
        ("720p = 0.1,", "720p = 0,", "`price.output_second.720p` must be dollars above 0, not 0"),
        ("source_second = 0.008688", "source_second = 0.0000004", "`price.source_second` must be dollars above 0"),
        ("image = 0.00306", "image = -1", "`price.image` must be dollars above 0, not -1"),
        ("image = 0.00306", "image = true", "`price.image` must be dollars above 0, not True"),
        ("image = 0.00306", "image = inf", "`price.image` must be dollars above 0, not inf"),
        ("image = 0.00306", 'image = "0.00306"', "`price.image` must be dollars above 0, not '0.00306'"),
        ("min = 0.95, max = 1.2", "max = 1.2", "`price.spread` must hold the numbers max, min"),
        ("min = 0.95, max = 1.2", "min = 0.95, max = nan", "`price.spread` must hold the numbers max, min"),
        ("min = 0.95, max = 1.2", "min = 1.1, max = 1.2", "`price.spread` must have 0 < min <= 1 <= max"),
        ('source_unsure = ["continue"]', 'source_unsure = ["guess"]', "`price.source_unsure` must name some of"),
        ("image = 0.00306", "images = 0.00306", "unknown key 'price.images'"),
    ],
)
def test_a_wrong_price_is_a_sentence_too(old: str, new: str, sentence: str) -> None:
    assert PRICE.count(old) == 1
    with pytest.raises(CatalogueError, match=sentence):
        read(GOOD + PRICE.replace(old, new))


def test_a_price_that_is_no_table_is_refused() -> None:
    with pytest.raises(CatalogueError, match="`price` must be dict, not 3"):
        read(GOOD.replace("can_cancel = true", "can_cancel = true\nprice = 3", 1))


def test_a_provider_without_models_is_refused() -> None:
    with pytest.raises(CatalogueError, match="must be a table of models"):
        read('local = "engine"')
