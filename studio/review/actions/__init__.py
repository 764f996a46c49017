"""What people do in reviews. Each verb checks who may, changes the rows, and says so on the streams.

Views find rows (a stranger gets 404); here a member without the role gets PermissionDenied, and what cannot be done a
ReviewError with a sentence for people.
"""

from studio.review.actions.deciding import Seen, ask_for_review, count_notes, decide, finish_review
from studio.review.actions.notes import (
    Words,
    add_note,
    changes_of,
    delete_note,
    edit_note,
    guests_of,
    open_notes,
    reopen_note,
    resolve_note,
    take_down,
)
from studio.review.actions.refusals import ReviewChanged, ReviewError, ReviewRefused

__all__ = [
    "ReviewChanged",
    "ReviewError",
    "ReviewRefused",
    "Seen",
    "Words",
    "add_note",
    "ask_for_review",
    "changes_of",
    "count_notes",
    "decide",
    "delete_note",
    "edit_note",
    "finish_review",
    "guests_of",
    "open_notes",
    "reopen_note",
    "resolve_note",
    "take_down",
]
