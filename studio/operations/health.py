"""Is the studio well? Each check answers None, or a sentence about what is wrong."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from studio.bell import quiet_for
from studio.media.disk import DiskFull, ensure_room
from studio.queue import LANES, Lane

# A watcher may be inside a slow vendor's call; beyond this it hangs.
WATCH_QUIET_SECONDS = 120.0
QUEUE_PATIENCE = {"default": timedelta(seconds=60), "render": timedelta(minutes=30)}


def database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return _("The database does not answer: %(error)s") % {"error": error}
    return None


def queue() -> str | None:
    for lane in LANES:
        waiting = Lane(lane).oldest_waiting()
        if waiting > QUEUE_PATIENCE[lane]:
            return _("A task of lane %(lane)s has been waiting for %(seconds)d s: is its worker running?") % {
                "lane": lane,
                "seconds": waiting.total_seconds(),
            }
    return None


def disk() -> str | None:
    try:
        ensure_room()
    except DiskFull as error:
        return str(error)
    return None


def watcher() -> str | None:
    """On one machine only: elsewhere the watcher may live on another node, whose own check it is."""
    if settings.REDIS_URL:
        return None
    quiet = quiet_for("watch")
    if quiet is None:
        return _("The watcher is not running.")
    if quiet > WATCH_QUIET_SECONDS:
        return _("The watcher has not been heard of for %(seconds)d s.") % {"seconds": quiet}
    return None


CHECKS: dict[str, Callable[[], str | None]] = {
    "database": database,
    "queue": queue,
    "disk": disk,
    "watch": watcher,
}


def problems() -> dict[str, str]:
    """What is wrong, by check. Nothing else is asked when the database does not answer."""
    found: dict[str, str] = {}
    for name, check in CHECKS.items():
        problem = check()
        if problem is not None:
            found[name] = problem
            if name == "database":
                break
    return found
