"""What must be true before `up` starts anything. Each refusal is a sentence that says what to do."""

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _


class CannotStart(Exception):
    """`str()` says why, and what to do about it."""


def lock_data_folder(folder: Path) -> IO[str]:
    """Hold the data folder for this process; two studios on one folder would undo each other's work."""
    file = open(folder / "up.lock", "a+")  # noqa: SIM115 held open for as long as the studio runs
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "?"
        raise CannotStart(
            _(
                "Retake already runs on %(folder)s (process %(pid)s). Stop it first, "
                "or give this one a folder of its own: STUDIO_DATA_DIR=/path PORT=8001 make run"
            )
            % {"folder": folder, "pid": holder}
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that outlives the web process, so that a restart refuses nobody."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise CannotStart(_sentence(error, host, port)) from error
    listening.listen(1024)
    listening.set_inheritable(False)
    return listening


def _sentence(error: Exception, host: str, port: int) -> str:
    known = {
        errno.EADDRINUSE: _("Port %(port)s is taken by another program. Choose another: PORT=%(next)s make run"),
        errno.EACCES: _("Port %(port)s may not be used by this account. Choose one above 1023: PORT=8000 make run"),
        errno.EADDRNOTAVAIL: _("This machine has no address %(host)s. Set STUDIO_HOST to one it has, or leave it out."),
    }
    sentence = known.get(getattr(error, "errno", 0) or 0, _("Nothing can listen on %(host)s port %(port)s: %(error)s"))
    return sentence % {"host": host, "port": port, "next": port + 1, "error": error}
