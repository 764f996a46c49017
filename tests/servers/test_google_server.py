"""Google on loopback: what it accepts, what it refuses, and whom it lets in."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.servers.base import film
from tests.servers.google import GoogleServer
from tests.servers.google.client import (
    CREATE,
    FILES,
    ONE_ONE,
    ONE_TWO,
    Client,
    fresh,
    part_of,
    photo,
    task,
    text,
    wants,
)
from tests.servers.google.files import look_at_clip
from tests.servers.google.wire import KEY

NO_CLIP = "https://generativelanguage.googleapis.com/v1beta/files/up1"


@pytest.fixture(scope="module")
def house() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


@pytest.fixture
def server(house: GoogleServer) -> Iterator[GoogleServer]:
    with fresh(house) as server:
        yield server


@pytest.fixture
def client(server: GoogleServer) -> Iterator[Client]:
    with Client(server) as client:
        yield client


# --- From a create to a film -----------------------------------------------------------------------------------------


def test_a_background_create_answers_at_once_and_ends_with_a_film_of_that_length_and_shape(
    server: GoogleServer, client: Client
) -> None:
    made = client.create(response_format=wants(aspect_ratio="9:16", duration="4s", resolution="1080p"))
    assert made["object"] == "interaction" and made["status"] == "in_progress" and "steps" not in made
    found = client.finish(made)
    assert [step["type"] for step in found["steps"]] == ["user_input", "thought", "model_output"]
    got = client.get(part_of(found)["uri"])
    assert got.headers["content-type"] == "video/mp4"
    clip = look_at_clip(got.content)
    assert abs(clip.seconds - 4) < 0.1 and clip.size[1] > clip.size[0]
    assert found["usage"]["output_tokens_by_modality"] == [{"modality": "video", "tokens": 4 * 8688}]
    assert server.billed == [made["id"]]


def test_without_background_it_blocks_and_answers_with_the_film_inside(client: Client) -> None:
    answer = client.post(CREATE, json={"model": ONE_TWO, "input": "A red kite.", "response_format": {"type": "video"}})
    found = answer.json()
    assert found["status"] == "completed" and "uri" not in part_of(found)
    assert look_at_clip(base64.b64decode(part_of(found)["data"])).seconds == pytest.approx(8, abs=0.1)


def test_a_film_is_fetched_by_key_and_in_ranges(client: Client, server: GoogleServer) -> None:
    uri = part_of(client.finish(client.create(response_format=wants(duration="3s"))))["uri"]
    assert httpx.get(uri).status_code == 403
    some = client.get(uri, headers={"Range": "bytes=4-7"})
    assert (some.status_code, some.content) == (206, b"ftyp")
    file = client.get(uri.partition(":download")[0]).json()
    assert file["state"] == "ACTIVE" and file["source"] == "GENERATED" and file["downloadUri"] == uri
    assert file["videoMetadata"]["videoDuration"].startswith("3.0")
    assert client.get(uri.partition("?")[0]).status_code == 400


def test_a_turn_goes_on_from_an_interaction_and_keeps_its_length(client: Client) -> None:
    first = client.create(response_format=wants(duration="3s", aspect_ratio="9:16"))
    client.finish(first)
    turns = [
        client.create(previous_interaction_id=first["id"], input=words, response_format=wants())
        for words in ("Make it night.", "Make it blue.")
    ]
    for turn in turns:
        assert turn["previous_interaction_id"] == first["id"]
        found = client.finish(turn)
        clip = look_at_clip(client.get(part_of(found)["uri"]).content)
        assert abs(clip.seconds - 3) < 0.1 and clip.size[1] > clip.size[0]
        assert found["usage"]["total_input_tokens"] > 3 * 5792


def test_extending_adds_seconds_until_it_is_too_long(client: Client) -> None:
    first = client.create(response_format=wants(duration="10s"), model=ONE_TWO)
    client.finish(first)
    more = {"model": ONE_TWO, "input": "Extend the video.", "response_format": wants(duration="15s")}
    second = client.create(previous_interaction_id=first["id"], **more)
    clip = look_at_clip(client.get(part_of(client.finish(second))["uri"]).content)
    assert clip.seconds == pytest.approx(25, abs=0.2)
    assert "too long" in client.error(previous_interaction_id=second["id"], **more)


def test_an_edit_of_an_uploaded_clip_keeps_its_length_and_shape(client: Client) -> None:
    source = client.clip(5, (180, 320))
    made = client.create(
        input=[source, photo(), text("Yellow.")], response_format=wants(), generation_config=task("edit")
    )
    clip = look_at_clip(client.get(part_of(client.finish(made))["uri"]).content)
    assert clip.seconds == pytest.approx(5, abs=0.1) and clip.size[1] > clip.size[0]


def test_it_takes_every_form_of_input(client: Client) -> None:
    forms: list[dict[str, Any]] = [
        {"input": "红色的风筝"},
        {"input": text()},
        {"input": [text()], "generation_config": task("text_to_video") | {"thinking_level": "low"}},
        {"input": [photo(), text()], "generation_config": task("image_to_video")},
        {"input": [photo("jpeg"), photo("webp"), text()], "generation_config": task("image_to_video")},
        {"input": [photo() for _ in range(10)] + [text()], "generation_config": task("reference_to_video")},
        {"input": [{"type": "user_input", "content": [photo(), text()]}]},
        {"input": [client.clip() | {"type": "document"}, text()]},
        {"response_format": [wants(resolution="4k", duration="3.5s")]},
        {"labels": {"a": "b"}, "response_modalities": ["video"], "store": True},
    ]
    for form in forms:
        assert client.create(**form)["status"] == "in_progress", form


def test_it_can_be_cancelled_while_it_runs_and_deleted_afterwards(client: Client, server: GoogleServer) -> None:
    server.seconds = 60
    made = client.create()
    assert client.post(f"{CREATE}/{made['id']}/cancel").json()["status"] == "cancelled"
    assert client.read(made["id"])["status"] == "cancelled"
    again = client.post(f"{CREATE}/{made['id']}/cancel")
    assert (again.status_code, again.json()["error"]["code"]) == (400, "invalid_request")
    assert client.delete(f"{CREATE}/{made['id']}").json() == {}
    assert client.get(f"{CREATE}/{made['id']}").status_code == 400


def test_what_is_not_stored_is_not_known(client: Client) -> None:
    answer = client.post(CREATE, json={"model": ONE_ONE, "input": "x", "store": False}).json()
    assert answer["status"] == "completed"
    assert "Invalid interaction name" in client.read(answer["id"])["error"]["message"]
    assert "Invalid interaction name" in client.error(previous_interaction_id=answer["id"])


# --- What it refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"temperature": 1}, "unknown parameter 'temperature'"),
        ({"system_instruction": "x"}, "unknown parameter"),
        ({"input": None}, "input must be"),
        ({"input": [3]}, "input must be"),
        ({"input": [{"type": "user_input"}]}, "steps must have"),
        ({"input": [{"type": "audio"}]}, "unknown kind of part"),
        ({"input": [photo() | {"uri": NO_CLIP}]}, "either data or a uri"),
        ({"input": [photo() | {"mime_type": "image/gif"}]}, "mime_type 'image/gif' is not supported"),
        ({"input": [photo() | {"data": "iVBORw0KGgo="}]}, "unable to process the image"),
        ({"input": [photo() | {"data": "?"}]}, "must be base64"),
        ({"input": [{"type": "video", "mime_type": "video/mp4", "uri": NO_CLIP}]}, "does not exist"),
        ({"input": [photo() for _ in range(11)]}, "at most 10 images"),
        ({"input": [photo() for _ in range(7)], "model": ONE_TWO}, "at most 6 images"),
        ({"input": [photo()], "generation_config": task("text_to_video")}, "takes no media"),
        ({"generation_config": task("image_to_video")}, "takes a first image"),
        ({"generation_config": task("reference_to_video")}, "needs references"),
        ({"generation_config": task("edit")}, "needs a video"),
        ({"generation_config": task("dance")}, "must be one of"),
        ({"generation_config": {"seed": 7}}, "unknown parameter 'seed'"),
        ({"generation_config": {"thinking_level": "medium"}}, "low or high"),
        ({"response_format": wants(duration=6)}, "invalid duration"),
        ({"response_format": wants(duration="6")}, "invalid duration"),
        ({"response_format": wants(duration="2s")}, "from 3s to 10s"),
        ({"response_format": wants(duration="11s")}, "from 3s to 10s"),
        ({"response_format": wants(duration="16s"), "model": ONE_TWO}, "from 3s to 15s"),
        ({"response_format": wants(resolution="480p")}, "resolution must be one of"),
        ({"response_format": wants(aspect_ratio="1:1")}, "aspect_ratio must be one of"),
        ({"response_format": wants(gcs_uri="gs://x")}, "unknown parameter 'gcs_uri'"),
        ({"response_format": {"delivery": "uri"}}, "of the type video"),
        ({"store": False}, "background needs store"),
        ({"background": "yes"}, "true or false"),
        ({"stream": True}, "no streams"),
        ({"webhook_config": {"url": "x"}}, "unknown parameter 'url'"),
        ({"webhook_config": {"uris": "x"}}, "list of addresses"),
        ({"previous_interaction_id": "v1_Gone"}, "Invalid interaction name: interactions/v1_Gone"),
        ({"previous_interaction_id": 7}, "must be text"),
    ],
)
def test_it_refuses_what_the_documentation_does_not_allow(client: Client, body: dict[str, Any], message: str) -> None:
    assert message in client.error(**body)


def test_it_refuses_bodies_that_are_no_objects_and_models_that_are_gone(client: Client, server: GoogleServer) -> None:
    assert client.post(CREATE, content=b"[]", headers={"Content-Type": "application/json"}).status_code == 400
    assert client.post(CREATE, content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert client.create(404, model="gemini-omni-flash-preview")["error"]["status"] == "NOT_FOUND"
    assert server.billed == []


def test_it_refuses_clips_that_are_too_long_not_ready_or_its_own(client: Client, server: GoogleServer) -> None:
    assert "may have 10s" in client.error(input=[client.clip(11), text()])
    client.create(model=ONE_TWO, input=[client.clip(11), text()])
    server.files.reading = 60
    waiting = client.upload(film(3))
    part = {"type": "video", "mime_type": "video/mp4", "uri": waiting["uri"]}
    assert waiting["state"] == "PROCESSING" and "ACTIVE" in client.error(input=[part, text()])
    own = part_of(client.finish(client.create(response_format=wants(duration="3s"))))["uri"].partition(":download")[0]
    assert "none that was uploaded" in client.error(input=[part | {"uri": own}, text()])


def test_only_a_known_key_in_its_header_comes_in(server: GoogleServer) -> None:
    address = server.url + "/v1beta/models?pageSize=1"
    cases: list[tuple[dict[str, str], str, int, Callable[[Any], str]]] = [
        ({}, "", 403, lambda body: body[0]["error"]["status"]),
        ({"x-goog-api-key": "bad"}, "", 400, lambda body: body["error"]["details"][0]["reason"]),
        ({"x-goog-api-key": KEY, "Authorization": "Bearer x"}, "", 400, lambda body: body["error"]["message"]),
        ({"x-goog-api-key": KEY}, f"&key={KEY}", 400, lambda body: body["error"]["status"]),
    ]
    found = []
    for headers, query, status, read in cases:
        answer = httpx.get(address + query, headers=headers)
        assert answer.status_code == status
        found.append(read(answer.json()))
    assert found[:2] == ["PERMISSION_DENIED", "API_KEY_INVALID"] and found[2].startswith("Multiple authentication")
    assert len(httpx.get(address, headers={"x-goog-api-key": KEY}).json()["models"]) == 1


def test_an_upload_keeps_to_what_it_announced(client: Client, server: GoogleServer) -> None:
    start = {"X-Goog-Upload-Protocol": "resumable", "X-Goog-Upload-Command": "start"}
    assert client.post(FILES, json={}).status_code == 400
    assert client.post(FILES, headers=start, json={}).status_code == 400
    length = start | {"X-Goog-Upload-Header-Content-Length": "4", "X-Goog-Upload-Header-Content-Type": "video/mp4"}
    whole = {"X-Goog-Upload-Offset": "0", "X-Goog-Upload-Command": "upload, finalize"}
    for headers, content in (
        (whole, b"12345"),
        (whole | {"X-Goog-Upload-Offset": "1"}, b"1234"),
        ({"X-Goog-Upload-Offset": "0"}, b"1234"),
    ):
        address = client.post(FILES, headers=length, json={}).headers["x-goog-upload-url"]
        assert client.post(address, headers=headers, content=content).status_code == 400
        assert client.post(address, headers=whole, content=b"1234").status_code == 404
    assert client.upload(b"1234")["state"] == "FAILED"
    image = base64.b64decode(photo()["data"])
    ready = client.upload(image, "image/png")
    assert ready["state"] == "ACTIVE" and client.get(f"/v1beta/{ready['name']}:download?alt=media").status_code == 400
    client.create(input=[{"type": "image", "mime_type": "image/png", "uri": ready["uri"]}, text()])
    assert client.get("/v1beta/files/none").status_code == 403


def test_everything_that_comes_in_is_written_down(client: Client, server: GoogleServer) -> None:
    client.create()
    client.get("/v1beta/models?pageSize=1")
    first, second = server.requests
    assert (first.method, first.path, first.json["input"]) == ("POST", CREATE, "A red kite.")
    assert (second.path, second.query, second.json) == ("/v1beta/models", "pageSize=1", None)
    assert first.headers["x-goog-api-key"] == KEY and KEY not in first.query
