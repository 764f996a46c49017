"""What happens by itself, should nobody look: cases come up, and decisions take effect whose task was lost."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from studio.moderation import applying
from studio.moderation.gathering import gather
from studio.moderation.models import Case

logger = logging.getLogger(__name__)


def sweep(now: datetime) -> None:
    """One case's trouble is not the others', nor that of what is swept after them."""
    with _logged("Cases could not be gathered"):
        gather()
    for pk in list(Case.objects.due(now).values_list("pk", flat=True)):
        with _logged(f"The decision about case {pk} could not take effect"):
            applying.apply(str(pk))


@contextmanager
def _logged(what: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception(what)
