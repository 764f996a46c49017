from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.live.models import Event
from studio.media import store
from studio.media.models import Asset, AssetStatus, Kind
from tests.engine import media_files

SignIn = Callable[[User | None], Client]


@pytest.fixture
def clip(tmp_path: Path, team: Team, editor: User) -> Asset:
    return store.ingest_file(media_files.clip(tmp_path / "long.mp4", 4), team=team, owner=editor, title="long.mp4")


def trim(client: Client, asset: Asset, start: object, end: object) -> Any:
    return client.post(reverse("media:asset-trim", args=[asset.id]), {"start": str(start), "end": str(end)})


def test_the_part_becomes_a_clip_of_its_own_and_the_whole_stays(
    as_client: SignIn, editor: User, clip: Asset, run_tasks: Callable[..., int]
) -> None:
    client = as_client(editor)
    answer = trim(client, clip, 1, 2.5)
    assert answer.status_code == 202
    assert answer.json()["status"] == AssetStatus.READING
    run_tasks()
    cut = Asset.objects.get(id=answer.json()["id"])
    assert (cut.status, cut.kind, cut.origin, cut.title) == (AssetStatus.READY, Kind.SOURCE, clip, "long")
    assert cut.duration == pytest.approx(1.5, abs=0.1)
    assert (cut.width, cut.height, cut.mime, cut.has_sound) == (320, 180, "video/mp4", True)
    assert sorted(cut.derived.values_list("kind", flat=True)) == [Kind.FILMSTRIP, Kind.POSTER]
    clip.refresh_from_db()
    assert (clip.status, clip.duration) == (AssetStatus.READY, pytest.approx(4, abs=0.1))
    assert Event.objects.filter(kind="asset.changed", payload__asset=str(cut.id)).exists()


def test_the_cut_begins_where_it_was_asked_to(
    as_client: SignIn, editor: User, clip: Asset, run_tasks: Callable[..., int]
) -> None:
    answer = trim(as_client(editor), clip, 2, 3)
    run_tasks()
    stored = store.storage.local_file(Asset.objects.get(id=answer.json()["id"]).file)
    assert stored is not None
    first = media_files.frames(stored)[0]
    expected = media_files.picture(2 * 24 / 95, (320, 180))
    assert media_files.psnr(first, expected) > 28


def test_the_same_cut_asked_for_twice_is_one_clip(as_client: SignIn, editor: User, clip: Asset) -> None:
    client = as_client(editor)
    assert trim(client, clip, 1, 2).json()["id"] == trim(client, clip, 1, 2).json()["id"]
    assert trim(client, clip, 1, 2).json()["id"] != trim(client, clip, 1, 3).json()["id"]


def test_an_end_beyond_the_clip_is_its_end(as_client: SignIn, editor: User, clip: Asset) -> None:
    assert Asset.objects.get(id=trim(as_client(editor), clip, -3, 400).json()["id"]).asked["trim"][0] == 0
    assert Asset.objects.get(asked__has_key="trim").asked["trim"][1] == pytest.approx(clip.duration, abs=0.01)


@pytest.mark.parametrize(("start", "end"), [(2, 1), (1, 1.1), ("x", 2), (1, ""), ("nan", 2), (1, "inf"), (50, 60)])
def test_a_part_that_makes_no_sense_gets_a_sentence(
    as_client: SignIn, editor: User, clip: Asset, start: object, end: object
) -> None:
    answer = trim(as_client(editor), clip, start, end)
    assert answer.status_code == 422
    assert "at least" in answer.json()["error"]


def test_a_photo_is_not_trimmed(as_client: SignIn, editor: User, stored: Callable[..., Asset]) -> None:
    answer = trim(as_client(editor), stored(kind=Kind.REFERENCE, mime="image/jpeg"), 0, 1)
    assert answer.status_code == 422


def test_who_may_only_look_may_not_trim(as_client: SignIn, reviewer: User, clip: Asset) -> None:
    assert trim(as_client(reviewer), clip, 0, 1).status_code == 403


def test_a_cut_that_fails_says_so_and_may_be_asked_for_again(
    as_client: SignIn, editor: User, stored: Callable[..., Asset], run_tasks: Callable[..., int]
) -> None:
    broken = stored(b"no clip at all", duration=5.0)
    client = as_client(editor)
    cut_id = trim(client, broken, 1, 2).json()["id"]
    run_tasks()
    said = client.get(reverse("media:asset-detail", args=[cut_id])).json()
    assert said["status"] == AssetStatus.REFUSED
    assert len(said["refusal"]) > 15
    assert trim(client, broken, 1, 2).json()["id"] != cut_id
