"""Two thousand files damaged byte by byte: how each ends, how long it takes, and what memory it needs."""

from pathlib import Path

from studio.engine.limits import LABOUR, MEGABYTE
from tests.bench.report import Figure
from tests.engine.fuzzing import QUICK, fortress

FILES = 2000


def measure(folder: Path) -> list[Figure]:
    place = folder / "fuzz"
    place.mkdir(parents=True, exist_ok=True)
    with fortress(place) as standing:
        verdicts = [standing.judge(number, render=number % 3 == 0) for number in range(FILES)]
    workers = standing.workers
    wrong = [f"{verdict.number} {verdict.wrong}" for verdict in verdicts if verdict.wrong]
    taken = sum(verdict.taken for verdict in verdicts)
    slowest = max(verdicts, key=lambda verdict: verdict.slowest)
    # A column of the table would end the row.
    offenders = "; ".join(wrong)[:600].replace("|", "/").replace("\n", " ")
    return [
        Figure("damaged files that do not end as they should", len(wrong), "files", 0, offenders or f"of {FILES}"),
        Figure("the slowest answer to a damaged file", slowest.slowest, "s", QUICK, f"number {slowest.number}"),
        Figure("the most address space of a worker", workers.space, "MB", LABOUR.memory / MEGABYTE,
               f"{workers.peak:.0f} MB in use; {taken} files were worked with"),
    ]  # fmt: skip
