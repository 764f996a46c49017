"""Keeps the parts of the studio running: starts them, restarts what dies or hangs, ends all of them together."""

import logging
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import TypeVar

from django.db import DatabaseError, connection

from studio.bell import quiet_for, ring
from studio.operations import proc
from studio.operations.children import Child, Part
from studio.operations.probing import answers
from studio.queue import LANES, Lane, enqueue

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
STARTING_TICK_SECONDS = 0.1
LOOK_SECONDS = 5.0
TIDY_SECONDS = 60.0
TIDY = "studio.operations.tasks.tidy"
STUCK = timedelta(seconds=15)
WATCH_HANGS_SECONDS = 120.0
WEB_MISSES = 3
WEB_START_SECONDS = 60.0
END_SECONDS = 5.0
KILLS_BY_ONE_TASK = 3

T = TypeVar("T")
Say = Callable[[str, str], None]


class Supervisor:
    """`say(part, line)` prints a line of the common log; `on_ready` is called once the web first answers."""

    def __init__(self, parts: list[Part], listening: socket.socket, say: Say, on_ready: Callable[[], None]) -> None:
        self.children = {part.name: Child(part) for part in parts}
        self.lanes = {name: Lane(name) for name in LANES}
        self.say = say
        self.on_ready = on_ready
        self._listening = listening
        self._selector = selectors.DefaultSelector()
        self._ready = False
        self._ending = 0
        self._look_at = 0.0
        self._tidy_at = 0.0
        self._web_misses = 0
        self._kills: dict[int, int] = {}

    def run(self) -> None:
        """Until a signal asks to end, or the web cannot be started at all."""
        proc.adopt_orphans()
        self._hear_signals()
        for lane in self.lanes.values():
            self._with_database(lane.recover)
        for child in self.children.values():
            self._start(child)
        try:
            while not self._ending:
                self._tick()
        finally:
            self._end()

    def _hear_signals(self) -> None:
        wake, waker = socket.socketpair()
        wake.setblocking(False)
        waker.setblocking(False)
        self._waker = waker
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self._selector.register(wake, selectors.EVENT_READ)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        self._ending += 1

    def _tick(self) -> None:
        self._read_logs(TICK_SECONDS if self._ready else STARTING_TICK_SECONDS)
        self._reap()
        now = time.monotonic()
        for child in self.children.values():
            if not child.pid and now >= child.due_at:
                self._start(child)
            elif child.pid and child.part.lane and child.lost_one():
                self._kill(child, "one of its processes vanished")
        if not self._ready:
            self._see_whether_ready(now)
        elif now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._find_what_hangs(now)
            if now >= self._tidy_at:
                self._tidy_at = now + TIDY_SECONDS
                self._with_database(lambda: enqueue(TIDY))

    def _start(self, child: Child) -> None:
        fds = (self._listening.fileno(),) if child.part.name == "web" else ()
        child.start(fds)
        self._selector.register(child.log_fd, selectors.EVENT_READ, child)

    def _read_logs(self, timeout: float) -> None:
        for key, _events in self._selector.select(timeout):
            if isinstance(key.data, Child):
                self._print(key.data)
            else:
                key.fileobj.recv(4096)  # type: ignore[union-attr]

    def _print(self, child: Child) -> None:
        for line in child.lines():
            self.say(child.part.name, line)

    def _reap(self) -> None:
        """Every child that has ended, adopted ones too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for child in self.children.values():
                if child.pid == pid:
                    self._has_ended(child, status)

    def _has_ended(self, child: Child, status: int) -> None:
        self._print(child)
        self._selector.unregister(child.log_fd)
        group, code = child.pid, os.waitstatus_to_exitcode(status)
        pause = child.ended(status)
        _kill_group(group)
        if self._ending:
            return
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended (code {code})"
        when = f"in {pause:.0f} s" if pause else "now"
        self.say("up", f"{child.part.name} {how}; starting it again {when}")
        if child.part.lane:
            self._with_database(lambda: self._recover(self.lanes[child.part.lane]))

    def _recover(self, lane: Lane) -> None:
        """A task that was executing each time its lane died is taken off the queue: it would kill for ever."""
        for row in lane.recover():
            self._kills[row] = self._kills.get(row, 0) + 1
            if self._kills[row] >= KILLS_BY_ONE_TASK:
                self.say("up", f"Given up, for its worker died of it {self._kills.pop(row)} times: {lane.drop(row)}")

    def _with_database(self, work: Callable[[], T]) -> T | None:
        """None when the database does not answer just now: every such work is done again later."""
        try:
            return work()
        except DatabaseError as error:
            self.say("up", f"The database does not answer: {error}")
            return None
        finally:
            connection.close()

    def _kill(self, child: Child, reason: str) -> None:
        self.say("up", f"{child.part.name} is stopped: {reason}")
        _kill_group(child.pid)

    def _see_whether_ready(self, now: float) -> None:
        web = self.children["web"]
        if answers(self._listening.getsockname(), 0.5):
            self._ready = True
            self._look_at = now + LOOK_SECONDS
            self.on_ready()
        elif web.pid and now - web.started_at > WEB_START_SECONDS:
            self._kill(web, f"it has not answered for {WEB_START_SECONDS:.0f} s")

    def _find_what_hangs(self, now: float) -> None:
        self._look_at_web(now)
        watch = self.children.get("watch")
        quiet = quiet_for("watch")
        hangs = quiet is None or quiet > WATCH_HANGS_SECONDS
        if watch and watch.pid and hangs and now - watch.started_at > WATCH_HANGS_SECONDS:
            self._kill(watch, "it hangs")
        for child in self.children.values():
            if child.pid and child.part.lane and now - child.started_at > STUCK.total_seconds():
                self._look_at_lane(child)

    def _look_at_web(self, now: float) -> None:
        web = self.children["web"]
        if not web.pid or now - web.started_at < WEB_START_SECONDS / 2:
            return
        self._web_misses = 0 if answers(self._listening.getsockname(), 2.0) else self._web_misses + 1
        if self._web_misses >= WEB_MISSES:
            self._web_misses = 0
            self._kill(web, "it does not answer")

    def _look_at_lane(self, child: Child) -> None:
        lane = self.lanes[child.part.lane]
        if self._with_database(lambda: lane.is_stuck(STUCK)):
            self._kill(child, f"nothing has started for {STUCK.total_seconds():.0f} s although a task waits")

    def _end(self) -> None:
        """TERM to each part, KILL to whatever lives after five seconds, or at once when asked a second time."""
        self.say("up", "Stopping")
        asked = self._ending
        for child in self.children.values():
            if child.pid:
                proc.kill(child.pid, signal.SIGTERM)
        for lane in LANES:
            ring(f"queue-{lane}")
        until = time.monotonic() + END_SECONDS
        while time.monotonic() < until and self._ending <= asked:
            self._read_logs(STARTING_TICK_SECONDS)
            self._reap()
            if not any(child.pid for child in self.children.values()):
                break
        left = proc.descendants(os.getpid())
        while left:
            for pid in left:
                proc.kill(pid)
            time.sleep(0.02)
            self._reap()
            left = proc.descendants(os.getpid())
        self.say("up", "Stopped")


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
