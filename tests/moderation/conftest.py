"""Cases of every kind, made without running anything."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from studio.accounts.models import User
from studio.moderation.gathering import gather
from studio.moderation.models import Case
from studio.screening.models import Finding, Verdict
from studio.threads.models import JobStatus, Take, Turn
from tests.threads_pages.conftest import add_turn, held, made, thread

__all__ = ["add_turn", "held", "made", "thread"]


@pytest.fixture
def find(editor: User) -> Callable[..., Finding]:
    """What a rule finds in a turn's prompt."""

    def add(turn: Turn, word: str, rule: str = "brands", verdict: str = Verdict.FLAG) -> Finding:
        at = turn.prompt.index(word)
        return Finding.objects.create(
            rule_name=rule,
            verdict=verdict,
            person=turn.author,
            object_kind="turn",
            object_id=str(turn.pk),
            text=turn.prompt,
            matches=[[at, at + len(word)]],
        )

    return add


@pytest.fixture
def block(add_turn: Callable[..., Turn], editor: User) -> Callable[..., Turn]:
    """A turn that its provider refused."""

    def add(code: str = "output_blocked", **fields: Any) -> Turn:
        now = timezone.now()
        job = {"error_code": code, "started_at": now, "finished_at": now}
        return add_turn("Two boxers", author=editor, takes=0, status=JobStatus.FAILED, job=job, **fields)

    return add


@pytest.fixture
def case(held: Take) -> Case:
    """A take of the editor's that the safety check of its provider holds."""
    gather()
    return Case.objects.get(take=held)
