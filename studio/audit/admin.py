"""The admin base of every room whose rows belong to a team, and the trail itself, which nobody can edit there."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from studio.audit import changes
from studio.audit.lists import BoundedPaginator, Searched
from studio.audit.models import AuditEntry
from studio.audit.records import record

# The queue's own pages show signed pickles and let one schedule any function by name: not for the browser.
admin.site.unregister([model for model in admin.site._registry if model._meta.app_label == "django_q"])


SHOWN = ("number", "at", "actor_label", "act", "object_kind", "object_id", "reason", "detail", "previous", "hash")


class RecordedAdmin(Searched, ModelAdmin):  # type: ignore[misc]  # the theme's own classes disagree
    """Staff see other people's work only here, so each opening, change and deletion leaves an audit entry."""

    paginator = BoundedPaginator
    show_full_result_count = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        self._record_opening(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[no-any-return]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._record_opening(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Where Django looks at what was changed, so do we, for `log_addition` and `log_change` that come next."""
        rows = list(changes.of_rows(formsets))
        vars(request)["changes"] = changes.of_form(form) | ({"rows": rows} if rows else {})
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record(request, "added", obj.pk, **vars(request).get("changes", {}))
        self.announce(obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """An action of ours that only says something to the history records it itself, in its own words."""
        self._record(request, "changed", obj.pk, **vars(request).get("changes", {}))
        self.announce(obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows are locked before the end of the trail, as everywhere: nobody waits in the other order."""
        keys = [obj.pk for obj in queryset]
        list(self.model._default_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
        for obj in queryset:
            self._record(request, "deleted", obj.pk, before=self.fields_of(obj), label=str(obj)[:200])
        return super().log_deletions(request, queryset)

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any, **more: Any) -> HttpResponse | None:
        """Several rows are deleted, and that is recorded, all together or not at all."""
        if request.POST.get("action") != "delete_selected":
            return super().response_action(request, queryset, *args, **more)
        with transaction.atomic():
            return super().response_action(request, queryset, *args, **more)

    def announce(self, obj: Model) -> None:
        """Where open pages must hear of an addition or a change: publish it here, after it was recorded."""

    def fields_of(self, obj: Model) -> dict[str, Any]:
        """What is kept of a row that is deleted."""
        return {
            field.name: changes.HIDDEN if changes.is_secret(field.name) else changes.short(field.value_from_object(obj))
            for field in obj._meta.concrete_fields
        }

    def _record_opening(self, request: HttpRequest, object_id: str | None) -> None:
        if object_id is None or request.method != "GET":
            return
        obj = self.get_object(request, object_id)
        if obj is not None and self.has_view_or_change_permission(request, obj):
            self._record(request, "opened", obj.pk)

    def _record(self, request: HttpRequest, past: str, pk: object, **detail: Any) -> None:
        kind = str(self.opts.model_name)
        record(request.user, f"{kind}.{past}", kind, pk, place="admin", **detail)  # type: ignore[arg-type]


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):
    paginator = BoundedPaginator
    list_display = ["number", "shown_at", "actor_label", "shown_act", "shown_object", "shown_change", "reason"]
    list_filter = ["object_kind", "at"]
    search_fields = ["actor_label", "act", "object_id"]
    list_per_page = 50
    show_full_result_count = False
    fields = SHOWN
    readonly_fields = SHOWN

    @admin.display(description=_("at"), ordering="at")
    def shown_at(self, entry: AuditEntry) -> str:
        return date_format(timezone.localtime(entry.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("object"))
    def shown_object(self, entry: AuditEntry) -> str:
        """Its kind and the beginning of its id: the whole id is on the entry's own page, and the search finds it."""
        return f"{entry.object_kind} {entry.object_id[:8]}"

    @admin.display(description=_("change"))
    def shown_change(self, entry: AuditEntry) -> str:
        return _change_in_words(entry.detail)[:120] or "–"

    @admin.display(description=_("reason"))
    def reason(self, entry: AuditEntry) -> str:
        return str(entry.detail.get("reason") or "–")

    @admin.display(description=_("act"), ordering="act")
    def shown_act(self, entry: AuditEntry) -> str:
        return entry.act.replace(".", " ").replace("_", " ")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _change_in_words(detail: dict[str, Any]) -> str:
    before, after = detail.get("before"), detail.get("after")
    if not isinstance(after, dict):
        return f"{_or_nothing(before)} → {_or_nothing(after)}" if "after" in detail else ""
    old = before if isinstance(before, dict) else {}
    return ", ".join(f"{name}: {_or_nothing(old.get(name))} → {_or_nothing(value)}" for name, value in after.items())


def _or_nothing(value: Any) -> Any:
    return "–" if value in (None, "") else value
