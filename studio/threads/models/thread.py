"""Threads, and what their teams may use."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import EDITING_ROLES, User


def edited_by(user: User, team: str) -> models.Q:
    """`team` is the lookup that leads to the team, with its underscores."""
    return models.Q(**{f"{team}memberships__in": user.memberships.filter(role__in=EDITING_ROLES)})


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> "ThreadQuerySet":
        """Threads of the person's teams that are not in the trash."""
        return self.filter(team__memberships__user=user, trashed_at=None)

    def editable_by(self, user: User) -> "ThreadQuerySet":
        return self.filter(edited_by(user, "team__"), trashed_at=None)

    def in_trash_of(self, user: User) -> "ThreadQuerySet":
        """What the person may restore."""
        return self.filter(edited_by(user, "team__"), trashed_at__isnull=False)


class ReviewState(models.TextChoices):
    """Where a thread stands between its author and those who look at it."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    NEEDS_CHANGES = "needs_changes", _("Needs changes")
    APPROVED = "approved", _("Approved")


class Thread(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, related_name="threads")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(_("title"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    review_state = models.CharField(_("review"), max_length=13, choices=ReviewState.choices, default=ReviewState.DRAFT)
    last_turn_number = models.IntegerField(default=0)
    poster = models.ForeignKey("media.Asset", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    active_at = models.DateTimeField(_("last activity"), default=timezone.now, db_index=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, blank=True, db_index=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        indexes = [models.Index(fields=["team", "-active_at"], name="thread_library")]
        constraints = [
            models.UniqueConstraint(fields=["team"], condition=models.Q(is_sample=True), name="one_sample_per_team")
        ]

    def __str__(self) -> str:
        return self.title or str(_("Untitled thread"))

    @property
    def stream(self) -> str:
        return f"thread-{self.id}"


class TeamProvider(models.Model):
    """What a team may use. Without a row a provider is allowed wherever the studio has a key for it.

    `default_model`, as `provider/model`, is what the team's composers start with. Owners set `safety`, the check of
    results that they start with, and `ttl`, the seconds after which the vendor deletes what it made.
    """

    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, related_name="providers")
    provider = models.CharField(_("provider"), max_length=20)
    allowed = models.BooleanField(_("allowed"), default=True)
    default_model = models.CharField(_("model to start with"), max_length=100, blank=True)
    safety = models.CharField(_("safety check to start with"), max_length=10, blank=True)
    ttl = models.PositiveIntegerField(_("seconds until the provider deletes results"), null=True, blank=True)

    class Meta:
        verbose_name = _("provider of a team")
        verbose_name_plural = _("providers of teams")
        constraints = [models.UniqueConstraint(fields=["team", "provider"], name="one_row_per_team_and_provider")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.team}"


class UploadAddressQuerySet(models.QuerySet["UploadAddress"]):
    def usable(self, until: datetime) -> "UploadAddressQuerySet":
        """Not used yet, and good at least until then."""
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=until), used_at=None)


class UploadAddress(models.Model):
    """A presigned address to which a vendor may put one result, besides handing it over. Used once, by `job`.

    Only `terms` and `actions` read and write `sealed`, which is encrypted, and emptied once its job is over.
    `fingerprint` tells whether an address was given before; `host` and `ending` are all that is ever shown.
    """

    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, related_name="upload_addresses")
    provider = models.CharField(max_length=20)
    sealed = models.BinaryField()
    fingerprint = models.CharField(max_length=64)
    host = models.CharField(max_length=255)
    ending = models.CharField(max_length=8, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey("Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="upload_addresses")

    objects = UploadAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload address")
        verbose_name_plural = _("upload addresses")
        constraints = [models.UniqueConstraint(fields=["team", "fingerprint"], name="upload_address_once_per_team")]

    def __str__(self) -> str:
        return f"{self.host} … {self.ending}"
