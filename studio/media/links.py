"""Fetching what a person or a vendor linked to, from the public internet alone.

Each hop is resolved once, checked, and connected to at that very address: a name that answers differently the second
time (DNS rebinding), a redirect into the house and an address in disguise all end here.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from studio.media.disk import ensure_room

Origin = tuple[str, str]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]

MAX_REDIRECTS = 5
TIMEOUT = httpx.Timeout(10)
HEADERS = {"User-Agent": "Retake", "Accept": "video/*, image/*, */*;q=0.5", "Accept-Encoding": "identity"}
# Wrapped IPv4 addresses, which whoever routes them would unwrap, and special blocks that older Pythons call global.
NEVER_SIX = ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", "3fff::/20", "5f00::/16", "100::/64")
NEVER_FOUR = ("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10")
NEVER = [ipaddress.ip_network(block) for block in (*NEVER_SIX, *NEVER_FOUR)]


class LinkRefused(Exception):
    """The link cannot be fetched. `str()` is a sentence for people."""


@dataclass(frozen=True)
class Fetched:
    """`name` is the last part of the address, for the title."""

    path: Path
    size: int
    name: str


def is_public(address: Address, allowed: Networks = ()) -> bool:
    """Or in one of the networks that are `allowed` although they are private."""
    if any(address in network for network in allowed if network.version == address.version):
        return True
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return is_public(address.ipv4_mapped, allowed)
    if any(address in network for network in NEVER if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def allowed_networks() -> Networks:
    """For what people link to. What a vendor links to never gets there: only people are trusted with them."""
    return [ipaddress.ip_network(network) for network in settings.LINK_ALLOWED_NETWORKS]


def resolve(host: str, port: int, allowed: Networks = ()) -> str:
    """One public or `allowed` address of `host`. If any of its addresses is neither, none is used."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise LinkRefused(_("No server called “%(host)s” was found. Check the link.") % {"host": host}) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses or not all(is_public(ipaddress.ip_address(address), allowed) for address in addresses):
        raise LinkRefused(
            _("That link leads to a private address, which is never fetched. Upload the file itself instead.")
        )
    return addresses[0]


def check_url(url: str) -> httpx.URL:
    """The parsed link. Raises LinkRefused for anything but a plain http(s) address."""
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise LinkRefused(_("That is not a web address. It has to start with http:// or https://.")) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise LinkRefused(_("That is not a web address. It has to start with http:// or https://."))
    if parsed.userinfo:
        raise LinkRefused(_("Links that carry a name and password are not fetched. Upload the file itself instead."))
    return parsed


def origin_of(url: httpx.URL) -> Origin:
    return url.scheme, url.netloc.decode()


class Deadline:
    """Cuts every connection when time is over: a server that drips keeps each single read within its own timeout."""

    def __init__(self) -> None:
        self.is_over = False
        self.lock = threading.Lock()
        self.sockets: list[socket.socket] = []

    @classmethod
    @contextmanager
    def in_seconds(cls, seconds: float) -> Iterator["Deadline"]:
        deadline = cls()
        timer = threading.Timer(seconds, deadline.cut)
        timer.daemon = True
        timer.start()
        try:
            yield deadline
        finally:
            timer.cancel()
            with deadline.lock:
                while deadline.sockets:
                    deadline.sockets.pop().close()

    def cut(self) -> None:
        with self.lock:
            self.is_over = True
            for each in self.sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def check(self) -> None:
        if self.is_over:
            raise LinkRefused(_("Fetching that link took too long. Upload the file itself instead."))

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Told by httpx what it does. A duplicate of the socket still works after TLS has taken the first one over."""
        if event != "connection.connect_tcp.complete":
            return
        with self.lock:
            self.sockets.append(info["return_value"].get_extra_info("socket").dup())
        if self.is_over:
            self.cut()


class PublicTransport(httpx.BaseTransport):
    """Connects to the address that was checked, while certificate and Host header keep the name."""

    def __init__(
        self,
        deadline: Deadline,
        private: Collection[Origin] = (),
        allowed: Networks = (),
        secret: tuple[Origin, Mapping[str, str]] | None = None,
    ) -> None:
        self.inner = httpx.HTTPTransport(trust_env=False)
        self.deadline = deadline
        self.private = private
        self.allowed = allowed
        self.secret = secret

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.deadline.check()
        url = check_url(str(request.url))
        address, origin = url.host, origin_of(url)
        headers = request.headers.copy()
        if self.secret and origin == self.secret[0]:
            headers.update(self.secret[1])
        if origin not in self.private:
            address = resolve(url.host, url.port or (443 if url.scheme == "https" else 80), self.allowed)
        pinned = httpx.Request(
            request.method,
            url.copy_with(host=address),
            headers=headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host, "trace": self.deadline.watch},
        )
        return self.inner.handle_request(pinned)

    def close(self) -> None:
        self.inner.close()


def download(
    url: str,
    target: Path,
    *,
    max_bytes: int,
    max_seconds: float,
    on_progress: Callable[[float], None] = lambda share: None,
    private: Collection[Origin] = (),
    allowed: Networks = (),
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Stream `url` into `target`. Raises LinkRefused or DiskFull; `on_progress` gets 0 to 1 where the size is known.

    `private` names origins, as (scheme, host:port), and `allowed` networks that may be fetched from although they are
    private. `headers` may hold a key: they go to the origin of `url` alone, wherever that leads.
    """
    secret = (origin_of(check_url(url)), headers or {})
    with Deadline.in_seconds(max_seconds) as deadline:
        try:
            return fetch(url, target, max_bytes, PublicTransport(deadline, private, allowed, secret), on_progress)
        except LinkRefused:
            deadline.check()
            raise


def fetch(
    url: str, target: Path, max_bytes: int, transport: PublicTransport, on_progress: Callable[[float], None]
) -> Fetched:
    try:
        with (
            httpx.Client(
                transport=transport,
                timeout=TIMEOUT,
                headers=HEADERS,
                follow_redirects=True,
                max_redirects=MAX_REDIRECTS,
                trust_env=False,
            ) as client,
            client.stream("GET", url) as response,
        ):
            total = check_response(response, max_bytes)
            size = receive(
                response, target, total=total, max_bytes=max_bytes, deadline=transport.deadline, tell=on_progress
            )
            return Fetched(target, size, unquote(response.url.path.rpartition("/")[2])[:200])
    except httpx.TooManyRedirects as error:
        raise LinkRefused(_("That link leads round in circles. Upload the file itself instead.")) from error
    except httpx.TimeoutException as error:
        raise LinkRefused(_("The server behind that link did not answer in time. Try again later.")) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise LinkRefused(
            _("The server behind that link could not be reached, or broke off. Try again, or upload the file itself.")
        ) from error


def check_response(response: httpx.Response, max_bytes: int) -> int:
    """Bytes that are promised, 0 where it is not said."""
    if response.status_code != 200:
        raise LinkRefused(
            _("The server behind that link answered %(status)s instead of a file.") % {"status": response.status_code}
        )
    if response.headers.get("content-type", "").partition(";")[0].strip().lower() in ("text/html", "text/plain"):
        raise LinkRefused(_("That link opens a page, not a video or photo. Use the link of the file itself."))
    if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise LinkRefused(_("The server behind that link packs its files in a way that is not read here."))
    length = response.headers.get("content-length", "")
    total = int(length) if length.isascii() and length.isdigit() else 0
    if total > max_bytes:
        raise too_large(max_bytes)
    ensure_room(total)
    return total


def receive(
    response: httpx.Response,
    target: Path,
    *,
    total: int,
    max_bytes: int,
    deadline: Deadline,
    tell: Callable[[float], None],
) -> int:
    size = 0
    with target.open("wb") as file:
        for chunk in response.iter_raw():  # as it comes: a chunk of a given size would wait until it is full
            size += len(chunk)
            if size > max_bytes:
                raise too_large(max_bytes)
            deadline.check()
            if size // (16 * 1024 * 1024) != (size - len(chunk)) // (16 * 1024 * 1024):
                ensure_room()
            file.write(chunk)
            if total:
                tell(min(1.0, size / total))
    deadline.check()  # a connection that was cut can look like the end of the file
    return size


def too_large(max_bytes: int) -> LinkRefused:
    return LinkRefused(
        _("The file behind that link is larger than the %(limit)s MB that are taken.")
        % {"limit": max_bytes // (1024 * 1024)}
    )
