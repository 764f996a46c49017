import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.media.models import Asset, AssetStatus, Kind
from studio.threads.models import Operation, Thread, Turn

START = "/threads/start/"


@pytest.fixture
def client(editor: User, as_client: Callable[[User], Client]) -> Client:
    return as_client(editor)


@pytest.fixture
def clip(team: Team, editor: User) -> Asset:
    fields = {"mime": "video/mp4", "width": 1280, "height": 720, "duration": 5.0, "fps": 25.0, "file": "clip.mp4"}
    return Asset.objects.create(
        team=team, owner=editor, kind=Kind.SOURCE, status=AssetStatus.READY, title="Beach walk", **fields
    )


def test_words_make_a_thread_and_its_first_turn(client: Client, editor: User, team: Team) -> None:
    prompt = "A calm ocean at sunset, the sun just above the horizon, gulls far away"
    response = client.post(START, {"prompt": prompt, "token": str(uuid.uuid4())})
    thread = Thread.objects.get()
    assert response["Location"] == reverse("threads:thread-detail", args=[thread.pk])
    assert (thread.team, thread.author) == (team, editor)
    assert thread.title == "A calm ocean at sunset, the sun just above the horizon …"
    turn = thread.turns.get()
    assert (turn.prompt, turn.operation) == (prompt, Operation.GENERATE)
    assert turn.jobs.count() == 1


def test_the_same_form_sent_twice_is_one_thread(client: Client) -> None:
    data = {"prompt": "A calm ocean", "token": str(uuid.uuid4())}
    first, second = client.post(START, data), client.post(START, data)
    assert first["Location"] == second["Location"]
    assert Thread.objects.count() == 1


@pytest.mark.parametrize("prompt", ["", "x", "x" * 10_001])
def test_a_prompt_that_does_not_fit_comes_back_with_a_sentence(prompt: str, client: Client) -> None:
    response = client.post(START, {"prompt": prompt})
    assert response.status_code == 422
    page = response.content.decode()
    assert 'id="start-problem"' in page
    assert f'value="{prompt}"' in page
    assert not Thread.objects.exists()


def test_a_clip_with_words_is_edited_at_once(client: Client, clip: Asset) -> None:
    client.post(START, {"prompt": "make it warmer", "inputs": [str(clip.pk)]})
    turn = Turn.objects.get()
    assert turn.operation == Operation.EDIT
    assert turn.inputs.get().asset == clip


def test_a_clip_without_words_waits_in_the_composer(client: Client, clip: Asset) -> None:
    response = client.post(START, {"prompt": "", "inputs": [str(clip.pk)]})
    thread = Thread.objects.get()
    assert thread.title == "Beach walk"
    assert response["Location"] == f"{reverse('threads:thread-detail', args=[thread.pk])}?inputs={clip.pk}"
    assert not Turn.objects.exists()


def test_a_clip_that_is_too_long_keeps_the_words_until_it_is_trimmed(client: Client, clip: Asset) -> None:
    Asset.objects.filter(pk=clip.pk).update(duration=75)
    response = client.post(START, {"prompt": "make it warmer", "inputs": [str(clip.pk)]})
    assert response["Location"].endswith(f"?inputs={clip.pk}&prompt=make+it+warmer")
    assert not Turn.objects.exists()


def test_a_clip_of_another_team_is_not_taken(client: Client, clip: Asset, other_team: Team) -> None:
    Asset.objects.filter(pk=clip.pk).update(team=other_team)
    response = client.post(START, {"prompt": "", "inputs": [str(clip.pk), "nonsense"]})
    assert response.status_code == 422
    assert not Thread.objects.exists()


def test_the_sample_is_made_once(client: Client) -> None:
    first, second = client.post("/threads/sample/"), client.post("/threads/sample/")
    assert first["Location"] == second["Location"]
    assert Thread.objects.get().is_sample
