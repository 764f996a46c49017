"""Takes: what came of a turn, and what holds them back."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import User
from studio.threads.models.job import Job
from studio.threads.models.thread import edited_by
from studio.threads.models.turn import Turn


class HeldBy(models.TextChoices):
    """Who holds a take back; that decides who may look at it and release it meanwhile (see `threads.holds`)."""

    PROVIDER = "provider", _("the provider's safety check")
    STAFF = "staff", _("staff")
    ORIGIN = "origin", _("a take it was made from")


class TakeQuerySet(models.QuerySet["Take"]):
    def visible_to(self, user: User) -> "TakeQuerySet":
        return self._shown().filter(turn__thread__team__memberships__user=user)

    def editable_by(self, user: User) -> "TakeQuerySet":
        return self._shown().filter(edited_by(user, "turn__thread__team__"))

    def _shown(self) -> "TakeQuerySet":
        return self.filter(trashed_at=None, turn__trashed_at=None, turn__thread__trashed_at=None)


class Take(models.Model):
    """One result of a turn. `video_id` is the provider's name for it, sent along when a turn continues from it.

    While `held_at` is set, it is held back: only `threads.holds` writes that, from the strongest of its `Hold` rows,
    together with the hold of its file.
    While `approved_at` is set, it can be neither deleted nor changed; going on from it starts a branch.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="takes")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="takes")
    number = models.IntegerField()
    asset = models.OneToOneField("media.Asset", on_delete=models.PROTECT, related_name="take")
    provider = models.CharField(_("provider"), max_length=20)
    video_id = models.CharField(_("video id"), max_length=500, null=True, blank=True)  # noqa: DJ001 (unique when given)
    vendor_file = models.CharField(_("provider's name of the file"), max_length=200, blank=True)
    seed = models.BigIntegerField(_("seed"), null=True, blank=True)
    picked_at = models.DateTimeField(_("picked"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    held_at = models.DateTimeField(_("held back since"), null=True, blank=True)
    held_by = models.CharField(_("held back by"), max_length=8, choices=HeldBy.choices, blank=True)
    held_reason = models.CharField(_("why it is held back"), max_length=200, blank=True)

    objects = TakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("take")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["turn", "number"], name="take_number_once_per_turn"),
            models.UniqueConstraint(fields=["provider", "video_id"], name="video_id_once_per_provider"),
        ]

    def __str__(self) -> str:
        return f"take {self.number}"
