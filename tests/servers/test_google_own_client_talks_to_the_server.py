"""Google's own client, unpatched, holds a conversation with our server: that keeps the server honest.

It refuses answers that Google's own interface description does not know, so a wrong name or type would show here.
"""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from google import genai

from tests.servers.base import film
from tests.servers.google import GoogleServer
from tests.servers.google.wire import KEY

MODEL = "gemini-omni-1.2-flash"
FORMAT = {"type": "video", "delivery": "uri", "resolution": "360p", "duration": "3s"}
OVER = ("completed", "failed", "cancelled", "incomplete", "requires_action", "budget_exceeded")


@pytest.fixture(scope="module")
def house() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


@pytest.fixture
def server(house: GoogleServer) -> GoogleServer:
    house.seconds = 0.05
    house.billed.clear()
    house.requests.clear()
    return house


@pytest.fixture
def client(server: GoogleServer) -> Iterator[genai.Client]:
    client = genai.Client(api_key=KEY, http_options={"base_url": server.url, "api_version": "v1beta"})
    yield client
    client.close()


def finished(client: genai.Client, interaction: Any) -> Any:
    ends = time.monotonic() + 20
    while interaction.status not in OVER:
        assert time.monotonic() < ends, interaction
        time.sleep(0.05)
        interaction = client.interactions.get(interaction.id)
    return interaction


def video_of(interaction: Any) -> Any:
    """The last video part of the last output."""
    outputs = [step for step in interaction.steps if step.type == "model_output"]
    return next(part for part in reversed(outputs[-1].content) if part.type == "video")


def seconds_of(content: bytes) -> float:
    with av.open(io.BytesIO(content)) as container:
        return float(container.duration or 0) / av.time_base


def test_a_conversation_of_two_turns(client: genai.Client, server: GoogleServer) -> None:
    first = finished(
        client,
        client.interactions.create(
            model=MODEL, input="A red kite rises.", background=True, store=True, response_format=FORMAT
        ),
    )
    assert (first.status, first.model) == ("completed", MODEL)
    assert first.usage.total_output_tokens >= 3 * 1931
    # By its name: of addresses the client knows none but Google's own.
    content = client.files.download(file="files/" + video_of(first).uri.partition("/files/")[2].partition(":")[0])
    assert abs(seconds_of(content) - 3) < 0.1
    second = finished(
        client,
        client.interactions.create(
            model=MODEL,
            input="Make it blue. Keep everything else the same.",
            previous_interaction_id=first.id,
            background=True,
            response_format={"type": "video", "delivery": "uri"},
        ),
    )
    assert (second.status, second.previous_interaction_id) == ("completed", first.id)
    assert video_of(second).uri != video_of(first).uri
    assert server.billed == [first.id, second.id]


def test_a_clip_is_uploaded_and_edited(client: genai.Client, server: GoogleServer, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(film(3))
    file = client.files.upload(file=str(clip), config={"mime_type": "video/mp4"})
    while file.state and file.state.name == "PROCESSING":
        time.sleep(0.05)
        file = client.files.get(name=str(file.name))
    parts = [{"type": "video", "mime_type": "video/mp4", "uri": file.uri}, {"type": "text", "text": "Add light snow."}]
    made = finished(
        client,
        client.interactions.create(
            model=MODEL,
            input=parts,
            background=True,
            generation_config={"video_config": {"task": "edit"}},
            response_format={"type": "video", "delivery": "uri"},
        ),
    )
    assert made.status == "completed" and video_of(made).mime_type == "video/mp4"


def test_one_is_cancelled(client: genai.Client, server: GoogleServer) -> None:
    server.seconds = 60
    made = client.interactions.create(model=MODEL, input="A kite.", background=True, response_format=FORMAT)
    assert client.interactions.cancel(made.id).status == "cancelled"
    assert client.interactions.get(made.id).status == "cancelled"


def test_a_refusal_reads_as_one(client: genai.Client, server: GoogleServer) -> None:
    wrong = {**FORMAT, "duration": "60s"}
    with pytest.raises(Exception, match="duration must be from 3s to 15s") as refused:
        client.interactions.create(model=MODEL, input="A kite.", background=True, response_format=wrong)
    assert type(refused.value).__module__.startswith("google.genai")
    assert server.billed == []
