"""Who looks at a take under review: somebody of the team, or a guest. Pages and fragments know nobody else.

A fragment takes its addresses from `links` and its permissions from here, so that it is the same for both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.urls import reverse

from studio.accounts.models import EDITING_ROLES, Membership, Role, User
from studio.media import addresses
from studio.media.addresses import Urls
from studio.media.models import Asset
from studio.review.models import Guest

REVIEWING_ROLES = (Role.OWNER, Role.EDITOR, Role.REVIEWER)
ANY = UUID(int=0)  # stands for an id that a script fills in


@dataclass(frozen=True)
class Links:
    """Addresses of one way in: URL names begin with `prefix`, and `args` come before the id.

    The names after the prefix are take-review, take-notes, note-create, take-address (all of a take) and note-detail,
    note-edit, note-delete, note-resolve, note-reopen (of a note). A script knows the last four as note-detail's
    address with edit/, delete/, resolve/ or reopen/ after it.
    """

    prefix: str = "review:"
    args: tuple[object, ...] = ()

    def to(self, name: str, row: UUID) -> str:
        return reverse(f"{self.prefix}{name}", args=[*self.args, row])

    @property
    def note(self) -> str:
        return self.to("note-detail", ANY)


@dataclass(frozen=True)
class Viewer:
    """`user` or `guest` is set. `sign` gives the addresses of a file that this viewer may see."""

    name: str
    user: User | None = None
    guest: Guest | None = None
    may_note: bool = False
    may_decide: bool = False
    may_resolve: bool = False
    may_ask: bool = False
    sees_prompts: bool = False
    sees_prices: bool = False
    sees_internal: bool = False
    may_download: bool = False
    sign: Callable[[Asset], Urls] = addresses.urls
    links: Links = field(default_factory=Links)

    @property
    def key(self) -> str:
        """As notes name their authors: see `key_of`."""
        return key_of(self.user.pk if self.user else None, self.guest.pk if self.guest else None)

    @property
    def colour(self) -> str:
        """One of the six author colours."""
        return self.user.colour if self.user else colour_of(self.guest.pk if self.guest else ANY)


def colour_of(guest: UUID) -> str:
    return "abcdef"[guest.int % 6]


def key_of(user: int | None, guest: UUID | None) -> str:
    """u12 or g5f…, empty for somebody who is gone."""
    return f"u{user}" if user else f"g{guest}" if guest else ""


def viewer_of_member(user: User, membership: Membership) -> Viewer:
    """`membership` is the user's in the thread's team."""
    reviews = membership.role in REVIEWING_ROLES
    edits = membership.role in EDITING_ROLES
    return Viewer(
        name=user.display_name,
        user=user,
        may_note=reviews,
        may_decide=reviews,
        may_resolve=reviews,
        may_ask=edits,
        sees_prompts=True,
        sees_prices=edits,
        sees_internal=True,
        may_download=True,
    )
