"""A task of EvoLink's as news of a job. What has the wrong type counts as not said.

EvoLink documentation, "Get task detail"; credits and cost as EvoLink's own MCP client reads them.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from studio.providers.base import JobState, JobUpdate, Result
from studio.providers.errors import FailureCode
from studio.providers.evolink import failures, hosting
from studio.providers.http import taken_apart

CREDITS_PER_DOLLAR = 68
LARGEST = 1e12  # of any number that means something here; what is beyond counts as not said
MICROS = 1_000_000
LONGEST_WAIT = 24 * 3600.0  # s
STATES = {
    "pending": JobState.RUNNING,
    "processing": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
    "canceled": JobState.CANCELLED,
}
# Tasks that failed or were cancelled are refunded, EvoLink says.
REFUNDED = (JobState.FAILED, JobState.CANCELLED)

Task = Mapping[str, Any]


def reference_of(task: Any) -> str:
    """The task's id; empty where there is none that one could ask by."""
    id = task.get("id") if isinstance(task, dict) else None
    return id if isinstance(id, str) and 0 < len(id) <= 200 and id.isprintable() else ""


def state_of(task: Task) -> JobState:
    """A word that is not documented means: not over yet. EvoLink's own scripts go on asking, too."""
    status = task.get("status")
    return STATES.get(status.lower(), JobState.RUNNING) if isinstance(status, str) else JobState.UNKNOWN


def model_of(task: Task) -> str:
    model = task.get("model")
    return model[:80] if isinstance(model, str) and model.isprintable() else ""


def credits_left(data: Any) -> float | None:
    """Of the answer to GET /v1/credits: what the account holds, or less where the key has a limit of its own."""
    account, own = (_object(data, name) if isinstance(data, dict) else {} for name in ("user", "token"))
    limits = [_number(account, "remaining_credits")]
    if own.get("unlimited_credits") is not True:
        limits.append(_number(own, "remaining_credits"))
    return min((each for each in limits if each is not None), default=None)


def update_of(reference: str, task: Task) -> JobUpdate:
    state, error_code, error_detail = _outcome(task)
    results = _results(task) if state == JobState.SUCCEEDED else ()
    info = _object(task, "task_info")
    return JobUpdate(
        reference,
        state,
        progress=_progress(task),
        results=results,
        error_code=error_code,
        error_detail=error_detail,
        eta=_eta(info) if state == JobState.RUNNING else None,
        can_cancel=info.get("can_cancel") is True,
        cost_micros=_cost(task, state),
        model_used=model_of(task),
        raw=dict(task),
    )


def _outcome(task: Task) -> tuple[JobState, str, str]:
    """The state, and why where it is a failure."""
    state, kind = state_of(task), task.get("type")
    if isinstance(kind, str) and kind != "video":
        return JobState.FAILED, FailureCode.OUTCOME_UNKNOWN, _("EvoLink calls this task something other than a video.")
    if state == JobState.SUCCEEDED and not _links(task):
        return JobState.FAILED, FailureCode.OUTCOME_UNKNOWN, _("EvoLink says that it is done, and names no video.")
    if state == JobState.CANCELLED or (state == JobState.FAILED and _was_cancelled(task)):
        return JobState.CANCELLED, "", ""
    return (state, *failures.failure_of(task.get("error"))) if state == JobState.FAILED else (state, "", "")


def _was_cancelled(task: Task) -> bool:
    return _object(task, "error").get("code") == "request_cancelled"


def _results(task: Task) -> tuple[Result, ...]:
    """One link is the rule; were there more, all are kept. A chain has no id here."""
    return tuple(
        Result(index, url=link, vendor_file=hosting.own_link(link, task.get("created")))
        for index, link in enumerate(_links(task))
    )


def _links(task: Task) -> list[str]:
    return _addresses(task.get("results")) or _addresses(task.get("result_data"))


def _addresses(value: Any) -> list[str]:
    """Web addresses in a text, a list or an object: documented is a list of texts; other tasks carry objects."""
    if isinstance(value, str):
        is_one = value.startswith(("https://", "http://")) and value.isprintable() and taken_apart(value)
        return [value] if is_one else []
    if isinstance(value, list):
        return list(dict.fromkeys(link for each in value for link in _addresses(each)))
    if isinstance(value, dict):
        return _addresses([each for each in (value.get("video_url"), value.get("url")) if isinstance(each, str)])
    return []


def _progress(task: Task) -> float | None:
    percent = _number(task, "progress")
    return None if percent is None else min(max(percent / 100, 0.0), 1.0)


def _eta(info: Mapping[str, Any]) -> float | None:
    seconds = _number(info, "estimated_time")
    return seconds if seconds is not None and 0 <= seconds <= LONGEST_WAIT else None


def _cost(task: Task, state: JobState) -> int | None:
    """In micro-dollars. What is reserved while it runs is a guess, and not told."""
    if state not in (JobState.SUCCEEDED, *REFUNDED):
        return None
    usage = _object(task, "usage")
    cost = _object(usage, "cost")
    dollars, credits = _number(cost, "usd"), _number(usage, "credits_used")
    if dollars is None and credits is None:
        credits = _number(cost, "credits")
    if dollars is None and credits is not None:
        dollars = credits / CREDITS_PER_DOLLAR
    if dollars is None:
        return 0 if state_of(task) in REFUNDED else None
    return round(max(dollars, 0.0) * MICROS)


def _object(task: Task, name: str) -> Mapping[str, Any]:
    value = task.get(name)
    return value if isinstance(value, dict) else {}


def _number(task: Task, name: str) -> float | None:
    value = task.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -LARGEST <= value <= LARGEST else None  # nan is not, either
