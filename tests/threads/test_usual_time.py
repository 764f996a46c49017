"""timings: the median of this studio's own history."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from studio.threads.models import Job, JobStatus, Turn
from studio.threads.timings import usual_seconds
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted


def done_in(turn: Turn, seconds: float) -> None:
    now = timezone.now()
    Job.objects.filter(turn=turn).update(
        status=JobStatus.SUCCEEDED, started_at=now - timedelta(seconds=seconds), finished_at=now
    )


def test_it_is_the_median_of_similar_jobs(scripted: Scripted, send: Callable[..., Turn]) -> None:
    assert usual_seconds("scripted", "model-1", "generate") is None
    for seconds in (4, 6, 90):
        done_in(send(), seconds)
    job_of(send())
    assert usual_seconds("scripted", "model-1", "generate") == 6
    assert usual_seconds("scripted", "model-1", "edit") is None
    assert usual_seconds("local", "engine-1", "generate") is None
    assert usual_seconds("scripted", "model-1", "generate", seconds=10) == 6
