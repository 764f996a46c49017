"""Watches the engine from outside its processes: who calls, which files are opened, what memory a worker takes."""

import ctypes
import os
import socket
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

IN_ACCESS, IN_MODIFY, IN_OPEN, IN_NONBLOCK = 0x1, 0x2, 0x20, 0x800
HEAD = struct.Struct("iIII")
PAUSE = 0.005
KILOBYTES_OF_A_MEGABYTE = 1024


class Listener:
    """Somebody at a port of this machine who notices whoever calls, by TCP or UDP."""

    def __init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.udp.setblocking(False)
        self.calls = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                self.tcp.accept()[0].close()
            except OSError:
                return
            self.calls += 1

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/secret.mp4"

    @property
    def heard(self) -> bool:
        """Has anybody called since the beginning?"""
        try:
            self.udp.recv(1)
        except BlockingIOError:
            return self.calls > 0
        return True

    def close(self) -> None:
        self.tcp.close()
        self.udp.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Folders:
    """The kernel tells which files in some folders are opened, read or written, by whatever process."""

    def __init__(self, *folders: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._queue = libc.inotify_init1(IN_NONBLOCK)
        self._names: dict[int, Path] = {}
        for folder in folders:
            watch = libc.inotify_add_watch(self._queue, os.fsencode(folder), IN_OPEN | IN_ACCESS | IN_MODIFY)
            assert watch > 0, os.strerror(ctypes.get_errno())
            self._names[watch] = folder

    def touched(self) -> set[Path]:
        """The files (and folders) that were, since this was last asked."""
        found: set[Path] = set()
        while True:
            try:
                events = os.read(self._queue, 65536)
            except BlockingIOError:
                return found
            while events:
                watch, _, _, length = HEAD.unpack_from(events)
                name = events[HEAD.size : HEAD.size + length].rstrip(b"\0")
                found.add(self._names[watch] / os.fsdecode(name))
                events = events[HEAD.size + length :]

    def close(self) -> None:
        os.close(self._queue)


class Workers:
    """Looks at all workers of a host some hundred times a second and keeps the most memory that one had.

    The kernel keeps each process's own peak, so that only the last moments of a worker can be missed.
    """

    def __init__(self, host: int) -> None:
        self.peak = 0.0
        self.space = 0.0
        self._children = Path(f"/proc/{host}/task/{host}/children")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(PAUSE):
            for pid in self._children.read_text().split():
                self.peak = max(self.peak, _megabytes(pid, "VmHWM"))
                self.space = max(self.space, _megabytes(pid, "VmPeak"))

    def close(self) -> None:
        self._ended.set()
        self._thread.join()


def _megabytes(pid: str, name: str) -> float:
    """A line of what the kernel says about a process; 0 where the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / KILOBYTES_OF_A_MEGABYTE for line in lines if line.startswith(name)), 0.0)
