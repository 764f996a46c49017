"""A card tells the truth of its turn in words: made, under way, failed, stopped, answered."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import User
from studio.providers.errors import FailureCode
from studio.threads.models import Job, JobStatus, Take, Turn
from tests.threads_pages.conftest import AddTurn, take_of

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}


@pytest.fixture
def card(as_client: As, owner: User) -> Callable[..., str]:
    def read(turn: Turn, who: User | None = None) -> str:
        client = as_client(who or owner)
        return client.get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX).content.decode()

    return read


Read = Callable[..., str]


def test_it_names_author_model_time_and_parent(card: Read, add_turn: AddTurn) -> None:
    first = add_turn(takes=3)
    html = card(add_turn("warmer", parent=take_of(first, 3)))
    assert "Olga" in html
    assert "Local engine" in html
    assert "from take 3" in html
    assert "<time datetime=" in html
    assert "from turn 2" in card(add_turn("slower", parent=take_of(Turn.objects.get(number=2))))


def test_it_says_what_was_applied_kept_and_not_done(card: Read, add_turn: AddTurn) -> None:
    reply = {
        "applied": [{"id": "warmer", "label": "Colour temperature", "value": "4,500 K"}],
        "kept": ["keep everything else"],
        "not_done": ["replace the dog by a cat"],
        "note": "",
    }
    html = card(add_turn(reply=reply))
    assert "Colour temperature" in html
    assert "4,500 K" in html
    assert "Kept</b> everything else" in html
    assert "Not possible with the local engine: replace the dog by a cat" in html


def test_a_running_turn_shows_how_far_it_is_and_what_it_works_on(card: Read, add_turn: AddTurn) -> None:
    first = add_turn()
    turn = add_turn("warmer", parent=take_of(first), status=JobStatus.RUNNING, takes=0, job={"progress": 0.62})
    html = card(turn)
    assert "62 %" in html
    assert '<progress max="100" value="62"' in html
    assert "Stop" in html
    assert "running-before" in html
    assert str(take_of(first).asset.derived.get(kind="poster").pk) in html


def test_a_turn_that_is_being_stopped_says_so(card: Read, add_turn: AddTurn, as_client: As, owner: User) -> None:
    turn = add_turn(status=JobStatus.RUNNING, takes=0)
    html = as_client(owner).post(reverse("threads:turn-stop", args=[turn.pk]), headers=HTMX).content.decode()
    assert "Stopping" in html
    assert " disabled>Stop" in html
    Job.objects.filter(turn=turn).update(status=JobStatus.CANCELLED, finished_at=timezone.now())
    assert "Nothing was made, nothing is lost." in card(turn)


@pytest.mark.parametrize("code", [str(code) for code in FailureCode])
def test_every_failure_says_what_happened_whether_it_cost_and_what_next(
    card: Read, add_turn: AddTurn, code: str
) -> None:
    job = {"error_code": code, "error_detail": "The clip broke off after two seconds."}
    html = card(add_turn(status=JobStatus.FAILED, takes=0, job=job))
    assert "failed-title" in html
    assert "The clip broke off after two seconds." in html
    assert "Nothing was charged, and nothing you had is lost." in html
    assert "Retry</button>" in html


def test_a_retry_shows_the_new_attempt(add_turn: AddTurn, as_client: As, owner: User) -> None:
    turn = add_turn(status=JobStatus.FAILED, takes=0, job={"error_code": "engine"})
    html = as_client(owner).post(reverse("threads:turn-retry", args=[turn.pk]), headers=HTMX).content.decode()
    assert 'data-state="queued"' in html
    assert turn.jobs.count() == 2


def test_a_retry_of_what_is_done_is_refused_with_a_sentence(add_turn: AddTurn, as_client: As, owner: User) -> None:
    answer = as_client(owner).post(reverse("threads:turn-retry", args=[add_turn().pk]), headers=HTMX)
    assert answer.status_code == 409
    assert answer["HX-Reswap"] == "none"
    assert "toast:show" in answer["HX-Trigger"]


def test_an_answered_turn_is_calm_and_offers_what_works(card: Read, add_turn: AddTurn, viewer: User) -> None:
    reply = {"not_done": ["replace the dog by a cat"], "note": "", "examples": ["make the light warmer"]}
    turn = add_turn(status=JobStatus.ANSWERED, takes=0, reply=reply)
    html = card(turn)
    assert "failed" not in html
    assert 'data-idea="make the light warmer"' in html
    assert "data-idea" not in card(turn, viewer)


def test_three_good_of_four_are_three_takes_and_a_reason(card: Read, add_turn: AddTurn) -> None:
    html = card(add_turn(takes=3, job={"error_code": "engine", "error_detail": "Take 4 broke off."}))
    assert html.count('class="take-cell"') == 3
    assert "Take 4 broke off." in html


def test_one_of_several_takes_is_picked(add_turn: AddTurn, as_client: As, owner: User) -> None:
    turn = add_turn(takes=3)
    client = as_client(owner)
    client.post(reverse("threads:take-pick", args=[take_of(turn, 1).pk]), headers=HTMX)
    html = client.post(reverse("threads:take-pick", args=[take_of(turn, 2).pk]), headers=HTMX).content.decode()
    assert [take.number for take in Take.objects.filter(turn=turn, picked_at__isnull=False)] == [2]
    assert html.count('aria-pressed="true"') == 1


def test_a_take_goes_to_the_trash_and_comes_back(add_turn: AddTurn, as_client: As, owner: User, card: Read) -> None:
    turn = add_turn(takes=2)
    client = as_client(owner)
    answer = client.post(reverse("threads:take-delete", args=[take_of(turn, 1).pk]), headers=HTMX)
    assert "1 take is in the trash." in answer.content.decode()
    restore = reverse("threads:take-restore", args=[take_of(turn, 1).pk])
    assert restore in answer["HX-Trigger"]
    assert client.post(restore, headers=HTMX).status_code == 204
    assert card(turn).count('class="take-cell"') == 2


def test_the_details_hold_ids_settings_and_what_happened(add_turn: AddTurn, as_client: As, owner: User) -> None:
    turn = add_turn(takes=1)
    take = take_of(turn)
    html = as_client(owner).get(reverse("threads:turn-info", args=[turn.pk]), headers=HTMX).content.decode()
    for fact in (take.video_id, "Local engine", "MP4", "1280 × 720", "Seed", "Done"):
        assert str(fact) in html


def test_text_from_people_is_never_markup(card: Read, add_turn: AddTurn) -> None:
    html = card(add_turn("<script>alert(1)</script>\nsecond line", reply={"not_done": ["<b>bold</b>"]}))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<b>bold</b>" not in html


@pytest.mark.parametrize(("seconds", "said"), [(12.4, "in 12 s"), (125, "in 2 min 5 s")])
def test_it_says_how_long_a_vendor_took(card: Read, add_turn: AddTurn, seconds: float, said: str) -> None:
    turn = add_turn()
    job = Job.objects.get(turn=turn)
    Job.objects.filter(pk=job.pk).update(finished_at=job.created_at + timedelta(seconds=seconds))
    assert said not in card(turn)  # of the local engine that is no news
    Job.objects.filter(pk=job.pk).update(provider="runware")
    assert f">{said}</span>" in card(turn)
