"""Every address of the studio and everybody who might knock: the table says who gets which answer, and this asks.

An address without a row fails. A method that no row names answers 405 to everybody.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from studio.bell import Listener
from tests.operations.permission_cast import World, build
from tests.operations.permission_table import FORMS, PAGES, PEOPLE, Row, rows

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
REFUSED = (403, 404)
TABLE = rows(PAGES)
METHODS = {(row.name, row.method) for row in TABLE}


def patterns(found: list[URLPattern | URLResolver], spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every name with what fills in its address. The administration has a table of its own."""
    for each in found:
        if isinstance(each, URLResolver) and each.namespace != "admin":
            yield from patterns(each.url_patterns, (*spaces, each.namespace) if each.namespace else spaces)
        elif isinstance(each, URLPattern):
            yield (
                ":".join([*spaces, each.name or "without a name"]),
                set(re.findall(r"<(?:\w+:)?(\w+)>", str(each.pattern))),
            )


KNOWN = dict(patterns(get_resolver().url_patterns))


def room_of(name: str) -> str:
    return name.partition(":")[0].partition("_")[0]


ROOMS = sorted({room_of(name) for name in KNOWN})


@pytest.fixture
def world(db: None, settings: Any) -> Iterator[World]:
    """In a studio that is well, with a watcher that listens."""
    settings.MIN_FREE_BYTES = 0
    with Listener("watch"):
        yield build()


@pytest.fixture
def clients(world: World) -> dict[str, Client]:
    return {who: world.client(who) for who in PEOPLE}


def ask(world: World, client: Client, row: Row, who: str, headers: dict[str, str] | None = None) -> int:
    """The answer; what it has done is taken back."""
    url = reverse(row.name, kwargs=world.arguments(row.name, KNOWN[row.name], who, row.about))
    form = {key: value.format(world=world) for key, value in FORMS.get(row.name, {}).items()}
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = getattr(client, row.method.lower())(url, form, headers=headers)
        transaction.set_rollback(True)
    client.cookies = cookies
    cache.clear()
    return int(answer.status_code)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {row.name for row in TABLE} == set(KNOWN)


@pytest.mark.parametrize("room", ROOMS)
def test_everybody_gets_the_answer_that_the_table_says(world: World, clients: dict[str, Client], room: str) -> None:
    for row in (each for each in TABLE if room_of(each.name) == room):
        given = {who: ask(world, clients[who], row, who) for who in PEOPLE}
        assert given == row.answers, str(row)


@pytest.mark.parametrize("room", ROOMS)
def test_a_script_is_refused_as_a_page_is(world: World, clients: dict[str, Client], room: str) -> None:
    """Fragments are no way around: who is refused stays refused, and who has no account is sent to sign in."""
    for row in (each for each in TABLE if room_of(each.name) == room):
        for who in ("viewer", "stranger", "moderator"):
            if row.answers[who] in REFUSED:
                assert ask(world, clients[who], row, who, HTMX) == row.answers[who], f"{row} {who}"
        if row.answers["nobody"] == 302:
            assert ask(world, clients["nobody"], row, "nobody", HTMX) in (302, 401), str(row)


def test_another_method_is_refused_to_everybody(world: World, clients: dict[str, Client]) -> None:
    for name in KNOWN:
        for method in ("GET", "POST"):
            if (name, method) in METHODS:
                continue
            for who in ("owner", "stranger", "nobody"):
                assert ask(world, clients[who], Row(name, method, "", {}), who) == 405, f"{method} {name} {who}"
