"""The one way to Runware: a POST of a list of tasks (Runware documentation, authentication)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from studio.providers import http
from studio.providers.http import Answer


def post(tasks: Sequence[dict[str, Any]], key: str) -> Answer:
    """Sent again where no good answer comes: a name is taken once, so nothing is done twice. Raises ProviderError."""
    return http.call("POST", settings.PROVIDER_URLS["runware"], key=key, json_body=list(tasks), repeatable=True)
