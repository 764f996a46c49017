"""From what an answer says of one task to news of a job (Runware documentation, task polling and videoInference).

Every result is an item of its own: those that run or are made in `data`, those that failed in `errors`, all under the
task's name. Finished ones come again with every answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from studio.providers.base import Asked, JobState, JobUpdate, Result
from studio.providers.errors import FailureCode
from studio.providers.http import taken_apart
from studio.providers.runware.answers import Item, Said, code_of, number, plain, text, whole
from studio.providers.runware.refusals import CANCELLED, CONFLICT, NOT_KNOWN, failure, reason

NO_FILE = _("Runware says that it is finished and names no file.")
NO_FILE_HERE = _(
    "Runware says that it is finished and names no file. It may lie in the team's own storage: an owner of the team "
    "can look there."
)
# Of several tasks: one that runs is waited for, and one that was made makes the others' failure a reason.
LAST_WORDS = (JobState.RUNNING, JobState.UNKNOWN, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
MICROS = 1_000_000
LONGEST_NAME, LONGEST_ID = 200, 500  # what a take can keep
MOST_INDEX = 100
# These may also refuse a question, which ends nothing.
ASKED_IN_VAIN = frozenset({"rateLimitExceeded", "inferenceRateLimitExceeded", "serviceUnavailable"})


@dataclass(frozen=True)
class _Made:
    """A finished video, by the name that tells it from the others of its task."""

    name: str
    item: Item


@dataclass(frozen=True)
class _Sum:
    """What was said, sorted: finished, failed, over without a file, and how many run."""

    said: Said
    made: list[_Made]
    failed: list[Item]
    lost: list[Item]
    running: int

    @property
    def ended(self) -> int:
        return len(self.made) + len(self.failed) + len(self.lost)


def update_of(asked: Asked, said: Said) -> JobUpdate:
    """News of a job that is one task. Nothing at all: not seen yet, so it runs."""
    found, wanted = _summed(said), max(asked.results, 1)
    return _update(asked, found, wanted, _state(found, wanted))


def joint_update_of(asked: Asked, told: Sequence[Said]) -> JobUpdate:
    """News of a job whose tasks make one result each."""
    states = {_state(_summed(each), 1) for each in told}
    every = Said(
        tuple(item for each in told for item in each.items), tuple(error for each in told for error in each.errors)
    )
    return _update(asked, _summed(every), len(told), next(state for state in LAST_WORDS if state in states))


def _summed(said: Said) -> _Sum:
    over = [item for item in said.items if _is_over(item)]
    return _Sum(
        said=said,
        made=_made(said.items),
        failed=[error for error in said.errors if _ends(error)],
        lost=[item for item in over if not _url(item)],
        running=len(said.items) - len(over),
    )


def _update(asked: Asked, found: _Sum, wanted: int, state: JobState) -> JobUpdate:
    said = found.said
    code, detail = _reason(found, NO_FILE_HERE if asked.uploaded else NO_FILE)
    return JobUpdate(
        asked.reference,
        state,
        progress=_progress(said, wanted, found.ended),
        results=_results(asked, found.made),
        error_code=code,
        error_detail=detail,
        can_cancel=False,
        model_used=next((name for item in said.items if (name := text(item.get("model"), 80))), ""),
        raw={"data": plain(said.items), "errors": plain(said.errors)},
    )


def _ends(error: Item) -> bool:
    """Whether it is about the video, and not about the question after it."""
    code = code_of(error)
    if code in NOT_KNOWN or code == CONFLICT:
        return False
    return error.get("status") == "error" or (error.get("taskType") != "getResponse" and code not in ASKED_IN_VAIN)


def _state(found: _Sum, wanted: int) -> JobState:
    """Results that are not listed are waited for, unless the only thing listed is a failure: it is the whole task's."""
    has_made = bool(found.made)
    if found.running or (has_made and found.ended < wanted):
        return JobState.RUNNING
    if has_made:
        return JobState.SUCCEEDED
    codes = {code_of(error) for error in found.said.errors}
    if CANCELLED in codes:
        return JobState.CANCELLED
    if found.ended:
        return JobState.FAILED
    return JobState.UNKNOWN if codes & NOT_KNOWN else JobState.RUNNING


def _reason(found: _Sum, no_file: str) -> tuple[str, str]:
    """Of the first failure. Where one result came through, the filter cannot have refused the prompt."""
    if not found.failed:
        return (FailureCode.OUTCOME_UNKNOWN, no_file) if found.lost else ("", "")
    code, detail = failure(found.failed[0])
    if code == FailureCode.INPUT_BLOCKED and found.made:
        return reason(FailureCode.OUTPUT_BLOCKED)
    return code, detail


def _progress(said: Said, wanted: int, ended: int) -> float | None:
    """Documented as 0 to 100 for each result that runs; None where nothing says anything."""
    told = [number(item.get("progress")) for item in said.items if not _is_over(item)]
    shares = [min(max(share, 0), 100) / 100 for share in told if share is not None]
    if not shares and not ended:
        return None
    return min((ended + sum(shares)) / max(wanted, ended + len(told)), 1.0)


def _is_over(item: Item) -> bool:
    return item.get("status") == "success" or bool(_url(item))


def _made(items: tuple[Item, ...]) -> list[_Made]:
    """Each once, by name: the order of an answer is not documented."""
    named = {_name(item): item for item in items if _url(item)}
    return [_Made(name, named[name]) for name in sorted(named)]


def _url(item: Item) -> str:
    named = [text(item.get(key)) for key in ("videoURL", "mediaURL")]
    return next((url for url in named if url and taken_apart(url)), "")


def _file(item: Item) -> str:
    return text(item.get("videoUUID"), LONGEST_NAME) or text(item.get("mediaUUID"), LONGEST_NAME)


def _name(item: Item) -> str:
    """The same in every answer: its UUID, else where it lies (a signature after the path may change)."""
    return _file(item) or urlsplit(_url(item)).path


def _results(asked: Asked, made: list[_Made]) -> tuple[Result, ...]:
    indices = _indices(asked, made)
    return tuple(_result(indices[each.name], each.item) for each in made if each.name in indices)


def _indices(asked: Asked, made: list[_Made]) -> Mapping[str, int]:
    """Which number each result has. It must stay the same from one answer to the next.

    Those that came before keep theirs; of a new one Runware may say it (`resultIndex`), else it gets the next free.
    """
    taken = dict(asked.known)
    told = {each.name: whole(each.item.get("resultIndex")) for each in made if each.name not in taken}
    numbered = {name: index for name, index in told.items() if index is not None and 0 <= index < MOST_INDEX}
    if len({*numbered.values()} - {*taken.values()}) == len(told):
        taken |= numbered
    free = (index for index in count() if index not in taken.values())
    return {each.name: taken[each.name] if each.name in taken else next(free) for each in made}


def _result(index: int, item: Item) -> Result:
    outputs = item.get("outputs")
    cost = number(item.get("cost"))
    return Result(
        index=index,
        url=_url(item),
        video_id=text(outputs.get("videoId"), LONGEST_ID) if isinstance(outputs, dict) else "",
        seed=whole(item.get("seed")),
        # Nothing said, or zero, is not free: the bill comes all the same.
        cost_micros=round(cost * MICROS) or None if cost and cost > 0 else None,
        flagged=str(item.get("NSFWContent")).lower() == "true",
        vendor_file=_file(item),
    )
