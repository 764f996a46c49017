"""The real processes on a folder of their own: started, killed one by one, hung, and stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from studio.operations import proc
from tests.product import ROOT, Product
from tests.services import own_services

pytestmark = pytest.mark.processes
PARTS = ["engine.host", "manage.py web", "qcluster --skip-checks -n render", "manage.py watch"]


def wait_for(what: Callable[[], object], seconds: float) -> float:
    """Seconds until it came true."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with own_services() as services, Product(tmp_path_factory.mktemp("studio"), **services) as product:
        yield product


@pytest.fixture(autouse=True)
def all_is_well(studio: Product) -> None:
    wait_for(lambda: is_ready(studio), 30)


def is_ready(studio: Product) -> bool:
    try:
        return httpx.get(f"{studio.url}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def part(studio: Product, words: str) -> int:
    found = [pid for pid in studio.pids(words) if pid in proc.children(studio.process.pid)]  # type: ignore[union-attr]
    return found[0] if found else 0


def queue(studio: Product) -> int:
    render = part(studio, "-n render")
    return next(pid for pid in studio.pids("qcluster") if pid in proc.children(studio.process.pid) and pid != render)  # type: ignore[union-attr]


def settled(studio: Product, cluster: Callable[[], int]) -> list[int]:
    """The workers, the monitor and the pusher of a cluster that has started completely."""
    wait_for(lambda: cluster() and [len(proc.descendants(pid)) for pid in proc.children(cluster())] >= [3], 20)
    time.sleep(1.5)  # the supervisor has looked at least once
    return proc.children(proc.children(cluster())[0])


def test_it_says_where_it_is(studio: Product) -> None:
    wait_for(lambda: f"Retake is ready: {studio.url}" in studio.log, 5)
    wait_for(lambda: "create the first account" in studio.log, 5)


@pytest.mark.parametrize("words", PARTS)
def test_a_killed_part_is_started_again(studio: Product, words: str) -> None:
    pid = part(studio, words)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: part(studio, words) not in (0, pid), 10)
    wait_for(lambda: is_ready(studio), 10)


def test_what_is_done_for_later_stands_back_for_pages_and_news(studio: Product) -> None:
    first = [part(studio, words) for words in ("manage.py web", "manage.py watch")]
    web, watch, later = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (*first, queue(studio)))
    assert web == watch < later


def test_a_request_waits_while_the_web_is_started_again(studio: Product) -> None:
    os.kill(part(studio, "manage.py web"), signal.SIGKILL)
    assert httpx.get(f"{studio.url}/healthz", timeout=20).status_code == 200


def test_a_killed_idle_worker_does_not_hang_the_queue(studio: Product) -> None:
    for worker in settled(studio, lambda: queue(studio))[:2]:
        if proc.is_alive(worker):
            os.kill(worker, signal.SIGKILL)
            time.sleep(0.2)
    studio.shell("from studio.queue import enqueue; enqueue('time.time')")
    wait_for(lambda: studio.shell(count("time.time")) == "1", 15)


def count(func: str) -> str:
    return f"from django_q.models import Success; print(Success.objects.filter(func='{func}').count())"


def test_a_task_whose_cluster_died_runs_again(studio: Product) -> None:
    settled(studio, lambda: queue(studio))
    studio.shell("from studio.queue import enqueue; enqueue('time.sleep', 4)")
    wait_for(
        lambda: "True" in studio.shell("from studio.queue import Lane; print(bool(Lane('default').executing()))"),
        10,
    )
    os.kill(queue(studio), signal.SIGKILL)
    wait_for(lambda: studio.shell(count("time.sleep")) == "1", 20)


def test_a_hung_queue_is_noticed_and_replaced(studio: Product) -> None:
    pusher = max(settled(studio, lambda: queue(studio)))
    before = queue(studio)
    for pid in proc.children(proc.children(before)[0]):
        os.kill(pid, signal.SIGSTOP)
    assert pusher
    studio.shell("from studio.queue import enqueue; enqueue('time.monotonic')")
    wait_for(lambda: queue_or_none(studio) not in (None, before), 45)
    wait_for(lambda: studio.shell(count("time.monotonic")) == "1", 15)


def queue_or_none(studio: Product) -> int | None:
    try:
        return queue(studio)
    except StopIteration:
        return None


def test_a_second_one_on_the_same_folder_is_refused(studio: Product) -> None:
    second = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=studio.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert "already runs" in second.stderr and "Traceback" not in second.stderr


def test_a_taken_port_is_named(studio: Product, tmp_path: Path) -> None:
    second = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=studio.environment | {"STUDIO_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert f"Port {studio.port} is taken" in second.stderr and "Traceback" not in second.stderr


def test_interrupted_it_leaves_nothing_behind_and_starts_quickly_again(studio: Product) -> None:
    everything = list(studio.processes())
    assert len(everything) > 10
    assert studio.stop(signal.SIGINT) < 10
    assert not [pid for pid in everything if proc.is_alive(pid)]
    assert studio.start() < 20  # 8 s on a machine that does nothing else: `make bench` measures it


def test_its_children_go_when_it_is_killed(studio: Product) -> None:
    everything = list(studio.processes())
    studio.process.kill()  # type: ignore[union-attr]
    studio.process.wait()  # type: ignore[union-attr]
    wait_for(lambda: not [pid for pid in everything if proc.is_alive(pid)], 15)
    studio.start()
