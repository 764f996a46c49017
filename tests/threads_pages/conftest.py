"""A thread with turns, made without running anything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from studio.accounts.models import Membership, Role, Team, User
from studio.media.models import Asset, Kind
from studio.threads import holds
from studio.threads.models import HeldBy, Job, JobStatus, Operation, Take, Thread, Turn
from tests.threads_pages.shelves import picture, video

AddTurn = Callable[..., Turn]


@pytest.fixture
def thread(owner: User, team: Team) -> Thread:
    return Thread.objects.create(team=team, author=owner, title="Harbour at dusk")


@pytest.fixture
def add_turn(thread: Thread, owner: User) -> AddTurn:
    """Adds a turn with its job and as many finished takes as wanted; `parent` is the take it continues."""

    def add(
        prompt: str = "A calm sea",
        *,
        parent: Take | None = None,
        takes: int = 1,
        status: str = JobStatus.SUCCEEDED,
        job: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Turn:
        thread.last_turn_number += 1
        thread.save(update_fields=["last_turn_number"])
        turn = Turn.objects.create(
            thread=thread,
            number=thread.last_turn_number,
            author=fields.pop("author", owner),
            parent=parent,
            prompt=prompt,
            operation=Operation.CONTINUE if parent else Operation.GENERATE,
            provider="local",
            model="engine-1",
            settings={"format": "mp4", "quality": 95, "results": max(1, takes)},
            **fields,
        )
        attempt = Job.objects.create(turn=turn, provider="local", model="engine-1", status=status, **(job or {}))
        for number in range(1, takes + 1):
            asset = video(owner, thread)
            Take.objects.create(
                turn=turn,
                job=attempt,
                number=number,
                asset=asset,
                provider="local",
                video_id=str(asset.pk),
                seed=number,
            )
        return turn

    return add


@pytest.fixture
def photo(owner: User, team: Team) -> Asset:
    return Asset.objects.create(
        team=team,
        owner=owner,
        kind=Kind.REFERENCE,
        title="coffee",
        file=picture("grey.jpg"),
        mime="image/jpeg",
        width=160,
        height=90,
    )


@pytest.fixture
def clip(owner: User, team: Team) -> Asset:
    return Asset.objects.create(
        team=team,
        owner=owner,
        kind=Kind.SOURCE,
        title="harbour",
        file="clip.mp4",
        mime="video/mp4",
        width=1280,
        height=720,
        duration=8,
        fps=25,
    )


@pytest.fixture
def second_editor(team: Team) -> User:
    user = User.objects.create_user("elsa@example.com", "correct horse battery", name="Elsa")
    Membership.objects.create(team=team, user=user, role=Role.EDITOR)
    return user


@pytest.fixture
def made(add_turn: AddTurn, editor: User) -> Take:
    """A take that the editor asked for; its file is there."""
    take = take_of(add_turn("A storm", author=editor))
    path = Path(settings.MEDIA_ROOT) / f"{take.pk}.mp4"
    path.write_bytes(b"0123456789")
    Asset.objects.filter(pk=take.asset_id).update(file=path.name, sha256="a" * 64)
    return Take.objects.select_related("turn__thread", "asset").get(pk=take.pk)


@pytest.fixture
def held(made: Take) -> Take:
    """The same take, to which the safety check of its provider objects."""
    with transaction.atomic():
        holds.hold(made, HeldBy.PROVIDER, holds.OBJECTED)
    return made


def take_of(turn: Turn, number: int = 1) -> Take:
    return Take.objects.get(turn=turn, number=number)


def long_path(thread: Thread, author: User, length: int) -> list[Turn]:
    """Turns that follow one another, each with one take, in a few statements."""
    turns, jobs, assets, pictures, takes = [], [], [], [], []
    parent = None
    for number in range(1, length + 1):
        turn = Turn(
            thread=thread,
            number=number,
            author=author,
            parent=parent,
            prompt=f"step {number}",
            operation=Operation.CONTINUE,
            provider="local",
            model="engine-1",
            settings={"format": "mp4", "quality": 95, "results": 1},
            reply={"applied": [{"id": "warmer", "label": "Colour temperature", "value": "4,500 K"}], "kept": ["sound"]},
        )
        job = Job(turn=turn, provider="local", model="engine-1", status=JobStatus.SUCCEEDED)
        asset = Asset(team=thread.team, owner=author, kind=Kind.TAKE, file="clip.mp4", mime="video/mp4")
        asset.width, asset.height, asset.duration, asset.fps = 1280, 720, 10, 25
        for kind in (Kind.POSTER, Kind.FILMSTRIP):
            pictures.append(Asset(team=thread.team, origin=asset, kind=kind, file="grey.jpg", mime="image/jpeg"))
        parent = Take(turn=turn, job=job, number=1, asset=asset, provider="local", created_at=timezone.now())
        turns.append(turn)
        jobs.append(job)
        assets.append(asset)
        takes.append(parent)
    Asset.objects.bulk_create(assets)
    Asset.objects.bulk_create(pictures)
    for turn, job, take in zip(turns, jobs, takes, strict=True):
        turn.save(force_insert=True)
        job.save(force_insert=True)
        take.save(force_insert=True)
    Thread.objects.filter(pk=thread.pk).update(last_turn_number=length)
    return turns
