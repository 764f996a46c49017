"""What changed, numbered per stream. The table is the truth; sockets and bells only hint at it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stream(models.Model):
    """A name that people listen to: `thread-<uuid>`, `user-<id>` or `team-<id>`, and its last number."""

    name = models.CharField(max_length=80, primary_key=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("stream")

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One change on a stream. `kind` is noun.past; `payload` holds ids and small numbers.

    Content rides along only where fifty pages that each asked for it would be too slow, and whoever publishes it also
    takes it out again (`publishing.forget`) once it is no longer so.
    """

    stream = models.CharField(max_length=80)
    number = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("event")
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="event_number_once_per_stream")]

    def __str__(self) -> str:
        return f"{self.stream} {self.number} {self.kind}"
