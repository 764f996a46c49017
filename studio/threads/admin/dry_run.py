"""What a rule would have found lately, before it is switched on: a page beside its form, for unsaved text too."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from studio.audit.admin import RecordedAdmin
from studio.audit.records import record
from studio.screening.admin import marked_html
from studio.screening.forms import problem_of
from studio.screening.models import Rule, RuleKind, Verdict
from studio.screening.ruling import Compiled, Match
from studio.threads.models import Turn

DAYS = 30
SHOWN = 50
PATIENCE = 8.0  # s; then it says how far it came
BATCH = 500


@dataclass
class DryRun:
    """`looked` of `all` turns were read, the newest first."""

    all: int
    looked: int = 0
    matched: int = 0
    stopped: int = 0
    people: set[int | None] = field(default_factory=set)
    shown: list[tuple[Turn, SafeString]] = field(default_factory=list)


def dry_run(request: HttpRequest, model_admin: RecordedAdmin) -> HttpResponse:
    """Posted with the fields of a rule's form. Reads other people's prompts, so the trail keeps it."""
    may = request.user.has_perm("screening.change_rule") or request.user.has_perm("screening.add_rule")
    if not (may and model_admin.has_view_permission(request)):
        raise PermissionDenied
    rule = _asked(request)
    problem = problem_of(rule) if rule else _("Open a rule, and try it from there.")
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Dry run: %(rule)s") % {"rule": rule.name} if rule and rule.name else _("Dry run"),
        "rule": rule,
        "problem": problem,
        "days": DAYS,
        "rules_url": reverse("admin:screening_rule_changelist"),
        "run": None,
    }
    if rule and not problem:
        context["run"] = run = try_out(rule)
        detail = {"name": rule.name, "looks_for": rule.text[:200], "looked": run.looked, "matched": run.matched}
        record(request.user, "rule.tried", "rule", "", **detail)  # type: ignore[arg-type]
    return TemplateResponse(request, "admin/screening/rule/dry_run.html", context)


def try_out(rule: Rule) -> DryRun:
    rows = Turn.objects.filter(created_at__gte=timezone.now() - timedelta(days=DAYS)).order_by("-created_at")
    run, ends = DryRun(all=rows.count()), time.monotonic() + PATIENCE
    for turn, matches in _screened(rule, rows):
        run.looked += 1
        for match in matches:
            run.stopped += match.timed_out
            if match.timed_out:
                continue
            run.matched += 1
            run.people.add(turn.author_id)
            if len(run.shown) < SHOWN:
                run.shown.append((turn, marked_html(turn.prompt, [list(span) for span in match.spans])))
        if time.monotonic() > ends:
            break
    return run


def _screened(rule: Rule, rows: QuerySet[Turn]) -> Iterator[tuple[Turn, tuple[Match, ...]]]:
    own = Compiled.of([rule])
    for turn in rows.select_related("author", "thread__team").iterator(BATCH):
        yield turn, own.screen(turn.prompt).matches


def _asked(request: HttpRequest) -> Rule | None:
    given = request.POST
    if request.method != "POST" or given.get("kind") not in RuleKind.values:
        return None
    verdict = given.get("verdict", "")
    return Rule(
        name=given.get("name", "")[:80],
        kind=given["kind"],
        text=given.get("text", ""),
        verdict=verdict if verdict in Verdict.values else Verdict.FLAG,
        message=given.get("message", "")[:300],
    )
