"""Secrets at rest: encrypted under the studio's own key, told apart by a fingerprint, blotted out elsewhere."""

import base64
import hashlib
import hmac
import re

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

BLOT = "•••"
# Where a vendor gives a request back, or quotes it in a complaint.
_NAMED = re.compile(r'("uploadEndpoint"\s*:\s*)"(?:[^"\\]|\\.)*"?')
_QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]*")


class Unreadable(Exception):
    """It was sealed under another STUDIO_ENCRYPTION_KEY."""


def seal(text: str) -> bytes:
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """Raises Unreadable."""
    try:
        return _fernet().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise Unreadable from error


def fingerprint(text: str) -> str:
    """The same for the same text, and of no use to anybody without the studio's key."""
    return hmac.new(settings.ENCRYPTION_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def blotted(text: str) -> str:
    """JSON text without the upload addresses that it gives back."""
    return _NAMED.sub(rf'\1"{BLOT}"', text)


def unsigned(sentence: str) -> str:
    """A sentence whose addresses have lost what follows their path: that is where signatures stand."""
    return _QUERY.sub(rf"\1?{BLOT}", sentence)


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.ENCRYPTION_KEY.encode()).digest()))
