"""The admin base of every room whose rows belong to a team, and the trail itself, which nobody can edit there."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from studio.audit.models import AuditEntry
from studio.audit.records import record

# The queue's own pages show signed pickles and let one schedule any function by name: not for the browser.
admin.site.unregister([model for model in admin.site._registry if model._meta.app_label == "django_q"])


class RecordedAdmin(ModelAdmin):
    """Staff see other people's work only here, so each opening, change and deletion leaves an audit entry."""

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

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record(request, "added", obj.pk)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        fields = [name for entry in message if isinstance(entry, dict) for name in _changed_fields(entry)]
        self._record(request, "changed", obj.pk, fields=fields)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._record(request, "deleted", obj.pk, label=str(obj)[:200])
        return super().log_deletions(request, queryset)

    def _record_opening(self, request: HttpRequest, object_id: str | None) -> None:
        if object_id is None or request.method != "GET":
            return
        obj = self.get_object(request, object_id)
        if obj is not None and self.has_view_or_change_permission(request, obj):
            self._record(request, "opened", obj.pk)

    def _record(self, request: HttpRequest, past: str, pk: object, **detail: Any) -> None:
        kind = str(self.opts.model_name)
        record(request.user, f"{kind}.{past}", kind, pk, place="admin", **detail)  # type: ignore[arg-type]


def _changed_fields(entry: dict[str, Any]) -> list[str]:
    return [str(name) for name in entry.get("changed", {}).get("fields", [])]


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):
    list_display = ["at", "actor_label", "shown_act", "object_kind", "object_id"]
    list_filter = ["act", "object_kind"]
    search_fields = ["actor_label", "act", "object_id"]
    date_hierarchy = "at"
    list_per_page = 50
    fields = ["at", "actor_label", "act", "object_kind", "object_id", "detail"]
    readonly_fields = ["at", "actor_label", "act", "object_kind", "object_id", "detail"]

    @admin.display(description=_("act"), ordering="act")
    def shown_act(self, entry: AuditEntry) -> str:
        return entry.act.replace(".", " ").replace("_", " ")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
