"""The smallest provider that works, as studio/providers/ADDING.md describes one."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from studio.providers import http
from studio.providers.base import Applied, Asked, JobRequest, JobState, JobUpdate, Reply, Result, Submission
from studio.providers.errors import BadAnswer, FailureCode, ProviderError, RateLimited, Refused

STATES = {"turning": JobState.RUNNING, "ready": JobState.SUCCEEDED, "stopped": JobState.CANCELLED}


class ToyProvider:
    name = "toy"
    rings = False

    def submit(self, request: JobRequest, key: str) -> Submission:
        seconds = request.settings.get("duration")
        body = {"key": request.key, "prompt": request.prompt, "seconds": seconds, "after": request.parent_video_id}
        film = _ask("POST", "/films", key, json_body=body).get("film")
        if not isinstance(film, str):
            raise BadAnswer("The toy vendor took it and gave it no name.")
        return Submission(film, JobState.RUNNING, Reply([Applied("model", "Model", request.model)]))

    def fetch(self, asked: Sequence[Asked], key: str) -> list[JobUpdate]:
        films = _ask("GET", f"/films?names={','.join(each.reference for each in asked)}", key)
        return [_update(each.reference, films.get(each.reference)) for each in asked]

    def cancel(self, reference: str, key: str) -> bool:
        return _ask("DELETE", f"/films/{reference}", key).get("stopped") is True

    def download_headers(self, url: str, key: str) -> Mapping[str, str]:
        return {}

    def parse_delivery(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        told = json.loads(body)
        return [told["film"]] if isinstance(told, dict) and isinstance(told.get("film"), str) else []

    def check_key(self, key: str) -> str:
        _ask("GET", "/films", key)
        return "The toy vendor knows this key."

    def sweep(self, now: datetime) -> None:
        return


def _ask(method: str, path: str, key: str, **more: Any) -> dict[str, Any]:
    answer = http.call(method, settings.PROVIDER_URLS["toy"] + path, key=key, **more)
    if not answer.is_good:
        raise _refusal(answer.status)
    return answer.object()


def _refusal(status: int) -> ProviderError:
    if status == 401:
        return Refused("The toy vendor does not know this key.", FailureCode.UNAUTHORISED)
    return RateLimited("The toy vendor is busy.") if status in (429, 503) else Refused("The toy vendor said no.")


def _update(reference: str, film: Any) -> JobUpdate:
    if not isinstance(film, dict):
        return JobUpdate(reference, JobState.UNKNOWN)
    state, link, dollars = STATES.get(str(film.get("is")), JobState.RUNNING), film.get("link"), film.get("dollars")
    ready = state == JobState.SUCCEEDED and isinstance(link, str)
    return JobUpdate(
        reference,
        state,
        results=[Result(0, url=link, video_id=reference)] if isinstance(link, str) and ready else (),
        cost_micros=round(dollars * 1_000_000) if isinstance(dollars, float) and dollars < 1000 else None,
        raw=film,
    )
