"""Provider health as a page of the admin: one line for each model that was asked lately."""

from collections.abc import Iterator, Sequence

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from studio.audit.admin import RecordedAdmin
from studio.threads.forms import grouped
from studio.threads.health import Health, health_of
from studio.threads.sentences import FEWEST

DAYS = (1, 7, 30)
GOOD, POOR = 0.95, 0.8  # from here on it is good; below, poor
HEADERS = (
    gettext_lazy("Model"),
    gettext_lazy("Health"),
    gettext_lazy("Came through"),
    gettext_lazy("Median time"),
    gettext_lazy("Collected in"),
    gettext_lazy("Not counted"),
    gettext_lazy("Last failure"),
)


def provider_health(request: HttpRequest, model_admin: RecordedAdmin) -> HttpResponse:
    """`?days=` is one of DAYS, a week where it says nothing that is known. Raises PermissionDenied."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else 7
    found = health_of(days)
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Provider health"),
        "periods": [{"title": _period(each), "link": f"?days={each}", "active": each == days} for each in DAYS],
        "figures": list(_figures(found)),
        "table": {"headers": HEADERS, "rows": [_row(each) for each in found]},
    }
    return TemplateResponse(request, "admin/threads/job/health.html", context)


def _period(days: int) -> str:
    if days == 1:
        return _("24 hours")
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _figures(found: Sequence[Health]) -> Iterator[tuple[str, str]]:
    succeeded, failed = sum(each.succeeded for each in found), sum(each.failed for each in found)
    yield _("Jobs begun"), grouped(sum(each.begun for each in found))
    yield _("Came through"), _percent(succeeded / (succeeded + failed)) if succeeded + failed else "–"
    yield _("Failed"), grouped(failed)
    yield _("Blocked by safety"), grouped(sum(each.blocked for each in found))
    yield _("Did not fit"), grouped(sum(each.unfit for each in found))
    yield _("Under way now"), grouped(sum(each.running for each in found))


def _row(health: Health) -> list[str]:
    jobs = f"{reverse('admin:threads_job_changelist')}?{_query(provider=health.provider, model=health.model)}"
    times = health.times
    return [
        _cell(health.label, _jobs(health), link=jobs),
        _chip(health),
        _came_through(health),
        _cell(_time(times.median), _("90 %% within %(time)s") % {"time": _time(times.ninetieth)}) if times else "–",
        _time(times.collecting) if times and times.collecting is not None else "–",
        _not_counted(health),
        _last_error(health, f"{jobs}&{_query(status='failed')}"),
    ]


def _query(**exactly: str) -> str:
    query = QueryDict(mutable=True)
    query.update({f"{name}__exact": value for name, value in exactly.items()})
    return query.urlencode()


def _jobs(health: Health) -> str:
    begun = ngettext("%(count)s job begun", "%(count)s jobs begun", health.begun) % {"count": grouped(health.begun)}
    if not health.running:
        return begun
    return _("%(begun)s, %(count)s under way") % {"begun": begun, "count": grouped(health.running)}


def _came_through(health: Health) -> str:
    if health.rate is None:
        return "–"
    words = {"through": grouped(health.succeeded), "count": grouped(health.succeeded + health.failed)}
    return _cell(_percent(health.rate), _("%(through)s of %(count)s") % words)


def _not_counted(health: Health) -> str:
    """What failed and was not the provider's failure, by its kind."""
    blocked = _("%(count)s blocked by safety") % {"count": grouped(health.blocked)} if health.blocked else ""
    unfit = _("%(count)s did not fit") % {"count": grouped(health.unfit)} if health.unfit else ""
    return _cell(blocked, unfit) if blocked and unfit else blocked or unfit or "–"


def _chip(health: Health) -> SafeString:
    if health.rate is None or health.succeeded + health.failed < FEWEST:
        kind, word = "default", _("too few to tell")
    elif health.rate >= GOOD:
        kind, word = "success", _("good")
    else:
        kind, word = ("warning", _("fair")) if health.rate >= POOR else ("danger", _("poor"))
    return render_to_string("unfold/helpers/label.html", {"type": kind, "text": word})


def _last_error(health: Health, link: str) -> str:
    error = health.last_error
    if error is None:
        return "–"
    ago = _("%(time)s ago") % {"time": timesince(error.at, depth=1)}
    return _cell(error.sentence, f"{error.code} · {ago}", below_link=link)


def _cell(main: str, below: str, *, link: str = "", below_link: str = "") -> SafeString:
    context = {"main": main, "below": below, "link": link, "below_link": below_link}
    return render_to_string("admin/threads/job/_health_cell.html", context)


def _percent(rate: float) -> str:
    """Never rounded up to all: 999 of 1,000 are not 100 %."""
    return _("%(number)s %%") % {"number": number_format(int(rate * 1000) / 10, 0 if rate in (0, 1) else 1)}


def _time(seconds: float) -> str:
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": number_format(seconds, 1 if seconds < 10 else 0)}
    minutes, rest = divmod(round(seconds), 60)
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
