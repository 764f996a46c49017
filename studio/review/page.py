"""What the review page shows of a take, for a member or a guest: everything that differs comes from the Viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from studio.accounts.models import Membership, User
from studio.media.models import Asset
from studio.review.actions import Seen
from studio.review.cards import NoteCard, cards_of
from studio.review.models import Choice, Decision, ReviewRequest
from studio.review.viewers import REVIEWING_ROLES, Viewer
from studio.threads.cards.parts import label_of
from studio.threads.models import Take, Thread
from studio.threads.paths import tree_of

FOOT = 24  # takes along the foot, at most
WAITED_FOR, FINISHED = _("Has not answered yet"), _("Finished reviewing")
STATE_LOOKS = {"draft": "draft", "in_review": "review", "needs_changes": "changes", "approved": "approved"}


@dataclass(frozen=True)
class FootTake:
    """A take of the path, along the foot."""

    take: Take
    poster: str
    url: str
    is_current: bool

    @property
    def label(self) -> str:
        return label_of(self.take.turn.number, self.take.number)

    @property
    def short(self) -> str:
        return f"{self.take.turn.number}.{self.take.number}"


@dataclass(frozen=True)
class Reviewer:
    """`word` is what they have said; `state` is approved, changes, finished, asked or empty."""

    user: User
    state: str
    word: str


def stage_of(viewer: Viewer, take: Take) -> dict[str, Any]:
    """What the player needs, by the names of the `take:selected` event; `asset` with `derived` is loaded."""
    asset = take.asset
    urls = viewer.sign(asset)
    return {
        "id": str(take.pk),
        "src": urls["src"],
        "poster": urls["poster"],
        "strip": urls["strip"],
        "frames": urls["strip_frames"],
        "wave": urls["wave"],
        "fps": asset.fps,
        "duration": asset.duration,
        "width": asset.width,
        "height": asset.height,
        "label": label_of(take.turn.number, take.number),
        "address": viewer.links.to("take-address", take.pk),
    }


def foot_of(take: Take) -> list[Take]:
    """The takes of the path through this one, that can be shown; three queries. Assets with `derived` are loaded."""
    path = tree_of(take.turn.thread).path(take.turn_id)
    rows = (
        Take.objects.filter(turn__in=[node.id for node in path], trashed_at=None, held_at=None)
        .select_related("turn", "asset")
        .prefetch_related("asset__derived")
        .order_by("turn__number", "number")
    )
    takes = list(rows)
    place = next((index for index, each in enumerate(takes) if each.pk == take.pk), 0)
    start = max(0, min(place - FOOT // 2, len(takes) - FOOT))
    return takes[start : start + FOOT]


def page_of(viewer: Viewer, take: Take, *, only: Sequence[UUID] | None = None) -> dict[str, Any]:
    """The context of the page's fragments. `take` has turn, thread, team and asset. `only`: takes that may be shown."""
    foot = [each for each in foot_of(take) if only is None or each.pk in only]
    current = next((each for each in foot if each.pk == take.pk), take)
    parent = next((each for each in foot if each.pk == take.turn.parent_id), None)
    stage = stage_of(viewer, current)
    if parent is not None:
        stage["parent"] = stage_of(viewer, parent)
    notes = cards_of(take, internal=viewer.sees_internal)
    return notes_context(viewer, take, notes) | {
        "stage": stage,
        "running": 0,
        "editing": False,
        "foot": [foot_take(viewer, each, take) for each in foot],
        "state": STATE_LOOKS[take.turn.thread.review_state],
        "token": uuid4(),
        "note_create_url": viewer.links.to("note-create", take.pk),
        "next_url": viewer.links.to("take-next", take.pk),
    }


def notes_context(viewer: Viewer, take: Take, notes: list[NoteCard]) -> dict[str, Any]:
    """The context of review/_notes.html."""
    living = [each for each in notes if not each.is_deleted]
    return {
        "viewer": viewer,
        "take": take,
        "thread": take.turn.thread,
        "note_cards": notes,
        "notes_url": viewer.links.to("take-notes", take.pk),
        "open_count": sum(not each.is_resolved for each in living),
        "mine_count": sum(is_mine(viewer, each) for each in living),
        "resolved_count": sum(each.is_resolved for each in living),
        "seen": Seen.of(take, len(living)),
    }


def is_mine(viewer: Viewer, card: NoteCard) -> bool:
    """Theirs, or for them to see to, and open."""
    note, user = card.note, viewer.user.pk if viewer.user else None
    own = note.author_id == user if user else viewer.guest is not None and note.guest_id == viewer.guest.pk
    return not card.is_resolved and (own or bool(user and note.assignee_id == user))


def foot_take(viewer: Viewer, each: Take, shown: Take) -> FootTake:
    asset: Asset = each.asset
    return FootTake(each, viewer.sign(asset)["poster"], viewer.links.to("take-review", each.pk), each.pk == shown.pk)


def reviewers_of(take: Take, members: Sequence[Membership]) -> list[Reviewer]:
    """Those who were asked or have said something, in the order of the team; two queries."""
    asked = set(ReviewRequest.objects.filter(take=take).values_list("reviewer", flat=True))
    decisions = {each.reviewer_id: each for each in Decision.objects.filter(take=take)}
    shown = [each.user for each in members if each.user_id in asked or each.user_id in decisions]
    return [Reviewer(user, *_said(decisions.get(user.pk))) for user in shown]


def _said(decision: Decision | None) -> tuple[str, str]:
    if decision is None:
        return "asked", str(WAITED_FOR)
    finished = decision.finished_at is not None
    if decision.choice == Choice.APPROVE:
        return "approved", str(Choice.APPROVE.label)
    if decision.choice == Choice.NEEDS_CHANGES:
        return "changes", str(Choice.NEEDS_CHANGES.label)
    return ("finished", str(FINISHED)) if finished else ("asked", str(WAITED_FOR))


def able_reviewers(members: Sequence[Membership]) -> list[User]:
    return [each.user for each in members if each.role in REVIEWING_ROLES and each.user.is_active]


def thread_take(thread: Thread, wanted: UUID | None = None) -> Take | None:
    """Which take a review begins with: the wanted one, the newest that somebody was asked about, the newest picked."""
    takes = Take.objects.filter(turn__thread=thread, trashed_at=None, turn__trashed_at=None, held_at=None)
    newest = takes.order_by("-turn__number", "-picked_at", "number")
    if wanted and (named := takes.filter(pk=wanted).first()):
        return named
    return newest.filter(review_requests__done_at=None, review_requests__isnull=False).first() or newest.first()
