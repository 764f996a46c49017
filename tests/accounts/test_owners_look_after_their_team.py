import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from studio.accounts import access, actions
from studio.accounts.consumers import PersonConsumer
from studio.accounts.models import Membership, Role, Team, User
from studio.audit.models import AuditEntry
from studio.live.models import Event

AsClient = Callable[[User], Client]


def membership(user: User, team: Team) -> Membership:
    return Membership.objects.get(user=user, team=team)


def test_everybody_in_the_team_sees_who_is_in_it(
    owner: User, editor: User, viewer: User, team: Team, as_client: AsClient
) -> None:
    for person in (owner, editor, viewer):
        page = as_client(person).get("/team/").content.decode()
        assert owner.email in page
        assert viewer.email in page
        assert ("Invite somebody" in page) is (person == owner)


def test_an_owner_changes_a_role(owner: User, editor: User, team: Team, as_client: AsClient) -> None:
    as_client(owner).post(f"/team/members/{membership(editor, team).pk}/role/", {"role": "viewer"})

    assert access.role_in(editor, team) == Role.VIEWER
    assert not access.can_edit(editor, team)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.detail["before"], entry.detail["after"]) == ("member.changed", "editor", "viewer")
    assert Event.objects.get(stream=editor.stream).kind == "access.changed"


def test_a_removed_member_is_out_at_once(owner: User, editor: User, team: Team, as_client: AsClient) -> None:
    gone = as_client(editor)
    assert b"Harbour Films" in gone.get("/team/").content

    as_client(owner).post(f"/team/members/{membership(editor, team).pk}/remove/")

    assert b"You are in no team" in gone.get("/team/").content
    assert access.role_in(editor, team) is None
    assert AuditEntry.objects.get().act == "member.removed"
    assert Event.objects.get(stream=editor.stream).kind == "access.changed"


def test_anybody_may_leave(viewer: User, owner: User, team: Team, as_client: AsClient) -> None:
    as_client(viewer).post(f"/team/members/{membership(viewer, team).pk}/remove/")

    assert access.role_in(viewer, team) is None
    assert AuditEntry.objects.get().act == "member.left"


@pytest.mark.parametrize("act", ["remove", "role"])
def test_the_last_owner_stays(owner: User, editor: User, team: Team, as_client: AsClient, act: str) -> None:
    client = as_client(owner)

    answer = client.post(f"/team/members/{membership(owner, team).pk}/{act}/", {"role": "viewer"}, follow=True)

    assert b"A team needs an owner" in answer.content
    assert access.role_in(owner, team) == Role.OWNER


def test_with_a_second_owner_the_first_may_go(owner: User, editor: User, team: Team, as_client: AsClient) -> None:
    client = as_client(owner)
    client.post(f"/team/members/{membership(editor, team).pk}/role/", {"role": "owner"})

    client.post(f"/team/members/{membership(owner, team).pk}/remove/")

    assert list(Membership.objects.values_list("user__email", "role")) == [(editor.email, "owner")]


@pytest.mark.parametrize("role", ["editor", "reviewer", "viewer"])
@pytest.mark.parametrize("act", ["role", "remove", "reset-link"])
def test_others_may_not(
    request: pytest.FixtureRequest, owner: User, team: Team, as_client: AsClient, role: str, act: str
) -> None:
    client = as_client(request.getfixturevalue(role))

    assert client.post(f"/team/members/{membership(owner, team).pk}/{act}/", {"role": "viewer"}).status_code == 403
    assert access.role_in(owner, team) == Role.OWNER


@pytest.mark.parametrize("act", ["role", "remove", "reset-link"])
def test_a_stranger_finds_nothing(stranger: User, editor: User, team: Team, as_client: AsClient, act: str) -> None:
    client = as_client(stranger)

    assert client.post(f"/team/members/{membership(editor, team).pk}/{act}/", {"role": "viewer"}).status_code == 404
    assert client.post(f"/team/{team.pk}/rename/", {"name": "Mine"}).status_code == 404


def test_a_visitor_is_sent_to_sign_in(owner: User, team: Team, visitor: Client) -> None:
    for path in ("/team/", "/me/"):
        assert visitor.get(path).headers["Location"].startswith("/accounts/login/")
    assert visitor.post(f"/team/members/{membership(owner, team).pk}/remove/").status_code == 302
    assert access.role_in(owner, team) == Role.OWNER


def test_an_owner_renames_the_team(owner: User, team: Team, as_client: AsClient) -> None:
    client = as_client(owner)
    client.post(f"/team/{team.pk}/rename/", {"name": "North Pier"})
    client.post(f"/team/{team.pk}/rename/", {"name": " "})

    team.refresh_from_db()
    assert team.name == "North Pier"


def test_a_reset_link_gives_one_new_password(
    owner: User, editor: User, team: Team, as_client: AsClient, visitor: Client
) -> None:
    page = as_client(owner).post(f"/team/members/{membership(editor, team).pk}/reset-link/", follow=True)
    path = re.sub(r"^https?://[^/]+", "", page.context["fresh"]["link"])
    assert AuditEntry.objects.get().act == "reset_link.made"

    form = visitor.get(path, follow=True)
    visitor.post(form.redirect_chain[-1][0], {"password1": "a new long phrase"})

    editor.refresh_from_db()
    assert editor.check_password("a new long phrase")
    assert visitor.session["_auth_user_id"] == str(editor.pk)
    assert b"no longer works" in Client(HTTP_HOST="localhost").get(path, follow=True).content


def test_a_reset_link_ends_after_a_day(
    owner: User, editor: User, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = actions.make_reset_link(owner, editor)
    later = timezone.now().replace(tzinfo=None) + timedelta(hours=24, minutes=1)
    generator = "django.contrib.auth.tokens.PasswordResetTokenGenerator._now"
    monkeypatch.setattr(generator, lambda self: later)

    assert b"no longer works" in visitor.get(path, follow=True).content


def test_a_reset_link_reaches_no_further_than_its_maker(
    owner: User, editor: User, stranger: User, moderator: User, team: Team, other_team: Team, as_client: AsClient
) -> None:
    Membership.objects.create(team=team, user=moderator, role=Role.VIEWER)
    Membership.objects.create(team=other_team, user=editor, role=Role.VIEWER)
    client = as_client(owner)

    for person in (moderator, editor):
        answer = client.post(f"/team/members/{membership(person, team).pk}/reset-link/", follow=True)
        assert b"outside your teams" in answer.content
        assert "/password/reset/key/" not in answer.content.decode()
    assert not AuditEntry.objects.exists()
    assert actions.may_reset(moderator, editor)
    assert not actions.may_reset(owner, owner)


def test_the_team_is_switched_for_the_session(
    stranger: User, team: Team, other_team: Team, as_client: AsClient
) -> None:
    Membership.objects.create(team=team, user=stranger, role=Role.VIEWER)
    client = as_client(stranger)
    assert b"Elsewhere Pictures</h1>" in client.get("/team/").content

    client.post("/team/switch/", {"team": str(team.pk)})

    assert b"Harbour Films</h1>" in client.get("/team/").content


def test_nobody_switches_to_a_team_they_are_not_in(stranger: User, team: Team, as_client: AsClient) -> None:
    client = as_client(stranger)

    client.post("/team/switch/", {"team": str(team.pk)})

    assert b"Elsewhere Pictures</h1>" in client.get("/team/").content


def test_staff_create_further_teams(moderator: User, editor: User, as_client: AsClient) -> None:
    as_client(moderator).post("/team/create/", {"name": "Second Unit"})

    assert access.role_in(moderator, Team.objects.get(name="Second Unit")) == Role.OWNER
    assert as_client(editor).post("/team/create/", {"name": "Mine"}).status_code == 403


def test_a_person_names_themselves(editor: User, as_client: AsClient) -> None:
    client = as_client(editor)
    client.post("/me/", {"name": "Emil Berg"})

    editor.refresh_from_db()
    assert (editor.name, editor.initials) == ("Emil Berg", "EB")
    assert client.post("/me/", {"name": "x" * 81}).status_code == 422


def test_the_shell_asks_for_memberships_once(
    owner: User, as_client: AsClient, django_assert_max_num_queries: Any
) -> None:
    client = as_client(owner)
    with django_assert_max_num_queries(4):
        client.get("/me/")


@pytest.mark.django_db(transaction=True)
async def test_a_persons_socket_follows_them_and_their_teams(owner: User, team: Team, other_team: Team) -> None:
    consumer = PersonConsumer()
    consumer.scope = {"user": owner}

    assert await consumer.stream_names() == [f"user-{owner.pk}", f"team-{team.pk}"]
    consumer.scope = {}
    assert await consumer.stream_names() == []
