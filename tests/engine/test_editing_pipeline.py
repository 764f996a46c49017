"""Reading, filtering and writing side by side: in order, and failing loudly."""

from collections.abc import Iterator

import pytest

from studio.engine.pipeline import Ahead, Behind, Beside


def counted(limit: int, fails: bool = False) -> Iterator[int]:
    yield from range(limit)
    if fails:
        raise ValueError("the end is missing")


def test_items_come_and_go_in_order() -> None:
    done: list[int] = []
    with Behind(done.append) as behind:
        for item in Ahead(counted(500)):
            behind.give(item)
    assert done == list(range(500))


def test_a_reader_that_fails_is_heard_after_what_it_read() -> None:
    seen: list[int] = []
    with pytest.raises(ValueError, match="missing"):
        seen.extend(Ahead(counted(5, fails=True)))


def test_a_writer_that_fails_stops_the_reader() -> None:
    def work(item: int) -> None:
        if item == 3:
            raise OSError("no room")

    with pytest.raises(OSError, match="no room"), Behind(work) as behind:
        for item in Ahead(counted(10_000)):
            behind.give(item)


def test_one_may_stop_reading_early() -> None:
    assert next(iter(Ahead(counted(10**9)))) == 0


def test_a_step_beside_gives_everything_in_order_and_what_it_held_back() -> None:
    def pairs(item: int | None) -> list[int]:
        held.append(item)
        return [] if item is not None and item % 2 else [each for each in held[-2:] if each is not None]

    held: list[int | None] = []
    beside = Beside(pairs)
    made = [each for item in [*range(50), None] for each in beside.push(item)]
    assert made[:5] == [0, 1, 2, 3, 4] and made[-1] == 49 and made == sorted(made)


def test_a_step_that_fails_beside_is_heard_and_never_waited_for() -> None:
    def fail(item: int | None) -> list[int]:
        raise ValueError("broken")

    beside = Beside(fail)
    with pytest.raises(ValueError, match="broken"):
        for item in [*range(100), None]:
            list(beside.push(item))


def test_a_step_that_gets_nothing_ends() -> None:
    assert list(Beside(lambda item: [7] if item is None else []).push(None)) == [7]
