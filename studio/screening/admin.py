"""Rules and what they found, for moderators."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from studio.audit.admin import RecordedAdmin
from studio.screening.findings import marked
from studio.screening.forms import RuleForm
from studio.screening.models import Finding, Rule

DAYS = 30
SHOWN = 300  # characters of a text in a list
SHORT = {"warn": _("Warn"), "flag": _("Flag"), "hold": _("Hold"), "block": _("Refuse")}
LABELS = {"warn": "info", "flag": "info", "hold": "warning", "block": "danger"}


@admin.register(Rule)
class RuleAdmin(RecordedAdmin):
    form = RuleForm
    change_form_after_template = "admin/screening/rule/_try.html"  # type: ignore[assignment]
    list_display = ["name", "kind", "shown_verdict", "is_on", "found", "stopped", "changed_at", "changed_by"]
    list_filter = ["is_on", "verdict", "kind"]
    search_fields = ["name", "text", "message"]
    list_select_related = ["changed_by"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        lately = Q(findings__at__gte=timezone.now() - timedelta(days=DAYS))
        return Rule.objects.annotate(
            found=Count("findings", filter=lately & Q(findings__timed_out=False)),
            stopped=Count("findings", filter=lately & Q(findings__timed_out=True)),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.changed_by = request.user
        super().save_model(request, obj, form, change)

    @display(description=_("what it does"), ordering="verdict", label=LABELS)  # type: ignore[arg-type]
    def shown_verdict(self, rule: Rule) -> tuple[str, str]:
        return rule.verdict, str(SHORT[rule.verdict])

    @admin.display(description=_("found in 30 days"), ordering="found")
    def found(self, rule: Any) -> int:
        return int(rule.found)

    @admin.display(description=_("stopped"), ordering="stopped")
    def stopped(self, rule: Any) -> str:
        return str(rule.stopped) if rule.stopped else "–"


@admin.register(Finding)
class FindingAdmin(RecordedAdmin):
    """Read-only: what was found is what was found."""

    list_display = ["at", "rule_name", "shown_verdict", "person", "shown_text", "was_stopped"]
    list_filter = ["verdict", "timed_out", "rule", "at"]
    search_fields = ["text", "rule_name", "person__email", "object_id"]
    list_select_related = ["person"]
    date_hierarchy = "at"
    list_per_page = 50
    fields = ["at", "rule_link", "verdict", "person", "about", "whole_text", "timed_out"]
    readonly_fields = ["at", "rule_link", "verdict", "person", "about", "whole_text", "timed_out"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(description=_("verdict"), ordering="verdict", label=LABELS)  # type: ignore[arg-type]
    def shown_verdict(self, finding: Finding) -> tuple[str, str]:
        return finding.verdict, str(SHORT[finding.verdict])

    @admin.display(description=_("text"))
    def shown_text(self, finding: Finding) -> SafeString:
        return marked_html(finding.text, finding.matches, SHOWN)

    @admin.display(description=_("text"))
    def whole_text(self, finding: Finding) -> SafeString:
        return marked_html(finding.text, finding.matches)

    @admin.display(description=_("stopped"), ordering="timed_out")
    def was_stopped(self, finding: Finding) -> str:
        """Its expression took too long, so that nobody knows whether it matches."""
        return str(_("stopped")) if finding.timed_out else "–"

    @admin.display(description=_("rule"))
    def rule_link(self, finding: Finding) -> str:
        if finding.rule_id is None:
            return finding.rule_name
        address = reverse("admin:screening_rule_change", args=[finding.rule_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, finding.rule_name)

    @admin.display(description=_("where"))
    def about(self, finding: Finding) -> str:
        """A turn or thread has a page in the administration; its address is known by name alone."""
        named = f"{finding.object_kind} {finding.object_id}"
        if finding.object_kind not in ("turn", "thread"):
            return named
        address = reverse(f"admin:threads_{finding.object_kind}_change", args=[finding.object_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, named)


def marked_html(text: str, spans: list[list[int]], most: int | None = None) -> SafeString:
    """What was found is marked. Where only so much is shown, from shortly before the first of it."""
    start = max(0, spans[0][0] - most // 3) if most and spans and spans[0][0] > most else 0
    end = len(text) if most is None else start + most
    pieces = marked(text[start:end], [[a - start, b - start] for a, b in spans if a >= start and b <= end])
    shown = ((format_html("<mark>{}</mark>", each) if found else each,) for each, found in pieces)
    body = format_html_join("", "{}", shown)
    return format_html("{}{}{}", "… " if start else "", body, " …" if end < len(text) else "")
