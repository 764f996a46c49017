"""How allauth signs people up and in here."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

logger = logging.getLogger(__name__)
# Being on the page says it already.
SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail or the password is not correct."),
        "too_many_login_attempts": gettext_lazy("Too many failed tries. For safety, wait five minutes and try again."),
        "enter_current_password": gettext_lazy("That is not your current password. Nothing was changed."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: the first account has a page of its own, everybody else comes by invitation."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind a unix socket there is no address; throttling then counts all visitors as one."""
        return str(super().get_client_ip(request)) if request.META.get("REMOTE_ADDR") else "0.0.0.0"  # noqa: S104

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.warning("A mail (%s) could not be sent: %s", template_prefix, error)
            messages.error(
                self.request, _("The mail could not be sent: the mail server did not take it. Ask the team's owner.")
            )
