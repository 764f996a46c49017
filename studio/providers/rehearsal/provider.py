"""The rehearsal behind the contract of providers."""

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studio.providers.base import (
    Applied,
    Asked,
    JobRequest,
    JobState,
    JobUpdate,
    Reply,
    Result,
    Submission,
)
from studio.providers.errors import FailureCode, Refused, Unreachable
from studio.providers.rehearsal import books, films
from studio.providers.rehearsal.books import Taken
from studio.providers.rehearsal.scripts import AT_THE_DOOR, LABELS, Script, script_of

BANNER = _("Rehearsal: no money is spent, nothing is sent anywhere")
FAILED = _("This is a rehearsed failure: the prompt asked for it. Nothing is wrong, and nothing was spent.")
NO_ANSWER = _("This is a rehearsed loss: the request arrived, and the answer to it did not.")
FAILS = _("Fails while it runs")
HALF_WAY = 30.0  # s after which what never ends says that half of it is done


class RehearsalProvider:
    """`now` answers the seconds since 1970."""

    name = "rehearsal"
    rings = False

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now

    def submit(self, request: JobRequest, key: str = "") -> Submission:
        """Raises Refused for what is refused at the door, Unreachable the first time where the answer is lost."""
        script = script_of(request)
        if script.failure in AT_THE_DOOR:
            raise Refused(gettext(FAILED), script.failure)
        results = int(request.settings.get("results", 1))
        if books.read(request.key) is None:
            books.tidy(self.now())
            seed = _seed(request)
            films.make(request, script, script.good(results), seed)
            books.write(request.key, Taken(self.now(), list(script.words), results, seed))
            if "lost" in script:
                raise Unreachable(gettext(NO_ANSWER))
        return Submission(request.key, JobState.RUNNING, _reply(script), {"words": list(script.words)})

    def fetch(self, asked: Sequence[Asked], key: str = "") -> list[JobUpdate]:
        return [_news(each, self.now()) for each in asked]

    def cancel(self, reference: str, key: str = "") -> bool:
        taken = books.read(reference)
        if taken is None or taken.is_over(self.now()):
            return False
        books.write(reference, replace(taken, cancelled=True))
        return True

    def download_headers(self, url: str, key: str) -> Mapping[str, str]:
        return {}

    def parse_delivery(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        return []

    def check_key(self, key: str = "") -> str:
        return gettext("The rehearsal needs no key.")

    def sweep(self, now: datetime) -> None:
        return


def _reply(script: Script) -> Reply:
    applied = [Applied(word, LABELS[word]) for word in script.words if word in LABELS]
    if script.failure:
        applied.append(Applied("fail", FAILS, script.failure.replace("_", " ")))
    return Reply(applied, script.idle, note=BANNER)


def _news(asked: Asked, now: float) -> JobUpdate:
    taken = books.read(asked.reference)
    if taken is None:
        return JobUpdate(asked.reference, JobState.UNKNOWN)
    if taken.cancelled:
        return JobUpdate(asked.reference, JobState.CANCELLED, cost_micros=0)
    past = max(0.0, now - taken.at)
    if taken.is_over(now):
        return _ended(asked, taken)
    endless, length = "never" in taken.script, taken.script.seconds
    return JobUpdate(
        asked.reference,
        JobState.RUNNING,
        progress=past / (past + HALF_WAY) if endless else past / length,
        results=_results(asked.reference, taken, past),
        eta=None if endless else length - past,
        model_used=asked.model,
    )


def _ended(asked: Asked, taken: Taken) -> JobUpdate:
    """Some results and a reason, all of them, or the reason alone."""
    results = _results(asked.reference, taken, math.inf)
    code = taken.script.failure
    if code is None and len(results) < taken.results:
        code = FailureCode.OUTPUT_BLOCKED
    return JobUpdate(
        asked.reference,
        JobState.SUCCEEDED if results else JobState.FAILED,
        progress=1.0,
        results=results,
        error_code=code or "",
        error_detail=gettext(FAILED) if code else "",
        can_cancel=False,
        cost_micros=0,
        model_used=asked.model,
    )


def _results(reference: str, taken: Taken, past: float) -> list[Result]:
    """What is finished by now: the results come one after another."""
    each = taken.script.seconds / taken.results
    return [
        Result(
            index=index,
            path=str(books.film(reference, index)),
            video_id=f"{reference}-{index}",
            seed=taken.seed + index,
            cost_micros=0,
            flagged="flagged" in taken.script,
        )
        for index in taken.script.good(taken.results)
        if past >= each * (index + 1)
    ]


def _seed(request: JobRequest) -> int:
    given = request.settings.get("seed")
    return int(given) if given is not None else int.from_bytes(hashlib.sha256(request.key.encode()).digest()[:4]) >> 1
