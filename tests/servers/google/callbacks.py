"""Webhooks of one request (Gemini API, webhooks): a thin message when it is over, again until a 2xx answers it.

Google signs them with a key of its own, which nobody here has: ours are unsigned.
"""

import secrets
import threading
import time
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.servers.google.work import Interaction

WAITS = (0.2, 0.4, 0.8)
"""Seconds between tries. Google's grow for a day."""
EVENTS = {"completed": "interaction.completed", "cancelled": "interaction.cancelled"} | {
    "requires_action": "interaction.requires_action"
}


def promise(made: Interaction, times: int) -> None:
    """Calls the webhooks of `made`, `times` times each, once it is over."""
    threading.Thread(target=_keep, args=(made, times), daemon=True).start()


def message(made: Interaction) -> dict[str, Any]:
    event = EVENTS.get(made.status, "interaction.failed")
    data = {"id": made.id}
    if event == "interaction.failed":
        data |= {"error_code": "internal", "error_message": "something broke"}
    stamp = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"type": event, "version": "v1", "timestamp": stamp, "data": data}


def _keep(made: Interaction, times: int) -> None:
    while not made.is_over:
        if made.ends == float("inf"):
            return
        time.sleep(0.01)
    for uri in made.wanted.webhooks:
        for _ in range(times):
            _deliver(uri, message(made))


def _deliver(uri: str, body: dict[str, Any]) -> None:
    headers = {"webhook-id": f"msg_{secrets.token_hex(8)}", "webhook-timestamp": str(int(time.time()))}
    for wait in (0.0, *WAITS):
        time.sleep(wait)
        try:
            if httpx.post(uri, json=body, headers=headers, timeout=10).is_success:
                return
        except httpx.HTTPError:
            continue
