"""Each operation becomes an interaction as Google documents it, with its files, and what was held is gone on from."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from studio.providers import catalogue, registry
from studio.providers.base import InputRole, JobState
from studio.providers.errors import FailureCode, Refused
from studio.providers.google import GoogleProvider
from tests.providers.google_desk import ONE_ONE, ONE_TWO, Desk, desk_at
from tests.servers.google import GoogleServer
from tests.servers.google.files import look_at_clip
from tests.servers.google.wire import KEY

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def house() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


@pytest.fixture
def desk(house: GoogleServer, settings: Any) -> Iterator[Desk]:
    with desk_at(house, settings) as desk:
        yield desk


def test_the_models_of_google_are_in_the_catalogue_and_lead_to_this_provider() -> None:
    assert isinstance(registry.provider("google"), GoogleProvider)
    for model, longest in ((ONE_ONE, 10), (ONE_TWO, 15)):
        spec = catalogue.spec("google", model)
        assert (spec.duration.max, spec.idempotent, spec.can_cancel, spec.chains) == (longest, False, True, "id")
        assert spec.price is not None and "results" not in spec.fields("generate")


def test_a_film_from_words_runs_in_the_background_and_comes_by_uri(desk: Desk) -> None:
    submission = desk.submit(prompt="红色的风筝 rises, “slowly”.")
    assert submission.state == JobState.RUNNING and submission.reference.startswith("v1_")
    assert desk.sent() == {
        "model": ONE_ONE,
        "input": "红色的风筝 rises, “slowly”.",
        "background": True,
        "store": True,
        "response_format": {
            "type": "video",
            "delivery": "uri",
            "aspect_ratio": "16:9",
            "resolution": "720p",
            "duration": "3s",
        },
        "generation_config": {"video_config": {"task": "text_to_video"}},
    }
    said = {each.label: each.value for each in submission.reply.applied}
    assert said == {"Model": ONE_ONE, "Length": "3 s", "Shape": "16:9", "Resolution": "720p"}


def test_a_prompt_travels_as_it_was_typed_byte_for_byte(desk: Desk) -> None:
    plain, chinese = "a" * 12, "风筝风筝"
    desk.submit(prompt=plain)
    desk.submit(prompt=chinese)
    assert len(plain) == len(chinese.encode())
    assert len({each.size for each in desk.creates()}) == 1, "escaped characters would be longer"


@pytest.mark.parametrize("model", [ONE_ONE, ONE_TWO])
def test_every_size_of_the_catalogue_has_a_name_at_google(desk: Desk, model: str) -> None:
    names = set()
    for size in catalogue.spec("google", model).sizes:
        desk.submit(model=model, settings={"duration": 3.5, "width": size.width, "height": size.height})
        wanted = desk.sent()["response_format"]
        names.add((wanted["resolution"], wanted["aspect_ratio"], wanted["duration"]))
    assert names == {(lines, shape, "3.5s") for lines in ("360p", "720p", "1080p", "4k") for shape in ("16:9", "9:16")}


def test_a_first_frame_and_references_go_before_the_words_small_ones_inside(desk: Desk) -> None:
    desk.submit("animate", desk.picture(InputRole.FIRST_FRAME, "jpeg"))
    image, words = desk.sent()["input"]
    assert (image["type"], image["mime_type"], "data" in image) == ("image", "image/jpeg", True)
    assert words == {"type": "text", "text": "A red kite rises."}
    assert desk.sent()["generation_config"] == {"video_config": {"task": "image_to_video"}}
    kinds = ("png", "webp")
    submission = desk.submit("reference", *(desk.picture(InputRole.REFERENCE, kind) for kind in kinds))
    assert [part.get("mime_type") for part in desk.sent()["input"]] == ["image/png", "image/webp", None]
    assert desk.sent()["generation_config"] == {"video_config": {"task": "reference_to_video"}}
    assert {each.label: each.value for each in submission.reply.applied}["Pictures sent along"] == "2"


def test_a_large_picture_is_uploaded_so_that_answers_stay_small(desk: Desk) -> None:
    submission = desk.submit("animate", desk.picture(InputRole.FIRST_FRAME, side=512))
    image = desk.sent()["input"][0]
    assert "data" not in image and image["uri"].startswith(f"{desk.server.url}/v1beta/files/up")
    assert desk.finish(submission.reference).state == JobState.SUCCEEDED


@pytest.mark.parametrize(("mime", "named"), [("video/mp4", "video/mp4"), ("video/quicktime", "video/mov")])
def test_a_clip_to_edit_is_uploaded_read_and_then_named(desk: Desk, mime: str, named: str) -> None:
    desk.server.files.reading = 0.3
    source = desk.clip(InputRole.SOURCE, 4, mime, width=1920, height=1080)
    submission = desk.submit("edit", source, desk.picture(InputRole.REFERENCE))
    clip, image, _words = desk.sent()["input"]
    assert (clip["type"], clip["mime_type"], image["type"]) == ("video", named, "image")
    assert desk.sent()["response_format"] == {"type": "video", "delivery": "uri", "resolution": "1080p"}
    assert desk.sent()["generation_config"] == {"video_config": {"task": "edit"}}
    update = desk.finish(submission.reference)
    got = httpx.get(update.results[0].url, headers=desk.provider.download_headers(update.results[0].url, KEY))
    assert look_at_clip(got.content).seconds == pytest.approx(4, abs=0.1)


def test_a_conversation_goes_on_by_the_id_of_the_interaction_before(desk: Desk) -> None:
    take = desk.finish(desk.submit().reference).results[0]
    parent = desk.clip(InputRole.PARENT, width=1080, height=1920)
    submission = desk.submit("continue", parent, parent_video_id=take.video_id, prompt="Make it night.")
    assert desk.sent() == {
        "model": ONE_ONE,
        "input": "Make it night.",
        "background": True,
        "store": True,
        "response_format": {"type": "video", "delivery": "uri", "resolution": "1080p"},
        "previous_interaction_id": take.video_id,
    }
    assert submission.reply.note == "" and not any("upload" in each.path for each in desk.server.requests)
    update = desk.finish(submission.reference)
    assert update.state == JobState.SUCCEEDED and update.results[0].video_id == submission.reference


def test_a_conversation_goes_on_after_photos_too(desk: Desk) -> None:
    take = desk.finish(desk.submit().reference).results[0]
    parent, photo = desk.clip(InputRole.PARENT), desk.picture(InputRole.REFERENCE)
    submission = desk.submit("continue", photo, parent, parent_video_id=take.video_id)
    assert [part["type"] for part in desk.sent()["input"]] == ["image", "text"]
    assert desk.sent()["previous_interaction_id"] == take.video_id
    assert desk.finish(submission.reference).state == JobState.SUCCEEDED


def test_where_google_holds_nothing_our_copy_of_the_take_is_sent(desk: Desk) -> None:
    submission = desk.submit("continue", desk.clip(InputRole.PARENT))
    assert desk.sent()["input"][0]["type"] == "video" and "previous_interaction_id" not in desk.sent()
    assert desk.sent()["generation_config"] == {"video_config": {"task": "edit"}}
    assert "the take itself was sent" in submission.reply.note


def test_the_key_travels_in_its_own_header_and_nowhere_else(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    desk.finish(desk.submit("edit", desk.clip(InputRole.SOURCE)).reference)
    desk.provider.check_key(KEY)
    assert {each.path.split("/")[1] for each in desk.server.requests} == {"v1beta", "upload"}
    for each in desk.server.requests:
        assert "authorization" not in each.headers and KEY not in each.path + each.query + str(each.json)
        assert ("x-goog-api-key" in each.headers) != ("upload_id" in each.query)
    interactions = [each for each in desk.server.requests if "interactions" in each.path]
    assert {each.headers["api-revision"] for each in interactions} == {"2026-05-20"}
    assert "upload" in caplog.text and KEY not in caplog.text


def test_only_google_itself_is_shown_the_key_of_a_download(desk: Desk) -> None:
    own = desk.finish(desk.submit().reference).results[0].url
    assert httpx.get(own).status_code == 403
    assert httpx.get(own, headers=desk.provider.download_headers(own, KEY)).content[4:8] == b"ftyp"
    for strange in ("https://example.com/v1beta/files/x:download?alt=media", own.replace("http:", "https:"), ""):
        assert desk.provider.download_headers(strange, KEY) == {}


def test_a_webhook_is_asked_for_and_its_delivery_names_the_interaction(desk: Desk) -> None:
    address = "https://studio.example.com/hooks/google/secret/"
    desk.submit(webhook_url=address)
    assert desk.sent()["webhook_config"] == {"uris": [address]}
    parse = desk.provider.parse_delivery
    assert parse({}, b'{"type": "interaction.completed", "version": "v1", "data": {"id": "v1_a"}}') == ["v1_a"]
    assert parse({}, b'{"data": {"id": "interactions/v1_a"}}') == ["v1_a"]
    for strange in (b"", b"[]", b"\xff", b'{"data": 3}', b'{"data": {"id": 3}}', b'{"id": "v1_a"}', b"[" * 9999):
        assert parse({}, strange) == []


@pytest.mark.parametrize(
    ("mime", "sentence"), [("video/x-matroska", "of the type video/x-matroska"), ("video/mp4", "no longer stored here")]
)
def test_a_file_that_cannot_go_is_said_before_anything_starts(desk: Desk, mime: str, sentence: str) -> None:
    clip = desk.clip(InputRole.SOURCE)
    name = clip.name if mime != "video/mp4" else "tests/gone"
    with pytest.raises(Refused, match=sentence) as caught:
        desk.submit("edit", type(clip)(InputRole.SOURCE, name, mime))
    assert caught.value.code == FailureCode.BAD_MEDIA and desk.server.requests == []
