import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from studio.accounts import actions, firstrun
from studio.accounts.errors import SignUpClosedError
from studio.accounts.models import Membership, Role, Team, User
from studio.audit.models import AuditEntry

FORM = {"email": "Ana@Example.com", "password": "correct horse battery", "name": "Ana", "team": ""}
WELCOME = "/welcome/"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_every_way_in_leads_to_the_first_account(visitor: Client, name: str) -> None:
    assert visitor.get(reverse(name)).headers["Location"] == WELCOME


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/team/", "/me/", "/admin/"])
def test_pages_that_need_somebody_lead_there_too(visitor: Client, path: str) -> None:
    answer = visitor.get(path, follow=True)

    assert answer.redirect_chain[-1][0] == WELCOME
    assert b"Create the first account" in answer.content


@pytest.mark.django_db
def test_it_creates_staff_a_team_and_signs_in(visitor: Client) -> None:
    answer = visitor.post(WELCOME, FORM)

    assert answer.headers["Location"] == reverse("threads:library")
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("ana@example.com", True, True)
    assert visitor.session["_auth_user_id"] == str(user.pk)
    membership = Membership.objects.get()
    assert (membership.user, membership.role, membership.team.name) == (user, Role.OWNER, "Ana's team")
    assert AuditEntry.objects.get().act == "account.created"


@pytest.mark.django_db
def test_the_team_can_be_named(visitor: Client) -> None:
    visitor.post(WELCOME, {**FORM, "team": "North Pier"})

    assert Team.objects.get().name == "North Pier"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "nonsense"}, "valid email"),
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "ana@example.com"}, "too similar"),
        ({"password": "password123"}, "too common"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_created(visitor: Client, change: dict[str, str], sentence: str) -> None:
    answer = visitor.post(WELCOME, FORM | change)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not User.objects.exists()
    assert not Team.objects.exists()


@pytest.mark.django_db
def test_afterwards_it_is_closed(visitor: Client) -> None:
    visitor.post(WELCOME, FORM)
    second = Client(HTTP_HOST="localhost")

    assert second.get(WELCOME).headers["Location"] == reverse("account_login")
    assert second.post(WELCOME, FORM | {"email": "eve@example.com"}).status_code == 302
    assert User.objects.count() == 1
    assert b"by invitation only" in second.get(reverse("account_signup")).content
    assert b"by invitation only" in second.post(reverse("account_signup"), FORM).content


@pytest.mark.django_db
def test_at_the_machine_itself_no_code_is_asked_for(visitor: Client) -> None:
    assert b"One-time code" not in visitor.get(WELCOME).content


@pytest.mark.parametrize(
    ("meta", "asked"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}, False),
        ({"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"}, False),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, False),
        ({"REMOTE_ADDR": "192.0.2.7"}, True),
        ({"REMOTE_ADDR": "10.0.0.5"}, True),
        ({"REMOTE_ADDR": ""}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "192.0.2.7"}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=192.0.2.7"}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "studio.example"}, True),
    ],
)
def test_only_a_plain_visit_over_loopback_needs_no_code(
    request_from: Callable[..., HttpRequest], settings: pytest.FixtureRequest, meta: dict[str, str], asked: bool
) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "studio.example"]  # type: ignore[attr-defined]

    assert firstrun.needed(request_from(**meta)) is asked


@pytest.mark.parametrize(
    ("name", "value"),
    [("PUBLIC_URL", "https://studio.example"), ("TRUST_PROXY", True), ("FURTHER_HOSTS", ["studio.example"])],
)
def test_a_studio_meant_to_be_reached_from_elsewhere_always_asks_for_the_code(
    request_from: Callable[..., HttpRequest], settings: pytest.FixtureRequest, name: str, value: object
) -> None:
    assert not firstrun.needed(request_from(REMOTE_ADDR="127.0.0.1"))
    setattr(settings, name, value)

    assert firstrun.needed(request_from(REMOTE_ADDR="127.0.0.1"))


@pytest.mark.django_db
def test_from_elsewhere_a_wrong_code_creates_nothing(remote: Client) -> None:
    assert b"One-time code" in remote.get(WELCOME).content

    for wrong in ["", "AAAA-AAAA"]:
        answer = remote.post(WELCOME, FORM | {"code": wrong})
        assert answer.status_code == 422
        assert not User.objects.exists()


@pytest.mark.django_db
def test_from_elsewhere_the_code_opens_the_door_once(remote: Client) -> None:
    code = firstrun.code()

    remote.post(WELCOME, FORM | {"code": f" {code.lower().replace('-', ' ')} "})

    assert User.objects.get().email == "ana@example.com"
    assert not (Path(settings.DATA_DIR) / "first-account-code").exists()


@pytest.mark.django_db
def test_guessing_the_code_is_throttled_even_for_the_right_one(remote: Client) -> None:
    for number in range(10):
        remote.post(WELCOME, FORM | {"code": f"AAAA-{number:04}"}, REMOTE_ADDR=f"192.0.2.{number + 1}")

    answer = remote.post(WELCOME, FORM | {"code": firstrun.code()}, REMOTE_ADDR="192.0.2.99")

    assert b"Too many tries" in answer.content
    assert not User.objects.exists()


def test_the_code_is_kept_for_its_owner_alone_and_stays_the_same() -> None:
    firstrun.used()
    code = firstrun.code()
    path = Path(settings.DATA_DIR) / "first-account-code"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert firstrun.code() == code
    assert len(code) == 9
    firstrun.used()
    assert firstrun.code() != code


@pytest.mark.django_db(transaction=True)
def test_of_two_first_accounts_at_once_one_wins() -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2, timeout=10)

    def create(email: str) -> None:
        try:
            start.wait()
            actions.create_first_account(email, "correct horse battery")
            outcomes.append("created")
        except SignUpClosedError:
            outcomes.append("closed")
        finally:
            connection.close()

    threads = [threading.Thread(target=create, args=[email]) for email in ("a@example.com", "b@example.com")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["closed", "created"]
    assert User.objects.count() == Team.objects.count() == Membership.objects.count() == 1
