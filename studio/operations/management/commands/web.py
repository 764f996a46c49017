"""manage.py web: the web process, with the same limits wherever it runs."""

import gc
import socket
import warnings
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

SOCKET_MESSAGE_BYTES = 64 * 1024
LAST_ANSWERS_SECONDS = 3


class Command(BaseCommand):
    help = "Serves the studio's pages and live sockets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fd", type=int, help="a listening socket that was handed over")

    def handle(self, *args: Any, fd: int | None = None, **options: Any) -> None:
        # Static files are small and cached for ever: that they are read whole is no news for the log.
        warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
        config = uvicorn.Config(
            settings.ASGI_APPLICATION.replace(".application", ":application"),
            host=settings.HOST,
            port=settings.PORT,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=SOCKET_MESSAGE_BYTES,
            # Events are small: compressing each for each socket costs more than it saves.
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.TRUST_PROXY,
            forwarded_allow_ips="*",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
        )
        config.load()
        gc.collect()
        gc.freeze()
        sockets = [socket.socket(fileno=fd)] if fd is not None else None
        uvicorn.Server(config).run(sockets)
