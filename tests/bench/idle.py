"""The whole of `make run`, doing nothing: memory as PSS (shared pages counted once) and processor time."""

import time

from tests.bench.report import Figure
from tests.product import Product, cpu_seconds, pss_kilobytes

SETTLE_SECONDS = 15
WATCH_SECONDS = 40


def measure(product: Product) -> list[Figure]:
    time.sleep(SETTLE_SECONDS)
    before = {pid: cpu_seconds(pid) for pid in product.processes()}
    began = time.monotonic()
    time.sleep(WATCH_SECONDS)
    spent = sum(cpu_seconds(pid) - seconds for pid, seconds in before.items())
    share = 100 * spent / (time.monotonic() - began)
    memory = sum(pss_kilobytes(pid) for pid in product.processes()) / 1024
    count = len(product.processes())
    return [
        Figure("idle: processor", share, "% of a core", 2, f"{WATCH_SECONDS} s"),
        Figure("idle: memory", memory, "MB PSS", 450, f"{count} processes"),
    ]
