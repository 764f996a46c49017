"""Whatever is lost on the way to Runware or back, a turn is billed once; what is refused is refused in our words."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from studio.providers import http
from studio.providers.base import InputRole, JobState
from studio.providers.errors import BadAnswer, FailureCode, NeverSent, ProviderError, RateLimited, Refused
from studio.providers.runware.refusals import failure, refusal
from tests.providers.test_runware_sends_what_each_model_takes import SMALL, Desk, desk_at


@pytest.fixture
def desk(settings: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(http, "FIRST_WAIT", 0.01)
    with desk_at(settings) as desk:
        yield desk


@pytest.mark.parametrize("fault", ["lost_answer", "error_after_accept"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_answer_is_sent_for_again_and_billed_once(fault: str, times: int, desk: Desk) -> None:
    desk.server.faults.order(fault, times)
    submission = desk.submit("generate")
    assert submission.state == JobState.RUNNING
    assert desk.server.requests["videoInference"] == times + 1
    assert desk.server.billed == {submission.reference: 1}
    assert desk.end_of(submission).state == JobState.SUCCEEDED


def test_a_job_that_is_sent_by_two_processes_is_billed_once(desk: Desk) -> None:
    request = desk.request("generate")
    first, second = desk.send(request), desk.send(request)
    assert (second.reference, second.state) == (first.reference, first.state) == (request.key, JobState.RUNNING)
    assert desk.server.billed == {request.key: 1}


def test_one_that_never_hears_back_is_taken_when_it_is_sent_later(desk: Desk) -> None:
    request = desk.request("generate")
    desk.server.faults.order("error_after_accept", http.TRIES)
    with pytest.raises(RateLimited):
        desk.send(request)
    assert desk.send(request).reference == request.key
    assert desk.server.billed == {request.key: 1}


@pytest.mark.parametrize("fault", ["lost_answer:mediaStorage", "error_after_accept:mediaStorage"])
def test_a_lost_answer_to_an_upload_costs_another_upload_and_nothing_else(fault: str, desk: Desk) -> None:
    desk.server.faults.order(fault)
    submission = desk.submit("edit", desk.clip())
    assert desk.sent(submission)["inputs"]["video"]
    assert desk.server.billed == {submission.reference: 1}


@pytest.mark.parametrize(
    ("fault", "error", "code", "permanent"),
    [
        ("rate_limited", RateLimited, FailureCode.BUSY, False),
        ("unavailable", RateLimited, FailureCode.BUSY, False),
        ("server_error", RateLimited, FailureCode.ENGINE, False),
        ("bad_gateway", RateLimited, FailureCode.BUSY, False),
        ("html_answer", BadAnswer, FailureCode.OUTCOME_UNKNOWN, False),
        ("bad_key", Refused, FailureCode.UNAUTHORISED, True),
        ("no_credit", Refused, FailureCode.OUT_OF_CREDIT, True),
        ("forbidden", Refused, FailureCode.UNAUTHORISED, True),
        ("model_gone", Refused, FailureCode.MODEL_GONE, True),
    ],
)
def test_each_way_to_be_refused(
    fault: str, error: type[ProviderError], code: FailureCode, permanent: bool, desk: Desk
) -> None:
    desk.server.faults.order(fault, http.TRIES)
    with pytest.raises(error) as caught:
        desk.submit("generate")
    assert (caught.value.code, caught.value.permanent) == (code, permanent)
    assert caught.value.detail and "{" not in caught.value.detail
    assert not desk.server.billed
    tries = desk.server.requests["videoInference"]
    assert tries == (1 if permanent or fault == "html_answer" else http.TRIES)


def test_a_busy_moment_is_waited_out(desk: Desk) -> None:
    desk.server.faults.order("rate_limited", http.TRIES - 1)
    assert desk.server.billed == {desk.submit("generate").reference: 1}


def test_an_expired_name_of_a_take_is_an_expired_parent(desk: Desk) -> None:
    with pytest.raises(Refused, match="no longer knows the take") as caught:
        desk.submit("continue", desk.clip(InputRole.PARENT), parent_video_id="long-gone")
    assert caught.value.code == FailureCode.EXPIRED_PARENT
    assert not desk.server.billed


def test_a_file_that_runware_no_longer_has_is_bad_media(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.submit("edit", desk.clip(vendor_file=str(uuid.uuid4())))
    assert caught.value.code == FailureCode.BAD_MEDIA


def test_a_source_of_twelve_seconds_is_bad_media(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.submit("edit", desk.clip(seconds=12))
    assert caught.value.code == FailureCode.BAD_MEDIA
    assert not desk.server.billed


def test_a_length_that_is_not_made_is_said_in_people_s_words(desk: Desk) -> None:
    with pytest.raises(Refused, match="clips of this length") as caught:
        desk.submit("generate", settings={**SMALL, "duration": 20})
    assert caught.value.code == FailureCode.BAD_REQUEST


def test_where_nobody_answers_nothing_was_sent(desk: Desk, settings: Any) -> None:
    settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "runware": "http://127.0.0.1:9/v1"}
    settings.PRIVATE_ORIGINS = {("http", "127.0.0.1:9")}
    with pytest.raises(NeverSent):
        desk.submit("generate")


def test_a_wrong_key_is_told_apart_from_a_good_one(desk: Desk) -> None:
    assert desk.provider.check_key(desk.server.key) == "Runware knows this key."
    with pytest.raises(Refused) as caught:
        desk.provider.check_key("not-this-one")
    assert caught.value.code == FailureCode.UNAUTHORISED
    assert not desk.server.billed and not desk.server.spent


@pytest.mark.parametrize(("fault", "error"), [("bad_gateway", RateLimited), ("html_answer", BadAnswer)])
def test_a_key_is_not_called_good_where_runware_is_out_of_order(
    fault: str, error: type[ProviderError], desk: Desk
) -> None:
    desk.server.faults.order(fault, http.TRIES)
    with pytest.raises(error):
        desk.provider.check_key(desk.server.key)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ({"code": "timeoutProvider"}, 200, FailureCode.TIMEOUT),
        ({"code": "providerGatewayTimeout"}, 200, FailureCode.TIMEOUT),
        ({"code": "someNewTimeout"}, 200, FailureCode.TIMEOUT),
        ({"code": "invalidProviderContent"}, 200, FailureCode.INPUT_BLOCKED),
        ({"code": "promptBlocked"}, 400, FailureCode.INPUT_BLOCKED),
        ({"code": "nsfwContentDetected"}, 200, FailureCode.OUTPUT_BLOCKED),
        ({"code": "modelNotFound"}, 404, FailureCode.MODEL_GONE),
        ({"code": "quotaExceeded"}, 400, FailureCode.OUT_OF_CREDIT),
        ({"code": "monthlyCreditsUsedUp"}, 400, FailureCode.OUT_OF_CREDIT),
        ({"code": "thirdPartyInsufficientCredits"}, 200, FailureCode.BUSY),
        ({"code": "tokenRevoked"}, 400, FailureCode.UNAUTHORISED),
        ({"code": "mediaExpired", "parameter": "inputs.video"}, 400, FailureCode.BAD_MEDIA),
        ({"code": "mediaExpired", "parameter": "inputs.videoId"}, 400, FailureCode.EXPIRED_PARENT),
        ({"code": "invalidValue", "parameter": "inputs.videoId"}, 400, FailureCode.EXPIRED_PARENT),
        ({"code": "videoIdExpired"}, 400, FailureCode.EXPIRED_PARENT),
        ({"code": "invalidFormat", "parameter": "inputs.referenceImages[2]"}, 400, FailureCode.BAD_MEDIA),
        ({"code": "incompatibleParameters", "parameter": ["inputs.video", "inputs.videoId"]}, 400, "bad_request"),
        ({"code": "unsupportedParameter", "parameter": "foo"}, 400, FailureCode.BAD_REQUEST),
        ({"code": "regionNotSupported"}, 400, FailureCode.REGION_BLOCKED),
        ({"code": "providerError"}, 200, FailureCode.ENGINE),
        ({"code": "whatIsThis"}, 200, FailureCode.ENGINE),
        ({"code": "whatIsThis"}, 400, FailureCode.BAD_REQUEST),
        ({"code": "whatIsThis"}, 402, FailureCode.OUT_OF_CREDIT),
        ({"code": "whatIsThis"}, 403, FailureCode.UNAUTHORISED),
        ({"code": "whatIsThis"}, 413, FailureCode.BAD_MEDIA),
        ({"code": "whatIsThis"}, 429, FailureCode.BUSY),
        ({"code": "whatIsThis"}, 503, FailureCode.BUSY),
        ({"code": 19, "parameter": {"no": "name"}}, 504, FailureCode.TIMEOUT),
        ({}, 500, FailureCode.BUSY),
    ],
)
def test_codes_and_statuses_become_ours(error: dict[str, Any], status: int, code: FailureCode) -> None:
    found, detail = failure(error, status)
    assert found == code
    assert detail.endswith(".")


def test_what_a_later_try_may_change_is_not_permanent() -> None:
    assert not refusal({"code": "timeout"}, 504).permanent
    assert not refusal({"code": "modelNotReady"}, 400).permanent
    assert refusal({"code": "contentPolicyViolation"}, 400).permanent


def test_what_is_blocked_before_anything_was_made_is_the_input() -> None:
    assert refusal({"code": "nsfwContentDetected"}, 400).code == FailureCode.INPUT_BLOCKED
