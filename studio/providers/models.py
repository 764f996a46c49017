"""What the studio knows of its accounts with vendors, and what it has handed over to them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProviderKey(models.Model):
    """The key of one provider, entered in the admin. Only `keys.py` reads and writes `sealed`, which is encrypted."""

    provider = models.CharField(_("provider"), max_length=20, unique=True)
    sealed = models.BinaryField()
    ending = models.CharField(_("ends with"), max_length=4, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("key")

    def __str__(self) -> str:
        return self.provider


class HandedOver(models.Model):
    """What a vendor was given in place of a file, so that a request that is repeated is the same to the byte.

    It decides whether a job is paid for once, so it is kept here and not in the cache, which may forget. `slot` is a
    hash of what it is about, `value` an address and what was said of it.
    """

    slot = models.CharField(max_length=64, unique=True)
    value = models.JSONField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("file handed over")
        verbose_name_plural = _("files handed over")

    def __str__(self) -> str:
        return self.slot
