"""What the studio knows of its accounts with vendors."""

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
