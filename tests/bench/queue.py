"""The moderators' page with five hundred open cases: queries and server time, and those of one case on it."""

from tests.bench.people import Person, inside
from tests.bench.report import Figure
from tests.product import Product


def measure(product: Product, person: Person) -> list[Figure]:
    queries, milliseconds, own, own_milliseconds = inside(product, "queue", str(person.pk))
    return [
        Figure("queue of 500 cases: queries", queries, "", 15),
        Figure("queue of 500 cases: server time, median", milliseconds, "ms", 60),
        Figure("one case of the queue: queries", own, "", 15),
        Figure("one case of the queue: server time, median", own_milliseconds, "ms", 60),
    ]
