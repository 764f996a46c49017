"""Threads and what runs in them, for staff. Each opening is recorded; what machines wrote is read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action

from studio.accounts.models import User
from studio.audit.admin import RecordedAdmin
from studio.providers.local.models import Render
from studio.threads.actions.turns import RETRIABLE, may_retry, retry_as_staff
from studio.threads.admin.deciding import MOST, Deed, decide, decide_all
from studio.threads.admin.dry_run import dry_run
from studio.threads.admin.filters import FAILURE, MODEL, PROVIDER
from studio.threads.admin.health import provider_health
from studio.threads.models import Delivery, Job, JobEvent, Take, Thread, Turn, TurnInput

MAY_RETRY = ("retry",)
RETRY = Deed(
    retry_as_staff,
    _("Try again"),
    _("A new job is made for the turn and sent to its provider. What it costs is its team's, within its budget."),
    _("The turn is sent once more."),
)


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
    search_fields = ["title"]
    uuid_fields = ("pk", "team")
    search_through = {"author": ("email", "name"), "team": ("name",)}
    list_select_related = ["team", "author"]
    ordering = ["-active_at"]
    fields = ["id", "title", "team", "author", "is_sample", "created_at", "active_at", "archived_at", "trashed_at"]
    readonly_fields = ["id", "team", "author", "is_sample", "created_at", "active_at", "archived_at", "trashed_at"]
    inlines = [TurnRows]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Thread]:
        """Counted for the rows of the page alone, so nobody can order by it."""
        turns = Turn.objects.filter(thread=OuterRef("pk")).order_by().values("thread").annotate(number=Count("pk"))
        return Thread.objects.annotate(turn_count=Coalesce(Subquery(turns.values("number")), 0))

    @admin.display(description=_("turns"))
    def turn_count(self, thread: Any) -> int:
        return int(thread.turn_count)


@admin.register(Turn)
class TurnAdmin(Written):
    list_display = ["__str__", "thread_link", "author", "operation", "provider", "model", "latest_status", "created_at"]
    list_filter = ["operation", PROVIDER, MODEL, "created_at"]
    search_fields = ["prompt"]
    uuid_fields = ("pk", "thread")
    exact_fields = ("takes__video_id",)
    search_through = {"author": ("email", "name"), "thread": ("title",)}
    list_select_related = ["thread", "author"]
    ordering = ["-created_at"]
    inlines = [InputRows, JobRows, TakeRows]
    custom_urls = (("dry-run/", "threads_turn_dry_run", dry_run),)  # type: ignore[assignment]

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
    list_filter = ["status", PROVIDER, MODEL, FAILURE, "created_at"]
    search_fields = ["error_detail", "turn__prompt"]
    uuid_fields = ("pk", "key", "turn", "turn__thread")
    exact_fields = ("reference", "takes__video_id")
    list_select_related = ["turn"]
    ordering = ["-created_at"]
    inlines = [JobEventRows, TakeRows]
    actions = ["retry_selected"]
    actions_detail = ["retry"]  # type: ignore[assignment]
    custom_urls = (("health/", "threads_job_health", provider_health),)  # type: ignore[assignment]

    @admin.display(description=_("turn"))
    def turn_link(self, job: Job) -> str:
        return link(job.turn)

    def has_retry_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return isinstance(request.user, User) and may_retry(request.user)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Where it would be refused, it is not offered."""
        fits = Job.objects.filter(pk=object_id, status__in=RETRIABLE).exists()
        return super().get_actions_detail(request, object_id) if fits else []

    @action(description=RETRY.title, permissions=MAY_RETRY, icon="replay")  # type: ignore[arg-type, operator]
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        job = get_object_or_404(Job.objects.select_related("turn__thread__team"), pk=object_id)
        back = reverse("admin:threads_job_change", args=[job.pk])
        return decide(self, request, job.turn, RETRY, subtitle=str(job.turn), back=back)

    @admin.action(description=RETRY.title, permissions=MAY_RETRY)  # type: ignore[arg-type]
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Job]) -> HttpResponse | None:
        """Two jobs of one turn are one turn."""
        turns = Turn.objects.filter(jobs__in=queryset.values("pk")).select_related("thread__team").distinct()
        return decide_all(self, request, list(turns.order_by("created_at")[: MOST + 1]), RETRY, str)

    @admin.display(description=_("progress"), ordering="progress")
    def percent(self, job: Job) -> str:
        return f"{job.progress:.0%}"


@admin.register(Delivery)
class DeliveryAdmin(Written):
    list_display = ["__str__", "provider", "references", "created_at"]
    list_filter = [PROVIDER, "created_at"]
    search_fields = ["body"]
    ordering = ["-created_at"]


@admin.register(Render)
class RenderAdmin(Written):
    list_display = ["id", "operation", "status", "percent", "seed", "tries", "parent_link", "created_at", "finished_at"]
    list_filter = ["status", "operation", FAILURE, "created_at"]
    search_fields = ["error_detail"]
    uuid_fields = ("pk", "reference")
    list_select_related = ["parent"]
    ordering = ["-created_at"]

    @admin.display(description=_("progress"), ordering="progress")
    def percent(self, render: Render) -> str:
        return f"{render.progress:.0%}"

    @admin.display(description=_("parent"))
    def parent_link(self, render: Render) -> str:
        return link(render.parent)
