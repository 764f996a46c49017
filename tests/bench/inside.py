"""What a bench does on the product's own data, in a process of its own: `python -m tests.bench.inside WHAT …`

WHAT is person, thread, events, turns, conversations or fetch. Prints one JSON line.
"""

import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from studio import engine  # noqa: E402
from studio.accounts.models import Membership, Team, User  # noqa: E402
from studio.live.publishing import publish  # noqa: E402
from studio.media import links, store  # noqa: E402
from studio.media.models import Asset, Kind  # noqa: E402
from studio.threads import actions  # noqa: E402
from studio.threads.models import Job, JobStatus, Operation, Take, Thread, Turn  # noqa: E402

TURNS = 200
ROUNDS = 20
SIBLINGS = 5
RUNWARE = ("runware", "google:gemini@omni-flash-1.1")
SHAPES = {
    "small": {"duration": 3, "width": 640, "height": 360},
    "usual": {"duration": 8, "width": 1280, "height": 720},
}
REPLY = {"applied": [{"id": "warmer", "label": "Colour temperature", "value": "4,500 K"}], "kept": ["everything else"]}


def person(name: str, role: str) -> list[object]:
    """Somebody of the first team, signed in: primary key and session key."""
    email = f"{name.lower()}@example.org"
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email, "a long enough secret", name=name
    )
    team = Team.objects.first() or Team.objects.create(name="North Pier team")
    Membership.objects.get_or_create(user=user, team=team, defaults={"role": role})
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return [user.pk, session.session_key]


def long_thread(user: User) -> Thread:
    team = Team.objects.get(memberships__user=user)
    thread = Thread.objects.create(team=team, author=user, title="Two hundred turns", last_turn_number=TURNS)
    parent = None
    for number in range(1, TURNS + 1):
        parent = add_turn(thread, user, number, parent)
    return thread


def add_turn(thread: Thread, user: User, number: int, parent: Take | None) -> Take:
    turn = Turn.objects.create(
        thread=thread,
        number=number,
        parent=parent,
        author=user,
        operation=Operation.CONTINUE if parent else Operation.GENERATE,
        prompt="make the light warmer, keep everything else",
        provider="local",
        model="engine-1",
        settings={"format": "mp4", "quality": 95},
        reply=REPLY,
    )
    job = Job.objects.create(
        turn=turn, provider="local", model="engine-1", status=JobStatus.SUCCEEDED, reference=str(turn.id)
    )
    clip = Asset(team=thread.team, owner=user, kind=Kind.TAKE, file=f"x/{turn.id}", mime="video/mp4", duration=10)
    clip.width, clip.height, clip.fps = 1280, 720, 24
    clip.save()
    for kind in (Kind.POSTER, Kind.FILMSTRIP):
        Asset.objects.create(
            team=thread.team,
            origin=clip,
            kind=kind,
            file=f"x/{clip.id}-{kind}",
            mime="image/jpeg",
            probe={"frames": 12},
        )
    return Take.objects.create(
        turn=turn, job=job, number=1, asset=clip, provider="local", video_id=str(turn.id), seed=1
    )


def thread(user: str) -> list[object]:
    """Address of a thread of two hundred turns, queries of its first page, milliseconds in the server."""
    settings.ALLOWED_HOSTS.append("testserver")
    author = User.objects.get(pk=user)
    client = Client()
    client.force_login(author)
    url = f"/threads/{long_thread(author).id}/"
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    count = len(queries)  # now: the next request empties the log
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(url)
        times.append((time.perf_counter() - began) * 1000)
    return [url, count, statistics.median(times)]


def send(author: User, thread: Thread, prompt: str, parent: Take | None = None, shape: str = "small") -> Turn:
    """Somebody presses Send, for a turn at Runware."""
    asked = {} if parent else SHAPES[shape]
    token = uuid.uuid4()
    return actions.start_turn(author, thread, token=token, prompt=prompt, parent=parent, model=RUNWARE, settings=asked)


def turns(user: str, count: str, seconds: str, shape: str = "small") -> list[object]:
    """`count` turns, evenly over `seconds`, a few to a thread. Answers how long that took."""
    author = User.objects.get(pk=user)
    began, threads = time.monotonic(), []
    for number in range(int(count)):
        if number % SIBLINGS == 0:
            threads.append(actions.start_thread(author, Team.objects.get()))
        time.sleep(max(0.0, began + float(seconds) * number / int(count) - time.monotonic()))
        send(author, threads[-1], f"A paper boat, {number}", shape=shape)
    return [time.monotonic() - began]


def conversations(user: str, *prompts: str) -> list[object]:
    """Side by side, one for each two of `prompts`: a turn that generates, and one that continues its take."""
    author, team = User.objects.get(pk=user), Team.objects.get()
    pairs = zip(prompts[::2], prompts[1::2], strict=True)
    opened = {send(author, actions.start_thread(author, team), first).pk: second for first, second in pairs}
    going_on: list[Turn] = []
    while opened or Take.objects.filter(turn__in=going_on).count() < len(going_on):
        time.sleep(0.05)
        for take in Take.objects.filter(turn__in=opened).select_related("turn__thread"):
            going_on.append(send(author, take.turn.thread, opened.pop(take.turn_id), take))
    return [len(going_on)]


def fetch(url: str) -> list[object]:
    """Seconds that the download and the probe of a vendor's film take alone, each time."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            path, began = Path(folder) / str(number), time.monotonic()
            links.download(url, path, max_bytes=2**30, max_seconds=60, private=settings.PRIVATE_ORIGINS)
            engine.probe(path, limits=store.TAKE_LIMITS)
            times.append(time.monotonic() - began)
    return list(times)


def events(stream: str, count: str) -> list[object]:
    """Publishes events that carry their time, twenty a second."""
    for number in range(int(count)):
        with transaction.atomic():
            publish(stream, "bench.sent", at=time.time(), n=number)
        time.sleep(0.05)
    return [int(count)]


KNOWN = {each.__name__: each for each in (person, thread, events, turns, conversations, fetch)}

if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    print(json.dumps(KNOWN[what](*arguments)))
