"""Reading, filtering and writing at the same time, each on a thread of its own, a few frames apart.

The media library lets go of the interpreter while it works, so the threads really run side by side.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

Item = TypeVar("Item")
AHEAD = 8
_END = object()


class Passage:
    """A queue of `length`. The standard one costs several times as much for each item, and a clip has thousands."""

    def __init__(self, length: int = AHEAD) -> None:
        self._items: SimpleQueue[Any] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(length):
            self._room.put(None)

    def put(self, item: Any) -> None:
        self._room.get()
        self._items.put(item)

    def get(self) -> Any:
        item = self._items.get()
        self._room.put(None)
        return item

    def drain(self) -> None:
        """Throw away what is in it, so that whoever waits for room goes on."""
        while True:
            try:
                self._items.get_nowait()
            except Empty:
                return
            self._room.put(None)


class Ahead(Generic[Item]):
    """Goes through `items` on a thread, some ahead of whoever takes them. What fails there is raised here."""

    def __init__(self, items: Iterable[Item], most: int = AHEAD) -> None:
        self._items = items
        self._queue = Passage(most)
        self._stopped = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            for item in self._items:
                self._queue.put(item)
                if self._stopped:
                    break
        except BaseException as error:
            self._failure = error
        self._queue.put(_END)

    def __iter__(self) -> Iterator[Item]:
        self._thread.start()
        try:
            while (item := self._queue.get()) is not _END:
                yield item
        finally:
            self._stop()
        if self._failure is not None:
            raise self._failure

    def _stop(self) -> None:
        self._stopped = True
        while self._thread.is_alive():
            self._queue.drain()
            self._thread.join(0.01)


class Behind(Generic[Item]):
    """Does `work` on a thread for each item that is given. What fails there is raised at the next one or at the end."""

    def __init__(self, work: Callable[[Item], None]) -> None:
        self._work = work
        self._queue = Passage()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (item := self._queue.get()) is not _END:
            if self._failure is None:
                try:
                    self._work(item)
                except BaseException as error:
                    self._failure = error

    def give(self, item: Item) -> None:
        if self._failure is not None:
            raise self._failure
        self._queue.put(item)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for the work that is still to do, or drops it where something else has failed."""
        if kind is not None:
            self._failure = self._failure or error
        self._queue.put(_END)
        self._thread.join()
        if kind is None and self._failure is not None:
            raise self._failure


class Beside(Generic[Item]):
    """One step of a way, on a thread of its own: what is pushed comes out some pushes later, in order.

    `step` is called with each item, and with None at the end, and gives what is ready. What fails there is raised at
    a later push.
    """

    def __init__(self, step: Callable[[Item | None], Iterable[Item]]) -> None:
        self._step = step
        self._given = Passage()
        self._made: SimpleQueue[Any] = SimpleQueue()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def push(self, item: Item | None) -> Iterator[Item]:
        if self._thread.ident is None:
            self._thread.start()
        self._given.put(item)
        while item is None or not self._made.empty():
            if (made := self._made.get()) is _END:
                break
            yield made
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        item: Item | None
        while True:
            item = self._given.get()
            if self._failure is None:
                try:
                    for made in self._step(item):
                        self._made.put(made)
                except BaseException as error:
                    self._failure = error
            if item is None:
                self._made.put(_END)
                return
