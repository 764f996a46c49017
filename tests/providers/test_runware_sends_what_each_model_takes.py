"""Runware is sent one task with the documented parameters and no others, whatever is asked for."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from studio.providers import catalogue, registry
from studio.providers.base import Asked, InputFile, InputRole, JobRequest, JobState, JobUpdate, Provider, Submission
from studio.providers.errors import FailureCode, Refused
from studio.providers.runware import RunwareProvider, uploads
from tests.engine.media_files import photo
from tests.servers.base import film
from tests.servers.runware import RunwareServer

FIRST, SECOND, THIRD = (f"google:gemini@omni-flash{version}" for version in ("", "-1.1", "-1.2"))
MODELS = (FIRST, SECOND, THIRD)
SMALL = {"duration": 3, "width": 640, "height": 360, "format": "mp4", "quality": 80, "results": 1}
ALWAYS = {
    "taskType": "videoInference",
    "outputType": "URL",
    "deliveryMethod": "async",
    "includeCost": True,
    "numberResults": 1,
    "outputFormat": "MP4",
    "outputQuality": 80,
}


class Desk:
    """Where a studio sits down with Runware: the provider, the server, and what went over the wire."""

    def __init__(self, server: RunwareServer) -> None:
        self.server = server
        self.provider = RunwareProvider()

    def request(self, operation: str, *inputs: InputFile, **more: Any) -> JobRequest:
        settings = SMALL if operation in ("generate", "animate", "reference") else {"format": "mp4", "quality": 80}
        given = {"prompt": "a paper boat in the rain", "model": SECOND, "settings": settings} | more
        given.setdefault("key", str(uuid.uuid4()))
        return JobRequest(operation=operation, inputs=inputs, **given)

    def submit(self, operation: str, *inputs: InputFile, **more: Any) -> Submission:
        return self.send(self.request(operation, *inputs, **more))

    def send(self, request: JobRequest) -> Submission:
        return self.provider.submit(request, self.server.key)

    def sent(self, submission: Submission) -> dict[str, Any]:
        """The task as it arrived, without its own name and what every task says."""
        task = dict(self.server.tasks[submission.reference].order.task)
        assert task.pop("taskUUID") == submission.reference
        assert {name: task.pop(name) for name in ALWAYS} == ALWAYS
        return task

    def ask(self, *references: str, results: int = 1) -> list[JobUpdate]:
        asked = [Asked(reference, SECOND, results) for reference in references]
        return self.provider.fetch(asked, self.server.key)

    def end_of(self, submission: Submission, results: int = 1) -> JobUpdate:
        until = time.monotonic() + 20
        while not self.server.tasks[submission.reference].is_finished:
            assert time.monotonic() < until, "the server never finished it"
            time.sleep(0.01)
        (update,) = self.ask(submission.reference, results=results)
        return update

    def clip(self, role: InputRole = InputRole.SOURCE, seconds: float = 3, **more: Any) -> InputFile:
        return InputFile(role, _stored(film(seconds, (640, 360))), "video/mp4", **more)

    def photo(self, tmp_path: Any, role: InputRole = InputRole.FIRST_FRAME, **more: Any) -> InputFile:
        return InputFile(role, _stored(photo(tmp_path / "photo.png").read_bytes()), "image/png", **more)


def _stored(content: bytes) -> str:
    return default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(content))


@contextmanager
def desk_at(settings: Any, **more: Any) -> Iterator[Desk]:
    with RunwareServer(**({"seconds": 0.05} | more)) as server:
        settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "runware": f"{server.url}/v1"}
        settings.PRIVATE_ORIGINS = {tuple(urlsplit(server.url)[:2])}
        yield Desk(server)


@pytest.fixture
def desk(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings) as desk:
        yield desk


def test_it_keeps_the_contract_and_stands_in_the_registry() -> None:
    provider: Provider = registry.provider("runware")
    assert (provider.name, provider.rings) == ("runware", False)


@pytest.mark.parametrize("model", MODELS)
def test_each_model_generates(model: str, desk: Desk) -> None:
    size = {"width": 1280, "height": 720}
    submission = desk.submit("generate", model=model, settings={**SMALL, **size})
    assert submission.state == JobState.RUNNING
    assert desk.sent(submission) == {
        "model": model,
        "positivePrompt": "a paper boat in the rain",
        "duration": 3,
        **size,
    }


def test_the_settings_of_the_catalogue_are_what_is_sent(desk: Desk) -> None:
    for model in MODELS:
        settings = catalogue.spec("runware", model).defaults("generate")
        submission = desk.submit("generate", model=model, settings=settings)
        task = desk.server.tasks[submission.reference].order.task
        assert (task["duration"], task["width"], task["height"]) == (6, 1280, 720)
        assert (task["outputQuality"], task["numberResults"]) == (95, 1)


def test_length_and_shape_are_said_even_where_nobody_chose_them(desk: Desk) -> None:
    sent = desk.sent(desk.submit("generate", settings={"format": "mp4", "quality": 80, "results": 1}))
    assert (sent["duration"], sent["width"], sent["height"]) == (6, 1280, 720)


@pytest.mark.parametrize("prompt", ["让天空变成暴风雨，其他保持不变", "a “quoted” café\nin two lines \U0001f6f6"])
def test_a_prompt_arrives_as_it_was_written(prompt: str, desk: Desk) -> None:
    assert desk.sent(desk.submit("generate", prompt=prompt))["positivePrompt"] == prompt


@pytest.mark.parametrize("model", [FIRST, THIRD])
def test_a_first_frame_goes_up_and_is_named_by_what_it_is_called_there(model: str, desk: Desk, tmp_path: Any) -> None:
    settings = {**SMALL, "width": 1280, "height": 720}
    sent = desk.sent(desk.submit("animate", desk.photo(tmp_path), model=model, settings=settings))
    (name,) = sent["inputs"]["frameImages"]
    assert uuid.UUID(name)
    assert (sent["duration"], sent["width"], sent["height"]) == (3, 1280, 720)
    assert desk.server.requests["mediaStorage"] == 1


def test_a_model_that_has_a_last_frame_too_is_told_which_one_it_is(desk: Desk, tmp_path: Any) -> None:
    sent = desk.sent(desk.submit("animate", desk.photo(tmp_path)))
    ((name, place),) = [frame.values() for frame in sent["inputs"]["frameImages"]]
    assert uuid.UUID(name) and place == "first"
    assert (sent["duration"], sent["width"], sent["height"]) == (3, 640, 360)
    assert desk.server.requests["mediaStorage"] == 1


@pytest.mark.parametrize("roles", [["last_frame"], ["last_frame", "first_frame"]])
def test_a_last_frame_goes_alone_or_after_the_first(roles: list[str], desk: Desk, tmp_path: Any) -> None:
    photos = [desk.photo(tmp_path, InputRole(role)) for role in roles]
    sent = desk.sent(desk.submit("animate", *photos))
    assert [frame["frame"] for frame in sent["inputs"]["frameImages"]] == ["first", "last"][-len(roles) :]
    assert len({frame["image"] for frame in sent["inputs"]["frameImages"]}) == len(roles)


@pytest.mark.parametrize("model", [FIRST, THIRD])
def test_a_model_without_a_last_frame_is_not_sent_one(model: str, desk: Desk, tmp_path: Any) -> None:
    with pytest.raises(Refused, match="a first frame and no last one") as caught:
        desk.submit("animate", desk.photo(tmp_path, InputRole.LAST_FRAME), model=model)
    assert caught.value.code == FailureCode.UNSUPPORTED
    assert not desk.server.requests


def test_references_go_up_one_by_one_in_their_order(desk: Desk, tmp_path: Any) -> None:
    photos = [desk.photo(tmp_path, InputRole.REFERENCE) for _ in range(6)]
    known = desk.photo(tmp_path, InputRole.REFERENCE, vendor_file=_uploaded(desk, tmp_path))
    sent = desk.sent(desk.submit("reference", *photos, known))
    assert len(sent["inputs"]["referenceImages"]) == 7
    assert sent["inputs"]["referenceImages"][6] == known.vendor_file
    assert sent["duration"] == 3


def _uploaded(desk: Desk, tmp_path: Any) -> str:
    return uploads.name_of(desk.photo(tmp_path), desk.server.key)


def test_a_first_frame_and_references_go_together(desk: Desk, tmp_path: Any) -> None:
    inputs = desk.photo(tmp_path), desk.photo(tmp_path, InputRole.REFERENCE)
    assert set(desk.sent(desk.submit("animate", *inputs))["inputs"]) == {"frameImages", "referenceImages"}


@pytest.mark.parametrize("model", MODELS)
def test_an_edit_sends_the_clip_and_neither_length_nor_shape(model: str, desk: Desk) -> None:
    submission = desk.submit("edit", desk.clip(), model=model, settings={**SMALL, "safety": "none"})
    sent = desk.sent(submission)
    assert set(sent) == {"model", "positivePrompt", "inputs", "safety"}
    assert set(sent["inputs"]) == {"video"}
    assert uuid.UUID(sent["inputs"]["video"])
    assert desk.end_of(submission).state == JobState.SUCCEEDED


def test_an_edit_may_have_references(desk: Desk, tmp_path: Any) -> None:
    photos = [desk.photo(tmp_path, InputRole.REFERENCE) for _ in range(5)]
    sent = desk.sent(desk.submit("edit", desk.clip(), *photos))
    assert len(sent["inputs"]["referenceImages"]) == 5


def test_a_turn_goes_on_from_the_name_of_the_take_before(desk: Desk) -> None:
    before = desk.end_of(desk.submit("generate")).results[0]
    parent = desk.clip(InputRole.PARENT, vendor_file=before.vendor_file)
    submission = desk.submit("continue", parent, parent_video_id=before.video_id, settings=SMALL)
    sent = desk.sent(submission)
    assert set(sent) == {"model", "positivePrompt", "inputs"}
    assert sent["inputs"] == {"videoId": before.video_id}
    assert desk.server.requests["mediaStorage"] == 0
    after = desk.end_of(submission).results[0]
    assert after.video_id and after.video_id != before.video_id


def test_a_take_that_has_no_name_there_is_sent_as_a_file(desk: Desk) -> None:
    submission = desk.submit("continue", desk.clip(InputRole.PARENT))
    assert set(desk.sent(submission)["inputs"]) == {"video"}
    assert "its file was sent as the source" in submission.reply.note


def test_what_runware_made_itself_is_not_sent_up_again(desk: Desk) -> None:
    made = desk.end_of(desk.submit("generate")).results[0]
    sent = desk.sent(desk.submit("edit", desk.clip(vendor_file=made.vendor_file)))
    assert sent["inputs"] == {"video": made.vendor_file}
    assert desk.server.requests["mediaStorage"] == 0


def test_what_has_a_public_address_is_fetched_by_them(desk: Desk) -> None:
    url = desk.server.url + desk.server.films.keep(film(3, (640, 360)))
    sent = desk.sent(desk.submit("edit", desk.clip(url=url)))
    assert sent["inputs"] == {"video": url}
    assert desk.server.requests["mediaStorage"] == 0


def test_an_address_that_is_not_https_is_not_public(desk: Desk) -> None:
    sent = desk.sent(desk.submit("edit", desk.clip(url="http://studio.example.com/clip.mp4")))
    assert uuid.UUID(sent["inputs"]["video"])


@pytest.mark.parametrize(
    ("mode", "sent"),
    [
        ("none", {"checkContent": False, "mode": "none"}),
        ("fast", {"checkContent": True, "mode": "fast"}),
        ("full", {"checkContent": True, "mode": "full"}),
    ],
)
def test_the_safety_check_is_said_in_both_ways(mode: str, sent: dict[str, Any], desk: Desk) -> None:
    submission = desk.submit("generate", settings={**SMALL, "safety": mode})
    assert desk.sent(submission)["safety"] == sent
    assert desk.server.tasks[submission.reference].order.checks_content is (mode != "none")


@pytest.mark.parametrize("fmt", ["mp4", "webm", "mov"])
def test_each_format_is_asked_for_by_its_name(fmt: str, desk: Desk) -> None:
    submission = desk.submit("generate", settings={**SMALL, "format": fmt})
    assert desk.server.tasks[submission.reference].order.task["outputFormat"] == fmt.upper()


def test_several_takes_are_one_task(desk: Desk) -> None:
    submission = desk.submit("generate", settings={**SMALL, "results": 4})
    assert desk.server.tasks[submission.reference].order.results == 4


def test_a_webhook_is_sent_where_there_is_one_and_nothing_that_no_model_knows(desk: Desk) -> None:
    strange = {"seed": 7, "colour": "red", "ttl": 3600, "upload_endpoint": "https://bucket.example.com/x"}
    submission = desk.submit("generate", settings={**SMALL, **strange}, webhook_url=f"{desk.server.url}/hook")
    sent = desk.sent(submission)
    assert sent["webhookURL"] == f"{desk.server.url}/hook"
    assert set(sent) == {"model", "positivePrompt", "duration", "width", "height", "webhookURL"}


@pytest.mark.parametrize(("operation", "most"), [("reference", 7), ("edit", 5), ("continue", 5)])
def test_too_many_references_are_refused_before_anything_is_sent(operation: str, most: int, desk: Desk) -> None:
    photos = [InputFile(InputRole.REFERENCE, "never/opened", "image/png") for _ in range(most + 1)]
    with pytest.raises(Refused) as caught:
        desk.submit(operation, *photos, parent_video_id="a-name")
    assert caught.value.code == FailureCode.UNSUPPORTED
    assert not desk.server.requests


@pytest.mark.parametrize(
    ("operation", "code"),
    [("edit", FailureCode.BAD_REQUEST), ("continue", FailureCode.EXPIRED_PARENT)],
)
def test_without_a_clip_there_is_nothing_to_change(operation: str, code: FailureCode, desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.submit(operation)
    assert caught.value.code == code
    assert not desk.server.requests


def test_a_model_that_left_the_catalogue_is_refused_here(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.submit("generate", model="google:gemini@omni-flash-0.9")
    assert caught.value.code == FailureCode.MODEL_GONE


def test_a_file_that_is_gone_is_said(desk: Desk) -> None:
    with pytest.raises(Refused, match="no longer stored") as caught:
        desk.submit("edit", InputFile(InputRole.SOURCE, "tests/never", "video/mp4"))
    assert caught.value.code == FailureCode.BAD_MEDIA


def test_a_file_larger_than_memory_should_hold_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = desk.clip()
    monkeypatch.setattr(uploads, "LARGEST", default_storage.size(clip.name) - 1)
    with pytest.raises(Refused, match="larger than can be sent") as caught:
        desk.submit("edit", clip)
    assert caught.value.code == FailureCode.BAD_MEDIA
    assert not desk.server.requests


def test_a_file_that_runware_cannot_read_is_bad_media(desk: Desk) -> None:
    with pytest.raises(Refused, match="could not") as caught:
        desk.submit("edit", InputFile(InputRole.SOURCE, _stored(b"this is no film"), "video/mp4"))
    assert caught.value.code == FailureCode.BAD_MEDIA
    assert not desk.server.billed


def test_the_reply_says_what_was_sent_to_which_model(desk: Desk, tmp_path: Any) -> None:
    reply = desk.submit(
        "reference", desk.photo(tmp_path, InputRole.REFERENCE), settings={**SMALL, "results": 2, "safety": "fast"}
    ).reply
    assert [(each.id, each.label, each.value) for each in reply.applied] == [
        ("model", "Model", "Gemini Omni Flash 1.1 (Runware)"),
        ("length", "Length", "3 s"),
        ("shape", "Shape", "640 × 360"),
        ("takes", "Takes", "2"),
        ("format", "Format", "MP4"),
        ("quality", "Quality", "80"),
        ("references", "References", "1"),
        ("safety", "Safety check", "first, middle and last frame"),
    ]
    assert (reply.not_done, reply.note) == ((), "")


def test_the_reply_of_an_edit_says_what_follows_the_source(desk: Desk) -> None:
    reply = desk.submit("edit", desk.clip()).reply
    assert [each.id for each in reply.applied] == ["model", "takes", "format", "quality"]
    assert reply.note == "Length and shape follow the clip that is changed."
