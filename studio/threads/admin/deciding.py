"""What staff do with rows, on one's own page or on several at once: first they say why, and that is kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from studio.accounts.models import User
from studio.audit.admin import RecordedAdmin
from studio.threads.actions.holding import LONGEST_REASON
from studio.threads.actions.refusals import ActionRefused

MOST = 200  # rows at once
SHOWN = 10  # of them by name


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("It is kept in the audit trail."),
    )


@dataclass(frozen=True)
class Deed:
    """What staff do with a row, once they have said why. `act` may raise ActionRefused or PermissionDenied."""

    act: Callable[[User, Any, str], object]
    title: str | Promise
    explanation: str | Promise
    done: str | Promise
    variant: str = "primary"


def decide(
    owner: RecordedAdmin, request: HttpRequest, row: Any, deed: Deed, *, subtitle: str, back: str
) -> HttpResponse:
    """Of one row, from its own page."""
    form = ReasonForm(request.POST or None)
    if not form.is_valid():
        return _page(owner, request, deed, form, subtitle=subtitle, back=back)
    try:
        deed.act(request.user, row, form.cleaned_data["reason"])  # type: ignore[arg-type]
        messages.success(request, str(deed.done))
    except ActionRefused as error:
        messages.error(request, error.sentence)
    return redirect(back)


def decide_all(
    owner: RecordedAdmin, request: HttpRequest, rows: Sequence[Any], deed: Deed, describe: Callable[[Any], str]
) -> HttpResponse | None:
    """Of the rows chosen in a list. Each is an act of its own: what is refused keeps no other from being done."""
    if len(rows) > MOST:
        messages.error(request, _("Choose at most %(most)d at once. Nothing was changed.") % {"most": MOST})
        return None
    form = ReasonForm(request.POST if "decided" in request.POST else None)
    if not form.is_valid():
        count = ngettext("%(count)d row", "%(count)d rows", len(rows)) % {"count": len(rows)}
        again = [("action", request.POST["action"]), *((ACTION_CHECKBOX_NAME, str(row.pk)) for row in rows)]
        listed = {"subtitle": count, "listed": [describe(row) for row in rows[:SHOWN]], "more": len(rows) - SHOWN}
        return _page(owner, request, deed, form, back=request.get_full_path(), again=again, **listed)
    refused = list(_do(request.user, rows, deed, form.cleaned_data["reason"], describe))
    _tell(request, len(rows) - len(refused), refused, deed)
    return redirect(request.get_full_path())


def _do(user: Any, rows: Sequence[Any], deed: Deed, reason: str, describe: Callable[[Any], str]) -> Iterable[str]:
    """Answers those that were refused, with why."""
    for row in rows:
        try:
            deed.act(user, row, reason)
        except ActionRefused as error:
            yield f"{describe(row)}: {error.sentence}"
        except PermissionDenied as error:
            yield f"{describe(row)}: {error}"


def _tell(request: HttpRequest, done: int, refused: list[str], deed: Deed) -> None:
    if done:
        count = ngettext("Done with %(count)d row.", "Done with %(count)d rows.", done) % {"count": done}
        messages.success(request, f"{deed.title}: {count}")
    for sentence in refused[:SHOWN]:
        messages.error(request, sentence)
    if len(refused) > SHOWN:
        messages.error(request, _("%(count)d more were refused.") % {"count": len(refused) - SHOWN})


def _page(owner: RecordedAdmin, request: HttpRequest, deed: Deed, form: ReasonForm, **more: Any) -> HttpResponse:
    context = owner.admin_site.each_context(request) | {
        "title": deed.title, "explanation": deed.explanation, "variant": deed.variant, "form": form,
        "again": [], "listed": [], "more": 0,
    } | more  # fmt: skip
    return TemplateResponse(request, "admin/threads/take/decide.html", context)
