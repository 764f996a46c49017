"""Starting threads and turns."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.access import can_edit
from studio.accounts.models import Team, User
from studio.live.publishing import publish, publish_many
from studio.screening.findings import keep
from studio.screening.ruling import Screening
from studio.spending.errors import OverBudget
from studio.threads import jobs
from studio.threads.actions.checking import (
    Inputs,
    check_inputs,
    check_operation,
    check_parent,
    check_settings,
    checked_prompt,
    model_spec,
    operation_of,
)
from studio.threads.actions.refusals import ActionRefused, AlreadySent, ensure_editor, ensure_open, ensure_room_for
from studio.threads.actions.reviewing import set_review_state
from studio.threads.actions.ruling import apply, ensure_allowed
from studio.threads.models import JobStatus, ReviewState, Take, Thread, Turn, TurnInput

TITLE_LENGTH = 60


def start_thread(user: User, team: Team, title: str = "") -> Thread:
    """An empty thread. Raises PermissionDenied."""
    if not can_edit(user, team):
        raise PermissionDenied(_("Only owners and editors of this team can start threads."))
    with transaction.atomic():
        thread = Thread.objects.create(team=team, author=user, title=title.strip()[:200])
        publish(f"team-{team.pk}", "thread.changed", thread=str(thread.pk))
    return thread


def start_turn(
    user: User,
    thread: Thread,
    *,
    token: uuid.UUID,
    prompt: str,
    parent: Take | None = None,
    inputs: Inputs = (),
    model: tuple[str, str] = ("local", "engine-1"),
    settings: dict[str, Any] | None = None,
    extend: bool = False,
    own_words: bool = False,
) -> Turn:
    """Sends a request. The same token gives the same turn again, however often the form arrives.

    What is attached decides the operation, and `extend` whether a clip or take is extended instead of changed.
    `own_words`: the prompt is the program's, and no rule looks at it. Raises PermissionDenied, or ThreadsError with a
    sentence.
    """
    known = _known(user, thread, token)
    if known:
        return known
    ensure_editor(user, thread)
    ensure_open(thread)
    spec = model_spec(thread, *model)
    operation = operation_of(spec, [role for role, _asset in inputs], parent, extend)
    check_operation(spec, operation)
    prompt = checked_prompt(spec, prompt)
    check_parent(thread, parent)
    check_inputs(spec, thread, operation, inputs, parent)
    chosen = check_settings(spec, thread, operation, settings or {})
    ensure_room_for(chosen)
    screening = Screening(prompt) if own_words else ensure_allowed(user, prompt, "thread", thread.pk)
    turn = Turn(
        thread=thread,
        parent=parent,
        author=user,
        client_token=token,
        operation=operation,
        prompt=prompt,
        provider=spec.provider,
        model=spec.model,
        settings=chosen,
    )
    apply(turn, screening)
    try:
        _write(turn, inputs, screening)
    except OverBudget as error:
        raise ActionRefused(str(error)) from error
    except IntegrityError:
        known = _known(user, thread, token)
        if known is None:
            raise
        return known
    return turn


def _known(user: User, thread: Thread, token: uuid.UUID) -> Turn | None:
    turn = Turn.objects.filter(client_token=token).select_related("thread").first()
    if turn is None:
        return None
    if turn.author_id != user.pk:
        raise PermissionDenied
    if turn.thread_id != thread.pk:
        raise AlreadySent(turn)
    return turn


def _write(turn: Turn, inputs: Inputs, screening: Screening) -> None:
    """Turn, inputs, what rules found, job, task and events, in one transaction."""
    thread = turn.thread
    with transaction.atomic():
        # The row is locked by this UPDATE until the commit: two senders get two numbers.
        Thread.objects.filter(pk=thread.pk).update(last_turn_number=F("last_turn_number") + 1, active_at=timezone.now())
        thread.refresh_from_db(fields=["last_turn_number", "active_at", "title", "review_state"])
        if not thread.title:
            thread.title = _title(turn.prompt, inputs)
            Thread.objects.filter(pk=thread.pk).update(title=thread.title)
        turn.number = thread.last_turn_number
        turn.save(force_insert=True)
        TurnInput.objects.bulk_create(_placed(turn, inputs))
        keep(screening, turn.author, "turn", turn.pk)
        job = jobs.create(turn)
        _go_on_from_approved(turn)
        publish_many(jobs.changes_of(job.pk, JobStatus.QUEUED))


def _go_on_from_approved(turn: Turn) -> None:
    """What was approved stays approved; the thread has new work in it that nobody has seen."""
    if turn.thread.review_state == ReviewState.APPROVED or (turn.parent and turn.parent.approved_at):
        set_review_state(turn.thread, ReviewState.DRAFT)


def _placed(turn: Turn, inputs: Inputs) -> list[TurnInput]:
    places: dict[str, int] = {}
    rows = []
    for role, asset in inputs:
        places[role] = places.get(role, -1) + 1
        rows.append(TurnInput(turn=turn, asset=asset, role=role, position=places[role]))
    return rows


def _title(prompt: str, inputs: Inputs) -> str:
    """The clip's name, else the first words of the prompt."""
    clip = next((asset.title for role, asset in inputs if role == TurnInput.Role.SOURCE and asset.title), "")
    line = " ".join((clip or prompt).split())
    if len(line) <= TITLE_LENGTH:
        return line
    return f"{line[:TITLE_LENGTH].rsplit(' ', 1)[0].rstrip(',;:. ')} …"
