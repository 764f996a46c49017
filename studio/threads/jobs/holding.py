"""Keeping a job to oneself while its work takes longer than a lease."""

import logging
import threading
from datetime import timedelta
from types import TracebackType

from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from studio.threads.jobs.moving import hold
from studio.threads.models import Job

logger = logging.getLogger(__name__)


class Heartbeat:
    """Renews the lease of whoever has `job.lease_token`, three times as often as it runs out."""

    def __init__(self, job: Job, lease: timedelta) -> None:
        self.job = job
        self.lease = lease
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, name="job-heartbeat", daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.over.wait(self.lease.total_seconds() / 3):
                try:
                    hold(self.job, timezone.now() + self.lease)
                except DatabaseError:
                    logger.warning("The lease of job %s could not be renewed", self.job.pk, exc_info=True)
        finally:
            connection.close()
