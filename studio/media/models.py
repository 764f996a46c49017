"""Stored files: what people brought, what models made, and the pictures derived from both."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import EDITING_ROLES, User


class Kind(models.TextChoices):
    SOURCE = "source", _("source clip")
    REFERENCE = "reference", _("reference photo")
    TAKE = "take", _("take")
    POSTER = "poster", _("poster")
    FILMSTRIP = "filmstrip", _("filmstrip")
    RENDITION = "rendition", _("rendition for browsers")
    EXPORT = "export", _("download in another format")


class AssetStatus(models.TextChoices):
    RECEIVING = "receiving", _("receiving")
    READING = "reading", _("reading")
    READY = "ready", _("ready")
    REFUSED = "refused", _("refused")


DERIVED = (Kind.POSTER, Kind.FILMSTRIP, Kind.RENDITION, Kind.EXPORT)
UNDER_WAY = (AssetStatus.RECEIVING, AssetStatus.READING)


class AssetQuerySet(models.QuerySet["Asset"]):
    def originals(self) -> "AssetQuerySet":
        """What people brought and models made, without the files derived from them."""
        return self.exclude(kind__in=DERIVED)

    def visible_to(self, user: User) -> "AssetQuerySet":
        return self.filter(team__memberships__user=user, purged_at=None)

    def editable_by(self, user: User) -> "AssetQuerySet":
        """Assets of the teams in which the person may change things."""
        return self.filter(team__memberships__in=user.memberships.filter(role__in=EDITING_ROLES), purged_at=None)

    def in_trash_since(self, moment: datetime) -> "AssetQuerySet":
        """Originals that have lain in the trash since before `moment` and still have files."""
        return self.originals().filter(trashed_at__lte=moment, purged_at=None)


class Asset(models.Model):
    """A stored file with its probe and hash.

    `file` is a storage key. Sizes are pixels after rotation, `duration` is seconds, `fps` frames per second.
    Derived files (poster, filmstrip, rendition, export) point at what they were made from by `origin`; a trimmed
    clip is a source of its own whose `origin` is the clip it was cut from. `asked` holds what a task has to fetch or
    cut: {"link": address} or {"trim": [start, end]} in seconds. A photo is stored upright and without metadata, so
    `sha256` is of the stored bytes and `original_sha256` of the bytes that came in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, related_name="assets")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    origin = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="derived")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=10, choices=AssetStatus.choices, default=AssetStatus.READY)
    refusal = models.CharField(_("why it was refused"), max_length=300, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    file = models.CharField(_("storage key"), max_length=200, blank=True)
    mime = models.CharField(_("type"), max_length=60, blank=True)
    size = models.BigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    original_sha256 = models.CharField(_("SHA-256 as it came"), max_length=64, blank=True, db_index=True)
    width = models.IntegerField(_("width"), default=0)
    height = models.IntegerField(_("height"), default=0)
    duration = models.FloatField(_("seconds"), default=0)
    fps = models.FloatField(_("frames per second"), default=0)
    has_sound = models.BooleanField(_("sound"), default=False)
    probe = models.JSONField(_("probe"), default=dict, blank=True)
    asked = models.JSONField(_("asked for"), default=dict, blank=True)
    progress = models.FloatField(_("progress"), default=0)
    derived_at = models.DateTimeField(_("pictures made"), null=True, blank=True)
    derive_tries = models.IntegerField(_("attempts at the pictures"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, blank=True, db_index=True)
    purged_at = models.DateTimeField(_("files deleted"), null=True, blank=True)
    held = models.BooleanField(_("held"), default=False)
    holds = models.PositiveIntegerField(_("how often it was held back by somebody"), default=0)

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("asset")
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "kind", "mime"],
                condition=models.Q(kind__in=["poster", "filmstrip", "rendition", "export"]),
                name="one_derived_file_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return self.title or f"{self.kind} {self.id}"

    @property
    def is_video(self) -> bool:
        return self.mime.startswith("video/")

    @property
    def is_derived(self) -> bool:
        return self.kind in DERIVED

    @property
    def is_ready(self) -> bool:
        return self.status == AssetStatus.READY

    @property
    def browser_playable(self) -> bool:
        """Whether browsers can show the stored file itself; else its rendition is what they get."""
        return bool(self.probe.get("browser_playable", True))
