"""Takes that are held back. Only this module writes it: on the take for why, on its file for whoever hands files out.

A held take stays where it is with all that was made of it, and a release only lifts the hold: nothing has to be
restored. A provider's safety check leaves it to the author to look and decide; what staff hold back is theirs alone.
"""

from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from studio.accounts.models import User
from studio.media.models import Asset
from studio.threads.models import HeldBy, Take, Turn
from studio.threads.posters import choose_poster

OBJECTED = gettext_noop("The provider's safety check objected.")
Change = tuple[str, str, dict[str, Any]]


def hold(take: Take, by: HeldBy, reason: str) -> None:
    """From the commit on nobody is shown it, and no address of it is good any more. The caller publishes."""
    _write(take, held_at=timezone.now(), held_by=by, held_reason=reason)
    # Addresses that opened for one person alone name the hold that they were made under.
    Asset.objects.filter(pk=take.asset_id).update(holds=F("holds") + 1)
    take.asset.holds += 1


def let_go(take: Take) -> None:
    """The caller publishes."""
    _write(take, held_at=None, held_by="", held_reason="")


def _write(take: Take, **fields: Any) -> None:
    Take.objects.filter(pk=take.pk).update(**fields)
    Asset.objects.filter(pk=take.asset_id).update(held=fields["held_at"] is not None)
    for name, value in fields.items():
        setattr(take, name, value)
    take.asset.held = take.held_at is not None
    choose_poster(take.turn.thread)


def may_look(user: User, take: Take) -> bool:
    """Whether a page of its thread may show a held take to this member: the author of its turn alone."""
    return take.held_by == HeldBy.PROVIDER and take.turn.author_id == user.pk


def changes_of(take: Take) -> list[Change]:
    """What to publish: every turn that shows the take, or a picture of it, in whichever thread."""
    shows = Q(pk=take.turn_id) | Q(parent=take) | Q(inputs__asset=take.asset_id)
    rows = Turn.objects.filter(shows).order_by("pk").distinct()
    turns = list(rows.values_list("pk", "thread_id", "thread__team_id"))
    threads = {thread: team for _turn, thread, team in turns}
    changes: list[Change] = []
    for turn, thread, _team in turns:
        changes.append((f"thread-{thread}", "take.changed", {"turn": str(turn), "take": str(take.pk)}))
    for thread, team in threads.items():
        changes.append((f"team-{team}", "thread.changed", {"thread": str(thread)}))
    return changes
