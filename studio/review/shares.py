"""What a share link opens, and as long as what. Nothing secret is stored: its address is the id and epoch, signed."""

import re
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.core.signing import Signer
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from studio.media.models import Asset, Kind
from studio.review.models import ShareLink
from studio.threads.models import Take, Turn

SHOWN_KINDS = (Kind.POSTER, Kind.FILMSTRIP, Kind.RENDITION)
TOKEN = re.compile(r"(?P<said>(?P<id>[\w-]{22})\.(?P<epoch>[0-9]{1,9}))\.(?P<signature>[\w-]{43})", re.ASCII)


class ShareClosed(Exception):
    """A link opens nothing (any more). `str()` says why, for a guest; `status` is the answer's."""

    def __init__(self, sentence: str, status: int = 410) -> None:
        super().__init__(sentence)
        self.status = status


def token_of(link: ShareLink) -> str:
    said = f"{short(link.pk)}.{link.epoch}"
    return f"{said}.{_signature(said)}"


def path_of(link: ShareLink) -> str:
    return reverse("review:share-open", args=[token_of(link)])


def short(id: UUID) -> str:
    return urlsafe_b64encode(id.bytes).decode().rstrip("=")


def find(token: str) -> ShareLink:
    """The link of an address, as long as it opens something. Raises ShareClosed with the reason."""
    match = TOKEN.fullmatch(token)
    if match is None or not constant_time_compare(match["signature"], _signature(match["said"])):
        raise ShareClosed(
            _("This address is not known here. Perhaps a part of it got lost; copy the whole of it once more."), 404
        )
    rows = ShareLink.objects.select_related("thread__team", "take__turn", "take__asset")
    link = rows.filter(pk=uuid.UUID(bytes=urlsafe_b64decode(match["id"] + "=="))).first()
    _ensure_open(link, int(match["epoch"]))
    assert link is not None  # noqa: S101 _ensure_open has raised otherwise
    return link


def _ensure_open(link: ShareLink | None, epoch: int) -> None:
    if link is None or link.removed_at:
        raise ShareClosed(
            _("This link was removed by the team that made it. Ask whoever sent it to you for a new one.")
        )
    if not link.is_on:
        raise ShareClosed(_("This link was switched off by the team that made it. Ask whoever sent it to you."))
    if link.epoch != epoch:
        raise ShareClosed(
            _("This link was switched off meanwhile and has a new address now. Ask whoever sent it to you.")
        )
    if link.expires_at and link.expires_at <= timezone.now():
        sentence = _("This link was good until the end of %(day)s. Ask whoever sent it to you for a new one.")
        raise ShareClosed(sentence % {"day": date_format(link.last_day or link.expires_at, "DATE_FORMAT")})
    if link.thread.trashed_at or (link.take_id and not takes_of(link).exists()):
        raise ShareClosed(
            _("What this link showed is not here at the moment: it was deleted or is held back for a check.")
        )


def takes_of(link: ShareLink) -> QuerySet[Take]:
    """What it shows, oldest first: the one take, or all of the thread; nothing that is in the trash or held back."""
    rows = Take.objects.filter(
        turn__thread=link.thread_id,
        turn__thread__trashed_at=None,
        turn__trashed_at=None,
        trashed_at=None,
        held_at=None,
        asset__held=False,
        asset__purged_at=None,
    )
    if link.take_id:
        rows = rows.filter(pk=link.take_id)
    return rows.order_by("turn__number", "number")


def file_of(link: ShareLink, asset_id: UUID) -> Asset | None:
    """A file that guests of the link may have: of a take that it shows, or a picture or rendition of one."""
    shown = takes_of(link).order_by()
    within = Q(take__in=shown) | Q(origin__take__in=shown, kind__in=SHOWN_KINDS)
    return Asset.objects.filter(within, pk=asset_id, held=False, purged_at=None).exclude(file="").first()


def _signature(said: str) -> str:
    return Signer(salt="studio.review.share").signature(said)


def title_of(link: ShareLink) -> str:
    """The thread's name, unless it is the beginning of a prompt that the link does not show."""
    title = str(link.thread)
    if link.shows_prompts:
        return title
    start = title.removesuffix(" …").casefold()
    prompts = Turn.objects.filter(thread=link.thread_id).values_list("prompt", flat=True)
    return (
        _("Shared with you") if any(" ".join(each.split()).casefold().startswith(start) for each in prompts) else title
    )
