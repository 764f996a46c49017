"""What a team's owner has set for a provider, as it holds for a job: when the vendor deletes its copies of results, and
the presigned addresses to which it puts them besides, one result to each, each once.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.providers import catalogue, sealing
from studio.providers.catalogue import ModelSpec
from studio.threads import pricing
from studio.threads.models import Job, Take, TeamProvider, UploadAddress
from studio.threads.patience import LONGEST_JOB

SPARE = timedelta(minutes=5)  # before a vendor's copy goes away it is no longer counted on


class Upload(StrEnum):
    SENT = "sent"  # each result has an address
    SHORT = "short"  # there were not enough left, so none was sent
    UNREADABLE = "unreadable"  # they were sealed under another key, so none was sent


def agree(job: Job) -> None:
    """Write down what holds for the job, and take its addresses: in the transaction that makes it."""
    owners = _owners(job.provider, job.model)
    found: dict[str, Any] = {}
    if "ttl" in owners and (ttl := ttl_of(job)):
        found["ttl"] = ttl
    if "upload_addresses" in owners and (upload := _take_addresses(job)):
        found["upload"] = upload
    if found:
        job.terms = found
        Job.objects.filter(pk=job.pk).update(terms=found)


def _owners(provider: str, model: str) -> Sequence[str]:
    try:
        return catalogue.spec(provider, model).owners
    except catalogue.UnknownModel:
        return ()


def ttl_of(job: Job) -> int | None:
    rows = TeamProvider.objects.filter(team=job.turn.thread.team_id, provider=job.provider)
    return rows.values_list("ttl", flat=True).first()


def _take_addresses(job: Job) -> Upload | None:
    """None where the team has set none."""
    now, wanted = timezone.now(), int(job.turn.settings.get("results") or 1)
    pool = UploadAddress.objects.filter(team=job.turn.thread.team_id, provider=job.provider)
    if not pool.exists():
        return None
    rows = pool.usable(now + LONGEST_JOB).select_for_update(skip_locked=True)
    taken = list(rows.order_by(F("expires_at").asc(nulls_last=True), "pk")[:wanted])
    if len(taken) < wanted:
        return Upload.SHORT
    UploadAddress.objects.filter(pk__in=[each.pk for each in taken]).update(job=job, used_at=now)
    return Upload.SENT


def addresses_of(job: Job) -> list[str]:
    """The same for every try of a job: what was sent once may have been taken."""
    if job.terms.get("upload") != Upload.SENT:
        return []
    try:
        return [sealing.unseal(each.sealed) for each in job.upload_addresses.order_by("pk")]
    except sealing.Unreadable:
        job.terms = {**job.terms, "upload": Upload.UNREADABLE}
        Job.objects.filter(pk=job.pk).update(terms=job.terms)
        return []


def close(job: Job, source: str) -> None:
    """A job has come to its end: what no vendor was given may be given again, and the rest is kept no longer."""
    if job.terms.get("upload") != Upload.SENT:
        return
    rows = UploadAddress.objects.filter(job=job.pk)
    if pricing.was_never_taken(job, source):
        rows.update(job=None, used_at=None)
    else:
        rows.update(sealed=b"")


def forget_addresses(jobs: QuerySet[Job]) -> None:
    """Of jobs that go away: whether a vendor still puts something there, nobody will ask again."""
    UploadAddress.objects.filter(job__in=jobs).update(sealed=b"")


def why_not(job: Job) -> str:
    """Why no address went along, in words; empty where one did, or the team has set none."""
    if job.terms.get("upload") == Upload.SHORT:
        return _("Too few upload addresses were left, so nothing is put into the team's own storage.")
    if job.terms.get("upload") == Upload.UNREADABLE:
        return _(
            "The upload addresses were encrypted with another STUDIO_ENCRYPTION_KEY, so nothing is put into the team's "
            "own storage. An owner of the team can give them again."
        )
    return ""


def left_of(team: UUID, spec: ModelSpec) -> int | None:
    """How many addresses there are for a turn sent now; None where the team has set none, or the model takes none."""
    if "upload_addresses" not in spec.owners:
        return None
    pool = UploadAddress.objects.filter(team=team, provider=spec.provider)
    left = pool.usable(timezone.now() + LONGEST_JOB).count()
    return left if left or pool.exists() else None


def is_kept_there(take: Take) -> bool:
    """Whether the vendor still has its own copy of a take, as far as it was told when to delete it."""
    ttl, since = take.job.terms.get("ttl"), take.job.started_at or take.created_at
    return not ttl or since + timedelta(seconds=ttl) - SPARE > timezone.now()
