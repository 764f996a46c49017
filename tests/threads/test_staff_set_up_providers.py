"""Keys and what teams may use, in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from studio.accounts.models import Team, User
from studio.audit.models import AuditEntry
from studio.providers import keys
from studio.providers.models import ProviderKey
from studio.threads import choosing
from studio.threads.models import Operation, TeamProvider
from tests.threads.scripted import Scripted

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/providers/providerkey/"
KEY = "rw-0123456789abcdef-WXYZ"


@pytest.fixture
def staff(editor: User) -> User:
    editor.is_staff = editor.is_superuser = True
    editor.save()
    return editor


@pytest.fixture
def keyless(settings: Any) -> None:
    """No key in the environment, so that the one in the admin counts."""
    settings.PROVIDER_KEYS = {}


@pytest.fixture
def admin(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_a_key_is_stored_encrypted_and_never_shown_again(admin: Client, scripted: Scripted, keyless: None) -> None:
    answer = admin.post(f"{ADDRESS}add/", {"provider": "scripted", "key": KEY})
    assert answer.status_code == 302
    row = ProviderKey.objects.get()
    assert KEY.encode() not in bytes(row.sealed) and keys.find("scripted") == KEY
    for page in (ADDRESS, f"{ADDRESS}{row.pk}/change/"):
        shown = admin.get(page).content.decode()
        assert KEY not in shown and KEY[:12] not in shown
    assert "WXYZ" in admin.get(ADDRESS).content.decode()
    assert AuditEntry.objects.filter(act="providerkey.added").exists()
    assert KEY not in str(list(AuditEntry.objects.values()))


def test_another_key_takes_its_place(admin: Client, scripted: Scripted, keyless: None) -> None:
    keys.keep("scripted", KEY)
    row = ProviderKey.objects.get()
    assert admin.post(f"{ADDRESS}{row.pk}/change/", {"key": "another-key-of-this-vendor"}).status_code == 302
    assert keys.find("scripted") == "another-key-of-this-vendor"


def test_a_second_key_of_a_provider_is_refused_with_a_sentence(scripted: Scripted) -> None:
    get_resolver().url_patterns  # noqa: B018  finds the admin modules in their order
    from studio.threads.admin.providers import KeyForm

    keys.keep("scripted", KEY)
    form = KeyForm({"provider": "scripted", "key": "x" * 20})
    assert "Open it to enter another one" in str(form.errors["provider"])


def test_the_environment_comes_first(settings: Any) -> None:
    keys.keep("scripted", KEY)
    settings.PROVIDER_KEYS = {"scripted": "from-the-environment"}
    assert keys.find("scripted") == "from-the-environment"


def test_the_key_is_tried_where_it_is_shown(admin: Client, scripted: Scripted) -> None:
    keys.keep("scripted", KEY)
    row = ProviderKey.objects.get()
    answer = admin.get(reverse("admin:providers_providerkey_try_key", args=[row.pk]), follow=True)
    assert "The key is good." in answer.content.decode()


def test_a_team_is_offered_what_has_a_key_and_is_allowed(team: Team, scripted: Scripted) -> None:
    assert [each.provider for each in choosing.offered(team.pk, Operation.EDIT)].count("scripted") == 1
    other = Team.objects.create(name="Others")
    TeamProvider.objects.create(team=other, provider="scripted", allowed=False)
    assert {each.provider for each in choosing.offered(other.pk, Operation.EDIT)} == {"local"}


def test_without_a_key_a_provider_is_not_offered(team: Team, scripted: Scripted, keyless: None) -> None:
    assert {each.provider for each in choosing.offered(team.pk, Operation.EDIT)} == {"local"}


def test_a_team_starts_with_its_own_model(team: Team, scripted: Scripted) -> None:
    TeamProvider.objects.create(team=team, provider="scripted", default_model="scripted/model-1")
    assert choosing.chosen(team.pk, Operation.GENERATE).key == "scripted/model-1"


def test_staff_keep_a_team_from_the_rehearsal(admin: Client, team: Team, other_team: Team, settings: Any) -> None:
    settings.REHEARSAL = True
    page = admin.get(f"/admin/accounts/team/{team.pk}/change/").content.decode()
    choices = page.partition('name="providers-__prefix__-provider"')[2].partition("</select>")[0]
    assert ">Rehearsal</option>" in choices and 'value="local"' not in choices
    form = {
        "name": team.name,
        "providers-TOTAL_FORMS": "1", "providers-INITIAL_FORMS": "0", "providers-0-team": team.pk,
        "providers-0-provider": "rehearsal", "providers-0-default_model": "",
    }  # fmt: skip
    for prefix in ("memberships", "budgets"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    answer = admin.post(f"/admin/accounts/team/{team.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    row = TeamProvider.objects.get(team=team)
    assert (row.provider, row.allowed) == ("rehearsal", False)
    offered = [{spec.provider for spec in choosing.offered(each.pk, Operation.EDIT)} for each in (team, other_team)]
    assert [("rehearsal" in each) for each in offered] == [False, True]


def test_staff_say_in_the_admin_what_a_team_may_use(admin: Client, team: Team) -> None:
    page = admin.get(f"/admin/accounts/team/{team.pk}/change/")
    assert page.status_code == 200 and "Model to start with" in page.content.decode()
