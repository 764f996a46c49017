"""Approve, needs changes, finished reviewing; and asking for a review.

Where a thread stands follows from its takes like this:
- Somebody is asked for a review: in review. So it is when a reviewer who was not asked decides first.
- "Needs changes" about the newest take under review: needs changes. About an older one it is kept, and moves nothing:
  the work has gone on.
- A take is approved when an owner approves it, or when all who were asked have approved and nobody's "needs changes"
  stands; one whose author alone was asked waits for somebody else. The thread is approved with it, whichever take it
  is: its film is chosen.
- An approval is withdrawn by an owner, or by whoever approved, who now decides otherwise. The thread is then where the
  remaining decisions put it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio import queue
from studio.accounts.access import role_in
from studio.accounts.models import EDITING_ROLES, Membership, Role, User
from studio.audit.records import record
from studio.live.publishing import publish_many
from studio.review.actions.notes import Change, ensure_open, guests_of, resolve_open
from studio.review.actions.refusals import ReviewChanged, ReviewRefused
from studio.review.models import Choice, Decision, Note, ReviewRequest
from studio.review.viewers import REVIEWING_ROLES
from studio.threads.actions import approve_take, set_review_state, withdraw_approval
from studio.threads.forms import read_number
from studio.threads.locking import lock_threads
from studio.threads.models import ReviewState, Take


@dataclass(frozen=True)
class Seen:
    """What the reviewer's page showed when they decided: the take's file, how many notes, whether it was approved."""

    asset: str
    notes: int
    approved: bool

    @classmethod
    def of(cls, take: Take, notes: int) -> "Seen":
        return cls(str(take.asset_id), notes, take.approved_at is not None)

    @classmethod
    def read(cls, text: str) -> "Seen":
        """From a form's field; what cannot be read fits no take."""
        asset, notes, approved = ([*text.split(":"), "", "", ""])[:3]
        return cls(asset, read_number(notes, 0), approved == "1")

    def __str__(self) -> str:
        return f"{self.asset}:{self.notes}:{int(self.approved)}"


def decide(user: User, take: Take, choice: Choice, seen: Seen, *, resolves: bool = False) -> Decision:
    """One reviewer's word; the last one counts. Raises PermissionDenied, or ReviewChanged where the page was old.

    An approval that `resolves` resolves all open notes of the take with it.
    """
    role = _reviewing_role(user, take)
    with transaction.atomic():
        lock_threads([take.turn.thread_id])  # of two who decide at once, the second sees what the first has done
        take = Take.objects.select_related("turn__thread__team", "asset").get(pk=take.pk)
        _ensure_unchanged(take, choice, seen)
        if take.approved_at and choice != Choice.APPROVE:
            _ensure_may_withdraw(user, role, take)
        resolved = resolve_open(user, take) if resolves and choice == Choice.APPROVE else []
        decision, _made = Decision.objects.update_or_create(
            take=take, reviewer=user, defaults={"choice": choice, "decided_at": timezone.now() if choice else None}
        )
        ReviewRequest.objects.filter(take=take, reviewer=user).update(done_at=timezone.now() if choice else None)
        record(user, "take.decided", "take", take.pk, choice=str(choice))
        # Streams are locked in the order of their names: what guests hear comes before what the team does.
        publish_many([change for change in resolved if change[0] == guests_of(take.turn.thread_id)])
        _settle(user, role, take, choice)
        if choice and take.turn.author_id not in (None, user.pk):
            queue.enqueue("studio.review.tasks.mail_decision", decision.pk)
        _publish(take, [user], resolved)
    return decision


def finish_review(user: User, take: Take, finished: bool = True) -> Decision:
    """No more notes will come from them. It is no decision, and it can be taken back."""
    _reviewing_role(user, take)
    ensure_open(take)
    moment = timezone.now() if finished else None
    with transaction.atomic():
        decision, _made = Decision.objects.update_or_create(take=take, reviewer=user, defaults={"finished_at": moment})
        request = ReviewRequest.objects.filter(take=take, reviewer=user)
        request.update(done_at=moment or (decision.decided_at if decision.choice else None))
        record(user, "review.finished" if finished else "review.reopened", "take", take.pk)
        _publish(take, [user])
    return decision


def ask_for_review(user: User, take: Take, reviewers: Sequence[User]) -> list[ReviewRequest]:
    """Each hears of it; somebody who has answered already is asked anew. Twice is once."""
    if role_in(user, take.turn.thread.team) not in EDITING_ROLES:
        raise PermissionDenied(_("Only owners and editors ask for reviews. You can still write notes and decide."))
    ensure_open(take)
    if not reviewers:
        raise ReviewRefused(_("Choose at least one person to ask. Nobody was asked."))
    able = Membership.objects.filter(
        team=take.turn.thread.team_id, user__in=reviewers, role__in=REVIEWING_ROLES, user__is_active=True
    )
    if able.count() < len({each.pk for each in reviewers}):
        raise ReviewRefused(_("Somebody you chose cannot review in this team. Nobody was asked; choose again."))
    with transaction.atomic():
        lock_threads([take.turn.thread_id])
        asked = [each for person in reviewers if (each := _ask(user, take, person))]
        record(user, "review.requested", "take", take.pk, reviewers=[each.reviewer.email for each in asked])
        if take.approved_at is None:
            set_review_state(take.turn.thread, ReviewState.IN_REVIEW)
        _publish(take, [each.reviewer for each in asked])
    return asked


def _ask(user: User, take: Take, person: User) -> ReviewRequest | None:
    request, is_new = ReviewRequest.objects.get_or_create(take=take, reviewer=person, defaults={"asked_by": user})
    if not is_new:
        if request.done_at is None:
            return None
        request.done_at, request.asked_by, request.asked_at = None, user, timezone.now()
        request.save(update_fields=["done_at", "asked_by", "asked_at"])
        Decision.objects.filter(take=take, reviewer=person).update(finished_at=None)
    if person != user:
        queue.enqueue("studio.review.tasks.mail_request", request.pk)
    return request


def _reviewing_role(user: User, take: Take) -> Role:
    role = role_in(user, take.turn.thread.team)
    if role not in REVIEWING_ROLES:
        raise PermissionDenied(_("You may look at this take, but not decide. Ask its team for the reviewer role."))
    return role


def _ensure_unchanged(take: Take, choice: Choice, seen: Seen) -> None:
    ensure_open(take)
    if seen.asset != str(take.asset_id):
        raise ReviewChanged(
            _("This take’s file has changed meanwhile. Your decision was not kept; watch it once more.")
        )
    if seen.approved != (take.approved_at is not None):
        raise ReviewChanged(
            _("This take was approved meanwhile. Nothing was changed; look at it as it is now.")
            if take.approved_at
            else _("The approval of this take was withdrawn meanwhile. Nothing was changed; look at it as it is now.")
        )
    new = count_notes(take) - seen.notes
    if choice == Choice.APPROVE and new > 0:
        raise ReviewChanged(
            ngettext(
                "%(count)d note has come in that your page did not show. It is not approved yet: read it, then decide.",
                "%(count)d notes have come in that your page did not show. It is not approved yet: read them, "
                "then decide.",
                new,
            )
            % {"count": new}
        )


def count_notes(take: Take) -> int:
    """What a reviewer has to have seen: notes, without replies and what was deleted."""
    return Note.objects.filter(take=take, parent=None, deleted_at=None).count()


def _ensure_may_withdraw(user: User, role: Role, take: Take) -> None:
    if role != Role.OWNER and take.approved_by_id != user.pk:
        raise PermissionDenied(_("This take is approved. An owner, or whoever approved it, can withdraw that."))


def _settle(user: User, role: Role, take: Take, choice: Choice) -> None:
    """The take's approval and the thread's state, by the rules on top."""
    thread = take.turn.thread
    if choice == Choice.APPROVE and take.approved_at:
        return  # one more who thinks so; the thread may have gone on since
    if choice == Choice.APPROVE and (role == Role.OWNER or _all_asked_approve(take)):
        approve_take(user, take)
        set_review_state(thread, ReviewState.APPROVED)
        return
    withdrawn = take.approved_at is not None
    if withdrawn:
        withdraw_approval(user, take)
        if Take.objects.filter(turn__thread=thread, trashed_at=None, approved_at__isnull=False).exists():
            return
    newest = _newest_under_review(take)
    if withdrawn or newest == take:
        set_review_state(thread, _state_of(newest))


def _state_of(take: Take) -> ReviewState:
    choices = set(Decision.objects.filter(take=take).values_list("choice", flat=True))
    if Choice.NEEDS_CHANGES in choices:
        return ReviewState.NEEDS_CHANGES
    asked = ReviewRequest.objects.filter(take=take).exists()
    return ReviewState.IN_REVIEW if asked or Choice.APPROVE in choices else ReviewState.DRAFT


def _all_asked_approve(take: Take) -> bool:
    asked = set(ReviewRequest.objects.filter(take=take).values_list("reviewer", flat=True))
    decided = Decision.objects.filter(take=take)
    if decided.filter(choice=Choice.NEEDS_CHANGES).exists():
        return False
    approving = set(decided.filter(choice=Choice.APPROVE).values_list("reviewer", flat=True))
    return bool(asked - {take.turn.author_id}) and asked <= approving


def _newest_under_review(take: Take) -> Take:
    """Of its thread, the last one that somebody was asked about or has decided; itself where there is none after it."""
    under_review = Take.objects.filter(
        Q(review_requests__isnull=False) | Q(decisions__decided_at__isnull=False),
        turn__thread=take.turn.thread_id,
        trashed_at=None,
        turn__trashed_at=None,
    )
    newest = under_review.order_by("-turn__number", "-number").select_related("turn").first() or take
    return max(newest, take, key=lambda each: (each.turn.number, each.number))


def _publish(take: Take, people: Sequence[User], resolved: Sequence[Change] = ()) -> None:
    """To the thread's open pages, and to the first pages of those whose list of reviews is another one now."""
    payload = {"take": str(take.pk), "thread": str(take.turn.thread_id)}
    publish_many(
        [
            *(change for change in resolved if change[0] == take.turn.thread.stream),
            (take.turn.thread.stream, "review.changed", payload),
            *((person.stream, "review.changed", payload) for person in people),
        ]
    )
