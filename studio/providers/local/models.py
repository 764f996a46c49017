"""Renders of the local engine: the embedded engine keeps its own books, like a remote API would."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class RenderStatus(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Render(models.Model):
    """One video the engine was asked for. Its id is the `video_id` that a later turn passes on.

    `plan` is the engine's JSON of this turn alone; the whole chain is the plans from the root to here, rendered
    from the root's `inputs` (storage keys with role, mime) in one encode. `reference` groups the results of one submit.
    `probe` is what the engine wrote, as it says itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.UUIDField(_("reference"), db_index=True)
    index = models.IntegerField(default=0)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    operation = models.CharField(max_length=10)
    plan = models.JSONField(default=dict)
    inputs = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=0)
    status = models.CharField(_("status"), max_length=10, choices=RenderStatus.choices, default=RenderStatus.QUEUED)
    progress = models.FloatField(_("progress"), default=0)
    error_code = models.CharField(_("failure"), max_length=20, blank=True)
    error_detail = models.CharField(_("what happened"), max_length=500, blank=True)
    output = models.CharField(_("finished file"), max_length=300, blank=True)
    probe = models.JSONField(default=dict, blank=True)
    tries = models.IntegerField(default=0)
    enqueued_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("render")
        ordering = ["created_at", "index"]
        constraints = [models.UniqueConstraint(fields=["reference", "index"], name="render_once_per_result")]

    def __str__(self) -> str:
        return f"{self.operation} {self.status} {self.id}"
