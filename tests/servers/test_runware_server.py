"""The stand-in for Runware: its official client cannot tell, and jobs behave as documented."""

import asyncio
import base64
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from runware import Runware
from runware.errors import RunwareError

from tests.engine import media_files
from tests.servers.base import film
from tests.servers.runware import RunwareServer
from tests.servers.runware.customer import PROMPT, Customer, shape, video

SMALL = (320, 180)
UNKNOWN = "6d2f1a34-5c1e-4a6b-9d4e-0f0a1b2c3d4e"


@pytest.fixture(scope="module")
def customer() -> Iterator[Customer]:
    with RunwareServer(seconds=0.05, keys=("one", "two")) as server:
        yield Customer(server)


@pytest.fixture(scope="module")
def stranger(customer: Customer) -> Customer:
    return Customer(customer.server, "two")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media_files.photo(tmp_path_factory.mktemp("photo") / "photo.png", (64, 36)).read_bytes()


@pytest.fixture
def server() -> Iterator[RunwareServer]:
    with RunwareServer(seconds=0.05) as server:
        yield server


# --- The official client ---------------------------------------------------------------------------------------------


def official(server: RunwareServer, transport: str) -> Runware:
    urls = {"http_base_url": f"{server.url}/v1", "ws_base_url": server.socket_url}
    return Runware(api_key=server.key, transport=transport, retry_delay=10, **urls)


async def converse(server: RunwareServer, transport: str) -> list[dict[str, Any]]:
    async with official(server, transport) as client:
        [first] = await client.run(video(includeCost=True))
        inputs = {"videoId": first["outputs"]["videoId"]}
        [second] = await client.run(video(positivePrompt="Make it night, keep everything else", inputs=inputs))
    return [first, second]


async def test_the_official_client_holds_a_conversation_on_both_transports(server: RunwareServer) -> None:
    film(3, (1280, 720))
    for first, second in await asyncio.gather(converse(server, "rest"), converse(server, "websocket")):
        assert first["cost"] == pytest.approx(3 * 0.10136)
        assert second["outputs"]["videoId"] != first["outputs"]["videoId"]
        assert shape(httpx.get(second["videoURL"]).content) == (3, (1280, 720))
    assert len(server.billed) == server.requests["videoInference"] == 4 and set(server.billed.values()) == {1}


async def test_the_official_client_stores_media_and_understands_refusals(server: RunwareServer, photo: bytes) -> None:
    async with official(server, "websocket") as client:
        media = base64.b64encode(photo).decode()
        [stored] = await client.media_storage({"operation": "upload", "media": media})
        assert httpx.get(stored["mediaURL"]).content == photo
        assert (await client.account_management({"operation": "getDetails"}))[0]["balance"] == 100
        server.faults.order("no_credit")
        with pytest.raises(RunwareError) as refused:
            await client.run(video(inputs={"frameImages": [stored["mediaUUID"]]}))
    assert refused.value.code == "quota" and not server.billed


async def test_over_rest_the_official_client_takes_its_own_retry_for_an_error(server: RunwareServer) -> None:
    server.faults.order("lost_answer")
    async with official(server, "rest") as client:
        with pytest.raises(RunwareError) as refused:
            await client.run(video())
    assert refused.value.code == "validation"
    assert server.received[0] == server.received[1] and list(server.billed.values()) == [1]


async def test_over_a_socket_the_official_client_finds_its_task_again(
    server: RunwareServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An answer that reaches the client just as it sends its task again makes it take the conflict for a failure: a race
    # of its own. Here the answer stays lost, and the conflict is its only word.
    monkeypatch.setattr(server.sockets, "kept_seconds", 0)
    server.faults.order("lost_answer")
    async with official(server, "websocket") as client:
        [result] = await client.run(video())
    assert result["status"] == "success" and server.requests["authentication"] == 2
    assert list(server.billed.values()) == [1]


# --- Jobs ------------------------------------------------------------------------------------------------------------


def test_results_appear_one_after_the_other_and_stay() -> None:
    film(3, (1280, 720))
    with RunwareServer(seconds=0.6) as server:
        customer = Customer(server)
        name = customer.submit(numberResults=3)
        finished: list[int] = []
        progress: list[int] = []
        while not finished or finished[-1] < 3:
            data = customer.poll(name)["data"]
            assert len(data) == 3
            finished.append(sum(item["status"] == "success" for item in data))
            progress += [item["progress"] for item in data[-1:] if item["status"] == "processing"]
            time.sleep(0.03)
        data = customer.poll(name)["data"]
        files = {customer.fetch(item["videoURL"]).content for item in data}
    assert finished == sorted(finished) and set(finished) == {0, 1, 2, 3}
    assert progress == sorted(progress) and len(set(progress)) > 2
    assert len(files) == len({item["seed"] for item in data}) == len({item["outputs"]["videoId"] for item in data}) == 3
    assert server.billed[name] == 1 and server.spent[name] == pytest.approx(3 * 3 * 0.10136)


def test_a_success_says_what_was_asked_for(customer: Customer) -> None:
    plain = customer.run()
    told = {"taskType", "taskUUID", "status", "videoUUID", "videoURL", "seed", "outputs"}
    assert set(plain) == told and plain["taskType"] == "videoInference"
    assert set(customer.run(includeCost=True, safety={"checkContent": True})) == told | {"cost", "NSFWContent"}
    assert set(customer.run(safety={"checkContent": True, "mode": "none"})) == told


@pytest.mark.parametrize(("name", "mime"), [("MP4", "mp4"), ("WEBM", "webm"), ("MOV", "quicktime")])
def test_films_are_real_and_come_in_ranges(customer: Customer, name: str, mime: str) -> None:
    source = customer.upload(film(3, SMALL))
    url = customer.run(inputs={"video": source}, outputFormat=name)["videoURL"]
    whole, part = customer.fetch(url), customer.fetch(url, Range="bytes=5-9")
    assert url.endswith(f".{name.lower()}") and whole.headers["content-type"] == f"video/{mime}"
    assert (part.status_code, part.content) == (206, whole.content[5:10])
    assert shape(whole.content) == (3, SMALL)


def test_edits_keep_length_and_shape_and_pay_for_what_goes_in(customer: Customer) -> None:
    source = customer.upload(film(4, SMALL))
    edited = customer.run(inputs={"video": source}, includeCost=True)
    assert shape(customer.fetch(edited["videoURL"]).content) == (4, SMALL)
    assert edited["cost"] == pytest.approx(4 * (0.10136 + 0.008688))
    again = customer.run(inputs={"video": edited["videoUUID"]})
    followed = customer.run(inputs={"videoId": again["outputs"]["videoId"]}, includeCost=True)
    assert shape(customer.fetch(followed["videoURL"]).content) == (4, SMALL)
    assert followed["cost"] == pytest.approx(4 * 0.10136)


def test_images_are_paid_for_and_may_be_addresses(customer: Customer, photo: bytes) -> None:
    name = customer.upload(photo)
    address = f"{customer.server.url}/media/{name}.png"
    inputs = {"frameImages": [{"image": address, "frame": "first"}], "referenceImages": [name, name]}
    assert customer.price(video(inputs=inputs)) == pytest.approx(3 * 0.10136 + 3 * 0.00306)


def test_several_polls_fit_in_one_request_and_strangers_see_nothing(customer: Customer, stranger: Customer) -> None:
    polls = [{"taskType": "getResponse", "taskUUID": customer.submit()} for _ in range(2)]
    unknown = {"taskType": "getResponse", "taskUUID": UNKNOWN}
    data = customer.ask(*polls, unknown).json()["data"]
    assert [item["taskUUID"] for item in data] == [poll["taskUUID"] for poll in polls]
    assert stranger.ask(*polls).json() == customer.ask(unknown).json() == {"data": []}
    details = customer.ask({"taskType": "getTaskDetails", "taskUUID": polls[0]["taskUUID"]}).json()["data"][0]
    assert details["request"][0]["positivePrompt"] == PROMPT and details["response"]["data"]


def test_media_and_video_ids_belong_to_a_key(customer: Customer, stranger: Customer, photo: bytes) -> None:
    continued = video(inputs={"videoId": customer.run()["outputs"]["videoId"]})
    assert stranger.refusal(continued) == (400, "invalidVideoId")
    assert customer.ask(continued).status_code == 200
    name = customer.upload(photo)
    animated = video(inputs={"frameImages": [name]})
    delete = {"taskType": "mediaStorage", "taskUUID": str(uuid.uuid4()), "operation": "delete", "media": name}
    assert stranger.refusal(animated) == stranger.refusal(delete) == (404, "mediaNotFound")
    assert customer.price(animated) > 0
    assert customer.ask(delete).json()["data"][0]["mediaUUID"] == name
    assert customer.refusal(animated) == customer.refusal(delete) == (404, "mediaNotFound")


def test_a_task_uuid_is_taken_once(customer: Customer) -> None:
    refused = video(duration=99)
    assert customer.refusal(refused) == (400, "unsupportedDuration")
    name = customer.submit(taskUUID=refused["taskUUID"])  # what was refused has not used it up
    assert customer.refusal(video(taskUUID=name)) == (400, "conflictTaskUUID")
    customer.wait(name)
    assert customer.refusal(video(taskUUID=name)) == (400, "conflictTaskUUID")
    assert customer.server.billed[name] == 1


def test_in_a_batch_one_may_fail_alone(customer: Customer) -> None:
    good, bad = video(), video(duration=20)
    answer = customer.ask(good, bad)
    assert answer.status_code == 200
    assert [item["taskUUID"] for item in answer.json()["data"]] == [good["taskUUID"]]
    assert [item["taskUUID"] for item in answer.json()["errors"]] == [bad["taskUUID"]]


def test_a_job_may_take_as_long_as_its_order_says_and_its_end_is_noted() -> None:
    film(3, (1280, 720))
    with RunwareServer(seconds=lambda order: 0.6 if "long" in order.task["positivePrompt"] else 0.1) as server:
        customer = Customer(server)
        began = time.time()
        slow, quick = (customer.submit(positivePrompt=f"a {length} film") for length in ("long", "short"))
        customer.wait(slow)
        ends = [server.tasks[name].results[0].done_at - began for name in (quick, slow)]
    assert 0.1 <= ends[0] < 0.6 <= ends[1] <= time.time() - began


def test_requests_are_counted_beside_their_tasks(server: RunwareServer) -> None:
    customer = Customer(server)
    names = [customer.submit() for _ in range(2)]
    customer.ask(*({"taskType": "getResponse", "taskUUID": name} for name in names))
    assert (server.posts["videoInference"], server.posts["getResponse"]) == (2, 1)
    assert server.requests["getResponse"] == 2


def test_links_end_with_their_ttl() -> None:
    with RunwareServer(seconds=0.05, ttl_second=0.008) as server:
        customer = Customer(server)
        kept, ended = customer.run(), customer.run(ttl=60)
        assert customer.fetch(ended["videoURL"]).status_code == 200
        time.sleep(0.5)
        assert customer.fetch(ended["videoURL"]).status_code == 404
        assert customer.fetch(kept["videoURL"]).status_code == 200
        assert customer.refusal(video(inputs={"video": ended["videoUUID"]})) == (404, "mediaNotFound")


# --- By hand ---------------------------------------------------------------------------------------------------------


async def test_it_runs_by_hand() -> None:
    arguments = ["-m", "tests.servers.runware", "--port", "0", "--key", "mine", "--fault", "rate_limited"]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        ask = [{"taskType": "authentication", "apiKey": "mine"}, {"taskType": "ping", "ping": True}]
        answers = [httpx.post(line.split()[0], json=ask).status_code for _ in range(2)]
        assert answers == [429, 200]
    finally:
        process.terminate()
        await process.wait()
