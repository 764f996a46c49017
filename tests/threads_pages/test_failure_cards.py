"""The card of a turn that a remote provider failed: how often the same try has worked, and what else there is."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.media.models import Asset
from studio.providers import catalogue
from studio.providers.catalogue import ModelSpec
from studio.threads import choosing, odds
from studio.threads.models import Job, JobStatus, Operation, TeamProvider, Thread, Turn, TurnInput
from tests.threads_pages.conftest import AddTurn, take_of

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
VENDORS = ("runware", "evolink", "google")
Try = Callable[..., Turn]
Read = Callable[..., str]


def models_of(provider: str) -> list[ModelSpec]:
    """Those that are still offered, in the catalogue's order."""
    return [spec for spec in catalogue.specs() if spec.provider == provider and not spec.ended]


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    odds._known.clear()
    yield
    odds._known.clear()


@pytest.fixture
def vendors(settings: Any) -> None:
    """Keys for all of them; nothing is sent in these tests."""
    settings.PROVIDER_KEYS = dict.fromkeys(VENDORS, "a key for tests")


@pytest.fixture
def tried(add_turn: AddTurn) -> Try:
    """A turn with a remote model, and how its attempts ended one after the other: a failure's code, or "" for well."""

    def make(*ends: str, spec: ModelSpec | None = None, status: str = "", **fields: Any) -> Turn:
        model = spec or models_of("evolink")[0]
        names = {"provider": model.provider, "model": model.model}
        turn = add_turn(takes=0, **fields)
        Turn.objects.filter(pk=turn.pk).update(**names)
        turn.jobs.all().delete()
        for attempt, code in enumerate(ends, 1):
            ended = status or (JobStatus.FAILED if code else JobStatus.SUCCEEDED)
            Job.objects.create(turn=turn, attempt=attempt, status=ended, error_code=code, **names)
        turn.refresh_from_db()
        return turn

    return make


@pytest.fixture
def card(as_client: As, owner: User) -> Read:
    def read(turn: Turn, who: User | None = None) -> str:
        client = as_client(who or owner)
        return client.get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX).content.decode()

    return read


def offers(html: str) -> list[tuple[str, str, str]]:
    """Label, price and address of each other model that a card names."""
    found = re.findall(
        r'<li><a class="button" href="([^"]+)"><span>([^<]+)</span><span class="num">([^<]+)</span></a></li>', html
    )
    return [(unescape(label), unescape(price), unescape(address)) for address, label, price in found]


def labels(html: str) -> list[str]:
    return [label for label, _price, _address in offers(html)]


class TestHowOftenItHasWorked:
    def test_of_the_last_turns_with_the_model(self, card: Read, tried: Try) -> None:
        for code in ("", "", "busy", "", "input_blocked", ""):
            turn = tried(code)
        failed = tried("network")
        assert "Of the last 7 turns with this model 4 came through." in card(failed)
        assert "came through" not in card(turn)

    def test_a_turn_counts_once_by_its_last_attempt(self, card: Read, tried: Try) -> None:
        for _ in range(4):
            tried("busy", "busy", "")
        assert "Of the last 5 turns with this model 4 came through." in card(tried("network"))

    def test_fewer_than_five_say_nothing(self, card: Read, tried: Try) -> None:
        for _ in range(3):
            tried("")
        assert "came through" not in card(tried("busy"))

    def test_retries_after_the_same_failure_say_more_than_turns(self, card: Read, tried: Try) -> None:
        for end in ("", "", "", "busy", "network"):
            tried("busy", end)
        busy, network = tried("busy"), tried("network")
        assert "Tried again after this, 3 of 5 came through." in card(busy)
        assert "Of the last 7 turns with this model 3 came through." in card(network)

    def test_what_people_stopped_counts_neither_way(self, card: Read, tried: Try) -> None:
        for _ in range(5):
            tried("", status=JobStatus.CANCELLED)
        assert "came through" not in card(tried("busy"))

    def test_another_model_is_another_matter(self, card: Read, tried: Try) -> None:
        first, second = models_of("evolink")[:2]
        for _ in range(5):
            tried("", spec=first)
        failed = tried("busy", spec=second)
        assert "came through" not in card(failed)

    def test_the_local_engine_needs_no_odds(self, card: Read, add_turn: AddTurn) -> None:
        for _ in range(6):
            failed = add_turn(takes=0, status=JobStatus.FAILED, job={"error_code": "engine"})
        html = card(failed)
        assert "Rendering broke off" in html
        assert "came through" not in html

    def test_only_the_newest_turns_count(self, card: Read, tried: Try, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(odds, "TURNS", 6)
        for code in ("busy", "busy", "busy", "", "", "", "", ""):
            tried(code)
        assert "Of the last 6 turns with this model 5 came through." in card(tried("network"))


class TestWhatThatCosts:
    def queries(self, client: Client, thread: Thread) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("threads:thread-detail", args=[thread.pk])).status_code == 200
        return len(seen)

    def test_one_query_for_all_failures_of_a_page_and_none_soon_after(
        self, as_client: As, owner: User, thread: Thread, tried: Try, vendors: None
    ) -> None:
        for provider in VENDORS:
            for _ in range(2):
                tried("busy", spec=models_of(provider)[0])
        client = as_client(owner)
        self.queries(client, thread)  # which models there are is looked up once in a while, not for each page
        odds._known.clear()
        fresh, soon_after = self.queries(client, thread), self.queries(client, thread)
        assert fresh == soon_after + 1

    def test_none_where_nothing_failed_or_only_the_local_engine(
        self, as_client: As, owner: User, thread: Thread, tried: Try, add_turn: AddTurn
    ) -> None:
        tried("")
        add_turn(takes=0, status=JobStatus.FAILED, job={"error_code": "engine"})
        as_client(owner).get(reverse("threads:thread-detail", args=[thread.pk]))
        assert not odds._known

    def test_it_is_looked_up_again_after_a_while(self, card: Read, tried: Try, monkeypatch: pytest.MonkeyPatch) -> None:
        failed = tried("busy")
        assert "came through" not in card(failed)
        for _ in range(4):
            tried("")
        assert "came through" not in card(failed)
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + odds.KNOWN_FOR + 1)
        assert "Of the last 5 turns with this model 4 came through." in card(failed)


@pytest.mark.usefixtures("vendors")
class TestAnotherModel:
    @pytest.mark.parametrize("code", ["busy", "timeout", "unauthorised", "out_of_credit"])
    def test_a_provider_that_is_no_help_leads_to_those_of_others_with_their_price(
        self, card: Read, tried: Try, code: str
    ) -> None:
        found = offers(card(tried(code)))
        names = [label for label, _price, _address in found]
        others = [spec.label for provider in ("runware", "google") for spec in models_of(provider)]
        assert sorted(names[:-1]) == sorted(others)
        assert [(label, price) for label, price, _address in found][-1] == ("Local engine", "free")
        assert all(re.match(r"(up to )?\$\d+\.\d\d", price) for _label, price, _address in found[:-1])

    def test_a_model_that_is_gone_leads_to_its_successor_first(self, card: Read, tried: Try) -> None:
        gone = next(spec for spec in catalogue.specs() if spec.ended and spec.successor)
        names = labels(card(tried("model_gone", spec=gone)))
        assert names[0] == catalogue.spec(gone.provider, gone.successor).label
        assert gone.label not in names

    def test_one_that_was_switched_off_is_not_offered_from_that_day_on(
        self, card: Read, tried: Try, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ending = next(spec for spec in catalogue.specs() if spec.ended)
        assert ending.ended
        busy = tried("busy", spec=next(models_of(name)[0] for name in VENDORS if name != ending.provider))
        for day, is_offered in ((ending.ended - timedelta(days=1), True), (ending.ended, False)):
            monkeypatch.setattr(timezone, "localdate", lambda day=day: day)
            assert (ending.label in labels(card(busy))) is is_offered

    @pytest.mark.parametrize("code", ["input_blocked", "network", "outcome_unknown"])
    def test_other_failures_lead_to_none(self, card: Read, tried: Try, code: str) -> None:
        assert not offers(card(tried(code)))

    def test_nor_does_the_local_engine(self, card: Read, add_turn: AddTurn) -> None:
        assert not offers(card(add_turn(takes=0, status=JobStatus.FAILED, job={"error_code": "timeout"})))

    def test_those_who_may_only_look_are_offered_none(self, card: Read, tried: Try, viewer: User) -> None:
        assert not offers(card(tried("busy"), viewer))

    def test_a_team_is_offered_only_what_it_may_use(self, card: Read, tried: Try, team: Team) -> None:
        TeamProvider.objects.create(team=team, provider="runware", allowed=False)
        TeamProvider.objects.create(team=team, provider="google", allowed=False)
        choosing._looked_up.clear()
        assert labels(card(tried("busy"))) == ["Local engine"]

    def test_one_that_would_refuse_the_turn_is_not_offered(
        self, card: Read, tried: Try, clip: Asset, thread: Thread
    ) -> None:
        wide = max(models_of("runware"), key=lambda spec: spec.prompt.max)
        words = "a sea, " * 700
        assert max(spec.prompt.max for spec in models_of("local")) < len(words) <= wide.prompt.max
        names = labels(card(tried("busy", prompt=words)))
        assert wide.label in names
        assert "Local engine" not in names

    def test_a_clip_that_is_too_long_for_it_rules_a_model_out(self, card: Read, tried: Try, clip: Asset) -> None:
        turn = tried("busy")
        Turn.objects.filter(pk=turn.pk).update(operation=Operation.EDIT)
        TurnInput.objects.create(turn=turn, asset=clip, role=TurnInput.Role.SOURCE)
        longest = max(spec.source_seconds.max for provider in VENDORS for spec in models_of(provider))
        assert "Local engine" in labels(card(turn))
        Asset.objects.filter(pk=clip.pk).update(duration=longest + 5)
        assert labels(card(turn)) == ["Local engine"]

    def test_fewer_takes_than_were_asked_for_are_said_beside_the_price(self, card: Read, tried: Try) -> None:
        single = next(spec for spec in models_of("google") if spec.results.max == 1)
        several = next(spec for spec in models_of("runware") if spec.results.max >= 3)
        turn = tried("busy")
        Turn.objects.filter(pk=turn.pk).update(settings={**turn.settings, "results": 3})
        prices = {label: price for label, price, _address in offers(card(turn))}
        assert prices[single.label].endswith(", 1 take")
        assert "take" not in prices[several.label]


@pytest.mark.usefixtures("vendors")
class TestTheComposerThatOpens:
    def test_it_holds_the_same_words_and_settings_the_model_and_the_price(
        self, card: Read, tried: Try, as_client: As, owner: User
    ) -> None:
        turn = tried("busy", prompt="harbour <at> dusk & 海")
        settings = {"duration": 8, "width": 720, "height": 1280, "format": "mp4", "results": 1}
        Turn.objects.filter(pk=turn.pk).update(settings=settings)
        found = offers(card(turn))
        assert len(found) > 2
        for label, price, address in found:
            answer = as_client(owner).get(address)
            composer = answer.context["composer"]
            assert (composer.prompt, composer.spec.label) == (turn.prompt, label)
            assert (composer.price or "free") == price
            values = {each.name: each.value for each in composer.fields}
            assert (values["duration"], values["size"]) == ("8", "720x1280")
            assert "harbour &lt;at&gt; dusk &amp; 海</textarea>" in answer.content.decode()

    def test_nothing_is_sent_by_opening_it(self, card: Read, tried: Try, as_client: As, owner: User) -> None:
        turn = tried("busy")
        for _label, _price, address in offers(card(turn)):
            assert as_client(owner).get(address).status_code == 200
        assert (Turn.objects.count(), Job.objects.count()) == (1, 1)

    def test_it_continues_from_the_same_take(
        self, card: Read, tried: Try, add_turn: AddTurn, as_client: As, owner: User
    ) -> None:
        take = take_of(add_turn(takes=2), 1)
        turn = tried("busy", prompt="warmer", parent=take)
        later = add_turn("cooler", parent=take)
        _label, price, address = offers(card(turn))[0]
        answer = as_client(owner).get(address)
        composer = answer.context["composer"]
        assert (composer.parent.id, composer.operation, composer.price) == (take.pk, Operation.CONTINUE, price)
        shown = answer.content.decode()
        assert f'id="turn-{turn.pk}"' in shown
        assert take_of(later).pk != take.pk

    @pytest.mark.parametrize("role", [TurnInput.Role.FIRST_FRAME, TurnInput.Role.REFERENCE])
    def test_what_was_attached_is_attached_again_as_what_it_was(
        self, card: Read, tried: Try, photo: Asset, as_client: As, owner: User, role: str
    ) -> None:
        turn = tried("busy", prompt="let it move")
        operation = Operation.ANIMATE if role == TurnInput.Role.FIRST_FRAME else Operation.REFERENCE
        Turn.objects.filter(pk=turn.pk).update(operation=operation)
        TurnInput.objects.create(turn=turn, asset=photo, role=role)
        _label, price, address = offers(card(turn))[0]
        answer = as_client(owner).get(address)
        composer = answer.context["composer"]
        assert [(each.asset.pk, each.role) for each in composer.attachments] == [(photo.pk, role)]
        assert (composer.operation, composer.price) == (operation, price)

    def test_a_turn_of_another_thread_of_strangers_or_in_the_trash_is_not_taken_over(
        self, tried: Try, as_client: As, owner: User, stranger: User, team: Team, other_team: Team, thread: Thread
    ) -> None:
        here = reverse("threads:thread-detail", args=[thread.pk])
        mine = tried("busy", prompt="mine")
        for place in (Thread.objects.create(team=team, author=owner), Thread.objects.create(team=other_team)):
            moved = tried("busy", prompt="a secret")
            Turn.objects.filter(pk=moved.pk).update(thread=place)
            assert as_client(owner).get(here, {"again": str(moved.pk)}).context["composer"].prompt == ""
        for nonsense in ("", "x", "00000000-0000-0000-0000-000000000000"):
            assert as_client(owner).get(here, {"again": nonsense}).context["composer"].prompt == ""
        assert as_client(owner).get(here, {"again": str(mine.pk)}).context["composer"].prompt == "mine"
        Turn.objects.filter(pk=mine.pk).update(trashed_at=timezone.now())
        assert as_client(owner).get(here, {"again": str(mine.pk)}).context["composer"].prompt == ""
        assert as_client(stranger).get(here, {"again": str(mine.pk)}).status_code == 404

    def test_an_address_may_name_the_model_alone(self, as_client: As, owner: User, thread: Thread) -> None:
        here = reverse("threads:thread-detail", args=[thread.pk])
        wanted = models_of("google")[0].key
        answer = as_client(owner).get(here, {"prompt": "a sea", "model": wanted})
        assert (answer.context["composer"].spec.key, answer.context["composer"].prompt) == (wanted, "a sea")
        assert as_client(owner).get(here, {"model": "nobody/nothing"}).status_code == 200
