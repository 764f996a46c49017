"""What people ask for that takes a while: fetch a link, cut a clip. A row at once, the work by task."""

import math

from django.db import transaction
from django.utils.translation import gettext as _

from studio import queue
from studio.accounts.models import Team, User
from studio.media import links
from studio.media.disk import ensure_room
from studio.media.models import Asset, AssetStatus, Kind

SHORTEST_CUT = 0.2


class Unsuitable(Exception):
    """What was asked for cannot be done. `str()` is a sentence for people."""


def ask_for_link(url: str, *, team: Team, owner: User) -> Asset:
    """Have a link fetched. Raises LinkRefused at once where it can be seen that it will not do."""
    parsed = links.check_url(url[:2000])
    ensure_room()
    with transaction.atomic():
        asset = Asset.objects.create(
            team=team,
            owner=owner,
            kind=Kind.SOURCE,
            status=AssetStatus.RECEIVING,
            title=parsed.host[:200],
            asked={"link": str(parsed)},
        )
        queue.enqueue("studio.media.tasks.fetch_link", str(asset.id))
    return asset


def ask_for_trim(asset: Asset, start: float, end: float, *, owner: User) -> Asset:
    """Have `start` to `end` seconds of a clip cut out as a new source. The same cut asked for twice is one asset."""
    if not asset.is_video or not asset.is_ready or not asset.file:
        raise Unsuitable(_("Only a clip that has arrived can be trimmed."))
    if asset.held:
        raise Unsuitable(_("This clip is held back, so it cannot be trimmed."))
    if not math.isnan(start + end):
        start, end = round(max(0.0, start), 3), round(min(end, asset.duration), 3)
    if not end - start >= SHORTEST_CUT:
        raise Unsuitable(_("Choose at least %(seconds)s s of the clip.") % {"seconds": SHORTEST_CUT})
    ensure_room(asset.size)
    asked = {"trim": [start, end]}
    same = Asset.objects.filter(origin=asset, kind=Kind.SOURCE, asked=asked, trashed_at=None, purged_at=None)
    known = same.exclude(status=AssetStatus.REFUSED).first()
    if known:
        return known
    with transaction.atomic():
        cut = Asset.objects.create(
            team_id=asset.team_id,
            owner=owner,
            origin=asset,
            kind=Kind.SOURCE,
            status=AssetStatus.READING,
            title=asset.title,
            mime="video/mp4",
            asked=asked,
        )
        queue.enqueue("studio.media.tasks.make_trim", str(cut.id), lane="render")
    return cut
