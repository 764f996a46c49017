"""A vendor that refuses a question about so many is asked in smaller parts, and not one by one."""

import json
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studio.providers.base import Asked, JobState
from studio.providers.runware import RunwareProvider
from studio.providers.runware.provider import MOST_AT_ONCE, PARTS
from tests.servers.base import running


class Strict:
    """Takes `most` questions at once; a task that it thinks `unreadable` spoils the whole call."""

    def __init__(self, most: int = 1000, unreadable: str = "") -> None:
        self.most, self.unreadable = most, unreadable
        self.calls: list[int] = []
        self.app = Starlette(routes=[Route("/v1", self.answer, methods=["POST"])])

    async def answer(self, request: Request) -> Response:
        tasks = [task["taskUUID"] for task in json.loads(await request.body())]
        self.calls.append(len(tasks))
        if len(tasks) > self.most or self.unreadable in tasks:
            return JSONResponse({"errors": [{"code": "arrayTooLarge"}]}, 400)
        items = [{"taskType": "videoInference", "taskUUID": task, "status": "processing"} for task in tasks]
        return JSONResponse({"data": items})


@pytest.fixture
def strict(settings: Any) -> Iterator[Strict]:
    vendor = Strict()
    with running(vendor.app) as url:
        settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "runware": f"{url}/v1"}
        settings.PRIVATE_ORIGINS = {tuple(urlsplit(url)[:2])}
        yield vendor


def ask(names: list[str]) -> dict[str, str]:
    return {each.reference: each.state for each in RunwareProvider().fetch([Asked(name) for name in names], "a-key")}


def names(count: int = MOST_AT_ONCE) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(count)]


def test_all_are_heard_of_where_fewer_are_taken_at_once(strict: Strict) -> None:
    strict.most = 40
    asked = names()
    assert set(ask(asked)) == set(asked)
    assert len(strict.calls) <= PARTS + 2
    assert sum(strict.calls) == 2 * MOST_AT_ONCE


def test_one_that_spoils_the_question_costs_the_others_few_calls(strict: Strict) -> None:
    asked = names()
    strict.unreadable = asked[100]
    states = ask(asked)
    assert set(states) == set(asked) and set(states.values()) == {JobState.RUNNING}
    assert len(strict.calls) < 40


def test_where_all_are_taken_one_call_is_enough(strict: Strict) -> None:
    ask(names())
    assert strict.calls == [MOST_AT_ONCE]
