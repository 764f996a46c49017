import time
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.media import addresses
from studio.media.models import Asset, Kind


def address_made_at(asset: Asset, moment: float) -> str:
    token = addresses.sign(asset.id, addresses.bucket_of(moment))
    return reverse("media:asset", args=[token, asset.id, "clip.mp4"])


def test_an_address_is_the_same_all_through_the_hour(stored: Callable[..., Asset]) -> None:
    asset = stored()
    assert addresses.url(asset) == addresses.url(Asset.objects.get(id=asset.id))


def test_an_address_is_good_for_one_to_two_hours() -> None:
    asset_id = uuid.uuid4()
    for second in (0, 1, 1800, 3599):
        made = 1_800_000_000 - 1_800_000_000 % 3600 + second
        token = addresses.sign(asset_id, addresses.bucket_of(made))
        left = addresses.read_token(token, asset_id, made).seconds
        assert 3600 < left <= 7200
        assert addresses.read_token(token, asset_id, made + left - 1).seconds == 1
        assert addresses.read_token(token, asset_id, made + left).seconds == 0


def test_an_expired_address_gets_a_page_that_says_what_to_do(stored: Callable[..., Asset]) -> None:
    answer = Client().get(address_made_at(stored(), time.time() - 3 * 3600))
    assert answer.status_code == 403
    assert "has expired" in answer.content.decode()
    assert "open the thread again" in answer.content.decode()


def test_an_address_of_another_asset_or_a_made_up_one_is_not_found(stored: Callable[..., Asset]) -> None:
    one, other = stored(), stored()
    token = addresses.sign(one.id, addresses.bucket_of(time.time()))
    client = Client()
    assert client.get(reverse("media:asset", args=[token, one.id, "clip.mp4"])).status_code == 200
    assert client.get(reverse("media:asset", args=[token, other.id, "clip.mp4"])).status_code == 404
    for forged in ("0-", "x", token[:-1] + ("A" if token[-1] != "A" else "B"), "9" * 40, "٣-x", "-1-x"):
        assert client.get(reverse("media:asset", args=[forged, one.id, "clip.mp4"])).status_code == 404


def test_a_signed_address_needs_no_session_for_it_was_given_to_somebody_who_may(stored: Callable[..., Asset]) -> None:
    assert Client().get(addresses.url(stored())).status_code == 200


@pytest.mark.parametrize("change", [{"held": True}, {"file": ""}])
def test_what_is_held_or_has_no_file_is_not_found(stored: Callable[..., Asset], change: dict[str, object]) -> None:
    asset = stored()
    address = addresses.url(asset)
    Asset.objects.filter(id=asset.id).update(**change)
    assert Client().get(address).status_code == 404


def test_a_hold_covers_the_pictures_too(stored: Callable[..., Asset]) -> None:
    clip = stored()
    poster = stored(kind=Kind.POSTER, origin=clip, mime="image/jpeg")
    address = addresses.url(poster)
    assert Client().get(address).status_code == 200
    Asset.objects.filter(id=clip.id).update(held=True)
    assert Client().get(address).status_code == 404


def test_what_lies_in_the_trash_can_still_be_looked_at(stored: Callable[..., Asset]) -> None:
    asset = stored()
    address = addresses.url(asset)
    Asset.objects.filter(id=asset.id).update(trashed_at="2026-01-01T00:00Z")
    assert Client().get(address).status_code == 200


def test_a_clip_that_browsers_cannot_play_is_shown_by_its_rendition(stored: Callable[..., Asset]) -> None:
    clip = stored(probe={"browser_playable": False})
    assert addresses.urls(clip)["src"] == ""
    rendition = stored(kind=Kind.RENDITION, origin=clip)
    assert addresses.urls(Asset.objects.get(id=clip.id))["src"] == addresses.url(rendition)


def test_pictures_are_named_with_how_many_frames_they_hold(stored: Callable[..., Asset]) -> None:
    clip = stored()
    poster = stored(kind=Kind.POSTER, origin=clip, mime="image/jpeg")
    strip = stored(kind=Kind.FILMSTRIP, origin=clip, mime="image/jpeg", probe={"frames": 12})
    assert addresses.urls(clip) == {
        "src": addresses.url(clip),
        "poster": addresses.url(poster),
        "strip": addresses.url(strip),
        "strip_frames": 12,
        "wave": "",
    }


class TestForOnePersonAlone:
    def test_it_opens_for_them_held_back_or_not_and_is_kept_nowhere(
        self, stored: Callable[..., Asset], owner: User, as_client: Callable[[User], Client]
    ) -> None:
        clip = stored()
        for held in (False, True):
            Asset.objects.filter(id=clip.id).update(held=held)
            answer = as_client(owner).get(addresses.url(clip, owner.pk))
            assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")

    def test_it_opens_for_nobody_else(
        self, stored: Callable[..., Asset], owner: User, editor: User, as_client: Callable[[User], Client]
    ) -> None:
        address = addresses.url(stored(), owner.pk)
        assert as_client(editor).get(address).status_code == Client().get(address).status_code == 404

    def test_it_expires_like_every_other(self) -> None:
        asset_id, made = uuid.uuid4(), 1_800_000_000
        token = addresses.sign(asset_id, addresses.bucket_of(made), 7)
        assert addresses.read_token(token, asset_id, made) == addresses.Grant(addresses.HOUR * 2, 7)
        assert addresses.read_token(token, asset_id, made + 2 * addresses.HOUR) == addresses.Grant(0, 7)

    def test_neither_the_name_nor_the_hour_in_it_can_be_changed(self) -> None:
        asset_id = uuid.uuid4()
        token = addresses.sign(asset_id, 500_000, 7)
        signature = token.partition("-")[2]
        for forged in ("500000.8", "500000", "500001.7", "500000.07", "500000.", "5000007", ".7", "500000.7.7"):
            assert addresses.read_token(f"{forged}-{signature}", asset_id, 500_000 * 3600.0).seconds == -1

    def test_what_is_held_back_has_no_address_for_everybody(self, stored: Callable[..., Asset]) -> None:
        clip = stored(held=True)
        stored(kind=Kind.POSTER, origin=clip, mime="image/jpeg")
        assert addresses.url(clip) == ""
        assert addresses.urls(clip) == {"src": "", "poster": "", "strip": "", "strip_frames": 0, "wave": ""}
