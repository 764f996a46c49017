"""A thread with a take whose file is there, and a share link to it."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import Client

from studio.accounts.models import User
from studio.media.models import Asset
from studio.review import shares
from studio.review.actions.sharing import Terms, make_link
from studio.review.models import Guest, Note, ShareLink
from studio.threads.models import Job, JobStatus, Operation, Take, Thread, Turn
from tests.threads_pages.shelves import video

Share = Callable[..., ShareLink]


@pytest.fixture
def thread(owner: User) -> Thread:
    team = owner.memberships.get().team
    return Thread.objects.create(team=team, author=owner, title="Harbour at dusk")


@pytest.fixture
def add_take(thread: Thread, editor: User) -> Callable[..., Take]:
    """A finished take in the thread (or in another one), asked for by the editor; its clip has ten bytes."""

    def add(where: Thread | None = None, prompt: str = "Make the secret light warmer") -> Take:
        inside = where or thread
        number = inside.turns.count() + 1
        turn = Turn.objects.create(
            thread=inside,
            number=number,
            author=editor,
            prompt=prompt,
            operation=Operation.GENERATE,
            provider="local",
            model="studio",
        )
        job = Job.objects.create(turn=turn, provider="local", model="studio", status=JobStatus.SUCCEEDED)
        name = f"{uuid.uuid4()}.mp4"
        path = Path(settings.MEDIA_ROOT) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"0123456789")
        asset = video(editor, inside, file=name, sha256=uuid.uuid4().hex * 2)
        return Take.objects.create(turn=turn, job=job, number=1, asset=asset, provider="local", video_id=str(turn.pk))

    return add


@pytest.fixture
def take(add_take: Callable[..., Take]) -> Take:
    return add_take()


@pytest.fixture
def share(thread: Thread, editor: User) -> Share:
    """Makes a link of the thread; `take` and what Terms hold may be given."""

    def make(take: Take | None = None, **terms: object) -> ShareLink:
        return make_link(editor, thread, take, Terms(**terms))  # type: ignore[arg-type]

    return make


@pytest.fixture
def link(share: Share, take: Take) -> ShareLink:
    return share()


def enter(link: ShareLink, name: str = "Gina", password: str = "") -> Client:
    """A guest's browser that is in."""
    client, path = Client(), shares.path_of(link)
    if password:
        assert client.post(f"{path}password/", {"password": password}).status_code == 302
    if link.may_note:
        assert client.post(f"{path}name/", {"name": name}).status_code == 302
    return client


def media_of(link: ShareLink, asset: Asset) -> str:
    return f"{shares.path_of(link)}media/{asset.pk}/take.mp4"


def body_of(answer: Any) -> bytes:
    async def whole() -> bytes:
        return b"".join([chunk async for chunk in answer.streaming_content])

    return async_to_sync(whole)()


def guest_note(link: ShareLink, take: Take, text: str = "Too dark here") -> Note:
    return Note.objects.create(take=take, guest=Guest.objects.create(link=link, name="Gina"), text=text)
