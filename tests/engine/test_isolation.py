"""What a worker has given up before it touches a file."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import engine
from studio.engine import client
from studio.engine.errors import EngineFailed, MediaRefused
from studio.engine.limits import MEGABYTE, Allowance
from studio.engine.plan import Plan
from tests.engine import media_files
from tests.engine.test_host import ROOT, Talk, host_at, long_job

OCEAN = Plan(scene={"name": "ocean", "palette": "day"})


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[int]:
    """A worker in the middle of its work."""
    path = tmp_path / "engine"
    with host_at(path, STUDIO_SECRET="hidden"):
        talk = Talk(path, {**long_job(tmp_path / "take.mp4"), "allowance": {"memory": 2560 * MEGABYTE}})
        pid = talk.until("worker")["worker"]
        talk.until("progress")
        yield pid
        talk.close()


def job(tmp_path: Path) -> dict[str, object]:
    return long_job(tmp_path / "take.mp4")


def test_a_worker_has_limits_a_session_and_an_empty_environment(worker: int) -> None:
    limits = Path(f"/proc/{worker}/limits").read_text()
    rows = {line[:26].strip(): line[26:47].strip() for line in limits.splitlines()}
    assert rows["Max address space"] == str(2560 * MEGABYTE)
    assert rows["Max open files"] == "64" and rows["Max core file size"] == "0"
    assert rows["Max cpu time"].isdigit() and rows["Max file size"].isdigit()
    assert os.getsid(worker) == worker
    assert os.getpriority(os.PRIO_PROCESS, worker) >= 5
    environment = Path(f"/proc/{worker}/environ").read_bytes()
    assert b"SECRET" not in environment and b"STUDIO_DATA_DIR" not in environment


def test_a_worker_has_no_network_where_the_system_allows_it(worker: int) -> None:
    status = Path(f"/proc/{worker}/status").read_text()
    assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status
    if os.geteuid() == 0:
        assert os.readlink(f"/proc/{worker}/ns/net") != os.readlink("/proc/self/ns/net")


def test_what_was_given_up_is_gone(tmp_path: Path) -> None:
    """In a process of its own: other files, the network, other programs."""
    allowed, forbidden = tmp_path / "in" / "clip", tmp_path / "secret"
    allowed.parent.mkdir()
    allowed.write_text("mine")
    forbidden.write_text("not mine")
    code = """
import os, socket, sys
from studio.engine import sandbox
from studio.engine.limits import Allowance
sandbox.enter(Allowance(), {"path": sys.argv[1], "output": sys.argv[3] + "/made"})
def attempt(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"
print(attempt(lambda: open(sys.argv[1]).read()))
print(attempt(lambda: open(sys.argv[3] + "/made.1.part", "w").write("x")))
print(attempt(lambda: os.replace(sys.argv[3] + "/made.1.part", sys.argv[3] + "/made")))
print(attempt(lambda: open(sys.argv[2]).read()))
print(attempt(lambda: open(sys.argv[1], "w")))
print(attempt(lambda: os.listdir("/etc")))
print(attempt(lambda: socket.socket(socket.AF_INET)))
print(attempt(lambda: socket.socket(socket.AF_UNIX)))
print(attempt(lambda: os.execv("/bin/true", ["true"])))
print(attempt(lambda: os.kill(os.getppid(), 0)))
"""
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-c", code, str(allowed), str(forbidden), str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    answers = done.stdout.split()
    assert answers[:3] == ["done", "done", "done"], done.stderr
    assert answers[6:] == ["PermissionError"] * 4
    if answers[3] == "done":
        pytest.skip("this kernel has no Landlock: other files stay readable")
    assert answers[3:6] == ["PermissionError"] * 3


def test_a_worker_cannot_reach_into_other_processes_but_its_crash_is_seen(tmp_path: Path) -> None:
    """The arguments are nonsense, so "not permitted" can only come from the filter."""
    code = """
import ctypes, os, platform, sys
from studio.engine import sandbox
from studio.engine.limits import Allowance
known = sandbox.SYSCALLS.get(platform.machine())
sandbox.enter(Allowance(), {})
for number in known[1] if known else ():
    ctypes.set_errno(0)
    assert sandbox.libc.syscall(number, -1, -1, -1, -1, -1, -1) == -1
    print(ctypes.get_errno(), flush=True)
os.abort()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.returncode == -signal.SIGABRT, done.stderr
    assert set(done.stdout.split()) <= {str(errno.EPERM)}


def test_memory_beyond_the_allowance_is_a_clean_failure(tmp_path: Path) -> None:
    with pytest.raises((EngineFailed, MediaRefused)):
        client.run(job(tmp_path), limits=Allowance(memory=300 * MEGABYTE))
    assert not list(tmp_path.iterdir())


def test_processor_time_beyond_the_allowance_ends_the_worker(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=r"SIGXCPU|SIGKILL"):
        client.run(job(tmp_path), limits=Allowance(cpu=1))
    assert not list(tmp_path.iterdir())


def test_a_file_beyond_the_allowance_is_a_clean_failure(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed):
        client.run(job(tmp_path), limits=Allowance(file_size=MEGABYTE // 4))
    assert not list(tmp_path.iterdir())


def test_time_beyond_the_allowance_ends_the_worker(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="longer"):
        client.run(job(tmp_path), limits=Allowance(wall=1.0))


def test_a_photo_that_would_fill_the_memory_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    bomb = media_files.huge_photo(tmp_path / "bomb.png")
    with pytest.raises(MediaRefused, match="megapixels") as refusal:
        engine.probe(bomb)
    assert refusal.value.code == "size"


def test_the_memory_allowed_is_enough_for_the_largest_clip(tmp_path: Path) -> None:
    clip = media_files.clip(tmp_path / "large.mp4", 0.5, (4096, 2304), 24, sound=False)
    assert engine.probe(clip).width == 4096
    made = engine.transcode(clip, tmp_path / "out.mp4", "mp4", 60)
    assert (made.width, made.height) == (4096, 2304)
