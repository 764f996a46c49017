"""Uploads through the real HTTP stack of the test client, with real files and the real engine."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.live.models import Event
from studio.media import storage
from studio.media.models import Asset, AssetStatus, Kind
from studio.media.store import clean_title
from tests.engine import media_files

SignIn = Callable[[User | None], Client]


def upload(client: Client, path: Path, name: str = "", **fields: Any) -> Any:
    with path.open("rb") as file:
        sent = SimpleUploadedFile(name or path.name, file.read())
    return client.post(reverse("media:asset-create"), {"file": sent, **fields})


def the_asset(answer: Any) -> Asset:
    return Asset.objects.get(id=answer.json()["id"])


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return media_files.clip(tmp_path / "harbour.mp4", 2, (320, 180))


def test_a_clip_is_ready_at_once_with_its_facts(as_client: SignIn, editor: User, team: Team, clip: Path) -> None:
    answer = upload(as_client(editor), clip)
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["kind"], said["status"], said["title"]) == (Kind.SOURCE, AssetStatus.READY, "harbour")
    assert (said["width"], said["height"]) == (320, 180)
    assert said["duration"] == pytest.approx(2, abs=0.1)
    assert said["limits"]["seconds"] == 60
    asset = the_asset(answer)
    assert (asset.team, asset.owner, asset.mime, asset.has_sound) == (team, editor, "video/mp4", True)
    assert asset.sha256 == asset.original_sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert asset.size == clip.stat().st_size


def test_the_stored_name_is_ours_alone_and_nothing_is_left_behind(
    as_client: SignIn, editor: User, clip: Path, incoming: Path
) -> None:
    asset = the_asset(upload(as_client(editor), clip, name="../../evil<script>.mp4"))
    assert asset.file.startswith(f"{asset.team_id}/{asset.id}/source-")
    assert "evil" not in asset.file
    stored = storage.local_file(asset.file)
    assert stored is not None
    assert stored.read_bytes() == clip.read_bytes()
    assert list(incoming.iterdir()) == []


def test_its_pictures_follow_and_its_owner_hears_of_them(
    as_client: SignIn, editor: User, clip: Path, run_tasks: Callable[..., int]
) -> None:
    client = as_client(editor)
    asset = the_asset(upload(client, clip))
    run_tasks()
    assert sorted(asset.derived.values_list("kind", flat=True)) == [Kind.FILMSTRIP, Kind.POSTER]
    assert Event.objects.filter(stream=f"user-{editor.id}", kind="asset.changed").exists()
    said = client.get(reverse("media:asset-detail", args=[asset.id])).json()
    assert said["strip_frames"] == 12
    for picture in (said["poster"], said["strip"], said["src"]):
        assert client.get(picture).status_code == 200


def test_a_photo_is_turned_upright_and_loses_its_metadata(as_client: SignIn, editor: User, tmp_path: Path) -> None:
    photo = media_files.photo(tmp_path / "phone.jpg", (640, 360), orientation=6)
    answer = upload(as_client(editor), photo)
    assert answer.status_code == 201, answer.content
    asset = the_asset(answer)
    assert (asset.kind, asset.mime, asset.width, asset.height) == (Kind.REFERENCE, "image/jpeg", 360, 640)
    assert asset.original_sha256 == hashlib.sha256(photo.read_bytes()).hexdigest()
    assert asset.sha256 != asset.original_sha256
    stored = storage.local_file(asset.file)
    assert stored is not None
    assert b"Exif" not in stored.read_bytes()
    assert answer.json()["poster"] == answer.json()["src"] != ""


@pytest.mark.parametrize(("suffix", "mime"), [("png", "image/jpeg"), ("webp", "image/jpeg"), ("jpg", "image/jpeg")])
def test_photos_of_every_kind_come_in(as_client: SignIn, editor: User, tmp_path: Path, suffix: str, mime: str) -> None:
    answer = upload(as_client(editor), media_files.photo(tmp_path / f"photo.{suffix}"))
    assert answer.status_code == 201, answer.content
    assert the_asset(answer).mime == mime


@pytest.mark.parametrize(
    ("suffix", "mime"),
    [("mp4", "video/mp4"), ("mov", "video/quicktime"), ("webm", "video/webm"), ("mkv", "video/x-matroska")],
)
def test_clips_of_every_kind_come_in(as_client: SignIn, editor: User, tmp_path: Path, suffix: str, mime: str) -> None:
    codec = "libvpx-vp9" if suffix == "webm" else "libx264"
    answer = upload(as_client(editor), media_files.clip(tmp_path / f"clip.{suffix}", 1, codec=codec))
    assert answer.status_code == 201, answer.content
    assert the_asset(answer).mime == mime


def test_a_clip_is_known_by_its_bytes_and_not_by_its_name(as_client: SignIn, editor: User, clip: Path) -> None:
    assert the_asset(upload(as_client(editor), clip, name="holiday.jpg")).kind == Kind.SOURCE


def test_a_phone_clip_gets_an_upright_rendition_that_browsers_play(
    as_client: SignIn, editor: User, tmp_path: Path, run_tasks: Callable[..., int]
) -> None:
    client = as_client(editor)
    answer = upload(client, media_files.phone_clip(tmp_path / "phone.mov"))
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["width"], said["height"], said["playable"], said["src"]) == (180, 320, False, "")
    run_tasks()
    asset = the_asset(answer)
    rendition = asset.derived.get(kind=Kind.RENDITION)
    assert (rendition.mime, rendition.width, rendition.height) == ("video/mp4", 180, 320)
    assert (rendition.probe["codec"], rendition.probe["pix_fmt"]) == ("h264", "yuv420p")
    assert rendition.probe["variable_rate"] is False
    assert rendition.probe["browser_playable"] is True
    assert rendition.duration == pytest.approx(asset.duration, abs=0.15)
    assert client.get(reverse("media:asset-detail", args=[asset.id])).json()["src"] != ""
    assert Asset.objects.get(id=asset.id).mime == "video/quicktime"


def test_a_clip_longer_than_the_model_takes_asks_for_a_trim(as_client: SignIn, editor: User, clip: Path) -> None:
    client = as_client(editor)
    assert upload(client, clip, max_seconds="1.5").json()["needs_trim"] is True
    assert upload(client, clip, max_seconds="10").json()["needs_trim"] is False
    assert upload(client, clip, max_seconds="nonsense").json()["needs_trim"] is False


def test_a_clip_longer_than_the_studio_takes_is_refused(
    as_client: SignIn, editor: User, clip: Path, settings: Any
) -> None:
    settings.UPLOAD_MAX_SECONDS = 1
    answer = upload(as_client(editor), clip)
    assert answer.status_code == 422
    assert "s" in answer.json()["error"]
    assert Asset.objects.count() == 0


HOSTILE: dict[str, Callable[[Path], Path]] = {
    "an empty file": lambda folder: media_files.empty(folder / "a.mp4"),
    "a text": lambda folder: media_files.text(folder / "a.mp4"),
    "half a clip without its index": lambda folder: media_files.truncated(folder / "a.mp4", faststart=False),
    "a list of other files": lambda folder: media_files.concat_list(folder / "a.mp4", "/etc/passwd"),
    "a renamed playlist": lambda folder: media_files.hls_playlist(folder / "a.mp4", "http://127.0.0.1:9/a.ts"),
    "a playlist": lambda folder: media_files.hls_playlist(folder / "a.m3u8", "file:///etc/passwd"),
    "a session description": lambda folder: media_files.sdp(folder / "a.mp4", 5004),
    "a drawing with a link": lambda folder: media_files.svg(folder / "a.svg", "http://127.0.0.1:9/a.png"),
    "a manifest": lambda folder: media_files.dash_manifest(folder / "a.mp4", "http://127.0.0.1:9/"),
    "a pointer to another film": lambda folder: media_files.reference_movie(folder / "a.mov", "http://127.0.0.1:9/"),
    "a picture of 8192 by 8192": lambda folder: media_files.huge_picture(folder / "a.mp4"),
    "a photo of 900 megapixels": lambda folder: media_files.huge_photo(folder / "a.png"),
    "eleven hours": lambda folder: media_files.endless(folder / "a.mkv"),
    "sound without pictures": lambda folder: media_files.sound_only(folder / "a.mp4"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_and_broken_files_get_a_sentence_and_leave_nothing(
    as_client: SignIn, editor: User, tmp_path: Path, what: str, incoming: Path
) -> None:
    answer = upload(as_client(editor), HOSTILE[what](tmp_path))
    assert answer.status_code in (400, 422), answer.content
    sentence = answer.json()["error"]
    assert len(sentence) > 15
    assert sentence[0].isupper()
    assert "Traceback" not in sentence
    assert "/" not in sentence.replace("http://", "")
    assert Asset.objects.count() == 0
    assert list(incoming.iterdir()) == []


def test_more_bytes_than_are_taken_are_refused_and_removed(
    as_client: SignIn, editor: User, tmp_path: Path, settings: Any, incoming: Path
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    large = tmp_path / "large.mp4"
    large.write_bytes(b"x" * (1024 * 1024 + 1))
    answer = upload(as_client(editor), large)
    assert answer.status_code == 413
    assert "up to 1 MB" in answer.json()["error"]
    large.write_bytes(b"x" * 3 * 1024 * 1024)
    assert upload(as_client(editor), large).status_code == 413
    assert Asset.objects.count() == 0
    assert list(incoming.iterdir()) == []


def test_a_full_disk_refuses_in_a_sentence_before_anything_is_written(
    as_client: SignIn, editor: User, clip: Path, settings: Any, incoming: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MIN_FREE_BYTES = 10**18
    answer = upload(as_client(editor), clip)
    assert answer.status_code == 507
    assert "nearly full" in answer.json()["error"]
    assert "Insufficient Storage" in caplog.text
    caplog.clear()
    assert Asset.objects.count() == 0
    assert list(incoming.iterdir()) == []


def test_an_upload_without_a_file_gets_a_sentence(as_client: SignIn, editor: User) -> None:
    answer = as_client(editor).post(reverse("media:asset-create"), {"file": "text"})
    assert (answer.status_code, "No file came" in answer.json()["error"]) == (400, True)


def test_only_the_first_of_two_files_is_taken(as_client: SignIn, editor: User, clip: Path, incoming: Path) -> None:
    two = [SimpleUploadedFile(name, clip.read_bytes()) for name in ("one.mp4", "two.mp4")]
    answer = as_client(editor).post(reverse("media:asset-create"), {"file": two})
    assert answer.json()["title"] == "one"
    assert Asset.objects.count() == 1
    assert list(incoming.iterdir()) == []


def test_a_visitor_is_told_to_sign_in(clip: Path, db: None) -> None:
    answer = upload(Client(), clip)
    assert answer.status_code == 401
    assert "signed out" in answer.json()["error"]


@pytest.mark.parametrize("who", ["reviewer", "viewer"])
def test_who_may_only_look_may_not_upload(
    as_client: SignIn, request: pytest.FixtureRequest, clip: Path, who: str
) -> None:
    answer = upload(as_client(request.getfixturevalue(who)), clip)
    assert answer.status_code == 403
    assert "Ask an owner" in answer.json()["error"]
    assert Asset.objects.count() == 0


def test_nobody_uploads_into_another_team(as_client: SignIn, stranger: User, team: Team, clip: Path) -> None:
    client = as_client(stranger)
    assert upload(client, clip, team=str(team.id)).status_code == 404
    assert upload(client, clip, team="nonsense").status_code == 404
    assert Asset.objects.count() == 0


def test_an_upload_goes_into_the_team_that_is_named(
    as_client: SignIn, editor: User, other_team: Team, clip: Path
) -> None:
    other_team.memberships.create(user=editor, role="editor")
    assert the_asset(upload(as_client(editor), clip, team=str(other_team.id))).team == other_team


def test_a_form_of_another_site_is_refused(editor: User, clip: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    assert upload(client, clip).status_code == 403
    client.get(reverse("account_login"))
    token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
    with clip.open("rb") as file:
        sent = SimpleUploadedFile("clip.mp4", file.read())
    if token:
        answer = client.post(reverse("media:asset-create"), {"file": sent}, headers={"X-CSRFToken": token})
        assert answer.status_code == 201


def test_a_title_has_no_path_no_control_characters_and_an_end() -> None:

    assert clean_title("C:\\films\\harbour at  dusk.MP4") == "harbour at dusk"
    assert clean_title("../../x/a\x00b\ncd.mov") == "a b cd"
    assert clean_title("海边.mp4") == "海边"
    assert clean_title("x" * 500 + ".mp4") == "x" * 200
    assert clean_title(".mp4") == ".mp4"
    assert clean_title("") == ""


@pytest.mark.parametrize("what", ["asset-detail", "asset-trim", "asset-delete", "asset-restore"])
def test_a_stranger_finds_nothing_of_another_team(
    as_client: SignIn, stranger: User, stored: Callable[..., Asset], what: str
) -> None:
    address = reverse(f"media:{what}", args=[stored().id])
    client = as_client(stranger)
    answer = client.get(address) if what == "asset-detail" else client.post(address)
    assert answer.status_code == 404
    assert json.loads(answer.content)["error"]
