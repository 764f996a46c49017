"""The admin's first page above its list of models: each figure for those who may see the rows behind it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.media.disk import free_bytes
from studio.providers.registry import label_of
from studio.spending.money import format_money
from studio.threads import dashboard
from studio.threads.forms import grouped
from studio.threads.models import JobStatus

PATIENCE = {"jobs": timedelta(seconds=60), "default": timedelta(seconds=60), "render": timedelta(minutes=30)}
STATES = {
    JobStatus.SUCCEEDED: "good", JobStatus.FAILED: "poor", JobStatus.ANSWERED: "quiet", JobStatus.CANCELLED: "quiet",
}  # fmt: skip
MOST = 8  # lines of a panel


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold calls it for the first page."""
    sees_jobs, sees_files = request.user.has_perm("threads.view_job"), request.user.has_perm("media.view_asset")
    sees_money = request.user.has_perm("spending.view_ledgerentry")
    counted = dashboard.counted()
    figures, panels = list[dict[str, Any]](), list[dict[str, Any]]()
    if sees_jobs:
        figures += [*_of_turns(counted.turns), *_of_queue(), _of_failures(counted.failures)]
        panels += [_turns_panel(counted.turns), _failures_panel(counted.failures)]
    if sees_files:
        figures.append(_of_storage(counted.storage))
        panels.append(_storage_panel(counted.storage))
    if sees_money:
        spent = sum(micros for _provider, micros in counted.spent)
        figures.append(_figure(_("Spent this month"), format_money(spent), _("all teams")))
        panels.append(_spending_panel(counted.spent))
    context["dashboard"] = {"figures": figures, "panels": panels} if figures else None
    return context


def _figure(name: str, value: str, below: str, *, link: str = "", poor: bool = False) -> dict[str, Any]:
    return {"name": name, "value": value, "below": below, "link": link, "poor": poor}


def _jobs(query: str = "") -> str:
    return reverse("admin:threads_job_changelist") + query


def _of_turns(turns: dict[str, int]) -> Iterator[dict[str, Any]]:
    under_way = sum(number for status, number in turns.items() if dashboard.is_under_way(status))
    everything = _("of %(count)s turns") % {"count": grouped(sum(turns.values()))}
    yield _figure(_("Under way now"), grouped(under_way), everything, link=reverse("admin:threads_turn_changelist"))


def _of_queue() -> Iterator[dict[str, Any]]:
    """What waits longest of all, and how much waits altogether."""
    lanes = dashboard.queue()
    waiting = sum(lane["waiting"] for lane in lanes if lane["lane"] != "jobs")
    queued = next(lane["waiting"] for lane in lanes if lane["lane"] == "jobs")
    below = ngettext("%(count)s job waits to be sent", "%(count)s jobs wait to be sent", queued)
    yield _figure(
        _("Tasks in the queue"),
        grouped(waiting),
        below % {"count": grouped(queued)},
        link=_jobs(f"?status__exact={JobStatus.QUEUED}"),
    )
    oldest = max(lanes, key=lambda lane: lane["oldest"])
    late = any(lane["oldest"] > PATIENCE[lane["lane"]] for lane in lanes)
    yield _figure(
        _("Waiting longest"),
        _span(oldest["oldest"]) if oldest["oldest"] else "–",
        _("longer than it should") if late else _("nothing is late"),
        poor=late,
    )


def _of_failures(failures: list[tuple[str, int]]) -> dict[str, Any]:
    days = {"days": dashboard.DAYS}
    number = sum(each[1] for each in failures)
    link = _jobs(f"?status__exact={JobStatus.FAILED}")
    return _figure(_("Failed jobs"), grouped(number), _("in the last %(days)d days") % days, link=link)


def _of_storage(storage: dict[str, int]) -> dict[str, Any]:
    free = _("%(size)s free here") % {"size": filesizeformat(free_bytes())}
    return _figure(_("Files"), filesizeformat(sum(storage.values())), free)


def _turns_panel(turns: dict[str, int]) -> dict[str, Any]:
    bars = [
        (str(JobStatus(status).label), number, grouped(number), STATES.get(JobStatus(status), "busy"),
         _jobs(f"?status__exact={status}"))
        for status, number in turns.items()
        if number
    ]  # fmt: skip
    return _panel(_("Turns by state"), bars, _("Nothing was asked yet."))


def _failures_panel(failures: list[tuple[str, int]]) -> dict[str, Any]:
    bars = [
        ((code or _("no code")).replace("_", " "), number, grouped(number), "poor",
         _jobs(f"?status__exact={JobStatus.FAILED}&error_code__exact={code}"))
        for code, number in failures[:MOST]
    ]  # fmt: skip
    title = _("Failures of the last %(days)d days") % {"days": dashboard.DAYS}
    return _panel(title, bars, _("Nothing has failed."))


def _storage_panel(storage: dict[str, int]) -> dict[str, Any]:
    names = {"takes": _("Takes"), "uploads": _("Uploads"), "derived": _("Pictures and renditions")}
    bars = [(words, storage[name], filesizeformat(storage[name]), "busy", "") for name, words in names.items()]
    return _panel(_("Storage"), [bar for bar in bars if bar[1]], _("No file is kept yet."))


def _spending_panel(spent: list[tuple[str, int]]) -> dict[str, Any]:
    ledger = reverse("admin:spending_ledgerentry_changelist")
    bars = [
        (label_of(name), micros, format_money(micros), "busy", f"{ledger}?provider__exact={name}")
        for name, micros in spent[:MOST]
    ]
    return _panel(_("Spending of this month"), bars, _("Nothing was spent this month."))


def _panel(title: str, bars: list[tuple[str, int, str, str, str]], nothing: str) -> dict[str, Any]:
    """`bars`: name, number, the number in words, state, link. The longest bar is the largest number."""
    most = max((bar[1] for bar in bars), default=0) or 1
    keys = ("name", "value", "state", "link")
    lines = [
        dict(zip(keys, (name, words, state, link), strict=True)) | {"share": max(1, number * 1000 // most)}
        for name, number, words, state, link in bars
    ]
    return {"title": title, "bars": lines, "nothing": nothing}


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    if seconds < 3600:
        return _("%(minutes)d min") % {"minutes": seconds // 60}
    return _("%(hours)d h") % {"hours": seconds // 3600}
