"""Downloads in four formats and addresses that are renewed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from studio.accounts.models import User
from studio.media import deriving
from studio.media.models import Asset, Kind
from studio.threads.models import Take
from tests.engine.media_files import clip as make_clip
from tests.threads_pages.conftest import AddTurn, take_of

As = Callable[[User | None], Client]


@pytest.fixture
def take(add_turn: AddTurn, tmp_path: Path) -> Take:
    """One whose file can really be read."""
    take = take_of(add_turn())
    source = make_clip(tmp_path / "clip.mp4", seconds=1)
    target = Path(settings.MEDIA_ROOT) / f"{take.pk}.mp4"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    Asset.objects.filter(pk=take.asset_id).update(file=target.name, probe={"browser_playable": True})
    return take


def address(take: Take, format: str) -> str:
    return reverse("threads:take-download", args=[str(take.pk), format])


def test_its_own_format_comes_at_once_under_a_good_name(as_client: As, viewer: User, take: Take) -> None:
    answer = as_client(viewer).get(address(take, "mp4"))
    assert answer.status_code == 302
    assert "download=Harbour+at+dusk%2C+turn+1+take+1" in answer["Location"]


def test_another_format_is_prepared_once_and_then_kept(
    as_client: As, owner: User, take: Take, run_tasks: Callable[..., int]
) -> None:
    client = as_client(owner)
    json = {"Accept": "application/json"}
    first = client.get(address(take, "mov"), headers=json)
    assert (first.status_code, first.json()) == (202, {"state": "preparing"})
    assert client.get(f"{address(take, 'mov')}?waiting=1", headers=json).json() == {"state": "preparing"}
    assert run_tasks("render") == 1
    ready = client.get(f"{address(take, 'mov')}?waiting=1", headers=json).json()
    assert ready["state"] == "ready"
    assert "download=" in ready["url"]
    assert Asset.objects.filter(origin=take.asset, kind=Kind.EXPORT).count() == 1
    assert deriving.want_export(str(take.asset_id), "mov")


def test_asked_for_ten_times_it_is_made_by_one_task_and_may_be_asked_for_again_after(
    as_client: As, owner: User, take: Take, run_tasks: Callable[..., int]
) -> None:
    Asset.objects.filter(pk=take.asset_id).update(file="gone.mp4")
    client = as_client(owner)
    for _number in range(10):
        assert client.get(address(take, "mov")).status_code == 202
    assert OrmQ.objects.count() == 1
    Asset.objects.filter(pk=take.asset_id).update(file="")
    assert run_tasks("render") == 1
    client.get(address(take, "mov"))
    assert OrmQ.objects.count() == 1


def test_without_scripts_a_page_waits_by_itself(as_client: As, owner: User, take: Take) -> None:
    answer = as_client(owner).get(address(take, "webm"))
    assert answer.status_code == 202
    assert "2; url=" in answer["Refresh"]
    assert "being made ready as WEBM" in answer.content.decode()


def test_cutting_programs_get_prores_beside_the_other_mov(
    as_client: As, owner: User, take: Take, run_tasks: Callable[..., int]
) -> None:
    client = as_client(owner)
    for format in ("mov", "prores"):
        assert client.get(address(take, format)).status_code == 202
    assert run_tasks("render") == 2
    asked = client.get(address(take, "prores"))["Location"]
    file = client.get(asked)
    assert file["Content-Type"] == "video/quicktime; codecs=apch"
    assert '.mov"' in file["Content-Disposition"]
    assert Asset.objects.get(origin=take.asset, mime=file["Content-Type"]).probe["codec"] == "prores"
    assert client.get(address(take, "mov"))["Location"] != asked


def test_there_is_no_fifth_format(as_client: As, owner: User, take: Take) -> None:
    assert as_client(owner).get(f"/takes/{take.pk}/gif/").status_code == 404


@pytest.mark.parametrize("name", ["-" * 36, "a" * 36, "0" * 35 + "-"])
def test_what_is_no_id_is_not_found(as_client: As, owner: User, name: str) -> None:
    assert as_client(owner).get(f"/takes/{name}/mp4/").status_code == 404


def test_fresh_addresses_are_told(as_client: As, viewer: User, stranger: User, take: Take) -> None:
    told = as_client(viewer).get(reverse("threads:take-address", args=[take.pk])).json()
    assert told["id"] == str(take.pk)
    assert told["src"].startswith("/media/")
    assert told["frames"] == 12
    assert told["label"] == "Turn 1 · take 1"
    assert as_client(stranger).get(reverse("threads:take-address", args=[take.pk])).status_code == 404
