import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import User
from studio.media import addresses, storage, sweeping, trash
from studio.media.models import Asset, AssetStatus, Kind

SignIn = Callable[[User | None], Client]
NONE = Asset.objects.none


def on_disk(asset: Asset) -> bool:
    path = storage.local_file(asset.file)
    return path is not None and path.exists()


def age(asset: Asset, **fields: object) -> None:
    Asset.objects.filter(id=asset.id).update(**fields)
    asset.refresh_from_db()


def test_an_upload_can_be_thrown_away_and_taken_back(
    as_client: SignIn, editor: User, stored: Callable[..., Asset]
) -> None:
    asset = stored()
    client = as_client(editor)
    assert client.post(reverse("media:asset-delete", args=[asset.id])).status_code == 200
    asset.refresh_from_db()
    assert asset.trashed_at is not None
    assert on_disk(asset)
    assert client.post(reverse("media:asset-restore", args=[asset.id])).status_code == 200
    asset.refresh_from_db()
    assert asset.trashed_at is None


@pytest.mark.parametrize("kind", [Kind.TAKE, Kind.POSTER, Kind.EXPORT])
@pytest.mark.parametrize("act", ["delete", "restore", "trim"])
def test_only_what_people_brought_is_changed_by_its_id(
    as_client: SignIn, editor: User, stored: Callable[..., Asset], kind: str, act: str
) -> None:
    asset = stored(kind=kind, duration=5.0)
    answer = as_client(editor).post(reverse(f"media:asset-{act}", args=[asset.id]), {"start": "1", "end": "2"})
    assert answer.status_code == 404
    asset.refresh_from_db()
    assert asset.trashed_at is None


def test_files_are_deleted_when_the_days_are_over_and_the_row_stays(stored: Callable[..., Asset]) -> None:
    asset = stored()
    poster = stored(kind=Kind.POSTER, origin=asset, mime="image/jpeg")
    address = addresses.url(asset)
    now = timezone.now()
    age(asset, trashed_at=now - timedelta(days=29))
    assert trash.purge_due(now) == 0
    age(asset, trashed_at=now - timedelta(days=31))
    assert trash.purge_due(now) == 1
    assert not on_disk(asset)
    assert not on_disk(poster)
    asset.refresh_from_db()
    assert (asset.file, asset.purged_at is not None) == ("", True)
    assert Client().get(address).status_code == 404
    assert trash.restore(asset) is False
    assert trash.purge_due(now) == 0


def test_a_clip_cut_from_a_purged_one_stays(stored: Callable[..., Asset]) -> None:
    whole = stored()
    cut = stored(origin=whole)
    trash.purge(whole)
    cut.refresh_from_db()
    assert on_disk(cut)
    assert cut.purged_at is None


def test_what_living_threads_need_is_not_purged(stored: Callable[..., Asset]) -> None:
    asset = stored()
    age(asset, trashed_at=timezone.now() - timedelta(days=99))
    assert trash.purge_due(timezone.now(), keep=Asset.objects.filter(id=asset.id)) == 0
    assert on_disk(asset)


def test_uploads_that_nobody_used_within_a_day_are_swept(stored: Callable[..., Asset]) -> None:
    yesterday = timezone.now() - timedelta(hours=25)
    abandoned, used, fresh = stored(), stored(), stored()
    for asset in (abandoned, used):
        age(asset, created_at=yesterday)
    swept = sweeping.sweep(timezone.now(), Asset.objects.filter(id=used.id))
    assert swept == 1
    assert [on_disk(asset) for asset in (abandoned, used, fresh)] == [False, True, True]


def test_videos_that_became_no_take_within_a_day_are_swept(stored: Callable[..., Asset]) -> None:
    lost, used, fresh = (stored(kind=Kind.TAKE) for _ in range(3))
    for asset in (lost, used):
        age(asset, created_at=timezone.now() - timedelta(hours=25))
    assert sweeping.sweep(timezone.now(), Asset.objects.filter(id=used.id)) == 1
    assert [on_disk(asset) for asset in (lost, used, fresh)] == [False, True, True]


def test_what_an_interrupted_upload_left_is_swept(incoming: Path) -> None:
    old, new = storage.incoming_folder(), storage.incoming_folder()
    (old / "upload").write_bytes(b"half")
    long_ago = time.time() - 25 * 3600
    os.utime(old, (long_ago, long_ago))
    assert storage.sweep_incoming(24 * 3600) == 1
    assert (old.exists(), new.exists()) == (False, True)
    new.rmdir()


@pytest.mark.parametrize("status", [AssetStatus.RECEIVING, AssetStatus.READING])
def test_a_fetch_whose_task_died_says_so(stored: Callable[..., Asset], status: str) -> None:
    asset = stored()
    age(asset, status=status, created_at=timezone.now() - timedelta(minutes=16))
    sweeping.put_back(timezone.now())
    asset.refresh_from_db()
    assert asset.status == AssetStatus.REFUSED
    assert "try again" in asset.refusal


def test_pictures_that_never_came_are_asked_for_a_few_times_and_then_left(stored: Callable[..., Asset]) -> None:
    asset = stored()
    now = timezone.now()
    assert sweeping.put_back(now) == 0
    asked = [sweeping.put_back(now + timedelta(minutes=minutes)) for minutes in (2, 3, 6, 7, 31, 32, 500)]
    assert asked == [1, 0, 1, 0, 1, 0, 0]
    asset.refresh_from_db()
    assert asset.derive_tries == 3


def test_the_admin_finds_an_asset_and_shows_its_facts(
    as_client: SignIn, moderator: User, stored: Callable[..., Asset]
) -> None:
    asset = stored(title="Harbour at dusk")
    client = as_client(moderator)
    listing = client.get(reverse("admin:media_asset_changelist"), {"q": asset.sha256})
    assert "Harbour at dusk" in listing.content.decode()
    page = client.get(reverse("admin:media_asset_change", args=[asset.id])).content.decode()
    assert asset.sha256 in page
    assert addresses.url(asset) in page
