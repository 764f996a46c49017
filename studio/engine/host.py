"""The warm host: has everything loaded, and forks one worker for each connection. `python -m studio.engine.host SOCKET`

A caller connects, writes one JSON line (see worker.py) and reads lines until the last one. A connection that closes
kills its worker at once, wherever it is: that is how stopping works, and what a caller's death does.
The host has one thread and never touches a file from outside. SIGTERM ends it and all its workers.
"""

import argparse
import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import av
import numpy  # noqa: F401  loaded here once, so that no worker has to
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

from . import sandbox, worker

LONGEST_JOB = 4 * 1024 * 1024
CLEAN = "STUDIO_ENGINE_CLEAN"
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR", "TZ")
M_ARENA_MAX = -8
STACK = 4 * 1024 * 1024
"""Of each thread: on a machine with many cores the usual 8 MB would use up a worker's address space."""


@dataclass
class Caller:
    """One connection, and the worker it has got once its job line is complete."""

    connection: socket.socket
    line: bytearray = field(default_factory=bytearray)
    pid: int = 0
    outputs: list[str] = field(default_factory=list)


class Host:
    def __init__(self, path: str, parent: int = 0) -> None:
        self.path = path
        self.callers: dict[int, Caller] = {}
        self.by_pid: dict[int, Caller] = {}
        self.ending = False
        self.poll = select.epoll()
        self.listener = _listen(path)
        self.inode = os.stat(path).st_ino
        self.wake, self.waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.parent = parent
        self.parent_fd = _watch(parent) if parent else -1
        self.poll.register(self.listener.fileno(), select.EPOLLIN)
        self.poll.register(self.wake, select.EPOLLIN)
        if self.parent_fd >= 0:
            self.poll.register(self.parent_fd, select.EPOLLIN)

    def serve(self) -> None:
        signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end)
        pace = 1.0 if self.parent and self.parent_fd < 0 else None
        while not self.ending:
            for fd, event in self.poll.poll(pace):
                self._handle(fd, event)
            if pace and os.getppid() != self.parent:
                self.ending = True
        self._close()

    def _end(self, *_: Any) -> None:
        self.ending = True

    def _handle(self, fd: int, event: int) -> None:
        if fd == self.listener.fileno():
            self._accept()
        elif fd == self.wake:
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake, 4096)
            self._reap()
        elif fd == self.parent_fd:
            self.ending = True
        elif caller := self.callers.get(fd):
            if caller.pid or event & (select.EPOLLHUP | select.EPOLLERR):
                self._drop(caller)
            else:
                self._read(caller)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self.listener.accept()
            connection.setblocking(False)
            self.callers[connection.fileno()] = Caller(connection)
            self.poll.register(connection.fileno(), select.EPOLLIN | select.EPOLLRDHUP)

    def _read(self, caller: Caller) -> None:
        try:
            piece = caller.connection.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        caller.line += piece
        if not piece or len(caller.line) > LONGEST_JOB:
            self._drop(caller)
        elif b"\n" in piece:
            self._start(caller)

    def _start(self, caller: Caller) -> None:
        try:
            job = json.loads(caller.line)
            caller.outputs = worker.outputs_of(job)
            job["operation"]
        except (ValueError, KeyError, AttributeError) as error:
            _tell(caller.connection, {"error": {"detail": f"not a job: {error}"}})
            self._drop(caller)
            return
        here = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_worker(caller.connection, job, here)
        caller.line.clear()
        caller.pid = pid
        self.by_pid[pid] = caller
        self.poll.modify(caller.connection.fileno(), select.EPOLLRDHUP)

    def _become_worker(self, connection: socket.socket, job: dict[str, Any], host: int) -> None:
        """Never returns: whatever happens here ends this process."""
        code = 1
        try:
            sandbox.die_with(host)
            os.setsid()
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            _close_all_but(connection.fileno())
            sandbox.name_process("retake-worker")
            os.chdir("/")
            connection.setblocking(True)
            worker.run(connection, job)
            code = 0
        except (BrokenPipeError, ConnectionResetError):
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            caller = self.by_pid.pop(pid, None)
            if caller is None:
                continue
            _remove_parts(caller.outputs, pid)
            if status != 0:
                _tell(caller.connection, {"error": {"detail": _death(status), "died": True}})
            caller.pid = 0
            self._drop(caller)

    def _drop(self, caller: Caller) -> None:
        """The caller is gone, or done with: close, and kill the worker if there is one. It is reaped when it ends."""
        if caller.connection.fileno() >= 0:
            self.callers.pop(caller.connection.fileno(), None)
            with contextlib.suppress(OSError):
                self.poll.unregister(caller.connection.fileno())
            caller.connection.close()
        if caller.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(caller.pid, signal.SIGKILL)

    def _close(self) -> None:
        for pid, caller in list(self.by_pid.items()):
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            _remove_parts(caller.outputs, pid)
        with contextlib.suppress(OSError):
            if os.stat(self.path).st_ino == self.inode:
                os.unlink(self.path)
            if self.parent:
                os.rmdir(os.path.dirname(self.path))


def _listen(path: str) -> socket.socket:
    """A socket that only this user may reach. A dead host's socket is replaced; a living one's is not."""
    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(path)
        sys.exit(f"an engine host listens at {path} already")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(before)
    listener.listen(128)
    listener.setblocking(False)
    return listener


def _watch(parent: int) -> int:
    """A descriptor that becomes readable when the parent process (not only one of its threads) ends; -1 if none."""
    try:
        fd = os.pidfd_open(parent)
    except (AttributeError, OSError):
        return -1
    if os.getppid() != parent:
        sys.exit(0)
    return fd


def _close_all_but(kept: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nothing, fd)
    os.closerange(3, kept)
    os.closerange(kept + 1, 4096)


def _tell(connection: socket.socket, message: dict[str, Any]) -> None:
    """A line of the host's own. It begins anew: the worker may have died in the middle of one."""
    with contextlib.suppress(OSError):
        connection.sendall(b"\n" + json.dumps(message).encode() + b"\n")


def _death(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"the worker died of {signal.Signals(os.WTERMSIG(status)).name}"
    return f"the worker left with {os.WEXITSTATUS(status)}"


def _remove_parts(outputs: Sequence[str], pid: int) -> None:
    for output in outputs:
        with contextlib.suppress(OSError):
            os.unlink(worker.part_of(output, pid))


def _with_clean_environment() -> None:
    """Secrets of the program that started us must not be readable from a worker: begin again without them."""
    if os.environ.get(CLEAN):
        return
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, hard))
    fixed = {CLEAN: "1", "OPENBLAS_NUM_THREADS": "1", "LANG": kept.get("LANG", "C.UTF-8")}
    os.execve(  # noqa: S606  ourselves again
        sys.executable, [sys.executable, "-m", "studio.engine.host", *sys.argv[1:]], {**kept, **fixed}
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m studio.engine.host", description="The engine's warm host.")
    parser.add_argument("socket", help="path of the unix socket to listen at")
    parser.add_argument("--parent", type=int, default=0, help="end with this process, which must be the parent")
    arguments = parser.parse_args()
    _with_clean_environment()
    sandbox.name_process("retake-engine")
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    av.logging.set_level(None)
    Image.preinit()
    gc.collect()
    gc.freeze()
    Host(arguments.socket, arguments.parent).serve()


if __name__ == "__main__":
    main()
