"""Asking vendors for news and to stop, each beside the others: one that hangs holds up nobody, nor the local engine."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connections

from studio import bell
from studio.providers import http, keys, registry
from studio.providers.base import Asked, JobUpdate
from studio.providers.errors import ProviderError
from studio.threads import jobs
from studio.threads.models import Job
from studio.threads.terms import Upload

logger = logging.getLogger(__name__)
AT_ONCE = 8  # vendors
PATIENCE = 1.0  # s that the watcher waits for an answer before it does other things meanwhile
SHORTLY = 0.2  # s that it waits for the answer to a stop
ByReference = dict[str, Job]
News = list[tuple[Job, JobUpdate | None]]


@dataclass(frozen=True)
class Question:
    """One call to a vendor, about many jobs."""

    asked: ByReference
    answer: "Future[Sequence[JobUpdate]]"


class Questions:
    """What is being asked at present, at most one question for each provider."""

    def __init__(self, bell_name: str) -> None:
        self.bell_name = bell_name
        self.open: dict[str, Question] = {}
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ask")

    def busy(self) -> set[str]:
        """Providers that have not answered yet: their jobs wait for the next question."""
        return set(self.open)

    def put(self, due: Iterable[Job]) -> News:
        """Asks, and answers with what has come within PATIENCE; the rest comes with `late`, and rings the bell."""
        fresh = {
            name: Question(asked, self.pool.submit(_beside, name, list(asked.values())))
            for name, asked in grouped(due).items()
        }
        self.open |= fresh
        answers = [question.answer for question in fresh.values()]
        for late in wait(answers, PATIENCE).not_done if answers else ():
            late.add_done_callback(lambda _answer: bell.ring(self.bell_name))
        return self.late()

    def late(self) -> News:
        """What has been answered since."""
        done = [name for name, question in self.open.items() if question.answer.done()]
        return [each for name in done for each in _paired(self.open.pop(name))]


class Stops:
    """What vendors are being asked to stop. One of them may take a minute to answer; nobody waits for it."""

    def __init__(self, bell_name: str) -> None:
        self.bell_name = bell_name
        self.open: list[tuple[Job, Future[jobs.Heard]]] = []
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="stop")

    def put(self, wanted: Iterable[Job]) -> list[tuple[Job, jobs.Heard]]:
        """Asks, and answers with what has come SHORTLY after; the rest comes with `late`, and rings the bell."""
        waiting = {job.pk for job, _answer in self.open}
        fresh = [(job, self.pool.submit(_stop_beside, job)) for job in wanted if job.pk not in waiting]
        self.open += fresh
        answers = [answer for _job, answer in fresh]
        for late in wait(answers, SHORTLY).not_done if answers else ():
            late.add_done_callback(lambda _answer: bell.ring(self.bell_name))
        return self.late()

    def late(self) -> list[tuple[Job, jobs.Heard]]:
        done = [each for each in self.open if each[1].done()]
        self.open = [each for each in self.open if each not in done]
        return [(job, answer.result()) for job, answer in done]


def grouped(due: Iterable[Job]) -> dict[str, ByReference]:
    groups: dict[str, ByReference] = defaultdict(dict)
    for job in due:
        groups[job.provider][job.reference] = job
    return groups


def ask_here(due: Iterable[Job]) -> News:
    """The same in this very thread, for providers whose answer costs one query."""
    found: News = []
    for name, asked in grouped(due).items():
        news = {update.reference: update for update in _news(name, list(asked.values()))}
        found += [(job, news.get(reference)) for reference, job in asked.items()]
    return found


def _paired(question: Question) -> News:
    """Each job with its news. Raises DatabaseError."""
    news = {update.reference: update for update in question.answer.result()}
    return [(job, news.get(reference)) for reference, job in question.asked.items()]


def _beside(name: str, asked: list[Job]) -> Sequence[JobUpdate]:
    try:
        return _news(name, asked)
    finally:
        connections.close_all()


def _stop_beside(job: Job) -> jobs.Heard:
    try:
        return jobs.ask_to_stop(job, job.reference)
    except Exception:
        logger.exception("Provider %s could not be asked to stop job %s", job.provider, job.pk)
        return jobs.Heard.NOTHING
    finally:
        connections.close_all()


def _news(name: str, asked: list[Job]) -> Sequence[JobUpdate]:
    """Nothing where the provider cannot be asked now."""
    try:
        questions = [question_about(job) for job in asked]
        return registry.provider(name).fetch(questions, keys.key_of(name))
    except DatabaseError:
        raise
    except ProviderError as error:
        logger.warning("Provider %s could not be asked about %d jobs: %s", name, len(asked), error.code)
    except Exception:
        logger.exception("Provider %s could not be asked about %d jobs", name, len(asked))
        if len(asked) > 1:  # one job's strange answer must not hide the others'
            return [update for job in asked for update in _news(name, [job])]
    return []


def question_about(job: Job) -> Asked:
    uploaded = job.terms.get("upload") == Upload.SENT
    return Asked(job.reference, job.model, results_of(job), known_of(job), uploaded)


def known_of(job: Job) -> dict[str, int]:
    """Results that came before keep their numbers."""
    return {result.get("vendor_file") or _place_of(result): result["index"] for result in job.results}


def _place_of(result: Mapping[str, Any]) -> str:
    parts = http.taken_apart(result.get("url", ""))
    return parts.path if parts else ""


def results_of(job: Job) -> int:
    return int(job.turn.settings.get("results", 1))
