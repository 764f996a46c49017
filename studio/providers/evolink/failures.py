"""EvoLink's errors in our words: refused requests (HTTP) and failed tasks share one table of codes.

EvoLink documentation, "Error codes"; the codes of keys and quotas are those that its own MCP client knows.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studio.providers.errors import BadAnswer, FailureCode, ProviderError, RateLimited, Refused, Unreachable
from studio.providers.http import Answer

UNDECIDED = "paid_outcome_unknown"

BLOCKED = _("EvoLink's content policy forbids this request: its words, or what its pictures or clip show.")
NOTHING_MADE = _("The model gave nothing back for this request.")
BUSY = _("EvoLink has no capacity for this at the moment.")
TOO_LONG = _("EvoLink gave up because it took too long.")
BAD_REQUEST = _("EvoLink did not accept what was asked, or how it was put.")
BAD_IMAGE = _("EvoLink could not use one of the pictures. Send it as PNG, JPEG or WebP, in an ordinary size.")
BAD_CLIP = _("EvoLink could not fetch or read the clip.")
TOO_BIG = _("What was sent is larger than EvoLink takes.")
BAD_KEY = _("EvoLink does not know this key, or it has expired or was switched off.")
KEY_MAY_NOT = _("This key may not use the model. Whoever looks after the EvoLink account can allow it.")
NO_CREDIT = _("The EvoLink account has not enough credit for this.")
KEY_LIMIT = _("The EvoLink key has reached its own limit, in all or for today. The account may still have credit.")
MODEL_GONE = _("EvoLink does not offer this model.")
NOT_THERE = _("EvoLink does not know what was asked for: the model is gone, or the address set for EvoLink is wrong.")
CANCELLED = _("EvoLink ended the task before it was done.")
BROKE_OFF = _("Making it broke off at EvoLink.")
ALREADY_SENT = _(
    "EvoLink already has a request under this job's key, and it differs from this one. The task list of the account "
    "says whether it was made."
)
STILL_UNDECIDED = _("EvoLink has had this request since the first try and cannot say yet whether it was accepted.")
TROUBLE = _("EvoLink reported trouble of its own (HTTP %d), and did not say whether the request was accepted.")
STRANGE = _("EvoLink answered in a way that its documentation does not know (HTTP %d).")

CODES: dict[str, tuple[FailureCode, str]] = {
    "content_policy_violation": (FailureCode.INPUT_BLOCKED, BLOCKED),
    "generation_failed_no_content": (FailureCode.OUTPUT_BLOCKED, NOTHING_MADE),
    "invalid_parameter": (FailureCode.BAD_REQUEST, BAD_REQUEST),
    "invalid_parameters": (FailureCode.BAD_REQUEST, BAD_REQUEST),
    "invalid_task_id": (FailureCode.BAD_REQUEST, BAD_REQUEST),
    "image_processing_error": (FailureCode.BAD_MEDIA, BAD_IMAGE),
    "image_dimension_mismatch": (FailureCode.BAD_MEDIA, BAD_IMAGE),
    "video_probe_failed": (FailureCode.BAD_MEDIA, BAD_CLIP),
    "resource_not_found": (FailureCode.BAD_MEDIA, BAD_CLIP),
    "request_cancelled": (FailureCode.ENGINE, CANCELLED),
    "unknown_error": (FailureCode.ENGINE, BROKE_OFF),
    "service_error": (FailureCode.BUSY, BUSY),
    "service_unavailable": (FailureCode.BUSY, BUSY),
    "resource_exhausted": (FailureCode.BUSY, BUSY),
    "quota_exceeded": (FailureCode.BUSY, BUSY),  # too many at once, not too little credit
    "rate_limit_exceeded": (FailureCode.BUSY, BUSY),
    "no_available_channel": (FailureCode.BUSY, BUSY),
    "generation_timeout": (FailureCode.TIMEOUT, TOO_LONG),
    "invalid_api_key": (FailureCode.UNAUTHORISED, BAD_KEY),
    "key_disabled": (FailureCode.UNAUTHORISED, BAD_KEY),
    "key_expired": (FailureCode.UNAUTHORISED, BAD_KEY),
    "key_model_not_allowed": (FailureCode.UNAUTHORISED, KEY_MAY_NOT),
    "insufficient_quota": (FailureCode.OUT_OF_CREDIT, NO_CREDIT),
    "insufficient_user_quota": (FailureCode.OUT_OF_CREDIT, NO_CREDIT),
    "account_balance_insufficient": (FailureCode.OUT_OF_CREDIT, NO_CREDIT),
    "insufficient_token_quota": (FailureCode.OUT_OF_CREDIT, KEY_LIMIT),
    "key_quota_exhausted": (FailureCode.OUT_OF_CREDIT, KEY_LIMIT),
    "token_daily_quota_exceeded": (FailureCode.OUT_OF_CREDIT, KEY_LIMIT),
    "idempotency_conflict": (FailureCode.OUTCOME_UNKNOWN, ALREADY_SENT),
    UNDECIDED: (FailureCode.OUTCOME_UNKNOWN, STILL_UNDECIDED),
}

STATUSES: dict[int, tuple[FailureCode, str]] = {
    400: (FailureCode.BAD_REQUEST, BAD_REQUEST),
    401: (FailureCode.UNAUTHORISED, BAD_KEY),
    402: (FailureCode.OUT_OF_CREDIT, NO_CREDIT),
    403: (FailureCode.UNAUTHORISED, KEY_MAY_NOT),
    404: (FailureCode.MODEL_GONE, NOT_THERE),
    409: (FailureCode.OUTCOME_UNKNOWN, ALREADY_SENT),
    413: (FailureCode.BAD_MEDIA, TOO_BIG),
    422: (FailureCode.BAD_REQUEST, BAD_REQUEST),
    429: (FailureCode.BUSY, BUSY),
    503: (FailureCode.BUSY, BUSY),
}

# Where a bad parameter is named, that says more than the code.
PARAMETERS: dict[str, tuple[FailureCode, str]] = {
    "model": (FailureCode.MODEL_GONE, MODEL_GONE),
    "image_urls": (FailureCode.BAD_MEDIA, BAD_IMAGE),
    "video_urls": (FailureCode.BAD_MEDIA, BAD_CLIP),
}


def code_of(answer: Answer) -> str:
    """The error's code in small letters; empty where there is none."""
    return _code(_error(answer.body))


def error_of(answer: Answer) -> ProviderError:
    """What to raise for an answer that is not good. The code counts before the status."""
    error = _error(answer.body)
    code = _code(error)
    status = int(code) if code.isdecimal() and len(code) == 3 else answer.status
    found = CODES.get(code) or STATUSES.get(status)
    if found is None:
        return _strange(status)
    if found[0] == FailureCode.BAD_REQUEST:
        found = PARAMETERS.get(str(error.get("param")), found)
    kind, sentence = found
    if kind == FailureCode.BUSY:
        busy = RateLimited(gettext(sentence))
        busy.maybe_taken = answer.status >= 500  # trouble can come after it was taken; 429 says that it was not
        return busy
    if code == UNDECIDED:
        return Unreachable(gettext(sentence), kind)
    return Refused(gettext(sentence), kind)


def failure_of(error: Any) -> tuple[FailureCode, str]:
    """Code and sentence of a failed task, of whatever its `error` is."""
    kind, sentence = CODES.get(_code(error if isinstance(error, dict) else {}), (FailureCode.ENGINE, BROKE_OFF))
    return kind, gettext(sentence)


def _strange(status: int) -> ProviderError:
    if status >= 500 or status in (408, 425):
        return Unreachable(gettext(TROUBLE) % status)
    if 400 <= status < 500:
        return Refused(gettext(BAD_REQUEST))
    return BadAnswer(gettext(STRANGE) % status)


def _error(body: Any) -> Mapping[str, Any]:
    """The API says {"error": {…}}, the file service {"success": false, "code": …}."""
    if not isinstance(body, dict):
        return {}
    error = body.get("error")
    return error if isinstance(error, dict) else body


def _code(error: Mapping[str, Any]) -> str:
    """A word, or the HTTP number, as in EvoLink's older answers."""
    code = error.get("code")
    return str(code).strip().lower() if isinstance(code, str | int) and not isinstance(code, bool) else ""
