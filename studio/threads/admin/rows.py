"""Threads and what runs in them, for staff. Each opening is recorded; what machines wrote is read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from studio.audit.admin import RecordedAdmin
from studio.providers.local.models import Render
from studio.threads.admin.health import provider_health
from studio.threads.models import Delivery, Job, JobEvent, Take, Thread, Turn, TurnInput


class Kept(RecordedAdmin):
    """Rows that only the program makes: nobody adds or deletes them here."""

    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Written(Kept):
    """Read-only throughout."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Rows(TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [str(name) for name in self.fields or ()]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class TurnRows(Rows):
    model = Turn
    fk_name = "thread"
    fields = ["number", "operation", "prompt", "author", "model", "created_at"]


class JobRows(Rows):
    model = Job
    fields = ["attempt", "status", "provider", "model", "error_code", "created_at", "finished_at"]


class TakeRows(Rows):
    model = Take
    fields = ["number", "video_id", "seed", "asset", "picked_at", "trashed_at", "held_at"]


class InputRows(Rows):
    model = TurnInput
    fields = ["role", "position", "asset"]


class JobEventRows(Rows):
    model = JobEvent
    show_change_link = False
    fields = ["at", "from_status", "to_status", "detail"]


def link(row: Model | None) -> str:
    if row is None:
        return "–"
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[row.pk]), row)


@admin.register(Thread)
class ThreadAdmin(Kept):
    list_display = ["__str__", "team", "author", "turn_count", "is_sample", "active_at", "archived_at", "trashed_at"]
    list_filter = [
        "is_sample",
        ("trashed_at", admin.EmptyFieldListFilter),
        ("archived_at", admin.EmptyFieldListFilter),
        "team",
    ]
    search_fields = ["id", "title", "author__email", "team__name"]
    list_select_related = ["team", "author"]
    date_hierarchy = "active_at"
    ordering = ["-active_at"]
    fields = ["id", "title", "team", "author", "is_sample", "created_at", "active_at", "archived_at", "trashed_at"]
    readonly_fields = ["id", "team", "author", "is_sample", "created_at", "active_at", "archived_at", "trashed_at"]
    inlines = [TurnRows]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Thread]:
        return Thread.objects.annotate(turn_count=Count("turns"))

    @admin.display(description=_("turns"), ordering="turn_count")
    def turn_count(self, thread: Any) -> int:
        return int(thread.turn_count)


@admin.register(Turn)
class TurnAdmin(Written):
    list_display = ["__str__", "thread_link", "author", "operation", "provider", "model", "latest_status", "created_at"]
    list_filter = ["operation", "provider", "model", "created_at"]
    search_fields = ["id", "prompt", "author__email", "thread__id", "thread__title", "takes__video_id"]
    list_select_related = ["thread", "author"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    inlines = [InputRows, JobRows, TakeRows]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turn]:
        return super().get_queryset(request).prefetch_related("jobs")

    @admin.display(description=_("thread"))
    def thread_link(self, turn: Turn) -> str:
        return link(turn.thread)

    @admin.display(description=_("status"))
    def latest_status(self, turn: Turn) -> str:
        latest = max(turn.jobs.all(), key=lambda job: job.attempt, default=None)
        return latest.get_status_display() if latest else "–"


@admin.register(Job)
class JobAdmin(Written):
    list_display = ["id", "turn_link", "attempt", "status", "percent", "provider", "model", "error_code", "created_at"]
    list_filter = ["status", "provider", "model", "error_code", "created_at"]
    search_fields = ["id", "reference", "key", "turn__id", "turn__prompt", "takes__video_id", "error_detail"]
    list_select_related = ["turn"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    inlines = [JobEventRows, TakeRows]
    custom_urls = (("health/", "threads_job_health", provider_health),)  # type: ignore[assignment]

    @admin.display(description=_("turn"))
    def turn_link(self, job: Job) -> str:
        return link(job.turn)

    @admin.display(description=_("progress"), ordering="progress")
    def percent(self, job: Job) -> str:
        return f"{job.progress:.0%}"


@admin.register(Delivery)
class DeliveryAdmin(Written):
    list_display = ["__str__", "provider", "references", "created_at"]
    list_filter = ["provider", "created_at"]
    search_fields = ["body"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]


@admin.register(Render)
class RenderAdmin(Written):
    list_display = ["id", "operation", "status", "percent", "seed", "tries", "parent_link", "created_at", "finished_at"]
    list_filter = ["status", "operation", "error_code", "created_at"]
    search_fields = ["id", "reference", "error_detail"]
    list_select_related = ["parent"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]

    @admin.display(description=_("progress"), ordering="progress")
    def percent(self, render: Render) -> str:
        return f"{render.progress:.0%}"

    @admin.display(description=_("parent"))
    def parent_link(self, render: Render) -> str:
        return link(render.parent)
