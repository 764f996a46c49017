"""What the queue calls. Thin: each names the one function that does it. All may run twice."""

from django.db import transaction

from studio.live.publishing import publish_many
from studio.threads import jobs, sample
from studio.threads.models import Take
from studio.threads.posters import choose_poster


def submit_job(job_id: str) -> None:
    jobs.submit(job_id)


def collect_takes(job_id: str) -> None:
    jobs.collect(job_id)


def continue_sample(thread_id: str) -> None:
    sample.go_on(thread_id)


def derived_ready(asset_id: str) -> None:
    """A take's poster and filmstrip are there: its card shows them, and the library shows the newest take."""
    take = Take.objects.select_related("turn__thread").filter(asset_id=asset_id).first()
    if take is None:
        return
    thread = take.turn.thread
    with transaction.atomic():
        choose_poster(thread)
        publish_many(
            [
                (thread.stream, "take.changed", {"turn": str(take.turn_id), "take": str(take.pk)}),
                (f"team-{thread.team_id}", "thread.changed", {"thread": str(thread.pk)}),
            ]
        )
