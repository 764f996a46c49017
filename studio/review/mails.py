"""Mails about a mention, a request and a decision: each once, and none to those who do not want it or may not look.

Where the studio cannot send mail nothing happens. Each carries an address that switches its kind off with one click,
in the page and in the header that mail programs read (RFC 8058).
"""

import logging
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.accounts.addresses import absolute
from studio.accounts.addresses import mails as can_mail
from studio.accounts.models import User
from studio.review.models import Choice, Decision, MailChoice, Note, ReviewRequest
from studio.threads.cards.parts import label_of
from studio.threads.models import Take

logger = logging.getLogger(__name__)
SALT = "studio.review.mail-off"
REMEMBER_SECONDS = 60 * 60 * 24 * 14
LOADED = "take__turn__thread__team"
MOST_FROM_GUESTS = 10  # mails to one person about what the guests of one link write …
FROM_GUESTS_SECONDS = 60 * 10  # … in this time


class Mail(models.TextChoices):
    """The kinds, by the names of their columns in MailChoice."""

    MENTIONS = "mentions", gettext_lazy("when somebody mentions you")
    REQUESTS = "requests", gettext_lazy("when you are asked for a review")
    DECISIONS = "decisions", gettext_lazy("when somebody decides about a take of yours")


@dataclass(frozen=True)
class Letter:
    """`key` names the event; the same one is sent once. `link`: the share link by which its writer came."""

    kind: Mail
    key: str
    to: User
    take: Take
    subject: str
    sentence: str
    quote: str = ""
    link: str = ""


def tell_mention(note_id: str, user_id: int) -> None:
    note = Note.objects.filter(pk=note_id, deleted_at=None).select_related(LOADED, "author", "guest").first()
    user = User.objects.filter(pk=user_id).first()
    if note is None or user is None or note.author_id == user.pk:
        return
    name = note.author.display_name if note.author else note.guest.title if note.guest else _("Somebody")
    words = {"name": name, "thread": note.take.turn.thread, "take": _label(note.take)}
    _send(
        Letter(
            Mail.MENTIONS,
            f"mention-{note.pk}-{user.pk}",
            user,
            note.take,
            _("%(name)s mentioned you in “%(thread)s”") % words,
            _("%(name)s mentioned you in a note about %(take)s of “%(thread)s”:") % words,
            note.text,
            str(note.guest.link_id) if note.guest else "",
        )
    )


def tell_request(request_id: int) -> None:
    asked = (
        ReviewRequest.objects.filter(pk=request_id, done_at=None).select_related(LOADED, "reviewer", "asked_by").first()
    )
    if asked is None or asked.asked_by_id == asked.reviewer_id:
        return
    name = asked.asked_by.display_name if asked.asked_by else _("Somebody")
    words = {"name": name, "thread": asked.take.turn.thread, "take": _label(asked.take)}
    _send(
        Letter(
            Mail.REQUESTS,
            f"request-{asked.pk}-{asked.asked_at.timestamp():.0f}",
            asked.reviewer,
            asked.take,
            _("%(name)s asks for your review of “%(thread)s”") % words,
            _("%(name)s asks you to look at %(take)s of “%(thread)s” and to say what you think.") % words,
        )
    )


def tell_decision(decision_id: int) -> None:
    """To whoever asked for the take. A decision that was taken back meanwhile is none."""
    decision = Decision.objects.filter(pk=decision_id).select_related(LOADED, "take__turn__author", "reviewer").first()
    if decision is None or not decision.choice or decision.decided_at is None:
        return
    author = decision.take.turn.author
    if author is None or author.pk == decision.reviewer_id:
        return
    words = {
        "name": decision.reviewer.display_name,
        "thread": decision.take.turn.thread,
        "take": _label(decision.take),
    }
    approved = decision.choice == Choice.APPROVE
    subject = _("%(name)s approved “%(thread)s”") if approved else _("%(name)s wants changes in “%(thread)s”")
    sentence = _("%(name)s approved %(take)s of “%(thread)s”.")
    if not approved:
        sentence = _("%(name)s looked at %(take)s of “%(thread)s” and wants changes. The notes say which.")
    key = f"decision-{decision.pk}-{decision.decided_at.timestamp():.3f}"
    _send(Letter(Mail.DECISIONS, key, author, decision.take, subject % words, sentence % words))


def _label(take: Take) -> str:
    return label_of(take.turn.number, take.number)


def _send(letter: Letter) -> None:
    """At most once per event. What the mail server did not take is logged and not tried again: the page says it too."""
    if not can_mail() or not is_wanted(letter.to, letter.kind) or not _may_look(letter.to, letter.take):
        return
    if not cache.add(f"review-mail-{letter.key}", 1, REMEMBER_SECONDS) or not _has_room(letter):
        return
    try:
        _written(letter).send()
    except (OSError, SMTPException) as error:
        logger.warning("The mail %s could not be sent: %s", letter.key, error)


def _has_room(letter: Letter) -> bool:
    """Whoever has a link's address comes as many guests: of many mentions some are mailed, and all stand on the page.

    Each mail takes a place, which is free again after a while.
    """
    place = f"review-mail-from-{letter.link}-{letter.to.pk}"
    places = range(MOST_FROM_GUESTS)
    return not letter.link or any(cache.add(f"{place}-{each}", 1, FROM_GUESTS_SECONDS) for each in places)


def is_wanted(user: User, kind: Mail) -> bool:
    choice = MailChoice.objects.filter(user=user).first()
    return choice is None or bool(getattr(choice, kind))


def _may_look(user: User, take: Take) -> bool:
    """Still in the team, and the take still there to be seen."""
    return user.is_active and Take.objects.visible_to(user).filter(pk=take.pk, held_at=None).exists()


def _written(letter: Letter) -> EmailMultiAlternatives:
    off = absolute(reverse("review:mail-off", args=[off_token(letter.to, letter.kind)]))
    context: dict[str, Any] = {
        "letter": letter,
        "address": absolute(reverse("review:take-review", args=[letter.take.pk])),
        "off": off,
        "reason": letter.kind.label,
    }
    mail = EmailMultiAlternatives(
        " ".join(letter.subject.split()),
        render_to_string("review/mail/letter.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [letter.to.email],
        headers={"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    mail.attach_alternative(render_to_string("review/mail/letter.html", context), "text/html")
    return mail


def off_token(user: User, kind: Mail) -> str:
    return signing.dumps([user.pk, kind.value], salt=SALT)


def read_off_token(token: str) -> tuple[User, Mail] | None:
    """Whom and which kind an address switches off. It never expires: an old mail must still work."""
    try:
        pk, kind = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk).first()
    return (user, Mail(kind)) if user else None


def choose(user: User, **wanted: bool) -> None:
    """Change what is named, and leave the rest."""
    MailChoice.objects.update_or_create(user=user, defaults=wanted)
