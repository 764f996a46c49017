"""Guests: what lets them in, what they see, what they may write, and what they are told when it is over."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from studio.accounts.models import User
from studio.review import guests, shares
from studio.review.actions.sharing import remove_link, switch_link
from studio.review.models import Guest, Note, ShareLink
from studio.threads import actions, holds
from studio.threads.models import HeldBy, Take, Thread
from tests.review.conftest import Share, body_of, enter, guest_note, media_of

SECRET = "open sesame"
AddTake = Callable[..., Take]


def test_a_name_is_asked_once_and_stands_beside_the_notes(link: ShareLink, take: Take) -> None:
    client, path = Client(), shares.path_of(link)
    assert "Who is looking?" in client.get(path).content.decode()
    assert client.post(f"{path}name/", {"name": "  "}).status_code == 422
    assert client.post(f"{path}name/", {"name": "x" * 81}).status_code == 422
    answer = client.post(f"{path}name/", {"name": " Gina   Rossi "}, follow=True)
    assert "Gina Rossi" in answer.content.decode()
    posted = client.post(f"{path}takes/{take.pk}/notes/new/", {"text": "Too <b>dark</b>", "start": "1.5"}, follow=True)
    assert "Too &lt;b&gt;dark&lt;/b&gt;" in posted.content.decode()
    note = Note.objects.get()
    assert (note.guest, note.author, note.start) == (Guest.objects.get(name="Gina Rossi"), None, 1.5)
    assert Guest.objects.count() == 1


def test_the_cookie_is_this_links_alone(link: ShareLink) -> None:
    path = shares.path_of(link)
    answer = Client().post(f"{path}name/", {"name": "Gina"})
    for name, where in ((guests.cookie_name(link), path), (f"{guests.cookie_name(link)}-live", f"/ws/share{path[2:]}")):
        cookie = answer.cookies[name]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (where, True, "Lax")


@pytest.mark.usefixtures("take")
def test_the_password_goes_by_post_alone_and_is_throttled(share: Share) -> None:
    link = share(password=SECRET, may_note=False)
    client, path = Client(), shares.path_of(link)
    assert "has a password" in client.get(f"{path}?password={SECRET}").content.decode()
    assert client.get(f"{path}password/").status_code == 405
    wrong = client.post(f"{path}password/", {"password": "guess"})
    assert wrong.status_code == 422
    assert "not the password" in wrong.content.decode()
    assert client.post(f"{path}password/", {"password": SECRET}, follow=True).status_code == 200
    other = Client()
    statuses = [other.post(f"{path}password/", {"password": f"guess {n}"}).status_code for n in range(12)]
    assert statuses[-1] == 429
    assert other.post(f"{path}password/", {"password": SECRET}).status_code == 429
    assert client.get(path).status_code == 200


@pytest.mark.usefixtures("take")
def test_guests_who_know_the_password_keep_nobody_out(share: Share) -> None:
    link = share(password=SECRET, may_note=False)
    path = f"{shares.path_of(link)}password/"
    assert {Client().post(path, {"password": SECRET}).status_code for _guest in range(12)} == {302}
    assert Client().post(path, {"password": "guess"}).status_code == 422


@pytest.mark.usefixtures("take")
def test_a_cookie_of_another_link_opens_nothing(share: Share, take: Take) -> None:
    mine, other = share(password=SECRET, may_note=False), share(password="something else", may_note=False)
    client = enter(other, password="something else")
    stolen = client.cookies[guests.cookie_name(other)].value
    thief = Client()
    thief.cookies[guests.cookie_name(mine)] = stolen
    answer = thief.get(shares.path_of(mine))
    assert "let in by another link" in answer.content.decode()
    assert thief.get(media_of(mine, take.asset)).status_code == 404
    thief.cookies[guests.cookie_name(mine)] = "nonsense"
    assert "let in by another link" in thief.get(shares.path_of(mine)).content.decode()


def test_a_note_that_comes_with_another_links_cookie_is_shown_to_be_copied(link: ShareLink, take: Take) -> None:
    client = Client()
    client.cookies[guests.cookie_name(link)] = "nonsense"
    answer = client.post(f"{shares.path_of(link)}takes/{take.pk}/notes/new/", {"text": "Long thoughts"})
    assert answer.status_code == 401
    assert "Long thoughts" in answer.content.decode()
    assert not Note.objects.exists()


def test_an_address_that_was_cut_or_changed_is_not_known(link: ShareLink) -> None:
    token = shares.token_of(link)
    later = f"{token[:22]}.1.{token.rpartition('.')[2]}"
    for wrong in (token[:-1], later, "x", "a" * 300):
        assert Client().get(f"/s/{wrong}/").status_code == 404


def test_over_is_over(share: Share, take: Take, thread: Thread, editor: User) -> None:
    """Expired, removed, its thread in the trash: each says what happened, and no file comes any more."""
    ends: list[tuple[str, Callable[[ShareLink], object]]] = [
        ("was good until", lambda link: ShareLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())),
        ("was removed", lambda link: remove_link(editor, link)),
        ("was switched off", lambda link: switch_link(editor, link, False)),
        ("is not here at the moment", lambda link: actions.trash_thread(editor, thread)),
    ]
    for words, end in ends:
        link = share()
        client = enter(link)
        assert body_of(client.get(media_of(link, take.asset))) == b"0123456789"
        end(link)
        answer = client.get(shares.path_of(link))
        assert answer.status_code == 410
        assert words in answer.content.decode()
        assert client.get(media_of(link, take.asset)).status_code == 404


def test_a_note_that_comes_after_the_end_is_not_lost(link: ShareLink, take: Take, editor: User) -> None:
    client = enter(link)
    switch_link(editor, link, False)
    address = f"{shares.path_of(link)}takes/{take.pk}/notes/new/"
    link.epoch -= 1
    page = client.post(f"/s/{shares.token_of(link)}/takes/{take.pk}/notes/new/", {"text": "Long thoughts"})
    assert page.status_code == 410
    assert "Long thoughts" in page.content.decode()
    toast = client.post(address, {"text": "Long thoughts"}, headers={"HX-Request": "true"})
    assert (toast.status_code, toast["HX-Reswap"]) == (410, "none")
    assert not Note.objects.exists()


def test_a_link_to_a_take_shows_no_other(
    share: Share, take: Take, thread: Thread, editor: User, add_take: AddTake
) -> None:
    second = add_take()
    elsewhere = add_take(Thread.objects.create(team=thread.team, author=editor, title="Night market"))
    link = share(take)
    client, path = enter(link), shares.path_of(link)
    page = client.get(path).content.decode()
    assert str(second.pk) not in page
    assert "Night market" not in page
    for other in (second, elsewhere):
        assert client.get(f"{path}takes/{other.pk}/").status_code == 410
        assert client.get(f"{path}takes/{other.pk}/notes/").status_code == 404
        assert client.post(f"{path}takes/{other.pk}/notes/new/", {"text": "x"}).status_code == 404
        assert client.get(media_of(link, other.asset)).status_code == 404
    whole = share()
    assert enter(whole).get(media_of(whole, second.asset)).status_code == 200
    assert enter(whole).get(media_of(whole, elsewhere.asset)).status_code == 404


def test_prompts_are_shown_only_where_the_owner_says_so_and_prices_never(share: Share, take: Take) -> None:
    for shown in (True, False):
        link = share(shows_prompts=shown)
        page = enter(link).get(shares.path_of(link)).content.decode()
        assert ("secret light" in page) is shown
        assert "$" not in page
        assert "/media/" not in page.replace(f"{shares.path_of(link)}media/", "")


@pytest.mark.parametrize("ending", ["", " …"])
def test_a_name_that_is_the_beginning_of_a_prompt_is_not_shown_either(share: Share, take: Take, ending: str) -> None:
    beginning = take.turn.prompt if not ending else take.turn.prompt[:8].strip()
    Thread.objects.filter(pk=take.turn.thread_id).update(title=f"{beginning.capitalize()}{ending}")
    named = Thread.objects.get(pk=take.turn.thread_id).title
    hidden, shown = share(), share(shows_prompts=True)
    page = enter(hidden).get(shares.path_of(hidden)).content.decode()
    assert named not in page and "Shared with you" in page
    assert named in enter(shown).get(shares.path_of(shown)).content.decode()


def test_internal_notes_are_nowhere(link: ShareLink, take: Take, editor: User) -> None:
    inner = Note.objects.create(take=take, author=editor, text="Between us", is_internal=True)
    Note.objects.create(take=take, author=editor, text="For all")
    client, path = enter(link), shares.path_of(link)
    for address in (path, f"{path}takes/{take.pk}/notes/"):
        page = client.get(address).content.decode()
        assert "For all" in page
        assert "Between us" not in page
    assert client.get(f"{path}notes/{inner.pk}/").status_code == 404
    assert client.post(f"{path}takes/{take.pk}/notes/new/", {"text": "x", "parent": str(inner.pk)}).status_code == 404
    sent = client.post(f"{path}takes/{take.pk}/notes/new/", {"text": "x", "internal": "1"})
    assert sent.status_code == 403


def test_a_guest_changes_and_deletes_only_what_is_theirs(link: ShareLink, take: Take, editor: User) -> None:
    client, path = enter(link), shares.path_of(link)
    theirs = [guest_note(link, take), Note.objects.create(take=take, author=editor, text="For all")]
    client.post(f"{path}takes/{take.pk}/notes/new/", {"text": "Mine", "token": str(uuid4())})
    mine = Note.objects.get(text="Mine")
    for note in theirs:
        for act in ("edit", "delete", "resolve"):
            assert client.post(f"{path}notes/{note.pk}/{act}/", {"text": "Changed"}).status_code == 403
    assert client.post(f"{path}notes/{mine.pk}/edit/", {"text": "Better"}).status_code == 302
    mine.refresh_from_db()
    assert mine.text == "Better"
    assert client.post(f"{path}notes/{mine.pk}/resolve/").status_code == 403
    client.post(f"{path}notes/{mine.pk}/delete/")
    mine.refresh_from_db()
    assert mine.deleted_at
    reply = client.post(f"{path}takes/{take.pk}/notes/new/", {"text": "Yes", "parent": str(theirs[1].pk)})
    assert reply.status_code == 302
    assert Note.objects.get(text="Yes").parent == theirs[1]


def test_where_notes_are_not_allowed_nobody_is_asked_for_a_name_and_nobody_writes(share: Share, take: Take) -> None:
    link = share(may_note=False)
    client, path = Client(), shares.path_of(link)
    assert "You are looking" in client.get(path).content.decode()
    assert client.post(f"{path}takes/{take.pk}/notes/new/", {"text": "x"}).status_code == 403
    assert not Note.objects.exists()


def test_who_writes_too_fast_waits(link: ShareLink, take: Take) -> None:
    client, address = enter(link), f"{shares.path_of(link)}takes/{take.pk}/notes/new/"
    statuses = [client.post(address, {"text": f"note {n}"}).status_code for n in range(31)]
    assert statuses == [302] * 30 + [429]
    assert Note.objects.count() == 30
    refused = client.post(address, {"text": "kept words"})
    assert "kept words" in refused.content.decode()


def test_all_guests_of_a_link_together_wait_too(link: ShareLink, share: Share, take: Take) -> None:
    statuses = []
    for number in range(7):
        client, address = enter(link, f"Guest {number}"), f"{shares.path_of(link)}takes/{take.pk}/notes/new/"
        statuses += [client.post(address, {"text": f"note {n}"}).status_code for n in range(30)]
    assert statuses == [302] * 200 + [429] * 10
    refused = client.post(address, {"text": "kept words"})
    assert "kept words" in refused.content.decode()
    other = share()
    assert enter(other).post(f"{shares.path_of(other)}takes/{take.pk}/notes/new/", {"text": "x"}).status_code == 302


@pytest.mark.parametrize("words", [{"text": ""}, {"text": "x" * 4001}, {"text": "x", "start": "99"}, {"start": "soon"}])
def test_a_note_that_cannot_be_kept_is_refused_with_a_sentence(
    link: ShareLink, take: Take, words: dict[str, str]
) -> None:
    answer = enter(link).post(f"{shares.path_of(link)}takes/{take.pk}/notes/new/", words)
    assert answer.status_code == 422
    assert "othing was saved" in answer.content.decode() or "not saved" in answer.content.decode()


def test_downloads_only_where_allowed_and_as_a_file(share: Share, take: Take) -> None:
    link = share()
    assert "Download this take" not in enter(link).get(shares.path_of(link)).content.decode()
    assert enter(link).get(f"{media_of(link, take.asset)}?download=1").status_code == 404
    free = share(may_download=True)
    assert "Download this take" in enter(free).get(shares.path_of(free)).content.decode()
    answer = enter(free).get(f"{media_of(free, take.asset)}?download=1")
    assert answer["Content-Disposition"].startswith("attachment")
    assert body_of(answer) == b"0123456789"


def test_files_come_in_ranges_and_are_kept_nowhere(link: ShareLink, take: Take) -> None:
    answer = enter(link).get(media_of(link, take.asset), headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer["Content-Range"], body_of(answer)) == (206, "bytes 2-4/10", b"234")
    assert answer["Cache-Control"] == "private, no-store"


def test_a_stranger_to_the_link_gets_no_file(link: ShareLink, take: Take, stranger: User) -> None:
    visitor, other = Client(), Client()
    other.force_login(stranger)
    for client in (visitor, other):
        assert client.get(media_of(link, take.asset)).status_code == 404
        assert client.get(f"{shares.path_of(link)}takes/{take.pk}/notes/").status_code == 200  # the page that asks


def test_what_is_held_back_or_deleted_vanishes(
    share: Share, take: Take, thread: Thread, editor: User, add_take: AddTake
) -> None:
    second = add_take()
    whole, single = share(), share(second)
    a, b = enter(whole), enter(single)
    with transaction.atomic():
        holds.hold(second, HeldBy.STAFF, "A person did not agree.")
    assert str(second.pk) not in a.get(shares.path_of(whole)).content.decode()
    assert a.get(media_of(whole, second.asset)).status_code == 404
    poster = second.asset.derived.first()
    assert poster is not None
    assert a.get(media_of(whole, poster)).status_code == 404
    assert b.get(shares.path_of(single)).status_code == 410
    actions.trash_take(editor, take)
    assert "Nothing to look at yet" in a.get(shares.path_of(whole)).content.decode()
