"""A nearly full disk: a sentence in the page, nothing lost, nothing half done."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from studio.accounts.models import User
from studio.threads.models import Thread, Turn

As = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def full_disk(settings: Any) -> None:
    settings.MIN_FREE_BYTES = 10**18


@pytest.fixture
def client(as_client: As, owner: User) -> Client:
    return as_client(owner)


def test_sending_keeps_the_words_and_says_why(client: Client, thread: Thread) -> None:
    data = {"prompt": "a calm ocean at night", "token": str(uuid.uuid4())}
    response = client.post(f"/threads/{thread.id}/turns/", data)
    assert response.status_code == 422
    assert "disk" in response.content.decode()
    assert "a calm ocean at night" in response.content.decode()
    assert not Turn.objects.exists()


def test_starting_leaves_no_empty_thread(client: Client) -> None:
    response = client.post("/threads/start/", {"prompt": "a calm ocean", "token": str(uuid.uuid4())})
    assert response.status_code == 422
    assert "disk" in response.content.decode()
    assert not Thread.objects.exists()


def test_the_sample_is_refused_in_words(client: Client) -> None:
    response = client.post("/threads/sample/", follow=True)
    assert response.status_code == 200
    assert "disk" in response.content.decode()
    assert not Turn.objects.exists()


def test_the_map_ignores_an_address_that_is_none(client: Client, thread: Thread) -> None:
    assert client.get(f"/threads/{thread.id}/map/?at=x", headers={"HX-Request": "true"}).status_code == 200
