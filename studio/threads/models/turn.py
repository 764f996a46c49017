"""Turns: what was asked, and what was attached."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import User
from studio.threads.models.thread import Thread, edited_by


class Operation(models.TextChoices):
    GENERATE = "generate", _("generate")
    ANIMATE = "animate", _("animate a first frame")
    REFERENCE = "reference", _("generate from references")
    EDIT = "edit", _("edit a clip")
    CONTINUE = "continue", _("continue a take")
    EXTEND = "extend", _("extend a clip or a take")


class TurnQuerySet(models.QuerySet["Turn"]):
    def visible_to(self, user: User) -> "TurnQuerySet":
        return self.filter(trashed_at=None, thread__trashed_at=None, thread__team__memberships__user=user)

    def editable_by(self, user: User) -> "TurnQuerySet":
        return self.filter(edited_by(user, "thread__team__"), trashed_at=None, thread__trashed_at=None)


class Turn(models.Model):
    """One request. `settings` holds what the composer's fields held (seconds, pixels, format, quality, results, …).

    While `held_at` is set, the studio's own rules hold it for a check: its job waits, and nobody is asked. Once it is
    released or taken back `held_reason` is empty again; where it was refused, it stays.

    `reply` = {"applied": [{"id", "label", "params", "value"}], "not_done": [str], "kept": [str], "note": str,
    "examples": [str]}; `label` and `note` are message ids. It has no status: it shows its latest job's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="turns")
    number = models.IntegerField()
    parent = models.ForeignKey("Take", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    client_token = models.UUIDField(default=uuid.uuid4, unique=True)
    operation = models.CharField(_("operation"), max_length=10, choices=Operation.choices)
    prompt = models.TextField(_("prompt"))
    provider = models.CharField(_("provider"), max_length=20)
    model = models.CharField(_("model"), max_length=80)
    settings = models.JSONField(default=dict)
    reply = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    trashed_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(_("held for a check since"), null=True, blank=True)
    held_reason = models.CharField(_("why it is held"), max_length=200, blank=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="turn_number_once_per_thread")]

    def __str__(self) -> str:
        return f"{self.number}: {self.prompt[:60]}"

    @property
    def is_refused(self) -> bool:
        """A moderator refused it while the studio's own rules held it: it was never sent."""
        return self.held_at is None and self.held_reason != ""


class TurnInput(models.Model):
    """What was attached: a first frame and perhaps a last one, references, or one source clip, in order."""

    class Role(models.TextChoices):
        FIRST_FRAME = "first_frame", _("first frame")
        LAST_FRAME = "last_frame", _("last frame")
        REFERENCE = "reference", _("reference")
        SOURCE = "source", _("source clip")

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="inputs")
    asset = models.ForeignKey("media.Asset", on_delete=models.PROTECT, related_name="used_by")
    role = models.CharField(max_length=12, choices=Role.choices)
    position = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("input")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["turn", "role", "position"], name="one_input_per_place")]

    def __str__(self) -> str:
        return f"{self.role} {self.position}"
