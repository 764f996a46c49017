"""Runware's error codes in our words.

The codes are those of its documentation (errors) and of its own clients; it calls them not yet settled, so the words in
an unlisted one and the HTTP status decide where the table says nothing.
"""

import logging
from typing import Any

from django.utils.translation import gettext_noop as _

from studio.providers.errors import FailureCode, ProviderError, RateLimited, Refused, Unreachable
from studio.providers.runware.answers import Item, code_of, text

logger = logging.getLogger(__name__)
CONFLICT = "conflictTaskUUID"  # a task of this name was accepted before
CANCELLED = "taskCancelled"
NOT_KNOWN = frozenset({"taskNotFound", "taskFailedOrNotFound"})

_CODES = {
    FailureCode.UNAUTHORISED: "invalidApiKey missingApiKey unauthorized forbidden permissionDenied "
    "insufficientPermissions authenticationFailed tokenExpired tokenInvalid tokenRevoked accountSuspended "
    "organizationDisabled workspaceSuspended",
    FailureCode.OUT_OF_CREDIT: "insufficientCredits quotaExceeded paymentRequired",
    # Runware's own account with the maker of the model is not ours to fill.
    FailureCode.BUSY: "rateLimitExceeded inferenceRateLimitExceeded providerRateLimitExceeded serviceUnavailable "
    "serverUnavailable noAvailableServer modelUnavailable modelNotReady providerUnavailable providerBadGateway "
    "providerInsufficientCredits thirdPartyInsufficientCredits",
    FailureCode.INPUT_BLOCKED: "invalidProviderContent contentPolicyViolation providerContentPolicyViolation "
    "promptBlocked imageBlocked",
    FailureCode.OUTPUT_BLOCKED: "sensitiveContentDetected unsafeContentDetected nsfwContentDetected moderationFailed",
    FailureCode.BAD_MEDIA: "invalidValueUploadFailed mediaNotFound mediaExpired downloadFailed",
    FailureCode.TIMEOUT: "timeoutProvider providerTimeout providerGatewayTimeout timeout",
    FailureCode.MODEL_GONE: "modelNotFound unknownModel modelDisabled invalidModel",
    FailureCode.EXPIRED_PARENT: "invalidVideoId",
    FailureCode.OUTCOME_UNKNOWN: "taskExpired",
    FailureCode.ENGINE: "providerError providerInternalError inferenceError processingFailed taskFailed uploadFailed "
    "internalServerError unknownError standardError",
}
_BY_CODE = {name: code for code, names in _CODES.items() for name in names.split()}
# In an unlisted code, the first of these that it holds.
_BY_WORD = {
    "videoid": FailureCode.EXPIRED_PARENT,
    "ratelimit": FailureCode.BUSY,
    "credit": FailureCode.OUT_OF_CREDIT,
    "quota": FailureCode.OUT_OF_CREDIT,
    "balance": FailureCode.OUT_OF_CREDIT,
    "apikey": FailureCode.UNAUTHORISED,
    "permission": FailureCode.UNAUTHORISED,
    "timeout": FailureCode.TIMEOUT,
    "region": FailureCode.REGION_BLOCKED,
    "country": FailureCode.REGION_BLOCKED,
    "nsfw": FailureCode.OUTPUT_BLOCKED,
    "blocked": FailureCode.INPUT_BLOCKED,
    "moderation": FailureCode.INPUT_BLOCKED,
    "contentpolicy": FailureCode.INPUT_BLOCKED,
    "media": FailureCode.BAD_MEDIA,
    "upload": FailureCode.BAD_MEDIA,
}
_WRONG = (
    "invalid", "missing", "conflict", "duplicate", "unsupported", "unknown", "incompatible", "value", "array", "max",
)  # fmt: skip
# These statuses say more than an unlisted code.
_BY_CLEAR_STATUS = {
    401: FailureCode.UNAUTHORISED,
    402: FailureCode.OUT_OF_CREDIT,
    403: FailureCode.UNAUTHORISED,
    413: FailureCode.BAD_MEDIA,
    429: FailureCode.BUSY,
}
_BY_STATUS = {408: FailureCode.TIMEOUT, 504: FailureCode.TIMEOUT}

_MEDIA = frozenset({"inputs.video", "inputs.frameImages", "inputs.referenceImages", "frameImages", "referenceImages"})
_DETAILS = {
    FailureCode.UNAUTHORISED: _("Runware does not know the key that is set here, or the key may not do this."),
    FailureCode.OUT_OF_CREDIT: _("The balance of the account at Runware is too low for this."),
    FailureCode.BUSY: _("Runware has more to do at the moment than it can take."),
    FailureCode.INPUT_BLOCKED: _("The model's content filter refused the prompt, or a file that went with it."),
    FailureCode.OUTPUT_BLOCKED: _("The clip was made, and a content filter held it back."),
    FailureCode.BAD_MEDIA: _("Runware could not fetch or read a file that went with the request."),
    FailureCode.TIMEOUT: _("The model did not answer Runware in time, so Runware ended the attempt."),
    FailureCode.MODEL_GONE: _("Runware no longer offers this model."),
    FailureCode.EXPIRED_PARENT: _("Runware no longer knows the take that this continues."),
    FailureCode.REGION_BLOCKED: _("Runware does not offer this where the studio or its account is."),
    FailureCode.OUTCOME_UNKNOWN: _("Runware no longer has the result of this."),
    FailureCode.ENGINE: _("The model broke off before the clip was finished."),
    FailureCode.BAD_REQUEST: _("Runware refused the request as it was put together."),
}
_DETAILS_BY_PARAMETER = {
    "duration": _("Runware does not make clips of this length with this model."),
    "width": _("Runware does not make clips of this shape with this model."),
    "height": _("Runware does not make clips of this shape with this model."),
    "positivePrompt": _("Runware did not accept the prompt as it is written: it may be too short or too long."),
    "numberResults": _("Runware does not make so many takes at once."),
    "outputFormat": _("Runware does not make this format with this model."),
    "outputQuality": _("Runware does not make this quality with this model."),
    "uploadEndpoint": _("Runware did not accept an upload address. An owner of the team can remove or replace it."),
    "inputs.referenceImages": _("Runware did not accept the references: their number or kind does not fit."),
}


NOT_PUT = "uploadFailed"
_DETAIL_OF_NOT_PUT = _("The clip was made, and Runware could not put it into storage: its own, or the team's.")


def failure(error: Item, status: int = 200) -> tuple[FailureCode, str]:
    """Why it failed, and a sentence for people, which is to be translated where it is shown."""
    code = _code(error, status)
    if code_of(error) == NOT_PUT:
        return code, _DETAIL_OF_NOT_PUT
    if code == FailureCode.BAD_REQUEST:
        known = [_DETAILS_BY_PARAMETER[name] for name in _parameters(error) if name in _DETAILS_BY_PARAMETER]
        return code, next(iter(known), _DETAILS[code])
    return reason(code)


def reason(code: FailureCode) -> tuple[FailureCode, str]:
    return code, _DETAILS[code]


def refusal(error: Item, status: int) -> ProviderError:
    """The exception for a request that was not taken. What a later try may change is not permanent."""
    code, detail = failure(error, status)
    logger.info("Runware refused: HTTP %d, %r for %s", status, code_of(error), _parameters(error))
    if code == FailureCode.OUTPUT_BLOCKED:
        code, detail = reason(FailureCode.INPUT_BLOCKED)
    if code in (FailureCode.BUSY, FailureCode.ENGINE):
        busy = RateLimited(detail, code)
        busy.maybe_taken = status >= 500  # trouble can come after it was taken; 429 says that it was not
        return busy
    return Unreachable(detail, code) if code == FailureCode.TIMEOUT else Refused(detail, code)


def _code(error: Item, status: int) -> FailureCode:
    name = code_of(error)
    parameters = _parameters(error)
    is_wrong = name.startswith(("invalid", "expired")) or name.endswith(("NotFound", "Expired"))
    if is_wrong and "inputs.videoId" in parameters:
        return FailureCode.EXPIRED_PARENT
    if is_wrong and "uploadEndpoint" in parameters:
        return FailureCode.BAD_REQUEST
    if name in _BY_CODE:
        return _BY_CODE[name]
    if status in _BY_CLEAR_STATUS:
        return _BY_CLEAR_STATUS[status]
    if is_wrong and _MEDIA & set(parameters):
        return FailureCode.BAD_MEDIA
    by_word = next((code for word, code in _BY_WORD.items() if word in name.lower()), None)
    return by_word or _by_status(name, status)


def _by_status(name: str, status: int) -> FailureCode:
    if name.startswith(_WRONG) or 300 <= status < 500:
        return _BY_STATUS.get(status, FailureCode.BAD_REQUEST)
    return _BY_STATUS.get(status, FailureCode.BUSY if status >= 500 else FailureCode.ENGINE)


def _parameters(error: Item) -> list[str]:
    """Documented as a name or a list of names; places in a list, as in `inputs.referenceImages[2]`, are left out."""
    named: Any = error.get("parameter")
    names = named if isinstance(named, list) else [named]
    return [text(name, 100).partition("[")[0] for name in names if text(name, 100)]
