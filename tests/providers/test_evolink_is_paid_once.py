"""A turn is billed once, whatever gets lost on the way: the job's key goes with every try, and so do the same bytes."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from studio.providers.base import InputRole, JobRequest, JobState
from studio.providers.errors import BadAnswer, FailureCode, RateLimited, Refused, Unreachable
from studio.providers.evolink import EvoLinkProvider
from studio.providers.models import HandedOver
from studio.providers.pruning import forget_handed_over
from tests.providers.test_evolink_sends_what_each_model_takes import FIRST, NEXT, Desk, desk_at

TRIES = 3  # of one call, see studio.providers.http


@pytest.fixture
def desk(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings) as desk:
        yield desk


def sent_once_more(desk: Desk, request: JobRequest) -> str:
    return desk.provider.submit(request, desk.server.key).reference


def test_the_same_job_again_is_the_same_task(desk: Desk) -> None:
    request = desk.request("generate")
    first, again = (desk.provider.submit(request, desk.server.key) for _ in range(2))
    assert first.reference == again.reference
    assert (first.raw["idempotency_replayed"], again.raw["idempotency_replayed"]) == (False, True)
    assert first.reply == again.reply
    desk.end_of(first.reference)
    assert desk.server.billed == {first.reference: 1}


def test_another_job_with_the_same_words_is_another_task(desk: Desk) -> None:
    request = desk.request("generate")
    assert sent_once_more(desk, request) != sent_once_more(desk, replace(request, key=str(uuid.uuid4())))


@pytest.mark.parametrize("operation", ["generate", "edit"])
def test_a_lost_answer_costs_nothing_twice(operation: str, desk: Desk) -> None:
    clips = [desk.clip(InputRole.SOURCE)] if operation == "edit" else []
    desk.server.faults.order("lost_answer")
    submission = desk.submit(operation, *clips)
    desk.end_of(submission.reference)
    assert desk.creates == 2
    assert desk.server.billed == {submission.reference: 1}


def test_when_every_answer_is_lost_a_later_try_finds_the_task(desk: Desk) -> None:
    request = desk.request("edit", desk.clip(InputRole.SOURCE), model=NEXT)
    desk.server.faults.order("lost_answer", TRIES)
    with pytest.raises(Unreachable) as lost:
        desk.provider.submit(request, desk.server.key)
    assert lost.value.code == FailureCode.OUTCOME_UNKNOWN and not lost.value.permanent
    reference = sent_once_more(desk, request)
    desk.end_of(reference)
    assert desk.uploads == 1
    assert desk.server.billed == {reference: 1} == dict.fromkeys(desk.server.tasks, 1)


def test_a_request_lost_on_its_way_is_sent_again(desk: Desk) -> None:
    desk.server.faults.order("lost_request:create", 2)
    reference = desk.submit("generate").reference
    assert list(desk.server.tasks) == [reference]


@pytest.mark.parametrize("trouble", ["server_error", "upstream_down", "overloaded", "rate_limited"])
def test_trouble_of_a_moment_is_sat_out(trouble: str, desk: Desk) -> None:
    desk.server.faults.order(f"{trouble}:create")
    reference = desk.submit("generate").reference
    assert list(desk.server.tasks) == [reference]


def test_an_undecided_outcome_is_waited_for_under_the_same_key(desk: Desk) -> None:
    desk.server.faults.order("outcome_unknown", 2)
    began = time.monotonic()
    submission = desk.submit("generate")
    assert time.monotonic() - began >= 2  # it is not asked again and again without a pause
    assert desk.creates == 3
    assert list(desk.server.tasks) == [submission.reference]


def test_what_stays_undecided_is_not_waited_for_without_end(desk: Desk) -> None:
    desk.provider = EvoLinkProvider(patience=0.5)
    desk.server.faults.order("outcome_unknown", 50)
    with pytest.raises(Unreachable) as undecided:
        desk.submit("generate")
    assert undecided.value.code == FailureCode.OUTCOME_UNKNOWN and not undecided.value.permanent
    assert desk.creates == 2


def test_a_new_address_of_the_same_clip_does_not_change_the_request(desk: Desk) -> None:
    """Our signed addresses change with the hour; a job that is sent again keeps the one that it was first sent with."""
    clip = desk.clip(InputRole.SOURCE, public=True)
    request = desk.request("edit", clip)
    first = sent_once_more(desk, request)
    later = replace(request, inputs=[replace(clip, url=desk.server.url + "/films/of-another-hour.mp4")])
    assert sent_once_more(desk, later) == first
    assert desk.server.bodies[0] == desk.server.bodies[1]


def test_a_clip_made_ready_for_one_try_serves_the_next(desk: Desk) -> None:
    request = desk.request("edit", desk.clip(InputRole.SOURCE, 12))
    first, again = (desk.provider.submit(request, desk.server.key) for _ in range(2))
    assert first.reference == again.reference
    assert first.reply == again.reply and "first ten seconds" in again.reply.note
    assert desk.uploads == 1


def test_an_emptied_cache_does_not_change_the_request(desk: Desk) -> None:
    request = desk.request("edit", desk.clip(InputRole.SOURCE))
    reference = sent_once_more(desk, request)
    cache.clear()
    assert sent_once_more(desk, request) == reference
    assert desk.uploads == 1 and desk.server.bodies[0] == desk.server.bodies[1]


def test_what_was_handed_over_is_kept_for_a_day_and_then_forgotten(desk: Desk) -> None:
    sent_once_more(desk, desk.request("edit", desk.clip(InputRole.SOURCE)))
    now = timezone.now()
    assert HandedOver.objects.count() == 2  # what the job was given, and where the copy lies
    assert forget_handed_over(now + timedelta(hours=23)) == 0
    assert forget_handed_over(now + timedelta(hours=25)) == 2


def test_a_copy_that_is_too_old_is_made_anew(desk: Desk) -> None:
    clip = desk.clip(InputRole.SOURCE)
    sent_once_more(desk, desk.request("edit", clip))
    HandedOver.objects.update(until=timezone.now())
    sent_once_more(desk, desk.request("edit", clip))
    assert desk.uploads == 2


def test_another_request_under_the_same_key_is_for_a_person_to_look_into(desk: Desk) -> None:
    """So it ends where what was handed over is forgotten between two tries of a job that had to be copied there."""
    request = desk.request("edit", desk.clip(InputRole.SOURCE))
    reference = sent_once_more(desk, request)
    HandedOver.objects.all().delete()
    with pytest.raises(Refused) as refused:
        desk.provider.submit(request, desk.server.key)
    assert refused.value.code == FailureCode.OUTCOME_UNKNOWN
    desk.end_of(reference)
    assert desk.server.billed == {reference: 1}


def test_an_answer_without_a_task_may_be_asked_for_again(desk: Desk) -> None:
    request = desk.request("generate")
    desk.server.faults.order("html_answer:create")
    with pytest.raises(BadAnswer) as strange:
        desk.provider.submit(request, desk.server.key)
    assert strange.value.code == FailureCode.OUTCOME_UNKNOWN and not strange.value.permanent
    reference = sent_once_more(desk, request)
    assert list(desk.server.tasks) == [reference]


def test_trouble_that_lasts_leaves_no_task_and_can_be_tried_again(desk: Desk) -> None:
    request = desk.request("generate")
    for order, error in [("overloaded", RateLimited), ("server_error", Unreachable)]:
        desk.server.faults.order(f"{order}:create", TRIES)
        with pytest.raises(error) as raised:
            desk.provider.submit(request, desk.server.key)
        assert not raised.value.permanent
    assert not desk.server.tasks
    assert sent_once_more(desk, request)


def test_a_task_that_is_over_at_once_is_taken_as_it_is(desk: Desk) -> None:
    """A create may answer with a task that has ended: here the answer to the first try was lost until then."""
    request = desk.request("generate", model=FIRST)
    reference = sent_once_more(desk, request)
    desk.end_of(reference)
    submission = desk.provider.submit(request, desk.server.key)
    assert (submission.reference, submission.state) == (reference, JobState.SUCCEEDED)
