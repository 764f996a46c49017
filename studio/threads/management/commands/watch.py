"""manage.py watch: the process that asks providers about running jobs."""

import signal
import sys
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from studio.threads.watching import Watcher


class Command(BaseCommand):
    help = "Watches running jobs and puts back to work what a crash left behind. One per machine; more do no harm."

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        Watcher().run()


def _end(number: int, frame: FrameType | None) -> None:
    # An open transaction rolls back: every step may be interrupted between any two lines.
    sys.exit(0)
