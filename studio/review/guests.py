"""Who comes by a share link. A signed cookie, one per link, says that the password was given and which name.

It names the link and its epoch: it opens no other link, and nothing once the link was switched off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core import signing
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.media import addresses
from studio.media.addresses import Urls
from studio.media.models import Asset
from studio.review import shares
from studio.review.models import Guest, ShareLink
from studio.review.viewers import Links, Viewer
from studio.threads.reading import one_line

SALT = "studio.review.guest"
KEEP_SECONDS = 60 * 60 * 24 * 90
LONGEST_NAME = 80


@dataclass(frozen=True)
class Pass:
    """What a browser has shown for a link. `guest`: who gave a name. `from_another`: its cookie was not made for it."""

    link: ShareLink
    was_let_in: bool = False
    guest: Guest | None = None
    from_another: bool = False

    @property
    def missing(self) -> str:
        """password, name, or nothing any more."""
        if self.link.password and not self.was_let_in:
            return "password"
        return "name" if self.link.may_note and self.guest is None else ""


def pass_of(link: ShareLink, cookies: Mapping[str, str]) -> Pass:
    written = cookies.get(cookie_name(link), "")
    if not written:
        return Pass(link)
    try:
        said: dict[str, Any] = signing.loads(written, salt=SALT, max_age=KEEP_SECONDS)
    except signing.BadSignature:
        return Pass(link, from_another=True)
    if said["link"] != str(link.pk) or said["epoch"] != link.epoch:
        return Pass(link, from_another=True)
    guest = Guest.objects.filter(pk=said["guest"], link=link).first() if said["guest"] else None
    return Pass(link, was_let_in=True, guest=guest)


def let_in(response: HttpResponseBase, link: ShareLink, guest: Guest | None = None) -> None:
    """For the link's pages and its socket alone."""
    said = {"link": str(link.pk), "epoch": link.epoch, "guest": str(guest.pk) if guest else ""}
    value, token = signing.dumps(said, salt=SALT), shares.token_of(link)
    secure = bool(settings.SESSION_COOKIE_SECURE)
    path = shares.path_of(link)
    response.set_cookie(cookie_name(link), value, KEEP_SECONDS, path=path, httponly=True, samesite="Lax", secure=secure)
    # A response holds one cookie of a name: the socket's, which has another path, goes by a name of its own.
    response.set_cookie(
        f"{cookie_name(link)}-live",
        value,
        KEEP_SECONDS,
        path=f"/ws/share/{token}/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def cookie_name(link: ShareLink) -> str:
    return f"share-{shares.short(link.pk)}"


def for_the_socket(link: ShareLink, cookies: Mapping[str, str]) -> Pass:
    return pass_of(link, {cookie_name(link): cookies.get(f"{cookie_name(link)}-live", "")})


def welcome(link: ShareLink, name: str) -> Guest:
    """`name` has been cleaned."""
    return Guest.objects.create(link=link, name=name, seen_at=timezone.now())


def was_here(held: Pass) -> None:
    """When a link was opened last, and when a guest was seen; not more than once a minute."""
    now = timezone.now()
    soon = now - timedelta(minutes=1)
    if held.link.opened_at is None or held.link.opened_at < soon:
        ShareLink.objects.filter(pk=held.link.pk).update(opened_at=now)
    if held.guest and (held.guest.seen_at is None or held.guest.seen_at < soon):
        Guest.objects.filter(pk=held.guest.pk).update(seen_at=now)


def viewer_of_guest(held: Pass) -> Viewer:
    """For the pages and fragments that members use too: without prices, internal notes, decisions."""
    link, token = held.link, shares.token_of(held.link)
    return Viewer(
        name=held.guest.name if held.guest else _("Guest"),
        guest=held.guest,
        may_note=link.may_note and held.guest is not None,
        sees_prompts=link.shows_prompts,
        may_download=link.may_download,
        sign=partial(_urls, token),
        links=Links("review:share-", (token,)),
    )


def media_path(token: str, asset: Asset) -> str:
    return reverse("review:share-media", args=[token, asset.pk, addresses.file_name(asset)])


def _urls(token: str, asset: Asset) -> Urls:
    return addresses.urls(asset, address=partial(media_path, token))


def name_of(text: str) -> str:
    return one_line(text)[:LONGEST_NAME]
