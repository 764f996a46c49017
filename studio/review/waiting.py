"""What waits for a person: takes they are asked to review, and notes that they wrote or that are for them."""

from django.db.models import Q, QuerySet

from studio.accounts.models import User
from studio.review.models import Note, ReviewRequest

MOST = 30


def requests_for(user: User) -> QuerySet[ReviewRequest]:
    """Open requests about takes that they may see."""
    return ReviewRequest.objects.filter(
        reviewer=user,
        done_at=None,
        take__trashed_at=None,
        take__held_at=None,
        take__turn__trashed_at=None,
        take__turn__thread__trashed_at=None,
        take__turn__thread__team__memberships__user=user,
    )


def notes_of(user: User) -> QuerySet[Note]:
    """Open notes that are theirs or for them."""
    return Note.objects.filter(
        Q(author=user) | Q(assignee=user),
        parent=None,
        deleted_at=None,
        resolved_at=None,
        take__trashed_at=None,
        take__held_at=None,
        take__turn__trashed_at=None,
        take__turn__thread__trashed_at=None,
        take__turn__thread__team__memberships__user=user,
    )


def shown_requests(user: User) -> list[ReviewRequest]:
    rows = requests_for(user).select_related("take__turn__thread", "take__asset", "asked_by")
    return list(rows.prefetch_related("take__asset__derived").order_by("-asked_at")[:MOST])


def shown_notes(user: User) -> list[Note]:
    rows = notes_of(user).select_related("take__turn__thread", "take__asset", "author", "guest")
    return list(rows.order_by("-created_at")[:MOST])
