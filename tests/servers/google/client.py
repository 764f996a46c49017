"""A client for the tests of the server: it speaks as somebody with a key does."""

import base64
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from PIL import Image

from tests.servers.base import film
from tests.servers.google.app import GoogleServer
from tests.servers.google.wire import KEY

ONE_ONE, ONE_TWO = "gemini-omni-1.1-flash", "gemini-omni-1.2-flash"
CREATE, FILES = "/v1beta/interactions", "/upload/v1beta/files"
OVER = ("completed", "failed", "cancelled", "incomplete", "requires_action", "budget_exceeded")


class Client(httpx.Client):
    """Speaks to the server as a client with a key does."""

    def __init__(self, server: GoogleServer) -> None:
        super().__init__(base_url=server.url, headers={"x-goog-api-key": KEY}, timeout=20)

    def create(self, expect: int = 200, **body: Any) -> dict[str, Any]:
        answer = self.post(CREATE, json={"model": ONE_ONE, "input": "A red kite.", "background": True, **body})
        assert answer.status_code == expect, answer.text
        return answer.json()

    def error(self, **body: Any) -> str:
        return self.create(400, **body)["error"]["message"]

    def read(self, id: str) -> dict[str, Any]:
        return self.get(f"{CREATE}/{id}?stream=false").json()

    def finish(self, made: dict[str, Any]) -> dict[str, Any]:
        end = time.monotonic() + 10
        while (found := self.read(made["id"])).get("status") not in OVER:
            assert time.monotonic() < end, found
            time.sleep(0.02)
        return found

    def upload(self, content: bytes, mime: str = "video/mp4") -> dict[str, Any]:
        headers = {
            "X-Goog-Upload-Protocol": "resumable",
            "X-Goog-Upload-Command": "start",
            "X-Goog-Upload-Header-Content-Length": str(len(content)),
            "X-Goog-Upload-Header-Content-Type": mime,
        }
        address = self.post(FILES, headers=headers, json={"file": {}}).headers["x-goog-upload-url"]
        whole = {"X-Goog-Upload-Offset": "0", "X-Goog-Upload-Command": "upload, finalize"}
        return httpx.post(address, headers=whole, content=content).json()["file"]

    def clip(self, seconds: float = 3, size: tuple[int, int] = (320, 180)) -> dict[str, str]:
        """An uploaded clip, once it may be used, as a part of an input."""
        file = self.upload(film(seconds, size))
        while self.get(f"/v1beta/{file['name']}").json()["state"] == "PROCESSING":
            time.sleep(0.02)
        return {"type": "video", "mime_type": "video/mp4", "uri": file["uri"]}


def photo(kind: str = "png") -> dict[str, str]:
    written = io.BytesIO()
    Image.new("RGB", (64, 36), "teal").save(written, kind)
    return {"type": "image", "mime_type": f"image/{kind}", "data": base64.b64encode(written.getvalue()).decode()}


def text(words: str = "It moves.") -> dict[str, str]:
    return {"type": "text", "text": words}


def wants(**fields: Any) -> dict[str, Any]:
    return {"type": "video", "delivery": "uri", **fields}


def task(name: str) -> dict[str, Any]:
    return {"video_config": {"task": name}}


def part_of(found: dict[str, Any]) -> dict[str, Any]:
    """The one part of the last output."""
    return found["steps"][-1]["content"][0]


@contextmanager
def fresh(server: GoogleServer) -> Iterator[GoogleServer]:
    """One server for many tests: what the one before ordered and left is gone."""
    server.faults.clear()
    server.billed.clear()
    server.requests.clear()
    yield server
    server.seconds, server.files.reading = 0.05, 0.05
