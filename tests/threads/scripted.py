"""A provider that does what a test tells it, and the model it offers."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from studio.providers.base import Applied, Asked, JobRequest, JobState, JobUpdate, Reply, Result, Submission
from studio.providers.errors import ProviderError

ROW = """
[scripted."model-1"]
label = "Scripted model"
operations = ["generate", "animate", "reference", "edit", "continue"]
prompt = { min = 2, max = 4000 }
duration = { min = 3, max = 10, default = 5 }
sizes = [[1280, 720], [720, 1280]]
formats = ["mp4"]
quality = { min = 20, max = 99, default = 95 }
results = { min = 1, max = 4, default = 1 }
references = { min = 1, max = 7 }
source_seconds = { min = 0.5, max = 60 }
can_cancel = true
idempotent = IDEMPOTENT
[scripted."model-1".fields]
generate = ["duration", "size", "format", "quality", "results"]
animate = ["duration"]
reference = ["duration"]
edit = ["quality"]
continue = ["quality"]
"""
REPLY = Reply(applied=[Applied("warmer", "Colour temperature", "4,500 K", {"k": 1.0})])


class Scripted:
    """Gives the same reference for the same key, as vendors promise. `errors` are raised first, one per submit.

    `stops` is what it answers to a stop, or raises.
    """

    name = "scripted"
    rings = False

    def __init__(self, clip: Path) -> None:
        self.clip = clip
        self.errors: list[ProviderError] = []
        self.requests: list[JobRequest] = []
        self.state = JobState.RUNNING
        self.news: dict[str, JobUpdate] = {}
        self.asked: list[list[str]] = []
        self.cancelled: list[str] = []
        self.stops: bool | ProviderError = True

    def submit(self, request: JobRequest, key: str) -> Submission:
        self.requests.append(request)
        if self.errors:
            raise self.errors.pop(0)
        return Submission(f"ref-{request.key}", self.state, REPLY)

    def fetch(self, asked: Sequence[Asked], key: str) -> list[JobUpdate]:
        references = [each.reference for each in asked]
        self.asked.append(references)
        return [self.news.get(each, JobUpdate(each, JobState.RUNNING, progress=0.1)) for each in references]

    def cancel(self, reference: str, key: str) -> bool:
        self.cancelled.append(reference)
        if isinstance(self.stops, ProviderError):
            raise self.stops
        return self.stops

    def download_headers(self, url: str, key: str) -> Mapping[str, str]:
        return {}

    def parse_delivery(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        """`{"reference": …}`, or several such in a list. What is no JSON raises: it must not matter."""
        told = json.loads(body)
        return [each["reference"] for each in (told if isinstance(told, list) else [told])]

    def check_key(self, key: str) -> str:
        return "The key is good."

    def sweep(self, now: datetime) -> None:
        return

    def result(self, index: int = 0, path: Path | None = None) -> Result:
        """A finished video: a copy of the clip that the collector may take."""
        if path is None:
            path = self.clip.with_name(f"result-{index}-{len(list(self.clip.parent.iterdir()))}.mp4")
            path.write_bytes(self.clip.read_bytes())
        return Result(index=index, path=str(path), video_id=f"video-{index}-{path.name}", seed=7 + index)
