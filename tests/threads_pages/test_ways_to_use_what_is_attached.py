"""Where a clip, a take or photos can be used in several ways, the composer offers those that the model takes."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.media.models import Asset, Kind
from studio.threads.models import Operation, Take, Thread, Turn, TurnInput
from tests.threads_pages.conftest import AddTurn, take_of
from tests.threads_pages.shelves import picture

As = Callable[[User | None], Client]
Read = Callable[..., str]
Post = Callable[..., str]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
NEXT, FIRST = "evolink/gemini-omni-1.1-flash", "evolink/gemini-omni-flash"
RUNWARE, LOCAL = "runware/google:gemini@omni-flash-1.2", "local/engine-1"


@pytest.fixture(autouse=True)
def vendors(settings: Any) -> None:
    """Keys for all of them; nothing is sent in these tests."""
    settings.PROVIDER_KEYS = dict.fromkeys(("runware", "evolink", "google"), "a key for tests")


@pytest.fixture
def parts(as_client: As, owner: User, thread: Thread) -> Read:
    """The composer's parts for a form that holds these fields."""

    def get(**fields: object) -> str:
        address = reverse("threads:composer", args=[thread.pk])
        return as_client(owner).get(address, fields, headers=HTMX).content.decode()

    return get


@pytest.fixture
def post(as_client: As, owner: User, thread: Thread) -> Post:
    def send(expect: int = 200, **fields: object) -> str:
        data = {"prompt": "it goes on", "token": str(uuid.uuid4()), **fields}
        answer = as_client(owner).post(reverse("threads:turn-create", args=[thread.pk]), data, headers=HTMX)
        assert answer.status_code == expect, answer.content.decode()[:2000]
        return answer.content.decode()

    return send


@pytest.fixture
def photos(owner: User, team: Team) -> list[Asset]:
    """Two of them."""
    shown = {"file": picture("grey.jpg"), "mime": "image/jpeg", "width": 160, "height": 90}
    return [
        Asset.objects.create(team=team, owner=owner, kind=Kind.REFERENCE, title=title, **shown)
        for title in ("dawn", "dusk")
    ]


@pytest.fixture
def clips(owner: User, team: Team) -> list[Asset]:
    """Four of them."""
    shown = {"file": "clip.mp4", "mime": "video/mp4", "width": 1280, "height": 720, "duration": 5, "fps": 25}
    return [Asset.objects.create(team=team, owner=owner, kind=Kind.SOURCE, title=f"clip {n}", **shown) for n in "1234"]


def ids(*assets: Asset) -> list[str]:
    return [str(asset.pk) for asset in assets]


def ways(html: str, name: str) -> dict[str, bool]:
    """The values of a choice, and which one stands."""
    found = re.findall(rf'<input type="radio" name="{name}" value="(\w+)"( checked)?>', html)
    return {value: bool(checked) for value, checked in found}


class TestAClipOrATake:
    def test_can_be_extended_where_the_model_does_it(self, parts: Read, clip: Asset) -> None:
        assert ways(parts(inputs=ids(clip), model=NEXT), "clip") == {"edit": True, "extend": False}
        for model in (FIRST, RUNWARE, LOCAL):
            assert ways(parts(inputs=ids(clip), model=model), "clip") == {}

    def test_is_offered_only_where_there_is_one(self, parts: Read, photo: Asset) -> None:
        assert ways(parts(model=NEXT), "clip") == ways(parts(model=NEXT, inputs=ids(photo)), "clip") == {}

    def test_to_be_extended_has_fields_of_its_own(self, parts: Read, clip: Asset) -> None:
        html = parts(inputs=ids(clip), model=NEXT, clip="extend")
        assert ways(html, "clip") == {"edit": False, "extend": True}
        assert "Extending <b>the attached clip</b>" in html and "What is added follows its end" in html
        assert 'title="Length added"' in html and '<option value="3" selected>+ 3 s</option>' in html
        assert '<option value="auto" selected>As the source</option>' in html
        assert "What shall happen next?" in html

    def test_its_price_spans_what_nobody_says(self, parts: Read, clip: Asset) -> None:
        """Three seconds made and eight read, and perhaps the eight made once more; words come on top."""
        html = parts(inputs=ids(clip), model=NEXT, clip="extend")
        assert "$0.32 to $1.16" in html
        larger = parts(inputs=ids(clip), model=NEXT, clip="extend", resolution="4k", duration="10")
        assert "$2.76 to $5.55" in larger

    def test_a_take_is_extended(self, parts: Read, post: Post, add_turn: AddTurn, thread: Thread) -> None:
        take = take_of(add_turn())
        fields = {"parent": str(take.pk), "model": NEXT, "clip": "extend"}
        assert "Extending <b>turn 1, take 1</b>" in parts(**fields)
        post(**fields, duration="7", resolution="1080p")
        turn = Turn.objects.get(thread=thread, number=2)
        assert (turn.operation, turn.parent, turn.model) == (Operation.EXTEND, take, "gemini-omni-1.1-flash")
        assert turn.settings == {"duration": 7, "resolution": "1080p"}

    def test_an_attached_clip_is_extended_and_the_take_is_left_alone(
        self, post: Post, add_turn: AddTurn, thread: Thread, clip: Asset
    ) -> None:
        post(parent=str(take_of(add_turn()).pk), inputs=ids(clip), model=NEXT, clip="extend")
        turn = Turn.objects.get(thread=thread, number=2)
        assert (turn.operation, turn.parent) == (Operation.EXTEND, None)
        assert [each.role for each in turn.inputs.all()] == [TurnInput.Role.SOURCE]

    def test_it_is_changed_again_next_time(self, post: Post, add_turn: AddTurn) -> None:
        """To extend is said each time: the price is another."""
        html = post(parent=str(take_of(add_turn()).pk), model=NEXT, clip="extend")
        assert "Extending" not in html

    def test_another_model_that_does_not_extend_changes_it(self, parts: Read, clip: Asset) -> None:
        html = parts(inputs=ids(clip), model=RUNWARE, clip="extend")
        assert "Editing <b>the attached clip</b>" in html and "Gemini Omni Flash 1.1 (Runware)" in html

    def test_models_that_only_change_it_can_still_be_chosen(self, parts: Read, clip: Asset) -> None:
        assert f'value="{RUNWARE}"' in parts(inputs=ids(clip), model=NEXT, clip="extend")

    @pytest.mark.parametrize("model", [RUNWARE, FIRST, LOCAL, ""])
    def test_sent_to_such_a_model_it_is_refused_and_not_changed_in_silence(
        self, post: Post, clip: Asset, thread: Thread, model: str
    ) -> None:
        html = post(422, inputs=ids(clip), model=model, clip="extend")
        assert "The chosen model extends no clips." in html
        assert not thread.turns.exists()

    def test_nothing_at_all_cannot_be_extended(self, post: Post, thread: Thread) -> None:
        post(model=NEXT, clip="extend")
        assert thread.turns.get().operation == Operation.GENERATE

    @pytest.mark.parametrize("value", ["2", "11", "long"])
    def test_no_more_is_added_than_the_model_adds(self, post: Post, clip: Asset, thread: Thread, value: str) -> None:
        html = post(422, inputs=ids(clip), model=NEXT, clip="extend", duration=value)
        assert "Length added: Choose from 3 to 10." in html and not thread.turns.exists()

    def test_no_other_resolution_is_made(self, post: Post, clip: Asset, thread: Thread) -> None:
        assert "does not make this size" in post(422, inputs=ids(clip), model=NEXT, resolution="8k")
        assert not thread.turns.exists()


class TestItsLength:
    def test_a_longer_clip_is_said_to_be_extended_alone(
        self, parts: Read, post: Post, clip: Asset, thread: Thread
    ) -> None:
        Asset.objects.filter(pk=clip.pk).update(duration=20)
        html = parts(inputs=ids(clip), model=NEXT)
        assert "changes: trim it first. Extended it can be as it is." in html and 'data-seconds="30"' in html
        assert "takes 1 to 10 s. Trim it first." in post(422, inputs=ids(clip), model=NEXT)
        post(inputs=ids(clip), model=NEXT, clip="extend")
        assert thread.turns.get().operation == Operation.EXTEND

    def test_of_a_longer_take_only_a_part_is_sent_and_that_is_said_before(self, parts: Read, add_turn: AddTurn) -> None:
        take = take_of(add_turn())
        Asset.objects.filter(pk=take.asset_id).update(duration=13)
        html = parts(parent=str(take.pk), model=NEXT)
        assert "changes up to 10 s: only that much of the take is sent." in html
        assert "only that much" not in parts(parent=str(take.pk), model=NEXT, clip="extend")
        assert "only that much" not in parts(parent=str(take.pk), model=RUNWARE)

    def test_a_take_too_long_to_be_extended_is_refused(
        self, parts: Read, post: Post, add_turn: AddTurn, thread: Thread
    ) -> None:
        take = take_of(add_turn())
        Asset.objects.filter(pk=take.asset_id).update(duration=33)
        fields = {"parent": str(take.pk), "model": NEXT, "clip": "extend"}
        assert "It is longer than the 30 s" in parts(**fields)
        assert "The take is 33.0 s long" in post(422, **fields)
        assert thread.turns.count() == 1


class TestTwoPhotos:
    def test_may_be_first_and_last_frame(self, parts: Read, photos: list[Asset]) -> None:
        assert ways(parts(inputs=ids(*photos), model=NEXT), "photos") == {"last_frame": False, "reference": True}
        html = parts(inputs=ids(*photos), model=NEXT, photos="last_frame")
        assert ways(html, "photos") == {"last_frame": True, "reference": False}
        assert "Moving <b>from the first photo to the second</b>" in html

    def test_are_references_elsewhere(self, parts: Read, photos: list[Asset]) -> None:
        for model in (FIRST, RUNWARE, LOCAL):
            html = parts(inputs=ids(*photos), model=model, photos="last_frame")
            assert ways(html, "photos") == {} and "after the attached photos" in html

    def test_the_second_of_them_is_the_last(self, post: Post, photos: list[Asset], thread: Thread) -> None:
        post(inputs=ids(*photos), model=NEXT, photos="last_frame")
        turn = thread.turns.get()
        assert turn.operation == Operation.ANIMATE
        roles = {each.role: each.asset for each in turn.inputs.all()}
        assert roles == {TurnInput.Role.FIRST_FRAME: photos[0], TurnInput.Role.LAST_FRAME: photos[1]}

    def test_sent_to_a_model_without_a_last_frame_they_are_refused(
        self, post: Post, photos: list[Asset], thread: Thread
    ) -> None:
        html = post(422, inputs=ids(*photos), model=RUNWARE, photos="last_frame")
        assert "The chosen model takes no last frame." in html
        assert not thread.turns.exists()

    def test_three_are_references(self, parts: Read, photo: Asset, photos: list[Asset]) -> None:
        html = parts(inputs=ids(photo, *photos), model=NEXT, photos="last_frame")
        assert ways(html, "photos") == {} and "after the attached photos" in html


class TestClipsBesidePhotos:
    def test_one_may_be_a_reference(self, parts: Read, photo: Asset, clip: Asset) -> None:
        inputs = ids(photo, clip)
        assert ways(parts(inputs=inputs, model=NEXT), "clip") == {"edit": True, "extend": False, "reference": False}
        html = parts(inputs=inputs, model=NEXT, clip="reference")
        assert ways(html, "clip") == {"edit": False, "extend": False, "reference": True}
        assert "after the attached photos and clips" in html

    def test_they_are_sent_as_references(self, post: Post, photo: Asset, clip: Asset, thread: Thread) -> None:
        post(inputs=ids(photo, clip), model=NEXT, clip="reference")
        turn = thread.turns.get()
        assert turn.operation == Operation.REFERENCE
        assert [(each.role, each.asset) for each in turn.inputs.all()] == [("reference", photo), ("reference", clip)]

    def test_several_can_be_nothing_else(self, post: Post, photo: Asset, clips: list[Asset], thread: Thread) -> None:
        post(inputs=ids(photo, *clips[:3]), model=NEXT)
        assert thread.turns.get().operation == Operation.REFERENCE

    def test_beside_a_take_they_are_refused_and_not_left_out_in_silence(
        self, parts: Read, post: Post, photo: Asset, clip: Asset, add_turn: AddTurn, thread: Thread
    ) -> None:
        wish = {"inputs": ids(photo, clip), "model": NEXT, "clip": "reference", "parent": str(take_of(add_turn()).pk)}
        assert "for a new clip alone. Leave the take out." in parts(**wish)
        assert "for a new clip alone. Leave the take out." in post(422, **wish)
        assert thread.turns.count() == 1
        post(**{name: value for name, value in wish.items() if name != "parent"})
        assert thread.turns.last().operation == Operation.REFERENCE

    def test_only_so_many_fit(self, post: Post, photo: Asset, clips: list[Asset], thread: Thread) -> None:
        assert "At most 3 clips fit." in post(422, inputs=ids(photo, *clips), model=NEXT)
        assert not thread.turns.exists()

    def test_alone_they_are_no_references(self, post: Post, clips: list[Asset], thread: Thread) -> None:
        assert "beside a photo alone" in post(422, inputs=ids(clips[0]), model=NEXT, clip="reference")
        assert "One clip at a time" in post(422, inputs=ids(*clips[:2]), model=NEXT)
        assert not thread.turns.exists()

    def test_a_long_one_is_refused(self, post: Post, photo: Asset, clip: Asset) -> None:
        Asset.objects.filter(pk=clip.pk).update(duration=14)
        assert "takes 1 to 10 s" in post(422, inputs=ids(photo, clip), model=NEXT, clip="reference")

    def test_the_price_counts_all_of_them(self, parts: Read, photo: Asset, clips: list[Asset]) -> None:
        """Six seconds made, ten read at 720p, one photo."""
        html = parts(inputs=ids(photo, *clips[:2]), model=NEXT)
        assert "$0.59 to $0.68" in html


class TestSentAgain:
    def test_the_composer_asks_for_the_same(
        self, as_client: As, owner: User, post: Post, thread: Thread, clip: Asset, photo: Asset, photos: list[Asset]
    ) -> None:
        sent: list[tuple[dict[str, object], str]] = [
            ({"inputs": ids(clip), "clip": "extend", "duration": "9"}, "Extending <b>the attached clip</b>"),
            ({"inputs": ids(*photos), "photos": "last_frame"}, "from the first photo to the second"),
            ({"inputs": ids(photo, clip), "clip": "reference"}, "after the attached photos and clips"),
        ]
        for number, (fields, words) in enumerate(sent, 1):
            post(model=NEXT, **fields)
            turn = Turn.objects.get(thread=thread, number=number)
            address = reverse("threads:thread-detail", args=[thread.pk])
            html = as_client(owner).get(address, {"again": str(turn.pk)}).content.decode()
            assert words in html
            if "duration" in fields:
                assert '<option value="9" selected>+ 9 s</option>' in html

    def test_the_details_say_how_much_was_added(
        self, as_client: As, owner: User, post: Post, thread: Thread, clip: Asset
    ) -> None:
        post(inputs=ids(clip), model=NEXT, clip="extend", resolution="720p")
        address = reverse("threads:turn-info", args=[thread.turns.get().pk])
        html = as_client(owner).get(address, headers=HTMX).content.decode()
        assert "Length added" in html and "extend a clip or a take" in html and "720p" in html


def test_a_result_that_was_not_extended_by_as_much_is_said(
    as_client: As, owner: User, post: Post, thread: Thread, add_turn: AddTurn
) -> None:
    take, made = take_of(add_turn()), take_of(add_turn())
    post(parent=str(take.pk), model=NEXT, clip="extend", duration="4")
    turn = Turn.objects.get(thread=thread, number=3)
    Take.objects.filter(pk=made.pk).update(turn=turn, job=turn.jobs.get())
    for seconds, is_said in ((take.asset.duration + 4, False), (take.asset.duration, True)):
        Asset.objects.filter(pk=made.asset_id).update(duration=seconds)
        html = as_client(owner).get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX).content.decode()
        assert ("It is not longer by what was asked for." in html) == is_said


def test_clips_that_cannot_go_together_are_said_before_anything_is_sent(parts: Read, clips: list[Asset]) -> None:
    assert "One clip at a time can be edited." in parts(inputs=ids(*clips[:2]), model=LOCAL)
    assert "One clip at a time" not in parts(inputs=ids(clips[0]), model=LOCAL)
