"""From queued to the provider's hands."""

import logging
import random
import uuid
from dataclasses import asdict
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from studio import bell, queue
from studio.live.publishing import publish_many
from studio.media import addresses
from studio.media.models import Asset
from studio.providers import catalogue, keys, registry
from studio.providers.base import InputFile, InputRole, JobRequest, JobState, Submission
from studio.providers.errors import FailureCode, ProviderError
from studio.threads import holds, hooks, pricing, terms
from studio.threads.jobs.holding import Heartbeat
from studio.threads.jobs.moving import change, changes_of, fail, move
from studio.threads.jobs.stopping import ask_to_stop, stop
from studio.threads.models import Job, JobEvent, JobStatus, Take, Turn

logger = logging.getLogger(__name__)
SUBMIT = "studio.threads.tasks.submit_job"
FIRST_CALL = timedelta(seconds=4)  # a job whose task was lost with its worker is called again after this
LOCAL_LEASE = timedelta(seconds=5)  # a submit parses one prompt, in under half a second at worst
REMOTE_LEASE = timedelta(seconds=45)  # renewed while files are handed over
MOST_TRIES = 4
NOT_SENT = _(
    "Not sent: what it was to be made from has been held back. Nothing was charged, and your words are kept. Run it "
    "again once that is released."
)
HELD_SINCE = _("What it is made from has been held back since it was sent, so it was not asked for again.")
FIRST_BACKOFF = 5.0  # s, doubled by each try, with a fifth of chance


def create(turn: Turn, attempt: int = 1) -> Job:
    """A new attempt at a turn, and the task that sends it. Call inside a transaction; the caller publishes.

    While the turn is held there is no task, and nothing that the sweep would look at. Raises OverBudget.
    """
    job = Job.objects.create(
        turn=turn,
        attempt=attempt,
        provider=turn.provider,
        model=turn.model,
        due_at=None if turn.held_at else timezone.now() + FIRST_CALL,
    )
    pricing.reserve(job, pricing.price_of_turn(turn))
    terms.agree(job)
    JobEvent.objects.create(job=job, to_status=JobStatus.QUEUED)
    if turn.held_at is None:
        _call(job)
    return job


def call(job: Job) -> None:
    """Has a job sent whose turn was held until now. Call inside a transaction."""
    Job.objects.filter(pk=job.pk, status=JobStatus.QUEUED).update(due_at=timezone.now() + FIRST_CALL)
    _call(job)


def _call(job: Job) -> None:
    queue.enqueue(SUBMIT, str(job.pk))
    wake_the_watcher()


def wake_the_watcher() -> None:
    """Once what was written here is committed, and not before."""
    transaction.on_commit(partial(bell.ring, "watch"), robust=True)


def submit(job_id: str) -> None:
    """Hands a queued job to its provider. The call is made outside any transaction, under the key stored before."""
    job = _claim(job_id)
    if job is None:
        return
    if holds.builds_on_held(job.turn):
        _keep_back(job)
        return
    provider = registry.PROVIDERS.get(job.provider)
    if provider is None:
        fail(job, FailureCode.MODEL_GONE, token=job.lease_token)
        return
    try:
        with Heartbeat(job, _lease(job)):
            submission = provider.submit(request_of(job), keys.key_of(job.provider))
    except ProviderError as error:
        _not_taken(job, error)
    else:
        _taken(job, submission)


def _keep_back(job: Job) -> None:
    """What it was to be made from has been held back since it was asked for: nobody is sent any of it."""
    if job.may_be_there:
        fail(job, FailureCode.OUTCOME_UNKNOWN, HELD_SINCE, token=job.lease_token)
        return
    move(
        job.pk,
        JobStatus.SUBMITTING,
        JobStatus.CANCELLED,
        token=job.lease_token,
        detail={"reason": "held back before it was sent"},
        error_detail=NOT_SENT,
    )


def request_of(job: Job) -> JobRequest:
    """The turn in the provider's contract: plain values, files by storage key."""
    turn = job.turn
    inputs = [_file(InputRole(each.role), each.asset, job) for each in turn.inputs.select_related("asset")]
    parent_video_id = ""
    if turn.parent is not None:
        inputs.append(_file(InputRole.PARENT, turn.parent.asset, job))
        if turn.parent.provider == turn.provider:
            parent_video_id = turn.parent.video_id or ""
    return JobRequest(
        key=str(job.key),
        operation=turn.operation,
        model=job.model,
        prompt=turn.prompt,
        settings=turn.settings,
        inputs=inputs,
        parent_video_id=parent_video_id,
        webhook_url=hooks.address(job.provider),
        ttl=job.terms.get("ttl", 0),
        upload_addresses=terms.addresses_of(job),
    )


def _file(role: InputRole, asset: Asset, job: Job) -> InputFile:
    return InputFile(
        role=role,
        name=asset.file,
        mime=asset.mime,
        sha256=asset.sha256,
        width=asset.width,
        height=asset.height,
        duration=asset.duration,
        fps=asset.fps,
        has_sound=asset.has_sound,
        url=hooks.reachable(addresses.url(asset)),
        vendor_file=_name_there(role, asset, job),
    )


def _name_there(role: InputRole, asset: Asset, job: Job) -> str:
    """What the vendor calls a file that it made; empty where it may have forgotten it, so that our own copy is sent."""
    parent = job.turn.parent
    is_our_copy = role == InputRole.SOURCE and parent is not None and parent.asset_id == asset.pk
    if is_our_copy or job.attempt > 1:
        return ""
    takes = Take.objects.filter(asset=asset, provider=job.turn.provider).exclude(vendor_file="")
    made = takes.select_related("job").first()
    return made.vendor_file if made and terms.is_kept_there(made) else ""


def _claim(job_id: str) -> Job | None:
    now = timezone.now()
    free = Job.objects.filter(pk=job_id, status=JobStatus.QUEUED, turn__held_at=None)
    job = free.select_related("turn__parent__asset").first()
    if job is None:
        return None
    job.lease_token = uuid.uuid4()
    claimed = move(
        job_id,
        JobStatus.QUEUED,
        JobStatus.SUBMITTING,
        lease_token=job.lease_token,
        lease_until=now + _lease(job),
        tries=F("tries") + 1,
        started_at=job.started_at or now,
        due_at=None,
    )
    job.status, job.tries = JobStatus.SUBMITTING, job.tries + 1
    return job if claimed else None


def _lease(job: Job) -> timedelta:
    return LOCAL_LEASE if job.provider == "local" else REMOTE_LEASE


def _taken(job: Job, submission: Submission) -> None:
    target = JobStatus.ANSWERED if submission.state == JobState.ANSWERED else JobStatus.RUNNING
    reply = asdict(submission.reply)
    with transaction.atomic():
        moved = change(
            job.pk,
            JobStatus.SUBMITTING,
            target,
            token=job.lease_token,
            reference=submission.reference,
            raw=dict(submission.raw),
            lease_token=None,
            lease_until=None,
            due_at=None if target == JobStatus.ANSWERED or registry.provider(job.provider).rings else timezone.now(),
            tries=0,
            may_be_there=False,
        )
        if moved:
            Turn.objects.filter(pk=job.turn_id).update(reply=reply)
            publish_many(changes_of(job.pk, target))
        else:
            _note_late(job, submission)
    if target == JobStatus.RUNNING:
        _after_acceptance(job, submission.reference)


def _note_late(job: Job, submission: Submission) -> None:
    """The lease was lost while the vendor took its time: what it answered must not be lost, for it is paid."""
    logger.warning("Job %s was accepted late as %s", job.pk, submission.reference)
    present = Job.objects.filter(pk=job.pk).first()
    if present is None or present.reference == submission.reference:
        return
    free = not Job.objects.filter(provider=job.provider, reference=submission.reference).exists()
    if free and not present.reference:
        Job.objects.filter(pk=job.pk, reference="").update(reference=submission.reference)
    JobEvent.objects.create(
        job=present,
        from_status=present.status,
        to_status=present.status,
        detail={"reason": "accepted late", "reference": submission.reference},
    )


def _after_acceptance(job: Job, reference: str) -> None:
    """Somebody may have pressed stop while the provider was being called."""
    present = Job.objects.filter(pk=job.pk).first()
    if present is None:
        return
    if present.status == JobStatus.CANCELLED:
        ask_to_stop(present, reference)
    elif present.stop_requested_at:
        stop(present.pk)
    else:
        bell.ring("watch")


def _not_taken(job: Job, error: ProviderError) -> None:
    """Once a try may have been taken, no later refusal says that nothing was charged."""
    unknown = job.may_be_there or error.maybe_taken
    over = error.permanent or job.tries >= MOST_TRIES
    if unknown and (over or not _idempotent(job)):
        fail(job, FailureCode.OUTCOME_UNKNOWN, error.detail, token=job.lease_token)
    elif over:
        fail(job, error.code, error.detail, token=job.lease_token)
    else:
        wait = FIRST_BACKOFF * 2 ** (job.tries - 1) * random.uniform(0.8, 1.2)
        move(
            job.pk,
            JobStatus.SUBMITTING,
            JobStatus.QUEUED,
            token=job.lease_token,
            detail={"code": error.code, "detail": error.detail, "seconds": round(wait)},
            lease_token=None,
            lease_until=None,
            due_at=timezone.now() + timedelta(seconds=wait),
            may_be_there=unknown,
        )


def resend(job: Job) -> None:
    """A process died while it was sending: once more under the same key, where the provider honours it."""
    if not _idempotent(job):
        fail(job, FailureCode.OUTCOME_UNKNOWN, token=job.lease_token)
    elif job.tries >= MOST_TRIES:
        fail(job, FailureCode.ENGINE if job.provider == "local" else FailureCode.OUTCOME_UNKNOWN, token=job.lease_token)
    else:
        with transaction.atomic():
            again = move(
                job.pk,
                JobStatus.SUBMITTING,
                JobStatus.QUEUED,
                token=job.lease_token,
                detail={"reason": "the lease ran out"},
                lease_token=None,
                lease_until=None,
                due_at=timezone.now() + FIRST_CALL,
                may_be_there=job.provider != "local",
            )
            if again:
                queue.enqueue(SUBMIT, str(job.pk))


def call_again(job: Job) -> None:
    """A queued job that nobody took in its time. The longer it waits, the rarer it is called: it may be one of many."""
    now = timezone.now()
    wait = min(max(FIRST_CALL, now - job.created_at), timedelta(minutes=5))
    with transaction.atomic():
        rows = Job.objects.filter(pk=job.pk, status=JobStatus.QUEUED, due_at=job.due_at)
        if rows.update(due_at=now + wait):
            queue.enqueue(SUBMIT, str(job.pk))


def _idempotent(job: Job) -> bool:
    try:
        return catalogue.spec(job.provider, job.model).idempotent
    except catalogue.UnknownModel:
        return False
