"""`make bench`: every promised figure, measured in one run, printed and kept in docs/benchmarks.md."""

import datetime
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import editing, idle, journey, people, sockets, stopping, thread_page
from tests.bench.report import Figure, table
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


def run(folder: Path) -> list[Figure]:
    figures = [pace(), *editing.measure(folder)]
    with Product(folder / "product") as product:
        owner, watcher = people.make(product, "Ana", "owner"), people.make(product, "Bo")
        print(table(figures), flush=True)
        for part in (
            lambda: idle.measure(product),
            lambda: thread_page.measure(product, owner),
            lambda: journey.measure(product, owner, watcher, folder),
            lambda: sockets.measure(product, owner),
            lambda: stopping.measure(product, owner),
        ):
            news = part()
            print("\n".join(figure.row() for figure in news), flush=True)
            figures += news
    return figures


def notes(page: str) -> str:
    """What somebody has written below the table stays."""
    _, heading, rest = page.partition("\n## ")
    return heading + rest


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="retake-bench-") as folder:
        figures = run(Path(folder))
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
    short = [figure.what for figure in figures if figure.verdict == "FALLS SHORT"]
    print("\nAll bounds reached." if not short else f"\nFalls short: {', '.join(short)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
