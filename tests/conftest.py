"""The hostile harness (no network, no logged errors, no unknown template variables) and the cast."""

import asyncio
import inspect
import logging
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import AsyncToSync, SyncToAsync, sync_to_async
from channels.layers import channel_layers
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.template import engines
from django.template.base import Node, Template
from django.test import Client, TransactionTestCase
from playwright.sync_api import Browser, sync_playwright

from studio.accounts.models import Membership, Role, Team, User
from studio.live.listening import listener
from studio.queue import run_pending
from tests.emptying import empty_tables

ON_CI = os.environ.get("CI", "").lower() == "true"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the quickest first
CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), "")
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::")
OUR_TEMPLATES = str(settings.BASE_DIR / "templates")
UNFOLD_TEMPLATES = str(settings.BASE_DIR / "templates" / "admin")


# --- What cannot run here is said once; on CI it is a failure --------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    if ON_CI and not CHROMIUM:
        raise pytest.UsageError("On CI everything must run, and Chromium is missing")
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    has_services = bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
    # The slow files first: begun last, one of them would keep a single worker busy while the others have nothing to do.
    items.sort(key=lambda item: [not item.get_closest_marker(mark) for mark in ("processes", "browser")])
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed: install it to run the browser tests"))
        if item.get_closest_marker("services") and not has_services:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL and Redis: make test-services runs it"))


def pytest_unconfigure() -> None:
    """Settings gave this process folders of its own (see TESTING there); they go away with it."""
    shutil.rmtree(settings.RUNTIME_DIR, ignore_errors=True)
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


# --- The hostile harness ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def logged_errors_fail(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test that wants an error to be logged looks at it and then calls `caplog.clear()`."""
    yield
    logged = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    if logged:
        pytest.fail("errors were logged:\n" + "\n".join(f"{r.name}: {r.getMessage()}" for r in logged))


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """A test that reaches for the network fails instead of depending on it."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def checked(own: socket.socket, address: Any) -> Any:
        if own.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise RuntimeError(f"a test tried to reach {address[0]}: only loopback is allowed")
        return address

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", lambda own, address: connect(own, checked(own, address)))
        patch.setattr(socket.socket, "connect_ex", lambda own, address: connect_ex(own, checked(own, address)))
        yield


class UnknownVariable(str):
    """Django puts this where a template names what its context does not hold. In our own templates that fails."""

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, variable: object) -> str:
        template = _template_being_rendered()
        if template.startswith(OUR_TEMPLATES) and not template.startswith(UNFOLD_TEMPLATES):
            pytest.fail(f"{template} names {variable}, which its context does not hold")
        return ""


def _template_being_rendered() -> str:
    frame = inspect.currentframe()
    while frame is not None:
        own = frame.f_locals.get("self")
        if isinstance(own, Node | Template) and getattr(own, "origin", None) is not None:
            return str(own.origin.name)
        frame = frame.f_back
    return ""


@pytest.fixture(scope="session", autouse=True)
def unknown_variables_fail() -> None:
    engines["django"].engine.string_if_invalid = UnknownVariable("%s")


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """With Redis nothing rolls the cache back, and a login throttle would reach into the next test."""
    yield
    if settings.REDIS_URL:
        cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """PostgreSQL drops no database that is in use, as it is by the thread in which asynchronous tests ask."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture(scope="session", autouse=True)
def tables_are_emptied_quickly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_tables())
        yield


# --- The cast --------------------------------------------------------------------------------------------------------


@pytest.fixture
def team(db: None) -> Team:
    return Team.objects.create(name="Harbour Films")


@pytest.fixture
def other_team(db: None) -> Team:
    return Team.objects.create(name="Elsewhere Pictures")


def _member(team: Team, name: str, role: Role, **fields: Any) -> User:
    user = User.objects.create_user(f"{name}@example.com", "correct horse battery", name=name.title(), **fields)
    Membership.objects.create(team=team, user=user, role=role)
    return user


@pytest.fixture
def owner(team: Team) -> User:
    return _member(team, "olga", Role.OWNER)


@pytest.fixture
def editor(team: Team) -> User:
    return _member(team, "emil", Role.EDITOR)


@pytest.fixture
def reviewer(team: Team) -> User:
    return _member(team, "rosa", Role.REVIEWER)


@pytest.fixture
def viewer(team: Team) -> User:
    return _member(team, "vito", Role.VIEWER)


@pytest.fixture
def stranger(other_team: Team) -> User:
    """Owns a team of their own and has nothing to do with `team`."""
    return _member(other_team, "sten", Role.OWNER)


@pytest.fixture
def moderator(other_team: Team) -> User:
    """Staff: works in the admin, belongs to another team."""
    return _member(other_team, "mona", Role.VIEWER, is_staff=True, is_superuser=True)


@pytest.fixture
def as_client() -> Callable[[User], Client]:
    """A browser in which the person has signed in; `as_client(None)` for a visitor."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def run_tasks() -> Callable[..., int]:
    """Runs what waits in the queue, and what that enqueues, in this process; answers how many tasks ran."""
    return run_pending


@pytest.fixture
def media_folder() -> Path:
    return Path(settings.MEDIA_ROOT)


# --- Live ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def listening(transactional_db: None) -> AsyncIterator[None]:
    """What a web process runs beside its pages, for tests that open sockets (see tests/sockets.py)."""
    channel_layers.backends.clear()
    listener.start()
    yield
    await listener.stop()
    if settings.REDIS_URL:
        await channel_layers["default"].flush()
    await sync_to_async(connections.close_all)()


# --- Browser ---------------------------------------------------------------------------------------------------------


def _beside_the_loop(call: Callable[..., Any]) -> Callable[..., Any]:
    """asgiref refuses threads in which a loop runs, and in the product no loop runs where something is published."""

    def called(own: AsyncToSync[Any, Any], *args: Any, **kwargs: Any) -> Any:
        if asyncio._get_running_loop() is None:
            return call(own, *args, **kwargs)
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(call, own, *args, **kwargs).result()

    return called


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. One per module: while it lives, its event loop bars asynchronous tests from here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Django takes that loop for asynchronous code
        patch.setattr(AsyncToSync, "__call__", _beside_the_loop(AsyncToSync.__call__))
        with sync_playwright() as playwright:
            quiet = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run"]
            opened = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
            yield opened
            opened.close()
