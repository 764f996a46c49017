"""What can go wrong at a provider.

ProviderError
├── Refused       the vendor said no: trying the same again makes no sense
├── RateLimited   it is busy: try again later
├── NeverSent     no connection came about: nothing has happened there
├── Unreachable   no answer arrived: the outcome of a submit is unknown
└── BadAnswer     an answer arrived that its documentation does not know
"""

from enum import StrEnum


class FailureCode(StrEnum):
    """Why a job failed. The page has a sentence for each: what happened, charged or not, what to do next."""

    INPUT_BLOCKED = "input_blocked"
    OUTPUT_BLOCKED = "output_blocked"
    BUSY = "busy"
    BAD_MEDIA = "bad_media"
    BAD_REQUEST = "bad_request"
    TIMEOUT = "timeout"
    NETWORK = "network"
    UNAUTHORISED = "unauthorised"
    OUT_OF_CREDIT = "out_of_credit"
    EXPIRED_PARENT = "expired_parent"
    MODEL_GONE = "model_gone"
    REGION_BLOCKED = "region_blocked"
    OUTCOME_UNKNOWN = "outcome_unknown"
    UNSUPPORTED = "unsupported"
    ENGINE = "engine"


class ProviderError(Exception):
    """`code` decides what the page says; `detail` is for people; `permanent` says whether a retry can help.

    `maybe_taken`: of a submit, the vendor may have taken it on all the same, and charge for it.
    """

    code = FailureCode.NETWORK
    permanent = False
    maybe_taken = False

    def __init__(self, detail: str = "", code: FailureCode | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code


class Refused(ProviderError):
    code = FailureCode.BAD_REQUEST
    permanent = True


class RateLimited(ProviderError):
    code = FailureCode.BUSY


class NeverSent(ProviderError):
    code = FailureCode.NETWORK


class Unreachable(ProviderError):
    code = FailureCode.NETWORK
    maybe_taken = True


class BadAnswer(ProviderError):
    code = FailureCode.OUTCOME_UNKNOWN
    maybe_taken = True
