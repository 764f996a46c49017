"""What makes an interaction is sent once, whatever comes back; what goes wrong before that has started nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from studio.providers.base import InputRole, JobState
from studio.providers.errors import (
    BadAnswer,
    FailureCode,
    NeverSent,
    ProviderError,
    RateLimited,
    Refused,
    Unreachable,
)
from tests.providers.google_desk import Desk, desk_at
from tests.servers.google import GoogleServer
from tests.servers.google.wire import KEY

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def house() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


@pytest.fixture
def desk(house: GoogleServer, settings: Any) -> Iterator[Desk]:
    with desk_at(house, settings) as desk:
        yield desk


@pytest.mark.parametrize(
    ("fault", "billed"),
    [
        ("lost_answer", 1),
        ("error_after_accept", 1),
        ("answer_without_id", 1),
        ("server_error", 0),
        ("unavailable", 0),
        ("html_answer", 0),
    ],
)
def test_a_create_whose_outcome_nobody_knows_is_not_sent_again(desk: Desk, fault: str, billed: int) -> None:
    desk.server.faults.order(fault)
    with pytest.raises(Unreachable) as caught:
        desk.submit()
    assert caught.value.detail and len(desk.creates()) == 1 and len(desk.server.billed) == billed


def test_a_name_that_cannot_be_kept_is_an_outcome_nobody_knows(desk: Desk) -> None:
    """It was accepted, and could never be asked about."""
    desk.server.faults.order("answer_with_long_id")
    with pytest.raises(BadAnswer, match="cannot be kept") as caught:
        desk.submit()
    assert caught.value.code == FailureCode.OUTCOME_UNKNOWN and caught.value.maybe_taken
    assert len(desk.creates()) == 1 and len(desk.server.billed) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("unavailable", Unreachable), ("server_error", Unreachable), ("rate_limited", RateLimited)],
)
def test_a_stop_that_was_not_heard_is_told_from_one_that_is_refused(
    desk: Desk, fault: str, kind: type[ProviderError]
) -> None:
    desk.server.seconds = 60
    reference = desk.submit().reference
    desk.server.faults.order(fault, times=3)
    with pytest.raises(kind) as caught:
        desk.provider.cancel(reference, KEY)
    assert not caught.value.permanent
    desk.server.faults.order("forbidden")
    assert desk.provider.cancel(reference, KEY) is False
    assert desk.provider.cancel(reference, KEY) is True


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("rate_limited", RateLimited, FailureCode.BUSY),
        ("no_credit", Refused, FailureCode.OUT_OF_CREDIT),
        ("bad_key", Refused, FailureCode.UNAUTHORISED),
        ("forbidden", Refused, FailureCode.UNAUTHORISED),
        ("two_credentials", Refused, FailureCode.UNAUTHORISED),
        ("wrong_country", Refused, FailureCode.REGION_BLOCKED),
        ("safety", Refused, FailureCode.INPUT_BLOCKED),
        ("model_gone", Refused, FailureCode.MODEL_GONE),
    ],
)
def test_a_refusal_is_told_by_its_words(desk: Desk, fault: str, kind: type[ProviderError], code: FailureCode) -> None:
    desk.server.faults.order(fault)
    with pytest.raises(kind) as caught:
        desk.submit()
    error = caught.value
    assert (error.code, error.permanent) == (code, kind is Refused)
    assert "{" not in error.detail and error.detail.startswith("Google")
    assert len(desk.creates()) == 1 and desk.server.billed == []


def test_a_wrong_value_is_told_in_googles_own_words(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.submit(settings={"duration": 12})
    assert caught.value.detail == "Google did not accept the request. It says: “duration must be from 3s to 10s”"
    assert caught.value.code == FailureCode.BAD_REQUEST


def test_a_conversation_that_google_no_longer_holds_is_an_expired_parent(desk: Desk) -> None:
    take = desk.finish(desk.submit().reference).results[0]
    desk.server.faults.order("expired_parent")
    with pytest.raises(Refused, match="no longer holds the conversation") as caught:
        desk.submit("continue", parent_video_id=take.video_id)
    assert caught.value.code == FailureCode.EXPIRED_PARENT
    with pytest.raises(Refused) as caught:
        desk.submit("continue", parent_video_id="v1_gone")
    assert caught.value.code == FailureCode.EXPIRED_PARENT and len(desk.server.billed) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("upload_lost", NeverSent, FailureCode.NETWORK),
        ("upload_broken", Refused, FailureCode.BAD_MEDIA),
        ("upload_stuck", RateLimited, FailureCode.BUSY),
        ("html_answer", NeverSent, FailureCode.NETWORK),
        ("bad_key", Refused, FailureCode.UNAUTHORISED),
    ],
)
def test_what_goes_wrong_with_an_upload_has_started_nothing(
    desk: Desk, fault: str, kind: type[ProviderError], code: FailureCode
) -> None:
    request = desk.request("edit", desk.clip(InputRole.SOURCE))
    desk.server.faults.order(fault)
    with pytest.raises(kind) as caught:
        desk.provider.submit(request, KEY)
    assert caught.value.code == code and desk.creates() == []
    desk.server.faults.clear()
    assert desk.provider.submit(request, KEY).state == JobState.RUNNING


def test_a_clip_that_is_none_is_said(desk: Desk) -> None:
    broken = desk.clip(InputRole.SOURCE)
    with pytest.raises(Refused, match="could not read a file") as caught:
        desk.submit("edit", type(broken)(InputRole.SOURCE, desk.keep(b"no film"), "video/mp4"))
    assert caught.value.code == FailureCode.BAD_MEDIA and desk.creates() == []


def test_a_picture_that_is_none_is_said(desk: Desk) -> None:
    broken = desk.picture(InputRole.FIRST_FRAME)
    with pytest.raises(Refused, match="unable to process the image") as caught:
        desk.submit("animate", type(broken)(InputRole.FIRST_FRAME, desk.keep(b"no picture"), "image/png"))
    assert caught.value.code == FailureCode.BAD_MEDIA and desk.server.billed == []


def test_a_key_is_tried_without_spending_anything(desk: Desk) -> None:
    assert desk.provider.check_key(KEY) == "Google accepts this key."
    for key in ("wrong", ""):
        with pytest.raises(Refused, match="does not accept this key") as caught:
            desk.provider.check_key(key)
        assert caught.value.code == FailureCode.UNAUTHORISED
    desk.server.faults.order("html_answer")
    with pytest.raises(BadAnswer):
        desk.provider.check_key(KEY)
    assert {each.method for each in desk.server.requests} == {"GET"} and desk.server.billed == []


def test_where_nobody_answers_nothing_was_sent(settings: Any) -> None:
    with GoogleServer() as server, desk_at(server, settings) as desk:
        pass
    with pytest.raises(NeverSent):
        desk.submit()


def test_a_plain_address_is_refused_unless_it_is_allowed_by_name(desk: Desk, settings: Any) -> None:
    settings.PRIVATE_ORIGINS = set()
    with pytest.raises(Refused, match="not https"):
        desk.submit()
    assert desk.server.requests == []
