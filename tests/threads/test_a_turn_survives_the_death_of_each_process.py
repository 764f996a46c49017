"""Kill -9 of each process in the middle of a turn: one take, never two, and nobody has to press anything."""

import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.product import Product
from tests.services import own_services

pytestmark = pytest.mark.processes

PEOPLE = """
from studio.accounts.models import Membership, Team, User
user = User.objects.create_user("olga@example.com", "correct horse battery")
Membership.objects.create(team=Team.objects.create(name="Harbour Films"), user=user, role="owner")
"""
# Smaller than is offered: it is as much a render as any, and there are many here.
SEND = """
import uuid
from django.db import transaction
from studio.accounts.models import Team, User
from studio.threads import actions
user, team = User.objects.get(), Team.objects.get()
with transaction.atomic():
    turn = actions.start_turn(
        user, actions.start_thread(user, team), token=uuid.UUID("{token}"), prompt="a calm ocean at sunset",
        settings={{"duration": 3, "quality": 60, "results": {results}}},
    )
    turn.settings |= {{"width": 640, "height": 360}}
    turn.save(update_fields=["settings"])
print(turn.pk.hex)
"""
STOP = """
from studio.accounts.models import User
from studio.threads import actions
from studio.threads.models import Turn
actions.stop_turn(User.objects.get(), Turn.objects.get(pk="{turn}"))
"""
ASK = """
import json
from studio.providers.local.models import Render
from studio.threads.models import Job, JobEvent, Take
print(json.dumps({question}))
"""
PATIENCE = 90.0


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with own_services() as services:
        running = Product(tmp_path_factory.mktemp("product"), **services)
        running.start(wait=180)
        try:
            running.shell(PEOPLE)
            yield running
        finally:
            running.stop()


class Books:
    """What the database says, read from outside."""

    def __init__(self, product: Product) -> None:
        self.product = product

    def ask(self, question: str) -> Any:
        return json.loads(self.product.shell(ASK.format(question=question)))

    def job(self, turn: str) -> tuple[str, float]:
        status, progress = self.ask(f"Job.objects.filter(turn='{turn}').values_list('status', 'progress')[0]")
        return status, progress

    def count(self, rows: str) -> int:
        return int(self.ask(f"{rows}.count()"))


def send(product: Product, results: int = 1) -> str:
    return product.shell(SEND.format(token=uuid.uuid4(), results=results))


def wait(until: Callable[[], bool], seconds: float = PATIENCE) -> float:
    began = time.monotonic()
    while not until():
        if time.monotonic() - began > seconds:
            raise TimeoutError
        time.sleep(0.02)
    return time.monotonic() - began


def is_render(line: str) -> bool:
    return "render" in line


VICTIMS: dict[str, Callable[[str], bool]] = {
    "the web": lambda line: "manage.py web" in line,
    "the queue": lambda line: "qcluster" in line and not is_render(line),
    "the render queue": lambda line: "qcluster" in line and is_render(line),
    "the watcher": lambda line: "manage.py watch" in line,
    "the engine": lambda line: "studio.engine.host" in line,
}


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("moment", ["at once", "while it renders"])
def test_one_take_comes_of_it(product: Product, victim: str, moment: str) -> None:
    books = Books(product)
    turn = send(product)
    if moment == "while it renders":
        wait(lambda: books.job(turn)[1] > 0 or books.job(turn)[0] == "succeeded")
    chosen = [pid for pid, line in product.processes().items() if VICTIMS[victim](line)]
    assert chosen
    for pid in chosen:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait(lambda: books.job(turn)[0] in ("succeeded", "failed", "cancelled"))
    assert books.job(turn)[0] == "succeeded"
    assert books.count(f"Take.objects.filter(turn='{turn}')") == 1
    assert books.count(f"JobEvent.objects.filter(job__turn='{turn}', to_status='succeeded')") == 1


@pytest.mark.parametrize("part", [0, 1, 2, 3, 4, 5])
def test_each_process_of_the_queue_can_die_alone(product: Product, part: int) -> None:
    """Guard, workers, monitor and pusher, whichever they are."""
    books = Books(product)
    wait(lambda: len([line for line in product.processes().values() if VICTIMS["the queue"](line)]) >= 5)
    chosen = [pid for pid, line in product.processes().items() if VICTIMS["the queue"](line)]
    os.kill(chosen[min(part, len(chosen) - 1)], signal.SIGKILL)
    turn = send(product)
    wait(lambda: books.job(turn)[0] == "succeeded")
    assert books.count(f"Take.objects.filter(turn='{turn}')") == 1


def settled(product: Product) -> set[int]:
    """The engine's hosts once no worker of theirs is busy any more."""
    seen = [set[int]()]

    def same_for_a_while() -> bool:
        seen.append(set(product.pids("studio.engine.host")))
        return len(seen) > 40 and seen[-1] == seen[-40]

    wait(same_for_a_while)
    return seen[-1]


def test_a_stop_ends_the_worker_within_a_second(product: Product) -> None:
    books = Books(product)
    hosts = settled(product)
    turn = send(product, results=4)
    wait(lambda: books.job(turn)[1] > 0)
    assert set(product.pids("studio.engine.host")) - hosts
    product.shell(STOP.format(turn=turn))
    wait(lambda: books.job(turn)[0] == "cancelled", 5)
    gone = wait(lambda: not set(product.pids("studio.engine.host")) - hosts, 10)
    assert gone < 1
    assert not books.count("Render.objects.filter(status='running')")
