import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from studio.accounts.models import Team, User
from studio.engine.errors import MediaRefused
from studio.media import addresses, deriving, storage, store, tasks
from studio.media.disk import DiskFull
from studio.media.models import Asset, Kind
from tests.engine import media_files

told: list[str] = []


def hear(asset_id: str) -> None:
    """Stands for a task of a room above."""
    told.append(asset_id)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return media_files.clip(tmp_path / "result.mp4", 2)


def test_a_take_is_stored_and_the_file_stays_until_its_owner_removes_it(film: Path, team: Team, owner: User) -> None:
    take = store.ingest_result(film, team=team, owner=owner, title="Harbour, turn 3")
    assert (take.kind, take.title, take.width, take.duration) == (
        Kind.TAKE, "Harbour, turn 3", 320, pytest.approx(2, abs=0.1),
    )  # fmt: skip
    stored = storage.local_file(take.file)
    assert stored is not None
    assert film.exists()
    assert stored.samefile(film)
    film.unlink()
    assert stored.stat().st_size == take.size


def test_collecting_the_same_result_twice_is_one_take(film: Path, team: Team, owner: User) -> None:
    chosen = uuid.uuid4()
    first = store.ingest_result(film, team=team, owner=owner, id=chosen)
    film.unlink()
    assert store.ingest_result(film, team=team, owner=owner, id=chosen) == first
    assert Asset.objects.count() == 1


def test_the_strip_knows_where_the_sound_is(tmp_path: Path, team: Team, owner: User) -> None:
    film = media_files.clip(tmp_path / "click.mp4", 2, click_at=0.5)
    take = store.ingest_result(film, team=team, owner=owner)
    deriving.derive_pictures(take)
    wave = addresses.urls(take)["wave"]
    assert len(wave) == deriving.WAVE_PARTS and set(wave) <= set("0123456789abcdef")
    assert 0.2 < wave.index(max(wave)) / len(wave) < 0.3 and wave.endswith("0" * 60)


def test_the_strip_of_a_silent_clip_has_no_line_of_sound(tmp_path: Path, team: Team, owner: User) -> None:
    take = store.ingest_result(media_files.clip(tmp_path / "still.mp4", 1, sound=False), team=team, owner=owner)
    deriving.derive_pictures(take)
    assert addresses.urls(take)["wave"] == ""


def test_a_result_that_is_no_clip_is_refused(tmp_path: Path, team: Team, owner: User) -> None:
    with pytest.raises(MediaRefused):
        store.ingest_result(media_files.text(tmp_path / "result.mp4"), team=team, owner=owner)
    assert Asset.objects.count() == 0


def test_a_take_waits_for_room_on_the_disk(film: Path, team: Team, owner: User, settings: Any) -> None:
    settings.MIN_FREE_BYTES = 10**18
    with pytest.raises(DiskFull):
        store.ingest_result(film, team=team, owner=owner)
    assert film.exists()


def test_the_room_above_hears_when_the_pictures_are_there(
    film: Path, team: Team, owner: User, run_tasks: Callable[..., int]
) -> None:
    told.clear()
    take = store.ingest_result(film, team=team, owner=owner, then=f"{__name__}.hear")
    run_tasks()
    assert told == [str(take.id)]
    assert take.derived.count() == 2


def test_making_the_pictures_again_makes_none(
    film: Path, team: Team, owner: User, run_tasks: Callable[..., int]
) -> None:
    take = store.ingest_result(film, team=team, owner=owner)
    run_tasks()
    before = sorted(take.derived.values_list("file", flat=True))
    tasks.make_derived(str(take.id))
    assert sorted(take.derived.values_list("file", flat=True)) == before


@pytest.mark.django_db(transaction=True)
def test_two_tasks_at_once_make_one_picture_and_leave_no_file(film: Path, team: Team, owner: User) -> None:
    take = store.ingest_result(film, team=team, owner=owner)
    barrier = threading.Barrier(2)

    def make(source: Path, out: Path) -> dict[str, Any]:
        barrier.wait(20)
        out.write_bytes(b"picture")
        return {}

    def run() -> None:
        deriving.derive(take, Kind.POSTER, "image/jpeg", "jpg", make)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    poster = take.derived.get()
    stored = storage.local_file(poster.file)
    assert stored is not None
    team_folder = stored.parent.parent
    files = [path for path in team_folder.rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == sorted([stored.name, Path(take.file).name])


def test_an_export_is_made_once_and_a_clip_is_its_own(film: Path, team: Team, owner: User) -> None:
    take = store.ingest_result(film, team=team, owner=owner)
    assert deriving.derive_export(take, "mp4") == take
    webm = deriving.derive_export(take, "webm", 80)
    assert (webm.kind, webm.mime, webm.probe["codec"]) == (Kind.EXPORT, "video/webm", "vp9")
    assert deriving.derive_export(take, "webm", 80) == webm
    assert deriving.derive_export(take, "mov").mime == "video/quicktime"


def test_pictures_of_a_purged_asset_are_not_asked_for(stored: Callable[..., Asset]) -> None:
    asset = stored()
    Asset.objects.filter(id=asset.id).update(file="", purged_at="2026-01-01T00:00Z")
    tasks.make_derived(str(asset.id))
    tasks.make_rendition(str(asset.id))
    assert asset.derived.count() == 0
