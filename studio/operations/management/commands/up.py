"""manage.py up: the whole studio in one terminal."""

import os
import signal
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from studio.accounts import firstrun
from studio.bell import runtime_dir
from studio.operations.children import Part
from studio.operations.starting import CannotStart, listen, lock_data_folder
from studio.operations.supervisor import Supervisor

COLOURS = {"up": 36, "web": 34, "queue": 32, "render": 33, "watch": 35, "engine": 90}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
MANAGE = str(settings.BASE_DIR / "manage.py")


class Command(BaseCommand):
    help = "Starts everything: web, queue, render, watch and the engine. Ctrl-C stops everything."
    requires_system_checks = []  # `prepare` runs them

    def handle(self, *args: Any, **options: Any) -> None:
        self.coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        # Two processes must not start on one folder, nor end each other's start by a signal that came early.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with lock_data_folder(settings.DATA_DIR), listen(settings.HOST, settings.PORT) as listening:
                runtime_dir()
                self._prepare()
                Supervisor(parts(listening.fileno()), listening, self.say, self.welcome).run()
        except CannotStart as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.say("up", "Stopped")

    def _prepare(self) -> None:
        """In a process of its own, so that what it loads does not stay in this one."""
        done = subprocess.run([sys.executable, MANAGE, "prepare"], check=False)  # noqa: S603
        if done.returncode:
            raise CannotStart(_("Retake was not started: what is wrong stands above."))

    def say(self, part: str, line: str) -> None:
        name = f"{part:<6} |"
        try:
            print(
                f"\x1b[{COLOURS.get(part, 37)}m{name}\x1b[0m {line}" if self.coloured else f"{name} {line}", flush=True
            )
        except OSError:
            return  # whoever read the log is gone; the studio stays

    def welcome(self) -> None:
        self.say("up", _("Retake is ready: %(address)s") % {"address": address()})
        if firstrun.is_open():
            self.say("up", _("Open it and create the first account."))
            if settings.HOST not in LOOPBACK:
                self.say("up", _("The one-time code for that: %(code)s") % {"code": firstrun.code()})
        self.say("up", _("Ctrl-C stops everything."))


def address() -> str:
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.HOST, settings.HOST)  # noqa: S104
    return f"http://{host}:{settings.PORT}"


def parts(fd: int) -> list[Part]:
    """What runs, and how each is started. None of them checks the settings again: this process has."""
    return [
        Part("engine", ("-m", "studio.engine.host", str(settings.ENGINE_SOCKET))),
        Part("web", (MANAGE, "web", "--skip-checks", "--fd", str(fd))),
        # Pages and news come before what is stored for them, and that before the engine's workers (engine/limits.py).
        Part("queue", (MANAGE, "qcluster", "--skip-checks"), lane="default", nice=4),
        # The name makes the process recognisable; it is the variable that switches the queue.
        Part("render", (MANAGE, "qcluster", "--skip-checks", "-n", "render"), {"Q_CLUSTER_NAME": "render"}, "render"),
        Part("watch", (MANAGE, "watch", "--skip-checks")),
    ]
