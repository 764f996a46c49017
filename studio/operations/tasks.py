"""What `up` has the queue do while the studio runs."""

from django.core.cache import cache
from django.utils import timezone

from studio.media import sweeping
from studio.moderation import sweeping as cases
from studio.operations.pruning import prune
from studio.threads.jobs.collecting import PICTURES

PRUNED = "operations-pruned"
PRUNE_EVERY_SECONDS = 60 * 60


def tidy() -> None:
    """Every minute: ask again for pictures that never came, bring up what moderators should see, and let their
    decisions take effect where the task was lost. Once an hour, by whichever node is first: prune.
    """
    now = timezone.now()
    sweeping.put_back(now, then=PICTURES)
    cases.sweep(now)
    if cache.add(PRUNED, now.isoformat(), timeout=PRUNE_EVERY_SECONDS):
        prune(now)
