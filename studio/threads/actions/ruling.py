"""What the studio's own rules do about a prompt, before anybody else sees it; and what moderators decide afterwards.

A prompt is screened as a whole, with the captions that are quoted in it.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.audit.records import record
from studio.live.publishing import publish_many
from studio.providers.errors import FailureCode
from studio.screening.findings import keep
from studio.screening.models import Finding, Verdict
from studio.screening.ruling import Match, Screening, screen
from studio.threads import jobs
from studio.threads.actions.holding import checked_reason, is_staff
from studio.threads.actions.refusals import ActionRefused
from studio.threads.locking import lock_jobs, lock_threads
from studio.threads.models import Job, JobStatus, Turn

LONGEST_HOLD = 200


def ensure_allowed(user: User, prompt: str, kind: str, id: object) -> Screening:
    """What the rules say of a prompt. Raises ActionRefused where one of them refuses it, and keeps what it found.

    `kind` and `id` name where it would have gone: for what is refused no turn is made. Not inside a transaction, which
    would take the findings back.
    """
    screening = screen(prompt)
    if screening.verdict == Verdict.BLOCK:
        keep(screening, user, kind, id)
        raise ActionRefused(_refusal(screening), "prompt")
    return screening


def allowed_again(user: User, turn: Turn) -> Screening:
    """The same for another attempt. What was let through once is asked again only by rules that changed since."""
    screening = screen(turn.prompt)
    if screening.matches and Job.objects.filter(turn=turn, started_at__isnull=False).exists():
        known = Finding.objects.filter(object_kind="turn", object_id=str(turn.pk), at__gte=F("rule__changed_at"))
        screening = screening.without(rule for rule in known.values_list("rule_id", flat=True) if rule)
    if screening.verdict == Verdict.BLOCK:
        keep(screening, user, "turn", turn.pk)
        raise ActionRefused(_refusal(screening), "prompt")
    return screening


def apply(turn: Turn, screening: Screening) -> None:
    """Whether the turn is held. Call it before the turn's job is made; the caller saves the turn."""
    held = screening.verdict == Verdict.HOLD
    turn.held_at = timezone.now() if held else None
    turn.held_reason = _why_held(screening) if held else ""


def warning_of(turn: Turn) -> str:
    """What its author should know of a turn that went through: whole sentences, or nothing."""
    said = (Verdict.WARN, Verdict.FLAG)
    rows = Finding.objects.filter(object_kind="turn", object_id=str(turn.pk), verdict__in=said).select_related("rule")
    sentences = [sentence for each in rows.order_by("id") for sentence in _warning(each)]
    return " ".join([_("It was sent."), *dict.fromkeys(sentences)]) if sentences else ""


def release_turn(user: User, turn: Turn, reason: str) -> None:
    """A held turn goes to its model after all; no rule is asked again. Raises PermissionDenied, or ActionRefused."""
    with transaction.atomic():
        job = _decide(user, turn, "turn.released", reason)
        Turn.objects.filter(pk=turn.pk).update(held_at=None, held_reason="")
        jobs.call(job)
        publish_many(jobs.changes_of(job.pk, JobStatus.QUEUED))
    turn.held_at, turn.held_reason = None, ""


def refuse_turn(user: User, turn: Turn, reason: str, message: str) -> None:
    """A held turn is not sent; its author reads `message`. Raises PermissionDenied, or ActionRefused."""
    with transaction.atomic():
        job = _decide(user, turn, "turn.refused", reason)
        jobs.fail(job, FailureCode.INPUT_BLOCKED, message.strip())
    turn.held_at = None


def _decide(user: User, turn: Turn, act: str, reason: str) -> Job:
    """Writes the decision down; of two who decide at once, the second is told. The job is ours, should it end."""
    if not is_staff(user):
        raise PermissionDenied(_("This turn is held. Only whoever looks after this studio can decide about it."))
    why = checked_reason(reason)
    waiting = lock_jobs(Job.objects.filter(turn=turn, status=JobStatus.QUEUED, stop_requested_at=None))
    lock_threads([turn.thread_id])
    present = Turn.objects.select_for_update(of=("self",), no_key=True).get(pk=turn.pk)
    job = Job.objects.filter(pk__in=waiting).first()
    if present.held_at is None or job is None:
        raise ActionRefused(
            _("Somebody has decided about this turn already, or its author took it back. Reload the page to see which.")
        )
    record(user, act, "turn", turn.pk, reason=why, held_for=present.held_reason)
    return job


def _refusal(screening: Screening) -> str:
    matches = screening.of(Verdict.BLOCK)
    words = quoted(matches)
    first = _("This studio's rules refuse %(words)s.") % {"words": words} if words else ""
    parts = [first or _("This studio's rules refuse this prompt."), *_messages(matches)]
    return " ".join([*parts, _("Nothing was sent and nothing is lost: change the words and send again.")])


def _why_held(screening: Screening) -> str:
    matches = screening.of(Verdict.HOLD)
    words = quoted(matches)
    if words:
        first = _("It says %(words)s.") % {"words": words}
    elif any(each.timed_out for each in matches):
        first = _("A rule could not read it in time, so a person does.")
    else:
        first = _("A rule asks for a look at it.")
    return Truncator(" ".join([first, *_messages(matches)])).chars(LONGEST_HOLD)


def _warning(finding: Finding) -> list[str]:
    words = {"words": _in_quotes(finding.text[start:end] for start, end in finding.matches)}
    if finding.verdict == Verdict.FLAG:
        told, untold = _("Moderators of this studio will see that it says %(words)s."), _("Moderators will see it.")
    else:
        told, untold = _("Mind %(words)s."), _("Mind the rules of this studio.")
    message = finding.rule.message if finding.rule else ""
    return [each for each in (told % words if words["words"] else untold, message) if each]


def quoted(matches: Iterable[Match]) -> str:
    return _in_quotes(word for match in matches for word in match.words)


def _in_quotes(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in list(dict.fromkeys(words))[:5] if word)


def _messages(matches: Iterable[Match]) -> list[str]:
    return list(dict.fromkeys(each.message for each in matches if each.message))
