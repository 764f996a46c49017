"""The composer: what it takes, what it refuses with a sentence, and that nothing typed is lost."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import Membership, Role, User
from studio.media.models import Asset, AssetStatus
from studio.threads.models import Operation, Thread, Turn
from tests.threads_pages.conftest import AddTurn, take_of

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}


@pytest.fixture
def send(as_client: As, owner: User, thread: Thread) -> Callable[..., str]:
    """Posts the form as its script does and answers the status and the answer's text."""

    def post(who: User | None = None, expect: int = 200, plain: bool = False, **fields: object) -> str:
        data = {"prompt": "make it warmer", "token": str(uuid.uuid4()), **fields}
        address = reverse("threads:turn-create", args=[thread.pk])
        answer = as_client(who or owner).post(address, data, headers={} if plain else HTMX)
        assert answer.status_code == expect, answer.content.decode()[:2000]
        return answer.content.decode() if expect != 303 else answer["Location"]

    return post


Send = Callable[..., str]


class TestWhatIsTaken:
    def test_words_alone_generate(self, send: Send, thread: Thread) -> None:
        html = send(prompt="A calm sea", duration="8", size="720x1280", format="webm", quality="80", results="2")
        turn = Turn.objects.get(thread=thread)
        assert turn.operation == Operation.GENERATE
        assert turn.settings == {
            "duration": 8,
            "width": 720,
            "height": 1280,
            "format": "webm",
            "quality": 80,
            "results": 2,
        }
        assert f'id="turn-{turn.pk}"' in html

    def test_a_take_is_continued(self, send: Send, add_turn: AddTurn, thread: Thread) -> None:
        first = add_turn()
        send(parent=str(take_of(first).pk), duration="8")
        turn = Turn.objects.get(thread=thread, number=2)
        assert (turn.operation, turn.parent) == (Operation.CONTINUE, take_of(first))
        assert turn.settings == {"format": "mp4", "quality": 95}

    def test_a_clip_is_edited(self, send: Send, clip: Asset, thread: Thread) -> None:
        send(inputs=[str(clip.pk)])
        turn = Turn.objects.get(thread=thread)
        assert turn.operation == Operation.EDIT
        assert [(each.role, each.asset) for each in turn.inputs.all()] == [("source", clip)]

    def test_a_photo_is_a_first_frame_or_a_reference(self, send: Send, photo: Asset, thread: Thread) -> None:
        send(prompt="push in slowly", inputs=[str(photo.pk)])
        send(prompt="push in slowly", inputs=[str(photo.pk)], photos="reference")
        assert [turn.operation for turn in thread.turns.order_by("number")] == ["animate", "reference"]

    def test_several_photos_are_references(self, send: Send, photo: Asset, thread: Thread) -> None:
        other = Asset.objects.create(
            team=photo.team, owner=photo.owner, kind=photo.kind, mime="image/png", file="x.png"
        )
        send(inputs=[str(photo.pk), str(other.pk)])
        turn = Turn.objects.get(thread=thread)
        assert turn.operation == Operation.REFERENCE
        assert [each.asset for each in turn.inputs.order_by("position")] == [photo, other]

    def test_a_take_of_another_thread_serves_as_a_clip(
        self, send: Send, add_turn: AddTurn, thread: Thread, owner: User
    ) -> None:
        asset = take_of(add_turn()).asset
        send(inputs=[str(asset.pk)])
        assert Turn.objects.get(thread=thread, number=2).inputs.get().asset == asset

    def test_the_same_form_sent_twice_is_one_turn(self, send: Send, thread: Thread) -> None:
        token = str(uuid.uuid4())
        first, second = send(token=token), send(token=token)
        turn = Turn.objects.get(thread=thread)
        assert f'id="turn-{turn.pk}"' in first
        assert f'id="turn-{turn.pk}"' in second

    def test_without_scripts_it_leads_to_the_new_turn(self, send: Send, thread: Thread) -> None:
        location = send(plain=True, expect=303)
        turn = Turn.objects.get(thread=thread)
        assert location.endswith(f"?at={turn.pk}#turn-{turn.pk}")


class TestTheAnswer:
    def test_a_turn_that_follows_is_appended(self, send: Send, add_turn: AddTurn) -> None:
        first = add_turn()
        html = send(parent=str(take_of(first).pk), leaf=str(first.pk))
        assert '<ol id="turns" hx-swap-oob="beforeend">' in html
        assert f"turn-{first.pk}" not in html

    def test_a_sibling_brings_the_whole_path(self, send: Send, add_turn: AddTurn) -> None:
        first = add_turn()
        second = add_turn("cooler", parent=take_of(first))
        html = send(parent=str(take_of(first).pk), leaf=str(second.pk))
        assert 'hx-swap-oob="true"' in html
        assert f'id="turn-{first.pk}"' in html
        assert f'id="turn-{second.pk}"' not in html
        assert "2/2" in html

    def test_a_fresh_composer_with_a_new_token_comes_along(self, send: Send, add_turn: AddTurn) -> None:
        first, token = add_turn(), str(uuid.uuid4())
        html = send(parent=str(take_of(first).pk), leaf=str(first.pk), token=token)
        assert 'id="composer-head"' in html
        assert 'id="composer-tail"' in html
        assert token not in html
        assert "Editing <b>turn 1, take 1</b>" in html


class TestWhatIsRefused:
    @pytest.mark.parametrize("prompt", ["", " ", "x"])
    def test_too_short_a_prompt(self, send: Send, thread: Thread, prompt: str) -> None:
        assert "Say in at least 2 characters what you want." in send(prompt=prompt, expect=422)
        assert not thread.turns.exists()

    def test_ten_thousand_characters(self, send: Send, thread: Thread) -> None:
        html = send(prompt="x" * 10_000, expect=422)
        assert "That is 10,000 characters, and 4,000 fit." in html
        assert not thread.turns.exists()

    def test_without_scripts_the_text_stands_in_the_form_again(self, send: Send, add_turn: AddTurn) -> None:
        add_turn()
        html = send(prompt="x" * 4_001, plain=True, expect=422)
        assert "x" * 4_001 + "</textarea>" in html
        assert 'aria-invalid="true"' in html

    def test_what_is_attached_stays_attached(self, send: Send, clip: Asset) -> None:
        html = send(prompt="", inputs=[str(clip.pk)], plain=True, expect=422)
        assert f'name="inputs" value="{clip.pk}"' in html
        assert "the attached clip" in html

    @pytest.mark.parametrize(
        ("field", "value"),
        [("results", "5"), ("quality", "10"), ("duration", "60"), ("size", "8192x8192"), ("format", "gif")],
    )
    def test_settings_that_the_model_does_not_take(self, send: Send, thread: Thread, field: str, value: str) -> None:
        html = send(expect=422, **{field: value})
        assert "Choose from" in html or "does not make this" in html
        assert not thread.turns.exists()

    def test_a_parent_in_the_trash(self, send: Send, add_turn: AddTurn, as_client: As, owner: User) -> None:
        take = take_of(add_turn())
        as_client(owner).post(reverse("threads:take-delete", args=[take.pk]))
        assert "in the trash" in send(parent=str(take.pk), expect=422)

    def test_a_file_that_is_still_being_read(self, send: Send, clip: Asset) -> None:
        Asset.objects.filter(pk=clip.pk).update(status=AssetStatus.READING)
        assert "“harbour” is still being read." in send(inputs=[str(clip.pk)], expect=422)

    def test_a_clip_longer_than_the_model_takes(self, send: Send, clip: Asset) -> None:
        Asset.objects.filter(pk=clip.pk).update(duration=75)
        assert "Trim it first." in send(inputs=[str(clip.pk)], expect=422)

    def test_a_clip_together_with_a_photo(self, send: Send, clip: Asset, photo: Asset) -> None:
        assert "cannot be sent together" in send(inputs=[str(clip.pk), str(photo.pk)], expect=422)

    def test_a_file_of_another_team(self, send: Send, clip: Asset, stranger: User, thread: Thread) -> None:
        team = stranger.memberships.get().team
        Asset.objects.filter(pk=clip.pk).update(team=team)
        assert "An attachment is gone." in send(inputs=[str(clip.pk)], expect=422)
        assert not thread.turns.exists()

    @pytest.mark.parametrize("value", ["nonsense", "00000000-0000-0000-0000-000000000000"])
    def test_nonsense_in_hidden_fields(self, send: Send, value: str) -> None:
        send(inputs=[value], expect=422)

    def test_somebody_who_may_only_look(self, send: Send, thread: Thread, viewer: User, reviewer: User) -> None:
        for person in (viewer, reviewer):
            assert "not change it" in send(who=person, expect=403)
        assert not thread.turns.exists()

    def test_a_stranger(self, send: Send, stranger: User) -> None:
        send(who=stranger, expect=404)


class TestItsParts:
    def test_they_follow_what_is_attached(
        self, as_client: As, owner: User, thread: Thread, clip: Asset, photo: Asset, add_turn: AddTurn
    ) -> None:
        address = reverse("threads:composer", args=[thread.pk])
        client, take = as_client(owner), take_of(add_turn())

        def parts(**query: object) -> str:
            return client.get(address, query, headers=HTMX).content.decode()

        words = parts()
        assert "from words" in words
        assert 'name="duration"' in words
        edit = parts(inputs=[str(clip.pk)])
        assert "the attached clip" in edit
        assert "Length and shape follow the source." in edit
        assert 'name="duration"' not in edit
        assert 'name="photos" value="reference"' in parts(inputs=[str(photo.pk)])
        again = parts(parent=str(take.pk), quality="70")
        assert "Editing <b>turn 1, take 1</b>" in again
        assert 'value="70"' in again

    def test_a_photo_puts_the_parent_aside_without_forgetting_it(
        self, as_client: As, owner: User, thread: Thread, photo: Asset, add_turn: AddTurn
    ) -> None:
        take = take_of(add_turn())
        query = {"parent": str(take.pk), "inputs": [str(photo.pk)]}
        html = as_client(owner).get(reverse("threads:composer", args=[thread.pk]), query, headers=HTMX).content.decode()
        assert "the attached photo" in html
        assert f'name="parent" value="{take.pk}"' in html

    def test_the_page_can_be_opened_on_any_parent(
        self, as_client: As, owner: User, thread: Thread, add_turn: AddTurn
    ) -> None:
        first = add_turn(takes=2)
        address = reverse("threads:thread-detail", args=[thread.pk])
        html = as_client(owner).get(f"{address}?parent={take_of(first, 2).pk}").content.decode()
        assert "Editing <b>turn 1, take 2</b>" in html
        assert "from words" in as_client(owner).get(f"{address}?parent=new").content.decode()

    def test_the_picker_offers_takes_of_the_team_alone(
        self, as_client: As, owner: User, thread: Thread, add_turn: AddTurn, stranger: User
    ) -> None:
        add_turn("A calm sea")
        Membership.objects.create(team=stranger.memberships.get().team, user=owner, role=Role.VIEWER)
        address = reverse("threads:take-picker", args=[thread.pk])
        client = as_client(owner)
        assert "A calm sea" in client.get(address, {"for": "source"}, headers=HTMX).content.decode()
        assert "Nothing matches" in client.get(address, {"for": "parent", "q": "desert"}, headers=HTMX).content.decode()
