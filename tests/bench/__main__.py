"""`make bench`: every promised figure, measured in one run, printed and kept in docs/benchmarks.md.

`make bench ARGS="in_flight killing"` (or `python -m tests.bench in_flight killing`) measures some and only prints them.
"""

import argparse
import datetime
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Set
from pathlib import Path

from tests.bench import (
    admin_lists,
    drawing,
    editing,
    effects,
    fuzz,
    holding,
    idle,
    in_flight,
    journey,
    killing,
    noticing,
    people,
    playable,
    queue,
    review,
    screening,
    sockets,
    stopping,
    thread_page,
)
from tests.bench.people import Person
from tests.bench.report import HEADER, Figure, table
from tests.product import ROOT, Product

PAGE = """# Benchmarks

Printed by `make bench` on {day}: {cores} cores, {machine}, Python {python}, one run.
Ratios compare two things measured in that run; times move with the machine.

{table}
"""


def pace() -> Figure:
    """What the machine is worth at this moment, to read the other times by."""
    began, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return Figure("ten million additions in Python", time.process_time() - began, "s", detail="to read the rest by")


# In this order: first what needs no studio, then what shares one, then what has its own beside a vendor.
ALONE: dict[str, Callable[[Path], list[Figure]]] = {
    "editing": editing.measure,
    "effects": effects.measure,
    "drawing": drawing.measure,
    "admin_lists": admin_lists.measure,
    "fuzz": fuzz.measure,
}
SHARED: dict[str, Callable[[Product, Person, Person, Path], list[Figure]]] = {
    "idle": lambda product, owner, watcher, folder: idle.measure(product),
    "thread_page": lambda product, owner, watcher, folder: thread_page.measure(product, owner),
    "journey": journey.measure,
    "sockets": lambda product, owner, watcher, folder: sockets.measure(product, owner),
    "screening": lambda product, owner, watcher, folder: screening.measure(product),
    "review": lambda product, owner, watcher, folder: review.measure(product, owner),
    "queue": lambda product, owner, watcher, folder: queue.measure(product, owner),
    "stopping": lambda product, owner, watcher, folder: stopping.measure(product, owner),
    "holding": lambda product, owner, watcher, folder: holding.measure(product, owner, watcher),
}
BESIDE_A_VENDOR: dict[str, Callable[[Path], list[Figure]]] = {
    "in_flight": in_flight.measure,
    "playable": playable.measure,
    "noticing": noticing.measure,
    "killing": killing.measure,
}
PARTS = [*ALONE, *SHARED, *BESIDE_A_VENDOR]


def run(folder: Path, wanted: Set[str]) -> list[Figure]:
    figures = shown([pace()])
    for name in (each for each in ALONE if each in wanted):
        figures += shown(ALONE[name](folder))
    if wanted & SHARED.keys():
        with Product(folder / "product") as product:
            owner, watcher = people.make(product, "Ana", "owner"), people.make(product, "Bo")
            for name in (each for each in SHARED if each in wanted):
                figures += shown(SHARED[name](product, owner, watcher, folder))
    for name in (each for each in BESIDE_A_VENDOR if each in wanted):
        figures += shown(BESIDE_A_VENDOR[name](folder / name))
    return figures


def shown(news: list[Figure]) -> list[Figure]:
    print("\n".join(figure.row() for figure in news), flush=True)
    return news


def notes(page: str) -> str:
    """What somebody has written below the table stays."""
    _, heading, rest = page.partition("\n## ")
    return heading + rest


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures what Retake promises.")
    parser.add_argument("part", nargs="*", help=f"some alone: {', '.join(PARTS)}")
    named = parser.parse_args().part
    if strange := set(named) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(strange))}, but {', '.join(PARTS)}")
    print(HEADER, flush=True)
    with tempfile.TemporaryDirectory(prefix="retake-bench-") as folder:
        figures = run(Path(folder), set(named or PARTS))
    if not named:
        keep(figures)
    short = [figure.what for figure in figures if figure.verdict == "FALLS SHORT"]
    print("\nAll bounds reached." if not short else f"\nFalls short: {', '.join(short)}")
    return 0


def keep(figures: list[Figure]) -> None:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    text = PAGE.format(
        day=today,
        cores=os.cpu_count(),
        machine=platform.machine(),
        python=platform.python_version(),
        table=table(figures),
    )
    page = ROOT / "docs" / "benchmarks.md"
    page.write_text(text + notes(page.read_text()))


if __name__ == "__main__":
    sys.exit(main())
