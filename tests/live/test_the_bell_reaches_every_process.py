import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from studio.bell import Listener, quiet_for, ring, runtime_dir

embedded = pytest.mark.skipif(bool(settings.REDIS_URL), reason="about the sockets of one machine")


def heard_anew(listener: Listener) -> Listener:
    """With Redis a subscription counts as a first ring."""
    listener.wait(0.05)
    return listener


def test_a_ring_wakes_every_listener_of_that_name() -> None:
    with Listener("watch") as first, Listener("watch") as second, Listener("live") as other:
        for listener in (first, second, other):
            heard_anew(listener)
        ring("watch")
        assert first.wait(2) and second.wait(2)
        assert not other.wait(0.1)


def test_a_ring_before_the_wait_is_not_lost() -> None:
    with Listener("watch") as listener:
        heard_anew(listener)
        ring("watch")
        time.sleep(0.1)
        assert listener.wait(0.5)


def test_many_rings_count_as_one() -> None:
    with Listener("watch") as listener:
        heard_anew(listener)
        for _ in range(50):
            ring("watch")
        time.sleep(0.1)
        assert listener.wait(0.5)
        assert not listener.wait(0.1)


def test_silence_lasts_as_long_as_asked() -> None:
    with Listener("watch") as listener:
        heard_anew(listener)
        began = time.monotonic()
        assert not listener.wait(0.3)
        assert 0.25 < time.monotonic() - began < 1.5


def test_another_process_rings() -> None:
    environment = os.environ | {
        "STUDIO_DATA_DIR": str(settings.DATA_DIR),
        "STUDIO_RUNTIME_DIR": str(settings.RUNTIME_DIR),
        "STUDIO_REDIS_PREFIX": settings.REDIS_PREFIX,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
    }
    with Listener("watch") as listener:
        heard_anew(listener)
        subprocess.run(
            [sys.executable, "-c", "from studio.bell import ring; ring('watch')"],
            env=environment,
            cwd=settings.BASE_DIR,
            check=True,
            timeout=30,
        )
        assert listener.wait(2)


def test_a_listener_made_after_a_fork_hears() -> None:
    ring("watch")
    child = os.fork()
    if child == 0:
        try:
            with Listener("watch") as listener:
                heard_anew(listener)
                os._exit(0 if listener.wait(10) else 1)
        finally:
            os._exit(2)
    for _ in range(100):
        time.sleep(0.05)
        ring("watch")
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
    assert os.waitstatus_to_exitcode(status) == 0


@embedded
def test_the_socket_of_a_dead_process_is_removed() -> None:
    listener = Listener("watch")
    listener._ear.close()
    path = runtime_dir() / f"watch.{os.getpid()}.{max(int(p.suffix[1:]) for p in runtime_dir().glob('watch.*'))}"
    assert path.exists()
    ring("watch")
    assert not path.exists()


def test_ringing_where_nobody_listens_is_harmless(settings: Any, tmp_path: Path) -> None:
    settings.RUNTIME_DIR = tmp_path / "none"
    ring("watch")


@embedded
def test_a_full_socket_does_not_block_the_ringer() -> None:
    with Listener("watch"):
        began = time.monotonic()
        for _ in range(5000):
            ring("watch")
        assert time.monotonic() - began < 5


def test_it_refuses_a_folder_that_others_may_write(settings: Any, tmp_path: Path) -> None:
    settings.RUNTIME_DIR = tmp_path / "open"
    settings.RUNTIME_DIR.mkdir()
    settings.RUNTIME_DIR.chmod(0o777)
    with pytest.raises(ImproperlyConfigured, match="STUDIO_RUNTIME_DIR"):
        Listener("watch")


def test_waiting_says_that_one_is_alive() -> None:
    assert quiet_for("nobody") is None
    with Listener("watch") as listener:
        thread = threading.Thread(target=listener.wait, args=(0.2,))
        thread.start()
        thread.join()
        quiet = quiet_for("watch")
        assert quiet is not None and quiet < 2
