"""A thread to look at: made by the local engine, one turn after the other, by the same actions that people use."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from studio.accounts.access import can_edit
from studio.accounts.models import Team, User
from studio.threads.actions import restore_thread, start_thread, start_turn
from studio.threads.models import Take, Thread, Turn

SECONDS = 4
PATIENCE = timedelta(seconds=8)


@dataclass(frozen=True)
class Step:
    """One turn of the sample; `after` is the step whose take it continues."""

    prompt: str
    after: int | None = None


STEPS = (
    Step(gettext_noop("A calm ocean at sunset, the sun just above the horizon")),
    Step(gettext_noop("Make the light warmer and slow it down, keep everything else"), after=0),
    Step(gettext_noop('Make it black and white with the caption "The sea, again"'), after=0),
)


def make_sample(user: User, team: Team) -> Thread:
    """The team's sample thread: made on the first call, the same afterwards (back from the trash if it lay there)."""
    thread = _existing(team) or _new(user, team)
    if thread.trashed_at or thread.archived_at:
        restore_thread(user, thread)
    go_on(str(thread.pk))
    return thread


def _existing(team: Team) -> Thread | None:
    return Thread.objects.filter(team=team, is_sample=True).select_related("team").first()


def _new(user: User, team: Team) -> Thread:
    try:
        with transaction.atomic():
            thread = start_thread(user, team, title=_("Sample: an ocean in three turns"))
            thread.is_sample = True
            thread.save(update_fields=["is_sample"])
        return thread
    except IntegrityError:
        # Pressed twice at once: the constraint lets one of the two be made.
        return Thread.objects.get(team=team, is_sample=True)


def go_on(thread_id: str) -> None:
    """Sends each turn whose parent take is there by now. Tokens made from the thread keep a repetition harmless."""
    threads = Thread.objects.filter(is_sample=True, trashed_at=None, archived_at=None).select_related("team", "author")
    thread = threads.filter(pk=thread_id).first()
    if thread is None or thread.author is None or not can_edit(thread.author, thread.team):
        return
    for number, step in enumerate(STEPS):
        if Turn.objects.filter(client_token=token_of(thread, number)).exists():
            continue
        parent = None
        if step.after is not None:
            takes = Take.objects.filter(turn__client_token=token_of(thread, step.after), trashed_at=None, held_at=None)
            parent = takes.select_related("turn", "asset").filter(turn__trashed_at=None).first()
            if parent is None:
                return
        start_turn(
            thread.author,
            thread,
            token=token_of(thread, number),
            prompt=_(step.prompt),
            parent=parent,
            settings={"duration": SECONDS},
            own_words=True,
        )


def sweep(now: datetime) -> None:
    """A sample whose next turn was lost with the worker that should have sent it."""
    waiting = Thread.objects.filter(is_sample=True, trashed_at=None, archived_at=None)
    for thread in waiting.filter(last_turn_number__lt=len(STEPS), active_at__lt=now - PATIENCE):
        go_on(str(thread.pk))


def token_of(thread: Thread, number: int) -> uuid.UUID:
    return uuid.uuid5(thread.pk, f"sample {number}")
