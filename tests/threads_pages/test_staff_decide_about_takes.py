"""Staff look at held takes in the admin, which is recorded there, and release, delete or hold them with a reason."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.media import addresses
from studio.media.models import Asset, Kind
from studio.threads.models import HeldBy, Take

As = Callable[[User | None], Client]
WHY = {"reason": "A mistake of the check."}


def page(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def change(take: Take) -> str:
    return page("threads_take_change", take.pk)


def files_named(html: str) -> list[str]:
    return re.findall(r'"(/media/[0-9][^"]+)"', html)


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("act", flat=True))


@pytest.fixture
def looker(moderator: User) -> User:
    """Staff who may look at takes and files, and not change them."""
    User.objects.filter(pk=moderator.pk).update(is_superuser=False)
    for name in ("view_take", "view_asset"):
        moderator.user_permissions.add(Permission.objects.get(codename=name))
    return User.objects.get(pk=moderator.pk)


def test_held_takes_are_found_and_no_list_shows_them(as_client: As, moderator: User, held: Take) -> None:
    client = as_client(moderator)
    found = client.get(page("threads_take_changelist"), {"held_by__exact": "provider"})
    assert found.context["cl"].result_count == 1
    for name in ("threads_take_changelist", "media_asset_changelist", "threads_turn_changelist"):
        assert not files_named(client.get(page(name)).content.decode())
    assert not AuditEntry.objects.exists()


def test_looking_is_recorded_and_begins_with_a_blur(as_client: As, moderator: User, held: Take) -> None:
    client = as_client(moderator)
    html = client.get(change(held)).content.decode()
    assert acts() == ["take.opened"]
    look = html[html.index('<details class="held-look">') : html.index("</details>")]
    assert "<summary><img" in look and "Show it" in look
    assert 'controls preload="none"' in look and "autoplay" not in look
    files = files_named(look)
    assert {client.get(each).status_code for each in files} == {200}
    assert len(set(files)) == 2


def test_what_the_page_of_the_take_shows_opens_for_nobody_else(
    as_client: As, moderator: User, held: Take, editor: User, owner: User
) -> None:
    files = files_named(as_client(moderator).get(change(held)).content.decode())
    for person in (None, editor, owner):
        assert {as_client(person).get(each).status_code for each in files} == {404}


def test_the_pages_of_its_files_are_no_way_around(as_client: As, moderator: User, held: Take, owner: User) -> None:
    client = as_client(moderator)
    poster = Asset.objects.get(origin=held.asset, kind=Kind.POSTER)
    for asset in (held.asset, poster):
        html = client.get(page("media_asset_change", asset.pk)).content.decode()
        files = files_named(html)
        assert "held-look" in html and files
        assert {client.get(each).status_code for each in files} == {200}
        assert {as_client(owner).get(each).status_code for each in files} == {404}
    assert acts() == ["asset.opened", "asset.opened"]


def test_the_hold_of_a_take_is_not_switched_on_its_file(as_client: As, moderator: User, held: Take) -> None:
    """That would leave the take saying something else, and nobody's reason."""
    client = as_client(moderator)
    client.post(page("media_asset_change", held.asset_id), {"title": "A storm"})
    held.asset.refresh_from_db()
    assert (held.asset.held, held.asset.title) == (True, "A storm")


def test_a_file_that_somebody_brought_is_held_back_there(as_client: As, moderator: User, clip: Asset) -> None:
    address = addresses.url(clip)
    as_client(moderator).post(page("media_asset_change", clip.pk), {"title": "harbour", "held": "on"})
    clip.refresh_from_db()
    assert clip.held
    assert Client().get(address).status_code == 404


def test_a_release_asks_for_a_reason_and_keeps_it(as_client: As, moderator: User, held: Take) -> None:
    client, release = as_client(moderator), page("threads_take_release", held.pk)
    assert f'href="{release}"' in client.get(change(held)).content.decode()
    assert "Everybody in its team sees this take again" in client.get(release).content.decode()
    assert "This field is required." in client.post(release, {"reason": " "}).content.decode()
    held.refresh_from_db()
    assert held.held_at
    answer = client.post(release, WHY, follow=True)
    assert "The take is released." in answer.content.decode()
    held.refresh_from_db()
    assert held.held_at is None and not held.asset.held
    entry = AuditEntry.objects.get(act="take.released")
    assert (entry.actor, entry.detail["reason"]) == (moderator, "A mistake of the check.")


def test_a_deletion_does_too(as_client: As, moderator: User, held: Take) -> None:
    client = as_client(moderator)
    client.post(page("threads_take_delete_held", held.pk), WHY)
    held.refresh_from_db()
    assert held.trashed_at and held.held_by == HeldBy.STAFF
    assert AuditEntry.objects.get(act="take.deleted").detail["reason"] == "A mistake of the check."
    html = client.get(change(held)).content.decode()
    assert not any(page(f"threads_take_{name}", held.pk) in html for name in ("release", "delete_held", "hold_back"))


def test_any_take_can_be_held_back(as_client: As, moderator: User, made: Take, owner: User) -> None:
    client, hold = as_client(moderator), page("threads_take_hold_back", made.pk)
    html = client.get(change(made)).content.decode()
    assert hold in html and page("threads_take_release", made.pk) not in html
    address = addresses.url(made.asset)
    client.post(hold, {"reason": "Somebody in it did not agree."})
    made.refresh_from_db()
    assert (made.held_by, made.held_reason) == (HeldBy.STAFF, "Somebody in it did not agree.")
    assert as_client(owner).get(address).status_code == 404


def test_deciding_twice_is_said(as_client: As, moderator: User, held: Take) -> None:
    client, release = as_client(moderator), page("threads_take_release", held.pk)
    client.post(release, WHY)
    again = client.post(release, WHY, follow=True).content.decode()
    assert "Somebody has decided about this take already." in again


def test_staff_who_may_only_look_cannot_decide(as_client: As, looker: User, held: Take) -> None:
    client = as_client(looker)
    html = client.get(change(held)).content.decode()
    assert "held-look" in html
    for name in ("release", "delete_held", "hold_back"):
        address = page(f"threads_take_{name}", held.pk)
        assert address not in html
        assert client.get(address).status_code == client.post(address, WHY).status_code == 403
    held.refresh_from_db()
    assert held.held_at and held.trashed_at is None


def test_those_who_are_not_staff_are_sent_away(as_client: As, editor: User, owner: User, held: Take) -> None:
    for person in (editor, owner, None):
        for name in ("release", "delete_held", "hold_back", "change"):
            assert as_client(person).get(page(f"threads_take_{name}", held.pk)).status_code == 302
