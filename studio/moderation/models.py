"""What people report, what rules and providers found, and what moderators decided about it."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import User
from studio.screening.models import Finding
from studio.threads.models import Take, Thread, Turn


class Ground(models.TextChoices):
    """Why something is reported or decided about; the manual explains each."""

    LIKENESS = "likeness", _("Somebody's likeness without consent")
    VIOLENCE = "violence", _("Violence")
    SEXUAL = "sexual", _("Sexual content")
    MINORS = "minors", _("Minors")
    HATE = "hate", _("Hate or harassment")
    RIGHTS = "rights", _("A brand or somebody's work")
    OTHER = "other", _("Something else")
    FINE = "fine", _("Nothing is wrong with it")  # decisions alone: nobody reports that


OFFENCES = [(value, label) for value, label in Ground.choices if value != Ground.FINE]


class CaseKind(models.TextChoices):
    RULE = "rule", _("Rule")
    REPORT = "report", _("Report")
    PROVIDER = "provider", _("Provider")
    FLAGGED = "flagged", _("Flagged result")


class Outcome(models.TextChoices):
    NONE = "", _("Open")
    RELEASED = "released", _("Released")
    KEPT = "kept", _("Kept hidden")
    DELETED = "deleted", _("Deleted")
    STRUCK = "struck", _("Kept hidden, with a strike")


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(outcome=Outcome.NONE)

    def due(self, now: datetime) -> "CaseQuerySet":
        """Decided, no longer to be undone, and without effect so far."""
        return self.exclude(outcome=Outcome.NONE).filter(applied_at=None, effective_at__lte=now)


class Case(models.Model):
    """Something for moderators to decide: a turn, a take, or a note (`note_id`), and why it came up.

    `claimed_by` works on it until `claimed_until`. A decision takes effect at `effective_at`, and can be undone until
    then; `trouble` is why the last one could not, so that the case is open again. `version` counts every change but
    claims, so that a page which shows an older state is told. Words that were refused before they were a turn have
    neither turn nor thread.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=CaseKind.choices)
    thread = models.ForeignKey(Thread, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases")
    turn = models.ForeignKey(Turn, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases")
    take = models.ForeignKey(Take, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases")
    note_id = models.UUIDField(null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    source = models.CharField(_("what it came from"), max_length=80, unique=True)
    summary = models.CharField(_("why"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True, db_index=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    ground = models.CharField(_("reason"), max_length=10, choices=Ground.choices, blank=True)
    message = models.CharField(_("message to the person"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    effective_at = models.DateTimeField(_("takes effect"), null=True, blank=True)
    applied_at = models.DateTimeField(_("took effect"), null=True, blank=True)
    trouble = models.CharField(_("why it could not take effect"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        ordering = ["opened_at"]
        indexes = [
            models.Index(fields=["outcome", "opened_at"], name="cases_open"),
            models.Index(fields=["applied_at", "effective_at"], name="cases_to_apply"),
            models.Index(fields=["person", "-decided_at"], name="cases_of_person"),
        ]

    def __str__(self) -> str:
        return self.summary or f"{self.kind} {self.id}"

    def claimant(self, now: datetime) -> "User | None":
        """Whoever works on it at this moment."""
        return self.claimed_by if self.claimed_until and self.claimed_until > now else None


class CaseFinding(models.Model):
    """Which case a finding is in: each is in one."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="case_findings")
    finding = models.OneToOneField(Finding, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("finding in a case")
        ordering = ["finding_id"]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.finding_id}"


class Report(models.Model):
    """Somebody says that a take or a note should not be there. Several about the same thing are one case.

    `text` and `drawing`: what a note held then; its author may change it, or delete it, before a moderator looks.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    guest_name = models.CharField(_("guest"), max_length=80, blank=True)
    ground = models.CharField(_("reason"), max_length=10, choices=Ground.choices)
    words = models.CharField(_("in their words"), max_length=500, blank=True)
    text = models.TextField(_("what the note said"), blank=True)
    drawing = models.JSONField(_("what was drawn"), default=list, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("report")
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.ground}: {self.words[:60]}"


class Strike(models.Model):
    """A mark against a person, which ends by itself."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="strikes")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="strikes")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ground = models.CharField(_("reason"), max_length=10, choices=Ground.choices)
    at = models.DateTimeField(_("given"), auto_now_add=True)
    expires_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("strike")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.person}: {self.ground}"
