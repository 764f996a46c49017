"""Runs the server by hand until it is interrupted."""

import argparse
import contextlib
import threading

from tests.servers.evolink import KEY, EvoLinkServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.evolink")
    parser.add_argument("--port", type=int, default=9102)
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--seconds", type=float, default=10, help="how long a task takes")
    parser.add_argument("--no-batch", action="store_true", help="as if the batch query did not exist")
    parser.add_argument("--images-only", action="store_true", help="the file host takes no films")
    options = parser.parse_args()
    server = EvoLinkServer(
        port=options.port,
        keys=[options.key],
        seconds=options.seconds,
        batch=not options.no_batch,
        takes_video=not options.images_only,
        loopback_callbacks=True,
    )
    with contextlib.suppress(KeyboardInterrupt), server:
        print(f"EvoLink on {server.url}, key {server.key}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
