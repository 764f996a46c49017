"""A person's own page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from studio.accounts.access import memberships_of, person
from studio.accounts.forms import ProfileForm


@never_cache
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = ProfileForm(request.POST or None, instance=user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    context = {"place": "profile", "form": form, "memberships": memberships_of(request)}
    return render(request, "accounts/profile.html", context, status=422 if form.is_bound else 200)
