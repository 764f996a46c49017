"""`python -m tests.servers.google`: the server by hand, until Ctrl-C."""

import argparse
import contextlib
import threading

from tests.servers.google.app import GoogleServer
from tests.servers.google.wire import KEY


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.google", description="Google's API on loopback")
    parser.add_argument("--port", type=int, default=9103)
    parser.add_argument("--seconds", type=float, default=5, help="how long an interaction takes")
    parser.add_argument("--key", action="append", help=f"an API key that is accepted (default: {KEY})")
    parser.add_argument("--fault", action="append", default=[], help="misbehave once; may be given several times")
    options = parser.parse_args()
    keys = options.key or [KEY]
    server = GoogleServer(seconds=options.seconds, keys=keys, port=options.port)
    for name in options.fault:
        server.faults.order(name)
    with server, contextlib.suppress(KeyboardInterrupt):
        print(f"{server.url} for the key {', '.join(keys)}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
