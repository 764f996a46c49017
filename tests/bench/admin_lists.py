"""The admin with a hundred thousand turns: the slowest of its lists, and its first page."""

import subprocess
import sys
from pathlib import Path

from tests.bench.people import inside
from tests.bench.report import Figure
from tests.product import ROOT, Product

TURNS = 100_000
FIRST = "first page"


def measure(folder: Path) -> list[Figure]:
    """In a database of its own; nothing runs beside it."""
    (folder / "admin").mkdir()
    product = Product(folder / "admin")
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=product.environment, check=True)
    times: dict[str, float] = inside(product, "lists", str(TURNS))
    lists = {name: taken for name, taken in times.items() if not name.startswith(FIRST)}
    slowest = max(lists, key=lambda name: lists[name])
    return [
        Figure("admin with 100,000 turns: slowest list", lists[slowest], "ms", 200, slowest.replace("_", " ")),
        Figure("admin with 100,000 turns: first page, kept", times[f"{FIRST}, kept"], "ms", 200),
        Figure(
            "admin with 100,000 turns: first page, counted anew",
            times[f"{FIRST}, counted anew"],
            "ms",
            detail="once a minute",
        ),
    ]
