"""A hundred thousand turns and all that belongs to them, and how long the admin takes over them (see `inside`)."""

import statistics
import time
import uuid
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Membership, Role, Team, User
from studio.media.models import Asset, Kind
from studio.providers.errors import FailureCode
from studio.spending.models import LedgerEntry
from studio.threads.models import Job, JobStatus, Operation, Take, Thread, Turn

ROUNDS = 5
A_THREAD = 20  # turns
AT_ONCE = 2000
ENDS = [JobStatus.SUCCEEDED] * 7 + [JobStatus.FAILED] * 2 + [JobStatus.CANCELLED]
LISTS = ("threads_thread", "threads_turn", "threads_take", "threads_job", "media_asset", "spending_ledgerentry")


def fill(count: int) -> None:
    """Teams of ten threads; of ten jobs seven have a take, two have failed; a job a minute."""
    for model in (Turn, Job):
        model._meta.get_field("created_at").auto_now_add = False  # type: ignore[union-attr]  # a past, in this process
    people = [User(email=f"p{n}@example.org", name=f"Person {n}") for n in range(50)]
    people = User.objects.bulk_create(people)
    teams = Team.objects.bulk_create([Team(name=f"Team {n}") for n in range(50)])
    Membership.objects.bulk_create(
        Membership(team=t, user=u, role=Role.EDITOR) for t, u in zip(teams, people, strict=True)
    )
    threads = [
        Thread(team=teams[n % 50], author=people[n % 50], title=f"Film {n}", last_turn_number=A_THREAD)
        for n in range(count // A_THREAD)
    ]
    Thread.objects.bulk_create(threads, AT_ONCE)
    for begin in range(0, len(threads), AT_ONCE // A_THREAD):
        _add(threads[begin : begin + AT_ONCE // A_THREAD], begin * A_THREAD)


def _add(threads: list[Thread], offset: int) -> None:
    turns = [_turn(thread, number) for thread in threads for number in range(1, A_THREAD + 1)]
    jobs = [_job(turn, ENDS[n % 10], n) for n, turn in enumerate(turns)]
    clips, takes = [], []
    for turn, job in zip(turns, jobs, strict=True):
        if job.status == JobStatus.SUCCEEDED:
            clip = Asset(
                team=turn.thread.team, owner=turn.author, kind=Kind.TAKE, file="x", mime="video/mp4", size=3_000_000
            )
            clips.append(clip)
            takes.append(Take(turn=turn, job=job, number=1, asset=clip, provider="runware", video_id=str(uuid.uuid4())))
    pictures = [Asset(team=c.team, origin=c, kind=Kind.POSTER, file="x", mime="image/jpeg", size=50_000) for c in clips]
    money = [
        LedgerEntry(
            team=turn.thread.team,
            job=job.pk,
            kind="reserve",
            amount_micros=400_000,
            provider="runware",
            model=job.model,
        )
        for turn, job in zip(turns, jobs, strict=True)
    ]
    now = timezone.now()
    for number, (turn, job) in enumerate(zip(turns, jobs, strict=True)):
        turn.created_at = job.created_at = now - timedelta(minutes=offset + number)
    for rows in (turns, jobs, clips, pictures, takes, money):
        kind: type[models.Model] = type(rows[0])
        kind._default_manager.bulk_create(rows)


def _turn(thread: Thread, number: int) -> Turn:
    return Turn(
        thread=thread, number=number, author=thread.author, operation=Operation.GENERATE, provider="runware",
        model="google:gemini@omni-flash-1.1", prompt="make the light warmer, keep everything else as it is " * 3,
        settings={"duration": 8, "width": 1280, "height": 720}, reply={"applied": [], "kept": ["everything else"]},
    )  # fmt: skip


def _job(turn: Turn, status: str, number: int) -> Job:
    codes = list(FailureCode)
    return Job(
        turn=turn, status=status, provider=turn.provider, model=turn.model, reference=str(uuid.uuid4()),
        error_code=codes[number % len(codes)] if status == JobStatus.FAILED else "", raw={"answer": "x" * 400},
    )  # fmt: skip


def times(count: str) -> dict[str, float]:
    """Milliseconds in the server, the median of some calls: each list, as it opens, filtered and searched; the first
    page of the admin anew, and as it is kept.
    """
    settings.ALLOWED_HOSTS.append("testserver")
    fill(int(count))
    client = Client()
    client.force_login(User.objects.create_superuser("staff@example.org", "a long enough secret"))
    pages = {name: reverse(f"admin:{name}_changelist") for name in LISTS}
    turn = Turn.objects.order_by().first()
    pages["jobs that failed"] = pages["threads_job"] + "?status__exact=failed"
    pages["a later page of turns"] = pages["threads_turn"] + "?p=100"
    pages["a turn by its id"] = f"{pages['threads_turn']}?q={turn.pk if turn else ''}"
    pages["a take by its video id"] = (
        f"{pages['threads_take']}?q={Take.objects.order_by().values_list('video_id')[0][0]}"
    )
    pages["turns of a person"] = pages["threads_turn"] + "?q=p17%40example.org"
    found = {name: _median(client, url) for name, url in pages.items()}
    found["first page, kept"] = _median(client, reverse("admin:index"))
    cache.clear()
    began = time.perf_counter()
    client.get(reverse("admin:index"))
    return found | {"first page, counted anew": (time.perf_counter() - began) * 1000}


def _median(client: Client, url: str) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert client.get(url).status_code == 200, url
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
