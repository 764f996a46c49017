"""Mails about a mention, a request and a decision, and how each is switched off."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Membership, User
from studio.review import mails, tasks
from studio.review.mails import Mail
from studio.review.models import Choice, Decision, Guest, MailChoice, Note, ReviewRequest, ShareLink
from studio.threads import actions
from studio.threads.models import Take

As = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def can_mail(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com"
    settings.PUBLIC_URL = "https://retake.example.com"


@pytest.fixture
def note(take: Take, owner: User) -> Note:
    return Note.objects.create(take=take, author=owner, text="@Emil the <sky> & the sea")


def decided(take: Take, reviewer: User, choice: Choice = Choice.APPROVE) -> Decision:
    return Decision.objects.create(take=take, reviewer=reviewer, choice=choice, decided_at=timezone.now())


def test_each_is_sent_once_in_words_and_with_a_way_out(
    take: Take, note: Note, owner: User, editor: User, reviewer: User
) -> None:
    asked = ReviewRequest.objects.create(take=take, reviewer=reviewer, asked_by=editor)
    decision = decided(take, reviewer, Choice.NEEDS_CHANGES)
    for _twice in range(2):
        tasks.mail_mention(str(note.pk), editor.pk)
        tasks.mail_request(asked.pk)
        tasks.mail_decision(decision.pk)
    assert [each.to[0] for each in mail.outbox] == [editor.email, reviewer.email, editor.email]
    assert [each.subject for each in mail.outbox] == [
        "Olga mentioned you in “Harbour at dusk”",
        "Emil asks for your review of “Harbour at dusk”",
        "Rosa wants changes in “Harbour at dusk”",
    ]
    first = mail.outbox[0]
    assert "the <sky> & the sea" in str(first.body)
    html = str(first.alternatives[0].content)  # type: ignore[attr-defined]
    assert "the &lt;sky&gt; &amp; the sea" in html
    for each in mail.outbox:
        assert f"https://retake.example.com/takes/{take.pk}/review/" in str(each.body)
        assert each.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(r"<https://retake\.example\.com/mail/off/[^>]+>", each.extra_headers["List-Unsubscribe"])
        assert each.extra_headers["List-Unsubscribe"].strip("<>") in str(each.body)


def test_a_guest_who_bears_a_members_name_is_called_a_guest(take: Take, owner: User, editor: User) -> None:
    link = ShareLink.objects.create(thread=take.turn.thread)
    note = Note.objects.create(take=take, text="@Emil look", guest=Guest.objects.create(link=link, name=owner.name))
    tasks.mail_mention(str(note.pk), editor.pk)
    assert mail.outbox[0].subject == "Olga (guest) mentioned you in “Harbour at dusk”"


def test_the_guests_of_one_link_send_one_person_so_many_mails_at_most(take: Take, owner: User, editor: User) -> None:
    thread = take.turn.thread

    def mention(link: ShareLink | None, to: User, times: int = 1) -> int:
        """Each time by another guest, or by the owner; answers how many mails have gone out."""
        for number in range(times):
            guest = Guest.objects.create(link=link, name=f"Guest {number}") if link else None
            author = None if link else owner
            note = Note.objects.create(take=take, text="look", guest=guest, author=author)
            tasks.mail_mention(str(note.pk), to.pk)
        return len(mail.outbox)

    link, other = (ShareLink.objects.create(thread=thread) for _each in range(2))
    assert mention(link, editor, 12) == 10
    assert mention(link, owner) == 11
    assert mention(other, editor) == 12
    assert mention(None, editor) == 13


def test_another_decision_is_another_mail(take: Take, reviewer: User) -> None:
    decision = decided(take, reviewer)
    tasks.mail_decision(decision.pk)
    decision.choice, decision.decided_at = Choice.NEEDS_CHANGES, timezone.now()
    decision.save()
    tasks.mail_decision(decision.pk)
    assert len(mail.outbox) == 2


def test_nobody_is_mailed_about_what_they_did_themselves(take: Take, editor: User) -> None:
    own = Note.objects.create(take=take, author=editor, text="@Emil")
    asked = ReviewRequest.objects.create(take=take, reviewer=editor, asked_by=editor)
    tasks.mail_mention(str(own.pk), editor.pk)
    tasks.mail_request(asked.pk)
    tasks.mail_decision(decided(take, editor).pk)
    assert mail.outbox == []


def test_what_is_gone_or_undone_meanwhile_is_not_mailed(take: Take, note: Note, editor: User, reviewer: User) -> None:
    tasks.mail_mention("3f0c5a52-0000-0000-0000-000000000000", editor.pk)
    tasks.mail_request(999)
    tasks.mail_decision(999)
    tasks.mail_decision(decided(take, reviewer, Choice.NONE).pk)
    Note.objects.filter(pk=note.pk).update(deleted_at=timezone.now())
    tasks.mail_mention(str(note.pk), editor.pk)
    assert mail.outbox == []


def test_nobody_is_mailed_who_may_not_look(take: Take, note: Note, editor: User, owner: User, stranger: User) -> None:
    tasks.mail_mention(str(note.pk), stranger.pk)
    Membership.objects.filter(user=editor).update(role="viewer")
    actions.trash_take(owner, take)
    tasks.mail_mention(str(note.pk), editor.pk)
    actions.restore_take(owner, take)
    Membership.objects.filter(user=editor).delete()
    tasks.mail_mention(str(note.pk), editor.pk)
    assert mail.outbox == []


def test_a_studio_without_mail_sends_nothing_and_fails_nowhere(settings: Any, note: Note, editor: User) -> None:
    settings.EMAIL_URL = ""
    tasks.mail_mention(str(note.pk), editor.pk)
    assert mail.outbox == []


def test_a_mail_server_that_does_not_take_it_fails_nothing(settings: Any, note: Note, editor: User) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    tasks.mail_mention(str(note.pk), editor.pk)


def test_one_click_ends_one_kind_and_looking_ends_nothing(note: Note, editor: User, take: Take, reviewer: User) -> None:
    address = reverse("review:mail-off", args=[mails.off_token(editor, Mail.MENTIONS)])
    program = Client(enforce_csrf_checks=True)
    looked = program.get(address)
    assert "when somebody mentions you" in looked.content.decode()
    assert mails.is_wanted(editor, Mail.MENTIONS)
    done = program.post(address, {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert "gets no mail when somebody mentions you" in done.content.decode()
    tasks.mail_mention(str(note.pk), editor.pk)
    tasks.mail_decision(decided(take, reviewer).pk)
    assert [each.subject for each in mail.outbox] == ["Rosa approved “Harbour at dusk”"]
    program.post(address, {"again": "1"})
    assert mails.is_wanted(editor, Mail.MENTIONS)


@pytest.mark.parametrize("token", ["x", "WzEsIm1lbnRpb25zIl0:wrong"])
def test_an_address_that_was_not_made_here_changes_nothing(client: Client, token: str, db: None) -> None:
    assert client.post(reverse("review:mail-off", args=[token])).status_code == 404
    assert not MailChoice.objects.exists()


def test_the_profile_has_a_switch_for_each(as_client: As, editor: User, reviewer: User) -> None:
    client, address = as_client(editor), reverse("review:mail-choices")
    assert f'hx-get="{address}"' in client.get(reverse("accounts:profile")).content.decode()
    section = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in section
    assert section.count("checked") == 3
    saved = client.post(address, {"requests": "on"}, headers={"HX-Request": "true"})
    assert "Saved" in saved.content.decode()
    choice = MailChoice.objects.get()
    assert (choice.user, choice.mentions, choice.requests, choice.decisions) == (editor, False, True, False)
    assert client.post(address, {}, follow=True).status_code == 200
    assert "/accounts/login/" in Client().get(address)["Location"]
