"""Getting in: the first account, signing in, a forgotten password."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth_views
from allauth.core import ratelimit
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from studio.accounts import actions, addresses, firstrun
from studio.accounts.errors import SignUpClosedError
from studio.accounts.forms import FirstAccountForm

logger = logging.getLogger(__name__)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
View = Callable[..., HttpResponseBase]


def once_opened(view: View) -> View:
    """Until the first account exists every way in leads to the page that creates it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if firstrun.is_open():
            return redirect("accounts:first-account")
        return view(request, *args, **kwargs)

    return guarded


sign_in = once_opened(allauth_views.login)
sign_up = once_opened(allauth_views.signup)


@never_cache
@sensitive_post_parameters("password", "code")
def first_account(request: HttpRequest) -> HttpResponse:
    if not firstrun.is_open():
        return redirect("account_login")
    code_needed = firstrun.needed(request)
    form = FirstAccountForm(request.POST or None, code_needed=code_needed)
    if form.is_valid() and (not code_needed or _code_fits(request, form)):
        data = form.cleaned_data
        try:
            user = actions.create_first_account(
                data["email"], data["password"], name=data["name"], team_name=data["team"]
            )
        except SignUpClosedError as error:
            return render(request, "account/signup_closed.html", {"sentence": str(error)}, status=409)
        login(request, user, backend=BACKEND)
        return redirect("threads:library")
    if code_needed and not form.is_bound:
        # However the web process was started, whoever may read its log finds the code there.
        logger.warning("The first account is being created over the network. Its one-time code: %s", firstrun.code())
    status = 422 if form.is_bound else 200
    return render(request, "accounts/first_account.html", {"form": form, "code_needed": code_needed}, status=status)


def _code_fits(request: HttpRequest, form: FirstAccountForm) -> bool:
    """Adds the error to the form. The tries are counted over all addresses together: there is one code."""
    if not ratelimit.consume(request, action="first_code", key="first"):
        form.add_error("code", _("Too many tries. Wait ten minutes, or open the page on the machine itself."))
        return False
    if not firstrun.matches(form.cleaned_data["code"]):
        form.add_error("code", _("That is not the code. It was printed when Retake was started last."))
        return False
    return True


@never_cache
def forgotten_password(request: HttpRequest) -> HttpResponseBase:
    """By mail where the studio can send any; else the page says who can make a link."""
    if firstrun.is_open():
        return redirect("accounts:first-account")
    if not addresses.mails():
        return render(request, "accounts/forgotten_password.html")
    return allauth_views.password_reset(request)
