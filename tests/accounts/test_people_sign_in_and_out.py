import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from tests.accounts.conftest import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> int:
    return client.post(LOGIN, {"login": email, "password": password}, **extra).status_code


def test_it_signs_in_by_address_whatever_its_case(visitor: Client, owner: User) -> None:
    answer = visitor.post(LOGIN, {"login": "OLGA@example.com", "password": PASSWORD})

    assert answer.headers["Location"] == reverse("threads:library")
    assert visitor.session["_auth_user_id"] == str(owner.pk)


def test_it_leads_on_to_the_page_that_was_asked_for(visitor: Client, owner: User) -> None:
    asked = visitor.get("/team/").headers["Location"]

    answer = visitor.post(asked, {"login": owner.email, "password": PASSWORD, "next": "/team/"})

    assert answer.headers["Location"] == "/team/"


def test_it_leads_nowhere_outside(visitor: Client, owner: User) -> None:
    answer = visitor.post(LOGIN, {"login": owner.email, "password": PASSWORD, "next": "https://evil.example/"})

    assert answer.headers["Location"] == reverse("threads:library")


def test_a_wrong_password_and_an_unknown_address_sound_the_same(visitor: Client, owner: User) -> None:
    wrong = visitor.post(LOGIN, {"login": owner.email, "password": "wrong"}).content.decode()
    unknown = visitor.post(LOGIN, {"login": "who@example.com", "password": "wrong"}).content.decode()

    sentence = "not correct"
    assert sentence in wrong
    assert sentence in unknown


def test_guessing_one_account_is_throttled_over_all_addresses(visitor: Client, owner: User) -> None:
    for number in range(5):
        sign_in(visitor, owner.email, "wrong", REMOTE_ADDR=f"192.0.2.{number + 1}")

    answer = visitor.post(LOGIN, {"login": owner.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.50")

    assert "Too many" in answer.content.decode()
    assert "_auth_user_id" not in visitor.session


def test_guessing_many_accounts_from_one_address_is_throttled(visitor: Client, owner: User) -> None:
    for number in range(10):
        sign_in(visitor, f"guess{number}@example.com", "wrong", REMOTE_ADDR="192.0.2.1")

    assert (
        "Too many"
        in visitor.post(LOGIN, {"login": owner.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.1").content.decode()
    )
    assert sign_in(visitor, owner.email, REMOTE_ADDR="192.0.2.2") == 302


def test_the_admin_is_entered_by_the_same_throttled_door(visitor: Client, owner: User) -> None:
    assert visitor.get("/admin/login/").headers["Location"].startswith(LOGIN)
    assert visitor.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_staff_alone_enter_the_admin(editor: User, moderator: User) -> None:
    client = Client()
    client.force_login(editor)
    assert client.get("/admin/login/").status_code == 403
    client.force_login(moderator)
    assert client.get("/admin/").status_code == 200


def test_signing_out_takes_a_press(visitor: Client, owner: User) -> None:
    visitor.force_login(owner)

    assert b"Sign out?" in visitor.get("/accounts/logout/").content
    assert "_auth_user_id" in visitor.session
    visitor.post("/accounts/logout/")
    assert "_auth_user_id" not in visitor.session


def test_a_closed_account_stays_out(visitor: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)

    answer = visitor.post(LOGIN, {"login": owner.email, "password": PASSWORD}, follow=True)

    assert b"This account is closed" in answer.content
    assert "_auth_user_id" not in visitor.session


def test_a_changed_password_keeps_this_browser_and_ends_the_others(visitor: Client, owner: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(owner)
    visitor.force_login(owner)

    answer = visitor.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "a new long phrase"})

    assert answer.headers["Location"] == "/me/"
    assert visitor.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302
    owner.refresh_from_db()
    assert owner.check_password("a new long phrase")


def test_a_change_needs_the_password_until_now(visitor: Client, owner: User) -> None:
    visitor.force_login(owner)

    visitor.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": "a new long phrase"})

    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_without_mail_the_page_says_who_can_help(visitor: Client, owner: User) -> None:
    answer = visitor.get("/accounts/password/reset/")

    assert b"ask the owner of your team" in answer.content
    visitor.post("/accounts/password/reset/", {"email": owner.email})
    assert mail.outbox == []


def test_with_mail_a_link_resets_the_password_once(
    visitor: Client, owner: User, settings: pytest.FixtureRequest
) -> None:
    settings.EMAIL_URL = "smtp://mail.example"  # type: ignore[attr-defined]

    visitor.post("/accounts/password/reset/", {"email": owner.email})

    assert "Retake" in mail.outbox[0].subject
    found = re.search(r"http://localhost(\S+)", str(mail.outbox[0].body))
    assert found
    page = visitor.get(found[1], follow=True)
    visitor.post(page.redirect_chain[-1][0], {"password1": "a new long phrase"})
    owner.refresh_from_db()
    assert owner.check_password("a new long phrase")
    assert b"no longer works" in Client(HTTP_HOST="localhost").get(found[1], follow=True).content


def test_an_unknown_address_gets_the_same_page(visitor: Client, owner: User, settings: pytest.FixtureRequest) -> None:
    settings.EMAIL_URL = "smtp://mail.example"  # type: ignore[attr-defined]

    known = visitor.post("/accounts/password/reset/", {"email": owner.email}, follow=True)
    unknown = visitor.post("/accounts/password/reset/", {"email": "who@example.com"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert "knows no account" in mail.outbox[1].subject


@pytest.mark.parametrize(
    "path",
    [
        "email/",
        "confirm-email/",
        "password/set/",
        "reauthenticate/",
        "login/code/",
        "3rdparty/",
        "2fa/",
        "social/",
    ],
)
def test_what_the_studio_does_not_use_is_not_there(visitor: Client, owner: User, path: str) -> None:
    visitor.force_login(owner)

    assert visitor.get(f"/accounts/{path}").status_code == 404
