"""What the queue calls. Thin: each names the one function that does it. All may run twice."""

from django.db import transaction

from studio.live.publishing import publish_many
from studio.threads import jobs, sample
from studio.threads.models import Take, Thread


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
    shown = {"trashed_at": None, "turn__trashed_at": None, "asset__held": False}
    newest = Take.objects.filter(turn__thread=thread, **shown)
    with transaction.atomic():
        Thread.objects.filter(pk=thread.pk).update(
            poster=newest.order_by("-turn__number", "number").values("asset")[:1]
        )
        publish_many(
            [
                (thread.stream, "take.changed", {"turn": str(take.turn_id), "take": str(take.pk)}),
                (f"team-{thread.team_id}", "thread.changed", {"thread": str(thread.pk)}),
            ]
        )
