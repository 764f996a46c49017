"""The same promises with object storage: an upload, its pictures, ranges, deletion."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.accounts.models import Team, User
from studio.media import store, trash
from studio.media.addresses import url, urls
from studio.media.models import Asset
from tests.engine import media_files
from tests.media.bucket_server import BucketServer, bucket_server

pytest.importorskip("storages", reason="django-storages is not installed")


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketServer]:
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    with bucket_server() as server:
        options = {"bucket_name": "films", "endpoint_url": server.url, "region_name": "here"}
        options |= {"access_key": "key", "secret_key": "secret", "file_overwrite": False, "default_acl": None}
        default = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        yield server


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return media_files.clip(tmp_path / "clip.mp4", 2)


def test_an_upload_and_its_pictures_go_into_the_bucket(
    bucket: BucketServer, team: Team, owner: User, clip: Path, run_tasks: Callable[..., int], incoming: Path
) -> None:
    asset = store.ingest_file(clip, team=team, owner=owner, title="clip.mp4")
    assert bucket.objects[asset.file] == clip.read_bytes()
    run_tasks()
    assert len(bucket.objects) == 3
    assert all(urls(Asset.objects.get(id=asset.id)).values())
    assert list(incoming.iterdir()) == []


def test_a_range_is_fetched_from_the_bucket_and_no_more(
    bucket: BucketServer, server: str, team: Team, owner: User, clip: Path
) -> None:
    asset = store.ingest_result(clip, team=team, owner=owner)
    answer = httpx.get(server + url(asset), headers={"Range": "bytes=100-299"})
    assert (answer.status_code, answer.content) == (206, clip.read_bytes()[100:300])
    assert bucket.ranges == ["bytes=100-299"]
    assert httpx.get(server + url(asset)).content == clip.read_bytes()


def test_what_is_purged_leaves_the_bucket(
    bucket: BucketServer, team: Team, owner: User, clip: Path, run_tasks: Callable[..., int]
) -> None:
    asset = store.ingest_result(clip, team=team, owner=owner)
    run_tasks()
    assert len(bucket.objects) == 3
    trash.purge(asset)
    assert bucket.objects == {}
