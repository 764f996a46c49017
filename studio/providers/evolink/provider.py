"""EvoLink behind the contract of base.py. Its tasks cannot be cancelled, and a chain has no id there."""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from studio.providers import http
from studio.providers.base import Asked, JobRequest, JobState, JobUpdate, Submission
from studio.providers.errors import BadAnswer, FailureCode, ProviderError, Unreachable
from studio.providers.evolink import asking, failures, reading

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 50  # tasks in one batch query, as EvoLink's own MCP client has it
OWN_PREFIX = "task-unified-"  # a task's id begins so, or the query is refused
WITHOUT_BATCH = 300.0  # s until the batch query is tried again after it turned out not to be there
FIRST_PAUSE = 1.0  # s, doubled each time the outcome of a create is still undecided


class EvoLinkProvider:
    """`patience`: how many seconds one submit waits for EvoLink to decide whether it has accepted a request."""

    name = "evolink"
    rings = False

    def __init__(self, patience: float = 20.0) -> None:
        self.patience = patience
        self.no_batch_until = 0.0

    def submit(self, request: JobRequest, key: str) -> Submission:
        """Creates a task under the job's own key: the same again is answered with the same task, and billed once."""
        draft = asking.draft(request, key)
        answer = self._create(draft.body, request.key, key)
        task = answer.object()
        reference = reading.reference_of(task)
        if not reference:
            raise BadAnswer(_("EvoLink accepted the request, and named no task that could be asked about."))
        state = reading.update_of(reference, task).state
        return Submission(
            reference,
            JobState.RUNNING if state == JobState.UNKNOWN else state,
            draft.reply(reading.model_of(task)),
            {**task, "idempotency_replayed": answer.headers.get("idempotency-replayed") == "true"},
        )

    def fetch(self, asked: Sequence[Asked], key: str) -> list[JobUpdate]:
        """One query for up to fifty, where EvoLink has that; what it leaves out is asked for singly.

        Where that breaks off, the news so far is handed over; the others are asked about next time.
        """
        references = list(dict.fromkeys(each.reference for each in asked))
        tasks = self._many(references, key) if len(references) > 1 else {}
        updates = [reading.update_of(reference, task) for reference, task in tasks.items()]
        for reference in references:
            if reference in tasks:
                continue
            try:
                updates.append(_one(reference, key))
            except ProviderError as error:
                if not updates:
                    raise
                logger.info("EvoLink answered about %d of %d tasks: %s", len(updates), len(references), error.code)
                break
        return updates

    def cancel(self, reference: str, key: str) -> bool:
        """EvoLink documents no way to stop a task."""
        return False

    def download_headers(self, url: str, key: str) -> Mapping[str, str]:
        return {}

    def parse_delivery(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        """A callback's body is the task as a query shows it; it carries no signature, so it is no more than a hint."""
        try:
            task = json.loads(body)
        except (ValueError, RecursionError):
            return []
        reference = reading.reference_of(task)
        return [reference] if reference else []

    def check_key(self, key: str) -> str:
        answer = http.call("GET", _url("/v1/credits"), key=key)
        if not answer.is_good:
            raise failures.error_of(answer)
        body = answer.object()
        if body.get("success") is False:
            raise BadAnswer(_("EvoLink could not say how much credit is left."), FailureCode.NETWORK)
        credits = reading.credits_left(body.get("data"))
        if credits is None:
            return _("EvoLink knows this key. How much credit is left, it did not say.")
        words = {
            "credits": number_format(credits, 1),
            "dollars": number_format(credits / reading.CREDITS_PER_DOLLAR, 2),
        }
        return _("EvoLink knows this key: %(credits)s credits are left, which is $%(dollars)s.") % words

    def sweep(self, now: datetime) -> None:
        """No books are kept here."""

    def _create(self, body: Mapping[str, Any], job: str, key: str) -> http.Answer:
        """Asks again under the same key while EvoLink has an earlier try in hand (its 409 paid_outcome_unknown)."""
        deadline, pause = time.monotonic() + self.patience, FIRST_PAUSE
        while True:
            answer = _create_once(body, job, key)
            if answer.is_good:
                return answer
            left = deadline - time.monotonic()
            if failures.code_of(answer) != failures.UNDECIDED or left <= 0:
                raise failures.error_of(answer)
            time.sleep(min(pause, left))
            pause *= 2

    def _many(self, references: Sequence[str], key: str) -> dict[str, Mapping[str, Any]]:
        """Tasks by id. Empty, or not all, where EvoLink has no such query or did not answer it in full."""
        found: dict[str, Mapping[str, Any]] = {}
        own = [each for each in references if each.startswith(OWN_PREFIX)]
        for first in range(0, len(own), MOST_AT_ONCE):
            if time.monotonic() < self.no_batch_until:
                break
            wanted = own[first : first + MOST_AT_ONCE]
            found |= {task["id"]: task for task in self._batch(wanted, key) if reading.reference_of(task) in wanted}
        return found

    def _batch(self, references: Sequence[str], key: str) -> Sequence[Any]:
        answer = http.call("POST", _url("/v1/tasks/batch"), key=key, json_body={"task_ids": list(references)})
        tasks = answer.body.get("data") if answer.is_good and isinstance(answer.body, dict) else None
        if isinstance(tasks, list):
            return tasks
        if answer.status in (401, 402, 403, 429):
            raise failures.error_of(answer)
        if answer.status < 500:
            logger.info("EvoLink answers no batch query (HTTP %d): tasks are asked about singly", answer.status)
            self.no_batch_until = time.monotonic() + WITHOUT_BATCH
        return []


def _url(path: str) -> str:
    return settings.PROVIDER_URLS["evolink"] + path


def _create_once(body: Mapping[str, Any], job: str, key: str) -> http.Answer:
    try:
        return http.call(
            "POST", _url("/v1/videos/generations"), key=key, json_body=body, headers={"Idempotency-Key": job}
        )
    except Unreachable as error:
        raise Unreachable(error.detail, FailureCode.OUTCOME_UNKNOWN) from error


def _one(reference: str, key: str) -> JobUpdate:
    answer = http.call("GET", _url(f"/v1/tasks/{quote(reference, safe='')}"), key=key)
    if answer.is_good:
        return reading.update_of(reference, answer.object())
    if answer.status == 404 or failures.code_of(answer) in ("invalid_task_id", "task_not_found"):
        return JobUpdate(reference, JobState.UNKNOWN)
    raise failures.error_of(answer)
