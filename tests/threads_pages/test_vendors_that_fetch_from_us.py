"""Where a vendor fetches files from our public address and there is none, the composer says what happens instead."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.media.models import Asset
from studio.threads.models import Thread
from tests.threads_pages.conftest import AddTurn, take_of

As = Callable[[User | None], Client]
Said = Callable[..., list[str]]
NEXT, FIRST = "evolink/gemini-omni-1.1-flash", "evolink/gemini-omni-flash"
OTHERS = ["runware/google:gemini@omni-flash-1.1", "google/gemini-omni-1.1-flash", "local/engine-1"]


@pytest.fixture
def said(as_client: As, owner: User, thread: Thread, settings: Any) -> Said:
    """What the composer says of files that cannot be fetched, for a form that holds these fields."""
    settings.PROVIDER_KEYS = dict.fromkeys(("runware", "evolink", "google"), "a key for tests")

    def read(**fields: object) -> list[str]:
        address = reverse("threads:composer", args=[thread.pk])
        html = as_client(owner).get(address, fields, headers={"HX-Request": "true"}).content.decode()
        lines = html.split('<p class="composer-notice">')[1:]
        return [unescape(line.partition("</span>")[0].rpartition(">")[2]) for line in lines]

    return read


@pytest.mark.parametrize("model", [NEXT, FIRST])
def test_of_a_clip_it_says_where_a_copy_goes_and_what_if_that_fails(said: Said, clip: Asset, model: str) -> None:
    (words,) = said(inputs=[str(clip.pk)], model=model)
    assert words.startswith("EvoLink fetches clips from a public https address, and this studio has none")
    assert "STUDIO_PUBLIC_URL" in words and "A copy goes to EvoLink's file service instead, for three days." in words
    assert words.endswith("else nothing is sent, and nothing is charged.")


@pytest.mark.parametrize("way", ["edit", "extend"])
def test_of_a_take_likewise(said: Said, add_turn: AddTurn, way: str) -> None:
    (words,) = said(parent=str(take_of(add_turn()).pk), model=NEXT, clip=way)
    assert "EvoLink fetches clips" in words and "made within a day goes by its own link" in words


def test_of_photos_it_says_that_copies_are_made(said: Said, photo: Asset) -> None:
    (words,) = said(inputs=[str(photo.pk)], model=NEXT)
    assert words.startswith("EvoLink fetches photos") and words.endswith("instead, for three days.")


def test_of_both_it_says_both(said: Said, photo: Asset, clip: Asset) -> None:
    assert len(said(inputs=[str(photo.pk), str(clip.pk)], model=NEXT)) == 2


def test_photos_that_travel_in_the_request_are_not_mentioned(said: Said, photo: Asset) -> None:
    assert said(inputs=[str(photo.pk)], model=FIRST) == []


def test_words_alone_need_no_address(said: Said) -> None:
    assert said(model=NEXT) == said(model=FIRST) == []


@pytest.mark.parametrize("model", OTHERS)
def test_vendors_that_take_uploads_say_nothing(said: Said, clip: Asset, model: str) -> None:
    assert said(inputs=[str(clip.pk)], model=model) == []


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("https://studio.example.com", True),
        ("", False),
        ("http://studio.example.com", False),
        ("https://localhost", False),
        ("https://192.168.1.5", False),
        ("https://studio.internal", False),
    ],
)
def test_only_an_address_that_the_world_reaches_counts(
    said: Said, clip: Asset, settings: Any, address: str, is_public: bool
) -> None:
    settings.PUBLIC_URL = address
    assert (said(inputs=[str(clip.pk)], model=NEXT) == []) == is_public


def test_a_stand_in_on_this_machine_reaches_us_where_that_is_allowed(said: Said, clip: Asset, settings: Any) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.PRIVATE_ORIGINS = {("http", "127.0.0.1:8000")}
    assert said(inputs=[str(clip.pk)], model=NEXT) == []
