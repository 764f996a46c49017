from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.providers.errors import FailureCode
from studio.threads import shelf
from studio.threads.models import Job, JobStatus, Take, Thread
from tests.threads_pages.shelves import add_turn, make_thread, video


def card_of(thread: Thread) -> shelf.ThreadCard:
    card = shelf.load_one(Thread.objects.all(), thread.pk, may_edit=True)
    assert card is not None
    return card


@pytest.mark.parametrize(
    ("status", "job", "state", "word"),
    [
        (JobStatus.QUEUED, {}, "running", "Queued"),
        (JobStatus.RUNNING, {"progress": 0.62}, "running", "Rendering 62 %"),
        (JobStatus.RUNNING, {"stop_requested_at": timezone.now()}, "running", "Stopping"),
        (JobStatus.SUCCEEDED, {}, "done", "Done"),
        (JobStatus.ANSWERED, {}, "answered", "Answered"),
        (JobStatus.CANCELLED, {}, "stopped", "Stopped"),
        (JobStatus.FAILED, {"error_code": FailureCode.BUSY}, "failed", "Failed: provider busy"),
        (JobStatus.FAILED, {"error_code": FailureCode.ENGINE}, "failed", "Failed"),
    ],
)
def test_the_state_is_that_of_the_newest_turn(
    editor: User, status: str, job: dict[str, object], state: str, word: str
) -> None:
    card = card_of(make_thread(editor, "Harbour", status=status, job=job))
    assert (card.state, card.word) == (state, word)


def test_a_thread_without_turns_is_a_draft(editor: User, team: Team) -> None:
    card = card_of(Thread.objects.create(team=team, author=editor))
    assert (card.state, card.word, card.turns_word) == ("draft", "Draft", "no turns yet")


def test_an_earlier_turn_that_still_runs_comes_before_a_finished_one(editor: User) -> None:
    thread = make_thread(editor, "Harbour", status=JobStatus.RUNNING)
    later = add_turn(thread, editor, "Warmer")
    Job.objects.create(turn=later, provider="local", model="studio", status=JobStatus.SUCCEEDED)
    assert card_of(thread).state == "running"


def test_the_picture_is_the_picked_take_of_the_newest_turn(editor: User) -> None:
    thread = make_thread(editor, "Harbour")
    turn = add_turn(thread, editor, "Four of them")
    job = Job.objects.create(turn=turn, provider="local", model="studio", status=JobStatus.SUCCEEDED)
    takes = [
        Take.objects.create(turn=turn, job=job, number=each, asset=video(editor, thread), provider="local")
        for each in (1, 2, 3)
    ]
    Take.objects.filter(pk=takes[1].pk).update(picked_at=timezone.now())
    media = card_of(thread).media
    assert media is not None
    assert media.asset_id == takes[1].asset_id
    assert media.poster
    assert media.strip


def test_a_card_names_title_author_length_and_number_of_turns(
    editor: User, as_client: Callable[[User], Client]
) -> None:
    thread = make_thread(editor, "Harbour at dusk")
    add_turn(thread, editor, "Warmer")
    page = as_client(editor).get("/").content.decode()
    for part in ("Harbour at dusk", "Emil", "0:10", "2 turns", "just now", 'data-frames="12"'):
        assert part in page


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=3, minutes=50), "3 h ago"),
        (timedelta(days=5), "Tue"),
        (timedelta(days=10), "12 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_last_activity_is_told_the_way_people_do(passed: timedelta, words: str) -> None:
    assert shelf.ago(NOW - passed, NOW) == words
