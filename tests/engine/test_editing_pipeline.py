"""Reading, filtering and writing side by side: in order, and failing loudly."""

from collections.abc import Iterator

import pytest

from studio.engine.pipeline import Ahead, Behind


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
