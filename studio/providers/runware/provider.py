"""Runware behind the contract of all providers: submit, ask, and nothing that stops."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studio.providers import catalogue
from studio.providers.base import Asked, JobRequest, JobState, JobUpdate, Submission
from studio.providers.catalogue import ModelSpec, UnknownModel
from studio.providers.errors import BadAnswer, FailureCode, ProviderError, Refused
from studio.providers.http import Answer
from studio.providers.runware import answers, requests, uploads
from studio.providers.runware.answers import Said
from studio.providers.runware.refusals import CONFLICT, failure, refusal
from studio.providers.runware.results import update_of
from studio.providers.runware.wire import post

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 50
NOT_OFFERED = _("This studio no longer knows the model. Choose another one.")
NO_ACKNOWLEDGEMENT = _("Runware answered without saying whether it took the request.")
# The whole question was refused: nothing is said of any job.
ABOUT_THE_CALLER = frozenset({401, 402, 403, 408, 429})


class RunwareProvider:
    name = "runware"
    rings = False

    def submit(self, request: JobRequest, key: str) -> Submission:
        """One task, named by the request's key: sent again under it, it is neither done nor billed twice."""
        spec = _spec(request.model)
        task = requests.task_of(request, spec, lambda file: uploads.name_of(file, key))
        answer = post([task], key)
        _check_taken(answer, request.key)
        reply = requests.reply_of(request, spec, task)
        return Submission(request.key, JobState.RUNNING, reply, raw={"answer": answers.plain(answer.body)})

    def fetch(self, asked: Sequence[Asked], key: str) -> list[JobUpdate]:
        """Many tasks in one call. Raises only where nothing was said of any of them."""
        updates: list[JobUpdate] = []
        trouble: list[ProviderError] = []
        chunks = [asked[start : start + MOST_AT_ONCE] for start in range(0, len(asked), MOST_AT_ONCE)]
        for chunk in chunks:
            try:
                updates += _ask(chunk, key)
            except ProviderError as error:
                trouble.append(error)
                updates += [_no_news(each) for each in chunk]
        if trouble and len(trouble) == len(chunks):
            raise trouble[0]
        return updates

    def cancel(self, reference: str, key: str) -> bool:
        """There is no such task: what was taken is made and charged."""
        return False

    def download_headers(self, url: str, key: str) -> Mapping[str, str]:
        return {}

    def parse_delivery(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        return answers.references(body)

    def check_key(self, key: str) -> str:
        """Asks after a task that does not exist, which costs nothing."""
        answer = _question([str(uuid.uuid4())], key)
        said = answers.read(answer.object())
        for error in said.errors:
            if failure(error, answer.status)[0] in (FailureCode.UNAUTHORISED, FailureCode.OUT_OF_CREDIT):
                raise refusal(error, answer.status)
        return gettext("Runware knows this key.")

    def sweep(self, now: datetime) -> None:
        """No books are kept here."""


def _spec(model: str) -> ModelSpec:
    try:
        return catalogue.spec(RunwareProvider.name, model)
    except UnknownModel as error:
        raise Refused(NOT_OFFERED, FailureCode.MODEL_GONE) from error


def _check_taken(answer: Answer, task: str) -> None:
    """Raises ProviderError. A conflict is proof that this task was taken before, and its answer lost."""
    said = answers.read(answer.body)
    errors = [*said.of(task).errors, *said.stray]
    if any(answers.code_of(error) == CONFLICT for error in errors):
        return
    if errors or not answer.is_good:
        raise refusal(next(iter(errors), {}), answer.status)
    answer.object()
    if not said.of(task).items:
        raise BadAnswer(NO_ACKNOWLEDGEMENT)


def _question(tasks: Sequence[str], key: str) -> Answer:
    """Raises ProviderError where the question itself was refused."""
    answer = post([{"taskType": "getResponse", "taskUUID": task} for task in tasks], key)
    if answer.status in ABOUT_THE_CALLER or answer.status >= 500:
        raise refusal(next(iter(answers.read(answer.body).errors), {}), answer.status)
    if answer.is_good or len(tasks) == 1:
        answer.object()
    return answer


def _ask(chunk: Sequence[Asked], key: str) -> list[JobUpdate]:
    """All at once, then one by one those of whom a refusal of the whole may have said nothing."""
    answer = _question([each.reference for each in chunk], key)
    said = answers.read(answer.body)
    _check_caller(said, answer.status)
    if len(chunk) == 1:
        return [update_of(chunk[0], _of_one(chunk[0].reference, said))]
    told = {answers.task_of(each) for each in (*said.items, *said.errors)}
    whole = answer.is_good and not said.stray
    heard = [each for each in chunk if whole or each.reference in told]
    unheard = [each for each in chunk if not whole and each.reference not in told]
    return [update_of(each, said.of(each.reference)) for each in heard] + _ask_singly(unheard, key)


def _ask_singly(asked: Sequence[Asked], key: str) -> list[JobUpdate]:
    """The first trouble ends it: it would be everybody's, and a question must not take long."""
    updates: list[JobUpdate] = []
    try:
        for each in asked:
            updates += _ask([each], key)
    except ProviderError as error:
        logger.info("Runware could not be asked about single jobs: %s", error.code)
    return updates + [_no_news(each) for each in asked[len(updates) :]]


def _of_one(reference: str, said: Said) -> Said:
    """What names no task can only be about the one that was asked after; a refused question ends nothing, though."""
    mine = said.of(reference)
    stray = [{"taskType": "getResponse", **error} for error in said.stray]
    return Said(mine.items, (*mine.errors, *stray))


def _check_caller(said: Said, status: int) -> None:
    """The key and the account may also be refused inside a good answer."""
    for error in said.stray:
        if failure(error, status)[0] in (FailureCode.UNAUTHORISED, FailureCode.OUT_OF_CREDIT):
            raise refusal(error, status)


def _no_news(asked: Asked) -> JobUpdate:
    return JobUpdate(asked.reference, JobState.RUNNING, can_cancel=False)
