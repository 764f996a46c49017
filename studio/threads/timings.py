"""How long such a turn usually takes, from this studio's own history."""

from statistics import median

from studio.threads.models import Job, JobStatus

LOOK_BACK = 50


def usual_seconds(provider: str, model: str, operation: str, seconds: float | None = None) -> float | None:
    """The median of the last similar jobs, sending to playable; None while there is no history.

    With `seconds` of video to make, it is scaled by the length of what those jobs made.
    """
    done = Job.objects.filter(
        provider=provider,
        model=model,
        turn__operation=operation,
        status=JobStatus.SUCCEEDED,
        started_at__isnull=False,
        finished_at__isnull=False,
    ).order_by("-created_at")
    rows = list(done.values_list("started_at", "finished_at", "takes__asset__duration")[:LOOK_BACK])
    if not rows:
        return None
    spans = [(finished - started).total_seconds() for started, finished, _ in rows if started and finished]
    if seconds is None:
        return median(spans)
    rates = [span / made for span, (_, _, made) in zip(spans, rows, strict=True) if made]
    return median(rates) * seconds if rates else median(spans)
