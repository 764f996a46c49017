"""What an interaction says, in our words (Gemini API, Interactions reference). Any field may be missing or of any type.

A film is the last video part of the last `model_output` step. One that is `completed` without a film is a refusal
where the model put it in words, and a block of the region where it came at once and not one token was put out.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from studio.providers.base import Asked, JobState, JobUpdate, Result
from studio.providers.errors import BadAnswer, FailureCode
from studio.providers.google.calling import count, rows, table, text
from studio.providers.google.prices import cost, film_tokens
from studio.providers.google.refusals import Complaint, clipped, complaint_of
from studio.providers.http import taken_apart

STATES = {
    "queued": JobState.RUNNING,
    "in_progress": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "incomplete": JobState.FAILED,
    "failed": JobState.FAILED,
    "requires_action": JobState.FAILED,
    "requires_continuation": JobState.FAILED,
    "budget_exceeded": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
}
ENDINGS = {
    "incomplete": FailureCode.ENGINE,
    "requires_action": FailureCode.UNSUPPORTED,
    "requires_continuation": FailureCode.UNSUPPORTED,
    "budget_exceeded": FailureCode.OUT_OF_CREDIT,
}
"""What failed means where the status alone says it."""
BAD_ENDS = ("fail", "error", "expire", "reject")  # in a status that no documentation names
AT_ONCE = 60.0  # s; a film takes from half a minute to a minute and a half
LONGEST_KEPT = 500  # characters of one value of the raw answer
DEEPEST_KEPT = 16


def update(asked: Asked, interaction: Mapping[str, Any]) -> JobUpdate:
    """News of one interaction. Raises BadAnswer where it names no status."""
    word = text(interaction.get("status"))
    if not word:
        raise BadAnswer(_("Google does not say how far this is."))
    model = text(interaction.get("model"))
    news = JobUpdate(asked.reference, state_of(word), model_used=model)
    if news.state == JobState.RUNNING:
        return news
    news = replace(news, can_cancel=False, raw=kept(interaction))
    if news.state == JobState.CANCELLED:
        return news
    if uri := film(interaction):
        result = Result(index=0, url=uri, video_id=asked.reference)
        spent = cost(model or asked.model, interaction.get("usage"))
        return replace(news, state=JobState.SUCCEEDED, results=(result,), cost_micros=spent)
    code, detail = why_no_film(interaction, word)
    return replace(news, state=JobState.FAILED, error_code=code, error_detail=detail)


def state_of(word: str) -> JobState:
    """A word that nobody documents is still under way, unless it reads like an end: the work may be paid for."""
    if word in STATES:
        return STATES[word]
    return JobState.FAILED if any(part in word.lower() for part in BAD_ENDS) else JobState.RUNNING


def film(interaction: Mapping[str, Any]) -> str:
    """The uri of the film; empty where there is none."""
    uris = [text(part.get("uri")) for part in _output(interaction) if part.get("type") == "video"]
    return next((uri for uri in reversed(uris) if uri and taken_apart(uri)), "")


def why_no_film(interaction: Mapping[str, Any], word: str) -> tuple[FailureCode, str]:
    """The failure and its sentence."""
    complaint = _complaint(interaction)
    code = complaint.code(ENDINGS.get(word, FailureCode.ENGINE))
    was_made = _made(interaction)
    if code == FailureCode.INPUT_BLOCKED:
        code = FailureCode.OUTPUT_BLOCKED if was_made else code
    elif word == "completed":
        return _empty(interaction, was_made)
    if code == FailureCode.UNSUPPORTED:
        return code, _("Google asks for something in between that this studio cannot give.")
    return code, complaint.sentence(code)


def _empty(interaction: Mapping[str, Any], was_made: bool) -> tuple[FailureCode, str]:
    """Completed, and nobody complains, but there is no film."""
    said = clipped(" ".join(filter(None, (text(part.get("text")) for part in _output(interaction)))))
    tokens = count(table(interaction.get("usage")).get("total_output_tokens"))
    if was_made or (tokens is None and not said):
        return FailureCode.OUTCOME_UNKNOWN, _(
            "Google finished, and its answer names no video that could be fetched. It may have been made and charged."
        )
    if said:
        return FailureCode.INPUT_BLOCKED, _("Google made no video. It says: “%s”") % said
    if tokens == 0 and _came_at_once(interaction) and _may_have_a_clip(interaction):
        return FailureCode.REGION_BLOCKED, _(
            "Google finished at once without a video and without a word. It does so where it does not allow uploaded "
            "clips to be edited: the European Economic Area, Switzerland and the United Kingdom. What it made itself "
            "can be edited everywhere."
        )
    return FailureCode.OUTPUT_BLOCKED, _(
        "Google finished without a video and gave no reason. Most often its filter did."
    )


def _output(interaction: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of the last output."""
    outputs = [step for step in rows(interaction.get("steps")) if step.get("type") == "model_output"]
    return rows(outputs[-1].get("content")) if outputs else []


def _complaint(interaction: Mapping[str, Any]) -> Complaint:
    errors = [*rows(interaction.get("errors")), interaction.get("error")]
    errors += [step.get("error") for step in rows(interaction.get("steps"))]
    return complaint_of(errors, text(interaction.get("finish_reason")).upper())


def _made(interaction: Mapping[str, Any]) -> bool:
    """Whether a film was made, whatever became of it."""
    tokens = film_tokens(table(interaction.get("usage")))
    return bool(tokens) or any(part.get("type") == "video" for part in _output(interaction))


def _may_have_a_clip(interaction: Mapping[str, Any]) -> bool:
    """Whether it may rest on an uploaded clip. What was put in is not always listed."""
    if text(interaction.get("previous_interaction_id")):
        return True
    asked = [step for step in rows(interaction.get("steps")) if step.get("type") == "user_input"]
    parts = [part for step in asked for part in rows(step.get("content"))]
    return not parts or any(part.get("type") in ("video", "document") for part in parts)


def _came_at_once(interaction: Mapping[str, Any]) -> bool:
    try:
        begun, ended = (datetime.fromisoformat(text(interaction.get(name))) for name in ("created", "updated"))
        return (ended - begun).total_seconds() < AT_ONCE
    except (ValueError, TypeError):
        return True


def kept(value: Any, depth: int = DEEPEST_KEPT) -> Any:
    """The raw answer for staff, without what is long or endless: films and photos inside it, signatures."""
    if isinstance(value, Mapping | list) and not depth:
        return "…"
    if isinstance(value, Mapping):
        return {str(name): kept(each, depth - 1) for name, each in value.items()}
    if isinstance(value, list):
        return [kept(each, depth - 1) for each in value]
    if isinstance(value, str) and len(value) > LONGEST_KEPT:
        return f"{value[:LONGEST_KEPT]}… ({len(value)})"
    return value
