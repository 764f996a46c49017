"""The card of each failure: the cause in plain words, where it was refused, whether it cost, and the next step."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.providers import catalogue
from studio.providers.errors import FailureCode
from studio.spending import ledger
from studio.spending.quoting import Quote
from studio.threads import odds
from studio.threads.models import Job, JobStatus, Turn
from tests.threads_pages.conftest import AddTurn, take_of

As = Callable[[User | None], Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
SPEC = next(spec for spec in catalogue.specs() if spec.provider == "runware" and not spec.ended)
AT_THE_INPUT = "Refused at the input, before anything was made."
BEFORE = "Refused before anything was made."
ON_THE_RESULT = "Refused on the result, after it was made."
NOWHERE = ""
# What happened, where, and what is offered: to change it, the same again, our copy, other models.
CARDS = {
    "input_blocked": (f"{SPEC.label} refused the request", AT_THE_INPUT, "change retry"),
    "output_blocked": (f"{SPEC.label} withheld the result", ON_THE_RESULT, "change retry"),
    "busy": (f"{SPEC.label} is busy", NOWHERE, "retry others"),
    "bad_media": (f"{SPEC.label} could not read the clip", AT_THE_INPUT, "change retry"),
    "bad_request": (f"{SPEC.label} did not accept the request", AT_THE_INPUT, "change retry"),
    "timeout": ("It took too long and was stopped", NOWHERE, "retry others"),
    "network": ("Runware could not be reached", NOWHERE, "retry"),
    "unauthorised": ("Runware did not accept the key", BEFORE, "retry others"),
    "out_of_credit": ("The account with Runware is out of credit", BEFORE, "retry others"),
    "expired_parent": ("This take can no longer be continued in place", AT_THE_INPUT, "copy"),
    "model_gone": (f"{SPEC.label} is no longer offered", BEFORE, "others"),
    "region_blocked": (f"{SPEC.label} is not offered in this region", BEFORE, "retry others"),
    "outcome_unknown": ("Nobody can say whether it was made", NOWHERE, "retry"),
    "unsupported": (f"{SPEC.label} cannot do this", AT_THE_INPUT, "change retry others"),
    "engine": ("It broke off before there was a video", NOWHERE, "retry"),
}
Fail = Callable[..., Turn]
Read = Callable[..., str]


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    odds._known.clear()
    yield
    odds._known.clear()


@pytest.fixture
def fail(add_turn: AddTurn, settings: Any) -> Fail:
    """A turn that continues a take and failed at a vendor, and how its money stands: released, a cost, or unknown."""
    settings.PROVIDER_KEYS = dict.fromkeys(("runware", "evolink", "google"), "a key for tests")

    def make(code: str, cost: int | str | None = None, provider: str = SPEC.provider, model: str = SPEC.model) -> Turn:
        turn = add_turn("warmer", parent=take_of(add_turn()), takes=0)
        Turn.objects.filter(pk=turn.pk).update(provider=provider, model=model)
        rows = Job.objects.filter(turn=turn)
        rows.update(status=JobStatus.FAILED, error_code=code, provider=provider, model=model)
        job = rows.get()
        if cost is not None:
            ledger.reserve(turn.thread.team_id, job.pk, Quote(480_000, 610_000), provider, model)
        if cost == "released":
            ledger.release(job.pk, code)
        elif cost is not None:
            ledger.settle(job.pk, None if cost == "unknown" else int(cost))
        turn.refresh_from_db()
        return turn

    return make


@pytest.fixture
def card(as_client: As, owner: User) -> Read:
    def read(turn: Turn, who: User | None = None) -> str:
        page = as_client(who or owner).get(reverse("threads:turn-detail", args=[turn.pk]), headers=HTMX)
        return page.content.decode()

    return read


def offered(html: str) -> list[str]:
    marks = {"change": 'id="change-', "retry": 'id="retry-', "copy": 'id="copy-', "others": 'id="others-'}
    return [name for name, mark in marks.items() if mark in html]


def test_every_code_has_one() -> None:
    assert set(CARDS) == {str(code) for code in FailureCode}


@pytest.mark.parametrize("code", sorted(CARDS))
def test_it_says_what_happened_where_and_offers_the_next_step(card: Read, fail: Fail, code: str) -> None:
    title, where, acts = CARDS[code]
    html = card(fail(code))
    assert f'<p class="failed-title">{title}</p>' in html
    for each in {AT_THE_INPUT, BEFORE, ON_THE_RESULT}:
        assert (each in html) is (each == where)
    assert offered(html) == acts.split()


@pytest.mark.parametrize("code", sorted(CARDS))
def test_those_who_may_only_look_read_it_and_are_offered_nothing(
    card: Read, fail: Fail, viewer: User, code: str
) -> None:
    html = card(fail(code), viewer)
    assert CARDS[code][0] in html
    assert offered(html) == []


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ("released", "Not charged."),
        (0, "Not charged."),
        (120_000, "It was charged: $0.12."),
        ("unknown", "Whether it was charged is not known."),
    ],
)
@pytest.mark.parametrize("code", ["input_blocked", "output_blocked", "outcome_unknown"])
def test_whether_it_was_charged_is_what_the_books_say(
    card: Read, fail: Fail, code: str, cost: int | str, said: str
) -> None:
    assert f"<b>{said}</b>" in card(fail(code, cost))


def test_a_retry_names_its_price(card: Read, fail: Fail) -> None:
    html = card(fail("engine"))
    button = html[html.index('id="retry-') : html.index("</button>", html.index('id="retry-'))]
    assert '<span class="num">$' in button


def test_a_retry_that_may_cost_twice_asks_first(card: Read, fail: Fail) -> None:
    assert "hx-confirm" not in card(fail("network"))
    assert 'hx-confirm="The first try may have been made, and charged. Send it again?"' in card(fail("outcome_unknown"))


def test_to_change_it_opens_the_composer_with_the_same_and_sends_nothing(
    card: Read, fail: Fail, as_client: As, owner: User
) -> None:
    turn = fail("input_blocked")
    assert f'href="?at={turn.pk}&amp;again={turn.pk}#composer"' in card(turn)
    page = reverse("threads:thread-detail", args=[turn.thread_id])
    composer = as_client(owner).get(page, {"at": str(turn.pk), "again": str(turn.pk)}).context["composer"]
    assert (composer.prompt, composer.spec.key, composer.parent.id) == ("warmer", SPEC.key, turn.parent_id)
    assert Turn.objects.count() == 2


@pytest.mark.parametrize("code", ["model_gone", "region_blocked"])
def test_where_no_other_model_would_do_it_can_be_changed(card: Read, fail: Fail, code: str) -> None:
    turn = fail(code)
    Turn.objects.filter(pk=turn.pk).update(prompt="x" * 100_000)
    html = card(turn)
    assert "others" not in offered(html)
    assert "change" in offered(html)


def test_the_way_to_the_keys_is_for_staff(card: Read, fail: Fail, owner: User) -> None:
    keys = reverse("admin:providers_providerkey_changelist")
    turn = fail("unauthorised")
    assert keys not in card(turn)
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    assert keys in card(turn, User.objects.get(pk=owner.pk))
    assert keys not in card(fail("network"), User.objects.get(pk=owner.pk))


def test_an_unknown_code_of_an_older_release_is_a_card_too(card: Read, fail: Fail) -> None:
    assert CARDS["engine"][0] in card(fail("something_else"))
