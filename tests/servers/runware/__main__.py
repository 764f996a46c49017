"""`python -m tests.servers.runware`: the server by hand, until Ctrl-C."""

import argparse
import contextlib
import threading

from tests.servers.runware.app import KEY, RunwareServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.runware", description="Runware's API on loopback")
    parser.add_argument("--port", type=int, default=9101)
    parser.add_argument("--seconds", type=float, default=5, help="how long a job takes")
    parser.add_argument("--key", action="append", help=f"an API key that is accepted (default: {KEY})")
    parser.add_argument("--lax", action="store_true", help="accept unknown parameters, and bill them")
    parser.add_argument("--fault", action="append", default=[], help="misbehave once; may be given several times")
    options = parser.parse_args()
    keys = options.key or [KEY]
    server = RunwareServer(seconds=options.seconds, keys=keys, strict=not options.lax, port=options.port)
    for name in options.fault:
        server.faults.order(name)
    with server, contextlib.suppress(KeyboardInterrupt):
        print(f"{server.url}/v1 and {server.socket_url} for the key {', '.join(keys)}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
