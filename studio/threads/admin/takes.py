"""Takes for staff: found by video id, looked at, held back, released and deleted. Each with a reason that is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from studio.accounts.models import User
from studio.media.admin import file_of, opened_by
from studio.threads import actions
from studio.threads.actions.holding import LONGEST_REASON, is_staff
from studio.threads.admin.rows import Written, link
from studio.threads.models import Take

MAY = ("decide",)  # a name of ours: the theme looks one of Django's up in the database before there are tables


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("It is kept in the audit trail."),
    )


@dataclass(frozen=True)
class Deed:
    """What staff do with a take, once they have said why."""

    act: Callable[[User, Take, str], None]
    title: str | Promise
    explanation: str | Promise
    done: str | Promise
    variant: str = "primary"


HOLD = Deed(
    actions.hold_take,
    gettext_lazy("Hold back"),
    gettext_lazy("From then on nobody in its team sees this take, its author neither. Open pages follow at once."),
    gettext_lazy("The take is held back."),
)
RELEASE = Deed(
    actions.release_take,
    gettext_lazy("Release"),
    gettext_lazy("Everybody in its team sees this take again, and can go on from it. Open pages follow at once."),
    gettext_lazy("The take is released."),
)
DELETE = Deed(
    actions.trash_take,
    gettext_lazy("Delete"),
    gettext_lazy("It goes into the trash, and its files with it when the trash is emptied. It stays held back there."),
    gettext_lazy("The take is in the trash."),
    "danger",
)


@admin.register(Take)
class TakeAdmin(Written):
    list_display = ["__str__", "turn_link", "provider", "video_id", "seed", "picked_at", "held_by", "created_at"]
    list_filter = [
        "provider",
        ("held_at", admin.EmptyFieldListFilter),
        "held_by",
        ("picked_at", admin.EmptyFieldListFilter),
        ("trashed_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["id", "video_id", "asset__id", "asset__sha256", "turn__id", "turn__prompt"]
    list_select_related = ["turn", "asset"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    readonly_fields = ["file"]
    actions_detail = ["release", "delete_held", "hold_back"]  # type: ignore[assignment]
    fieldsets = (
        (None, {"fields": ("id", "turn", "number", "job", "file", "asset", "picked_at", "created_at", "trashed_at")}),
        (gettext_lazy("Hold"), {"fields": ("held_at", "held_by", "held_reason")}),
        (gettext_lazy("At the provider"), {"fields": ("provider", "video_id", "vendor_file", "seed")}),
    )

    def has_decide_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return isinstance(request.user, User) and is_staff(request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Take | None:
        return opened_by(request, super().get_object(request, object_id, from_field))

    @admin.display(description=gettext_lazy("turn"))
    def turn_link(self, take: Take) -> str:
        return link(take.turn)

    @admin.display(description=gettext_lazy("file"))
    def file(self, take: Take) -> str:
        return file_of(take.asset, take)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """What fits: a held take can be released or deleted, another one held back."""
        take = self.get_object(request, str(object_id))
        fit = {"release", "delete_held"} if take and take.held_at else {"hold_back"}
        if take is None or take.trashed_at:
            fit = set()
        return [each for each in super().get_actions_detail(request, object_id) if each.path in fit]

    @action(description=RELEASE.title, permissions=MAY, icon="visibility", variant=ActionVariant.SUCCESS)  # type: ignore[arg-type, operator]
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, RELEASE)

    @action(description=DELETE.title, permissions=MAY, icon="delete", variant=ActionVariant.DANGER)  # type: ignore[arg-type, operator]
    def delete_held(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, DELETE)

    @action(description=HOLD.title, permissions=MAY, icon="visibility_off")  # type: ignore[arg-type, operator]
    def hold_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, HOLD)

    def _decide(self, request: HttpRequest, object_id: str, deed: Deed) -> HttpResponse:
        take = self.get_object(request, object_id)
        if take is None:
            raise Http404
        back = reverse("admin:threads_take_change", args=[take.pk])
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                deed.act(request.user, take, form.cleaned_data["reason"])  # type: ignore[arg-type]
                messages.success(request, str(deed.done))
            except actions.ActionRefused as error:
                messages.error(request, error.sentence)
            return redirect(back)
        context = self.admin_site.each_context(request) | {
            "title": deed.title,
            "subtitle": _("%(take)s of turn %(turn)s") % {"take": take, "turn": take.turn},
            "explanation": deed.explanation,
            "variant": deed.variant,
            "form": form,
            "back": back,
        }
        return TemplateResponse(request, "admin/threads/take/decide.html", context)
