"""Rows for the library, made without running anything."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from PIL import Image

from studio.accounts.models import User
from studio.media.models import Asset, Kind
from studio.threads.models import Job, JobStatus, Operation, Take, Thread, Turn


def picture(name: str) -> str:
    """The storage key of a small grey picture, made once."""
    path = Path(settings.MEDIA_ROOT) / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (160, 90), 90).save(path, "JPEG")
    return name


def video(user: User, thread: Thread, **fields: Any) -> Asset:
    """A take's clip with its poster and filmstrip; of the clip itself there is only the row."""
    made = {"team": thread.team, "owner": user, "file": "clip.mp4", "mime": "video/mp4", "size": 10, **fields}
    clip = Asset.objects.create(kind=Kind.TAKE, width=1280, height=720, duration=10, fps=24, **made)
    key = picture("grey.jpg")
    size = (Path(settings.MEDIA_ROOT) / key).stat().st_size
    shown = {"team": thread.team, "origin": clip, "mime": "image/jpeg", "file": key, "size": size}
    Asset.objects.create(kind=Kind.POSTER, **shown)
    Asset.objects.create(kind=Kind.FILMSTRIP, probe={"frames": 12}, **shown)
    return clip


def make_thread(
    author: User, title: str, *, prompt: str = "A calm sea", status: str = JobStatus.SUCCEEDED, **fields: Any
) -> Thread:
    """A thread of the author's first team with one turn in that state; `job` holds more of the job's fields."""
    job = fields.pop("job", {})
    team = author.memberships.select_related("team").order_by("id")[0].team
    thread = Thread.objects.create(team=team, author=author, title=title, **fields)
    turn = add_turn(thread, author, prompt)
    attempt = Job.objects.create(turn=turn, provider="local", model="studio", status=status, **job)
    if status == JobStatus.SUCCEEDED:
        Take.objects.create(turn=turn, job=attempt, number=1, asset=video(author, thread), provider="local")
    return thread


def add_turn(thread: Thread, author: User, prompt: str) -> Turn:
    number = thread.turns.count() + 1
    given = {"operation": Operation.GENERATE, "provider": "local", "model": "studio"}
    return Turn.objects.create(thread=thread, number=number, author=author, prompt=prompt, **given)


def empty_threads(author: User, count: int) -> None:
    """The first is the one that was active last."""
    team, now = author.memberships.select_related("team").order_by("id")[0].team, timezone.now()
    Thread.objects.bulk_create(
        Thread(team=team, author=author, title=f"Number {each:03}", active_at=now - timedelta(minutes=each))
        for each in range(1, count + 1)
    )
