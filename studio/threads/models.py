"""Threads of turns. A turn's parent is a take; takes are never overwritten; a job is one attempt at a turn."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import EDITING_ROLES, User


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> "ThreadQuerySet":
        """Threads of the person's teams that are not in the trash."""
        return self.filter(team__memberships__user=user, trashed_at=None)

    def editable_by(self, user: User) -> "ThreadQuerySet":
        return self.filter(_edited_by(user, "team__"), trashed_at=None)

    def in_trash_of(self, user: User) -> "ThreadQuerySet":
        """What the person may restore."""
        return self.filter(_edited_by(user, "team__"), trashed_at__isnull=False)


class Thread(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, related_name="threads")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(_("title"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)
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


class Operation(models.TextChoices):
    GENERATE = "generate", _("generate")
    ANIMATE = "animate", _("animate a first frame")
    REFERENCE = "reference", _("generate from references")
    EDIT = "edit", _("edit a clip")
    CONTINUE = "continue", _("continue a take")
    EXTEND = "extend", _("extend a clip or a take")


class TurnQuerySet(models.QuerySet["Turn"]):
    def visible_to(self, user: User) -> "TurnQuerySet":
        return self.filter(trashed_at=None, thread__trashed_at=None, thread__team__memberships__user=user)

    def editable_by(self, user: User) -> "TurnQuerySet":
        return self.filter(_edited_by(user, "thread__team__"), trashed_at=None, thread__trashed_at=None)


class Turn(models.Model):
    """One request. `settings` holds what the composer's fields held (seconds, pixels, format, quality, results, …).

    `reply` = {"applied": [{"id", "label", "params", "value"}], "not_done": [str], "kept": [str], "note": str,
    "examples": [str]}; `label` and `note` are message ids. It has no status: it shows its latest job's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="turns")
    number = models.IntegerField()
    parent = models.ForeignKey("Take", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    client_token = models.UUIDField(default=uuid.uuid4, unique=True)
    operation = models.CharField(_("operation"), max_length=10, choices=Operation.choices)
    prompt = models.TextField(_("prompt"))
    provider = models.CharField(_("provider"), max_length=20)
    model = models.CharField(_("model"), max_length=80)
    settings = models.JSONField(default=dict)
    reply = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    trashed_at = models.DateTimeField(null=True, blank=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="turn_number_once_per_thread")]

    def __str__(self) -> str:
        return f"{self.number}: {self.prompt[:60]}"


class TurnInput(models.Model):
    """What was attached: a first frame and perhaps a last one, references, or one source clip, in order."""

    class Role(models.TextChoices):
        FIRST_FRAME = "first_frame", _("first frame")
        LAST_FRAME = "last_frame", _("last frame")
        REFERENCE = "reference", _("reference")
        SOURCE = "source", _("source clip")

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="inputs")
    asset = models.ForeignKey("media.Asset", on_delete=models.PROTECT, related_name="used_by")
    role = models.CharField(max_length=12, choices=Role.choices)
    position = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("input")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["turn", "role", "position"], name="one_input_per_place")]

    def __str__(self) -> str:
        return f"{self.role} {self.position}"


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SUBMITTING = "submitting", _("Sending")
    RUNNING = "running", _("Rendering")
    COLLECTING = "collecting", _("Collecting")
    SUCCEEDED = "succeeded", _("Done")
    ANSWERED = "answered", _("Answered")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Stopped")


FINAL = frozenset({JobStatus.SUCCEEDED, JobStatus.ANSWERED, JobStatus.FAILED, JobStatus.CANCELLED})
ACTIVE = frozenset(JobStatus) - FINAL

LEGAL_MOVES: dict[str, frozenset[str]] = {
    JobStatus.QUEUED: frozenset({JobStatus.SUBMITTING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.SUBMITTING: frozenset(
        {JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.ANSWERED, JobStatus.FAILED, JobStatus.CANCELLED}
    ),
    JobStatus.RUNNING: frozenset({JobStatus.COLLECTING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.COLLECTING: frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}),
}


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> "JobQuerySet":
        return self.filter(status__in=ACTIVE)

    def due(self, now: datetime) -> "JobQuerySet":
        """Running jobs whose provider should be asked now."""
        return self.filter(status=JobStatus.RUNNING, due_at__lte=now)

    def stops_due(self, now: datetime) -> "JobQuerySet":
        """Jobs that a vendor has, and should be asked to stop now."""
        unanswered = models.Q(status=JobStatus.QUEUED, may_be_there=True) | models.Q(status=JobStatus.SUBMITTING)
        when = models.Q(stop_due_at=None) | models.Q(stop_due_at__lte=now)
        return self.active().filter(when, stop_requested_at__isnull=False).exclude(unanswered).exclude(reference="")

    def stranded(self, now: datetime, behind: timedelta = timedelta()) -> "JobQuerySet":
        """What the sweep looks at: calls that are due again, leases that ran out, and stops that were asked for.

        Whoever was called and has not come is given as much longer as the queue is `behind`: the call is still in it.
        """
        called = models.Q(lease_token=None, lease_until__lt=now - behind)
        return self.filter(
            models.Q(status=JobStatus.QUEUED, due_at__lte=now - behind)
            | models.Q(called | models.Q(lease_token__isnull=False, lease_until__lt=now), status__in=ACTIVE)
            | models.Q(status__in=ACTIVE, stop_requested_at__isnull=False)
        )


class Job(models.Model):
    """One attempt to get a turn's takes. Only `threads.jobs` writes `status`.

    `lease_until`, `lease_token`: whoever holds the row works on it until then; after it the sweep puts it back to work.
    `due_at`: queued, when to call for it again; running, when to ask the provider.
    `results`: what the provider has handed over so far, as plain JSON; `refused` in one says why it is no take.
    `tries`: how often this step (sending, or collecting) was begun.
    `stop_due_at`: when to ask the vendor to stop it (again); None: at once.
    `may_be_there`: it was sent and no answer came, so that the vendor may have it and charge for it.
    `unknown_since`: the vendor says that it does not know the job, and has said nothing else since.
    `left_at`: a person stopped waiting for what the vendor cannot stop; it goes on and is filed.
    `cost_micros`: what the vendor says it cost, None where it does not say.
    `terms`: what the team's owner had set for the vendor when it was made: {"ttl": s, "upload": terms.Upload}.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="jobs")
    attempt = models.IntegerField(default=1)
    status = models.CharField(_("status"), max_length=10, choices=JobStatus.choices, default=JobStatus.QUEUED)
    provider = models.CharField(_("provider"), max_length=20)
    model = models.CharField(_("model"), max_length=80)
    model_used = models.CharField(_("model really used"), max_length=80, blank=True)
    key = models.UUIDField(_("idempotency key"), default=uuid.uuid4, unique=True)
    reference = models.CharField(_("provider's reference"), max_length=200, blank=True, db_index=True)
    progress = models.FloatField(_("progress"), default=0)
    results = models.JSONField(default=list, blank=True)
    error_code = models.CharField(_("failure"), max_length=20, blank=True)
    error_detail = models.CharField(_("what happened"), max_length=500, blank=True)
    raw = models.JSONField(_("provider's answer"), default=dict, blank=True)
    tries = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    progressed_at = models.DateTimeField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    stop_due_at = models.DateTimeField(null=True, blank=True)
    may_be_there = models.BooleanField(default=False)
    unknown_since = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(_("no longer waited for since"), null=True, blank=True)
    cost_micros = models.BigIntegerField(_("cost in millionths of a dollar"), null=True, blank=True)
    terms = models.JSONField(_("what the team's owner has set"), default=dict, blank=True)
    eta = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="job_due"),
            models.Index(fields=["provider", "model", "created_at", "status", "error_code"], name="job_ends_of_model"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["turn", "attempt"], name="one_job_per_attempt"),
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~models.Q(reference=""), name="reference_once_per_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.status} {self.id}"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


class JobEvent(models.Model):
    """One move of a job, for staff and for the turn's details."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10)
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("job event")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class Delivery(models.Model):
    """A webhook as it came. Stored first, never believed: it only makes jobs due."""

    provider = models.CharField(max_length=20)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    references = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.provider} {self.created_at:%Y-%m-%d %H:%M:%S}"


class HeldBy(models.TextChoices):
    """Who holds a take back; that decides who may look at it and release it meanwhile (see `threads.holds`)."""

    PROVIDER = "provider", _("the provider's safety check")
    STAFF = "staff", _("staff")


class TakeQuerySet(models.QuerySet["Take"]):
    def visible_to(self, user: User) -> "TakeQuerySet":
        return self._shown().filter(turn__thread__team__memberships__user=user)

    def editable_by(self, user: User) -> "TakeQuerySet":
        return self._shown().filter(_edited_by(user, "turn__thread__team__"))

    def _shown(self) -> "TakeQuerySet":
        return self.filter(trashed_at=None, turn__trashed_at=None, turn__thread__trashed_at=None)


class Take(models.Model):
    """One result of a turn. `video_id` is the provider's name for it, sent along when a turn continues from it.

    While `held_at` is set, it is held back: only `threads.holds` writes that, together with the hold of its file.
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


def _edited_by(user: User, team: str) -> models.Q:
    """`team` is the lookup that leads to the team, with its underscores."""
    return models.Q(**{f"{team}memberships__in": user.memberships.filter(role__in=EDITING_ROLES)})
