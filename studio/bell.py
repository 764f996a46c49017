"""A bell across processes: `ring(name)` wakes whoever waits for that name. A hint, never a message.

On one machine every listener owns a datagram socket in RUNTIME_DIR; with REDIS_URL the bell is Redis pub/sub.
A ring may be lost: whoever waits also looks at the table, the ring only makes that sooner.
"""

import contextlib
import itertools
import logging
import os
import select
import socket
import stat
import time
from pathlib import Path
from types import TracebackType
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if settings.REDIS_URL:
    from studio.redis_bell import RedisEar, ring_redis

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
DEAD_LISTENER = (ConnectionRefusedError, FileNotFoundError)
_numbers = itertools.count(1)


def runtime_dir() -> Path:
    """The folder of the sockets, made on first use. Refused when it is not ours alone: it may lie in /tmp."""
    folder: Path = settings.RUNTIME_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ImproperlyConfigured(
            f"{folder} must be a folder of this user alone (mode 0700). Remove it, or set STUDIO_RUNTIME_DIR."
        )
    return folder


def ring(name: str) -> None:
    """Wake every listener of `name`, in any process. Never blocks for long, never raises."""
    if settings.REDIS_URL:
        ring_redis(name)
        return
    try:
        sockets = [entry.path for entry in os.scandir(settings.RUNTIME_DIR) if entry.name.startswith(f"{name}.")]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as out:
            for path in sockets:
                _ring_socket(out, path)
    except FileNotFoundError:
        return  # nobody has ever listened here
    except OSError:
        logger.warning("The bell %s could not be rung", name, exc_info=True)


def quiet_for(name: str) -> float | None:
    """Seconds since the liveliest listener of `name` on this machine last waited; None when there is none.

    A listener that works on something is not waiting: compare with how long such work may take.
    """
    try:
        beats = [
            entry.stat().st_mtime for entry in os.scandir(settings.RUNTIME_DIR) if entry.name.startswith(f"{name}.")
        ]
    except FileNotFoundError:
        return None
    return max(0.0, time.time() - max(beats)) if beats else None


class Listener:
    """Hears the rings of one name from the moment it is made. Made, used and closed in one process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._beat_path = runtime_dir() / f"{name}.{os.getpid()}.{next(_numbers)}"
        self._beat_at = 0.0
        self._ear: _Ear = RedisEar(name) if settings.REDIS_URL else _DatagramEar(self._beat_path)
        if settings.REDIS_URL:
            self._beat_path.touch()

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds. True when it rang since the last call; several rings count as one."""
        end = time.monotonic() + timeout
        while True:
            self._beat()
            left = end - time.monotonic()
            if self._ear.wait(max(0.0, min(left, BEAT_SECONDS))):
                return True
            if left <= BEAT_SECONDS:
                return False

    def fileno(self) -> int:
        """For select and asyncio: readable when it rang. It may change with Redis, after a reconnection."""
        return self._ear.fileno()

    def close(self) -> None:
        self._ear.close()
        self._beat_path.unlink(missing_ok=True)

    def _beat(self) -> None:
        """The file's time says that this listener is alive: `quiet_for` and the supervisor read it."""
        now = time.monotonic()
        if now - self._beat_at >= BEAT_SECONDS / 2:
            self._beat_at = now
            with contextlib.suppress(FileNotFoundError):
                os.utime(self._beat_path)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Ear(Protocol):
    def wait(self, timeout: float) -> bool: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


def _ring_socket(out: socket.socket, path: str) -> None:
    try:
        out.sendto(b"!", path)
    except DEAD_LISTENER:
        with contextlib.suppress(OSError):
            os.unlink(path)
    except OSError:
        pass  # its buffer is full: it has been rung already


class _DatagramEar:
    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        path.unlink(missing_ok=True)  # a process of the same number may have died here
        self._socket.bind(str(path))
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def wait(self, timeout: float) -> bool:
        if not self._poll.poll(timeout * 1000):
            return False
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(16)
        return True

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()
