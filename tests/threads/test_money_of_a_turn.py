"""From the price on the button to what it did cost: set aside, settled, given back, unknown."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.providers.base import JobState, JobUpdate
from studio.providers.errors import FailureCode, ProviderError, RateLimited, Refused, Unreachable
from studio.spending.ledger import State, standing
from studio.spending.models import Budget, LedgerEntry
from studio.threads import actions, choosing, jobs
from studio.threads.loading import load_card
from studio.threads.models import Job, JobStatus, Take, TeamProvider, Thread, Turn, TurnInput
from studio.threads.paths import tree_of
from studio.threads.watching import Watcher
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted

pytestmark = pytest.mark.django_db(transaction=True)
Send = Callable[..., Turn]
PRICE = '[scripted."model-1".price]\noutput_second = 0.1\n'


@pytest.fixture
def priced(offer: Callable[[str], None], scripted: Scripted) -> Scripted:
    offer(PRICE)
    return scripted


def state_of(job: Job) -> tuple[State, int | None]:
    found = standing([job.pk])[job.pk]
    return found.state, found.actual


def card_of(turn: Turn) -> Any:
    return load_card(turn, tree_of(turn.thread))


def submitted(turn: Turn) -> Job:
    job = job_of(turn)
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    return job


def test_five_seconds_are_set_aside_with_the_turn(priced: Scripted, send: Send) -> None:
    turn = send("A calm sea")
    found = standing([job_of(turn).pk])[job_of(turn).pk]
    assert (found.quoted_low, found.quoted_high, found.state) == (500_000, 500_000, State.RESERVED)
    assert card_of(turn).money == "$0.50 set aside"


def test_what_the_vendor_says_is_what_it_did_cost(priced: Scripted, send: Send) -> None:
    job = submitted(send("A calm sea"))
    result = priced.result()
    priced.news[job.reference] = JobUpdate(job.reference, JobState.SUCCEEDED, results=[result], cost_micros=470_000)
    Watcher().turn()
    jobs.collect(str(job.pk))
    assert state_of(job) == (State.SETTLED, 470_000)
    assert card_of(job.turn).money == "$0.47"


def test_a_missing_cost_is_unknown_and_not_free(priced: Scripted, send: Send) -> None:
    job = submitted(send("A calm sea"))
    priced.news[job.reference] = JobUpdate(job.reference, JobState.SUCCEEDED, results=[priced.result()])
    Watcher().turn()
    jobs.collect(str(job.pk))
    assert state_of(job) == (State.UNKNOWN, None)
    assert "unknown" in card_of(job.turn).money


def test_a_refused_submit_gives_everything_back(priced: Scripted, send: Send) -> None:
    priced.errors = [Refused("The prompt was refused.", FailureCode.INPUT_BLOCKED)]
    job = submitted(send("A calm sea"))
    assert job.status == JobStatus.FAILED and state_of(job) == (State.RELEASED, 0)
    assert card_of(job.turn).failure.charged == "Not charged."


def test_no_answer_keeps_the_money_aside_while_it_is_tried_again(priced: Scripted, send: Send) -> None:
    priced.errors = [Unreachable("No answer.")]
    job = submitted(send("A calm sea"))
    assert job.status == JobStatus.QUEUED and state_of(job)[0] == State.RESERVED


def test_a_failure_there_says_what_is_known_of_the_charge(priced: Scripted, send: Send) -> None:
    free, paid, silent = (submitted(send(f"A calm sea {number}")) for number in range(3))
    for job, cost in ((free, 0), (paid, 120_000), (silent, None)):
        priced.news[job.reference] = JobUpdate(
            job.reference, JobState.FAILED, error_code=FailureCode.OUTPUT_BLOCKED, cost_micros=cost
        )
    Watcher().turn()
    said = [card_of(job.turn).failure.charged for job in (free, paid, silent)]
    assert said == ["Not charged.", "It was charged: $0.12.", "Whether it was charged is not known."]


def test_over_budget_nothing_is_made_and_a_sentence_says_why(priced: Scripted, send: Send, team: Team) -> None:
    Budget.objects.create(team=team, monthly_limit_micros=700_000)
    send("A calm sea")
    with pytest.raises(actions.ActionRefused, match=r"\$0.20 is left"):
        send("Another calm sea")
    assert Turn.objects.count() == Job.objects.count() == 1


def test_a_free_turn_leaves_no_line_in_the_books(scripted: Scripted, send: Send) -> None:
    job = submitted(send("A calm sea"))
    priced_rows = LedgerEntry.objects.filter(job=job.pk)
    assert not priced_rows.exists() and card_of(job.turn).money == ""


def test_the_price_stands_on_the_button(priced: Scripted, thread: Thread, editor: User) -> None:
    client = Client()
    client.force_login(editor)
    address = reverse("threads:composer", args=[thread.pk])
    page = client.get(address, {"model": "scripted/model-1", "duration": "10", "results": "2"}).content.decode()
    assert '<span class="send-price num" id="send-price">$2.00</span>' in page
    assert "send-price" not in client.get(address, {"model": "local/engine-1"}).content.decode()


def test_where_the_vendor_lost_the_take_our_copy_goes_on(priced: Scripted, send: Send, editor: User) -> None:
    first = submitted(send("A calm sea"))
    priced.news[first.reference] = JobUpdate(first.reference, JobState.SUCCEEDED, results=[priced.result()])
    Watcher().turn()
    jobs.collect(str(first.pk))
    take = Take.objects.get()
    priced.errors = [Refused("", FailureCode.EXPIRED_PARENT)]
    lost = submitted(send("make it warmer", parent=take)).turn
    assert card_of(lost).lost_its_parent and card_of(lost).copy_price == "$0.10"
    copy = actions.continue_from_copy(editor, lost)
    assert copy == actions.continue_from_copy(editor, lost)
    job = submitted(copy)
    sent = priced.requests[-1]
    assert (job.status, copy.operation, copy.parent) == (JobStatus.RUNNING, "edit", take)
    assert [each.role for each in sent.inputs] == ["source", "parent"]
    assert TurnInput.objects.get(turn=copy).asset == take.asset


def test_a_flagged_result_is_held_back(priced: Scripted, send: Send, owner: User) -> None:
    job = submitted(send("A calm sea"))
    result = replace(priced.result(), flagged=True)
    priced.news[job.reference] = JobUpdate(job.reference, JobState.SUCCEEDED, results=[result])
    Watcher().turn()
    jobs.collect(str(job.pk))
    card = card_of(job.turn)
    assert len(card.held) == 1 and card.picked is None and card.takes[0].media.src == ""
    client = Client()
    client.force_login(owner)
    shown = client.get(reverse("threads:turn-detail", args=[job.turn_id]), headers={"HX-Request": "true"})
    assert "is held back" in shown.content.decode() and "/media/" not in shown.content.decode()


def test_our_copy_is_our_own_file_and_not_the_vendors_name_of_it(priced: Scripted, send: Send, editor: User) -> None:
    first = submitted(send("A calm sea"))
    result = replace(priced.result(), vendor_file="what-they-call-it")
    priced.news[first.reference] = JobUpdate(first.reference, JobState.SUCCEEDED, results=[result])
    Watcher().turn()
    jobs.collect(str(first.pk))
    take = Take.objects.get()
    priced.errors = [Refused("", FailureCode.EXPIRED_PARENT)]
    lost = submitted(send("make it warmer", parent=take)).turn
    assert priced.requests[-1].inputs[0].vendor_file == "what-they-call-it"
    submitted(actions.continue_from_copy(editor, lost))
    assert priced.requests[-1].inputs[0].vendor_file == ""


def test_a_model_that_is_no_longer_offered_is_not_swapped_in_silence(
    priced: Scripted, thread: Thread, editor: User, settings: Any
) -> None:
    settings.PROVIDER_KEYS = {}
    client = Client()
    client.force_login(editor)
    sent = {"prompt": "A calm sea", "model": "scripted/model-1"}
    answer = client.post(reverse("threads:turn-create", args=[thread.pk]), sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422 and "Choose another one." in answer.content.decode()
    assert not Turn.objects.exists()


def test_a_retry_asks_again_whether_it_may_be_sent(priced: Scripted, send: Send, editor: User) -> None:
    priced.errors = [Refused("", FailureCode.BAD_REQUEST)]
    job = submitted(send("A calm sea"))
    TeamProvider.objects.create(team=job.turn.thread.team, provider="scripted", allowed=False)
    choosing._looked_up.clear()
    with pytest.raises(actions.ActionRefused, match="not set up here"):
        actions.retry_turn(editor, job.turn)


@pytest.mark.parametrize("later", [Refused("No credit.", FailureCode.OUT_OF_CREDIT), RateLimited("Busy.")])
def test_once_it_may_have_been_taken_nothing_says_that_it_was_not_charged(
    priced: Scripted, send: Send, later: ProviderError
) -> None:
    priced.errors = [Unreachable("No answer."), *[later] * 4]
    job = submitted(send("A calm sea"))
    assert job.may_be_there
    while job.status == JobStatus.QUEUED:
        jobs.submit(str(job.pk))
        job.refresh_from_db()
    assert (job.error_code, state_of(job)) == (FailureCode.OUTCOME_UNKNOWN, (State.UNKNOWN, None))
    assert card_of(job.turn).failure.charged == "Whether it was charged is not known."


def test_an_answer_in_time_makes_it_certain_again(priced: Scripted, send: Send) -> None:
    priced.errors = [Unreachable("No answer.")]
    job = submitted(send("A calm sea"))
    jobs.submit(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.may_be_there) == (JobStatus.RUNNING, False)


def test_a_thread_that_is_deleted_leaves_nothing_set_aside(priced: Scripted, send: Send, editor: User) -> None:
    job = submitted(send("A calm sea"))
    thread = job.turn.thread
    actions.trash_thread(editor, thread)
    actions.delete_thread(editor, thread)
    assert not Job.objects.exists()
    assert state_of(job) == (State.UNKNOWN, None)


def test_a_name_that_the_vendor_gives_twice_costs_no_take(priced: Scripted, send: Send) -> None:
    job = submitted(send("A calm sea", settings={"results": 2}))
    results = [replace(priced.result(index), video_id="the same") for index in range(2)]
    priced.news[job.reference] = JobUpdate(job.reference, JobState.SUCCEEDED, results=results)
    Watcher().turn()
    jobs.collect(str(job.pk))
    job.refresh_from_db()
    assert job.status == JobStatus.SUCCEEDED
    assert sorted(take.video_id or "" for take in Take.objects.all()) == ["", "the same"]
