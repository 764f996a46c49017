"""Takes that are held back, each with everything that was made from it. Only this module writes that.

`Hold` rows are the truth: one for each file and each take that it is held with. What takes say of it (since when, by
whom, why) and the switch on their files, at which whoever hands files out looks, follow from the strongest row. A held
take stays where it is with all that was made of it, and a release only takes rows away: what was held before by
itself, or with another take, stays so. A provider's safety check leaves it to the author to look and decide; what
staff hold back its author may still look at, and staff decide.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from studio.accounts.models import User
from studio.media.models import Asset
from studio.threads.descent import Descent, below
from studio.threads.locking import lock_threads
from studio.threads.models import HeldBy, Hold, Take, Thread, Turn, TurnInput
from studio.threads.posters import choose_poster

OBJECTED = gettext_noop("The provider's safety check objected.")
STRENGTH = (HeldBy.STAFF, HeldBy.ORIGIN, HeldBy.PROVIDER)  # who must let go before the next one matters
Change = tuple[str, str, dict[str, Any]]


def hold(take: Take, by: HeldBy, reason: str) -> list[Change]:
    """From the commit on nobody is shown it, nor what was made from it, and no address of them is good any more.

    What is still being made from it is born held. Call it in a transaction and publish what it answers.
    """
    found, now = below(take.asset_id, locks=True), timezone.now()
    _keep_switches(found.assets)
    Hold.objects.update_or_create(asset_id=take.asset_id, root=take, defaults={"by": by, "reason": reason, "at": now})
    with_it = found.assets - {take.asset_id}
    rows = [Hold(asset_id=each, root=take, by=HeldBy.ORIGIN, at=now) for each in with_it]
    Hold.objects.bulk_create(rows, ignore_conflicts=True)
    # Addresses that opened for one person alone name the hold that they were made under.
    Asset.objects.filter(pk__in=found.assets).update(holds=F("holds") + 1)
    take.asset.holds += 1
    _follow(found)
    _reread(take)
    return _changes(found, take)


def let_go(take: Take) -> list[Change]:
    """The same way back, for it and for what was held with it. Call it in a transaction and publish what it answers."""
    found = below(take.asset_id, locks=True)
    lost = Q(root=None) | Q(root__trashed_at__isnull=False)
    Hold.objects.filter(Q(root=take) | Q(lost, asset=take.asset_id)).delete()
    _follow(found)
    _reread(take)
    return _changes(found, take)


def inherit(take: Take) -> None:
    """A take is born: held, where what it was made from is. Call it in the transaction that makes it."""
    lock_threads([take.turn.thread_id])
    roots = Hold.objects.filter(asset__in=_sources(take.turn)).exclude(root=None).values_list("root", flat=True)
    now = timezone.now()
    rows = [Hold(asset_id=take.asset_id, root_id=root, by=HeldBy.ORIGIN, at=now) for root in set(roots)]
    if rows or take.asset.held:
        Hold.objects.bulk_create(rows, ignore_conflicts=True)
        _write({take.asset_id})
        _reread(take)


def builds_on_held(turn: Turn) -> bool:
    """Whether what the turn would be made from is held back by now."""
    held = Q(held=True) | Q(origin__held=True)
    return Asset.objects.filter(held, pk__in=_sources(turn)).exists()


def goes_along(take: Take) -> int:
    """How many other takes are held back with it."""
    found = below(take.asset_id)
    return Take.objects.filter(asset__in=found.assets, trashed_at=None).exclude(pk=take.pk).count()


def count_with(take: Take) -> int:
    """How many others are held back with it now."""
    return Hold.objects.filter(root=take, asset__take__isnull=False).exclude(asset=take.asset_id).count()


def held_with(take: Take) -> Take | None:
    """The take that has to be released so that this one is: one that it was made from, and that is still there."""
    roots = Take.objects.filter(holding__asset=take.asset_id, trashed_at=None).exclude(pk=take.pk)
    return roots.select_related("turn__thread").order_by("created_at").first()


def may_look(user: User, take: Take) -> bool:
    """Whether a page of its thread may show a held take to this member: the author of its turn alone."""
    return take.turn.author_id == user.pk


def author_decides(user: User, take: Take) -> bool:
    """What the safety check of a provider holds is left to whoever asked for it."""
    return take.held_by == HeldBy.PROVIDER and may_look(user, take)


def changes_of(take: Take) -> list[Change]:
    """What to publish: every turn that shows the take, or a picture of it, in whichever thread."""
    continued = Turn.objects.filter(parent=take).values_list("pk", flat=True)
    attached = TurnInput.objects.filter(asset=take.asset_id).values_list("turn", flat=True)
    return _changes(Descent({take.asset_id}, {*continued, *attached}), take)


def _sources(turn: Turn) -> list[UUID]:
    sources = list(TurnInput.objects.filter(turn=turn).values_list("asset", flat=True))
    return [*sources, turn.parent.asset_id] if turn.parent else sources


def _keep_switches(assets: Collection[UUID]) -> None:
    """A cut of a take that staff had switched off by itself stays so when the take is released."""
    alone = Asset.objects.filter(pk__in=assets, held=True, held_with=None)
    rows = [Hold(asset_id=each, by=HeldBy.STAFF, at=timezone.now()) for each in alone.values_list("pk", flat=True)]
    Hold.objects.bulk_create(rows)


def _follow(found: Descent) -> None:
    _write(found.assets)
    for thread in Thread.objects.filter(pk__in=found.threads):
        choose_poster(thread)


def _write(assets: Collection[UUID]) -> None:
    """Takes and files say what the strongest of their rows says. Few statements, for most of them say the same."""
    strongest: dict[UUID, Hold] = {}
    rows = Hold.objects.filter(asset__in=assets)
    for row in sorted(rows, key=lambda each: (STRENGTH.index(HeldBy(each.by)), each.at)):
        strongest.setdefault(row.asset_id, row)
    alike: dict[tuple[str, str, datetime], list[UUID]] = defaultdict(list)
    for asset, row in strongest.items():
        alike[row.by, row.reason, row.at].append(asset)
    for (by, reason, at), group in alike.items():
        Take.objects.filter(asset__in=group).update(held_at=at, held_by=by, held_reason=reason)
    Asset.objects.filter(pk__in=strongest.keys(), held=False).update(held=True)
    free = set(assets) - strongest.keys()
    Take.objects.filter(asset__in=free).update(held_at=None, held_by="", held_reason="")
    Asset.objects.filter(pk__in=free, held=True).update(held=False)


def _reread(take: Take) -> None:
    take.refresh_from_db(fields=["held_at", "held_by", "held_reason"])
    take.asset.held = take.held_at is not None


def _changes(found: Descent, take: Take) -> list[Change]:
    """One for each turn that shows any of it, as a take or as what it was made from, and one for each library."""
    made = Take.objects.filter(asset__in=found.assets).values_list("turn", flat=True)
    rows = Turn.objects.filter(pk__in=found.turns.union(made)).order_by("thread", "number")
    turns = list(rows.values_list("pk", "thread_id", "thread__team_id"))
    return [*_of_turns(turns, take), *_of_libraries(turns)]


def _of_turns(turns: Iterable[tuple[UUID, UUID, UUID]], take: Take) -> Iterable[Change]:
    for turn, thread, _team in turns:
        yield f"thread-{thread}", "take.changed", {"turn": str(turn), "take": str(take.pk)}


def _of_libraries(turns: Iterable[tuple[UUID, UUID, UUID]]) -> Iterable[Change]:
    for thread, team in {thread: team for _turn, thread, team in turns}.items():
        yield f"team-{team}", "thread.changed", {"thread": str(thread)}
