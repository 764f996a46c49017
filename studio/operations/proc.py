"""What Linux tells about processes, and what it is asked to do to ours."""

import ctypes
import os
import signal
from contextlib import suppress
from glob import glob
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have this process told to end (SIGTERM) when its parent is gone, however that happened."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def begin(nice: int) -> None:
    """In a child, before its program: it dies with its parent, and stands back where others want the processor."""
    die_with_parent()
    os.nice(nice)


def adopt_orphans() -> None:
    """Grandchildren whose parent dies become ours, so that none is ever left behind."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def children(pid: int) -> list[int]:
    """The living direct children of a process; zombies are not among the living."""
    found: list[int] = []
    for task in glob(f"/proc/{pid}/task/*/children"):
        # A thread, or the whole process, may end between the listing and the reading.
        with suppress(OSError):
            found += [int(child) for child in Path(task).read_text().split()]
    return [child for child in found if is_alive(child)]


def descendants(pid: int) -> list[int]:
    """Children, their children and so on."""
    found = children(pid)
    for child in list(found):
        found += descendants(child)
    return found


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state not in "ZX"


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
