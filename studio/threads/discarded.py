"""What lies in a team's trash beside whole threads: turns, takes and uploads, each with its way back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from studio.accounts.models import Team
from studio.media.models import Asset, Kind
from studio.threads.cards import Media, label_of
from studio.threads.models import Take, Turn
from studio.threads.shelf import ago

SHOWN = 60


@dataclass(frozen=True)
class Discarded:
    """`where` is the thread it belongs to, or what an upload is. `in_place`: taken back without leaving the page."""

    name: str
    where: str
    at: datetime
    when: str
    media: Media | None
    restore_url: str
    in_place: bool = False


def discarded(team: Team, words: str, now: datetime) -> list[Discarded]:
    """The newest first. `words`: only what holds them all in its prompt, its thread's title or its own."""
    found = [*_turns(team, now), *_takes(team, now), *_uploads(team, now)]
    wanted = words.casefold().split()
    kept = (each for each in found if all(word in f"{each.name} {each.where}".casefold() for word in wanted))
    return sorted(kept, key=lambda each: each.at, reverse=True)[:SHOWN]


def _turns(team: Team, now: datetime) -> Iterator[Discarded]:
    rows = Turn.objects.filter(thread__team=team, thread__trashed_at=None, trashed_at__isnull=False)
    for turn in rows.select_related("thread").order_by("-trashed_at")[:SHOWN]:
        if turn.trashed_at:
            name = _("Turn %(number)d: %(prompt)s") % {"number": turn.number, "prompt": turn.prompt}
            url = reverse("threads:turn-restore", args=[turn.pk])
            yield Discarded(name, str(turn.thread), turn.trashed_at, ago(turn.trashed_at, now), None, url)


def _takes(team: Team, now: datetime) -> Iterator[Discarded]:
    rows = Take.objects.filter(turn__thread__team=team, turn__thread__trashed_at=None, turn__trashed_at=None)
    rows = rows.filter(trashed_at__isnull=False, asset__purged_at=None).select_related("turn__thread", "asset")
    for take in rows.prefetch_related("asset__derived").order_by("-trashed_at")[:SHOWN]:
        if take.trashed_at:
            url = reverse("threads:take-restore", args=[take.pk])
            name, where = f"{label_of(take.turn.number, take.number)}: {take.turn.prompt}", str(take.turn.thread)
            yield Discarded(name, where, take.trashed_at, ago(take.trashed_at, now), Media.of(take.asset), url)


def _uploads(team: Team, now: datetime) -> Iterator[Discarded]:
    rows = Asset.objects.filter(team=team, kind__in=(Kind.SOURCE, Kind.REFERENCE), purged_at=None)
    for asset in rows.filter(trashed_at__isnull=False).prefetch_related("derived").order_by("-trashed_at")[:SHOWN]:
        if asset.trashed_at:
            where = _("uploaded clip") if asset.is_video else _("uploaded photo")
            url = reverse("media:asset-restore", args=[asset.pk])
            when = ago(asset.trashed_at, now)
            yield Discarded(asset.title or where, where, asset.trashed_at, when, Media.of(asset), url, in_place=True)
