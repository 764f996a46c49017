"""How the admin presents itself: its sidebar, its brand, and the word that says which studio one is in."""

from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Which rows stand together in the sidebar, and their icons. A room that registers more finds it under "More".
GROUPS: list[tuple[Any, list[tuple[str, str]]]] = [
    (
        gettext_lazy("People"),
        [
            ("accounts.User", "person"),
            ("accounts.Team", "groups"),
            ("accounts.Membership", "badge"),
            ("accounts.Invitation", "forward_to_inbox"),
        ],
    ),
    (
        gettext_lazy("Work"),
        [
            ("threads.Thread", "forum"),
            ("threads.Turn", "edit_note"),
            ("threads.Take", "movie"),
            ("media.Asset", "perm_media"),
        ],
    ),
    (
        gettext_lazy("Machines"),
        [
            ("threads.Job", "conveyor_belt"),
            ("providers.ProviderKey", "key"),
            ("local.Render", "memory"),
            ("threads.Delivery", "webhook"),
            ("live.Stream", "stream"),
            ("live.Event", "bolt"),
        ],
    ),
    (gettext_lazy("Money"), [("spending.LedgerEntry", "receipt_long"), ("spending.Budget", "savings")]),
    (gettext_lazy("Moderation"), [("screening.Rule", "rule"), ("screening.Finding", "find_in_page")]),
    (gettext_lazy("Trail"), [("audit.AuditEntry", "history_edu")]),
]
# Pages beside a model's list: icon, name of the address, words. Who may see the list may see them.
PAGES: dict[str, list[tuple[str, str, Any]]] = {
    "threads.Job": [("monitor_heart", "admin:threads_job_health", gettext_lazy("Provider health"))],
    "screening.Rule": [("gavel", "moderation:queue", gettext_lazy("Queue"))],
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    known = {label: icon for _title, models in GROUPS for label, icon in models}
    groups = [(title, models) for title, models in GROUPS]
    rest = [(model._meta.label, "table_rows") for model in admin.site._registry if model._meta.label not in known]
    groups.append((_("More"), rest))
    shown = [
        {"title": title, "items": [item for label, icon in models for item in _items(request, label, icon)]}
        for title, models in groups
    ]
    return [group for group in shown if group["items"]]


def _items(request: HttpRequest, label: str, icon: str) -> list[dict[str, Any]]:
    """A model's list, and the pages beside it."""
    try:
        model = apps.get_model(label)
    except LookupError:
        return []
    registered = admin.site._registry.get(model)
    if registered is None or not registered.has_view_or_change_permission(request):
        return []
    options = model._meta
    link = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    item: dict[str, Any] = {"title": str(options.verbose_name_plural).capitalize(), "icon": icon, "link": link}
    pages = [{"title": words, "icon": sign, "link": reverse(name)} for sign, name, words in PAGES.get(label, [])]
    if request.path in {page["link"] for page in pages}:
        item["active"] = False  # the page's address lies below the list's, and one of them is where one is
    return [item, *pages]


def environment(request: HttpRequest) -> list[str]:
    if settings.DEBUG:
        return [_("Debug"), "danger"]
    host = urlsplit(settings.PUBLIC_URL).hostname
    return [host, "info"] if host else [_("This machine"), "info"]


def brand(request: HttpRequest) -> str:
    return static("img/retake.svg")


def stylesheet(request: HttpRequest) -> str:
    return static("css/account-admin.css")
