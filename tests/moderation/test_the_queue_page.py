"""The page of moderators: who may open it, what it shows, and what it costs."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.moderation import actions
from studio.moderation.consumers import ModerationConsumer
from studio.moderation.gathering import gather
from studio.moderation.models import Case, CaseKind
from studio.moderation.reporting import Reporter, report
from studio.screening.models import Finding
from studio.threads.models import Take, Thread, Turn
from tests.sockets import Socket

pytestmark = pytest.mark.django_db
AsClient = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}
QUERIES = 15


def addresses(case: Case) -> list[tuple[str, str]]:
    names = ["case-detail", "case-claim", "case-leave", "case-decide", "case-undo"]
    urls = [
        ("post" if each != "case-detail" else "get", reverse(f"moderation:{each}", args=[case.pk])) for each in names
    ]
    return [*urls, ("get", reverse("moderation:queue")), ("get", reverse("moderation:case-list"))]


@pytest.mark.parametrize("who", ["stranger", "owner", "editor", "reviewer", "viewer"])
def test_nobody_else_learns_that_there_is_a_queue(
    as_client: AsClient, request: pytest.FixtureRequest, case: Case, who: str
) -> None:
    client = as_client(request.getfixturevalue(who))
    for method, url in addresses(case):
        assert getattr(client, method)(url).status_code == 404
        assert getattr(client, method)(url, headers=HTMX).status_code == 404
    assert b"Moderation</a>" not in client.get("/").content


def test_the_permission_opens_it(as_client: AsClient, case: Case, stranger: User) -> None:
    stranger.user_permissions.add(Permission.objects.get(codename="change_case"))
    assert as_client(stranger).get(reverse("moderation:queue")).status_code == 200


def test_every_kind_stands_in_its_tab_with_marks_and_words(
    as_client: AsClient,
    moderator: User,
    held: Take,
    add_turn: Callable[..., Turn],
    find: Callable[..., Finding],
    block: Callable[..., Turn],
    viewer: User,
    reviewer: User,
) -> None:
    find(add_turn("in the style of the Kestrel cola <advert>"), "Kestrel")
    block()
    take = Take.objects.get(turn=add_turn("A man smiles"))
    for who, words in ((viewer, "That is my neighbour."), (reviewer, "")):
        report(Reporter(who), take, "likeness", words)
    page = as_client(moderator).get(reverse("moderation:queue")).content.decode()
    for said in (
        "Rule: brands",
        "<mark>Kestrel</mark> cola &lt;advert&gt;",
        "2 reports: somebody&#x27;s likeness without consent",
        "“That is my neighbour.”",
        "Provider withheld the result",
        "Flagged result",
        'All <span class="num">4</span>',
    ):
        assert said in page, said
    for kind in CaseKind.values:
        rows = as_client(moderator).get(reverse("moderation:case-list"), {"tab": kind}).content.decode()
        assert rows.count('class="queue-row"') == 1


def test_a_case_shows_all_that_a_decision_needs_and_is_written_down_once(
    as_client: AsClient, moderator: User, made: Take, add_turn: Callable[..., Turn], owner: User, editor: User
) -> None:
    add_turn("And then rain", parent=made)
    case = report(Reporter(owner), made, "violence").case
    client, url = as_client(moderator), reverse("moderation:case-detail", args=[case.pk])
    page = client.get(url, headers=HTMX).content.decode()
    assert page.count("<svg viewBox") == 8
    for said in (
        "Harbour at dusk",
        "turn 1, take 1",
        "turn 2",
        "A storm",
        "0 strikes",
        "1 turn<",
        "data-grey data-blurred",
    ):
        assert said in page, said
    assert 'muted playsinline loop controls preload="none" hidden' in page
    assert f".{moderator.pk}." in page  # the addresses open for this moderator alone
    client.get(url, headers=HTMX)
    entry = AuditEntry.objects.get(act="case.opened")
    assert (entry.actor, entry.detail["thread"]) == (moderator, str(made.turn.thread_id))


def test_a_held_file_opens_for_the_moderator_who_looks_and_nobody_else(
    as_client: AsClient, moderator: User, editor: User, stranger: User, case: Case, held: Take
) -> None:
    page = as_client(moderator).get(reverse("moderation:case-detail", args=[case.pk]), headers=HTMX).content.decode()
    address = page.partition('data-src="')[2].partition('"')[0]
    assert as_client(moderator).get(address).status_code == 200
    assert as_client(stranger).get(address).status_code in (403, 404, 410)


def test_a_claim_is_shown_to_both(as_client: AsClient, case: Case, moderator: User) -> None:
    other = User.objects.create_superuser("milo@example.com", "correct horse battery", name="Milo")
    mine, theirs = as_client(moderator), as_client(other)
    claim = reverse("moderation:case-claim", args=[case.pk])
    assert b"Yours for 10 more minutes" in mine.post(claim, headers=HTMX).content
    page = theirs.get(reverse("moderation:case-detail", args=[case.pk]), headers=HTMX).content.decode()
    assert "Mona works on this, for 10 min at most" in page
    assert "<fieldset disabled>" in page
    assert "Mona</span>" in theirs.get(reverse("moderation:case-list")).content.decode()
    answer = theirs.post(claim, headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#item")
    mine.post(reverse("moderation:case-leave", args=[case.pk]))
    assert theirs.post(claim, headers=HTMX).status_code == 200


def test_after_a_decision_the_next_one_comes_and_at_the_end_all_is_clear(
    as_client: AsClient, moderator: User, case: Case, block: Callable[..., Turn]
) -> None:
    block()
    gather()
    second = Case.objects.get(kind=CaseKind.PROVIDER)
    client = as_client(moderator)
    answers = []
    for each in (case, second):
        url = reverse("moderation:case-decide", args=[each.pk])
        answers.append(client.post(url, {"outcome": "released", "version": "0"}, headers=HTMX))
    assert f'data-case="{second.pk}"' in answers[0].content.decode()
    assert "queue:decided" in answers[0]["HX-Trigger"]
    assert "Undo (U)" in answers[0]["HX-Trigger"]
    assert "All clear" in answers[1].content.decode()
    assert "The last one was made by Mona" in client.get(reverse("moderation:queue")).content.decode()
    undone = client.post(reverse("moderation:case-undo", args=[second.pk]), headers=HTMX)
    assert f'data-case="{second.pk}"' in undone.content.decode()


def test_an_empty_tab_says_how_many_wait_under_the_others(
    as_client: AsClient, moderator: User, case: Case, block: Callable[..., Turn]
) -> None:
    block()
    client = as_client(moderator)
    page = client.get(reverse("moderation:queue") + "?tab=report").content.decode()
    assert "2 cases wait under other tabs." in page
    assert "All clear" not in page
    url = reverse("moderation:case-decide", args=[case.pk])
    decided = client.post(url, {"outcome": "released", "version": "0", "tab": case.kind}, headers=HTMX)
    assert "1 case waits under another tab." in decided.content.decode()


def test_five_hundred_cases_cost_few_queries(
    as_client: AsClient, moderator: User, thread: Thread, editor: User, django_assert_max_num_queries: Any
) -> None:
    turns = [
        Turn(thread=thread, number=number, author=editor, prompt=f"A Kestrel, {number}", operation="generate")
        for number in range(1, 501)
    ]
    Turn.objects.bulk_create(turns)
    Finding.objects.bulk_create(
        Finding(
            rule_name="brands",
            verdict="flag",
            person=editor,
            object_kind="turn",
            object_id=str(turn.pk),
            text=turn.prompt,
            matches=[[2, 9]],
        )
        for turn in turns[:20]
    )
    Case.objects.bulk_create(
        Case(kind=CaseKind.RULE, thread=thread, turn=turn, person=editor, source=f"turn:{turn.pk}", summary="brands")
        for turn in turns
    )
    client = as_client(moderator)
    client.get(reverse("moderation:queue"))
    first, other = Case.objects.open().order_by("opened_at")[:2]
    client.get(reverse("moderation:case-detail", args=[other.pk]), headers=HTMX)  # the trail has begun
    for url, headers in ((reverse("moderation:queue"), {}), (reverse("moderation:case-detail", args=[first.pk]), HTMX)):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url, headers=headers)
        assert page.status_code == 200
        assert len(queries) <= QUERIES, "\n".join(each["sql"][:200] for each in queries)
    assert client.get(reverse("moderation:queue")).content.decode().count('class="queue-row"') == 40
    assert "Show 40 more" in client.get(reverse("moderation:queue")).content.decode()


@pytest.mark.django_db(transaction=True)
async def test_its_socket_opens_for_moderators_alone(listening: None, moderator: User, owner: User, case: Case) -> None:
    for who in (owner, AnonymousUser()):
        assert await Socket(ModerationConsumer.as_asgi(), "/ws/moderation/", user=who).open() == 4404
    socket = Socket(ModerationConsumer.as_asgi(), "/ws/moderation/", user=moderator)
    assert await socket.open() is None
    hello = (await socket.receive())["hello"]
    assert list(hello) == ["moderation", moderator.stream]
    await socket.send({"since": hello})
    await sync_to_async(actions.claim)(moderator, case)
    news = await socket.receive()
    assert (news["kind"], news["payload"]["what"], news["payload"]["by"]) == ("case.changed", "claimed", moderator.pk)
    await socket.close()
