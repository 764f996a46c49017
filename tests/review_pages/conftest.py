"""A take under review, made without running anything."""

import pytest

from studio.threads.models import Take
from tests.threads_pages.conftest import AddTurn, add_turn, take_of, thread

__all__ = ["add_turn", "thread"]


@pytest.fixture
def take(add_turn: AddTurn) -> Take:
    """Turn 1, take 1: ten seconds, 24 frames each."""
    found = take_of(add_turn("A calm sea"))
    return Take.objects.select_related("turn__thread__team", "asset").get(pk=found.pk)
