"""The bell between machines: Redis pub/sub. Imported only with REDIS_URL, for the client weighs 6 MB a process."""

import contextlib
import logging
import os
import threading
import time

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0


def ring_redis(name: str) -> None:
    _bell.ring(name)


class _RedisBell:
    """The ringing side: one client per process, silent for a moment after a failure so that nobody waits on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: redis.Redis | None = None
        self._pid = 0
        self._silent_until = 0.0

    def ring(self, name: str) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            self._connected().publish(_redis_channel(name), b"!")
        except redis.RedisError:
            self._silent_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("Redis does not answer: the bell %s was not rung, listeners look by themselves", name)

    def _connected(self) -> redis.Redis:
        with self._lock:
            if self._client is None or self._pid != os.getpid():
                self._client = _redis_client(socket_timeout=1.0)
                self._pid = os.getpid()
            return self._client


class RedisEar:
    def __init__(self, name: str) -> None:
        # socket_timeout None: redis-py 8 otherwise drops an idle subscription after 5 s.
        self._client = _redis_client(socket_timeout=None)
        self._channel = _redis_channel(name)
        self._pubsub: PubSub | None = None
        self._hear(1.0)

    def wait(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        rang = False
        while True:
            left = end - time.monotonic()
            message = self._hear(0.0 if rang else max(0.0, left))
            if message:
                rang = True
            elif rang or left <= 0:
                return rang

    def _hear(self, timeout: float) -> bool:
        try:
            if self._pubsub is None:
                self._pubsub = self._client.pubsub()
                self._pubsub.subscribe(self._channel)
            message = self._pubsub.get_message(timeout=timeout)
            # A new subscription counts as a ring: something may have been missed before it.
            return message is not None and message["type"] in ("message", "subscribe")
        except redis.RedisError:
            self.close()
            time.sleep(min(timeout, PAUSE_SECONDS))
            return False

    def fileno(self) -> int:
        connection = self._pubsub.connection if self._pubsub else None
        found = getattr(connection, "_sock", None)
        if found is None:
            raise OSError("the bell is not connected to Redis")
        return int(found.fileno())

    def close(self) -> None:
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            with contextlib.suppress(redis.RedisError, OSError):
                pubsub.close()


def _redis_client(*, socket_timeout: float | None) -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=socket_timeout, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0)
    )


def _redis_channel(name: str) -> str:
    return f"{settings.REDIS_PREFIX}:bell:{name}"


_bell = _RedisBell()
