"""What a bench says: figures with their bounds, as a table on the screen and in docs/benchmarks.md."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`measured` and `bound` in `unit`; a figure without a bound only informs."""

    what: str
    measured: float
    unit: str
    bound: float | None = None
    detail: str = ""

    @property
    def verdict(self) -> str:
        if self.bound is None:
            return ""
        return "reached" if self.measured <= self.bound else "FALLS SHORT"

    def row(self) -> str:
        bound = "" if self.bound is None else f"≤ {self.bound:g} {self.unit}"
        measured = f"{self.measured:,.0f}" if self.measured >= 100 else f"{self.measured:.3g}"
        return f"| {self.what} | {measured} {self.unit} | {bound} | {self.verdict} | {self.detail} |"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


HEADER = "| what | measured | bound | | how |\n|---|---|---|---|---|"


def table(figures: Sequence[Figure]) -> str:
    return "\n".join([HEADER, *(figure.row() for figure in figures)])
