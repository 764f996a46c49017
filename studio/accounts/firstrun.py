"""The first account. Until it exists anybody who reaches the page could take the studio, so whoever comes over the
network proves with a one-time code that they can read the machine's log."""

import ipaddress
import os
import secrets
import tempfile
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

from studio.accounts.models import User

# No letters or digits that are mistaken for each other when read aloud or typed.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
FORWARDING_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def is_open() -> bool:
    """True until the first account exists."""
    return not User.objects.exists()


def code() -> str:
    """The one-time code, such as `K7QF-2MXD`; made on first use, kept in the data folder, readable by its owner."""
    path = _path()
    if not path.exists():
        fresh = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(2))
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".first-", delete=False) as file:
            file.write(fresh)
        try:
            # A link appears whole or not at all, so two starting processes agree on one code.
            os.link(file.name, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(file.name)
    return path.read_text().strip()


def matches(given: str) -> bool:
    return secrets.compare_digest(_plain(given), _plain(code()))


def used() -> None:
    """Forget the code: sign-up has closed."""
    _path().unlink(missing_ok=True)


def needed(request: HttpRequest) -> bool:
    """Whether this visitor must give the code: true unless they sit at this very machine."""
    return not _is_local(request)


def _is_local(request: HttpRequest) -> bool:
    if settings.PUBLIC_URL or settings.TRUST_PROXY or settings.FURTHER_HOSTS:
        return False  # meant to be reached from elsewhere: loopback may then be a proxy that says nothing of whom
    if any(request.META.get(header) for header in FORWARDING_HEADERS):
        return False
    host = split_domain_port(request.get_host())[0].strip("[]")
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def _path() -> Path:
    return Path(settings.DATA_DIR) / "first-account-code"


def _plain(value: str) -> bytes:
    return "".join(letter for letter in value.upper() if letter.isalnum()).encode()
