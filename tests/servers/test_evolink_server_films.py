"""What becomes of the EvoLink server's tasks: films, failures, and what they cost."""

import io
import time
from collections.abc import Iterator
from typing import Any

import av
import pytest

from tests.servers import base
from tests.servers.evolink import prices
from tests.servers.evolink.client import FILES, SHORT, Client, Start, get, hosting, starter, until

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


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with hosting(tmp_path_factory.mktemp("sources")) as url:
        yield url


def measured(content: bytes) -> tuple[Any, tuple[int, int]]:
    with av.open(io.BytesIO(content)) as container:
        video = container.streams.video[0]
        assert container.streams.audio, "every film has sound"
        return float((video.duration or 0) * (video.time_base or 0)), (video.width, video.height)


def edit(**fields: Any) -> dict[str, Any]:
    return {"model": EDIT, "prompt": "Warmer.", "video_urls": [WEB + "a.mp4"]} | fields


def of(model: str, **fields: Any) -> dict[str, Any]:
    return {"model": model, "prompt": "Warmer."} | fields


# --- The life of a task ----------------------------------------------------------------------------------------------


def test_a_task_goes_from_pending_to_a_film(start: Start, sources: str) -> None:
    client = start(seconds=0.5)
    own = client.create(edit(video_urls=[f"{sources}/clip.mp4"])).json()["id"]
    seen: list[tuple[str, int]] = []
    while not seen or seen[-1][0] != "completed":
        task = client.task(own)
        seen.append((task["status"], task["progress"]))
        if task["status"] != "completed":
            assert "results" not in task and "credits_used" not in task["usage"] and "duration" not in task
            assert task["task_info"]["estimated_time"] == 1
        time.sleep(0.02)
    assert list(dict.fromkeys(status for status, _ in seen)) == ["pending", "processing", "completed"]
    assert [progress for _, progress in seen] == sorted(progress for _, progress in seen)
    assert all(0 < progress < 100 for status, progress in seen if status == "processing")
    assert seen[0] == ("pending", 0) and seen[-1] == ("completed", 100)
    assert task["duration"] in (0, 1)
    assert client.server.billed == {own: 1}


def test_a_film_is_an_mp4_with_ranges_behind_an_open_link(client: Client) -> None:
    (link,) = client.finished(SHORT)["results"]
    assert link.startswith(client.server.url) and link.endswith(".mp4")
    whole = get(link)
    assert whole.headers["content-type"] == "video/mp4"
    assert measured(whole.content) == (pytest.approx(3, abs=0.05), (320, 180))
    part = get(link, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    (second,) = client.finished(SHORT)["results"]
    assert get(second).content != whole.content


def test_links_expire(start: Start) -> None:
    client = start(lifetime=0.4)
    (link,) = client.finished(SHORT)["results"]
    assert get(link).status_code == 200
    until(lambda: get(link).status_code == 404, 2)
    assert client.task(next(iter(client.server.tasks)))["results"] == [link]


FILMS: list[tuple[dict[str, Any], float, tuple[int, int]]] = [
    (of(T2V, duration=3, aspect_ratio="9:16"), 3, (180, 320)),
    (of(T2V, duration=4, aspect_ratio="auto"), 4, (320, 180)),
    (of(T2V1, quality="360p"), 3, (160, 90)),
    (of(I2V1, image_urls=["wide.png"]), 3, (320, 180)),
    (of(I2V1, image_urls=["tall.jpg"], duration=3), 3, (180, 320)),
    (edit(video_urls=["clip.mp4"]), 2, (320, 180)),
    (edit(video_urls=["moved.mp4"]), 2, (320, 180)),
    (edit(video_urls=["tall.mp4"]), 1.5, (180, 320)),
    (edit(video_urls=["turned.mp4"]), 1, (180, 320)),
    (edit(video_urls=["ten.mp4"]), 10, (320, 180)),
    (of(EDIT1, video_urls=["clip.mp4"]), 2, (40, 22)),
    (of(EDIT1, video_urls=["tall.mp4"], quality="1080p", image_urls=["wide.png"]), 1.5, (270, 480)),
    (of(EXTEND, video_urls=["clip.mp4"], quality="360p"), 5, (160, 90)),
    (of(R2V1, image_urls=["wide.png"], video_urls=["clip.mp4"], duration=3, aspect_ratio="9:16"), 3, (180, 320)),
]


def at(sources: str, body: dict[str, Any]) -> dict[str, Any]:
    """The same with names made addresses of the host of sources."""
    fields = {
        name: [f"{sources}/{item}" for item in body[name]] for name in ("image_urls", "video_urls") if name in body
    }
    return body | fields


def test_films_have_the_length_and_shape_that_were_asked_for(client: Client, sources: str) -> None:
    tasks = [client.began(at(sources, body)) for body, *_ in FILMS]
    for own, (body, seconds, size) in zip(tasks, FILMS, strict=True):
        task = client.wait(own)
        assert task["status"] == "completed", (body, task)
        assert measured(get(task["results"][0]).content) == (pytest.approx(seconds, abs=0.05), size), body


def test_an_edit_builds_on_a_result_and_on_an_upload(client: Client) -> None:
    film = base.film(2, (160, 90))
    upload = client.post(f"{FILES}/upload/stream", files={"file": ("clip.mp4", film)}).json()["data"]["file_url"]
    first = client.finished(edit(video_urls=[upload]))["results"]
    client.server.faults.order("truncated_download")
    second = client.finished(edit(video_urls=first))
    assert measured(client.server.films.peek(second["results"][0]) or b"")[0] == pytest.approx(2, abs=0.05)
    assert not client.server.films.fetched, "its own look at a source is no download"


BAD_SOURCES: list[tuple[dict[str, Any], str]] = [
    (edit(video_urls=["missing.mp4"]), "video_probe_failed"),
    (edit(video_urls=["page.mp4"]), "video_probe_failed"),
    (edit(video_urls=["clip.mov"]), "video_probe_failed"),
    (edit(video_urls=["sound.mp4"]), "video_probe_failed"),
    (edit(video_urls=["eleven.mp4"]), "invalid_parameters"),
    (of(EDIT1, video_urls=["eleven.mp4"]), "invalid_parameters"),
    (of(R2V1, image_urls=["wide.png"], video_urls=["eleven.mp4"]), "invalid_parameters"),
    (of(EXTEND, video_urls=["long.mp4"]), "invalid_parameters"),
    (of(I2V, image_urls=["missing.png"]), "image_processing_error"),
    (of(I2V, image_urls=["pic.gif"]), "image_processing_error"),
    (of(I2V1, image_urls=["page.mp4"]), "image_processing_error"),
]


def test_bad_sources_fail_the_task_and_cost_nothing(client: Client, sources: str) -> None:
    tasks = [(client.began(at(sources, body)), code) for body, code in BAD_SOURCES]
    tasks += [
        (client.create(of(I2V, image_urls=["iVBORw0KGgo="])).json()["id"], "image_processing_error"),
        (client.create(edit(video_urls=["http://127.0.0.1:9/a.mp4"])).json()["id"], "video_probe_failed"),
    ]
    for own, code in tasks:
        task = client.wait(own)
        assert (task["status"], task["progress"], task["error"]["code"]) == ("failed", 0, code)
        assert ("type" in task["error"]) == (code == "video_probe_failed")
        assert "results" not in task and "credits_used" not in task["usage"]
    assert not client.server.billed
    assert client.balance() == {"remaining_credits": 5000, "used_credits": 0}


def test_an_extension_takes_a_source_of_thirty_seconds_at_most(client: Client, sources: str) -> None:
    task = client.finished(at(sources, of(EXTEND, video_urls=["eleven.mp4"], quality="360p")))
    assert task["status"] == "completed"
    assert measured(get(task["results"][0]).content)[0] == pytest.approx(14, abs=0.05)


# --- Money -----------------------------------------------------------------------------------------------------------


def test_ten_seconds_of_editing_cost_what_the_price_list_says() -> None:
    films_only = prices.charge("", 0, 10, 10) - prices.charge("", 0, 0, 0)
    assert films_only == pytest.approx(63.608, abs=0.001)
    assert prices.cost(63.6)["usd"] == pytest.approx(0.935, abs=0.001)
    assert prices.cost(10)["cny"] == pytest.approx(1)
    sizes = [(640, 360), (1280, 720), (720, 1280), (1920, 1080), (3840, 2160)]
    assert [prices.factor(size) for size in sizes] == [pytest.approx(1 / 3), 1, 1, 1.5, 3]


def test_credits_are_reserved_then_settled(start: Start, sources: str) -> None:
    client = start(seconds=0.3)
    body = at(sources, edit(video_urls=["clip.mp4"]))
    task = client.create(body).json()
    reserved = task["usage"]["credits_reserved"]
    assert client.balance() == {"remaining_credits": pytest.approx(5000 - reserved, abs=0.001), "used_credits": 0}
    usage = client.wait(task["id"])["usage"]
    assert usage["credits_used"] == pytest.approx(2 * 5792 * (86.7 + 1011.5) / 1e6, abs=0.001)
    assert usage["credits_used"] < reserved == usage["credits_reserved"]
    assert usage["cost"]["credits"] == usage["credits_used"]
    assert usage["cost"]["usd"] == pytest.approx(usage["credits_used"] / 68, abs=1e-6)
    assert client.balance()["used_credits"] == pytest.approx(usage["credits_used"], abs=0.001)


def test_an_empty_account_is_refused(start: Start) -> None:
    client = start(balance=20)
    assert client.create(SHORT).status_code == 200
    answer = client.create(SHORT)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["type"]) == (402, "insufficient_quota", "insufficient_quota")
    assert error["request_id"] == answer.headers["x-request-id"]
    assert error["estimated_credits"] > error["account_balance_credits"]
    assert len(client.server.tasks) == 1
