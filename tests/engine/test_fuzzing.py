"""A sample of the files damaged byte by byte; `make bench` hands all two thousand to the engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.engine.limits import LABOUR, MEGABYTE
from tests.engine.fuzzing import Fortress, damaged, fortress, seeds

SAMPLE = 63


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Fortress]:
    with fortress(tmp_path) as standing:
        yield standing


def test_damaged_files_are_refused_or_worked_with_and_nothing_else_is_touched(standing: Fortress) -> None:
    verdicts = [standing.judge(number, render=number % 4 == 0) for number in range(SAMPLE)]
    assert not [verdict for verdict in verdicts if verdict.wrong]
    assert 5 < sum(verdict.taken for verdict in verdicts) < SAMPLE - 5
    assert 0 < standing.workers.space <= LABOUR.memory / MEGABYTE


def test_whoever_watches_notices(standing: Fortress) -> None:
    """Else the test above would pass over anything."""
    (standing.neighbour / "secret.mp4").read_bytes()
    (standing.given / "secret.mp4").read_bytes()
    assert {path.parent.name for path in standing.watch.touched() if path.is_file()} == {"given", "neighbour"}
    assert not standing.listener.heard
    standing.listener.udp.sendto(b"hello", ("127.0.0.1", standing.listener.port))
    assert standing.listener.heard


def test_a_number_stands_for_the_same_file_ever_again(tmp_path: Path) -> None:
    first, second = (seeds(tmp_path) for _ in range(2))
    assert first == second
    assert all(damaged(number, first) == damaged(number, second) for number in range(SAMPLE))
