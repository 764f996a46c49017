"""The servers that DATABASE_URL and REDIS_URL name. `python -m tests.services` says whether they answer."""

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg


def answers(address: str, port: int) -> bool:
    try:
        with socket.create_connection((urlsplit(address).hostname or "127.0.0.1", urlsplit(address).port or port), 3):
            return True
    except OSError:
        return False


@contextmanager
def own_services() -> Iterator[dict[str, str]]:
    """Environment for a studio that runs as processes: with services, a database and Redis names of its own."""
    if not os.environ.get("DATABASE_URL"):
        yield {}
        return
    name = f"retake_{secrets.token_hex(6)}"
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield {
            "DATABASE_URL": urlsplit(server)._replace(path=f"/{name}").geturl(),
            "REDIS_URL": os.environ.get("REDIS_URL", ""),
            "STUDIO_REDIS_PREFIX": name,
        }
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> int:
    wanted = {"PostgreSQL": (os.environ["DATABASE_URL"], 5432), "Redis": (os.environ["REDIS_URL"], 6379)}
    missing = [name for name, (address, port) in wanted.items() if not answers(address, port)]
    if missing:
        print(f"These tests need servers that run, and nothing answers for {' and '.join(missing)}.")
        print("Start them, or say where they are: DATABASE_URL=postgres://… REDIS_URL=redis://… make test-services")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
