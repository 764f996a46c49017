import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from studio.accounts.models import Team, User

AsClient = Callable[[User], Client]
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
OURS = ["account", "accounts", "404.html", "403.html", "403_csrf.html", "429.html", "500.html"]


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/invite/x/", "/nowhere/"])
def test_pages_allow_nothing_inline(visitor: Client, owner: User, path: str) -> None:
    answer = visitor.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert not INLINE.search(answer.content.decode())


def test_pages_of_people_allow_nothing_inline(owner: User, as_client: AsClient) -> None:
    client = as_client(owner)

    for path in ("/team/", "/me/", "/accounts/password/change/", "/accounts/logout/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert not INLINE.search(answer.content.decode()), path


def test_the_admin_alone_may_what_its_theme_needs(moderator: User, team: Team, as_client: AsClient) -> None:
    policy = as_client(moderator).get("/admin/").headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" not in policy


def test_our_templates_hold_nothing_inline() -> None:
    folder = Path(settings.BASE_DIR) / "templates"
    rooms = [folder / name for name in OURS]
    pages = [page for room in rooms for page in (room.rglob("*.html") if room.is_dir() else [room])]

    assert len(pages) > 20
    assert [file.name for file in pages if INLINE.search(file.read_text())] == []


def test_what_is_not_there_has_a_page_of_its_own(visitor: Client, owner: User) -> None:
    answer = visitor.get("/nowhere/")

    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content


def test_an_old_form_says_that_nothing_was_changed(owner: User) -> None:
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)

    answer = client.post("/accounts/login/", {"login": owner.email, "password": "correct horse battery"})

    assert answer.status_code == 403
    assert b"This page was open too long" in answer.content
