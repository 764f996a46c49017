"""A person pressed stop."""

import logging
import uuid

from django.db import transaction
from django.utils import timezone

from studio.live.publishing import publish
from studio.providers import keys, registry
from studio.providers.errors import ProviderError
from studio.threads.jobs.moving import move
from studio.threads.models import Job, JobStatus

logger = logging.getLogger(__name__)


def stop(job_id: uuid.UUID | str) -> None:
    """Ends a job and its work at the provider. While it is being sent, the sender does this as soon as it knows.

    Where a vendor cannot stop it, people stop waiting: it goes on there, is charged, and is filed when it is done.
    """
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.is_final or job.status == JobStatus.SUBMITTING:
        return
    if job.status == JobStatus.QUEUED and job.may_be_there:
        return  # sent again under the same key, it tells where it is, and is stopped there
    if job.reference and not stopped_there(job, job.reference):
        _leave(job)
        return
    move(job.pk, job.status, JobStatus.CANCELLED, detail={"reason": "stopped by a person"})


def stopped_there(job: Job, reference: str) -> bool:
    try:
        return registry.provider(job.provider).cancel(reference, keys.key_of(job.provider))
    except ProviderError as error:
        logger.warning("Job %s could not be stopped at %s: %s", job.pk, job.provider, error.code)
        return False


def _leave(job: Job) -> None:
    with transaction.atomic():
        rows = Job.objects.filter(pk=job.pk, status=job.status)
        if rows.update(left_at=job.left_at or timezone.now(), stop_requested_at=None):
            publish(job.turn.thread.stream, "turn.changed", turn=str(job.turn_id))
