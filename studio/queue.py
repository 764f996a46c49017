"""The only door to django-q2: tasks are rows of the same database, written in the caller's transaction."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from studio.bell import Listener, ring, runtime_dir

LANES = ("default", "render")
LATER = ".later"  # ends the key of tasks that give way to the others of their lane
WAIT_SECONDS = 1.0


def enqueue(path: str, *args: str | int, lane: str = "default", later: bool = False, after: float = 0) -> None:
    """Have the function at dotted `path` called by a worker of `lane`, once this transaction has committed.

    It may be called twice (a worker died) but not never: the task is a row. Arguments are ids and plain values.
    `later`: once nothing else waits in the lane. Pictures can wait; a turn to be sent and a link that dies cannot.
    `after`: not before so many seconds have passed.
    """
    if lane not in LANES:
        raise ValueError(f"{lane} is not a lane; there are {', '.join(LANES)}")
    for argument in args:
        if not isinstance(argument, str | int):
            raise TypeError(f"a task takes ids and plain values, not {type(argument).__name__}")
    key = lane + LATER if later else lane
    async_task(path, *args, cluster=key, **({"broker": PatientBroker(after, key)} if after else {}))


def run_pending(lane: str | None = None, limit: int = 100) -> int:
    """Run waiting tasks in this process, and what they enqueue, up to `limit`; answers how many ran.

    For tests and commands. A task that raises is taken off the queue, as a worker does, and raises here.
    """
    count = 0
    while count < limit:
        broker, row = _claim_any([lane] if lane else list(LANES))
        if row is None:
            break
        task: dict[str, Any] = SignedPackage.loads(row.payload)
        broker.acknowledge(row.pk)
        import_string(task["func"])(*task["args"], **task["kwargs"])
        count += 1
    return count


def keys_of(lane: str) -> tuple[str, str]:
    """By which the rows of a lane's tasks are found: those that come first, then those that give way."""
    return lane, lane + LATER


class ListeningBroker(ORM):
    """django-q2's ORM broker, except that an idle queue waits for a bell instead of sleeping."""

    _listener: Listener | None = None
    _listener_pid = 0

    @staticmethod
    def get_cache() -> None:
        """No cluster statistics: they would be written to the cache twice a second for nobody."""
        return

    def enqueue(self, task: str) -> int:
        key = int(super().enqueue(task))
        transaction.on_commit(partial(ring, f"queue-{self.list_key.removesuffix(LATER)}"), using=Conf.ORM, robust=True)
        return key

    def dequeue(self) -> list[tuple[int, str]] | None:
        listener = self._listening()
        found = [(row.pk, row.payload) for row in self.claim(Conf.BULK)]
        if not found:
            listener.wait(WAIT_SECONDS)
        return found or None

    def claim(self, limit: int) -> Iterator[OrmQ]:
        """The oldest waiting tasks, each claimed by a conditional UPDATE: who is slower gets nothing."""
        for row in self._waiting(limit):
            if self.get_connection().filter(id=row.id, lock=row.lock).update(lock=self.timeout(row)):
                (runtime_dir() / f"taken-{self.list_key}-{row.pk}").touch()
                yield row

    def _waiting(self, limit: int) -> list[OrmQ]:
        """One question, for an idle lane asks it every second. Keys of what gives way sort after the others."""
        rows = self.get_connection().filter(key__in=keys_of(self.list_key), lock__lte=timezone.now())
        return list(rows.order_by("key", "id")[:limit])

    def delete(self, task_id: int) -> None:
        super().delete(task_id)
        (settings.RUNTIME_DIR / f"taken-{self.list_key}-{task_id}").unlink(missing_ok=True)

    def _listening(self) -> Listener:
        # The broker is made in one process and used in a fork of it.
        if self._listener is None or self._listener_pid != os.getpid():
            self._listener = Listener(f"queue-{self.list_key}")
            self._listener_pid = os.getpid()
        return self._listener


class PatientBroker(ListeningBroker):
    """Puts tasks into the queue that are not to be found there before `after` seconds have passed."""

    def __init__(self, after: float, list_key: str) -> None:
        super().__init__(list_key=list_key)
        self.after = timedelta(seconds=after)

    def enqueue(self, task: str) -> int:
        row = self.get_connection().create(key=self.list_key, payload=task, lock=timezone.now() + self.after)
        return int(row.pk)


class Lane:
    """A lane on this machine as an overseer sees it: what waits, what is executing, whether that is as it should be.

    Files in the runtime folder say so: `taken-<lane>-<row>` from claim to end, `executing-<lane>-<pid>` (holding the
    row) while a worker executes, and the time of `moved-<lane>` is when something last started or ended.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        conf = settings.Q_CLUSTER if name == "default" else settings.Q_CLUSTER["ALT_CLUSTERS"][name]
        self.workers = int(conf["workers"])
        self.claim = timedelta(seconds=conf["retry"])

    def executing(self) -> dict[int, int]:
        """The row of the task that each worker is executing, by the worker's process id."""
        return {pid: int(path.read_text() or 0) for pid, path in self._files("executing").items()}

    def oldest_waiting(self) -> timedelta:
        """How long the oldest task has been waiting that no cluster has taken yet, and that gives way to none."""
        now = timezone.now()
        row = OrmQ.objects.filter(key=self.name, lock__lte=now).order_by("lock").first()
        return now - row.lock if row and row.lock else timedelta()

    def waiting(self) -> int:
        """How many tasks no cluster has taken yet; those that give way to others count too."""
        return OrmQ.objects.filter(key__in=keys_of(self.name), lock__lte=timezone.now()).count()

    def is_stuck(self, patience: timedelta) -> bool:
        """A task has waited longer than `patience`, a worker is free, and nothing has started or ended since.

        A task that was taken here but not started counts as waiting.
        """
        executing = self.executing()
        if len(executing) >= self.workers or time.time() - self._moved_at() < patience.total_seconds():
            return False
        now = timezone.now()
        before = now - patience
        taken = Q(pk__in=self._files("taken"), lock__gt=now, lock__lte=before + self.claim)
        rows = OrmQ.objects.filter(Q(lock__lte=before) | taken, key__in=keys_of(self.name))
        rows = rows.exclude(pk__in=executing.values())
        return rows.exists()

    def recover(self) -> list[int]:
        """Give back what a dead cluster had taken. Call it when no process of the lane lives on this machine.

        Answers the rows that were executing: one of them may be what killed the worker.
        """
        executing = list(self.executing().values())
        now = timezone.now()
        taken = self._files("taken")
        OrmQ.objects.filter(pk__in=taken, key__in=keys_of(self.name), lock__gt=now).update(lock=now)
        for path in [*taken.values(), *self._files("executing").values()]:
            path.unlink(missing_ok=True)
        return executing

    def drop(self, row: int) -> str:
        """Take a task off the queue for good; answers what it was."""
        found = OrmQ.objects.filter(pk=row).first()
        if found is None:
            return ""
        found.delete()
        return f"{found.func()}{found.args()}"

    def _files(self, kind: str) -> dict[int, Path]:
        return {int(path.name.rpartition("-")[2]): path for path in settings.RUNTIME_DIR.glob(f"{kind}-{self.name}-*")}

    def _moved_at(self) -> float:
        try:
            return float((settings.RUNTIME_DIR / f"moved-{self.name}").stat().st_mtime)
        except FileNotFoundError:
            return 0.0


def _mark_start(task: dict[str, Any], **kwargs: Any) -> None:
    folder = runtime_dir()
    (folder / f"moved-{Conf.CLUSTER_NAME}").touch()
    (folder / f"executing-{Conf.CLUSTER_NAME}-{os.getpid()}").write_text(str(task.get("ack_id", 0)))


def _mark_end(**kwargs: Any) -> None:
    folder = runtime_dir()
    (folder / f"moved-{Conf.CLUSTER_NAME}").touch()
    (folder / f"executing-{Conf.CLUSTER_NAME}-{os.getpid()}").unlink(missing_ok=True)


pre_execute.connect(_mark_start)
post_execute_in_worker.connect(_mark_end)


def _claim_any(lanes: list[str]) -> tuple["ListeningBroker", OrmQ | None]:
    for lane in lanes:
        broker = ListeningBroker(list_key=lane)
        for row in broker.claim(1):
            return broker, row
    return broker, None
