"""One part of the running studio: a process of its own, its log, and when to start it again."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial

from studio.operations import proc

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 20.0


@dataclass(frozen=True)
class Part:
    """What a part is called in the log, and how it is started. `nice`: how far it stands back for the others."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    lane: str = ""
    nice: int = 0


class Child:
    """A part's process. The supervisor reaps it and reads `log_fd`."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.pid = 0
        self.log_fd = -1
        self.rest = b""
        self.started_at = 0.0
        self.due_at = 0.0
        self.family: set[int] = set()
        self._pause = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, pass_fds: tuple[int, ...] = ()) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, *self.part.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(proc.begin, self.part.nice),
            pass_fds=pass_fds,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"} | self.part.environment,
        )
        assert self._process.stdout is not None  # noqa: S101
        self.pid = self._process.pid
        self.log_fd = self._process.stdout.fileno()
        os.set_blocking(self.log_fd, False)
        self.started_at = time.monotonic()
        self.family = set()

    def lines(self) -> list[str]:
        """What the process has printed since the last call, in whole lines."""
        chunks = [self.rest]
        try:
            while chunk := os.read(self.log_fd, 65536):
                chunks.append(chunk)
        except (BlockingIOError, OSError):
            pass
        *whole, self.rest = b"".join(chunks).split(b"\n")
        return [line.decode(errors="replace") for line in whole]

    def ended(self, status: int) -> float:
        """Note that it is gone; answers in how many seconds it is to be started again."""
        if self._process is not None:
            self._process.returncode = os.waitstatus_to_exitcode(status)
            if self._process.stdout is not None:
                self._process.stdout.close()
        steady = time.monotonic() - self.started_at > STEADY_SECONDS
        pause = 0.0 if steady or not self._pause else self._pause
        self._pause = FIRST_PAUSE if steady or not self._pause else min(LONGEST_PAUSE, self._pause * 2)
        self.pid, self.log_fd, self.rest, self._process = 0, -1, b"", None
        self.due_at = time.monotonic() + pause
        return pause

    def lost_one(self) -> bool:
        """True when a process of this cluster has vanished: django-q2 may hang for good after that."""
        present = set(proc.children(self.pid))
        for child in list(present):
            present |= set(proc.children(child))
        lost = bool(self.family - present)
        self.family = present
        return lost
