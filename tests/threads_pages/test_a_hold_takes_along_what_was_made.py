"""A held take takes along what was made from it, down to the last take and in every thread; a release restores it."""

import re
import uuid
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.audit.models import AuditEntry
from studio.audit.records import locked_head
from studio.live.models import Event
from studio.media import addresses
from studio.media.models import Asset, Kind
from studio.threads import actions, holds
from studio.threads.models import HeldBy, Hold, Job, JobStatus, Operation, Take, Thread, Turn, TurnInput
from studio.threads.posters import choose_poster
from tests.threads_pages.conftest import AddTurn, long_path, take_of
from tests.threads_pages.shelves import picture, video

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
WHY = "Somebody in it did not agree."


def files_of(asset: Asset) -> list[str]:
    return [addresses.url(each) for each in (asset, *Asset.objects.filter(origin=asset).exclude(file=""))]


def states() -> list[tuple[Any, ...]]:
    """Everything that a hold may change."""
    takes = Take.objects.order_by("pk").values_list(
        "pk", "held_at", "held_by", "held_reason", "picked_at", "asset__held"
    )
    posters = Thread.objects.order_by("pk").values_list("pk", "poster")
    cuts = Asset.objects.filter(kind=Kind.SOURCE).order_by("pk").values_list("pk", "held")
    return [*takes, *posters, *cuts]


def fresh(take: Take) -> Take:
    return Take.objects.select_related("turn__thread__team", "asset").get(pk=take.pk)


class Family:
    """root, by the editor; child, by the owner, and its own child; a cut of the child, edited in another thread."""

    def __init__(self, add_turn: AddTurn, editor: User, owner: User, team: Team) -> None:
        self.root = take_of(add_turn("A storm", author=editor))
        self.sibling = take_of(add_turn("A calm sea"))
        self.child = take_of(add_turn("warmer", parent=self.root))
        self.grandchild = take_of(add_turn("slower", parent=self.child, author=editor))
        self.cut = Asset.objects.create(
            team=team, owner=owner, origin=self.child.asset, kind=Kind.SOURCE, file=picture("cut.jpg"), mime="video/mp4"
        )
        self.other = Thread.objects.create(team=team, author=owner, title="Another", last_turn_number=1)
        self.edit = Turn.objects.create(
            thread=self.other, number=1, author=owner, prompt="cooler", operation=Operation.EDIT, provider="local"
        )
        TurnInput.objects.create(turn=self.edit, asset=self.cut, role=TurnInput.Role.SOURCE)
        job = Job.objects.create(turn=self.edit, provider="local", model="engine-1", status=JobStatus.SUCCEEDED)
        asset = video(owner, self.other)
        self.far = Take.objects.create(turn=self.edit, job=job, number=1, asset=asset, provider="local")
        for each in self.everything:
            path = Path(settings.MEDIA_ROOT) / f"{each.pk}.mp4"
            path.write_bytes(b"0123456789")
            Asset.objects.filter(pk=each.asset_id).update(file=path.name)
        for thread in (self.other, self.root.turn.thread):
            choose_poster(thread)

    @property
    def everything(self) -> list[Take]:
        return [fresh(each) for each in (self.root, self.child, self.grandchild, self.far)]

    def addresses(self) -> set[str]:
        return {url for each in [*(take.asset for take in self.everything), self.cut] for url in files_of(each)}


@pytest.fixture
def family(add_turn: AddTurn, editor: User, owner: User, team: Team) -> Family:
    return Family(add_turn, editor, owner, team)


class TestGone:
    def test_no_address_of_any_of_them_is_good_any_more(
        self, as_client: As, moderator: User, owner: User, family: Family
    ) -> None:
        before = family.addresses()
        assert len(before) == 13 and {as_client(None).get(each).status_code for each in before} == {200}
        actions.hold_take(moderator, family.root, WHY)
        for person in (None, owner, moderator):
            assert {as_client(person).get(each).status_code for each in before} == {404}
        assert fresh(family.sibling).held_at is None

    def test_no_page_shows_them_to_others(
        self, as_client: As, moderator: User, viewer: User, reviewer: User, family: Family
    ) -> None:
        actions.hold_take(moderator, family.root, WHY)
        here, other = (
            reverse("threads:thread-detail", args=[each.pk]) for each in (family.root.turn.thread, family.other)
        )
        pages = [f"{here}?at={each.turn_id}&all=1" for each in family.everything[:3]]
        pages += [
            other,
            f"{other}?take={family.far.pk}",
            reverse("threads:take-picker", args=[family.other.pk]) + "?for=source",
        ]
        for each in family.everything:
            pages += [reverse(f"threads:{name}", args=[each.turn_id]) for name in ("turn-detail", "turn-info")]
            pages += [
                reverse("threads:take-address", args=[each.pk]),
                reverse("media:asset-detail", args=[each.asset_id]),
            ]
        sibling = {
            addresses.url(one) for one in (family.sibling.asset, *Asset.objects.filter(origin=family.sibling.asset))
        }
        for person in (viewer, reviewer):
            client = as_client(person)
            for page in pages:
                html = client.get(page, headers=HTMX, follow=True).content.decode()
                assert set(re.findall(r"/media/[0-9][^\"'\s]+", html)) <= sibling, page

    def test_each_author_may_look_at_their_own_and_decides_nothing(
        self, as_client: As, moderator: User, owner: User, editor: User, family: Family
    ) -> None:
        actions.hold_take(moderator, family.root, WHY)
        for person, theirs in ((editor, (family.root, family.grandchild)), (owner, (family.child, family.far))):
            client = as_client(person)
            for take in family.everything:
                html = client.get(reverse("threads:turn-detail", args=[take.turn_id]), headers=HTMX).content.decode()
                is_own = take in theirs
                assert (f'id="held-{take.pk}"' in html) == is_own and WHY not in html
                assert "held-decide" not in html
                shown = re.findall(rf"/media/[^\"]+\.{person.pk}\.[^\"]+", html)
                assert {client.get(each).status_code for each in shown} == ({200} if is_own else set())
                with pytest.raises(PermissionDenied):
                    actions.release_take(person, take, "It is a statue.")

    def test_cards_say_why(self, as_client: As, moderator: User, viewer: User, family: Family) -> None:
        actions.hold_take(moderator, family.root, WHY)
        html = as_client(viewer).get(reverse("threads:turn-detail", args=[family.child.turn_id]), headers=HTMX)
        assert "Take 1 is held back, together with a take that it was made from." in html.content.decode()

    def test_the_library_shows_none_of_them(self, moderator: User, family: Family) -> None:
        actions.hold_take(moderator, family.root, WHY)
        posters = dict(Thread.objects.values_list("pk", "poster"))
        assert posters == {family.other.pk: None, family.root.turn.thread_id: family.sibling.asset_id}

    def test_every_turn_that_shows_one_is_told_of_once(self, moderator: User, family: Family) -> None:
        actions.hold_take(moderator, family.root, WHY)
        told = [(each.stream, each.kind, each.payload.get("turn")) for each in Event.objects.all()]
        here = family.root.turn.thread
        assert sorted(told, key=str) == sorted(
            [
                *((here.stream, "take.changed", str(each.turn_id)) for each in family.everything[:3]),
                (family.other.stream, "take.changed", str(family.far.turn_id)),
                *((f"team-{here.team_id}", "thread.changed", None) for _thread in range(2)),
            ],
            key=str,
        )

    def test_nothing_is_made_from_them(self, moderator: User, owner: User, family: Family) -> None:
        actions.hold_take(moderator, family.root, WHY)
        for take in family.everything:
            thread = take.turn.thread
            with pytest.raises(actions.ActionRefused):
                actions.start_turn(owner, thread, token=uuid.uuid4(), prompt="make it warmer", parent=take)
        with pytest.raises(actions.ActionRefused):
            cut = [(TurnInput.Role.SOURCE, fresh_asset(family.cut))]
            actions.start_turn(owner, family.other, token=uuid.uuid4(), prompt="make it warmer", inputs=cut)

    def test_the_trail_says_how_many_went_along(self, moderator: User, family: Family) -> None:
        assert holds.goes_along(family.root) == 3
        actions.hold_take(moderator, family.root, WHY)
        told = AuditEntry.objects.get().detail
        assert told["reason"] == WHY and told["with_it"] == 3
        assert told["before"] == {"held_by": "", "held_reason": ""}
        assert told["after"] == {"held_by": "staff", "held_reason": WHY}

    def test_staff_are_told_before_how_many_go_along(self, as_client: As, moderator: User, family: Family) -> None:
        html = as_client(moderator).get(reverse("admin:threads_take_hold_back", args=[family.root.pk])).content.decode()
        assert "3 other takes were made from it, and are held back with it." in html


def fresh_asset(asset: Asset) -> Asset:
    return Asset.objects.get(pk=asset.pk)


class TestRelease:
    def test_it_restores_exactly(self, as_client: As, moderator: User, owner: User, family: Family) -> None:
        actions.pick_take(owner, family.child)
        before, shown = states(), family.addresses()
        actions.hold_take(moderator, family.root, WHY)
        assert states() != before
        actions.release_take(moderator, family.root, "They agreed.")
        assert states() == before
        assert {as_client(None).get(each).status_code for each in shown} == {200}
        assert not Hold.objects.exists()

    def test_what_was_held_by_itself_stays_so(self, moderator: User, family: Family) -> None:
        with transaction.atomic():
            holds.hold(family.child, HeldBy.PROVIDER, holds.OBJECTED)
        Asset.objects.filter(pk=family.cut.pk).update(held=True)
        before = states()
        actions.hold_take(moderator, family.root, WHY)
        assert [each.held_by for each in family.everything] == ["staff", "origin", "origin", "origin"]
        actions.release_take(moderator, family.root, "They agreed.")
        assert states() == before

    def test_of_two_holds_one_is_left(self, moderator: User, family: Family) -> None:
        actions.hold_take(moderator, family.child, WHY)
        before = states()
        actions.hold_take(moderator, family.root, WHY)
        actions.release_take(moderator, fresh(family.child), "They agreed.")
        assert [each.held_by for each in family.everything] == ["staff", "origin", "origin", "origin"]
        actions.hold_take(moderator, family.child, WHY)
        actions.release_take(moderator, fresh(family.root), "They agreed.")
        assert [row[2] for row in states()[:5]] == [row[2] for row in before[:5]]
        actions.release_take(moderator, fresh(family.child), "They agreed.")
        assert not Take.objects.filter(held_at__isnull=False).exists()

    def test_the_trail_says_that_it_is_still_held(self, moderator: User, family: Family) -> None:
        actions.hold_take(moderator, family.child, WHY)
        actions.hold_take(moderator, family.root, WHY)
        for take, held_by in ((family.child, "origin"), (family.root, "")):
            actions.release_take(moderator, fresh(take), "They agreed.")
            entry = AuditEntry.objects.filter(act="take.released").order_by("number").last()
            assert entry is not None
            assert (entry.detail["before"]["held_by"], entry.detail["after"]["held_by"]) == ("staff", held_by)

    def test_staff_are_told_of_the_one_that_is_left(self, as_client: As, moderator: User, family: Family) -> None:
        actions.hold_take(moderator, family.child, WHY)
        actions.hold_take(moderator, family.root, WHY)
        release = reverse("admin:threads_take_release", args=[family.child.pk])
        html = as_client(moderator).post(release, {"reason": "They agreed."}, follow=True).content.decode()
        assert "It stays held back with a take that it was made from" in html
        assert fresh(family.child).held_by == HeldBy.ORIGIN

    def test_a_take_that_is_only_held_with_another_is_released_with_it(self, moderator: User, family: Family) -> None:
        actions.hold_take(moderator, family.root, WHY)
        with pytest.raises(actions.ActionRefused, match=r"turn 1, take 1 of “Harbour at dusk”"):
            actions.release_take(moderator, fresh(family.far), "This one is fine.")
        assert fresh(family.far).held_by == HeldBy.ORIGIN

    def test_what_its_root_left_behind_can_be_released_by_itself(
        self, moderator: User, owner: User, family: Family
    ) -> None:
        actions.hold_take(moderator, family.root, WHY)
        actions.trash_take(moderator, fresh(family.root), "As they wished.")
        assert fresh(family.far).held_by == HeldBy.ORIGIN
        actions.release_take(moderator, fresh(family.far), "This one is fine.")
        assert fresh(family.far).held_at is None and fresh(family.child).held_at

    def test_what_lies_in_the_trash_comes_back_held(self, moderator: User, owner: User, family: Family) -> None:
        actions.trash_turn(owner, family.far.turn)
        actions.hold_take(moderator, family.root, WHY)
        actions.restore_turn(owner, Turn.objects.get(pk=family.edit.pk))
        assert fresh(family.far).asset.held


def test_two_hundred_take_few_statements(thread: Thread, owner: User, moderator: User) -> None:
    turns = long_path(thread, owner, 200)
    first = fresh(take_of(turns[0]))
    locked_head()  # the first entry of a trail takes some more
    for act in (actions.hold_take, actions.release_take):
        with CaptureQueriesContext(connection) as queries:
            act(moderator, first, WHY)
        assert len(queries) < 45, "\n".join(each["sql"][:150] for each in queries)
        assert Take.objects.filter(held_at__isnull=False).count() in (0, 200)
        first = fresh(first)


def test_takes_that_were_held_alone_before_take_their_own_along(family: Family) -> None:
    Take.objects.filter(pk=family.root.pk).update(held_at="2026-01-01T00:00:00Z", held_by="staff", held_reason=WHY)
    Asset.objects.filter(pk=family.root.asset_id).update(held=True)
    import_module("studio.threads.migrations.0013_holds_with_what_was_made").say_what_goes_along(apps, None)
    assert [(each.held_by, each.asset.held) for each in family.everything] == [("staff", True), *[("origin", True)] * 3]
    assert fresh_asset(family.cut).held
    with transaction.atomic():
        holds.let_go(fresh(family.root))
    assert not Take.objects.filter(held_at__isnull=False).exists() and not Asset.objects.filter(held=True).exists()
