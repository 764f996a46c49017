"""What the queue's tests have done: each task notes that it ran."""

from studio.queue import enqueue

ran: list[object] = []


def note(value: int | str) -> None:
    ran.append(value)


def count_down(value: int) -> None:
    ran.append(value)
    if value:
        enqueue("tests.queue.tasks.count_down", value - 1)


def break_down() -> None:
    raise RuntimeError("as it should")
