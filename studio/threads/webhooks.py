"""Deliveries from vendors: stored, never believed. They only make the watcher ask at once."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from studio.providers import registry
from studio.providers.sealing import blotted, unsigned
from studio.threads import hooks, jobs
from studio.threads.models import Delivery, Job, JobStatus

logger = logging.getLogger(__name__)
KEPT_HEADERS = ("content-type", "user-agent", "x-request-id")
KEPT_BYTES = 64 * 1024
MOST_REFERENCES = 50
LONGEST_REFERENCE = 200  # characters that a job's may have
MOST_A_MINUTE = 300  # of one provider: beyond them a delivery is heard and no longer kept
MOST_KEPT = 10_000  # of one provider: the oldest go first
FORGET_EVERY = 100


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str, secret: str) -> HttpResponse:
    """204 for whatever comes under the right secret: twice, late, of unknown jobs or without sense, or in floods."""
    if provider not in registry.PROVIDERS or not hooks.is_secret(provider, secret):
        return HttpResponse(status=404)
    body = request.body
    headers = {name: value[:200] for name in KEPT_HEADERS if (value := request.headers.get(name))}
    is_kept = _has_room(provider)
    references = _references(provider, headers, body, log=is_kept)
    with transaction.atomic():
        if is_kept:
            _keep(provider, headers, body, references)
        # A vendor that does a job in several tasks is told which job they belong to, in the address.
        named = Q(reference__in=references) | Q(key__in=_keys(request))
        waiting = Job.objects.filter(named, provider=provider, status=JobStatus.RUNNING)
        if waiting.filter(due_at__gt=timezone.now()).update(due_at=timezone.now()):
            jobs.wake_the_watcher()
    return HttpResponse(status=204)


def _keys(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(each) for each in request.GET.getlist("job")[:1]]
    except ValueError:
        return []


def _has_room(provider: str) -> bool:
    """A flood costs neither the disk nor the time in which a vendor wants its answer."""
    minute_ago = timezone.now() - timedelta(minutes=1)
    latest = Delivery.objects.filter(provider=provider, created_at__gt=minute_ago)
    return latest[:MOST_A_MINUTE].count() < MOST_A_MINUTE


def _keep(provider: str, headers: Mapping[str, str], body: bytes, references: Sequence[str]) -> None:
    kept = Delivery.objects.create(
        provider=provider,
        headers=headers,
        body=unsigned(blotted(body[:KEPT_BYTES].decode("utf-8", "replace").replace("\0", ""))),
        references=references,
    )
    if kept.pk % FORGET_EVERY == 0:
        theirs = Delivery.objects.filter(provider=provider)
        for oldest in theirs.order_by("-pk").values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 1]:
            theirs.filter(pk__lte=oldest).delete()


def _references(provider: str, headers: Mapping[str, str], body: bytes, *, log: bool) -> list[str]:
    """What a delivery names, as far as it can be the name of a job: the database takes no NULs and half characters."""
    try:
        named = registry.provider(provider).parse_delivery(headers, body)
    except Exception:
        if log:
            logger.exception("A delivery of %s could not be read", provider)
        return []
    return [each for each in named if 0 < len(each) <= LONGEST_REFERENCE and each.isprintable()][:MOST_REFERENCES]
