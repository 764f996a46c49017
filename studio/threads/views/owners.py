"""What a team's owners set for its providers. Loaded from the team page by its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from studio.accounts.access import owned_team
from studio.accounts.models import Team
from studio.providers import catalogue
from studio.providers.registry import label_of
from studio.threads import actions
from studio.threads.composing import SAFETY_WORDS
from studio.threads.models import TeamProvider, UploadAddress
from studio.threads.patience import HOUR, LONGEST_JOB, LONGEST_TTL, SHORTEST_TTL
from studio.threads.views.access import Request, signed_in

SHOWN = 30
NAMED = 5  # lines that were left out


class TermsForm(forms.Form):
    hours = forms.IntegerField(
        label=gettext_lazy("Delete copies there after so many hours"),
        required=False,
        min_value=SHORTEST_TTL // HOUR,
        max_value=LONGEST_TTL // HOUR,
        help_text=format_lazy(
            gettext_lazy(
                "{least} at least: for so long this studio may need to fetch a take. "
                "Left empty, nothing is said, and the provider keeps it as long as it likes."
            ),
            least=SHORTEST_TTL // HOUR,
        ),
    )

    def __init__(self, provider: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["safety"] = forms.ChoiceField(
            label=_("Safety check to start with"),
            choices=[(mode, _(SAFETY_WORDS[mode])) for mode in actions.safety_modes(provider)],
            help_text=_("The composer starts with it; whoever writes a turn may choose another."),
        )


@dataclass(frozen=True)
class Pool:
    """Upload addresses: `left` can be used, `shown` are the first of those that are not used yet."""

    left: int
    unused: int
    used: int
    last_used: datetime | None
    shown: Sequence[UploadAddress]

    @property
    def more(self) -> int:
        return self.unused - len(self.shown)


@dataclass(frozen=True)
class Section:
    provider: str
    label: str
    form: TermsForm
    pool: Pool | None


def settable() -> list[str]:
    """Providers for which owners can set anything."""
    return list(dict.fromkeys(spec.provider for spec in catalogue.specs() if spec.owners or spec.safety))


@require_GET
@never_cache
@signed_in
def team_providers(request: Request, team_id: UUID) -> HttpResponse:
    return _page(request, owned_team(request.user, team_id))


@require_POST
@signed_in
def team_provider_set(request: Request, team_id: UUID, provider: str) -> HttpResponse:
    team = owned_team(request.user, team_id)
    form = TermsForm(_known(provider), request.POST, prefix=provider)
    if not form.is_valid():
        return _page(request, team, form, 422)
    hours = form.cleaned_data["hours"]
    ttl = timedelta(hours=hours) if hours else None
    actions.set_terms(request.user, team, provider, safety=form.cleaned_data["safety"], ttl=ttl)
    messages.success(request, _("Saved. It holds for turns from now on."))
    return redirect("threads:team-providers", team.pk)


@sensitive_post_parameters("addresses")
@require_POST
@signed_in
def upload_addresses_add(request: Request, team_id: UUID, provider: str) -> HttpResponse:
    """They are never shown again, not even where one could not be used: lines are named by number."""
    team = owned_team(request.user, team_id)
    lines = request.POST.get("addresses", "").splitlines()
    added = actions.add_upload_addresses(request.user, team, _known(provider), lines)
    if added.count:
        sentence = ngettext("%(count)d address is kept.", "%(count)d addresses are kept.", added.count)
        messages.success(request, sentence % {"count": added.count})
    if added.left_out:
        messages.warning(request, _left_out(added.left_out))
    if not added.count and not added.left_out:
        messages.error(request, _("There was no address. Paste one a line."))
    return redirect("threads:team-providers", team.pk)


@require_POST
@signed_in
def upload_address_remove(request: Request, pk: int) -> HttpResponse:
    address = get_object_or_404(
        UploadAddress.objects.select_related("team"), pk=pk, team__memberships__user=request.user
    )
    team = owned_team(request.user, address.team_id)
    if actions.remove_upload_address(request.user, address):
        messages.success(request, _("The address is removed. Nothing will be put there."))
    else:
        messages.warning(request, _("A turn has taken that address meanwhile, so it stays."))
    return redirect("threads:team-providers", team.pk)


@require_POST
@signed_in
def upload_addresses_clear(request: Request, team_id: UUID, provider: str) -> HttpResponse:
    team = owned_team(request.user, team_id)
    actions.remove_upload_addresses(request.user, team, _known(provider))
    messages.success(request, _("All addresses are removed. Takes are stored here alone, as before."))
    return redirect("threads:team-providers", team.pk)


def _known(provider: str) -> str:
    if provider not in settable():
        raise Http404
    return provider


def _page(request: Request, team: Team, form: TermsForm | None = None, status: int = 200) -> HttpResponse:
    rows = {row.provider: row for row in TeamProvider.objects.filter(team=team)}
    sections = [_section(team, provider, rows.get(provider), form) for provider in settable()]
    context = {"place": "team", "team": team, "sections": sections}
    return render(request, "threads/providers.html", context, status=status)


def _section(team: Team, provider: str, row: TeamProvider | None, bound: TermsForm | None) -> Section:
    initial = {"safety": row.safety, "hours": row.ttl // 3600 if row.ttl else None} if row else {}
    form = bound if bound and bound.prefix == provider else TermsForm(provider, initial=initial, prefix=provider)
    takes = any("upload_addresses" in spec.owners for spec in catalogue.specs() if spec.provider == provider)
    return Section(provider, label_of(provider), form, _pool(team, provider) if takes else None)


def _pool(team: Team, provider: str) -> Pool:
    rows = UploadAddress.objects.filter(team=team, provider=provider)
    unused, used = rows.filter(used_at=None), rows.exclude(used_at=None)
    last = used.order_by("-used_at").first()
    return Pool(
        left=rows.usable(timezone.now() + LONGEST_JOB).count(),
        unused=unused.count(),
        used=used.count(),
        last_used=last.used_at if last else None,
        shown=list(unused.order_by(F("expires_at").asc(nulls_last=True), "pk")[:SHOWN]),
    )


def _left_out(lines: Sequence[tuple[int, str]]) -> str:
    named = [_("line %(number)d: %(why)s") % {"number": number, "why": why} for number, why in lines[:NAMED]]
    more = len(lines) - len(named)
    if more:
        named.append(ngettext("%(count)d more", "%(count)d more", more) % {"count": more})
    return _("Not kept: %(lines)s.") % {"lines": "; ".join(named)}
