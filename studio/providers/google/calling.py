"""How Google is spoken to: addresses, the key's header, and reading answers whose types may be wrong."""

from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from studio.providers import http
from studio.providers.http import Answer

KEY_HEADER = "x-goog-api-key"
MOST_TOKENS = 100_000_000  # a thousand times what a long film in 4K takes
REVISION = {"Api-Revision": "2026-05-20"}  # of the Interactions API; it decides that answers come as `steps`


def base() -> str:
    return str(settings.PROVIDER_URLS["google"])


def is_own(url: str) -> bool:
    """Whether an address is Google's API's own: only there may the key go."""
    parts = http.taken_apart(url)
    return parts is not None and parts[:2] == urlsplit(base())[:2]


def ask(method: str, path: str, key: str, **more: Any) -> Answer:
    """A request under the API's address, with the key; `more` as in http.call."""
    return http.call(method, f"{base()}/{path}", key=key, key_header=KEY_HEADER, **more)


def interactions(method: str, key: str, reference: str = "", verb: str = "", **more: Any) -> Answer:
    """A request to the Interactions API: about one of them, or to make one where `reference` is empty."""
    parts = ["v1beta/interactions", *(quote(each, safe="") for each in (reference, verb) if each)]
    return ask(method, "/".join(parts), key, headers=REVISION, **more)


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, and nothing else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def count(value: Any) -> int | None:
    """A number of tokens; None where none is said, or one that cannot be."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value <= MOST_TOKENS else None
