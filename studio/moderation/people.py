"""The pages on which staff suspend a person and end that, beside the person's own page in the administration."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from studio.accounts.access import person as signed_in
from studio.accounts.models import User
from studio.moderation.suspending import MAY_SUSPEND, end_suspension, suspend_person
from studio.threads.actions import ActionRefused
from studio.threads.actions.holding import LONGEST_REASON


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("It is kept in the audit trail."),
    )


@dataclass(frozen=True)
class Deed:
    act: Callable[[User, User, str], None]
    title: Promise
    explanation: Promise
    done: Promise
    variant: str = "primary"


SUSPEND = Deed(
    suspend_person,
    gettext_lazy("Suspend"),
    gettext_lazy(
        "They are signed out everywhere at once and cannot sign in, and what they have running is stopped. Nothing of "
        "their work is deleted, and their team goes on with it."
    ),
    gettext_lazy("The person is suspended."),
    "danger",
)
RESTORE = Deed(
    end_suspension,
    gettext_lazy("End the suspension"),
    gettext_lazy("They can sign in again. What was stopped stays stopped; they can run it again."),
    gettext_lazy("The suspension is over."),
)


def person_suspend(request: HttpRequest, user_id: int) -> HttpResponse:
    return decide(request, user_id, SUSPEND)


def person_restore(request: HttpRequest, user_id: int) -> HttpResponse:
    return decide(request, user_id, RESTORE)


def decide(request: HttpRequest, user_id: int, deed: Deed) -> HttpResponse:
    staff = signed_in(request)
    if not staff.has_perm(MAY_SUSPEND):
        raise PermissionDenied
    person = get_object_or_404(User, pk=user_id)
    back = reverse("admin:accounts_user_change", args=[person.pk])
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            deed.act(staff, person, form.cleaned_data["reason"])
            messages.success(request, str(deed.done))
        except (ActionRefused, PermissionDenied) as error:
            messages.error(request, str(error))
        return redirect(back)
    context = admin.site.each_context(request) | {
        "title": deed.title,
        "subtitle": f"{person.display_name} · {person.email}",
        "explanation": deed.explanation,
        "variant": deed.variant,
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, "admin/threads/take/decide.html", context)


app_name = "people"
urlpatterns = [
    path("<int:user_id>/suspend/", admin.site.admin_view(person_suspend), name="person-suspend"),
    path("<int:user_id>/restore/", admin.site.admin_view(person_restore), name="person-restore"),
]
