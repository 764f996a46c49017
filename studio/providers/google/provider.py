"""Google's own API of the Gemini Omni Flash models, the Interactions API: it holds the conversation itself.

A turn is an interaction in the background. Its id is the job's reference, and the `video_id` that the next turn names
as the interaction before it. Google honours no key of ours, so what makes one is sent once and never again.
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from studio.providers.base import Asked, JobRequest, JobState, JobUpdate, Submission
from studio.providers.errors import BadAnswer, FailureCode, ProviderError, Unreachable
from studio.providers.google import reading, sending, uploading
from studio.providers.google.calling import KEY_HEADER, ask, interactions, is_own, table, text
from studio.providers.google.refusals import refusal

AT_A_TIME = 8  # questions; there is no call that asks about several
LONGEST_NAME = 200  # characters of an interaction's that a job and a take can keep


class GoogleProvider:
    """`patience`: how many seconds one submit waits until Google has read a file that travels along."""

    name = "google"
    rings = False

    def __init__(self, patience: float = 20.0) -> None:
        self.patience = patience

    def submit(self, request: JobRequest, key: str) -> Submission:
        """Uploads what travels along, then starts the interaction: that call is made once, whatever comes back."""
        parts = uploading.parts(sending.files(request), key, self.patience)
        answer = _create(sending.body(request, parts), key)
        reference = text(answer.get("id"))
        if not reference:
            raise Unreachable(_("Google took the request, but its answer gives it no name. It may have been started."))
        if len(reference) > LONGEST_NAME or not reference.isprintable():
            raise BadAnswer(_("Google took the request under a name that cannot be kept. It may have been started."))
        reply = sending.reply(request, text(answer.get("model")))
        return Submission(reference, JobState.RUNNING, reply, reading.kept(answer))

    def fetch(self, asked: Sequence[Asked], key: str) -> list[JobUpdate]:
        """One question for each. Raises ProviderError where none was answered; one without news is still under way."""
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            answers = list(pool.map(lambda each: _news(each, key), asked))
        errors = [each for each in answers if isinstance(each, ProviderError)]
        if errors and len(errors) == len(answers):
            raise errors[0]
        return [
            answer if isinstance(answer, JobUpdate) else JobUpdate(each.reference, JobState.RUNNING)
            for each, answer in zip(asked, answers, strict=True)
        ]

    def cancel(self, reference: str, key: str) -> bool:
        """False where it is over already, or where Google does not say that it stopped.

        Raises ProviderError where it did not answer the question: then a later try may do it.
        """
        answer = interactions("POST", key, reference, "cancel")
        error = None if answer.is_good else refusal(answer)
        if error and not error.permanent:
            raise error
        return answer.is_good and table(answer.body).get("status") == "cancelled"

    def parse_delivery(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        """`{"type": "interaction.completed", "data": {"id": …}}` (Gemini API, webhooks)."""
        try:
            delivery = table(json.loads(body))
        except (ValueError, RecursionError):
            return []
        reference = text(table(delivery.get("data")).get("id")).removeprefix("interactions/")
        return [reference] if reference else []

    def check_key(self, key: str) -> str:
        """Asks for the list of models, which costs nothing."""
        answer = ask("GET", "v1beta/models?pageSize=1", key)
        if not answer.is_good:
            raise refusal(answer)
        answer.object()
        return _("Google accepts this key.")

    def sweep(self, now: datetime) -> None:
        return

    def download_headers(self, url: str, key: str) -> dict[str, str]:
        """What a result's `url` has to be fetched with. The key goes to Google alone, so to no redirect either."""
        return {KEY_HEADER: key} if is_own(url) else {}


def _create(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Starts an interaction. Raises Unreachable wherever it may have begun and be paid for."""
    try:
        answer = interactions("POST", key, json_body=body, repeatable=False)
        if not answer.is_good:
            raise refusal(answer)
        return answer.object()
    except BadAnswer as error:
        raise Unreachable(error.detail) from error


def _news(asked: Asked, key: str) -> JobUpdate | ProviderError:
    """An answer or what went wrong: one job's trouble is not the others'."""
    try:
        return _asked_about(asked, key)
    except ProviderError as error:
        return error


def _asked_about(asked: Asked, key: str) -> JobUpdate:
    answer = interactions("GET", key, asked.reference)
    if not answer.is_good:
        error = refusal(answer)
        if answer.status == 404 or error.code == FailureCode.EXPIRED_PARENT:
            return JobUpdate(asked.reference, JobState.UNKNOWN)
        raise error
    return _once_stored(reading.update(asked, answer.object()), key)


def _once_stored(update: JobUpdate, key: str) -> JobUpdate:
    """A film whose file is still being written over there has not come yet (Gemini API, files)."""
    url = update.results[0].url if update.results else ""
    name = urlsplit(url).path.partition("/files/")[2].partition(":")[0] if is_own(url) else ""
    state = uploading.state_of(f"files/{name}", key).get("state") if name else ""
    if state == "PROCESSING":
        return JobUpdate(update.reference, JobState.RUNNING, model_used=update.model_used)
    if state == "FAILED":
        sentence = _("Google made the video, and its file is broken there. It may have been charged.")
        return replace(update, state=JobState.FAILED, results=(), error_code=FailureCode.ENGINE, error_detail=sentence)
    return update
