"""System checks: settings that do not fit together are refused before anything starts."""

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

SOCKET_PATH_BYTES = 107
LONGEST_SOCKET_NAME = len("/queue-default.4194304.999999")


def split_processes_have_redis(**kwargs: Any) -> list[CheckMessage]:
    """Processes on several machines cannot hear each other through unix sockets."""
    if not settings.SPLIT or settings.REDIS_URL:
        return []
    return [
        Error(
            "STUDIO_SPLIT is set, but REDIS_URL is not.",
            hint="Web and workers in separate containers or machines need Redis to wake each other. Set REDIS_URL.",
            id="studio.E001",
        )
    ]


def split_processes_have_a_shared_database(**kwargs: Any) -> list[CheckMessage]:
    if not settings.SPLIT or "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        return []
    return [
        Error(
            "STUDIO_SPLIT is set, but the database is SQLite.",
            hint="Processes on several machines need a PostgreSQL that all of them reach. Set DATABASE_URL.",
            id="studio.E002",
        )
    ]


def runtime_dir_is_short(**kwargs: Any) -> list[CheckMessage]:
    if len(os.fsencode(settings.RUNTIME_DIR)) + LONGEST_SOCKET_NAME <= SOCKET_PATH_BYTES:
        return []
    return [
        Error(
            f"The path of the runtime folder is too long for unix sockets: {settings.RUNTIME_DIR}",
            hint="Set STUDIO_RUNTIME_DIR to a short path, such as /run/retake.",
            id="studio.E003",
        )
    ]


def public_url_is_whole(**kwargs: Any) -> list[CheckMessage]:
    parts = urlsplit(settings.PUBLIC_URL)
    if not settings.PUBLIC_URL or (parts.scheme in ("http", "https") and parts.netloc and not parts.path):
        return []
    return [
        Error(
            f"STUDIO_PUBLIC_URL is not the address of a site: {settings.PUBLIC_URL}",
            hint="Give scheme and host, such as https://retake.example.com, without a path.",
            id="studio.E004",
        )
    ]


def secrets_are_kept_safe(**kwargs: Any) -> list[CheckMessage]:
    kept = settings.DATA_DIR / "secret-key"
    if not kept.exists() or not kept.stat().st_mode & 0o077:
        return []
    return [
        Warning(
            f"Others on this machine can read {kept}.",
            hint=f"Run: chmod 600 {kept}",
            id="studio.W001",
        )
    ]
