"""What a worker gives up before it touches a file: memory, time, the network, other files. Made for Linux.

Resource limits always hold. The rest depends on the kernel and on the container around it, so each step may fail
alone: an empty network namespace, Landlock (only the job's own files), seccomp (no sockets, no programs).
"""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .limits import Allowance

PR_SET_PDEATHSIG, PR_SET_NAME, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 15, 22, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SECCOMP_MODE_FILTER = 2

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
# Bits of linux/landlock.h: execute, write, read file, read dir, remove dir, remove file, make char … make sym.
READ_FILE, READ_DIR, WRITE_FILE, REMOVE_FILE, MAKE_REG = 1 << 2, 1 << 3, 1 << 1, 1 << 5, 1 << 8
FIRST_VERSION = (1 << 13) - 1
TRUNCATE = 1 << 14

# Per machine: the audit number, then socket, connect, execve, execveat, ptrace, process_vm_readv, kill, io_uring_setup,
# process_vm_writev, tkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal, pidfd_open, pidfd_getfd.
# Not tgkill: abort() sends itself its signal through it, and a crash should be reported as one.
SYSCALLS = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 310, 62, 425, 311, 200, 129, 297, 424, 434, 438)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 270, 129, 425, 271, 130, 138, 240, 424, 434, 438)),
}
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1

libc = ctypes.CDLL(None, use_errno=True)


def name_process(name: str) -> None:
    """What `ps` and `top` call this process; 15 letters."""
    libc.prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def die_with(parent: int) -> None:
    """Be killed when the parent's thread that made us ends; leave at once if it is gone already."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def enter(allowance: Allowance, job: Mapping[str, Any]) -> None:
    """Give everything up, for good. `job` names the files that stay reachable."""
    _limit(allowance)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _leave_the_network()
    _keep_only(readable(job), writable(job))
    _refuse_syscalls()


def _leave_the_network() -> None:
    """Root does without a user namespace of its own, in which it could no longer read other users' files."""
    own = CLONE_NEWUSER | CLONE_NEWNET
    for flags in (CLONE_NEWNET, own) if os.geteuid() == 0 else (own,):
        if libc.unshare(flags) == 0:
            return


def _limit(allowance: Allowance) -> None:
    for kind, amount in (
        (resource.RLIMIT_AS, allowance.memory),
        (resource.RLIMIT_FSIZE, allowance.file_size),
        (resource.RLIMIT_NOFILE, allowance.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (amount, amount))
    _limit_time(allowance.cpu)
    with contextlib.suppress(OSError):
        os.nice(allowance.nice)


def _limit_time(seconds: int) -> None:
    """One second more than the first limit for the last one: a worker dies of the first, and so tells why."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    last = seconds + 1 if hard == resource.RLIM_INFINITY else min(seconds + 1, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, last), last))


def readable(job: Mapping[str, Any]) -> list[str]:
    """The job's inputs, and what Python and its libraries may still load."""
    inputs = [str(given["path"]) for given in job.get("inputs") or ()]
    if job.get("path"):
        inputs.append(str(job["path"]))
    program = {sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"), str(Path(__file__).parent)}
    system = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/proc/self", "/sys/devices"]
    return [*inputs, *sorted(program), *system]


def writable(job: Mapping[str, Any]) -> list[str]:
    """The folder of the file that the job makes."""
    return [os.path.dirname(str(job["output"]))] if job.get("output") else []


def _keep_only(read: Iterable[str], write: Iterable[str]) -> None:
    version = libc.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    handled = FIRST_VERSION | (TRUNCATE if version >= 3 else 0)
    attributes = struct.pack("=Q", handled)
    rules = libc.syscall(LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return
    for path in read:
        _allow(rules, path, READ_FILE | READ_DIR)
    for path in write:
        _allow(rules, path, READ_FILE | READ_DIR | WRITE_FILE | REMOVE_FILE | MAKE_REG | (handled & TRUNCATE))
    libc.syscall(LANDLOCK_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        rights &= READ_FILE | WRITE_FILE | TRUNCATE
    libc.syscall(LANDLOCK_ADD_RULE, rules, 1, struct.pack("=Qi", rights, place), 0)
    os.close(place)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _refuse_syscalls() -> None:
    """A filter for the kernel: the listed calls answer "not permitted", whatever asks for them."""
    known = SYSCALLS.get(platform.machine())
    if known is None or sys.maxsize < 2**32:
        return
    architecture, refused = known

    def line(code: int, yes: int, no: int, value: int) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    lines = [line(load, 0, 0, 4), line(equal, 0, len(refused) + 3, architecture), line(load, 0, 0, 0)]
    lines.append(line(at_least, len(refused) + 1, 0, 0x40000000))
    lines += [line(equal, len(refused) - place, 0, number) for place, number in enumerate(refused)]
    lines += [line(answer, 0, 0, ALLOW), line(answer, 0, 0, REFUSE)]
    data = b"".join(lines)
    program = _Program(len(lines), data)
    libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
