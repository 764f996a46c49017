"""Share links: who may make them, what the audit trail keeps, and what each change ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.live.models import Event
from studio.review import shares
from studio.review.models import ShareLink
from studio.threads.models import Take, Thread
from tests.review.conftest import Share, enter

As = Callable[[User | None], Client]
SECRET = "open sesame"


def page(thread: Thread) -> str:
    return reverse("review:thread-shares", args=[thread.pk])


def field(link: ShareLink, **values: str) -> dict[str, str]:
    return {f"{link.pk.hex}-{name}": value for name, value in values.items()}


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("editor", 200), ("reviewer", 403), ("viewer", 403), ("stranger", 404), ("moderator", 404)],
)
def test_those_who_edit_share_and_nobody_else(
    who: str, status: int, request: pytest.FixtureRequest, as_client: As, link: ShareLink
) -> None:
    client = as_client(request.getfixturevalue(who))
    assert client.get(page(link.thread)).status_code == status
    made = client.post(page(link.thread), {"label": "For the client", "may_note": "on"})
    assert made.status_code == (302 if status == 200 else status)
    for name in ("change", "switch", "remove"):
        answer = client.post(reverse(f"review:share-{name}", args=[link.pk]), field(link, label="x"))
        assert answer.status_code == (302 if status == 200 else status), name
    assert ShareLink.objects.count() == (2 if status == 200 else 1)


def test_a_visitor_is_sent_to_sign_in(client: Client, link: ShareLink) -> None:
    for address in (page(link.thread), reverse("review:share-switch", args=[link.pk])):
        assert "/accounts/login/" in client.post(address)["Location"]


def test_a_link_is_made_as_the_form_says(as_client: As, editor: User, thread: Thread, take: Take) -> None:
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    form = {"scope": str(take.pk), "label": " The  client ", "password": SECRET, "last_day": day, "may_download": "on"}
    answer = as_client(editor).post(page(thread), form, follow=True)
    link = ShareLink.objects.get()
    assert (link.take, link.label, link.may_note, link.may_download, link.shows_prompts) == (
        take,
        "The client",
        False,
        True,
        False,
    )
    assert link.expires_at is not None
    assert timedelta(days=3) < link.expires_at - timezone.now() <= timedelta(days=4)
    assert SECRET not in link.password
    assert shares.path_of(link) in answer.content.decode()


@pytest.mark.parametrize(
    "form", [{"password": "short"}, {"last_day": "2020-01-01"}, {"label": "x" * 81}, {"scope": "nonsense"}]
)
def test_what_does_not_fit_is_said_and_nothing_is_made(
    as_client: As, editor: User, thread: Thread, form: dict[str, str]
) -> None:
    answer = as_client(editor).post(page(thread), form)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not ShareLink.objects.exists()


def test_a_take_of_another_thread_is_no_choice(
    as_client: As, editor: User, thread: Thread, add_take: Callable[..., Take]
) -> None:
    elsewhere = add_take(Thread.objects.create(team=thread.team, author=editor, title="Night market"))
    assert as_client(editor).post(page(thread), {"scope": str(elsewhere.pk)}).status_code == 422


def test_the_audit_trail_has_before_and_after_and_never_the_password(
    as_client: As, editor: User, thread: Thread, take: Take
) -> None:
    client = as_client(editor)
    client.post(page(thread), {"label": "One", "may_note": "on", "password": SECRET})
    link = ShareLink.objects.get()
    client.post(reverse("review:share-change", args=[link.pk]), field(link, label="Two", password="another one"))
    client.post(reverse("review:share-switch", args=[link.pk]), {"on": "0"})
    client.post(reverse("review:share-switch", args=[link.pk]), {"on": "0"})
    client.post(reverse("review:share-remove", args=[link.pk]))
    entries = list(AuditEntry.objects.filter(object_kind="share").order_by("pk"))
    assert [each.act for each in entries] == ["share.made", "share.changed", "share.switched", "share.removed"]
    changed = entries[1].detail
    assert (changed["before"]["label"], changed["after"]["label"]) == ("One", "Two")
    assert (changed["before"]["may_note"], changed["after"]["may_note"]) == (True, False)
    assert (changed["after"]["has_password"], changed["new_password"]) == (True, True)
    link.refresh_from_db()
    everything = str([each.detail for each in entries])
    assert SECRET not in everything
    assert "another one" not in everything
    assert link.password not in everything
    kinds = Event.objects.filter(stream=f"guests-{thread.pk}").values_list("kind", flat=True)
    assert list(kinds) == ["share.changed"] * 3


def test_a_password_is_kept_unless_changed_or_taken_away(as_client: As, editor: User, share: Share) -> None:
    client, link = as_client(editor), share(password=SECRET)
    address, kept = reverse("review:share-change", args=[link.pk]), link.password
    client.post(address, field(link, label="Named"))
    link.refresh_from_db()
    assert (link.password, link.epoch) == (kept, 0)
    client.post(address, field(link, password="a new secret"))
    link.refresh_from_db()
    assert link.password not in ("", kept)
    assert link.epoch == 1
    client.post(address, field(link, no_password="on"))
    link.refresh_from_db()
    assert link.password == ""


def test_switched_off_and_on_it_has_a_new_address_and_the_old_one_says_why(
    as_client: As, editor: User, link: ShareLink
) -> None:
    guest, client = enter(link), as_client(editor)
    old = shares.path_of(link)
    assert guest.get(old).status_code == 200
    client.post(reverse("review:share-switch", args=[link.pk]), {"on": "0"})
    off = guest.get(old)
    assert off.status_code == 410
    assert "was switched off" in off.content.decode()
    client.post(reverse("review:share-switch", args=[link.pk]), {"on": "1"})
    link.refresh_from_db()
    assert shares.path_of(link) != old
    dead = guest.get(old)
    assert dead.status_code == 410
    assert "has a new address now" in dead.content.decode()
    assert guest.get(shares.path_of(link), follow=True).status_code == 200
