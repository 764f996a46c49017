"""What an action answers instead of doing it.

ThreadsError
└── ActionRefused  it cannot be done as things are
    ├── AlreadySent    the token belongs to a turn of another thread
    └── NoRoom         the disk is nearly full (a DiskFull too)
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from studio.accounts.access import can_edit
from studio.accounts.models import User
from studio.media.disk import DiskFull, ensure_room
from studio.threads.models import Thread, Turn

ROOM = 64 * 1024 * 1024  # bytes that one result may need while it is made and stored


class ThreadsError(Exception):
    """`sentence` is for people, translated; `field` names the composer's field it is about, or None."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class ActionRefused(ThreadsError):
    pass


class AlreadySent(ActionRefused):
    """The same form was sent twice, and the other one made `turn` in another thread."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(_("This was sent already."))
        self.turn = turn


class NoRoom(ActionRefused, DiskFull):
    pass


def ensure_editor(user: User, thread: Thread) -> None:
    """Raises PermissionDenied."""
    if not can_edit(user, thread.team):
        raise PermissionDenied(_("You may look at this thread, but not change it. Ask its team for the editor role."))


def ensure_open(thread: Thread) -> None:
    """Raises ActionRefused where a thread takes nothing new. The place where approved and held threads will refuse."""
    if thread.trashed_at:
        raise ActionRefused(_("This thread is in the trash. Restore it first; nothing is lost."))
    if thread.archived_at:
        raise ActionRefused(_("This thread is archived. Restore it first; nothing is lost."))


def ensure_room_for(settings: dict[str, Any]) -> None:
    """Raises NoRoom where the disk could not hold what the turn makes."""
    try:
        ensure_room(ROOM * int(settings.get("results", 1)))
    except DiskFull as error:
        raise NoRoom(str(error)) from error
