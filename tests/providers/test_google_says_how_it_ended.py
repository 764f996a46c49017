"""What an interaction says becomes news in our words, and no value of a wrong type breaks anything."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from studio.providers.base import Asked, JobState, JobUpdate
from studio.providers.errors import BadAnswer, FailureCode, ProviderError, RateLimited, Refused
from studio.providers.google import reading
from studio.providers.google.prices import cost
from studio.providers.google.refusals import refusal
from studio.providers.http import Answer
from tests.providers.google_desk import ONE_ONE, ONE_TWO, Desk, InputRole, desk_at
from tests.servers.google import GoogleServer
from tests.servers.google.wire import KEY

ASKED = Asked("v1_a", ONE_ONE)


@pytest.fixture(scope="module")
def house() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


@pytest.fixture
def desk(house: GoogleServer, settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(house, settings) as desk:
        yield desk


# --- From the server -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "shot"), [(ONE_ONE, 17.5), (ONE_TWO, 12.0)])
def test_a_film_comes_with_its_interaction_and_with_what_its_tokens_cost(desk: Desk, model: str, shot: float) -> None:
    submission = desk.submit(model=model)
    update = desk.finish(submission.reference, model)
    assert (update.state, update.model_used, update.error_code) == (JobState.SUCCEEDED, model, "")
    (result,) = update.results
    assert (result.index, result.video_id) == (0, submission.reference) and ":download?alt=media" in result.url
    assert update.cost_micros == round(5 * 1.5 + 150 * 9 + 3 * 5792 * shot)
    assert update.raw["status"] == "completed" and update.progress is None


FATES = [
    ("region_block", FailureCode.REGION_BLOCKED, "Switzerland"),
    ("slow_and_empty", FailureCode.OUTPUT_BLOCKED, "gave no reason"),
    ("refused", FailureCode.INPUT_BLOCKED, "“I cannot make a film of that.”"),
    ("withheld", FailureCode.OUTPUT_BLOCKED, "its filter withheld it"),
    ("film_in_no_part", FailureCode.OUTCOME_UNKNOWN, "may have been made and charged"),
    ("inline", FailureCode.OUTCOME_UNKNOWN, "may have been made and charged"),
    ("failed", FailureCode.ENGINE, "It says: “something broke”"),
    ("failed_safety", FailureCode.INPUT_BLOCKED, "filter stopped the request"),
    ("incomplete", FailureCode.ENGINE, "broke off"),
    ("requires_action", FailureCode.UNSUPPORTED, "asks for something in between"),
    ("budget_exceeded", FailureCode.OUT_OF_CREDIT, "no credit left"),
    ("wrong_types", FailureCode.OUTCOME_UNKNOWN, "may have been made and charged"),
    ("missing_fields", FailureCode.OUTCOME_UNKNOWN, "may have been made and charged"),
    ("film_broken", FailureCode.ENGINE, "its file is broken"),
]


@pytest.mark.parametrize(("fate", "code", "sentence"), FATES)
def test_every_end_without_a_film_has_its_code_and_a_sentence(
    desk: Desk, fate: str, code: FailureCode, sentence: str
) -> None:
    desk.server.faults.order(fate)
    update = desk.finish(desk.submit("edit", desk.clip(InputRole.SOURCE)).reference)
    assert (update.state, update.error_code, update.results) == (JobState.FAILED, code, ())
    assert sentence in update.error_detail and (update.cost_micros is None) == (fate != "film_broken")
    assert len(json.dumps(update.raw)) < 5000, "films inside an answer are not kept with it"


@pytest.mark.parametrize("fate", ["queued", "unknown_status", "film_processing"])
def test_what_is_not_over_is_under_way_and_ends_with_a_film(desk: Desk, fate: str) -> None:
    desk.server.seconds = 0.3
    desk.server.faults.order(fate)
    reference = desk.submit().reference
    assert desk.ask(reference).state == JobState.RUNNING
    assert desk.finish(reference).state == JobState.SUCCEEDED


def test_it_can_be_stopped_while_it_runs(desk: Desk) -> None:
    desk.server.seconds = 60
    reference = desk.submit().reference
    assert desk.provider.cancel(reference, KEY)
    assert desk.ask(reference).state == JobState.CANCELLED
    assert not desk.provider.cancel(reference, KEY)
    assert not desk.provider.cancel("v1_gone", KEY)


def test_one_that_google_does_not_know_is_unknown_and_the_others_have_their_news(desk: Desk) -> None:
    known = [desk.submit().reference for _ in range(3)]
    for each in known:
        desk.finish(each)
    updates = desk.provider.fetch([Asked(each) for each in (known[0], "v1_gone", *known[1:], "../x?y")], KEY)
    assert [update.state for update in updates] == [
        JobState.SUCCEEDED,
        JobState.UNKNOWN,
        JobState.SUCCEEDED,
        JobState.SUCCEEDED,
        JobState.UNKNOWN,
    ]
    assert desk.provider.fetch([], KEY) == []


def test_one_questions_trouble_is_not_the_others(desk: Desk) -> None:
    known = [desk.submit().reference for _ in range(2)]
    for each in known:
        desk.finish(each)
    desk.server.faults.order("two_credentials")
    updates = desk.provider.fetch([Asked(each) for each in known], KEY)
    assert [update.reference for update in updates] == known
    assert sorted(update.state for update in updates) == [JobState.RUNNING, JobState.SUCCEEDED]
    desk.server.faults.order("two_credentials", times=2)
    with pytest.raises(Refused) as caught:
        desk.provider.fetch([Asked(each) for each in known], KEY)
    assert caught.value.code == FailureCode.UNAUTHORISED


def test_questions_are_asked_again_where_the_answer_got_lost(desk: Desk) -> None:
    reference = desk.submit().reference
    desk.server.faults.order("unavailable")
    assert desk.finish(reference).state == JobState.SUCCEEDED


# --- Answers as they may come ----------------------------------------------------------------------------------------


def empty(**more: Any) -> dict[str, Any]:
    times = {"created": "2026-11-22T04:00:00Z", "updated": "2026-11-22T04:00:30Z"}
    return {"status": "completed", "steps": [], "usage": {"total_output_tokens": 0}, **times, **more}


def asked_with(*kinds: str) -> list[dict[str, Any]]:
    return [{"type": "user_input", "content": [{"type": kind} for kind in kinds]}]


@pytest.mark.parametrize(
    ("interaction", "code"),
    [
        (empty(), FailureCode.REGION_BLOCKED),
        (empty(steps=asked_with("video", "text")), FailureCode.REGION_BLOCKED),
        (empty(steps=asked_with("document", "text")), FailureCode.REGION_BLOCKED),
        (empty(steps=asked_with("text"), previous_interaction_id="v1_b"), FailureCode.REGION_BLOCKED),
        (empty(steps=asked_with("text")), FailureCode.OUTPUT_BLOCKED),
        (empty(updated="2026-11-22T04:02:00Z"), FailureCode.OUTPUT_BLOCKED),
        (empty(updated="soon"), FailureCode.REGION_BLOCKED),
        (empty(updated="2026-11-22T04:00:30"), FailureCode.REGION_BLOCKED),
        (empty(usage={}), FailureCode.OUTCOME_UNKNOWN),
        (empty(usage={"total_output_tokens": 40}), FailureCode.OUTPUT_BLOCKED),
        (empty(finish_reason="PROHIBITED_CONTENT"), FailureCode.INPUT_BLOCKED),
        ({"status": "failed"}, FailureCode.ENGINE),
        ({"status": "failed", "errors": [{"code": "RESOURCE_EXHAUSTED"}]}, FailureCode.BUSY),
        ({"status": "failed", "error": {"message": "Blocked for safety reasons"}}, FailureCode.INPUT_BLOCKED),
        ({"status": "failed", "error": "blocked by our policies"}, FailureCode.INPUT_BLOCKED),
        ({"status": "render_error"}, FailureCode.ENGINE),
        ({"status": "requires_continuation"}, FailureCode.UNSUPPORTED),
    ],
)
def test_an_end_is_told_by_what_it_says(interaction: dict[str, Any], code: FailureCode) -> None:
    update = reading.update(ASKED, interaction)
    assert (update.state, update.error_code) == (JobState.FAILED, code)
    assert update.error_detail.endswith((".", "”", "everywhere."))


def test_the_last_film_of_the_last_output_is_the_result() -> None:
    def output(*uris: Any) -> dict[str, Any]:
        return {"type": "model_output", "content": [{"type": "video", "uri": uri} for uri in uris] + ["x", 3]}

    interaction = {"status": "completed", "steps": [output("a", "b"), {"type": "thought"}, output("c", "d", 7), None]}
    assert [result.url for result in reading.update(ASKED, interaction).results] == ["d"]


def test_an_answer_without_end_is_kept_to_a_depth() -> None:
    endless: Any = []
    for _ in range(900):
        endless = [endless]
    assert len(json.dumps(reading.update(ASKED, {"status": "failed", "steps": endless}).raw)) < 200


def test_a_status_of_a_wrong_type_is_a_bad_answer() -> None:
    for status in (None, 5, ""):
        with pytest.raises(BadAnswer):
            reading.update(ASKED, {"status": status})


def test_a_cost_that_is_not_said_is_none_and_not_nothing() -> None:
    full = {
        "total_input_tokens": 30,
        "total_output_tokens": 57960,
        "total_thought_tokens": 200,
        "output_tokens_by_modality": [{"modality": "VIDEO", "tokens": 57920}, {"modality": "text", "tokens": 40}],
    }
    assert cost(ONE_ONE, full) == round(30 * 1.5 + 240 * 9 + 57920 * 17.5)
    for less in ("total_input_tokens", "total_output_tokens", "output_tokens_by_modality"):
        assert cost(ONE_ONE, {**full, less: None}) is None
    assert cost("gemini-omni-2-flash", full) is None and cost(ONE_ONE, "many") is None
    for absurd in (-1, -57920, 10**9, 10**400, 1.5, "57920", True):
        for name in ("total_input_tokens", "total_output_tokens", "total_thought_tokens"):
            assert cost(ONE_ONE, {**full, name: absurd}) is None, (name, absurd)
        film = [{"modality": "video", "tokens": absurd}, {"modality": "video", "tokens": 57920}]
        assert cost(ONE_ONE, {**full, "output_tokens_by_modality": film}) is None, absurd
    assert cost(ONE_ONE, {**full, "total_thought_tokens": None}) == round(30 * 1.5 + 40 * 9 + 57920 * 17.5)


FIELDS = (
    "id status model steps type content uri data text error errors code message details reason usage created updated"
    " finish_reason previous_interaction_id total_output_tokens output_tokens_by_modality modality tokens"
)
NAMES = st.sampled_from(FIELDS.split())
WORDS = st.sampled_from(
    ["completed", "failed", "in_progress", "model_output", "user_input", "video", "text", "SAFETY", "internal"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)


@effort(deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=8), st.sampled_from([*reading.STATES, "reticulating"]))
def test_no_value_of_whatever_type_breaks_the_reading(interaction: dict[str, Any], status: str) -> None:
    update = reading.update(ASKED, interaction | {"status": status})
    assert isinstance(update, JobUpdate) and update.state != JobState.UNKNOWN
    assert (update.state == JobState.FAILED) == bool(update.error_code) == bool(update.error_detail)
    json.dumps(update.raw)


@effort(deadline=None)
@given(JSON | st.fixed_dictionaries({"error": JSON}), st.integers(400, 599))
def test_no_error_of_whatever_shape_breaks_the_refusal(body: Any, status: int) -> None:
    error = refusal(Answer(status, body, {}))
    assert isinstance(error, ProviderError) and error.detail
    assert isinstance(error, RateLimited) == (error.code == FailureCode.BUSY)
