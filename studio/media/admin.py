"""Assets for staff: find them by person, team, hash or id; hold them; their technical facts are read-only."""

from typing import TypeVar

from django.contrib import admin
from django.db.models import ForeignObjectRel, Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from studio.audit.admin import RecordedAdmin
from studio.media.addresses import url, urls
from studio.media.models import DERIVED, Asset, Kind

NAMES = ("id", "team", "owner", "origin", "kind", "status", "refusal", "asked", "created_at", "purged_at")
FILE = ("file", "mime", "size_shown", "sha256", "original_sha256")
PICTURE = ("width", "height", "duration", "fps", "has_sound", "probe")
WORK = ("progress", "derived_at", "derive_tries")


class DerivedFilter(admin.SimpleListFilter):
    title = _("files")
    parameter_name = "files"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Asset]") -> list[tuple[str, str]]:
        return [("originals", str(_("brought or made"))), ("derived", str(_("derived")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Asset]) -> QuerySet[Asset]:
        if self.value() == "originals":
            return queryset.exclude(kind__in=DERIVED)
        return queryset.filter(kind__in=DERIVED) if self.value() == "derived" else queryset


@admin.register(Asset)
class AssetAdmin(RecordedAdmin):
    list_display = ("__str__", "kind", "status", "team", "owner", "size_shown", "length", "held", "created_at")
    list_filter = ("kind", "status", DerivedFilter, "held", "created_at", "team")
    search_fields = ("title",)
    uuid_fields = ("pk", "origin")
    exact_fields = ("sha256", "original_sha256")
    search_through = {"owner": ("email", "name"), "team": ("name",)}
    list_select_related = ("team", "owner")
    ordering = ("-created_at",)
    readonly_fields = (*NAMES, *FILE, *PICTURE, *WORK, "open_link", "used_in")
    fieldsets = (
        (None, {"fields": ("title", "held", "trashed_at", "open_link", "used_in")}),
        (_("Where it comes from"), {"fields": NAMES}),
        (_("File"), {"fields": FILE}),
        (_("What is in it"), {"fields": PICTURE}),
        (_("Work on it"), {"fields": WORK}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        return False

    @admin.display(description=_("bytes"), ordering="size")
    def size_shown(self, asset: Asset) -> str:
        return filesizeformat(asset.size)

    @admin.display(description=_("length"), ordering="duration")
    def length(self, asset: Asset) -> str:
        return f"{asset.duration:.1f} s" if asset.duration else "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Asset | None = None) -> tuple[str, ...]:
        """A take is held back and released as a take, with a reason."""
        own = obj is None or obj.kind in (Kind.SOURCE, Kind.REFERENCE)
        return self.readonly_fields if own else (*self.readonly_fields, "held")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Asset | None:
        return opened_by(request, super().get_object(request, object_id, from_field))

    @admin.display(description=_("file"))
    def open_link(self, asset: Asset) -> str:
        return file_of(asset, asset)

    @admin.display(description=_("used by"))
    def used_in(self, asset: Asset) -> str:
        """Every kind of row that names this asset, whichever room it belongs to, with a way to its list."""
        named = [usage(asset, relation) for relation in asset._meta.related_objects]
        return format_html_join(", ", "{}", [(text,) for text in named if text]) or "–"


Row = TypeVar("Row", bound=Model)


def opened_by(request: HttpRequest, row: Row | None) -> Row | None:
    """Notes on the row who has opened it: that is recorded, and what is held back is shown to them alone."""
    if row is not None:
        vars(row)["opened_by"] = request.user.pk
    return row


def file_of(asset: Asset, opened: Model) -> SafeString:
    """The file on a page whose opening is recorded: a link, or for what is held back a blur with a way to look."""
    is_held = asset.held or bool(asset.origin and asset.origin.held)
    person = vars(opened)["opened_by"] if is_held else None
    shown = urls(asset, person)
    return render_to_string(
        "admin/media/asset/_file.html",
        {
            "is_held": is_held,
            "is_video": asset.is_video,
            "src": (is_held and shown["src"]) or url(asset, person),
            "poster": shown["poster"],
        },
    )


def usage(asset: Asset, relation: ForeignObjectRel) -> str | SafeString:
    model, field = relation.related_model, relation.field.name
    if isinstance(model, str):
        return ""
    count = model._default_manager.filter(**{field: asset.pk}).count()
    if not count:
        return ""
    text = f"{model._meta.verbose_name}: {count}"
    try:
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    except NoReverseMatch:
        return text
    return format_html('<a href="{}?{}__id__exact={}">{}</a>', page, field, asset.pk, text)
