from collections.abc import Callable

import pytest
from django.test import Client

from studio.accounts import invitations
from studio.accounts.models import Invitation, Membership, Role, Team, User
from studio.audit.models import AuditEntry
from studio.audit.records import record
from studio.audit.verifying import verify
from studio.live.models import Event
from studio.providers.models import ProviderKey

AsClient = Callable[[User], Client]
NEW = {"email": "New@Example.com", "name": "", "usable_password": "true", "password1": "a long enough phrase"}


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("act", flat=True))


def test_opening_a_row_in_the_admin_is_recorded(moderator: User, team: Team, as_client: AsClient) -> None:
    as_client(moderator).get(f"/admin/accounts/team/{team.pk}/change/")

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.act, entry.object_id) == (moderator, "team.opened", str(team.pk))


def test_looking_at_its_history_is_an_opening_too(moderator: User, team: Team, as_client: AsClient) -> None:
    as_client(moderator).get(f"/admin/accounts/team/{team.pk}/history/")

    assert acts() == ["team.opened"]


def test_what_is_not_there_leaves_no_trace(moderator: User, as_client: AsClient) -> None:
    as_client(moderator).get("/admin/accounts/membership/4711/change/")

    assert acts() == []


def test_the_trail_cannot_be_edited(moderator: User, as_client: AsClient) -> None:
    entry = record(moderator, "team.renamed", "team", 1, before="A", after="B")
    client = as_client(moderator)

    assert client.get("/admin/audit/auditentry/").status_code == 200
    assert client.get(f"/admin/audit/auditentry/{entry.pk}/change/").status_code == 200
    assert client.get("/admin/audit/auditentry/add/").status_code == 403
    assert client.post(f"/admin/audit/auditentry/{entry.pk}/change/", {"act": "x"}).status_code == 403
    assert client.post(f"/admin/audit/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_act_keeps_its_name_when_the_person_goes(editor: User) -> None:
    record(editor, "team.renamed", "team", 1)
    number = editor.pk
    editor.delete()

    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.actor_label) == (number, "emil@example.com")
    assert verify().broken is None


@pytest.mark.parametrize("kind", ["user", "team", "membership", "invitation"])
def test_lists_open_and_can_be_searched(
    moderator: User, owner: User, team: Team, as_client: AsClient, kind: str
) -> None:
    answer = as_client(moderator).get(f"/admin/accounts/{kind}/?q=olga")

    assert answer.status_code == 200
    assert "Retake" in answer.content.decode()


def test_staff_create_a_person_who_can_sign_in(moderator: User, as_client: AsClient, visitor: Client) -> None:
    answer = as_client(moderator).post(
        "/admin/accounts/user/add/", NEW | {"password2": "a long enough phrase", **no_memberships()}
    )

    assert answer.status_code == 302, answer.content.decode()
    assert acts() == ["user.added"]
    signed = visitor.post("/accounts/login/", {"login": "new@example.com", "password": "a long enough phrase"})
    assert signed.status_code == 302


def test_a_changed_address_no_longer_signs_in(moderator: User, editor: User, as_client: AsClient) -> None:
    browser = Client(HTTP_HOST="localhost")
    credentials = {"login": editor.email, "password": "correct horse battery"}
    browser.post("/accounts/login/", credentials)
    held = editor.memberships.get()

    answer = as_client(moderator).post(
        f"/admin/accounts/user/{editor.pk}/change/",
        {
            "email": "moved@example.com",
            "name": "Emil",
            "is_active": "on",
            **no_memberships(),
            "memberships-TOTAL_FORMS": "1",
            "memberships-INITIAL_FORMS": "1",
            "memberships-0-id": str(held.pk),
            "memberships-0-user": str(editor.pk),
            "memberships-0-team": str(held.team_id),
            "memberships-0-role": "viewer",
        },
    )

    assert answer.status_code == 302, answer.content.decode()
    assert Client(HTTP_HOST="localhost").post("/accounts/login/", credentials).status_code == 200
    assert Event.objects.filter(stream=editor.stream, kind="access.changed").exists()
    held.refresh_from_db()
    assert held.role == Role.VIEWER


def test_staff_without_all_rights_raise_nobody(moderator: User, editor: User, as_client: AsClient) -> None:
    User.objects.filter(pk=moderator.pk).update(is_superuser=False)

    assert as_client(moderator).get(f"/admin/accounts/user/{editor.pk}/change/").status_code == 403


def test_removing_a_membership_in_the_admin_tells_the_person(
    moderator: User, editor: User, team: Team, as_client: AsClient
) -> None:
    membership = Membership.objects.get(user=editor)

    as_client(moderator).post(f"/admin/accounts/membership/{membership.pk}/delete/", {"post": "yes"})

    assert not Membership.objects.filter(user=editor).exists()
    assert Event.objects.filter(stream=editor.stream, kind="access.changed").exists()
    assert acts() == ["membership.deleted"]


def test_an_invitation_shows_no_token(moderator: User, team: Team, as_client: AsClient) -> None:
    client = as_client(moderator)
    _row, token = invitations.invite(None, team, Role.EDITOR)
    invitation = Invitation.objects.get()

    page = client.get(f"/admin/accounts/invitation/{invitation.pk}/change/").content.decode()

    assert token not in page
    assert invitation.token_hash not in page


def no_memberships() -> dict[str, str]:
    return {
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        "memberships-MIN_NUM_FORMS": "0",
        "memberships-MAX_NUM_FORMS": "1000",
    }


def test_a_change_keeps_what_was_there_before(moderator: User, editor: User, team: Team, as_client: AsClient) -> None:
    membership = Membership.objects.get(user=editor)
    rows = {
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(membership.pk),
        "memberships-0-team": str(team.pk),
        "memberships-0-user": str(editor.pk),
        "memberships-0-role": "viewer",
    }
    data = {"email": editor.email, "name": "Emilia", "is_active": "on", "is_staff": "on", **rows}

    answer = as_client(moderator).post(f"/admin/accounts/user/{editor.pk}/change/", data)

    assert answer.status_code == 302, answer.content.decode()
    detail = AuditEntry.objects.get(act="user.changed").detail
    assert detail["before"] == {"name": "Emil", "is_staff": False}
    assert detail["after"] == {"name": "Emilia", "is_staff": True}
    (row,) = detail["rows"]
    assert (row["what"], row["before"], row["after"]) == ("changed", {"role": "editor"}, {"role": "viewer"})
    assert "Emil → Emilia" in as_client(moderator).get("/admin/audit/auditentry/").content.decode()


def test_no_secret_is_kept(moderator: User, editor: User, as_client: AsClient) -> None:
    client = as_client(moderator)
    secret = "a wholly new passphrase"
    answer = client.post(
        f"/admin/accounts/user/{editor.pk}/password/",
        {"password1": secret, "password2": secret, "usable_password": "true", "set-password": "1"},
    )
    assert answer.status_code == 302, answer.content.decode()
    client.post("/admin/providers/providerkey/add/", {"provider": "runware", "key": "key-0123456789abcdef"})
    row = ProviderKey.objects.get()
    client.post(f"/admin/providers/providerkey/{row.pk}/change/", {"key": "key-fedcba9876543210"})
    client.post(f"/admin/accounts/user/{editor.pk}/delete/", {"post": "yes"})

    assert acts() == ["user.changed", "providerkey.added", "providerkey.changed", "user.deleted"]
    kept = " ".join(str(entry.detail) for entry in AuditEntry.objects.all())
    assert secret not in kept and "0123456789" not in kept and "fedcba" not in kept and "md5$" not in kept
    assert "'key': '•••'" in kept and "'email': 'emil@example.com'" in kept
