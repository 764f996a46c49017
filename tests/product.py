"""The whole product as a person starts it: `manage.py up` in a folder of its own, on a free port."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from studio.operations.proc import descendants

ROOT = Path(__file__).resolve().parent.parent
ANSWERING = """
import contextlib, io, json, sys, traceback
import django
django.setup()
for line in sys.stdin:
    said = io.StringIO()
    failed = ""
    with contextlib.redirect_stdout(said):
        try:
            exec(json.loads(line), {})
        except Exception:
            failed = traceback.format_exc()
    print(json.dumps([said.getvalue().strip(), failed]), flush=True)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def pss_kilobytes(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    match = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
    return int(match.group(1)) if match else 0


def cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Product:
    """Starts, asks and stops it. `folder` holds its data; `log` is what it printed."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.log_path = folder / "up.log"
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "PYTEST_"))}
        self.environment = keep | {
            "STUDIO_DATA_DIR": str(folder / "data"),
            "STUDIO_MIN_FREE_MB": "50",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._shell: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self, wait: float = 60) -> float:
        """Seconds until the first page answered."""
        self.folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while time.monotonic() - began < wait:
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended by itself:\n{self.log[-3000:]}")
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return time.monotonic() - began
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"not ready after {wait} s:\n{self.log[-3000:]}")

    def stop(self, how: int = signal.SIGINT) -> float:
        """Seconds until it was gone, with everything it had started."""
        if self._shell is not None:
            self._shell.communicate()
            self._shell = None
        if self.process is None:
            return 0.0
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(timeout=20)
        self.process = None
        return time.monotonic() - began

    def processes(self) -> dict[int, str]:
        """Every process of the product: pid and command line."""
        if self.process is None:
            return {}
        pids = [self.process.pid, *descendants(self.process.pid)]
        return {pid: command_line(pid) for pid in pids}

    def pids(self, part: str) -> list[int]:
        """The processes whose command line holds `part`, oldest first."""
        return [pid for pid, line in self.processes().items() if part in line]

    def manage(self, *arguments: str, text: str | None = None) -> str:
        """Run a management command on the same data and return what it printed."""
        done: subprocess.CompletedProcess[Any] = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=text,
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return str(done.stdout)

    def shell(self, code: str) -> str:
        """Run Python on the same data and return what it printed, in one process that starts at the first call."""
        if self._shell is None:
            self._shell = subprocess.Popen(
                [sys.executable, "-c", ANSWERING],
                cwd=ROOT,
                env=self.environment | {"DJANGO_SETTINGS_MODULE": "studio.settings"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._shell.stdin and self._shell.stdout
        self._shell.stdin.write(json.dumps(code) + "\n")
        self._shell.stdin.flush()
        said, failed = json.loads(self._shell.stdout.readline())
        if failed:
            raise RuntimeError(f"{code}: {failed}")
        return str(said)

    def __enter__(self) -> "Product":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
