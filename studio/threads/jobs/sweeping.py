"""What a crash left behind goes back to work."""

import logging
from datetime import datetime

from studio.providers import registry
from studio.queue import Lane
from studio.threads.jobs.collecting import collect_again
from studio.threads.jobs.sending import call_again, resend
from studio.threads.jobs.stopping import is_stopped_here, stop
from studio.threads.models import Job, JobStatus

logger = logging.getLogger(__name__)

__all__ = ["stop", "sweep"]


def sweep(now: datetime) -> None:
    """Queued jobs whose task was lost, senders and collectors that died, stops that were asked for, local renders."""
    for job in Job.objects.stranded(now, Lane("default").oldest_waiting()):
        try:
            _mend(job, now)
        except Exception:
            logger.exception("The sweep could not mend job %s", job.pk)
    registry.sweep(now)


def _mend(job: Job, now: datetime) -> None:
    expired = job.lease_until is not None and job.lease_until < now
    if job.status == JobStatus.SUBMITTING:
        if expired:
            resend(job)
    elif job.status == JobStatus.QUEUED and job.may_be_there:
        # It is stopped where it is, once the same request has told where that is.
        if job.due_at and job.due_at <= now:
            call_again(job)
    elif job.stop_requested_at and is_stopped_here(job):
        stop(job.pk)
    elif job.status == JobStatus.QUEUED:
        if not job.stop_requested_at:
            call_again(job)
    elif expired:
        collect_again(job)
