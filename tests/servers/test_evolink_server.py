"""What the EvoLink server accepts, what it refuses, and whom it lets in."""

import itertools
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.evolink.client import BATCH, CREATE, FILES, SHORT, UNKNOWN, Client, Start, starter

T2V, I2V, R2V = (f"gemini-omni-flash-{kind}-to-video" for kind in ("text", "image", "reference"))
T2V1, I2V1, R2V1 = (f"gemini-omni-1.1-flash-{kind}-to-video" for kind in ("text", "image", "reference"))
EDIT, EDIT1, EXTEND = (
    "gemini-omni-flash-video-edit",
    "gemini-omni-1.1-flash-video-edit",
    "gemini-omni-1.1-flash-video-extend",
)
WEB = "https://media.example.org/"


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with starter() as start:
        yield start


@pytest.fixture
def client(start: Start) -> Client:
    return start()


# --- Creating --------------------------------------------------------------------------------------------------------

ACCEPTED: list[dict[str, Any]] = [
    {"model": T2V, "prompt": "红色的风筝", "duration": 6, "aspect_ratio": "9:16"},
    {"model": T2V, "prompt": "A boat.", "duration": "auto", "aspect_ratio": "auto"},
    {"model": I2V, "prompt": "It flickers.", "image_urls": ["data:image/png;base64,iVBORw0KGgo="]},
    {"model": I2V, "prompt": "It flickers.", "image_urls": ["iVBORw0KGgo="], "duration": 10},
    {"model": R2V, "prompt": "They meet.", "image_urls": [WEB + "a.png"] * 6, "duration": 3},
    {"model": EDIT, "prompt": "Warmer.", "video_urls": [WEB + "a.mp4"]},
    {"model": EDIT, "prompt": "Warmer.", "video_urls": ["http://media.example.org:81/a.mp4?x=1"]},
    {"model": EDIT, "prompt": "Warmer.", "video_urls": [WEB + "a.mp4"], "callback_url": "https://hooks.example.org/x"},
    {"model": T2V1, "prompt": "Fog.", "duration": 4, "quality": "4k", "aspect_ratio": "auto"},
    {"model": I2V1, "prompt": "It opens.", "image_urls": [WEB + "a.png", WEB + "b.png"], "quality": "360p"},
    {"model": R2V1, "prompt": "Walks.", "image_urls": [WEB + "a.png"] * 10, "video_urls": [WEB + "a.mp4"] * 3},
    {"model": EDIT1, "prompt": "Ball.", "video_urls": [WEB + "a.mp4"], "quality": "auto", "duration": "auto"},
    {"model": EDIT1, "prompt": "Ball.", "video_urls": [WEB + "a.mp4"], "image_urls": [WEB + "a.png"], "quality": "4k"},
    {"model": EXTEND, "prompt": "It leaves.", "video_urls": [WEB + "a.mp4"], "duration": 5, "aspect_ratio": "auto"},
]  # fmt: skip


def test_it_accepts_what_the_manual_allows(start: Start) -> None:
    client = start(seconds=60)
    for body in ACCEPTED:
        answer = client.create(body)
        assert answer.status_code == 200, (body, answer.text)
        task = answer.json()
        assert re.fullmatch(r"task-unified-\d{10}-[a-z0-9]{8}", task.pop("id"))
        assert abs(task.pop("created") - time.time()) < 5
        assert task["usage"].pop("credits_reserved") > 0
        assert task == {
            "model": body["model"],
            "object": "video.generation.task",
            "type": "video",
            "status": "pending",
            "progress": 0,
            "task_info": {"can_cancel": False, "estimated_time": 60},
            "usage": {"billing_rule": "per_token", "user_group": "default"},
        }


def edit(**fields: Any) -> dict[str, Any]:
    return {"model": EDIT, "prompt": "Warmer.", "video_urls": [WEB + "a.mp4"]} | fields


def of(model: str, **fields: Any) -> dict[str, Any]:
    return {"model": model, "prompt": "Warmer."} | fields


ONE_IMAGE, ONE_FILM = [WEB + "a.png"], [WEB + "a.mp4"]
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("model", {"prompt": "Warmer."}),
    ("model", of("gemini-omni-1.2-flash-video-edit")),
    ("model", {"model": 7, "prompt": "x"}),
    ("prompt", {"model": T2V}),
    ("prompt", of(T2V, prompt="  ")),
    ("prompt", of(T2V, prompt=["Warmer."])),
    ("video_urls", of(EDIT)),
    ("video_urls", edit(video_urls=[])),
    ("video_urls", edit(video_urls=ONE_FILM * 2)),
    ("video_urls", edit(video_urls=ONE_FILM[0])),
    ("video_urls", edit(video_urls=[1])),
    ("video_urls", edit(video_urls=["data:video/mp4;base64,AAAA"])),
    ("video_urls", edit(video_urls=["ftp://media.example.org/a.mp4"])),
    ("video_urls", edit(video_urls=["https://"])),
    ("video_urls", edit(video_urls=["https://[::1/a.mp4"])),
    ("duration", edit(duration=5)),
    ("aspect_ratio", edit(aspect_ratio="16:9")),
    ("quality", edit(quality="720p")),
    ("image_urls", edit(image_urls=ONE_IMAGE)),
    ("seed", edit(seed=1)),
    ("negative_prompt", edit(negative_prompt="fog")),
    ("image_urls", of(T2V, image_urls=ONE_IMAGE)),
    ("quality", of(T2V, quality="720p")),
    *[("duration", of(T2V, duration=value)) for value in (2, 11, 5.0, "5", True, None)],
    ("aspect_ratio", of(T2V, aspect_ratio="1:1")),
    ("image_urls", of(I2V)),
    ("image_urls", of(I2V, image_urls=ONE_IMAGE * 2)),
    ("image_urls", of(I2V, image_urls=["data:image/gif;base64,R0lG"])),
    ("image_urls", of(I2V, image_urls=["not base64!"])),
    ("image_urls", of(I2V, image_urls=["iVBO Rw0K Ggo="])),
    ("image_urls", of(R2V, image_urls=ONE_IMAGE * 7)),
    ("video_urls", of(R2V, image_urls=ONE_IMAGE, video_urls=ONE_FILM)),
    ("duration", of(T2V1, duration="auto")),
    ("quality", of(T2V1, quality="auto")),
    ("quality", of(T2V1, quality="480p")),
    ("image_urls", of(I2V1, image_urls=ONE_IMAGE * 3)),
    ("image_urls", of(I2V1, image_urls=["data:image/png;base64,iVBORw0KGgo="])),
    ("image_urls", of(R2V1, image_urls=ONE_IMAGE * 11)),
    ("image_urls", of(R2V1, video_urls=ONE_FILM)),
    ("video_urls", of(R2V1, image_urls=ONE_IMAGE, video_urls=ONE_FILM * 4)),
    ("duration", of(EDIT1, video_urls=ONE_FILM, duration=5)),
    ("aspect_ratio", of(EDIT1, video_urls=ONE_FILM, aspect_ratio="16:9")),
    ("video_urls", of(EXTEND)),
    ("duration", of(EXTEND, video_urls=ONE_FILM, duration="auto")),
    *[
        ("callback_url", edit(callback_url=url))
        for url in (
            "http://hooks.example.org/x", "https://127.0.0.1/x", "https://10.1.2.3/x", "https://172.16.0.1/x",
            "https://192.168.1.1/x", "https://169.254.169.254/x", "https://[::1]/x", "https://localhost/x",
            "https://127.1/x", "https://2130706433/x", "https://hooks.example.org/" + "x" * 2030, "hooks", 7,
        )
    ],
]  # fmt: skip


def test_it_refuses_what_the_manual_does_not_allow(client: Client) -> None:
    for param, body in REFUSED:
        answer = client.create(body)
        assert answer.status_code == 400, body
        error = answer.json()["error"]
        assert (error["code"], error["type"], error["param"]) == ("invalid_parameter", "invalid_request_error", param)
    assert not client.server.tasks
    assert len(client.server.bodies) == len(REFUSED)


def test_it_takes_only_one_json_object(client: Client) -> None:
    json_type, good = "application/json", json.dumps(SHORT).encode()
    for content, kind in (
        (b"{", json_type), (b"[]", json_type), (b'{"model": NaN}', json_type), (b"", json_type), (good, "text/plain"),
    ):  # fmt: skip
        answer = client.post(CREATE, content=content, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter")
    assert client.post(CREATE, content=good, headers={"Content-Type": f"{json_type}; charset=utf-8"}).status_code == 200


def test_loopback_callbacks_need_the_switch(start: Start) -> None:
    client = start(loopback_callbacks=True)
    for url, status in (
        ("http://127.0.0.1:9/x", 200),
        ("http://localhost:9/x", 200),
        ("http://10.0.0.1/x", 400),
        ("http://hooks.example.org/x", 400),
    ):
        assert client.create(SHORT | {"callback_url": url}).status_code == status, url


def test_it_refuses_bodies_that_are_too_large(client: Client) -> None:
    client.server.most_body_bytes = 10
    answer = client.create(SHORT)
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large_error")


def test_it_remembers_bodies_byte_for_byte(client: Client) -> None:
    raw = '{ "model":"%s",\n"prompt":"“Überall” 🌫\\u00e9 \\n", "duration":3}'.encode() % T2V.encode()
    client.post(CREATE, content=raw, headers={"Content-Type": "application/json"}).raise_for_status()
    assert client.server.bodies == [raw]


# --- Keys ------------------------------------------------------------------------------------------------------------

DOORS = [
    ("POST", CREATE), ("GET", f"/v1/tasks/{UNKNOWN}"), ("POST", BATCH), ("GET", "/v1/tasks"), ("GET", "/v1/credits"),
    ("POST", f"{FILES}/upload/stream"), ("POST", f"{FILES}/upload/base64"), ("POST", f"{FILES}/upload/url"),
    ("GET", f"{FILES}/list"), ("GET", f"{FILES}/quota"), ("DELETE", f"{FILES}/file_1"),
]  # fmt: skip


def test_every_door_wants_the_key_and_numbers_its_answers(client: Client) -> None:
    headers, ids = ("", "Bearer wrong", "Basic sk-test-0001", "sk-test-0001"), set()
    for (method, path), header in itertools.product(DOORS, headers):
        answer = client.request(method, path, headers={"Authorization": header})
        assert answer.status_code == 401, (path, header)
        ids.add(answer.headers["x-request-id"])
        if path.startswith(FILES):
            assert {"success": False, "code": 401}.items() <= answer.json().items() and answer.json()["msg"]
        else:
            assert answer.json()["error"]["type"] == "authentication_error"
    assert len(ids) == client.server.requests.total() == len(DOORS) * len(headers)


def test_accounts_do_not_see_each_other(start: Start) -> None:
    client = start(keys=["first-key", "other-key"])
    own = client.create(SHORT).json()["id"]
    with Client(client.server, "other-key") as other:
        assert other.get(f"/v1/tasks/{own}").status_code == 404
        assert other.post(BATCH, json={"task_ids": [own]}).json() == {"code": 200, "data": []}
        assert other.get("/v1/tasks").json()["total"] == 0
        assert other.balance() == {"remaining_credits": 5000, "used_credits": 0}


# --- Idempotency -----------------------------------------------------------------------------------------------------

KEY = "edit-0000-0000-0001"


def test_a_repeated_key_gives_the_same_task(client: Client) -> None:
    first, again = client.create(SHORT, KEY), client.create(SHORT, KEY)
    assert first.json()["id"] == again.json()["id"]
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    client.wait(first.json()["id"])
    late = client.create(SHORT, KEY)
    assert late.json()["status"] == "completed"
    assert client.server.billed.total() == len(client.server.tasks) == 1


def test_a_key_stays_with_its_request(client: Client) -> None:
    client.create(SHORT, KEY)
    answer = client.create(SHORT | {"prompt": "Other."}, KEY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert client.create(SHORT, KEY.replace("1", "2")).status_code == 200
    assert client.create(SHORT).status_code == client.create(SHORT).status_code == 200
    assert len(client.server.tasks) == 4


def test_a_key_belongs_to_an_account(start: Start) -> None:
    client = start(keys=["first-key", "other-key"])
    first = client.create(SHORT, KEY)
    with Client(client.server, "other-key") as other:
        assert other.create(SHORT, KEY).json()["id"] != first.json()["id"]


def test_a_refused_request_leaves_its_key_free(client: Client) -> None:
    assert client.create(SHORT | {"duration": 99}, KEY).status_code == 400
    assert client.create(SHORT, KEY).status_code == 200


def test_keys_have_a_form(client: Client) -> None:
    for key in ("short", "x" * 97, "with space here ok", "slash/slash/slash"):
        assert client.create(SHORT, key).json()["error"]["param"] == "Idempotency-Key", key
    assert client.create(SHORT, "a.B_9-" * 16).status_code == 200


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_unknown_tasks_are_told_from_malformed_ids(client: Client) -> None:
    malformed, unknown = client.get("/v1/tasks/abc"), client.get(f"/v1/tasks/{UNKNOWN}")
    error = malformed.json()["error"]
    assert (malformed.status_code, error["code"], error["param"]) == (400, "invalid_task_id", "task_id")
    error = unknown.json()["error"]
    assert (unknown.status_code, error["code"], error["type"]) == (404, "task_not_found", "not_found_error")
    assert client.server.requests["GET /v1/tasks/{task_id}"] == 2


def test_a_batch_answers_for_the_tasks_it_knows(client: Client) -> None:
    own = [client.finished(SHORT)["id"] for _ in range(2)]
    answer = client.post(BATCH, json={"task_ids": [own[1], UNKNOWN, "abc", own[0]]}).json()
    assert answer["code"] == 200
    assert [task["id"] for task in answer["data"]] == [own[1], own[0]]
    assert answer["data"][0] == client.task(own[1])
    assert client.post(BATCH, json={"task_ids": own * 25}).status_code == 200
    for wrong in ([], own * 26, own[0], [1], None):
        assert client.post(BATCH, json={"task_ids": wrong}).json()["error"]["param"] == "task_ids"


def test_the_batch_can_be_missing(start: Start) -> None:
    answer = start(batch=False).post(BATCH, json={"task_ids": [UNKNOWN]})
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["x-request-id"]


def test_the_list_shows_the_newest_first_without_links(client: Client) -> None:
    done = client.finished(SHORT)["id"]
    client.server.faults.order("moderation")
    failed = client.finished(SHORT)["id"]
    client.server.seconds = 60
    waits = client.create(of(T2V1)).json()["id"]
    listed = client.get("/v1/tasks").json()
    assert {name: listed[name] for name in ("object", "total", "page", "page_size")} == {
        "object": "list", "total": 3, "page": 1, "page_size": 20,
    }  # fmt: skip
    assert [item["id"] for item in listed["data"]] == [waits, failed, done]
    assert listed["data"][2]["result_count"] == 1 and listed["data"][2]["has_results"]
    assert listed["data"][2]["credits_used"] > 0 and listed["data"][1]["has_error"]
    assert "results" not in json.dumps(listed).replace("has_results", "")
    for query, ids in (
        ("status=completed", [done]), ("status=failed", [failed]), ("status=processing", [waits]),
        ("status=pending", [waits]), ("model=" + T2V, [failed, done]), ("type=video", [waits, failed, done]),
        ("type=image", []), ("page_size=2", [waits, failed]), ("page_size=2&page=2", [done]),
    ):  # fmt: skip
        assert [item["id"] for item in client.get(f"/v1/tasks?{query}").json()["data"]] == ids, query
    assert client.get("/v1/tasks?page=0").json()["error"]["param"] == "page"
    assert client.get("/v1/tasks?page_size=many").json()["error"]["param"] == "page_size"


def test_credits_are_told(client: Client) -> None:
    answer = client.get("/v1/credits").json()
    assert answer["success"] is True
    assert answer["data"]["token"] == answer["data"]["user"] | {"unlimited_credits": False}
