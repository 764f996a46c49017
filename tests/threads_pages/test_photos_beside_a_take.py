"""The composer with a take and photos: it says that both go together, and how to have it otherwise."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.media.models import Asset
from studio.threads.models import Job, Operation, Take, Thread, Turn
from tests.threads_pages.conftest import AddTurn, take_of

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
BOTH, ALONE = "runware/google:gemini@omni-flash-1.1", "local/engine-1"


@pytest.fixture
def photos(photo: Asset) -> list[str]:
    other = Asset.objects.create(team=photo.team, owner=photo.owner, kind=photo.kind, mime="image/png", file="x.png")
    return [str(photo.pk), str(other.pk)]


@pytest.fixture
def take(add_turn: AddTurn) -> Take:
    return take_of(add_turn())


@pytest.fixture
def client(as_client: As, owner: User, settings: Any) -> Client:
    settings.PROVIDER_KEYS = {"runware": "a key for tests"}
    return as_client(owner)


@pytest.fixture
def parts(client: Client, thread: Thread, take: Take) -> Callable[..., str]:
    def read(model: str = BOTH, **query: Any) -> str:
        given = {"parent": str(take.pk), "model": model, **query}
        return client.get(reverse("threads:composer", args=[thread.pk]), given, headers=HTMX).content.decode()

    return read


@pytest.fixture
def send(client: Client, thread: Thread, take: Take) -> Callable[..., Turn | str]:
    """The turn that was made, or what the form says instead."""

    def post(model: str = BOTH, **fields: Any) -> Turn | str:
        data = {"prompt": "as in the photo", "token": str(uuid.uuid4()), "parent": str(take.pk), "model": model}
        answer = client.post(reverse("threads:turn-create", args=[thread.pk]), {**data, **fields}, headers=HTMX)
        if answer.status_code == 422:
            return answer.content.decode()
        assert answer.status_code == 200
        return thread.turns.latest("number")

    return post


Parts, Send = Callable[..., str], Callable[..., Any]


def test_several_photos_go_beside_the_take(parts: Parts, photos: list[str]) -> None:
    html = parts(inputs=photos)
    assert "Editing <b>turn 1, take 1</b> after <b>the attached photos</b>" in html
    assert "Length and shape follow the source." in html and 'name="duration"' not in html
    assert 'data-operation="continue"' in html


def test_one_photo_does_too_and_may_be_the_first_frame_instead(parts: Parts, photos: list[str], take: Take) -> None:
    html = parts(inputs=photos[:1])
    assert "after <b>the attached photo</b>" in html
    assert 'name="photos" value="reference" checked' in html
    html = parts(inputs=photos[:1], photos="first_frame")
    assert "Moving <b>the attached photo</b>" in html and 'name="duration"' in html
    assert f'name="parent" value="{take.pk}"' in html


def test_the_take_can_be_left_out_and_the_photos_stay(parts: Parts, photos: list[str]) -> None:
    assert 'data-continue="new" data-keep' in parts(inputs=photos)
    html = parts(parent="", inputs=photos, photos="reference")
    assert "A new clip <b>after the attached photos</b>" in html
    assert "data-keep" not in parts()


def test_with_a_model_that_takes_one_of_them_the_take_is_put_aside(parts: Parts, photos: list[str], take: Take) -> None:
    html = parts(ALONE, inputs=photos)
    assert "A new clip <b>after the attached photos</b>" in html
    assert f'name="parent" value="{take.pk}"' in html
    assert "Moving <b>the attached photo</b>" in parts(ALONE, inputs=photos[:1])


def test_the_photos_are_in_the_price(parts: Parts, photos: list[str]) -> None:
    def price(html: str) -> str:
        return html.partition('id="send-price">')[2].partition("<")[0]

    assert "$" in price(parts()) and price(parts()) != price(parts(inputs=photos * 2, photos="reference"))


def test_it_is_sent_as_one_that_continues(send: Send, photos: list[str], take: Take) -> None:
    turn = send(inputs=photos)
    assert (turn.operation, turn.parent) == (Operation.CONTINUE, take)
    assert [(each.role, str(each.asset_id)) for each in turn.inputs.order_by("position")] == [
        ("reference", each) for each in photos
    ]
    assert "duration" not in turn.settings


@pytest.mark.parametrize(
    ("fields", "operation"),
    [
        ({"parent": ""}, Operation.REFERENCE),
        ({"model": ALONE}, Operation.REFERENCE),
        ({"one": True, "photos": "first_frame"}, Operation.ANIMATE),
        ({"one": True, "photos": "reference"}, Operation.CONTINUE),
        ({"one": True, "parent": "", "photos": "reference"}, Operation.REFERENCE),
        ({"one": True, "parent": ""}, Operation.ANIMATE),
    ],
)
def test_what_is_shown_is_what_is_sent(
    send: Send, photos: list[str], fields: dict[str, Any], operation: Operation
) -> None:
    one = fields.pop("one", False)
    turn = send(inputs=photos[:1] if one else photos, **fields)
    assert turn.operation == operation
    assert (turn.parent is None) == (operation != Operation.CONTINUE)


def test_too_many_are_refused_and_nothing_is_lost(send: Send, photo: Asset) -> None:
    rows = [
        Asset.objects.create(team=photo.team, owner=photo.owner, kind=photo.kind, mime="image/png", file=f"{each}.png")
        for each in range(6)
    ]
    html = send(inputs=[str(each.pk) for each in rows])
    assert "At most 5 photos fit." in html
    assert "after <b>the attached photos</b>" in html


def test_where_the_take_is_gone_the_form_says_so_and_keeps_the_photos(
    send: Send, photos: list[str], take: Take, client: Client
) -> None:
    client.post(reverse("threads:take-delete", args=[take.pk]))
    html = send(inputs=photos)
    assert "is in the trash" in html
    assert "A new clip <b>after the attached photos</b>" in html


def test_asked_for_again_it_is_the_same_wish(
    send: Send, photos: list[str], client: Client, thread: Thread, take: Take
) -> None:
    turn = send(inputs=photos[:1])
    Job.objects.filter(turn=turn).update(status="failed", error_code="busy")
    address = reverse("threads:thread-detail", args=[thread.pk])
    html = client.get(address, {"again": str(turn.pk)}).content.decode()
    assert "Editing <b>turn 1, take 1</b> after <b>the attached photo</b>" in html
    assert f'data-attached="{photos[0]} "' in html
