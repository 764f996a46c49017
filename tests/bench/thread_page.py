"""A thread of two hundred turns: queries, server time, and what travels on a cold visit."""

import gzip
import re

import httpx

from tests.bench.people import Person, inside
from tests.bench.report import Figure
from tests.product import Product


def measure(product: Product, person: Person) -> list[Figure]:
    url, queries, milliseconds = inside(product, "thread", str(person.pk))
    return [
        Figure("thread of 200 turns: queries", queries, "", 10),
        Figure("thread of 200 turns: server time, median", milliseconds, "ms", 40),
        Figure("thread of 200 turns: HTML, CSS and JavaScript, cold", weight(product, person, url) / 1000, "kB", 120),
    ]


def weight(product: Product, person: Person, url: str) -> int:
    """Bytes on the wire of the page, its style sheets and its modules, followed through their imports."""
    with httpx.Client(base_url=product.url, cookies={"sessionid": person.session}) as client:
        page = client.get(url, headers={"Accept-Encoding": "gzip, br"})
        waiting = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page.text))
        total, seen = transferred(page), set[str]()
        while waiting - seen:
            path = (waiting - seen).pop()
            seen.add(path)
            answer = client.get(path, headers={"Accept-Encoding": "gzip, br"})
            total += transferred(answer)
            folder = path.rpartition("/")[0]
            waiting |= {
                f"{folder}/{name}"
                for name in re.findall(r"""(?:from|import)\s*\(?\s*["']\./([^"']+\.js)["']""", answer.text)
            }
    return total


def transferred(answer: httpx.Response) -> int:
    length = answer.headers.get("Content-Length")
    if length and answer.headers.get("Content-Encoding"):
        return int(length)
    return len(gzip.compress(answer.content)) if answer.headers.get("Content-Encoding") else len(answer.content)
