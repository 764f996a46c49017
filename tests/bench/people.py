"""People for a bench, and what is done on the product's own data."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.product import ROOT, Product


@dataclass(frozen=True)
class Person:
    pk: int
    session: str

    @property
    def cookie(self) -> str:
        return f"sessionid={self.session}"


def inside(product: Product, *arguments: str) -> Any:
    """Runs tests.bench.inside on the product's data and returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.inside", *arguments],
        cwd=ROOT,
        env=product.environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def make(product: Product, name: str, role: str = "editor") -> Person:
    pk, session = inside(product, "person", name, role)
    return Person(pk, session)
