"""A running local turn is stopped: how long its worker lives on."""

import re
import time

import httpx

from tests.bench.people import Person
from tests.bench.report import Figure
from tests.product import Product

TRIES = 3


def measure(product: Product, person: Person) -> list[Figure]:
    worst = max(stop_one(product, person) for _ in range(TRIES))
    return [Figure("stop a running local turn: worker gone, worst", worst * 1000, "ms", 1000, f"{TRIES} turns")]


def stop_one(product: Product, person: Person) -> float:
    with httpx.Client(base_url=product.url, cookies={"sessionid": person.session}, follow_redirects=True) as client:
        page = client.get("/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        start = re.search(r'<form[^>]*action="([^"]*)"[^>]*>(?:(?!</form>).)*name="prompt".*?</form>', page, re.DOTALL)
        if token is None or start is None:
            raise RuntimeError("the library shows no form to start with")
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', start.group(0)))
        headers = {"Referer": product.url, "X-CSRFToken": token.group(1)}
        before = set(product.pids("engine"))
        answer = client.post(start.group(1), data=fields | {"prompt": "a calm sea at dusk"}, headers=headers)
        stop = wait_for(lambda: re.search(r'action="([^"]+/stop/)"', client.get(answer.url).text))
        workers = wait_for(lambda: set(product.pids("engine")) - before)
        time.sleep(0.5)
        began = time.monotonic()
        client.post(stop.group(1), headers=headers)
        wait_for(lambda: not workers & set(product.pids("engine")))
        return time.monotonic() - began


def wait_for(question, seconds: float = 15):  # type: ignore[no-untyped-def]
    """The first true answer; asked every 10 ms."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := question():
            return answer
        time.sleep(0.01)
    raise TimeoutError("no answer in time")
