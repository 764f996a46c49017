"""What a bench does on the product's own data, in a process of its own: `python -m tests.bench.inside WHAT …`

WHAT is person, thread, family, queue, review, events, turns, conversations, fetch, screening or
lists. Prints one JSON line.
"""

import json
import os
import random
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
from studio.media.addresses import url  # noqa: E402
from studio.media.models import Asset, Kind  # noqa: E402
from studio.moderation.models import Case, CaseFinding, CaseKind, Report  # noqa: E402
from studio.review.models import Note  # noqa: E402
from studio.screening.models import Finding, Rule  # noqa: E402
from studio.screening.ruling import screen  # noqa: E402
from studio.threads import actions  # noqa: E402
from studio.threads.models import Job, JobStatus, Operation, Take, Thread, Turn  # noqa: E402
from tests.bench import crowded  # noqa: E402
from tests.bench import screening as words_for_screening  # noqa: E402

TURNS = 200
CASES = 500
ROUNDS = 20
SIBLINGS = 5
NOTES = 300
DRAWING = [{"kind": "arrow", "colour": "b", "points": [[0.47, 0.42], [0.58, 0.57]]}]
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


def long_thread(user: User, turns: int = TURNS) -> Thread:
    team = Team.objects.get(memberships__user=user)
    thread = Thread.objects.create(team=team, author=user, title="Two hundred turns", last_turn_number=turns)
    parent = None
    for number in range(1, turns + 1):
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
    page = f"/threads/{long_thread(author).id}/"
    return [page, *measured(client, page)]


def family(user: str, staff: str) -> list[object]:
    """A take with two hundred below it: its thread, its id, addresses of all files and of all their pictures.

    `staff` may hold it back afterwards.
    """
    User.objects.filter(pk=staff).update(is_staff=True, is_superuser=True)
    with transaction.atomic():
        thread = long_thread(User.objects.get(pk=user), TURNS + 1)
    takes = Take.objects.filter(turn__thread=thread).select_related("asset").prefetch_related("asset__derived")
    clips = [take.asset for take in takes.order_by("turn__number")]
    pictures = [each for clip in clips for each in clip.derived.all()]
    (settings.MEDIA_ROOT / "x").mkdir(parents=True, exist_ok=True)
    for asset in [*clips, *pictures]:
        (settings.MEDIA_ROOT / asset.file).write_bytes(b"0" * 1000)
    Asset.objects.filter(pk__in=[each.pk for each in [*clips, *pictures]]).update(size=1000)
    first = takes.get(turn__number=1)
    return [str(thread.pk), str(first.pk), [url(each) for each in clips], [url(each) for each in pictures]]


def queue(user: str) -> list[object]:
    """Of the moderators' page with five hundred open cases, and of one case on it: queries, milliseconds."""
    settings.ALLOWED_HOSTS.append("testserver")
    author = User.objects.get(pk=user)
    moderator = User.objects.create_superuser("mo@example.org", "a long enough secret")
    thread = long_thread(author)
    turns = list(thread.turns.order_by("number"))
    with transaction.atomic():  # or the studio's own sweep would find half of it
        cases = [_case(turns[number % TURNS], number) for number in range(CASES)]
    client = Client()
    client.force_login(moderator)
    return [*measured(client, "/moderation/"), *measured(client, f"/moderation/cases/{cases[0].pk}/", "true")]


def _case(turn: Turn, number: int) -> Case:
    found = Finding.objects.create(
        rule_name="brands", verdict="flag", person=turn.author, object_kind="turn", text=turn.prompt, matches=[[5, 8]]
    )
    kind, source = CaseKind.values[number % len(CaseKind.values)], f"bench:{number}"
    case = Case.objects.create(kind=kind, thread=turn.thread, turn=turn, person=turn.author, source=source)
    CaseFinding.objects.create(case=case, finding=found)
    Report.objects.create(case=case, guest_name="Ana", ground="rights", words="That is our brand.")
    return case


def review(user: str) -> list[object]:
    """A page with three hundred notes: address, queries, milliseconds in the server; a quiet page, and its thread."""
    settings.ALLOWED_HOSTS.append("testserver")
    author = User.objects.get(pk=user)
    thread = Thread.objects.create(team=Team.objects.get(memberships__user=author), author=author, title="Reviewed")
    quiet = add_turn(thread, author, 1, None)
    take = add_turn(thread, author, 2, quiet)
    text = "The boat drifts out of the sun's path here. Keep it inside the glitter, @Ana."
    Note.objects.bulk_create(
        Note(
            take=take, author=author, text=text, start=each % 10, end=each % 10 + 0.5, drawing=DRAWING, assignee=author
        )
        for each in range(NOTES)
    )
    client = Client()
    client.force_login(author)
    page = f"/takes/{take.pk}/review/"
    count, milliseconds = measured(client, page)
    return [page, count, milliseconds, f"/takes/{quiet.pk}/review/", str(thread.pk)]


def measured(client: Client, url: str, htmx: str = "") -> tuple[int, float]:
    """Queries and the median of milliseconds in the server."""
    headers = {"HX-Request": htmx} if htmx else {}
    client.get(url, headers=headers)
    with CaptureQueriesContext(connection) as queries:
        client.get(url, headers=headers)
    count, times = len(queries), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(url, headers=headers)
        times.append((time.perf_counter() - began) * 1000)
    return count, statistics.median(times)


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


def fetch(address: str) -> list[object]:
    """Seconds that the download and the probe of a vendor's film take alone, each time."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            path, began = Path(folder) / str(number), time.monotonic()
            links.download(address, path, max_bytes=2**30, max_seconds=60, private=settings.PRIVATE_ORIGINS)
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


def screening(rules: str, prompts: str) -> list[object]:
    """Milliseconds and processor milliseconds for each prompt, how many matched, and what a change of rules costs."""
    chance = random.Random(7)
    made = [words_for_screening.rule(number, chance) for number in range(int(rules))]
    Rule.objects.bulk_create(Rule(name=f"rule {n}", kind=kind, text=text) for n, (kind, text) in enumerate(made))
    said = [text for kind, text in made if kind == "words"]
    common = [words_for_screening.word(chance) for _ in range(3000)] + said[:10]
    texts = [words_for_screening.prompt(number, chance, common) for number in range(int(prompts))]
    try:
        first, _busy = timed(texts[0])
        times = [timed(text) for text in texts]
        hits = sum(bool(screen(text).matches) for text in texts)
    finally:
        Rule.objects.filter(name__startswith="rule ").delete()
    walls, busy = zip(*times, strict=True)
    return [walls, busy, hits, first]


def timed(text: str) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor."""
    began, busy = time.perf_counter(), time.thread_time()
    screen(text)
    return (time.perf_counter() - began) * 1000, (time.thread_time() - busy) * 1000


def lists(count: str) -> dict[str, float]:
    return crowded.times(count)


DONE_HERE = (person, thread, family, queue, review, events, turns, conversations, fetch, screening, lists)
KNOWN = {each.__name__: each for each in DONE_HERE}

if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    print(json.dumps(KNOWN[what](*arguments)))
