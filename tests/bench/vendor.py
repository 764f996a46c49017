"""The whole product beside a stand-in for Runware, and what its database says of the jobs, read from outside."""

import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.product import Product
from tests.servers.runware import RunwareServer


def product_at(server: RunwareServer, folder: Path, *, webhook: bool) -> Product:
    """Not started yet. `webhook`: the vendor can call it; otherwise it only asks."""
    product = Product(folder, DATABASE_URL="", REDIS_URL="")
    product.environment |= {
        "STUDIO_RUNWARE_URL": f"{server.url}/v1",
        "STUDIO_RUNWARE_KEY": server.key,
        "STUDIO_ALLOW_PRIVATE_PROVIDERS": "1",
        "STUDIO_PUBLIC_URL": product.url if webhook else "",
    }
    return product


class Books:
    """A vendor's jobs as the database has them. Reading it costs the product nothing."""

    def __init__(self, product: Product) -> None:
        self.path = product.folder / "data" / "studio.sqlite3"

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(question, values).fetchall()
        finally:
            connection.close()

    def statuses(self) -> Counter[str]:
        """How many jobs are where."""
        return Counter(dict(self.ask("select status, count(*) from threads_job group by status")))

    def noticed(self) -> dict[str, float]:
        """By the vendor's name of each job: when the studio knew that it was done, as time.time()."""
        rows = self.ask(
            "select job.reference, event.at from threads_jobevent event join threads_job job on job.id = event.job_id"
            " where event.from_status = 'running'"
        )
        return {reference: datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() for reference, at in rows}


def done(server: RunwareServer) -> dict[str, float]:
    """By name: when each finished job was done at the vendor, as time.time()."""
    jobs = list(server.tasks.items())
    return {name: max(result.done_at for result in job.results) for name, job in jobs if job.is_finished}
