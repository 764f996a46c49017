"""Hands jobs to the warm host and waits for them. Imported by the program's own processes: loads no media library."""

import atexit
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .errors import EngineFailed, EngineStopped, MediaRefused, gettext_noop
from .limits import Allowance, allowance

Job = dict[str, Any]
START_TIME = 20.0
GLANCE_AT_STOP = 0.1
LOOKING = frozenset({"probe", "photo"})
OUT_OF_TIME = "SIGXCPU"
TOO_SLOW = gettext_noop("Reading this file took too long: it is damaged, or made to be slow.")
CRASHED = gettext_noop("This file cannot be read safely: reading it failed.")


class HostGone(Exception):
    """The connection ended before the last line did."""


class _Place:
    """Where hosts listen: the shared one, if any is set, and the private one that this process started."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.shared = ""
        self.owner = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.private = ""


_place = _Place()


def _after_fork() -> None:
    """The host belongs to the parent; a lock that another of its threads held would never open here."""
    _place.lock = threading.Lock()
    _place.owner, _place.private, _place.process = 0, "", None


os.register_at_fork(after_in_child=_after_fork)


def configure(socket_path: str | os.PathLike[str] | None) -> None:
    """Use the host that listens at `socket_path`. While nobody does, a private one is started when needed."""
    _place.shared = os.fspath(socket_path) if socket_path else ""


def run(
    job: Job,
    *,
    limits: Allowance | None = None,
    on_progress: Callable[[float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Do one job in a worker and wait for what it answers.

    `should_stop` is asked ten times a second; saying yes kills the worker. `on_progress` hears 0 to 1.
    Raises MediaRefused (the file is at fault), EngineFailed (we are), EngineStopped.
    """
    granted = limits or allowance(str(job["operation"]))
    order = {**job, "allowance": asdict(granted)}
    for name in ("path", "output"):
        if order.get(name):
            order[name] = os.path.abspath(order[name])
    order["inputs"] = [{**given, "path": os.path.abspath(given["path"])} for given in order.get("inputs") or ()]
    for attempt in (1, 2):
        conversation = _Conversation(order, time.monotonic() + granted.wall, on_progress, should_stop)
        try:
            return conversation.hold()
        except HostGone:
            conversation.clear_up()
            if attempt == 2:
                raise EngineFailed("the engine's host went away twice") from None
    raise AssertionError("unreachable")


class _Conversation:
    """One connection to a host: the job out, the lines in."""

    def __init__(
        self,
        order: Job,
        deadline: float,
        on_progress: Callable[[float], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self.order = order
        self.deadline = deadline
        self.on_progress = on_progress
        self.should_stop = should_stop
        self.worker = 0

    def hold(self) -> dict[str, Any]:
        with contextlib.closing(_connect()) as connection:
            try:
                connection.sendall(json.dumps(self.order).encode() + b"\n")
            except OSError as error:
                raise HostGone from error
            for message in self._messages(connection):
                if "progress" in message and self.on_progress:
                    self.on_progress(message["progress"])
                elif "worker" in message:
                    self.worker = message["worker"]
                elif "done" in message:
                    return dict(message["done"])
                elif "refused" in message:
                    raise MediaRefused.from_json(message["refused"])
                elif "error" in message:
                    raise self._failure(message["error"])
        raise HostGone

    def _messages(self, connection: socket.socket) -> Iterator[dict[str, Any]]:
        pending = b""
        while piece := self._receive(connection):
            *lines, pending = (pending + piece).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError):
                    yield json.loads(line)

    def _receive(self, connection: socket.socket) -> bytes:
        while True:
            if self.should_stop and self.should_stop():
                raise EngineStopped
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise self._too_slow()
            connection.settimeout(min(left, GLANCE_AT_STOP) if self.should_stop else left)
            try:
                return connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return b""

    def _too_slow(self) -> Exception:
        if self.order["operation"] in LOOKING:
            return MediaRefused("slow", TOO_SLOW)
        return EngineFailed("the worker took longer than it is allowed to")

    def _failure(self, error: dict[str, Any]) -> Exception:
        """A worker that dies while it looks at a file was killed by that file."""
        if error.get("died") and self.order["operation"] in LOOKING:
            out_of_time = OUT_OF_TIME in str(error.get("detail"))
            return self._too_slow() if out_of_time else MediaRefused("unreadable", CRASHED)
        return EngineFailed(str(error.get("detail", "")), str(error.get("trace", "")))

    def clear_up(self) -> None:
        """The host that would have removed the unfinished file is gone itself."""
        kept = (self.order.get("settings") or {}).get("keep")
        for name in (self.order.get("output"), kept):
            if self.worker and name:
                Path(f"{name}.{self.worker}.part").unlink(missing_ok=True)


def _connect() -> socket.socket:
    connection = _try(_place.shared)
    if connection is not None:
        return connection
    with _place.lock:
        if _place.owner == os.getpid() and (connection := _try(_place.private)):
            return connection
        _start_private()
        return _wait_for_private()


def _try(path: str) -> socket.socket | None:
    if not path:
        return None
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        return None
    return connection


def _start_private() -> None:
    """A host of our own, which ends when this process does. A forked process does not share its parent's."""
    if _place.owner == os.getpid() and _place.process is not None:
        _put_away()
    folder = tempfile.mkdtemp(prefix="retake-")
    _place.private = os.path.join(folder, "engine")
    _place.owner = os.getpid()
    root = str(Path(__file__).resolve().parents[2])
    _place.process = subprocess.Popen(  # noqa: S603  our own program, no shell
        [sys.executable, "-m", "studio.engine.host", _place.private, "--parent", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))},
        start_new_session=True,
    )


def _wait_for_private() -> socket.socket:
    process = _place.process
    deadline = time.monotonic() + START_TIME
    while process is not None and time.monotonic() < deadline and process.poll() is None:
        if connection := _try(_place.private):
            return connection
        time.sleep(0.005)
    raise EngineFailed(f"the engine's host did not start (it answered {process and process.poll()})")


@atexit.register
def _put_away() -> None:
    if _place.process is None or _place.owner != os.getpid():
        return
    _place.process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        _place.process.wait(5)
    shutil.rmtree(os.path.dirname(_place.private), ignore_errors=True)
    _place.process = None
