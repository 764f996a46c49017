"""Addresses that storage has signed so that whoever has them may put one file there: are they usable, and how long?

They are secret as a whole. What is said of one is its host and how its path ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from studio.threads import hooks

LONGEST = 4096  # characters: with a session's token they are long
SHOWN = 8  # characters of the path's end, by which people tell two apart
STAMPS = (("X-Amz-Date", "X-Amz-Expires"), ("X-Goog-Date", "X-Goog-Expires"))


class Unusable(Exception):
    """`str()` of it is for people and holds nothing of the address."""


@dataclass(frozen=True)
class Presigned:
    """`expires_at` is None where the address does not say."""

    url: str
    host: str
    ending: str
    expires_at: datetime | None


def read(text: str) -> Presigned:
    """Raises Unusable."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _check(text, parts, host)
        expires_at = _expiry(parts.query)
    except ValueError:
        raise Unusable(_("this is no address")) from None
    if expires_at and expires_at <= timezone.now():
        raise Unusable(_("it has expired"))
    ending = parts.path[-SHOWN:] if len(parts.path) > 2 * SHOWN else ""
    return Presigned(text, host[:255], ending, expires_at)


def _check(text: str, parts: SplitResult, host: str) -> None:
    """Raises Unusable. A stand-in on a private address has to be allowed by name, as everywhere."""
    if (parts.scheme, parts.netloc) in settings.PRIVATE_ORIGINS:
        return
    if parts.scheme != "https" or not host:
        raise Unusable(_("it is no https address"))
    if len(text) > LONGEST or not (text.isascii() and text.isprintable()) or " " in text:
        raise Unusable(_("it is too long, or holds letters that no address has"))
    if parts.username is not None or parts.fragment:
        raise Unusable(_("an address with a name, a password or a # cannot be used"))
    if not hooks.is_public(host):
        raise Unusable(_("the provider cannot reach it from outside"))


def _expiry(query: str) -> datetime | None:
    """By the signatures of Amazon and Google, the older one of both, and that of Azure. Raises ValueError."""
    said = {name: values[0] for name, values in parse_qs(query).items()}
    for began, lives in STAMPS:
        if began in said and lives in said:
            start = datetime.strptime(said[began], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return start + timedelta(seconds=_whole(said, lives))
    if "Expires" in said:
        return datetime.fromtimestamp(_whole(said, "Expires"), UTC)
    end = parse_datetime(said["se"]) if "se" in said and "sig" in said else None
    return end.replace(tzinfo=end.tzinfo or UTC) if end else None


def _whole(said: Mapping[str, str], name: str) -> int:
    """Raises ValueError."""
    value = int(said[name])
    if not 0 <= value < 2**33:
        raise ValueError(name)
    return value
