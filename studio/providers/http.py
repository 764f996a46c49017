"""Calling vendors: one client per process, waits between tries, answers read up to a limit.

Keys travel in headers, so no address that anybody logs holds one.
"""

import json
import logging
import math
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

import httpx
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.providers.errors import BadAnswer, FailureCode, NeverSent, Refused, Unreachable

logger = logging.getLogger(__name__)
TIMEOUT = httpx.Timeout(20, connect=8)
UPLOAD_TIMEOUT = httpx.Timeout(120, connect=8)
TRIES = 3
FIRST_WAIT = 0.5  # s, doubled by each try, up to half as much again by chance
LONGEST_WAIT = 8.0
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 64  # of objects and lists inside each other
LONGEST_ANSWER = 8 * 1024 * 1024
LONGEST_READ = 30.0  # s: a vendor that drips keeps each single read within its timeout


@dataclass(frozen=True)
class Answer:
    """`body` is the JSON that came, None where it was none."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def object(self) -> dict[str, Any]:
        """The body as a JSON object. Raises BadAnswer."""
        if not isinstance(self.body, dict):
            raise BadAnswer(_("The answer could not be understood: it is no JSON object (HTTP %d).") % self.status)
        return self.body


def call(
    method: str,
    url: str,
    *,
    key: str,
    json_body: Any = None,
    headers: Mapping[str, str] | None = None,
    files: Any = None,
    data: Mapping[str, str] | None = None,
    content: bytes | IO[bytes] | None = None,
    key_header: str = "",
    repeatable: bool = True,
) -> Answer:
    """One request, with `key` as the bearer, or alone in `key_header`. `repeatable`: it may be sent again where no
    good answer came.

    `content` is sent as it is; an open file is read once, so such a request is not `repeatable`.
    Any status is an answer. Raises NeverSent, Unreachable, BadAnswer, or Refused for an address that is not allowed.
    """
    check_address(url)
    sent: dict[str, Any] = {"headers": {"Accept": "application/json", **_bearing(key, key_header), **(headers or {})}}
    if json_body is not None:
        # Characters travel as they are: a prompt in Chinese arrives byte for byte.
        sent["content"] = json.dumps(json_body, ensure_ascii=False, separators=(",", ":")).encode()
        sent["headers"]["Content-Type"] = "application/json"
    if files is not None:
        sent |= {"files": files, "data": data or {}, "timeout": UPLOAD_TIMEOUT}
    if content is not None:
        sent |= {"content": content, "timeout": UPLOAD_TIMEOUT}
    for tried in range(1, TRIES + 1):
        last = tried == TRIES or not repeatable
        try:
            answer = _once(method, url, sent)
        except (NeverSent, Unreachable) as error:
            # Where nothing was sent another try is harmless, whatever the request.
            if last and not (isinstance(error, NeverSent) and tried < TRIES):
                raise
            logger.info("%s %s: %s; tried %d of %d", method, urlsplit(url).netloc, type(error).__name__, tried, TRIES)
            time.sleep(_wait(tried))
            continue
        if answer.status not in AGAIN or last:
            return answer
        logger.info("%s %s: HTTP %d; tried %d of %d", method, urlsplit(url).netloc, answer.status, tried, TRIES)
        time.sleep(_wait(tried, answer.headers.get("retry-after", "")))
    raise AssertionError("unreachable")


def check_address(url: str) -> None:
    """Vendors are spoken to by TLS. Raises Refused; a stand-in on a private address has to be allowed by name."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme, parts.netloc) in settings.PRIVATE_ORIGINS:
        return
    raise Refused(_("The address set for this provider is not https. Whoever runs this studio must correct it."))


def taken_apart(url: str) -> SplitResult | None:
    """An address that a vendor named; None where it is none: "https://[x"."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _bearing(key: str, key_header: str) -> dict[str, str]:
    """The header that carries the key; none where there is no key. Raises Refused."""
    if not key:
        return {}
    if not (key.isascii() and key.isprintable()) or key != key.strip():
        # The client's own complaint about such a header would quote it.
        sentence = _("The key that is set for this provider holds a blank, a line break or a letter no key has.")
        raise Refused(sentence, FailureCode.UNAUTHORISED)
    return {key_header: key} if key_header else {"Authorization": f"Bearer {key}"}


@cache
def _client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, headers={"User-Agent": "Retake"})


def _once(method: str, url: str, sent: dict[str, Any]) -> Answer:
    try:
        with _client().stream(method, url, **sent) as response:
            body, began = bytearray(), time.monotonic()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LONGEST_ANSWER:
                    raise BadAnswer(_("The answer is longer than any that is known."))
                if time.monotonic() - began > LONGEST_READ:
                    raise Unreachable(_("The answer did not come to its end."))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NeverSent(_("No connection came about.")) from error
    except httpx.HTTPError as error:
        raise Unreachable(_("The connection broke off before an answer came.")) from error
    return Answer(response.status_code, _read(bytes(body)), {k.lower(): v for k, v in response.headers.items()})


def _read(body: bytes) -> Any:
    try:
        return _storable(json.loads(body, parse_constant=lambda name: None)) if body else None
    except (ValueError, RecursionError):
        return None


def _storable(value: Any, depth: int = DEEPEST) -> Any:
    """Without what no database keeps (NUL, halves of characters, 1e999, which Python reads as infinite) or what has no
    bottom."""
    if isinstance(value, str):
        return NOT_STORABLE.sub("", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_storable(each, depth - 1) for each in value] if depth else None
    if isinstance(value, dict):
        return {_storable(key): _storable(each, depth - 1) for key, each in value.items()} if depth else None
    return value


def _wait(tried: int, retry_after: str = "") -> float:
    """Seconds until the next try: what the vendor asks for where it is not long, else doubling with chance."""
    own = FIRST_WAIT * 2 ** (tried - 1) * random.uniform(1, 1.5)
    return float(min(max(_seconds(retry_after), own), LONGEST_WAIT))


def _seconds(retry_after: str) -> float:
    """Of a Retry-After header, in either of its forms; 0 where there is none."""
    try:
        seconds = float(retry_after)
        return seconds if seconds > 0 else 0.0  # float() also reads "nan", which is not
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(retry_after) - timezone.now()).total_seconds()
    except (ValueError, TypeError):
        return 0.0
