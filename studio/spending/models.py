"""What was set aside, charged and given back, and how much a team may spend."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.spending.money import format_money


class Kind(models.TextChoices):
    RESERVE = "reserve", _("reserved")
    SETTLE = "settle", _("settled")
    RELEASE = "release", _("released")


CLOSING = (Kind.SETTLE, Kind.RELEASE)


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    """Append-only: a mistake in the books is not corrected by changing them."""

    def update(self, **fields: Any) -> NoReturn:
        raise TypeError("ledger entries are never changed")

    def delete(self) -> NoReturn:
        raise TypeError("ledger entries are never deleted")


class LedgerEntry(models.Model):
    """One line of the books. Only `spending.ledger` writes them; a job has one reserve and one closing line at most.

    `amount_micros`: reserve, the most the job may cost (`detail["low_micros"]`: the least); settle, what it did cost,
    None where the vendor did not say; release, nothing (`detail["reason"]` says why).
    `job` is threads' uuid: this room does not know threads, and the books outlive the job.
    """

    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, related_name="ledger")
    job = models.UUIDField(_("job"), db_index=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount_micros = models.BigIntegerField(_("micro-dollars"), null=True)
    provider = models.CharField(_("provider"), max_length=20)
    model = models.CharField(_("model"), max_length=80)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["id"]
        indexes = [models.Index(fields=["team", "created_at"], name="ledger_month")]
        constraints = [
            models.UniqueConstraint(fields=["job"], condition=models.Q(kind="reserve"), name="one_reserve_per_job"),
            models.UniqueConstraint(
                fields=["job"], condition=models.Q(kind__in=["settle", "release"]), name="one_closing_per_job"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="settle", amount_micros__isnull=True)
                | models.Q(amount_micros__isnull=False, amount_micros__gte=0),
                name="only_a_settlement_may_be_unknown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    @property
    def amount(self) -> str:
        return str(_("unknown")) if self.amount_micros is None else format_money(self.amount_micros)


class Budget(models.Model):
    """What a team may spend in a calendar month. No row, or no limit in it: as much as it likes."""

    team = models.OneToOneField("accounts.Team", on_delete=models.CASCADE, related_name="budget")
    monthly_limit_micros = models.BigIntegerField(_("monthly limit"), null=True, blank=True)

    class Meta:
        verbose_name = _("budget")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(monthly_limit_micros__isnull=True) | models.Q(monthly_limit_micros__gte=0),
                name="a_limit_is_not_below_zero",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.limit}"

    @property
    def limit(self) -> str:
        if self.monthly_limit_micros is None:
            return str(_("no limit"))
        return format_money(self.monthly_limit_micros)
