"""Who did what to which row: append-only, and each entry chained to the one before it (see `chain`)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act of staff or an owner. The object is named by kind and id, so this room imports nobody.

    Only `records.record` writes it. `detail` holds what was there before and after, and the reason, as far as there is
    one. `actor` outlives the person it names: the row stays as it was written, and so does its hash.
    """

    number = models.PositiveBigIntegerField(_("number"), unique=True, editable=False)
    at = models.DateTimeField(_("at"), db_index=True, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor_label = models.CharField(_("who"), max_length=254)
    act = models.CharField(_("act"), max_length=60)
    object_kind = models.CharField(_("kind"), max_length=40)
    object_id = models.CharField(_("object"), max_length=64)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    previous = models.CharField(_("hash of the entry before"), max_length=64, blank=True, editable=False)
    hash = models.CharField(_("hash"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.act} {self.object_kind} {self.object_id}"


class ChainHead(models.Model):
    """The one row that says where the chain ends. Whoever writes an entry holds its lock until the commit."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("end of the audit trail")

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"
