"""Refusals of EvoLink's in our words, by its code before its status, and the key that costs nothing to test."""

from collections.abc import Iterator
from typing import Any

import pytest

from studio.providers.errors import BadAnswer, FailureCode, ProviderError, RateLimited, Refused, Unreachable
from studio.providers.evolink.failures import error_of, failure_of
from studio.providers.http import Answer
from tests.providers.test_evolink_sends_what_each_model_takes import Desk, desk_at


@pytest.fixture
def desk(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings) as desk:
        yield desk


# --- At a server -----------------------------------------------------------------------------------------------------

REFUSED = [
    ("no_credit", FailureCode.OUT_OF_CREDIT, "not enough credit"),
    ("model_not_allowed", FailureCode.UNAUTHORISED, "may not use the model"),
    ("blocked_prompt", FailureCode.INPUT_BLOCKED, "content policy"),
    ("bad_key:create", FailureCode.UNAUTHORISED, "does not know this key"),
]


@pytest.mark.parametrize(("order", "code", "words"), REFUSED)
def test_what_is_refused_is_not_tried_again(order: str, code: FailureCode, words: str, desk: Desk) -> None:
    desk.server.faults.order(order)
    with pytest.raises(Refused) as refused:
        desk.submit("generate")
    assert refused.value.code == code and words in refused.value.detail
    assert refused.value.permanent
    assert desk.creates == 1 and not desk.server.tasks


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ("no_credit", FailureCode.OUT_OF_CREDIT),
        ("model_not_allowed", FailureCode.UNAUTHORISED),
        ("bad_key:create", FailureCode.UNAUTHORISED),
        ("blocked_prompt", FailureCode.BAD_REQUEST),  # the number alone does not say why
    ],
)
def test_in_the_older_envelope_the_number_has_to_do(order: str, code: FailureCode, desk: Desk) -> None:
    desk.server.faults.order(order)
    desk.server.faults.order("numeric_code")
    with pytest.raises(Refused) as refused:
        desk.submit("generate")
    assert refused.value.code == code and refused.value.detail
    assert desk.creates == 1


def test_a_model_without_capacity_is_tried_later(desk: Desk) -> None:
    desk.server.faults.order("model_gone")
    with pytest.raises(RateLimited) as busy:
        desk.submit("generate")
    assert busy.value.code == FailureCode.BUSY and not busy.value.permanent


@pytest.mark.parametrize("numeric", [False, True])
def test_a_limit_of_rate_is_waited_for_and_then_said(numeric: bool, desk: Desk) -> None:
    desk.server.faults.order("rate_limited:create", 3)
    if numeric:
        desk.server.faults.order("numeric_code", 3)
    with pytest.raises(RateLimited):
        desk.submit("generate")
    assert desk.creates == 3


def test_a_request_that_breaks_a_rule_is_said(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        desk.submit("generate", prompt="   ")
    assert refused.value.code == FailureCode.BAD_REQUEST
    assert refused.value.detail == "EvoLink did not accept what was asked, or how it was put."


def test_an_account_that_runs_dry_is_said(settings: Any, db: None) -> None:
    with desk_at(settings, balance=1) as desk, pytest.raises(Refused) as refused:
        desk.submit("generate")
    assert refused.value.code == FailureCode.OUT_OF_CREDIT


# --- The table -------------------------------------------------------------------------------------------------------


def refusal(status: int, body: Any = None, **error: Any) -> ProviderError:
    return error_of(Answer(status, {"error": error} if error else body, {}))


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("KEY_DISABLED", Refused, FailureCode.UNAUTHORISED),
        ("key_expired", Refused, FailureCode.UNAUTHORISED),
        ("insufficient_user_quota", Refused, FailureCode.OUT_OF_CREDIT),
        ("ACCOUNT_BALANCE_INSUFFICIENT", Refused, FailureCode.OUT_OF_CREDIT),
        ("insufficient_token_quota", Refused, FailureCode.OUT_OF_CREDIT),
        ("KEY_QUOTA_EXHAUSTED", Refused, FailureCode.OUT_OF_CREDIT),
        (" Token_Daily_Quota_Exceeded ", Refused, FailureCode.OUT_OF_CREDIT),
        ("idempotency_conflict", Refused, FailureCode.OUTCOME_UNKNOWN),
        ("Paid_Outcome_Unknown", Unreachable, FailureCode.OUTCOME_UNKNOWN),
        ("resource_exhausted", RateLimited, FailureCode.BUSY),
    ],
)
def test_the_code_counts_before_the_status_in_letters_of_any_size(
    code: str, kind: type[ProviderError], expected: FailureCode
) -> None:
    error = refusal(418, code=code, message="placeholder")
    assert type(error) is kind and error.code == expected
    assert error.detail and "placeholder" not in error.detail


def test_the_accounts_credit_is_told_from_the_keys_own_limit() -> None:
    assert "its own limit" in refusal(402, code="token_daily_quota_exceeded").detail
    assert "its own limit" not in refusal(402, code="insufficient_quota").detail


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, Refused, FailureCode.BAD_REQUEST),
        (401, Refused, FailureCode.UNAUTHORISED),
        (402, Refused, FailureCode.OUT_OF_CREDIT),
        (403, Refused, FailureCode.UNAUTHORISED),
        (404, Refused, FailureCode.MODEL_GONE),
        (409, Refused, FailureCode.OUTCOME_UNKNOWN),
        (413, Refused, FailureCode.BAD_MEDIA),
        (418, Refused, FailureCode.BAD_REQUEST),
        (422, Refused, FailureCode.BAD_REQUEST),
        (429, RateLimited, FailureCode.BUSY),
        (503, RateLimited, FailureCode.BUSY),
        (500, Unreachable, FailureCode.NETWORK),
        (502, Unreachable, FailureCode.NETWORK),
        (302, BadAnswer, FailureCode.OUTCOME_UNKNOWN),
    ],
)
@pytest.mark.parametrize("shape", ["page", "number", "digits", "unheard", "frame", "list", "text"])
def test_a_status_alone_says_enough(shape: str, status: int, kind: type[ProviderError], expected: FailureCode) -> None:
    bodies: dict[str, Any] = {
        "page": None,
        "number": {"error": {"code": status, "message": "x"}},
        "digits": {"error": {"code": str(status)}},
        "unheard": {"error": {"code": "never_heard_of", "message": "x"}},
        "frame": {"success": False, "code": status, "msg": "x"},
        "list": [1],
        "text": {"error": "x"},
    }
    error = refusal(status, bodies[shape])
    assert type(error) is kind and error.code == expected and error.detail


@pytest.mark.parametrize(
    ("param", "expected"),
    [
        ("model", FailureCode.MODEL_GONE),
        ("video_urls", FailureCode.BAD_MEDIA),
        ("image_urls", FailureCode.BAD_MEDIA),
        ("duration", FailureCode.BAD_REQUEST),
        (None, FailureCode.BAD_REQUEST),
        ({}, FailureCode.BAD_REQUEST),
    ],
)
def test_the_field_at_fault_says_more_than_the_code(param: Any, expected: FailureCode) -> None:
    assert refusal(400, code="invalid_parameter", param=param).code == expected


@pytest.mark.parametrize("error", [None, "broken", [], {}, {"code": 7}, {"code": {}}, {"code": "never_heard_of"}])
def test_a_failure_without_a_known_reason_still_has_a_sentence(error: Any) -> None:
    assert failure_of(error) == (FailureCode.ENGINE, "Making it broke off at EvoLink.")


def test_a_failed_task_may_carry_a_code_of_refused_requests() -> None:
    code, detail = failure_of({"code": "INSUFFICIENT_QUOTA", "message": "placeholder"})
    assert code == FailureCode.OUT_OF_CREDIT and "placeholder" not in detail


# --- Testing the key -------------------------------------------------------------------------------------------------


def test_testing_the_key_says_what_is_left_and_spends_nothing(settings: Any, db: None) -> None:
    with desk_at(settings, balance=340) as desk:
        sentence = desk.provider.check_key(desk.server.key)
        assert sentence == "EvoLink knows this key: 340.0 credits are left, which is $5.00."
        assert dict(desk.server.requests) == {"GET /v1/credits": 1}


def test_a_key_that_evolink_does_not_know_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        desk.provider.check_key("sk-wrong")
    assert refused.value.code == FailureCode.UNAUTHORISED


@pytest.mark.parametrize(
    ("order", "times", "error"),
    [("rate_limited", 3, RateLimited), ("lost_request", 3, Unreachable), ("html_answer", 1, BadAnswer)],
)
def test_a_key_that_could_not_be_tested_is_not_called_wrong(
    order: str, times: int, error: type[ProviderError], desk: Desk
) -> None:
    desk.server.faults.order(f"{order}:credits", times)
    with pytest.raises(error) as raised:
        desk.provider.check_key(desk.server.key)
    assert raised.value.code != FailureCode.UNAUTHORISED and raised.value.detail
