"""EvoLink's file host: uploads in three ways, their limits, and their end."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers import base
from tests.servers.evolink.client import FILES, Client, Start, get, png, starter, until


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with starter() as start:
        yield start


@pytest.fixture
def client(start: Start) -> Client:
    return start()


def test_uploads_by_all_three_ways(client: Client) -> None:
    film, picture = base.film(2, (160, 90)) + b"\r\n--", png()
    named = {"uploadPath": "edits", "fileName": "clip.mp4"}
    stream = client.post(f"{FILES}/upload/stream", files={"file": ("möwe.mp4", film)}, data=named)
    plain = client.upload("a.png", picture)
    coded = {"base64_data": "data:image/png;base64," + base64.b64encode(picture).decode(), "file_name": "é.png"}
    bare = {"base64_data": base64.b64encode(picture).decode(), "file_name": "b.png", "upload_path": "a/b"}
    address = {"file_url": plain.json()["data"]["file_url"]}
    answers = [
        (stream, film, "video/mp4", "clip.mp4"),
        (plain, picture, "image/png", "a.png"),
        (client.post(f"{FILES}/upload/base64", json=coded), picture, "image/png", "é.png"),
        (client.post(f"{FILES}/upload/base64", json=bare), picture, "image/png", "b.png"),
        (client.post(f"{FILES}/upload/url", json=address), picture, "image/png", "a.png"),
    ]
    for answer, content, mime, name in answers:
        frame = answer.raise_for_status().json()
        data = frame.pop("data")
        assert frame["success"] is True and frame["code"] == 200
        assert (data["file_size"], data["mime_type"], data["file_name"]) == (len(content), mime, name)
        assert data["upload_time"].endswith("+08:00") and data["upload_time"] < data["expires_at"]
        for link in (data["file_url"], data["download_url"]):
            got = get(link)
            assert (got.content, got.headers["content-type"]) == (content, mime)
    data = stream.json()["data"]
    assert (data["upload_path"], data["original_name"]) == ("edits", "möwe.mp4")
    assert data["file_url"].endswith("/edits/clip.mp4")


BAD_UPLOADS: list[tuple[str, dict[str, Any]]] = [
    ("base64", {"json": {"base64_data": "%%%"}}),
    ("base64", {"json": {}}),
    ("base64", {"json": {"base64_data": "aGVsbG8="}}),
    ("base64", {"json": {"base64_data": base64.b64encode(png()).decode(), "upload_path": "../x"}}),
    ("base64", {"json": {"base64_data": base64.b64encode(png()).decode(), "file_name": 7}}),
    ("stream", {"files": {"other": ("a.png", png())}}),
    ("stream", {"files": {"file": ("a.txt", b"text")}}),
    ("stream", {"json": {"file": "x"}}),
    ("stream", {"content": b"--X\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=X"}}),
    ("url", {"json": {"file_url": "file:///etc/passwd"}}),
    ("url", {"json": {"file_url": "http://127.0.0.1:9/a.png"}}),
]


def test_bad_uploads_are_refused_in_the_hosts_own_envelope(client: Client) -> None:
    for way, request in BAD_UPLOADS:
        answer = client.post(f"{FILES}/upload/{way}", **request)
        assert answer.status_code == 400, (way, request, answer.text)
        assert {"success": False, "code": 400}.items() <= answer.json().items() and answer.json()["msg"]
    assert client.get(f"{FILES}/quota").json()["data"]["used_files"] == 0


def test_the_host_may_take_pictures_only(start: Start) -> None:
    client = start(takes_video=False)
    for name, content, status in (("a.mp4", base.film(2, (160, 90)), 400), ("a.png", png(), 200)):
        assert client.upload(name, content).status_code == status


def test_files_are_listed_counted_and_deleted(client: Client) -> None:
    client.server.files.most_files = 2
    kept = [client.upload(name, png()).json()["data"] for name in ("a.png", "b.png")]
    full = client.upload("c.png", png())
    assert full.status_code == 403 and full.json()["success"] is False
    quota = client.get(f"{FILES}/quota").json()["data"]
    assert quota == {"user_group": "default", "used_files": 2, "max_files": 2, "remain_files": 0}
    listed = client.get(f"{FILES}/list?page=1&pageSize=1").json()["data"]
    fields = ("file_id", "file_name", "file_size", "upload_time")
    assert listed == {"total": 2, "files": [{name: kept[1][name] for name in fields}]}
    own = kept[0]["file_id"]
    assert client.delete(f"{FILES}/{own}").json()["success"] is True
    assert get(kept[0]["file_url"]).status_code == 404
    assert client.delete(f"{FILES}/{own}").status_code == 404
    client.server.files.most_bytes = 10
    assert client.upload("d.png", png()).status_code == 413


def test_uploads_expire(start: Start) -> None:
    client = start(file_lifetime=0.3)
    data = client.upload("a.png", png()).json()["data"]
    assert get(data["file_url"]).status_code == 200
    until(lambda: get(data["file_url"]).status_code == 404, 2)
    assert client.get(f"{FILES}/list").json()["data"]["total"] == 0
