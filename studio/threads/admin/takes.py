"""Takes for staff: found by video id, looked at, held back, released and deleted. Each with a reason that is kept."""

from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant

from studio.accounts.models import User
from studio.media.admin import file_of, opened_by
from studio.threads import actions, holds
from studio.threads.actions.holding import is_staff
from studio.threads.admin.deciding import MOST, Deed, decide, decide_all
from studio.threads.admin.filters import PROVIDER
from studio.threads.admin.rows import Written, link
from studio.threads.models import HeldBy, Take

MAY = ("decide",)  # a name of ours: the theme looks one of Django's up in the database before there are tables


HOLD = Deed(
    actions.hold_take,
    gettext_lazy("Hold back"),
    gettext_lazy("From then on nobody in its team sees this take, but its author. Open pages follow at once."),
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


def goes_along(take: Take) -> str:
    """How many others would be held back with it, in a sentence; empty for none."""
    count = holds.goes_along(take)
    sentence = ngettext(
        "%(count)d other take was made from it, and is held back with it.",
        "%(count)d other takes were made from it, and are held back with it.",
        count,
    )
    return sentence % {"count": count} if count else ""


@admin.register(Take)
class TakeAdmin(Written):
    list_display = ["__str__", "turn_link", "provider", "video_id", "seed", "picked_at", "held_by", "created_at"]
    list_filter = [
        PROVIDER,
        ("held_at", admin.EmptyFieldListFilter),
        "held_by",
        ("picked_at", admin.EmptyFieldListFilter),
        ("trashed_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["turn__prompt"]
    uuid_fields = ("pk", "asset", "turn", "turn__thread")
    exact_fields = ("video_id", "asset__sha256")
    list_select_related = ["turn"]
    ordering = ["-created_at"]
    actions = ["hold_selected", "release_selected"]
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
        answer = self._decide(request, object_id, RELEASE)
        left = Take.objects.filter(pk=object_id, held_by=HeldBy.ORIGIN).first() if answer.status_code == 302 else None
        if left:
            messages.warning(
                request, _("It stays held back with a take that it was made from, until that is released.")
            )
        return answer

    @action(description=DELETE.title, permissions=MAY, icon="delete", variant=ActionVariant.DANGER)  # type: ignore[arg-type, operator]
    def delete_held(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, DELETE)

    @action(description=HOLD.title, permissions=MAY, icon="visibility_off")  # type: ignore[arg-type, operator]
    def hold_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, HOLD)

    @admin.action(description=HOLD.title, permissions=MAY)  # type: ignore[arg-type]
    def hold_selected(self, request: HttpRequest, queryset: QuerySet[Take]) -> HttpResponse | None:
        return self._decide_all(request, queryset.filter(held_at=None, trashed_at=None), HOLD)

    @admin.action(description=RELEASE.title, permissions=MAY)  # type: ignore[arg-type]
    def release_selected(self, request: HttpRequest, queryset: QuerySet[Take]) -> HttpResponse | None:
        return self._decide_all(request, queryset.filter(held_at__isnull=False, trashed_at=None), RELEASE)

    def _decide(self, request: HttpRequest, object_id: str, deed: Deed) -> HttpResponse:
        take = self.get_object(request, object_id)
        if take is None:
            raise Http404
        back = reverse("admin:threads_take_change", args=[take.pk])
        if deed is HOLD:
            deed = replace(deed, explanation=f"{deed.explanation} {goes_along(take)}")
        return decide(self, request, take, deed, subtitle=in_words(take), back=back)

    def _decide_all(self, request: HttpRequest, queryset: QuerySet[Take], deed: Deed) -> HttpResponse | None:
        """Only those that it fits: the page says which they are."""
        takes = list(queryset.select_related("turn__thread", "asset")[: MOST + 1])
        if not takes:
            messages.warning(request, _("This fits none of the chosen takes. Nothing was changed."))
            return None
        return decide_all(self, request, takes, deed, in_words)


def in_words(take: Take) -> str:
    return _("%(take)s of turn %(turn)s") % {"take": take, "turn": take.turn}
