"""Does the web process answer? Asked with a bare socket: the supervisor stays small."""

import socket
from typing import Any

QUESTION = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def answers(address: Any, timeout: float) -> bool:
    """True when `/healthz` at a listening socket's own address says 200 within `timeout` seconds."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0])  # noqa: S104
    try:
        with socket.create_connection((host, address[1]), timeout) as connection:
            connection.sendall(QUESTION)
            return b" 200 " in connection.recv(64)
    except OSError:
        return False
