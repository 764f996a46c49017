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
from studio.providers.runware import answers, naming, requests, uploads
from studio.providers.runware.answers import Said
from studio.providers.runware.refusals import CONFLICT, failure, refusal
from studio.providers.runware.results import joint_update_of, update_of
from studio.providers.runware.wire import post

logger = logging.getLogger(__name__)
# How many one call may ask after is not documented. All that the watcher asks after at once fits into one; where that
# is refused, each of so many PARTS is asked after by itself.
MOST_AT_ONCE = 250
PARTS = 8
NOT_OFFERED = _("This studio no longer knows the model. Choose another one.")
NO_ACKNOWLEDGEMENT = _("Runware answered without saying whether it took the request.")
# The whole question was refused: nothing is said of any job.
ABOUT_THE_CALLER = frozenset({401, 402, 403, 408, 429})


class RunwareProvider:
    name = "runware"
    rings = False

    def submit(self, request: JobRequest, key: str) -> Submission:
        """Tasks named after the request's key: sent again under it, nothing is done or billed twice."""
        spec = _spec(request.model)
        tasks = requests.tasks_of(request, spec, lambda file: uploads.name_of(file, key))
        answer = post(tasks, key)
        taken = _taken(answer, [task["taskUUID"] for task in tasks])
        reply = requests.reply_of(request, spec, [task for task in tasks if task["taskUUID"] in taken], len(tasks))
        reference = naming.reference_of(taken, len(tasks))
        return Submission(reference, JobState.RUNNING, reply, raw={"answer": answers.plain(answer.body)})

    def fetch(self, asked: Sequence[Asked], key: str) -> list[JobUpdate]:
        """Many tasks in one call. Raises only where nothing was said of any of them."""
        heard = _hear([name for each in asked for name in naming.names_in(each.reference)], key)
        return [update for each in asked if (update := _news(each, heard))]

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


def _taken(answer: Answer, names: Sequence[str]) -> list[str]:
    """Those of the tasks that were taken on, or may have been. Raises ProviderError unless some were.

    A conflict is proof that a task was taken before, and its answer lost. What nothing is said of is asked after beside
    the others, which are made and charged; where nothing is said of any, all of it is sent again.
    """
    said = answers.read(answer.body)
    alone = len(names) == 1
    errors = {name: [*said.of(name).errors, *(said.stray if alone else ())] for name in names}
    taken = [
        name
        for name in names
        if any(answers.code_of(error) == CONFLICT for error in errors[name])
        or (said.of(name).items and not errors[name] and (answer.is_good or not alone))
    ]
    silent = [name for name in names if not said.of(name).items and not errors[name]]
    if taken:
        return [name for name in names if name in {*taken, *silent}]
    refused = [error for name in names for error in errors[name]]
    if not (refused and silent) and (refused or said.stray or not answer.is_good):
        raise refusal([*refused, *said.stray, {}][0], answer.status)
    answer.object()
    raise BadAnswer(NO_ACKNOWLEDGEMENT)


def _question(tasks: Sequence[str], key: str) -> Answer:
    """Raises ProviderError where the question itself was refused."""
    answer = post([{"taskType": "getResponse", "taskUUID": task} for task in tasks], key)
    if answer.status in ABOUT_THE_CALLER or answer.status >= 500:
        raise refusal(next(iter(answers.read(answer.body).errors), {}), answer.status)
    if answer.is_good or len(tasks) == 1:
        answer.object()
    return answer


def _hear(names: Sequence[str], key: str) -> dict[str, Said]:
    """What is said of each task; one that could not be asked after is left out. Raises where that is all of them."""
    heard: dict[str, Said] = {}
    trouble: list[ProviderError] = []
    chunks = [names[start : start + MOST_AT_ONCE] for start in range(0, len(names), MOST_AT_ONCE)]
    for chunk in chunks:
        try:
            heard |= _ask(chunk, key)
        except ProviderError as error:
            trouble.append(error)
    if trouble and len(trouble) == len(chunks):
        raise trouble[0]
    return heard


def _ask(names: Sequence[str], key: str) -> dict[str, Said]:
    """All at once, then in ever smaller parts those of whom a refusal of the whole may have said nothing.

    The first trouble ends it: it would be everybody's, and a question must not take long.
    """
    heard, waiting = _ask_once(names, key)
    try:
        while waiting:
            news, unheard = _ask_once(waiting.pop(0), key)
            heard |= news
            waiting = unheard + waiting
    except ProviderError as error:
        logger.info("Runware could not be asked about some jobs: %s", error.code)
    return heard


def _ask_once(names: Sequence[str], key: str) -> tuple[dict[str, Said], list[Sequence[str]]]:
    """What is said, and in parts those of whom nothing was said. Raises ProviderError."""
    answer = _question(names, key)
    said = answers.read(answer.body)
    _check_caller(said, answer.status)
    if len(names) == 1:
        return {names[0]: _of_one(names[0], said)}, []
    told = said.by_task()
    whole = answer.is_good and not said.stray
    heard = {name: told.get(name, Said()) for name in names if whole or name in told}
    unheard = [name for name in names if name not in heard]
    size = max(len(unheard) // PARTS, 1)
    return heard, [unheard[start : start + size] for start in range(0, len(unheard), size)]


def _news(asked: Asked, heard: Mapping[str, Said]) -> JobUpdate | None:
    """None where one of its tasks could not be asked after: that says nothing of the job."""
    names = naming.names_in(asked.reference)
    if any(name not in heard for name in names):
        return None
    told = [heard[name] for name in names]
    return joint_update_of(asked, told) if naming.has_one_each(asked.reference) else update_of(asked, *told)


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
