"""What people do to turns that exist."""

import uuid
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.audit.records import record
from studio.live.publishing import publish, publish_many
from studio.media.models import Asset
from studio.screening.findings import keep
from studio.spending.errors import OverBudget
from studio.threads import jobs
from studio.threads.actions.checking import check_inputs, check_operation, check_parent, model_spec
from studio.threads.actions.holding import checked_reason
from studio.threads.actions.refusals import ActionRefused, ensure_editor, ensure_open, ensure_room_for
from studio.threads.actions.ruling import allowed_again, apply
from studio.threads.actions.starting import start_turn
from studio.threads.locking import lock_jobs
from studio.threads.models import ACTIVE, Job, JobStatus, Operation, Take, Turn, TurnInput

RETRIABLE = (JobStatus.FAILED, JobStatus.CANCELLED)


def stop_turn(user: User, turn: Turn) -> None:
    """Asks for a stop; the watcher does it within moments. Of a turn that is over, nothing changes."""
    ensure_editor(user, turn.thread)
    with transaction.atomic():
        wanted = Job.objects.filter(turn=turn, status__in=ACTIVE, stop_requested_at=None)
        if not wanted.update(stop_requested_at=timezone.now()):
            return
        publish(turn.thread.stream, "turn.changed", turn=str(turn.pk))
        jobs.wake_the_watcher()
    waiting = Job.objects.filter(turn=turn, status=JobStatus.QUEUED).first()
    if waiting:
        jobs.stop(waiting.pk)


def stop_all_of(person: User) -> list[jobs.Change]:
    """Asks for a stop of everything that somebody has under way, whoever wants that: the caller has checked.

    Call it in a transaction and publish what it answers.
    """
    running = lock_jobs(Job.objects.filter(turn__author=person, status__in=ACTIVE, stop_requested_at=None))
    turns = list(Turn.objects.filter(jobs__in=running).distinct().select_related("thread"))
    Job.objects.filter(pk__in=running).update(stop_requested_at=timezone.now())
    jobs.wake_the_watcher()
    return [(turn.thread.stream, "turn.changed", {"turn": str(turn.pk)}) for turn in turns]


def retry_turn(user: User, turn: Turn) -> Job:
    """A new attempt at a turn that failed or was stopped. Pressed twice, it is one attempt."""
    ensure_editor(user, turn.thread)
    return _retry(user, turn)


def retry_as_staff(user: User, turn: Turn, reason: str) -> Job:
    """The same for staff who look after jobs, with a reason that is kept. Raises PermissionDenied, ActionRefused."""
    if not may_retry(user):
        raise PermissionDenied
    why = checked_reason(reason)

    def trail(before: Job, after: Job) -> None:
        attempts = {"before": before.attempt, "after": after.attempt, "job": str(after.pk)}
        record(user, "turn.retried", "turn", turn.pk, reason=why, **attempts)

    return _retry(user, turn, trail)


def may_retry(user: User) -> bool:
    return user.is_staff and user.has_perm("threads.change_job")


def _retry(user: User, turn: Turn, trail: Callable[[Job, Job], None] | None = None) -> Job:
    """`trail` writes it into the audit trail, before anything is published."""
    ensure_open(turn.thread)
    latest = Job.objects.filter(turn=turn).order_by("-attempt").first()
    if latest is None:
        raise ActionRefused(_("This turn was never sent. Send it again from the composer."))
    if latest.status in ACTIVE:
        return latest
    if latest.status not in RETRIABLE:
        raise ActionRefused(_("This turn is done already. Send it again from the composer to make a sibling."))
    if turn.is_refused:
        raise ActionRefused(_("This studio refused this turn. Change its words and send them as a new one."))
    _ensure_it_may_be_sent(turn)
    ensure_room_for(turn.settings)
    screening = allowed_again(user, turn)
    apply(turn, screening)
    try:
        with transaction.atomic():
            Turn.objects.filter(pk=turn.pk).update(held_at=turn.held_at, held_reason=turn.held_reason)
            keep(screening, user, "turn", turn.pk)
            job = jobs.create(turn, attempt=latest.attempt + 1)
            if trail:
                trail(latest, job)
            publish_many(jobs.changes_of(job.pk, JobStatus.QUEUED))
    except OverBudget as error:
        raise ActionRefused(str(error)) from error
    except IntegrityError:
        return Job.objects.get(turn=turn, attempt=latest.attempt + 1)
    return job


def _ensure_it_may_be_sent(turn: Turn) -> None:
    """What held when it was sent first may have changed: the model, who may use it, what is held back or gone."""
    spec, operation = model_spec(turn.thread, turn.provider, turn.model), Operation(turn.operation)
    check_operation(spec, operation)
    check_parent(turn.thread, turn.parent)
    check_inputs(spec, turn.thread, operation, _inputs_of(turn), turn.parent)


def _inputs_of(turn: Turn) -> list[tuple[str, Asset]]:
    rows = TurnInput.objects.filter(turn=turn).select_related("asset")
    return [(each.role, each.asset) for each in rows]


def continue_from_copy(user: User, turn: Turn) -> Turn:
    """The same wish once more with our own file of the take, where the provider no longer knows it. Twice is once."""
    if turn.parent is None:
        raise ActionRefused(_("This turn continues from no take."))
    references = [each for each in _inputs_of(turn) if each[0] == TurnInput.Role.REFERENCE]
    return start_turn(
        user,
        turn.thread,
        token=uuid.uuid5(turn.pk, f"our copy for {user.pk}"),
        prompt=turn.prompt,
        parent=turn.parent,
        inputs=[(TurnInput.Role.SOURCE, turn.parent.asset), *references],
        model=(turn.provider, turn.model),
        settings=turn.settings,
        extend=turn.operation == Operation.EXTEND,
    )


def pick_take(user: User, take: Take) -> None:
    """Marks the take that its turn stands for; another one of the turn loses the mark."""
    ensure_editor(user, take.turn.thread)
    if take.held_at:
        raise ActionRefused(_("This take is held back. It can be picked once it is released."))
    with transaction.atomic():
        Take.objects.filter(turn=take.turn_id).exclude(pk=take.pk).update(picked_at=None)
        Take.objects.filter(pk=take.pk).update(picked_at=timezone.now())
        publish(take.turn.thread.stream, "take.changed", turn=str(take.turn_id), take=str(take.pk))
