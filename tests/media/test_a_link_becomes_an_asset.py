from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.live.models import Event
from studio.media import tasks
from studio.media.models import Asset, AssetStatus, Kind
from tests.engine import media_files
from tests.media.link_server import LinkServer, link_server

SignIn = Callable[[User | None], Client]


@pytest.fixture
def web(tmp_path: Path, settings: Any) -> Iterator[LinkServer]:
    settings.LINK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with link_server() as server:
        server.files["harbour%20film.mp4"] = media_files.clip(tmp_path / "a.mp4", 1).read_bytes()
        server.files["photo.jpg"] = media_files.photo(tmp_path / "a.jpg").read_bytes()
        server.files["playlist.mp4"] = b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"
        yield server


def ask(client: Client, url: str, **fields: str) -> Any:
    return client.post(reverse("media:asset-from-link"), {"url": url, **fields})


def seen(client: Client, answer: Any) -> dict[str, Any]:
    said: dict[str, Any] = client.get(reverse("media:asset-detail", args=[answer.json()["id"]])).json()
    return said


def test_a_linked_clip_arrives_with_its_name_and_pictures(
    as_client: SignIn, editor: User, web: LinkServer, run_tasks: Callable[..., int]
) -> None:
    client = as_client(editor)
    answer = ask(client, f"{web.url}/harbour%20film.mp4")
    assert (answer.status_code, answer.json()["status"]) == (202, AssetStatus.RECEIVING)
    run_tasks()
    said = seen(client, answer)
    assert (said["status"], said["kind"], said["title"]) == (AssetStatus.READY, Kind.SOURCE, "harbour film")
    assert said["poster"]
    assert said["strip"]
    assert client.get(said["src"]).status_code == 200
    assert Event.objects.filter(stream=f"user-{editor.id}", kind="asset.changed").count() >= 2


def test_a_linked_photo_becomes_a_reference(
    as_client: SignIn, editor: User, web: LinkServer, run_tasks: Callable[..., int]
) -> None:
    client = as_client(editor)
    answer = ask(client, f"{web.url}/photo.jpg")
    run_tasks()
    assert (seen(client, answer)["kind"], seen(client, answer)["mime"]) == (Kind.REFERENCE, "image/jpeg")


@pytest.mark.parametrize("path", ["page", "missing.mp4", "playlist.mp4", "redirect?to=http://10.0.0.1/a.mp4"])
def test_a_link_that_comes_to_nothing_says_why(
    as_client: SignIn, editor: User, web: LinkServer, run_tasks: Callable[..., int], path: str, incoming: Path
) -> None:
    client = as_client(editor)
    answer = ask(client, f"{web.url}/{path}")
    run_tasks()
    said = seen(client, answer)
    assert said["status"] == AssetStatus.REFUSED
    assert said["refusal"].endswith(".")
    assert list(incoming.iterdir()) == []


def test_the_default_refuses_private_addresses(
    as_client: SignIn, editor: User, web: LinkServer, run_tasks: Callable[..., int], settings: Any
) -> None:
    settings.LINK_ALLOWED_NETWORKS = []
    client = as_client(editor)
    answer = ask(client, f"{web.url}/photo.jpg")
    run_tasks()
    assert "private address" in seen(client, answer)["refusal"]
    assert web.paths == []


def test_what_is_no_web_address_is_refused_at_once(as_client: SignIn, editor: User) -> None:
    for url in ("file:///etc/passwd", "clip.mp4", "", "http://u:p@example.com/a.mp4", "http://" + "x" * 5000):
        answer = ask(as_client(editor), url)
        assert answer.status_code in (202, 422)
        assert answer.status_code == 422 or url.startswith("http://x")


def test_a_file_larger_than_is_taken_is_not_fetched(
    as_client: SignIn, editor: User, web: LinkServer, run_tasks: Callable[..., int], settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    client = as_client(editor)
    answers = [ask(client, f"{web.url}/{path}") for path in ("promises", "endless")]
    run_tasks()
    for answer in answers:
        assert "larger than the 1 MB" in seen(client, answer)["refusal"]


def test_a_clip_longer_than_is_taken_is_refused(
    as_client: SignIn, editor: User, web: LinkServer, run_tasks: Callable[..., int], settings: Any
) -> None:
    settings.UPLOAD_MAX_SECONDS = 0.1
    client = as_client(editor)
    answer = ask(client, f"{web.url}/harbour%20film.mp4")
    run_tasks()
    assert seen(client, answer)["status"] == AssetStatus.REFUSED


def test_a_link_removed_while_it_is_fetched_leaves_nothing(
    as_client: SignIn, editor: User, web: LinkServer, run_tasks: Callable[..., int]
) -> None:
    client = as_client(editor)
    asset_id = ask(client, f"{web.url}/photo.jpg").json()["id"]
    client.post(reverse("media:asset-delete", args=[asset_id]))
    run_tasks()
    assert Asset.objects.get(id=asset_id).file == ""
    assert web.paths == []


def test_running_the_task_twice_fetches_once(
    as_client: SignIn, editor: User, web: LinkServer, run_tasks: Callable[..., int]
) -> None:
    asset_id = ask(as_client(editor), f"{web.url}/photo.jpg").json()["id"]
    run_tasks()
    tasks.fetch_link(asset_id)
    assert web.paths == ["/photo.jpg"]


def test_nobody_fetches_into_another_team(as_client: SignIn, stranger: User, team: Team) -> None:
    assert ask(as_client(stranger), "http://example.com/a.mp4", team=str(team.id)).status_code == 404
