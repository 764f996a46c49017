"""What the tests of Google share: the provider, the server it speaks to, and files in our storage."""

import io
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from studio.providers import catalogue
from studio.providers.base import Asked, InputFile, InputRole, JobRequest, JobState, JobUpdate, Submission
from studio.providers.google import GoogleProvider
from tests.servers.base import film
from tests.servers.google import GoogleServer
from tests.servers.google.wire import KEY, Seen

ONE_ONE, ONE_TWO = "gemini-omni-1.1-flash", "gemini-omni-1.2-flash"
CREATE = "/v1beta/interactions"


class Desk:
    def __init__(self, server: GoogleServer) -> None:
        self.server = server
        self.provider = GoogleProvider(patience=0.6)

    def clip(self, role: InputRole, seconds: float = 3, mime: str = "video/mp4", **more: Any) -> InputFile:
        """A real clip in our storage."""
        content = film(seconds, fmt="mov" if mime == "video/quicktime" else "mp4")
        given = {"width": 1280, "height": 720, "duration": seconds} | more
        return InputFile(role, self.keep(content), mime, **given)

    def picture(self, role: InputRole, kind: str = "png", side: int = 64) -> InputFile:
        """Noise, so that a large one is large in bytes as well."""
        written = io.BytesIO()
        Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(written, kind)
        return InputFile(role, self.keep(written.getvalue()), f"image/{kind}", width=side, height=side)

    def keep(self, content: bytes) -> str:
        return default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(content))

    def request(self, operation: str = "generate", *inputs: InputFile, model: str = ONE_ONE, **more: Any) -> JobRequest:
        """With what the catalogue sets for the operation, three seconds long, unless `settings` are given."""
        settings = catalogue.spec("google", model).defaults(operation)
        given: dict[str, Any] = {
            "key": str(uuid.uuid4()),
            "prompt": "A red kite rises.",
            "settings": settings | ({"duration": 3} if "duration" in settings else {}),
            "inputs": inputs,
        }
        return JobRequest(operation=operation, model=model, **(given | more))

    def submit(self, *args: Any, **more: Any) -> Submission:
        return self.provider.submit(self.request(*args, **more), KEY)

    def ask(self, reference: str, model: str = ONE_ONE) -> JobUpdate:
        return self.provider.fetch([Asked(reference, model)], KEY)[0]

    def finish(self, reference: str, model: str = ONE_ONE) -> JobUpdate:
        end = time.monotonic() + 10
        while (update := self.ask(reference, model)).state == JobState.RUNNING:
            assert time.monotonic() < end
            time.sleep(0.03)
        return update

    def creates(self) -> list[Seen]:
        return [each for each in self.server.requests if (each.method, each.path) == ("POST", CREATE)]

    def sent(self) -> dict[str, Any]:
        """The body of the last create."""
        body: dict[str, Any] = self.creates()[-1].json
        return body


@contextmanager
def desk_at(server: GoogleServer, settings: Any) -> Iterator[Desk]:
    settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "google": server.url}
    settings.PRIVATE_ORIGINS = {urlsplit(server.url)[:2]}
    server.faults.clear()
    server.billed.clear()
    server.requests.clear()
    yield Desk(server)
    server.seconds, server.files.reading = 0.05, 0.05
