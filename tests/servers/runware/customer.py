"""Somebody with a key who asks the server in plain requests."""

import base64
import io
import time
import uuid
from typing import Any

import av
import httpx

from tests.servers.runware.app import RunwareServer

MODEL = "google:gemini@omni-flash"
PROMPT = "A paper boat crosses a rainy street"


class Customer:
    def __init__(self, server: RunwareServer, key: str = "") -> None:
        self.server = server
        self.headers = {"Authorization": f"Bearer {key or server.key}"}
        self.http = httpx.Client(trust_env=False, verify=False, timeout=5)

    def ask(self, *tasks: dict[str, Any], **headers: str) -> httpx.Response:
        return self.http.post(f"{self.server.url}/v1", json=list(tasks), headers=self.headers | headers)

    def price(self, task: dict[str, Any]) -> float:
        """Dollars, from a dry run."""
        return float(self.ask(task, **{"X-Runware-Dry-Run": "1"}).json()["data"][0]["cost"])

    def refusal(self, *tasks: dict[str, Any]) -> tuple[int, str]:
        """The status and the first error's code."""
        answer = self.ask(*tasks)
        return answer.status_code, answer.json()["errors"][0]["code"]

    def submit(self, **changes: Any) -> str:
        task = video(**changes)
        answer = self.ask(task)
        assert answer.json() == {"data": [{"taskType": "videoInference", "taskUUID": task["taskUUID"]}]}
        return str(task["taskUUID"])

    def poll(self, name: str) -> dict[str, list[dict[str, Any]]]:
        body = self.ask({"taskType": "getResponse", "taskUUID": name}).json()
        return {"data": body.get("data", []), "errors": body.get("errors", [])}

    def wait(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """The first poll in which nothing is processing any more."""
        for _ in range(500):
            body = self.poll(name)
            if all(item["status"] != "processing" for item in body["data"]):
                return body
            time.sleep(0.02)
        raise AssertionError(f"still processing: {body}")

    def run(self, **changes: Any) -> dict[str, Any]:
        """The one item of a task that succeeds."""
        body = self.wait(self.submit(**changes))
        assert not body["errors"] and len(body["data"]) == 1
        return body["data"][0]

    def upload(self, content: bytes) -> str:
        """Its mediaUUID."""
        task = {"taskType": "mediaStorage", "taskUUID": str(uuid.uuid4()), "operation": "upload"}
        return str(self.ask(task | {"media": base64.b64encode(content).decode()}).json()["data"][0]["mediaUUID"])

    def fetch(self, url: str, **headers: str) -> httpx.Response:
        return self.http.get(url, headers=headers)


def video(**changes: Any) -> dict[str, Any]:
    """A right task with changes; `...` takes a parameter away."""
    name = str(uuid.uuid4())
    task: dict[str, Any] = {"taskType": "videoInference", "taskUUID": name, "model": MODEL, "positivePrompt": PROMPT}
    if not {"video", "videoId"} & set(changes.get("inputs") or {}):
        task |= {"width": 1280, "height": 720, "duration": 3}
    return {name: value for name, value in (task | changes).items() if value is not ...}


def shape(content: bytes) -> tuple[float, tuple[int, int]]:
    """Seconds and size of a film, by decoding all of it."""
    with av.open(io.BytesIO(content), "r") as container:
        frames = list(container.decode(video=0))
        return len(frames) / 24, (frames[0].width, frames[0].height)
