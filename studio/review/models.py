"""What reviewers say about takes, what they decide, and the links by which people without an account look in."""

import uuid
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from studio.threads.models import Take, Thread, Turn


class ShareLink(models.Model):
    """A way in for guests, to one thread or to one take of it.

    Its address carries the id, signed, with `epoch`: whatever ends all access so far (switched off, another password)
    counts it up, and cookies and addresses made before are good for nothing. `password` is hashed, empty for none.
    A removed link stays for the names of the guests who wrote notes; nothing opens it again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="share_links")
    take = models.ForeignKey(Take, null=True, blank=True, on_delete=models.CASCADE, related_name="share_links")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    label = models.CharField(_("for whom"), max_length=80, blank=True)
    password = models.CharField(_("password"), max_length=128, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    is_on = models.BooleanField(_("on"), default=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    may_download = models.BooleanField(_("downloads"), default=False)
    may_note = models.BooleanField(_("notes"), default=True)
    shows_prompts = models.BooleanField(_("prompts"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    opened_at = models.DateTimeField(_("last opened"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("share link")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label or f"{self.thread}"

    @property
    def last_day(self) -> date | None:
        """It ends with this day."""
        return timezone.localtime(self.expires_at - timedelta(seconds=1)).date() if self.expires_at else None


class Guest(models.Model):
    """Somebody who came by a share link and gave a name. Their browser keeps a signed cookie for this link alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="guests")
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("guest")

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """A guest may call themselves like anybody; wherever the name stands alone, it says who they are."""
        return gettext("%(name)s (guest)") % {"name": self.name}


class Note(models.Model):
    """A remark about a take: at a frame (`start`), over a range (`start` to `end`), or about all of it (neither).

    Seconds. A reply has a `parent`, whose place is its own. `drawing` is what `review.drawings` has checked. A note
    that has replies stays when it is deleted, without its words. `assignee` is whoever was mentioned first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="notes")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="notes"
    )
    guest = models.ForeignKey(Guest, null=True, blank=True, on_delete=models.SET_NULL, related_name="notes")
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    text = models.TextField(_("note"))
    start = models.FloatField(_("from second"), null=True, blank=True)
    end = models.FloatField(_("to second"), null=True, blank=True)
    drawing = models.JSONField(_("drawing"), default=list, blank=True)
    is_internal = models.BooleanField(_("hidden from guests"), default=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="assigned_notes"
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True, db_index=True)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("note")
        ordering = ["created_at"]
        indexes = [models.Index(fields=["take", "created_at"], name="notes_of_take")]

    def __str__(self) -> str:
        return self.text[:60]


class NoteTurn(models.Model):
    """A turn that was made from a note. Its author is asked once whether that fixed it."""

    class Answer(models.TextChoices):
        OPEN = "", _("Not answered")
        FIXED = "fixed", _("Fixed")
        NOT_YET = "not_yet", _("Not yet")

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="turns")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="from_notes")
    answer = models.CharField(_("answer"), max_length=7, choices=Answer.choices, default=Answer.OPEN, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("turn from a note")
        constraints = [models.UniqueConstraint(fields=["note", "turn"], name="note_once_per_turn")]

    def __str__(self) -> str:
        return f"{self.note_id} → {self.turn_id}"


class Choice(models.TextChoices):
    NONE = "", _("Not decided")
    APPROVE = "approve", _("Approved")
    NEEDS_CHANGES = "needs_changes", _("Needs changes")


class Decision(models.Model):
    """What one reviewer thinks of one take, and whether they will say more."""

    take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="decisions")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="decisions")
    choice = models.CharField(_("decision"), max_length=13, choices=Choice.choices, default=Choice.NONE, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished reviewing"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision")
        constraints = [models.UniqueConstraint(fields=["take", "reviewer"], name="one_decision_per_reviewer")]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.choice}"


class ReviewRequest(models.Model):
    """Somebody was asked to look at a take. It is done once they have decided, or finished reviewing."""

    take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="review_requests")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for a review")
        verbose_name_plural = _("requests for reviews")
        constraints = [models.UniqueConstraint(fields=["take", "reviewer"], name="asked_once_per_take")]

    def __str__(self) -> str:
        return f"{self.reviewer} · {self.take_id}"


class MailChoice(models.Model):
    """Which mails a person wants. Without a row: all of them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choice")
    mentions = models.BooleanField(_("when somebody mentions me"), default=True)
    requests = models.BooleanField(_("when I am asked for a review"), default=True)
    decisions = models.BooleanField(_("when somebody decides about a take of mine"), default=True)

    class Meta:
        verbose_name = _("mail choice")

    def __str__(self) -> str:
        return str(self.user)
