"""How long this studio waits for a vendor's results, and fetches them: what a vendor keeps must live longer."""

from datetime import timedelta
from math import ceil

LONGEST_JOB = timedelta(minutes=45)  # vendors name 15 to 20 minutes as the worst
SILENCE = timedelta(hours=24)  # links of results live no longer, whatever the vendor says then
MOST_TRIES = 5
FIRST_WAIT = timedelta(seconds=4)  # until a link is tried again, three times as long with each try: 3 minutes in all
LONGEST_ROUND = 240.0  # s: the queue ends a task of this lane after 300
NEXT_CALL = timedelta(seconds=10)  # until a collector that died is called again

HOUR = timedelta(hours=1)
LONGEST_TTL = 365 * 24 * HOUR


def collecting() -> timedelta:
    """At worst: each round as long as it may be, and every pause between them."""
    rounds = MOST_TRIES * (timedelta(seconds=LONGEST_ROUND) + NEXT_CALL)
    return rounds + sum((FIRST_WAIT * 3**tried for tried in range(MOST_TRIES - 1)), timedelta())


# From when a job is sent: for so long its vendor may stay silent, and then its results are fetched. In full hours.
SHORTEST_TTL = ceil((SILENCE + collecting()) / HOUR) * HOUR
