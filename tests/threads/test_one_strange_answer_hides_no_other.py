"""What a vendor says of one job, however strange, keeps nobody from hearing what it says of the others."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studio.accounts.models import User
from studio.threads import actions
from studio.threads.models import Job, JobStatus, Thread
from studio.threads.watching import Watcher
from tests.servers.base import Running, VendorApp
from tests.threads.conftest import job_of

MODELS = {
    "evolink": "gemini-omni-1.1-flash", "runware": "google:gemini@omni-flash-1.1", "google": "gemini-omni-1.1-flash",
}  # fmt: skip
BIG = "1" + "0" * 400
STRANGE = {
    "evolink": [
        f'{{"id": "%s", "status": "completed", "type": "video", "results": ["https://[x"], "progress": {BIG}}}',
        f'{{"id": "%s", "status": "processing", "progress": {BIG}, "task_info": {{"estimated_time": -{BIG}}}}}',
        f'{{"id": "%s", "status": "failed", "error": {{"code": {BIG}}}, "usage": {{"cost": {BIG}}}, "x": 1e999}}',
        '{"id": "%s", "status": {"is": "completed"}, "type": ["video"], "results": {"url": 7}, "usage": "much"}',
    ],
    "runware": [
        f'{{"taskUUID": "%s", "status": "success", "videoURL": "https://[x", "cost": {BIG}}}',
        f'{{"taskUUID": "%s", "status": "processing", "progress": {BIG}, "seed": {BIG}, "resultIndex": {BIG}}}',
        '{"taskUUID": "%s", "status": "error", "error": {"code": [1], "parameter": {"a": 1e999}}}',
        '{"taskUUID": "%s", "status": ["success"], "videoURL": {"a": 1}, "outputs": [], "model": 5, "x": "\\u0000"}',
    ],
    "google": [
        '{"id": "%s", "status": "completed", "steps": [{"type": "model_output", "content": [{"type": "video", "uri": '
        f'"https://[x"}}]}}], "usage": {{"total_input_tokens": {BIG}}}}}',
        f'{{"id": "%s", "status": "failed", "errors": [{{"code": {BIG}, "message": [1]}}], "x": -1e999}}',
        '{"id": "%s", "status": "completed", "steps": {"a": []}, "usage": [{}], "created": 5, "updated": "9999"}',
        '{"id": "%s", "status": 7}',
    ],
}
GOOD = {
    "evolink": {"id": "%s", "status": "completed", "type": "video", "results": ["https://films.example/a.mp4"]},
    "runware": {"taskUUID": "%s", "status": "success", "videoUUID": "v", "videoURL": "https://films.example/a.mp4"},
    "google": {
        "id": "%s", "status": "completed",
        "steps": [{"type": "model_output", "content": [{"type": "video", "uri": "https://films.example/a.mp4"}]}],
    },
}  # fmt: skip
CASES = [(name, place) for name, answers in STRANGE.items() for place in range(len(answers))]


class Desk:
    """Answers about jobs as a vendor does, with the very texts it was given."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        routes = [Route("/{path:path}", self.answer, methods=["GET", "POST"])]
        self.app = VendorApp(routes=routes)

    async def answer(self, request: Request) -> Response:
        if request.method == "GET":
            return self.json(self.said[request.url.path.rpartition("/")[2]])
        asked = json.loads(await request.body())
        names = asked["task_ids"] if isinstance(asked, dict) else [each["taskUUID"] for each in asked]
        return self.json(f'{{"data": [{", ".join(self.said[name] for name in names)}]}}')

    def json(self, text: str) -> Response:
        return Response(text, media_type="application/json")


@pytest.fixture
def desk(settings: Any) -> Iterator[Desk]:
    desk = Desk()
    with Running(desk.app) as server:
        settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, **dict.fromkeys(MODELS, server.url)}
        settings.PROVIDER_KEYS = dict.fromkeys(MODELS, "a-key-for-tests")
        settings.PRIVATE_ORIGINS = {urlsplit(server.url)[:2]}
        yield desk


@pytest.fixture
def job_at(editor: User, thread: Thread) -> Callable[[str], Job]:
    """A job that the vendor has."""

    def make(provider: str) -> Job:
        turn = actions.start_turn(
            editor, thread, token=uuid.uuid4(), prompt="A calm sea", model=(provider, MODELS[provider])
        )
        job = job_of(turn)
        name = f"task-unified-{job.key}" if provider == "evolink" else str(job.key)
        Job.objects.filter(pk=job.pk).update(
            status=JobStatus.RUNNING, reference=name, due_at=timezone.now(), started_at=timezone.now()
        )
        job.refresh_from_db()
        return job

    return make


@pytest.mark.parametrize(("provider", "place"), CASES)
def test_the_other_job_is_heard_of_and_goes_on(
    desk: Desk, job_at: Callable[[str], Job], provider: str, place: int
) -> None:
    strange, good = job_at(provider), job_at(provider)
    desk.said[strange.reference] = STRANGE[provider][place] % strange.reference
    desk.said[good.reference] = json.dumps(GOOD[provider]) % good.reference
    watcher = Watcher()
    watcher.turn()
    if watcher.questions.open:
        watcher.questions.open[provider].answer.result(20)
        watcher.turn()
    good.refresh_from_db()
    strange.refresh_from_db()
    assert good.status == JobStatus.COLLECTING
    assert strange.status in (JobStatus.RUNNING, JobStatus.FAILED)
    assert (strange.status == JobStatus.FAILED) == bool(strange.error_code) == bool(strange.error_detail)


def test_a_result_whose_link_was_stored_broken_keeps_nobody_from_asking(
    desk: Desk, job_at: Callable[[str], Job]
) -> None:
    """As an earlier release may have stored it."""
    old, good = job_at("runware"), job_at("runware")
    Job.objects.filter(pk=old.pk).update(results=[{"index": 0, "url": "https://[x"}])
    for job in (old, good):
        desk.said[job.reference] = json.dumps(GOOD["runware"]) % job.reference
    Watcher().turn()
    good.refresh_from_db()
    assert good.status == JobStatus.COLLECTING
