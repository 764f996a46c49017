"""Whole addresses of this studio, for links that leave it, and the mails that carry them."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from studio.accounts.models import Invitation

logger = logging.getLogger(__name__)


def absolute(path: str, request: HttpRequest | None = None) -> str:
    """The configured public address wins; else the one that this visitor used; else the one `make run` prints."""
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}{path}"
    if request is not None:
        return request.build_absolute_uri(path)
    return f"http://127.0.0.1:{settings.PORT}{path}"


def mails() -> bool:
    """Whether this studio can send mail."""
    return bool(settings.EMAIL_URL)


def mail_invitation(invitation: Invitation, link: str) -> bool:
    """False when the mail server did not take it: then somebody must hand the link over."""
    context = {"invitation": invitation, "link": link}
    subject = _("%(team)s on Retake: an invitation") % {"team": invitation.team.name}
    body = render_to_string("accounts/mail/invitation.txt", context)
    try:
        send_mail(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except (OSError, SMTPException) as error:
        logger.warning("The invitation %s could not be mailed: %s", invitation.pk, error)
        return False
    return True
