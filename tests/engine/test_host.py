"""The warm host: one worker for each connection, dead with it, and nothing that a worker does harms the host."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio import engine
from studio.engine import client
from studio.engine.errors import EngineFailed, EngineStopped, MediaRefused
from studio.engine.plan import Plan
from tests.engine import media_files

ROOT = Path(__file__).parents[2]
OCEAN = Plan(scene={"name": "ocean", "palette": "day"})
LONG = {"duration": 10, "width": 1280, "height": 720, "format": "mp4", "quality": 80}


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return media_files.clip(tmp_path / "clip.mp4", 1)


@contextlib.contextmanager
def host_at(path: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "studio.engine.host", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        wait_for(lambda: listening(path))
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    path = tmp_path / "engine"
    with host_at(path, SECRET_THING="hidden") as process:
        yield process, path


@pytest.fixture
def shared_host(host: tuple[subprocess.Popen[bytes], Path]) -> Iterator[subprocess.Popen[bytes]]:
    """The host that this process's calls go to."""
    client.configure(host[1])
    yield host[0]
    client.configure(None)


def listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def wait_for(condition: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Talk:
    """A caller that speaks the protocol by hand."""

    def __init__(self, path: Path, job: dict[str, Any]) -> None:
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(30)
        self.connection.connect(str(path))
        self.connection.sendall(json.dumps(job).encode() + b"\n")
        self.lines = self.connection.makefile()

    def read(self) -> dict[str, Any]:
        line = self.lines.readline()
        while line == "\n":
            line = self.lines.readline()
        return json.loads(line) if line else {}

    def until(self, key: str) -> dict[str, Any]:
        while message := self.read():
            if key in message:
                return message
        raise AssertionError(f"no {key} came")

    def close(self) -> None:
        self.lines.close()
        self.connection.close()


def long_job(output: Path) -> dict[str, Any]:
    return {
        "operation": "generate",
        "plans": [OCEAN.to_json()],
        "settings": LONG,
        "seed": 1,
        "output": str(output),
    }


def test_a_job_is_done_by_a_worker_of_its_own(shared_host: subprocess.Popen[bytes], clip: Path) -> None:
    assert engine.probe(clip).width == 320
    assert shared_host.poll() is None


def test_the_socket_is_for_this_user_alone(host: tuple[subprocess.Popen[bytes], Path]) -> None:
    assert stat.S_IMODE(host[1].stat().st_mode) == 0o600


def test_a_second_host_does_not_take_the_place_of_a_living_one(host: tuple[subprocess.Popen[bytes], Path]) -> None:
    command = [sys.executable, "-m", "studio.engine.host", str(host[1])]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=20)
    assert second.returncode != 0 and b"already" in second.stderr
    assert listening(host[1])


def test_a_dead_hosts_socket_is_replaced(tmp_path: Path, clip: Path) -> None:
    path = tmp_path / "engine"
    with host_at(path) as first:
        first.kill()
        first.wait()
    assert path.exists()
    with host_at(path):
        talk = Talk(path, {"operation": "probe", "path": str(clip)})
        assert talk.until("done")["done"]["width"] == 320
        talk.close()


def test_a_host_starts_by_itself_when_nobody_listens(tmp_path: Path, clip: Path) -> None:
    client.configure(tmp_path / "nobody")
    try:
        assert engine.probe(clip).height == 180
    finally:
        client.configure(None)


def test_the_callers_process_loads_no_media_library(clip: Path) -> None:
    code = (
        "import sys; from studio import engine; print(engine.probe(sys.argv[1]).codec);"
        "print([name for name in ('av', 'numpy', 'PIL', 'django') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(clip)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n")[:2] == ["h264", "[]"], done.stderr


def test_stopping_kills_the_worker_within_a_second_and_leaves_no_file(tmp_path: Path) -> None:
    output = tmp_path / "take.mp4"
    seen: list[float] = []
    stopped = 0.0

    def should_stop() -> bool:
        nonlocal stopped
        if len(seen) >= 3:
            stopped = stopped or time.monotonic()
        return bool(stopped)

    spec = engine.RenderSpec("generate", [OCEAN], output, settings=LONG)
    with pytest.raises(EngineStopped):
        engine.render(spec, on_progress=seen.append, should_stop=should_stop)
    assert time.monotonic() - stopped < 1
    wait_for(lambda: not list(tmp_path.iterdir()), 1)


def test_a_caller_that_dies_takes_its_worker_along(host: tuple[subprocess.Popen[bytes], Path], tmp_path: Path) -> None:
    talk = Talk(host[1], long_job(tmp_path / "take.mp4"))
    worker = talk.until("worker")["worker"]
    talk.until("progress")
    wait_for(lambda: list(tmp_path.glob("*.part")))
    assert alive(worker)
    talk.close()
    wait_for(lambda: not alive(worker), 1)
    wait_for(lambda: not list(tmp_path.glob("take*")), 1)


def test_a_caller_that_dies_while_the_worker_is_inside_a_library_takes_it_along_too(
    host: tuple[subprocess.Popen[bytes], Path], tmp_path: Path
) -> None:
    photo = media_files.photo(tmp_path / "large.png", (6000, 6000))
    talk = Talk(host[1], {"operation": "photo", "path": str(photo), "output": str(tmp_path / "out")})
    worker = talk.until("worker")["worker"]
    time.sleep(0.1)
    talk.close()
    wait_for(lambda: not alive(worker), 1)


def test_progress_rises_and_comes_at_most_twenty_times_a_second(tmp_path: Path) -> None:
    heard: list[tuple[float, float]] = []
    spec = engine.RenderSpec(
        "generate", [OCEAN], tmp_path / "take.mp4", settings={**LONG, "duration": 3, "width": 640, "height": 360}
    )
    engine.render(spec, on_progress=lambda part: heard.append((time.monotonic(), part)))
    parts = [part for _, part in heard]
    assert len(parts) > 5 and parts == sorted(parts) and parts[0] > 0 and parts[-1] <= 1
    assert len(parts) <= 20 * (heard[-1][0] - heard[0][0]) + 2


def test_a_worker_that_is_killed_is_reported_and_the_host_goes_on(
    host: tuple[subprocess.Popen[bytes], Path], tmp_path: Path, clip: Path
) -> None:
    talk = Talk(host[1], long_job(tmp_path / "take.mp4"))
    os.kill(talk.until("worker")["worker"], signal.SIGSEGV)
    assert "SIGSEGV" in talk.until("error")["error"]["detail"]
    talk.close()
    assert not list(tmp_path.glob("take*"))
    again = Talk(host[1], {"operation": "probe", "path": str(clip)})
    assert again.until("done")["done"]["codec"] == "h264"
    again.close()


def test_a_failed_job_says_why(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="KeyError"):
        client.run({"operation": "nothing-we-know"})


def test_a_line_that_is_not_a_job_is_answered_and_harms_nothing(host: tuple[subprocess.Popen[bytes], Path]) -> None:
    for line in (b"hello\n", b"[1]\n", b"{}\n", b"\xff\xfe\n"):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(host[1]))
            caller.sendall(line)
            assert b"not a job" in caller.makefile("rb").read()
    assert listening(host[1])


def test_a_host_killed_in_the_middle_is_replaced_and_the_job_is_done_all_the_same(
    shared_host: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    output = tmp_path / "take.mp4"
    killed: list[bool] = []

    def on_progress(part: float) -> None:
        if not killed:
            killed.append(True)
            shared_host.kill()
            shared_host.wait()

    spec = engine.RenderSpec("generate", [OCEAN], output, settings={**LONG, "duration": 3, "width": 640, "height": 360})
    assert engine.render(spec, on_progress=on_progress).duration == 3
    assert killed and [path.name for path in tmp_path.glob("take*")] == ["take.mp4"]


def test_the_terminals_interrupt_does_not_end_the_host_but_term_does_with_its_workers(
    host: tuple[subprocess.Popen[bytes], Path], tmp_path: Path
) -> None:
    process, path = host
    talk = Talk(path, long_job(tmp_path / "take.mp4"))
    worker = talk.until("worker")["worker"]
    talk.until("progress")
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert process.poll() is None and alive(worker)
    process.terminate()
    assert process.wait(5) == 0
    assert not alive(worker) and not path.exists() and not list(tmp_path.glob("take*"))
    talk.close()


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_private_host_ends_with_the_process_that_started_it(clip: Path, ending: str) -> None:
    code = (
        "import os, sys; from studio import engine; from studio.engine import client; engine.probe(sys.argv[1]);"
        f"print(client._place.process.pid, client._place.private, flush=True); {ending}"
    )
    done = subprocess.run([sys.executable, "-c", code, str(clip)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    pid, private = done.stdout.split()
    wait_for(lambda: not alive(int(pid)), 3)
    assert not Path(private).parent.exists()


def test_an_idle_host_uses_no_processor_time_and_little_memory(
    host: tuple[subprocess.Popen[bytes], Path], clip: Path
) -> None:
    Talk(host[1], {"operation": "probe", "path": str(clip)}).until("done")
    before = ticks(host[0].pid)
    time.sleep(1.5)
    assert ticks(host[0].pid) - before <= 1
    lines = Path(f"/proc/{host[0].pid}/smaps_rollup").read_text().splitlines()
    pss = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    assert pss < 60_000


def ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def test_reading_that_takes_too_long_is_the_files_fault(tmp_path: Path) -> None:
    photo = media_files.photo(tmp_path / "large.png", (6000, 6000))
    with pytest.raises(MediaRefused) as refusal:
        client.run({"operation": "probe", "path": str(photo)}, limits=client.Allowance(wall=0.05))
    assert refusal.value.code == "slow"
