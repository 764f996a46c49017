from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from studio.accounts import invitations
from studio.accounts.models import Invitation, Membership, Role, Team, User
from studio.audit.models import AuditEntry
from studio.live.models import Event

NEW = {"email": "Nina@example.com", "password": "a long enough phrase", "name": "Nina"}


@pytest.fixture
def link(owner: User, team: Team) -> str:
    return invitations.path_of(invitations.invite(owner, team, Role.REVIEWER)[1])


def test_an_owner_makes_a_link_that_is_shown_once(owner: User, team: Team, as_client: Callable[[User], Client]) -> None:
    client = as_client(owner)

    made = client.post(f"/team/{team.pk}/invitations/", {"role": "editor", "email": ""}, follow=True)

    invitation = Invitation.objects.get()
    link = made.context["fresh"]["link"]
    assert link in made.content.decode()
    assert link.rpartition("/invite/")[2].strip("/") not in invitation.token_hash
    assert "/invite/" not in client.get("/team/").content.decode()
    assert AuditEntry.objects.get().act == "invitation.made"


def test_a_new_person_signs_up_and_is_in(visitor: Client, link: str, team: Team) -> None:
    assert b"Join Harbour Films" in visitor.get(link).content

    visitor.post(link, NEW)

    nina = User.objects.get(email="nina@example.com")
    assert Membership.objects.get(user=nina).role == Role.REVIEWER
    assert (nina.is_staff, nina.is_superuser) == (False, False)
    assert visitor.session["_auth_user_id"] == str(nina.pk)
    assert visitor.get("/team/").status_code == 200
    assert Event.objects.get(stream=nina.stream).kind == "access.changed"


def test_somebody_with_an_account_joins_with_one_press(
    stranger: User, link: str, team: Team, as_client: Callable[[User], Client]
) -> None:
    client = as_client(stranger)
    assert b"Join the team" in client.get(link).content

    client.post(link)

    assert Membership.objects.get(user=stranger, team=team).role == Role.REVIEWER


def test_looking_at_the_link_joins_nobody(stranger: User, link: str, as_client: Callable[[User], Client]) -> None:
    as_client(stranger).get(link)

    assert Membership.objects.filter(user=stranger).count() == 1


def test_a_used_link_says_so(visitor: Client, link: str) -> None:
    visitor.post(link, NEW)
    second = Client(HTTP_HOST="localhost")

    for answer in (second.get(link), second.post(link, NEW | {"email": "eve@example.com"})):
        assert answer.status_code == 410
        assert b"has been used" in answer.content
    assert not User.objects.filter(email="eve@example.com").exists()


def test_an_expired_link_says_so(visitor: Client, link: str) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    answer = visitor.post(link, NEW)

    assert (answer.status_code, b"has expired" in answer.content) == (410, True)
    assert not User.objects.filter(email="nina@example.com").exists()


def test_a_withdrawn_link_says_so(visitor: Client, link: str, owner: User, as_client: Callable[[User], Client]) -> None:
    as_client(owner).post(f"/team/invitations/{Invitation.objects.get().pk}/revoke/")

    answer = visitor.get(link)

    assert (answer.status_code, b"was withdrawn" in answer.content) == (410, True)
    assert AuditEntry.objects.filter(act="invitation.revoked").count() == 1


def test_an_unknown_link_says_so(visitor: Client, db: None) -> None:
    answer = visitor.get("/invite/nonsense/")

    assert (answer.status_code, b"not known here" in answer.content) == (404, True)


def test_an_address_that_has_an_account_is_sent_to_sign_in(visitor: Client, link: str, stranger: User) -> None:
    answer = visitor.post(link, NEW | {"email": stranger.email})

    assert (answer.status_code, b"Sign in, then open" in answer.content) == (422, True)
    assert Invitation.objects.pending().count() == 1


def test_a_link_for_one_address_works_for_it_alone(
    visitor: Client, owner: User, team: Team, stranger: User, as_client: Callable[[User], Client]
) -> None:
    path = invitations.path_of(invitations.invite(owner, team, Role.VIEWER, email="nina@example.com")[1])

    assert b"This invitation is for nina@example.com" in as_client(stranger).post(path).content
    assert visitor.post(path, NEW | {"email": "eve@example.com"}).status_code == 410
    assert Invitation.objects.pending().count() == 1
    assert visitor.post(path, NEW).status_code == 302


def test_a_member_who_opens_a_link_keeps_their_role(
    editor: User, link: str, team: Team, as_client: Callable[[User], Client]
) -> None:
    client = as_client(editor)
    assert b"You are in this team already" in client.get(link).content

    client.post(link)

    assert Membership.objects.get(user=editor, team=team).role == Role.EDITOR
    assert Invitation.objects.pending().count() == 1


def test_opening_links_is_throttled(visitor: Client, link: str) -> None:
    for _ in range(20):
        visitor.post("/invite/guess/")

    assert visitor.post("/invite/guess/").status_code == 429


def test_it_is_mailed_where_the_studio_can(
    owner: User, team: Team, as_client: Callable[[User], Client], settings: pytest.FixtureRequest
) -> None:
    settings.EMAIL_URL = "smtp://mail.example"  # type: ignore[attr-defined]

    made = as_client(owner).post(
        f"/team/{team.pk}/invitations/", {"role": "editor", "email": "nina@example.com"}, follow=True
    )

    assert mail.outbox[0].to == ["nina@example.com"]
    assert made.context["fresh"]["link"] in str(mail.outbox[0].body)
    assert b"It was mailed" in made.content


@pytest.mark.parametrize("role", ["editor", "reviewer", "viewer"])
def test_only_owners_invite(
    request: pytest.FixtureRequest, team: Team, as_client: Callable[[User], Client], role: str
) -> None:
    client = as_client(request.getfixturevalue(role))

    assert client.post(f"/team/{team.pk}/invitations/", {"role": "owner", "email": ""}).status_code == 403
    assert not Invitation.objects.exists()


def test_a_stranger_finds_no_such_team(stranger: User, team: Team, as_client: Callable[[User], Client]) -> None:
    client = as_client(stranger)

    assert client.post(f"/team/{team.pk}/invitations/", {"role": "owner", "email": ""}).status_code == 404


def test_the_command_prints_a_link_that_works(visitor: Client, team: Team, owner: User) -> None:
    out = StringIO()

    call_command("invite", "--role", "viewer", "--email", "nina@example.com", stdout=out)

    path = "/invite/" + out.getvalue().strip().rpartition("/invite/")[2]
    visitor.post(path, NEW)
    assert Membership.objects.get(user__email="nina@example.com").role == Role.VIEWER
    assert AuditEntry.objects.filter(act="invitation.made", actor=None, actor_label="manage.py").exists()


def test_the_command_asks_which_team(team: Team, other_team: Team) -> None:
    with pytest.raises(CommandError, match="Which team"):
        call_command("invite")
    with pytest.raises(CommandError, match="No single team"):
        call_command("invite", "--team", "Nowhere")
    call_command("invite", "--team", other_team.name, stdout=StringIO())
    assert Invitation.objects.get().team == other_team


def test_the_command_needs_a_team_and_a_real_address(db: None) -> None:
    with pytest.raises(CommandError, match="no team yet"):
        call_command("invite")
    with pytest.raises(CommandError, match="not an e-mail"):
        call_command("invite", "--email", "nonsense")


def test_the_password_of_a_new_person_is_judged(visitor: Client, link: str) -> None:
    assert visitor.post(link, NEW | {"password": "short"}).status_code == 422
    assert not User.objects.filter(email="nina@example.com").exists()
