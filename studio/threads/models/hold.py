"""Why files are held back: each by itself, or with a take that it was made from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.threads.models.take import HeldBy, Take


class Hold(models.Model):
    """One reason why `asset` is held back. It is nobody's to see while there is any.

    `root` is the take that was decided about: the asset's own, or one that it was made from. A root that was deleted
    for good leaves the hold. Only `threads.holds` writes these; what takes and files say of it follows from them.
    """

    asset = models.ForeignKey("media.Asset", on_delete=models.CASCADE, related_name="held_with")
    root = models.ForeignKey(Take, null=True, on_delete=models.SET_NULL, related_name="holding")
    by = models.CharField(_("held back by"), max_length=8, choices=HeldBy.choices)
    reason = models.CharField(_("why it is held back"), max_length=200, blank=True)
    at = models.DateTimeField(_("held back since"))

    class Meta:
        verbose_name = _("hold")
        constraints = [models.UniqueConstraint(fields=["asset", "root"], name="one_hold_per_root")]

    def __str__(self) -> str:
        return f"{self.asset_id} · {self.by}"
