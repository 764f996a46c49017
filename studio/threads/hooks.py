"""Where vendors can reach this studio: for telling us that something moved, and for fetching what we send them."""

import hmac
import ipaddress
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare

LONGEST = 2048  # characters, by EvoLink's rules for callbacks
LOCAL_NAMES = (".local", ".internal", ".lan", ".localhost", ".home.arpa")


def address(provider: str) -> str:
    """The webhook address of `provider`; empty where it needs none or could not reach us, so that we only ask."""
    if provider == "local":
        return ""
    found = reachable(reverse("threads:hook", args=[provider, secret(provider)]))
    return found if len(found) <= LONGEST else ""


def may_call(provider: str) -> bool:
    """Whether `provider` has such an address. Asked by the watcher, which for that need not load all pages."""
    return provider != "local" and bool(reachable("/"))


def secret(provider: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"hook {provider}".encode(), sha256).hexdigest()[:40]


def is_secret(provider: str, given: str) -> bool:
    return constant_time_compare(given, secret(provider))


def has_address() -> bool:
    """Whether vendors can fetch files from us."""
    return bool(reachable("/"))


def reachable(path: str) -> str:
    """`path` under our public https address; empty where there is none that the world can reach."""
    if not path or not settings.PUBLIC_URL:
        return ""
    parts = urlsplit(settings.PUBLIC_URL)
    if (parts.scheme, parts.netloc) in settings.PRIVATE_ORIGINS:
        return settings.PUBLIC_URL + path
    return settings.PUBLIC_URL + path if parts.scheme == "https" and is_public(parts.hostname or "") else ""


def is_public(host: str) -> bool:
    """Whether a name or number can be one that the world reaches."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        name = host.rstrip(".")
        return "." in name and not name.endswith(LOCAL_NAMES)
