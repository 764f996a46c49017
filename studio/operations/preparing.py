"""What is done before anything runs: the tables, the moderators, the static files. Quick when nothing changed."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from studio.operations.moderators import ensure_group

COMPRESSORS = ("whitenoise", "django")


def prepare() -> list[str]:
    """Bring tables and static files up to date; answers what was done, as words for the log."""
    done: list[str] = []
    if _migrate():
        done.append("tables")
    if ensure_group():
        done.append("the group of moderators")
    if _collect():
        done.append("static files")
    return done


def _migrate() -> bool:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    wanted = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if wanted:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    if "DatabaseCache" in settings.CACHES["default"]["BACKEND"]:
        call_command("createcachetable", verbosity=0)
    return bool(wanted)


def _collect() -> bool:
    mark = Path(settings.STATIC_ROOT) / ".sources"
    fingerprint = _fingerprint()
    if mark.exists() and mark.read_text() == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, skip_checks=True)
    mark.write_text(fingerprint)
    return True


def _fingerprint() -> str:
    """Names, sizes and times of all source files, and the versions of what processes them."""
    digest = hashlib.sha256(" ".join(version(name) for name in COMPRESSORS).encode())
    digest.update(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
