"""Which mails a person wants, and the address in each mail that ends its kind."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from studio.accounts.addresses import mails as can_mail
from studio.review import mails
from studio.review.models import MailChoice
from studio.threads.views.access import Request, signed_in


class MailsForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has no generics here
    class Meta:
        model = MailChoice
        fields = ("mentions", "requests", "decisions")
        labels = {
            "mentions": gettext_lazy("Somebody mentions me in a note"),
            "requests": gettext_lazy("Somebody asks me for a review"),
            "decisions": gettext_lazy("Somebody approves a take of mine, or wants changes"),
        }


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def mail_choices(request: Request) -> HttpResponse:
    """As a page, and as a section of the profile, which loads it."""
    choice = MailChoice.objects.filter(user=request.user).first() or MailChoice(user=request.user)
    form = MailsForm(request.POST if request.method == "POST" else None, instance=choice)
    context: dict[str, Any] = {"form": form, "can_mail": can_mail(), "saved": False, "place": "profile"}
    if form.is_valid():
        form.save()
        if not request.headers.get("HX-Request"):
            messages.success(request, _("Saved."))
            return redirect("review:mail-choices")
        context["saved"] = True
    template = "review/_mails.html" if request.headers.get("HX-Request") else "review/mails.html"
    return render(request, template, context)


@never_cache
@csrf_exempt  # mail programs post here on behalf of the reader; the signed address is the permission
@require_http_methods(["GET", "POST"])
def mail_off(request: HttpRequest, token: str) -> HttpResponse:
    """A program that only looks (GET) changes nothing; one click, or one button, does."""
    meant = mails.read_off_token(token)
    if meant is None:
        return render(request, "review/mail_off.html", {"state": "unknown", "kind": "", "email": ""}, status=404)
    user, kind = meant
    if request.method == "POST":
        mails.choose(user, **{kind.value: request.POST.get("again") == "1"})
    wanted = mails.is_wanted(user, kind)
    return render(
        request,
        "review/mail_off.html",
        {"state": "on" if wanted else "off", "kind": kind.label, "email": user.email},
    )
