"""Jobs: one attempt at a turn each, how they moved, and the webhooks that rang for them."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.threads.models.turn import Turn


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SUBMITTING = "submitting", _("Sending")
    RUNNING = "running", _("Rendering")
    COLLECTING = "collecting", _("Collecting")
    SUCCEEDED = "succeeded", _("Done")
    ANSWERED = "answered", _("Answered")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Stopped")


FINAL = frozenset({JobStatus.SUCCEEDED, JobStatus.ANSWERED, JobStatus.FAILED, JobStatus.CANCELLED})
ACTIVE = frozenset(JobStatus) - FINAL

LEGAL_MOVES: dict[str, frozenset[str]] = {
    JobStatus.QUEUED: frozenset({JobStatus.SUBMITTING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.SUBMITTING: frozenset(
        {JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.ANSWERED, JobStatus.FAILED, JobStatus.CANCELLED}
    ),
    JobStatus.RUNNING: frozenset({JobStatus.COLLECTING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.COLLECTING: frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}),
}


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> "JobQuerySet":
        return self.filter(status__in=ACTIVE)

    def due(self, now: datetime) -> "JobQuerySet":
        """Running jobs whose provider should be asked now."""
        return self.filter(status=JobStatus.RUNNING, due_at__lte=now)

    def stops_due(self, now: datetime) -> "JobQuerySet":
        """Jobs that a vendor has, and should be asked to stop now."""
        unanswered = models.Q(status=JobStatus.QUEUED, may_be_there=True) | models.Q(status=JobStatus.SUBMITTING)
        when = models.Q(stop_due_at=None) | models.Q(stop_due_at__lte=now)
        return self.active().filter(when, stop_requested_at__isnull=False).exclude(unanswered).exclude(reference="")

    def stranded(self, now: datetime, behind: timedelta = timedelta()) -> "JobQuerySet":
        """What the sweep looks at: calls that are due again, leases that ran out, and stops that were asked for.

        Whoever was called and has not come is given as much longer as the queue is `behind`: the call is still in it.
        """
        called = models.Q(lease_token=None, lease_until__lt=now - behind)
        return self.filter(
            models.Q(status=JobStatus.QUEUED, due_at__lte=now - behind)
            | models.Q(called | models.Q(lease_token__isnull=False, lease_until__lt=now), status__in=ACTIVE)
            | models.Q(status__in=ACTIVE, stop_requested_at__isnull=False)
        )


class Job(models.Model):
    """One attempt to get a turn's takes. Only `threads.jobs` writes `status`.

    `lease_until`, `lease_token`: whoever holds the row works on it until then; after it the sweep puts it back to work.
    `due_at`: queued, when to call for it again; running, when to ask the provider.
    `results`: what the provider has handed over so far, as plain JSON; `refused` in one says why it is no take.
    `tries`: how often this step (sending, or collecting) was begun.
    `stop_due_at`: when to ask the vendor to stop it (again); None: at once.
    `may_be_there`: it was sent and no answer came, so that the vendor may have it and charge for it.
    `unknown_since`: the vendor says that it does not know the job, and has said nothing else since.
    `left_at`: a person stopped waiting for what the vendor cannot stop; it goes on and is filed.
    `cost_micros`: what the vendor says it cost, None where it does not say.
    `terms`: what the team's owner had set for the vendor when it was made: {"ttl": s, "upload": terms.Upload}.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="jobs")
    attempt = models.IntegerField(default=1)
    status = models.CharField(_("status"), max_length=10, choices=JobStatus.choices, default=JobStatus.QUEUED)
    provider = models.CharField(_("provider"), max_length=20)
    model = models.CharField(_("model"), max_length=80)
    model_used = models.CharField(_("model really used"), max_length=80, blank=True)
    key = models.UUIDField(_("idempotency key"), default=uuid.uuid4, unique=True)
    reference = models.CharField(_("provider's reference"), max_length=200, blank=True, db_index=True)
    progress = models.FloatField(_("progress"), default=0)
    results = models.JSONField(default=list, blank=True)
    error_code = models.CharField(_("failure"), max_length=20, blank=True)
    error_detail = models.CharField(_("what happened"), max_length=500, blank=True)
    raw = models.JSONField(_("provider's answer"), default=dict, blank=True)
    tries = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    progressed_at = models.DateTimeField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    stop_due_at = models.DateTimeField(null=True, blank=True)
    may_be_there = models.BooleanField(default=False)
    unknown_since = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(_("no longer waited for since"), null=True, blank=True)
    cost_micros = models.BigIntegerField(_("cost in millionths of a dollar"), null=True, blank=True)
    terms = models.JSONField(_("what the team's owner has set"), default=dict, blank=True)
    eta = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="job_due"),
            models.Index(fields=["provider", "model", "created_at", "status", "error_code"], name="job_ends_of_model"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["turn", "attempt"], name="one_job_per_attempt"),
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~models.Q(reference=""), name="reference_once_per_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.status} {self.id}"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


class JobEvent(models.Model):
    """One move of a job, for staff and for the turn's details."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10)
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("job event")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class Delivery(models.Model):
    """A webhook as it came. Stored first, never believed: it only makes jobs due."""

    provider = models.CharField(max_length=20)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    references = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.provider} {self.created_at:%Y-%m-%d %H:%M:%S}"
