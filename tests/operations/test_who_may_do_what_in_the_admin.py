"""Every page of the administration: what moderators and superusers get there, and that nobody else gets anything."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.operations.permission_cast import World, build
from tests.operations.permission_table import OFFICES, RECORDS

pytestmark = pytest.mark.django_db
LOOK = {"changelist", "history", "change"}
RIGHTS = {"-": set(), "look": LOOK, "look,delete": {*LOOK, "delete"}, "all": {*LOOK, "add", "delete"}}
KINDS = ("changelist", "add", "history", "delete", "change")
STAFF = ("moderator", "superuser")
OTHERS = ("owner", "guest", "stranger", "nobody")  # the roles of a team mean nothing here


def lines(text: str) -> dict[str, list[str]]:
    said = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {name: given for name, *given in said}


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[tuple[str, set[str]]]:
    for each in found:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns)
        elif each.name:
            yield each.name, set(re.findall(r"<(?:\w+:)?(\w+)>", str(each.pattern)))


KNOWN = dict(
    patterns(
        next(each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "admin").url_patterns
    )
)
RECORD_PAGES = {f"{record}_{kind}": kind for record in lines(RECORDS) for kind in KINDS}


@pytest.fixture
def world() -> World:
    return build()


def records(world: World) -> dict[str, Any]:
    """Of those that the cast has, one each."""
    return {
        "accounts_user": world.people["viewer"].pk,
        "accounts_team": world.team.pk,
        "accounts_invitation": world.invitation.pk,
        "media_asset": world.source.pk,
        "threads_thread": world.thread.pk,
        "threads_turn": world.take.turn_id,
        "threads_take": world.take.pk,
        "threads_job": world.take.job_id,
    }


def address(world: World, name: str) -> str:
    row = next((pk for record, pk in records(world).items() if name.startswith(record)), 1)
    known = {"id": world.people["viewer"].pk, "app_label": "threads"}
    return reverse(f"admin:{name}", kwargs={each: known.get(each, row) for each in KNOWN[name]})


def ask(client: Client, method: str, url: str) -> tuple[int, str]:
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer.status_code, answer.get("Location", "")


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    assert {*RECORD_PAGES, *lines(OFFICES)} == set(KNOWN)


@pytest.mark.parametrize("who", STAFF)
def test_staff_do_with_records_what_the_table_says(world: World, who: str) -> None:
    client, column = world.client(who), STAFF.index(who)
    for record, given in lines(RECORDS).items():
        # Of a record that is not there, Django does not ask who wants to see its history.
        kinds = {*KINDS} - (set() if record in records(world) else {"history"})
        asked = {kind: ask(client, "get", address(world, f"{record}_{kind}"))[0] for kind in kinds}
        assert {kind for kind, status in asked.items() if status != 403} == RIGHTS[given[column]] & kinds, record
        for kind in {kind for kind, status in asked.items() if status == 403}:
            assert ask(client, "post", address(world, f"{record}_{kind}"))[0] == 403, f"{record}_{kind}"


@pytest.mark.parametrize("who", STAFF)
def test_staff_get_the_other_pages_as_the_table_says(world: World, who: str) -> None:
    client, column = world.client(who), STAFF.index(who)
    for page, given in lines(OFFICES).items():
        assert ask(client, "get", address(world, page))[0] == int(given[column]), page


def test_nobody_else_gets_anything(world: World) -> None:
    """Those who are signed in are refused at its door (403), not asked to sign in again in a circle."""
    entrance = {("login", who): (403 if who in world.people else 302) for who in OTHERS}
    for who in OTHERS:
        client = world.client(who)
        for page in KNOWN:
            for method in ("get", "post"):
                status, leads = ask(client, method, address(world, page))
                expected = entrance.get((page, who), 302)
                assert (status, bool(leads)) == (expected, expected == 302), f"{method} {page} {who}"
                assert page in ("login", "logout") or leads.startswith("/admin/login/"), f"{method} {page} {who}"
