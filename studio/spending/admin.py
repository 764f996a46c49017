"""The books for staff, to read; the teams' limits, to set, in dollars."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from studio.audit.admin import RecordedAdmin
from studio.audit.lists import exactly
from studio.providers import registry
from studio.providers.registry import label_of
from studio.spending.ledger import spent_this_month
from studio.spending.models import Budget, Kind, LedgerEntry
from studio.spending.money import MICROS, dollars, format_money

PROVIDER = exactly("provider", _("provider"), lambda: [(name, label_of(name)) for name in registry.PROVIDERS])
READ = ("created_at", "kind", "amount", "quoted", "team", "provider", "model", "job", "detail")
KIND_COLOURS = {Kind.RESERVE.value: "info", Kind.SETTLE.value: "success", Kind.RELEASE.value: "default"}


@admin.register(LedgerEntry)
class LedgerEntryAdmin(RecordedAdmin):
    list_display = ["created_at", "shown_kind", "amount", "quoted", "team", "provider", "model", "job"]
    list_filter = ["kind", ("amount_micros", admin.EmptyFieldListFilter), PROVIDER, "team", "created_at"]
    search_fields = ["model"]
    uuid_fields = ("job",)
    search_through = {"team": ("name",)}
    list_select_related = ["team"]
    list_per_page = 50
    ordering = ["-id"]
    fields = READ
    readonly_fields = READ

    @display(description=_("kind"), ordering="kind", label=KIND_COLOURS)  # type: ignore[arg-type]
    def shown_kind(self, entry: LedgerEntry) -> tuple[str, str]:
        return entry.kind, entry.get_kind_display()

    @admin.display(description=_("amount"), ordering="amount_micros")
    def amount(self, entry: LedgerEntry) -> str:
        return entry.amount

    @admin.display(description=_("quoted"))
    def quoted(self, entry: LedgerEntry) -> str:
        low = entry.detail.get("low_micros")
        return "–" if low is None or entry.amount_micros is None else format_money(low, entry.amount_micros)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]
    monthly_limit = forms.DecimalField(
        label=_("US dollars a month"),
        help_text=_("Leave it empty for no limit. 0 allows only what is free."),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )

    class Meta:
        model = Budget
        fields = ["team"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = self.instance.monthly_limit_micros
        self.fields["monthly_limit"].initial = None if limit is None else dollars(limit)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        limit = data.get("monthly_limit")
        self.instance.monthly_limit_micros = None if limit is None else int(limit * MICROS)
        return data


@admin.register(Budget)
class BudgetAdmin(RecordedAdmin):
    form = BudgetForm
    list_display = ["team", "limit", "spent"]
    search_fields = ["team__name"]
    list_select_related = ["team"]
    list_per_page = 50
    ordering = ["team__name"]
    autocomplete_fields = ["team"]
    fields = ["team", "monthly_limit", "spent"]
    readonly_fields = ["spent"]

    @admin.display(description=_("limit"), ordering="monthly_limit_micros")
    def limit(self, budget: Budget) -> str:
        return budget.limit

    @admin.display(description=_("used this month"))
    def spent(self, budget: Budget) -> str:
        return format_money(spent_this_month(budget.team_id)) if budget.team_id else "–"
