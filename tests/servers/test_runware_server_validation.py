"""The stand-in for Runware takes what Runware's documentation allows, and nothing else."""

import base64
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine import media_files
from tests.servers.base import film
from tests.servers.runware import RunwareServer
from tests.servers.runware.customer import MODEL, Customer, video

UNKNOWN = "6d2f1a34-5c1e-4a6b-9d4e-0f0a1b2c3d4e"


@pytest.fixture(scope="module")
def strict() -> Iterator[Customer]:
    with RunwareServer() as server:
        yield Customer(server)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = media_files.photo(tmp_path_factory.mktemp("photo") / "photo.png", (64, 36))
    return "data:image/png;base64," + base64.b64encode(Path(path).read_bytes()).decode()


PORTRAIT = {"width": 720, "height": 1280}
WRONG: list[tuple[dict[str, Any], str, Any]] = [
    ({"taskType": ...}, "unsupportedTaskType", "taskType"),
    ({"taskType": "videoInterference"}, "unsupportedTaskType", "taskType"),
    ({"taskUUID": ...}, "missingTaskUUID", "taskUUID"),
    ({"taskUUID": "one"}, "invalidTaskUUID", "taskUUID"),
    ({"taskUUID": str(uuid.uuid1())}, "invalidTaskUUID", "taskUUID"),
    ({"model": ...}, "missingModel", "model"),
    ({"model": "google:gemini@omni"}, "invalidModel", "model"),
    ({"model": 5}, "invalidModel", "model"),
    ({"positivePrompt": ...}, "missingPositivePrompt", "positivePrompt"),
    ({"positivePrompt": "a"}, "invalidPositivePromptLength", "positivePrompt"),
    ({"positivePrompt": ["a", "b"]}, "invalidPositivePrompt", "positivePrompt"),
    ({"outputType": "base64Data"}, "invalidOutputType", "outputType"),
    ({"outputFormat": "mp4"}, "invalidOutputFormat", "outputFormat"),
    ({"outputQuality": 19}, "invalidOutputQuality", "outputQuality"),
    ({"outputQuality": 100}, "invalidOutputQuality", "outputQuality"),
    ({"outputQuality": "95"}, "invalidOutputQuality", "outputQuality"),
    ({"deliveryMethod": "sync"}, "invalidDeliveryMethod", "deliveryMethod"),
    ({"webhookURL": "hooks.example.com"}, "invalidWebhookURL", "webhookURL"),
    ({"uploadEndpoint": "ftp://example.com/x"}, "invalidUploadEndpoint", "uploadEndpoint"),
    ({"ttl": 59}, "invalidTtl", "ttl"),
    ({"includeCost": 1}, "invalidIncludeCost", "includeCost"),
    ({"numberResults": 0}, "invalidNumberResults", "numberResults"),
    ({"numberResults": 5}, "invalidNumberResults", "numberResults"),
    ({"numberResults": True}, "invalidNumberResults", "numberResults"),
    ({"safety": "full"}, "invalidSafety", "safety"),
    ({"safety": {"mode": "slow"}}, "invalidMode", "safety.mode"),
    ({"safety": {"checkContent": "yes"}}, "invalidCheckContent", "safety.checkContent"),
    ({"safety": {"level": 1}}, "unsupportedParameter", "safety.level"),
    ({"duration": 2}, "unsupportedDuration", "duration"),
    ({"duration": 11}, "unsupportedDuration", "duration"),
    ({"duration": 5.5}, "invalidDuration", "duration"),
    ({"duration": 16, "model": MODEL + "-1.2"}, "unsupportedDuration", "duration"),
    ({"height": ...}, "missingHeight", "height"),
    ({"width": ...}, "missingWidth", "width"),
    ({"width": "1280"}, "invalidWidth", "width"),
    ({"width": 1920, "height": 1080}, "unsupportedParameter", ["width", "height"]),
    ({"seed": 1}, "unsupportedParameter", "seed"),
    ({"resolution": "720p"}, "unsupportedParameter", "resolution"),
    ({"frameImages": ["x"]}, "unsupportedParameter", "frameImages"),
    ({"model": MODEL + "-1.1", "resolution": "720p"}, "incompatibleParameters", ["resolution", "width"]),
    ({"model": MODEL + "-1.1", "width": ..., "height": ..., "resolution": "4k"}, "invalidResolution", "resolution"),
    ({"inputs": []}, "invalidInputs", "inputs"),
    ({"inputs": {"audio": "x"}}, "unsupportedParameter", "inputs.audio"),
    ({"inputs": {"frameImages": "PHOTO"}}, "invalidFrameImages", "inputs.frameImages"),
    ({"inputs": {"frameImages": []}}, "arrayTooSmall", "inputs.frameImages"),
    ({"inputs": {"frameImages": ["PHOTO"] * 2}}, "arrayTooLarge", "inputs.frameImages"),
    (
        {"inputs": {"frameImages": [{"inputImage": "PHOTO"}]}},
        "unsupportedParameter",
        "inputs.frameImages[0].inputImage",
    ),
    ({"inputs": {"frameImages": [{"image": "PHOTO", "frame": "last"}]}}, "invalidFrame", "inputs.frameImages[0].frame"),
    ({"inputs": {"referenceImages": ["PHOTO"] * 8}}, "arrayTooLarge", "inputs.referenceImages"),
    ({"inputs": {"referenceImages": [5]}}, "invalidReferenceImages", "inputs.referenceImages[0]"),
    ({"inputs": {"referenceImages": ["PHOTO"] * 6, "videoId": "x"}}, "arrayTooLarge", "inputs.referenceImages"),
    ({"inputs": {"video": UNKNOWN, "videoId": "x"}}, "incompatibleParameters", ["inputs.video", "inputs.videoId"]),
    ({"inputs": {"videoId": "x"}, "duration": 3}, "incompatibleParameters", ["inputs.videoId", "duration"]),
    ({"inputs": {"video": UNKNOWN}, **PORTRAIT}, "incompatibleParameters", ["inputs.video", "width"]),
    (
        {"inputs": {"video": UNKNOWN, "frameImages": ["PHOTO"]}},
        "incompatibleParameters",
        ["inputs.video", "inputs.frameImages"],
    ),
    ({"inputs": {"video": "data:video/mp4;base64,AAAA"}}, "invalidVideo", "inputs.video"),
    ({"inputs": {"videoId": "never given out"}}, "invalidVideoId", "inputs.videoId"),
    ({"inputs": {"frameImages": ["no base64!"]}}, "invalidValueUploadFailed", "inputs.frameImages"),
    ({"inputs": {"frameImages": ["data:image/png;base64,AAAA"]}}, "invalidValueUploadFailed", "inputs.frameImages"),
    ({"inputs": {"frameImages": ["http://127.0.0.1:9/x.png"]}}, "invalidValueUploadFailed", "inputs.frameImages"),
]
RIGHT: list[dict[str, Any]] = [
    {"positivePrompt": "ab", "width": ..., "height": ..., "duration": ...},
    {**PORTRAIT, "duration": 10, "outputFormat": "WEBM", "outputQuality": 20, "outputType": "URL"},
    {"deliveryMethod": "async", "ttl": 60, "includeCost": True, "numberResults": 4, "outputQuality": 99},
    {"safety": {"checkContent": True, "mode": "full"}, "webhookURL": "https://example.com/h?token=1"},
    {"inputs": {"frameImages": ["PHOTO"], "referenceImages": ["PHOTO"] * 7}},
    {"inputs": {"frameImages": [{"image": "PHOTO", "frame": "first"}]}},
    {"inputs": {"frameImages": [{"image": "PHOTO"}]}},
    {"model": MODEL + "-1.1", "width": ..., "height": ..., "resolution": "4K", "settings": {}},
    {"model": MODEL + "-1.1", "inputs": {"frameImages": ["PHOTO", "PHOTO"]}},
    {"model": MODEL + "-1.1", "inputs": {"frameImages": [{"image": "PHOTO"}, {"image": "PHOTO", "frame": "last"}]}},
    {"model": MODEL + "-1.2", "duration": 15, "width": 1920, "height": 1080},
]


def with_photo(changes: dict[str, Any], photo: str) -> dict[str, Any]:
    known = {name: value for name, value in changes.items() if value is not ...}
    filled: dict[str, Any] = json.loads(json.dumps(known).replace("PHOTO", photo))
    return {name: ... for name in changes if name not in known} | filled


@pytest.mark.parametrize(("changes", "code", "parameter"), WRONG)
def test_a_wrong_task_is_refused(
    strict: Customer, photo: str, changes: dict[str, Any], code: str, parameter: Any
) -> None:
    answer = strict.ask(video(**with_photo(changes, photo)))
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"], error["parameter"]) == (400, code, parameter)
    assert not strict.server.billed


@pytest.mark.parametrize("changes", RIGHT)
def test_a_right_task_is_accepted(strict: Customer, photo: str, changes: dict[str, Any]) -> None:
    assert strict.price(video(**with_photo(changes, photo))) > 0
    assert not strict.server.billed


def test_a_video_is_no_image_and_may_not_be_too_long(strict: Customer) -> None:
    name = strict.upload(film(11, (64, 36)))
    assert strict.refusal(video(inputs={"frameImages": [name]})) == (400, "invalidValueUploadFailed")
    assert strict.refusal(video(inputs={"video": name})) == (400, "invalidValueUploadFailed")
    assert strict.price(video(model=MODEL + "-1.2", inputs={"video": name})) > 0


def test_unknown_parameters_can_be_accepted_and_billed() -> None:
    with RunwareServer(strict=False) as server:
        server.faults.order("never_finishing")
        name = Customer(server).submit(sead=1, inputs={"mood": "dark"})
        assert server.billed == {name: 1}


@pytest.mark.parametrize(
    ("body", "key", "status", "code"),
    [
        ("[]", "right", 400, "arrayTooSmall"),
        ("{}", "right", 400, "invalidRequest"),
        ("[1]", "right", 400, "invalidRequest"),
        ("no json", "right", 400, "invalidRequest"),
        ('[{"taskType":"ping","ping":true}]', "", 401, "missingApiKey"),
        ('[{"taskType":"ping","ping":true}]', "wrong", 401, "invalidApiKey"),
        ('[{"taskType":"authentication","apiKey":"wrong"}]', "right", 401, "invalidApiKey"),
        ('[{"taskType":"getResponse","taskUUID":"x"}]', "right", 400, "invalidTaskUUID"),
        ('[{"taskType":"getResponse"}]', "right", 400, "missingTaskUUID"),
        (f'[{{"taskType":"getResponse","taskUUID":"{UNKNOWN}","model":"x"}}]', "right", 400, "unsupportedParameter"),
        (f'[{{"taskType":"getTaskDetails","taskUUID":"{UNKNOWN}"}}]', "right", 404, "taskNotFound"),
        (f'[{{"taskType":"mediaStorage","taskUUID":"{UNKNOWN}","operation":"x"}}]', "right", 400, "missingMedia"),
    ],
)
def test_a_wrong_request_is_refused(strict: Customer, body: str, key: str, status: int, code: str) -> None:
    key = strict.server.key if key == "right" else key
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    answer = strict.http.post(f"{strict.server.url}/v1", content=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_the_key_may_be_the_first_task(strict: Customer) -> None:
    tasks = [{"taskType": "authentication", "apiKey": strict.server.key}, {"taskType": "ping", "ping": True}]
    data = strict.http.post(f"{strict.server.url}/v1", json=tasks).json()["data"]
    assert [each["taskType"] for each in data] == ["authentication", "ping"]


def test_only_posted_json_is_heard(strict: Customer) -> None:
    assert strict.http.get(f"{strict.server.url}/v1").status_code == 405
    form = strict.http.post(f"{strict.server.url}/v1", data={"a": "b"}, headers=strict.headers)
    assert (form.status_code, form.json()["errors"][0]["code"]) == (400, "invalidRequest")
