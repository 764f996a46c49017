"""What people do in threads. Each verb checks the person's role, changes the rows, and says so on the streams.

Views find rows by `visible_to` (a stranger gets 404); here a member without the role gets PermissionDenied, and what
cannot be done gets a ThreadsError with a sentence for people.
"""

from studio.threads.actions.holding import hold_take, release_take
from studio.threads.actions.owning import (
    add_upload_addresses,
    remove_upload_address,
    remove_upload_addresses,
    safety_modes,
    set_terms,
)
from studio.threads.actions.refusals import ActionRefused, AlreadySent, NoRoom, ThreadsError
from studio.threads.actions.reviewing import approve_take, set_review_state, withdraw_approval
from studio.threads.actions.ruling import ensure_allowed, refuse_turn, release_turn, warning_of
from studio.threads.actions.shelving import (
    archive_thread,
    delete_thread,
    rename_thread,
    restore_take,
    restore_thread,
    restore_turn,
    trash_take,
    trash_thread,
    trash_turn,
)
from studio.threads.actions.starting import start_thread, start_turn
from studio.threads.actions.turns import continue_from_copy, pick_take, retry_turn, stop_all_of, stop_turn

__all__ = [
    "ActionRefused",
    "AlreadySent",
    "NoRoom",
    "ThreadsError",
    "add_upload_addresses",
    "approve_take",
    "archive_thread",
    "continue_from_copy",
    "delete_thread",
    "ensure_allowed",
    "hold_take",
    "pick_take",
    "refuse_turn",
    "release_take",
    "release_turn",
    "remove_upload_address",
    "remove_upload_addresses",
    "rename_thread",
    "restore_take",
    "restore_thread",
    "restore_turn",
    "retry_turn",
    "safety_modes",
    "set_review_state",
    "set_terms",
    "start_thread",
    "start_turn",
    "stop_all_of",
    "stop_turn",
    "trash_take",
    "trash_thread",
    "trash_turn",
    "warning_of",
    "withdraw_approval",
]
